"""How often JD is called about an order in its life, at a day's normal pace."""

import random
from collections import Counter
from datetime import timedelta

from odoo.tools import SQL

from .tables import number, show

# Enough to learn from, three days later.
ORDERS = 36
# How much time passes at once: until all orders are done, and from then on.
STEP, LATER_STEP = timedelta(minutes=5), timedelta(hours=1)
ORDERS_A_STEP = 2
# When JD reports what, counted from the order: a day in a warehouse, two on the road.
PACE = {
    "100130": timedelta(minutes=5),
    "10014": timedelta(minutes=15),
    "10015": timedelta(hours=1),
    "10016": timedelta(hours=3),
    "10017": timedelta(hours=3, minutes=30),
    "10018": timedelta(hours=4),
    "10019": timedelta(hours=6),
    "10020": timedelta(hours=7),
    "10033": timedelta(hours=30),
    "10034": timedelta(hours=48),
}
# How much slower or faster than that an order is.
SPREAD = (0.75, 1.25)
SEED = 11
SHIPPED = "10019"
LONGEST = timedelta(hours=80)


def measure(world):
    rows = [("by pull alone, at first", *_live(world))]
    worker = world.start_worker()
    worker.run(world.find_crons("learn_lead_times"))
    worker.stop()
    rows.append(("by pull alone, learnt from these", *_live(world)))
    message_url = f"{world.odoo.url}/jd_fulfillment/message"
    world.sandbox.do("settings", message_url=message_url)
    world.log_in(subscribe=True)
    rows.append(("with messages", *_live(world)))
    world.sandbox.do("settings", message_url="")
    show(
        f"Calls to JD per order, {ORDERS} orders from create to done and to delivered",
        (
            *("how", "to done", "of these queries", "to delivered"),
            *("shipment known after, minutes, median", "ninth decile"),
        ),
        rows,
    )


def _live(world):
    """Let orders live; return how often JD was called about each, and how late."""
    chance = random.Random(SEED)
    worker = world.start_worker()
    crons = world.find_crons(
        "push_orders", "process_messages", "follow_orders", "close_orders"
    )
    before = _count_calls(world)
    orders, coming = world.env["jd.order"], []
    age, calls_to_done = timedelta(), None
    while age < LONGEST:
        if len(orders) < ORDERS:
            made = world.make_orders(ORDERS_A_STEP)
            orders += made
            coming += _plan(made, age, chance)
        worker.run(crons)
        _wait_for_messages(world)
        world.refresh()
        if not calls_to_done and set(orders.mapped("state")) == {"done"}:
            calls_to_done = _count_calls(world) - before
        step = LATER_STEP if calls_to_done else STEP
        age += step
        worker.call(world.committed.make_older, seconds=step.total_seconds())
        world.sandbox.do("pass_time", seconds=step.total_seconds())
        coming = _work(world, coming, age)
    worker.stop()
    delivered = _count_calls(world) - before
    return (
        number(calls_to_done.total() / ORDERS),
        number(calls_to_done["querySoOrder"] / ORDERS),
        number(delivered.total() / ORDERS),
        *map(number, _measure_lateness(world, orders)),
    )


def _plan(orders, age, chance):
    """Return when JD brings these orders to which status: (age, name, status)."""
    paces = {name: chance.uniform(*SPREAD) for name in orders.mapped("name")}
    return [
        (age + pace * moment, name, status)
        for name, pace in paces.items()
        for status, moment in PACE.items()
    ]


def _work(world, coming, age):
    """Have JD do what is due; return what is still to come."""
    due = {}
    for at, name, status in sorted(coming):
        if at <= age:
            due.setdefault(status, []).append(name)
    for status, names in due.items():
        world.sandbox.do("advance", orders=names, to=status)
        _wait_for_messages(world)
    return [each for each in coming if each[0] > age]


def _measure_lateness(world, orders):
    """Return how many minutes late Odoo knew of shipments: median and ninth decile."""
    [deciles] = world.env.execute_query(
        SQL(
            """SELECT percentile_cont(ARRAY[0.5, 0.9]) WITHIN GROUP (
                      ORDER BY EXTRACT(EPOCH FROM create_date - happened_at) / 60)
                 FROM jd_order_event WHERE order_id = ANY(%s) AND code = %s""",
            orders.ids,
            SHIPPED,
        )
    )
    return deciles[0]


def _count_calls(world):
    counts = Counter()
    for row in world.sandbox.get("calls"):
        counts[row["call"]] += row["count"]
    return counts


def _wait_for_messages(world):
    while world.sandbox.get("summary")["waitingCount"]:
        pass
