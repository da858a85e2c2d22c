"""What a second worker of the actions brings: the same work done by one and by two."""

import time

from odoo import fields

from .confirm import make_deliveries
from .tables import number, show
from .world import STOCK, expect

ORDERS, LATENCY_MS = 1_000, 200


def measure(world):
    world.make_orders(1)  # whose receiver the others have
    second = open_second_warehouse(world)
    crons = {
        name: (world.find_crons(name), _add_worker(world, name))
        for name in ("push_orders", "close_orders")
    }
    rates = {count: _measure_with(world, second, crons, count) for count in (1, 2)}
    show(
        f"One worker and two: {ORDERS:,} orders of two warehouses",
        ("work", "one, orders/s", "two, orders/s", "ratio"),
        [
            (work, number(one), number(two), number(two / one))
            for work, one, two in zip(
                (f"send, JD takes {LATENCY_MS} ms", "close"),
                *(rates[1], rates[2]),
                strict=True,
            )
        ],
    )


def open_second_warehouse(world):
    """Return another warehouse of the connection, with as much stock."""
    env, committed = world.env, world.committed
    first = world.find_warehouse()
    second = committed.open_second_warehouse(committed.get_connector(env))
    env["jd.department"]._cron_match_goods()  # asks for its shop
    world.sandbox.do("stock", warehouse=second.jd_warehouse_no, each=STOCK)
    for quant in first.lot_stock_id.quant_ids:
        env["stock.quant"]._update_available_quantity(
            quant.product_id, second.lot_stock_id, STOCK
        )
    world.refresh()
    return second


def _add_worker(world, name):
    added = world.committed.double_crons(world.env, world.find_crons(name))
    world.refresh()
    return added


def _measure_with(world, second, crons, count):
    """Return orders per second sent, and closed, by so many workers."""
    orders = make_orders(world, second, ORDERS)
    workers = [world.start_worker() for _each in range(count)]
    world.sandbox.do("settings", latency_ms=LATENCY_MS)
    sent = _work(workers, crons["push_orders"])
    world.sandbox.do("settings", latency_ms=0)
    world.refresh()
    expect(orders, state="accepted")
    let_ship(world, orders)
    closed = _work(workers, crons["close_orders"])
    world.refresh()
    expect(orders, state="done")
    for worker in workers:
        worker.stop()
    return ORDERS / sent, ORDERS / closed


def make_orders(world, second, count):
    """Return so many queued orders, half of them of each warehouse."""
    orders = world.env["jd.order"]
    for warehouse in (second.jd_connector_id.warehouse_ids - second, second):
        pickings = make_deliveries(world, warehouse, count // 2)
        pickings.action_confirm()
        orders += pickings.jd_order_id
    while orders._check_waiting():
        world.refresh()
    world.refresh()
    expect(orders, state="queued", problems=False)
    return orders


def let_ship(world, orders):
    """Have JD ship these orders, and learn of it."""
    world.sandbox.do("advance", to="10020")
    while waiting := orders.filtered(lambda order: not order.is_closable):
        waiting.pull_at = fields.Datetime.now()
        orders._cron_follow()
        world.refresh()


def _work(workers, crons):
    """Return the seconds that workers take, each with a row of an action of its own."""
    started = time.monotonic()
    for worker, own in zip(workers, crons, strict=False):
        worker.begin_run(own)
    for worker in workers:
        worker.finish()
    return time.monotonic() - started
