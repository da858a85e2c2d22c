"""How long the overview takes on the server, by how many orders there are."""

import time

from .copies import fill_orders
from .tables import number, show

SIZES = (10_000, 200_000)
RUNS = 5


def measure(world):
    world.make_orders(1)
    rows, have = [], 1
    for size in SIZES:
        fill_orders(world, have, size)
        have = size
        rows.append((f"{size:,}", *_measure(world)))
    show(
        "Overview: time on the server",
        ("orders", "SQL queries", "first, ms", "median, ms", "quickest, ms"),
        rows,
    )


def _measure(world):
    """Return the queries of a reading, and the milliseconds of the first and others."""
    times = []
    for _run in range(RUNS):
        world.refresh()
        before, started = world.env.cr.sql_log_count, time.monotonic()
        _read_overview(world)
        times.append(1000 * (time.monotonic() - started))
    first, *others = times
    queries = world.env.cr.sql_log_count - before
    median = sorted(others)[len(others) // 2]
    return queries, *map(number, (first, median, min(others)))


def _read_overview(world):
    """Read what the web client reads for the cards of the merchant."""
    connectors = world.committed.get_connector(world.env)
    view = world.env.ref("jd_fulfillment.jd_connector_view_overview")
    names = connectors.get_view(view.id, "kanban")["models"]["jd.connector"]
    connectors.web_search_read([], {name: {} for name in names})
