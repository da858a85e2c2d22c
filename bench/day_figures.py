"""The tables of a day: how late, and at what cost."""

from statistics import quantiles

from .tables import number

LAG_HEAD = (
    *("orders", "confirmed → at JD, s: median", "p95", "p99"),
    *("shipped → closed, s: median", "p95", "p99"),
    *("Odoo, at most", "largest worker", "database per order"),
    *("repeated by Odoo", "errors, lost, twice"),
)
CPU_HEAD = ("what", "ms per order")
CONFIRM = "/web/dataset/call_kw/stock.picking/action_confirm"
CLOSE = "/web/dataset/call_kw/stock.picking/button_validate"
STAGES = {
    CONFIRM: "confirm, over HTTP",
    CLOSE: "close, over HTTP",
    "/jd_fulfillment/message": "messages, over HTTP",
}


def describe_lags(day):
    """Return a row of LAG_HEAD."""
    from odoo.addons.jd_fulfillment.lib import clock

    orders, rows = day.orders, day.series.rows
    sent = [
        order.accepted_at - order.create_date for order in orders if order.accepted_at
    ]
    closed = [
        order.done_at - clock.from_jd(day.shipped[order.name])
        for order in orders
        if order.done_at and order.name in day.shipped
    ]
    grown = (rows[-1]["database_mb"] - rows[0]["database_mb"]) * 1024 / len(orders)
    return (
        f"{len(orders):,}",
        *_get_quantiles(sent),
        *_get_quantiles(closed),
        f"{day.series.get_most('odoo_mb'):,} MB",
        f"{day.series.get_most('largest_worker_mb'):,} MB",
        f"{grown:.1f} kB",
        day.conflicts,
        len(day.problems),
    )


def describe_cpu(day):
    """Return rows of CPU_HEAD: each stage, PostgreSQL, and the own warehouse's."""
    count, own_count = len(day.orders), len(day.own)
    per_order = {name: 1000 * s / count for name, s in day.cpu.items()}
    own = 1000 * (day.own_cpu[CONFIRM] + day.own_cpu[CLOSE]) / own_count
    ours = sum(per_order.values())
    largest = sorted(per_order.items(), key=lambda each: -each[1])
    return [
        *((STAGES.get(name, name), number(ms)) for name, ms in largest if ms >= 0.1),
        ("Odoo, all of it", number(ours)),
        ("PostgreSQL", number(1000 * day.series.postgres_seconds / count)),
        ("confirm and close in an own warehouse, Odoo", number(own)),
        ("ours, against that", f"{100 * (ours - own) / own:.0f} %"),
    ]


def _get_quantiles(lags):
    seconds = [max(0, lag.total_seconds()) for lag in lags]
    cuts = quantiles(seconds, n=100)
    return [number(cuts[percent - 1]) for percent in (50, 95, 99)]
