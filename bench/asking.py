"""How often JD is asked about an order, and how late its news is: a simulation.

Nothing but Python: each rule lives through the same week of made-up warehouses, minute
by minute, with the part of the day's calls that the addon leaves to pulls. What the
addon learns, it has learnt from the four weeks before. The news that counts is that an
order has left: it closes the transfer.
"""

import heapq
from collections import Counter
from datetime import datetime

from lib import lead_times

from .asking_warehouses import DAY, HOUR, MINUTE, WAREHOUSES
from .tables import number, show

VOLUMES = (500, 4_500)
SEED = 11
MONDAY = datetime.fromisoformat("2026-03-02")
LEARNT_DAYS, DAYS = 28, 7
# As const.py and jd_connector_budget.py have them.
CALLS, RESERVED, HEAD_START = 10_000, 0.2, 0.25
QUESTIONS = 2
SLOT, SLOT_ORDERS = 10, 6


def measure():
    for volume in VOLUMES:
        show(
            f"{volume:,} orders a day without messages, by simulation",
            (
                *("warehouse", "rule", "queries per order"),
                *("minutes late, median", "ninth decile"),
                *(
                    "queries on the busiest day",
                    "enough for orders a day, derived",
                ),
            ),
            [row for kind in WAREHOUSES for row in _compare(kind, volume)],
        )


def _compare(kind, volume):
    warehouse = kind(SEED)
    days = [MONDAY + day * DAY for day in range(LEARNT_DAYS + DAYS)]
    orders = [order for day in days for order in warehouse.take(day, volume)]
    begin = days[LEARNT_DAYS]
    week = [order for order in orders if order.accepted >= begin]
    learnt = _learn([order for order in orders if order.accepted < begin], begin)
    rules = {
        "earlier": _wait_earlier,
        "every two hours": lambda order, now: 2 * HOUR,
        "learnt": _make_learnt(learnt, volume),
    }
    for name, find_wait in rules.items():
        used = _live(week, find_wait, begin)
        yield kind.name, name, *_describe(week, used)


def _describe(week, used):
    late = sorted((order.heard - order.moved) / MINUTE for order in week)
    queries = sum(order.questions for order in week) / len(week)
    pulls = CALLS * (1 - RESERVED)
    busiest = max(used.values())
    return (
        number(queries),
        *(number(late[int(len(late) * share)]) for share in (0.5, 0.9)),
        f"{busiest:,}",
        # Where calls are short, orders are asked less than the rule wants.
        f"{pulls / queries:,.0f}" if busiest < pulls else "(calls were short)",
    )


# === RULES === #


def _wait_earlier(order, now):
    """Nine tenths of the age, at least half an hour, at most twelve hours."""
    return min(max((now - order.accepted) * 0.9, HOUR / 2), 12 * HOUR)


def _make_learnt(learnt, volume):
    price = learnt.find_price(min(QUESTIONS, CALLS * (1 - RESERVED) / volume))

    def find_wait(order, now):
        step, began = lead_times.SHIP, order.accepted
        if order.questions and order.picked <= now:
            step, began = lead_times.SHIP_PICKED, order.picked
        return learnt.find_wait(step, began, now, price)

    return find_wait


def _learn(orders, now):
    """Learn from so many orders of each ten minutes, as far as Odoo knows them."""
    taken, lives = Counter(), []
    for order in orders:
        slot = (order.accepted - MONDAY) // (SLOT * MINUTE)
        taken[slot] += 1
        if taken[slot] <= SLOT_ORDERS:
            picked, moved = (
                at if at <= now else None for at in (order.picked, order.moved)
            )
            lives.append(lead_times.Life(order.accepted, picked, moved, None, now))
    return lead_times.LeadTimes(lead_times.learn(lives, now))


# === A WEEK === #


def _live(week, find_wait, begin):
    """Have a rule ask about the orders of a week; return how often on each day."""
    used, queue, turn, now = Counter(), [], 0, begin
    while queue or turn < len(week):
        while turn < len(week) and week[turn].accepted <= now:
            order = week[turn]
            order.questions, order.heard = 0, None
            due = order.accepted + find_wait(order, order.accepted)
            heapq.heappush(queue, (due, turn))
            turn += 1
        allowed = _get_allowed(now) - used[now.date()]
        while queue and queue[0][0] <= now and allowed > 0:
            allowed -= 1
            used[now.date()] += 1
            _ask(week, queue, find_wait, now)
        now += MINUTE
    return used


def _ask(week, queue, find_wait, now):
    """Ask about the order that has been due for the longest time."""
    _due, turn = heapq.heappop(queue)
    order = week[turn]
    order.questions += 1
    if order.moved <= now:
        order.heard = now
    else:
        heapq.heappush(queue, (now + find_wait(order, now), turn))


def _get_allowed(now):
    """Return how many queries pulls may have made by now."""
    day_share = (now.hour * 60 + now.minute) / 1440
    return int(CALLS * min(day_share + HEAD_START, 1 - RESERVED))
