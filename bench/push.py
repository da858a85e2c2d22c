"""How fast queued orders reach JD, and what that costs us."""

import time
from unittest.mock import patch

import psutil

from .tables import number, show
from .world import expect

LATENCIES = (0, 50, 200)
ORDERS, ORDERS_ONE_BY_ONE = 1_000, 60


def measure(world):
    rows = [_measure_at(world, latency) for latency in LATENCIES]
    show(
        f"Push: {ORDERS:,} orders, one scheduled action",
        (
            *("JD's latency", "orders/s", "orders/hour", "one by one, orders/s"),
            *("ratio", "our CPU per order"),
        ),
        rows,
    )


def _measure_at(world, latency):
    world.sandbox.do("settings", latency_ms=latency)
    one_by_one = _push_one_by_one(world)
    rate, cpu = _push_by_worker(world)
    world.sandbox.do("settings", latency_ms=0)
    return (
        f"{latency} ms",
        number(rate),
        number(rate * 3600),
        number(one_by_one),
        number(rate / one_by_one),
        f"{cpu * 1000:.1f} ms",
    )


def _push_one_by_one(world):
    """Send with the same code, in batches of one; return orders per second."""
    from odoo.addons.jd_fulfillment import const

    orders = world.make_orders(ORDERS_ONE_BY_ONE)
    started = time.monotonic()
    with patch.object(const, "PUSH_BATCH", 1):
        for _order in orders:
            orders._cron_push()
    seconds = time.monotonic() - started
    world.refresh()
    expect(orders, state="accepted")
    return len(orders) / seconds


def _push_by_worker(world):
    """Return orders per second and seconds of CPU per order."""
    orders = world.make_orders(ORDERS)
    worker = world.start_worker()
    process = psutil.Process(worker.pid)
    crons = world.find_crons("push_orders")
    used, started = sum(process.cpu_times()[:2]), time.monotonic()
    worker.run(crons)
    seconds = time.monotonic() - started
    used = sum(process.cpu_times()[:2]) - used
    worker.stop()
    world.refresh()
    expect(orders, state="accepted")
    return len(orders) / seconds, used / len(orders)
