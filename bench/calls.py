"""How often JD is called about an order in its life, at a day's normal pace."""

from collections import Counter
from datetime import timedelta

from .tables import number, show

ORDERS = 50
STEP = timedelta(minutes=5)
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
DELIVERED = timedelta(hours=72)


def measure(world):
    rows = [("by pull alone", *_live(world))]
    message_url = f"{world.odoo.url}/jd_fulfillment/message"
    world.sandbox.do("settings", message_url=message_url)
    world.log_in(subscribe=True)
    rows.append(("with messages", *_live(world)))
    world.sandbox.do("settings", message_url="")
    show(
        f"Calls to JD per order, {ORDERS} orders from create to done and to delivered",
        ("how", "to done", "of these queries", "transfer done after", "to delivered"),
        rows,
    )


def _live(world):
    """Let orders live; return how often JD was called about each."""
    orders = world.make_orders(ORDERS)
    worker = world.start_worker()
    crons = world.find_crons(
        "push_orders", "process_messages", "follow_orders", "close_orders"
    )
    before = _count_calls(world)
    pace = dict(PACE)
    age, done_at, calls_to_done = timedelta(), None, None
    while age < DELIVERED:
        worker.run(crons)
        _wait_for_messages(world)
        world.refresh()
        if not done_at and set(orders.mapped("state")) == {"done"}:
            done_at, calls_to_done = age, _count_calls(world) - before
        age += STEP
        worker.call(world.committed.make_older, seconds=STEP.total_seconds())
        for status in [status for status, moment in pace.items() if moment <= age]:
            world.sandbox.do("advance", to=status)
            del pace[status]
            _wait_for_messages(world)
    worker.stop()
    delivered = _count_calls(world) - before
    return (
        number(calls_to_done.total() / ORDERS),
        number(calls_to_done["querySoOrder"] / ORDERS),
        done_at,
        number(delivered.total() / ORDERS),
    )


def _count_calls(world):
    counts = Counter()
    for row in world.sandbox.get("calls"):
        counts[row["call"]] += row["count"]
    return counts


def _wait_for_messages(world):
    while world.sandbox.get("summary")["waitingCount"]:
        pass
