"""A slow JD under an Odoo in prefork mode, with Odoo's own limits on time."""

import re
import time
from contextlib import contextmanager

from .tables import show

LATENCY_MS = 9_000  # within what JD documents
ORDERS = 300
CRON_WORKERS = 2
WATCH_SECONDS = 360
EVERY_SECONDS = 10
PREFORK = (
    *("--workers", "2", "--max-cron-threads", str(CRON_WORKERS)),
    *("--log-level", "warn"),
)
TIMED_OUT = re.compile(r"WorkerCron \(\d+\) timeout after")


def measure(world):
    """Have two cron workers send, follow and close orders while JD is slow.

    :raise AssertionError: A worker was killed, or the outcome of an order was unknown.
    """
    orders = world.make_orders(ORDERS)
    world.sandbox.do("settings", latency_ms=LATENCY_MS)
    unknown = set()
    with _prefork(world) as odoo:
        started = time.monotonic()
        while time.monotonic() < started + WATCH_SECONDS:
            time.sleep(EVERY_SECONDS)
            world.refresh()
            unknown |= set(orders.filtered(lambda o: o.state == "unknown").ids)
            if set(orders.mapped("state")) == {"done"}:
                break
            # The warehouse works on what JD has; a message would say so.
            world.sandbox.do("advance", to="10020")
            at_jd = orders.filtered(lambda o: o.state in ("accepted", "in_progress"))
            _hint(world, at_jd)
        seconds = time.monotonic() - started
        killed = len(TIMED_OUT.findall(odoo.read_log()))
    world.sandbox.do("settings", latency_ms=0)
    world.refresh()
    states = orders.grouped("state")
    show(
        f"Prefork: {ORDERS} orders, {CRON_WORKERS} cron workers, JD takes "
        f"{LATENCY_MS / 1000:.0f} s for each call",
        ("after", "states", "workers killed", "ever unknown"),
        [
            (
                f"{seconds:.0f} s",
                ", ".join(f"{name} {len(rows)}" for name, rows in states.items()),
                killed,
                len(unknown),
            )
        ],
    )
    if killed or unknown:
        raise AssertionError(f"{killed} workers killed, {len(unknown)} orders unknown")


def _hint(world, orders):
    """Have JD asked about orders, as a message would."""
    if orders:
        # In one statement: the workers write the same rows.
        world.env.cr.execute(
            """UPDATE jd_order SET pull_at = now() AT TIME ZONE 'UTC'
                WHERE id IN (SELECT id FROM jd_order
                              WHERE id IN %s AND unanswered = 0
                                FOR NO KEY UPDATE SKIP LOCKED)""",
            [orders._ids],
        )
        orders._trigger("follow_orders")
        world.env.cr.commit()


@contextmanager
def _prefork(world):
    """Restart the server in prefork mode, with its scheduled actions."""
    world.odoo.restart(PREFORK)
    yield world.odoo
