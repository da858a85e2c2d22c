"""How long the overview takes on the server, by how many orders there are."""

import time

from odoo.tools import SQL

from .tables import number, show

SIZES = (10_000, 200_000)
# Of each 1,000 orders; the others are done.
OPEN = {"queued": 15, "draft": 3, "refused": 1, "unknown": 1, "in_progress": 30}
EVENTS, RUNS = 5, 5


def measure(world):
    world.make_orders(1)
    rows, have = [], 1
    for size in SIZES:
        _fill(world, have, size)
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


def _fill(world, have, size):
    """Copy the first order, with its transfer, until there are so many."""
    states = [state for state, count in OPEN.items() for _each in range(count)]
    states += ["done"] * (1_000 - len(states))
    cr = world.env.cr
    world.refresh()
    open_until = sum(OPEN.values())
    pickings = _copy(
        *(cr, "stock_picking", have, size),
        name=SQL("'BENCH-' || n"),
        state=SQL("CASE WHEN n %% 1000 < %s THEN state ELSE 'done' END", open_until),
    )
    orders = _copy(
        *(cr, "jd_order", have, size),
        name=SQL("'BENCH-' || n"),
        picking_id=SQL("%s + n", pickings),
        state=SQL("(%s::text[])[n %% 1000 + 1]", states),
        jd_number=SQL("'JD' || n"),
        accepted_at=SQL("now() - n * interval '1 minute'"),
        pulled_at=SQL("now() - n * interval '1 minute'"),
        done_at=SQL(
            "CASE WHEN n %% 1000 >= %s THEN now() - n * interval '1 minute' END",
            open_until,
        ),
    )
    _copy(cr, "jd_order_line", have, size, order_id=SQL("%s + n", orders))
    cr.execute(
        SQL(
            """INSERT INTO jd_order_event
                      (order_id, code, source, happened_at, create_date)
               SELECT jd_order.id, code, 'pull', accepted_at, accepted_at
                 FROM jd_order, generate_series(1, %s) code
                WHERE jd_order.name LIKE 'BENCH-%%'
                   ON CONFLICT DO NOTHING""",
            EVENTS,
        )
    )
    world.refresh()
    cr.execute("ANALYZE")
    world.refresh()


def _copy(cr, table, have, size, **changed):
    """Copy the first row of a table for each n; return the id before the first copy.

    :param changed: Column → its value in the copies, SQL with a number `n`.
    """
    cr.execute(
        """SELECT column_name FROM information_schema.columns
            WHERE table_name = %s AND column_name != 'id'""",
        [table],
    )
    columns = [row[0] for row in cr.fetchall()]
    cr.execute(SQL("SELECT min(id), max(id) FROM %s", SQL.identifier(table)))
    first, last = cr.fetchone()
    values = [changed.get(name, SQL.identifier(name)) for name in columns]
    cr.execute(
        SQL(
            """INSERT INTO %(table)s (id, %(columns)s)
               SELECT %(last)s + n - %(have)s, %(values)s
                 FROM %(table)s original, generate_series(%(from)s, %(size)s - 1) n
                WHERE original.id = %(first)s""",
            table=SQL.identifier(table),
            columns=SQL(", ").join(map(SQL.identifier, columns)),
            values=SQL(", ").join(values),
            last=last + 1,
            have=have,
            size=size,
            first=first,
            **{"from": have},
        )
    )
    cr.execute(
        SQL(
            "SELECT setval(pg_get_serial_sequence(%s, 'id'), max(id)) FROM %s",
            table,
            SQL.identifier(table),
        )
    )
    return last + 1 - have
