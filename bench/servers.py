"""What a second server brings: the same work by one Odoo, and by two of them.

They have ports of their own over one PostgreSQL, as on two machines; each runs
scheduled actions with one cron worker, as Odoo's scheduler gives them out.
"""

import time
from contextlib import ExitStack

import psutil

from .tables import number, show
from .workers import let_ship, make_orders, open_second_warehouse
from .world import expect

ORDERS = 2_000
LATENCIES = (200, 1_000)  # ms
LONGEST = 600  # seconds
ONE_CRON_WORKER = ("--max-cron-threads", "1", "--log-level", "warn")
SENT, CLOSED = ("accepted", "in_progress", "done"), ("done",)


def measure(world):
    world.make_orders(1)  # whose receiver the others have
    second = open_second_warehouse(world)
    # Each action runs only while it is measured.
    world.env["ir.cron"].search([]).active = False
    by_one = _measure_with(world, second, 1)
    world.env["ir.cron"]._jd_add_worker().active = False
    by_two = _measure_with(world, second, 2)
    show(
        f"One server and two, each with one cron worker: {ORDERS:,} orders of two "
        "warehouses",
        (
            *("work", "one, orders/s", "two, orders/s", "ratio"),
            *("cores busy, one", "cores busy, two"),
        ),
        [
            (work, *map(number, (one, two, two / one, busy_one, busy_two)))
            for work, (one, busy_one) in by_one.items()
            for two, busy_two in [by_two[work]]
        ],
    )


def _measure_with(world, second, servers):
    """Return work → orders per second by so many servers, and how many cores of the
    machine were busy.
    """
    world.odoo.restart(ONE_CRON_WORKER)
    figures = {}
    with ExitStack() as closing:
        for _further in range(servers - 1):
            closing.callback(world.odoo.add_server().stop)
        orders = world.env["jd.order"]
        for latency in LATENCIES:
            made = make_orders(world, second, ORDERS)
            world.sandbox.do("settings", latency_ms=latency)
            figures[f"send, JD takes {latency} ms"] = _time(
                *(world, made, "push_orders", SENT)
            )
            orders += made
        world.sandbox.do("settings", latency_ms=0)
        let_ship(world, orders)
        figures["close all"] = _time(world, orders, "close_orders", CLOSED)
        expect(orders, state="done")
    return figures


def _time(world, orders, action, states):
    """Return orders per second of an action and its further workers, and how many
    cores were busy.
    """
    first = world.env["ir.cron"].browse(world.find_crons(action))
    rows = first + first._jd_get_sharers()
    rows.active = True
    for row in rows:
        row._trigger()
    started = time.monotonic()
    psutil.cpu_percent()  # the next call is about the time since
    world.refresh()
    while _count(world, orders, states) < len(orders):
        if time.monotonic() > started + LONGEST:
            raise AssertionError(f"{action} did not end within {LONGEST} seconds")
        time.sleep(0.5)
    seconds = time.monotonic() - started
    busy = psutil.cpu_percent() / 100 * psutil.cpu_count()
    _switch_off(world, rows)
    return len(orders) / seconds, busy


def _count(world, orders, states):
    world.refresh()
    return orders.search_count([("id", "in", orders.ids), ("state", "in", states)])


def _switch_off(world, rows):
    """Switch actions off once no server runs them."""
    while len(rows.try_lock_for_update()) < len(rows):
        world.refresh()
        time.sleep(0.1)
    rows.active = False
    world.refresh()
