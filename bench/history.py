"""What a long history costs: idle actions, screens, storage, and deleting it."""

import time
from statistics import median

from odoo.tools import SQL

from .copies import copy_rows, end_filling, fill_orders
from .tables import number, show

ORDERS, MESSAGES_PER_ORDER, FOREIGN, CALLS = 200_000, 5, 50_000, 200_000
RUNS = 7
# The web client counts no further.
COUNTED = 10_001
TABLES = ("jd_order", "jd_order_line", "jd_order_event", "jd_message")
# What Odoo's nightly action deletes: model and method.
OLD = (
    ("jd.message", "_gc_messages"),
    ("jd.order.event", "_gc_events"),
    ("jd.foreign.order", "_gc_decided"),
    ("jd.call", "_gc_calls"),
)


def measure(world):
    world.make_orders(1)
    _make_first_rows(world)
    without = _measure(world)
    fill_orders(world, 1, ORDERS, {})
    _fill_rest(world)
    history = _measure(world)
    show(
        f"{ORDERS:,} done orders, {ORDERS * MESSAGES_PER_ORDER:,} messages: time in ms",
        ("what", "without", "with history"),
        [(what, number(without[what]), number(history[what])) for what in history],
    )
    show("Storage", ("table", "bytes per order, indexes included"), _get_storage(world))
    show(
        "Deleting what is old, by Odoo's nightly action",
        ("what", "rows", "seconds", "rows/s", "with nothing left, ms"),
        [_delete_old(world, *each) for each in OLD],
    )


def _make_first_rows(world):
    """Make what is copied: an order that is done, a message, an order made at JD."""
    env = world.env
    orders = env["jd.order"].search([])
    orders._cron_push()
    world.sandbox.do("advance", to="10033")
    orders.pull_at = "2020-01-01"
    orders._cron_follow()
    orders._cron_close()
    connector = world.committed.get_connector(env)
    env["jd.message"].create(
        {
            "connector_id": connector.id,
            "message_no": "BENCH-0",
            "topic": "lop_order_status",
            "kind": "outbound",
            "jd_number": orders.jd_number,
            "own_number": orders.name,
            "code": "10020",
            "happened_at": "2026-01-01 00:00:00",
            "body": "x" * 400,
            "state": "done",
            "order_id": orders.id,
        }
    )
    env["jd.foreign.order"].create(
        {
            "connector_id": connector.id,
            "warehouse_id": world.find_warehouse().id,
            "kind": "outbound",
            "jd_number": "FOREIGN-0",
            "state": "ignored",
        }
    )
    world.refresh()


def _fill_rest(world):
    cr = world.env.cr
    count = ORDERS * MESSAGES_PER_ORDER
    copy_rows(
        *(cr, "jd_message", 1, count),
        message_no=SQL("'BENCH-' || n"),
        jd_number=SQL("'JD' || n / %s", MESSAGES_PER_ORDER),
        # In the order in which they came, over 116 days.
        create_date=SQL("now() - (%s - n) * interval '10 seconds'", count),
    )
    copy_rows(
        *(cr, "jd_foreign_order", 1, FOREIGN),
        jd_number=SQL("'FOREIGN-' || n"),
        create_date=SQL("now() - (%s - n) * interval '15 minutes'", FOREIGN),
    )
    copy_rows(cr, "jd_call", 1, CALLS, day=SQL("current_date - (n / 2000)::int"))
    # The originals come first, and were made just now.
    for table in ("jd_message", "jd_order_event", "jd_foreign_order"):
        cr.execute(
            SQL(
                """UPDATE %(table)s SET create_date = now() - interval '600 days'
                    WHERE create_date > now() - interval '1 hour'
                      AND id < (SELECT min(id) + 50 FROM %(table)s)""",
                table=SQL.identifier(table),
            )
        )
    end_filling(world)


def _measure(world):
    """Return what → milliseconds at the median."""
    env = world.env
    orders, messages = env["jd.order"], env["jd.message"]
    connector = world.committed.get_connector(env)
    works = {
        **{
            f"idle run of {name}": action.run
            for name, action in _get_actions(world).items()
        },
        "orders, the board": lambda: orders.web_read_group(
            [("state", "not in", ("done", "cancelled"))], ["state"], ["__count"]
        ),
        "orders, the list": lambda: orders.web_search_read(
            [], {"name": {}, "state": {}}, limit=80, count_limit=COUNTED
        ),
        "orders, late": lambda: orders.search_count([("is_late", "=", True)]),
        "orders, by waybill": lambda: orders.search(
            [("waybills", "ilike", "JDVA77777")], limit=80
        ),
        "orders, by number": lambda: orders.search(
            ["|", ("name", "ilike", "77777"), ("jd_number", "ilike", "77777")], limit=80
        ),
        "messages, the list": lambda: messages.web_search_read(
            [], {"message_no": {}, "state": {}}, limit=80, count_limit=COUNTED
        ),
        "messages, needing attention": lambda: messages.web_search_read(
            [("needs_attention", "=", True)],
            {"message_no": {}},
            limit=80,
            count_limit=COUNTED,
        ),
        "orders made at JD, to decide": lambda: env["jd.foreign.order"].search_count(
            [("state", "=", "new")]
        ),
        "the call budget": lambda: connector._get_used_calls("queryStock"),
    }
    return {what: _time(world, work) for what, work in works.items()}


def _get_actions(world):
    names = ("close_orders", "push_orders", "follow_orders", "process_messages")
    names += ("send_confirmations", "list_orders", "update_alerts", "match_goods")
    crons = world.env["ir.cron"].browse(world.find_crons(*names))
    return dict(zip(names, crons.ir_actions_server_id, strict=True))


def _time(world, work):
    times = []
    for _run in range(RUNS):
        world.refresh()
        started = time.perf_counter()
        work()
        world.env.flush_all()
        times.append(1000 * (time.perf_counter() - started))
    return median(times)


def _delete_old(world, model, method):
    """Delete as Odoo does, batch by batch with a commit after each."""
    started, deleted, left = time.perf_counter(), 0, True
    while left:
        done, left = getattr(world.env[model], method)()
        world.refresh()
        deleted += done
    seconds = time.perf_counter() - started
    idle = _time(world, getattr(world.env[model], method))
    rate = number(deleted / seconds) if deleted else ""
    return model, f"{deleted:,}", number(seconds), rate, number(idle)


def _get_storage(world):
    rows = []
    for table in TABLES:
        world.env.cr.execute(
            SQL("SELECT pg_total_relation_size(%s), pg_relation_size(%s)", table, table)
        )
        total, own = world.env.cr.fetchone()
        text = f"{total / ORDERS:,.0f}, of which the rows {own / ORDERS:,.0f}"
        rows.append((table, text))
    return rows
