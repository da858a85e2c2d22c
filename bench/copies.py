"""A long history, made by SQL out of the first order."""

from odoo.tools import SQL

# Of each 1,000 orders; the others are done.
OPEN = {"queued": 15, "draft": 3, "refused": 1, "unknown": 1, "in_progress": 30}
EVENTS = 10  # as many as an order has that JD delivers


def fill_orders(world, have, size, open_states=OPEN):
    """Copy the first order, with its transfer, until there are so many.

    :param open_states: State → how many of each 1,000 orders have it.
    """
    states = [state for state, count in open_states.items() for _each in range(count)]
    open_until = len(states)
    states += ["done"] * (1_000 - open_until)
    cr = world.env.cr
    world.refresh()
    age = SQL("now() - (%s - n) * interval '2 minutes'", size)
    pickings = copy_rows(
        *(cr, "stock_picking", have, size),
        name=SQL("'BENCH-' || n"),
        state=SQL("CASE WHEN n %% 1000 < %s THEN state ELSE 'done' END", open_until),
        jd_order_id=SQL("NULL"),
    )
    orders = copy_rows(
        *(cr, "jd_order", have, size),
        name=SQL("'BENCH-' || n"),
        picking_id=SQL("%s + n", pickings),
        state=SQL("(%s::text[])[n %% 1000 + 1]", states),
        jd_number=SQL("'JD' || n"),
        waybills=SQL("'JDVA' || n"),
        is_closable=SQL("false"),
        confirmation=SQL("NULL"),
        create_date=age,
        accepted_at=age,
        pulled_at=age,
        pull_at=SQL("CASE WHEN n %% 1000 < %s THEN pull_at END", open_until),
        done_at=SQL("CASE WHEN n %% 1000 >= %s THEN %s END", open_until, age),
    )
    copy_rows(cr, "jd_order_line", have, size, order_id=SQL("%s + n", orders))
    cr.execute(
        SQL(
            """INSERT INTO jd_order_event
                      (order_id, code, rank, source, happened_at, create_date)
               SELECT jd_order.id, code, code, 'pull', accepted_at, accepted_at
                 FROM jd_order, generate_series(1, %s) code
                WHERE jd_order.name LIKE 'BENCH-%%'
                   ON CONFLICT DO NOTHING""",
            EVENTS,
        )
    )
    end_filling(world)


def end_filling(world):
    world.refresh()
    world.env.cr.execute("ANALYZE")
    world.refresh()


def copy_rows(cr, table, have, size, **changed):
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
