"""How long a warehouse takes, learnt from its orders, and when to ask about another.

Each question costs a call. What may be known is how long other orders of the same hour
took: an order is asked about when the news that it saves from being late is worth the
call (the inspection model of Barlow and Proschan). All times are naive and local to the
warehouse, whose hours of work they show; durations are minutes.
"""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from math import ceil

# The steps of an order, each between two members of `Life`.
SHIP, SHIP_PICKED, DELIVER = "ship", "ship_picked", "deliver"
STEPS = {
    SHIP: ("accepted", "moved"),
    SHIP_PICKED: ("picked", "moved"),
    DELIVER: ("moved", "delivered"),
}
# Fewer orders than these, the older ones counted in part, say nothing.
LEAST = 20
# After so long an order counts half.
HALF_LIFE = timedelta(days=7)
# A lead time is kept as so many points, each the end of as large a share of the orders.
POINTS = 32
# The last point is left out: the slowest orders are exceptions, asked for as such.
KEPT = POINTS - 1
# What is asked after the last point: when the wait has grown by this share.
LONGER = 0.5
# News that is so late is twice as bad as its minutes say.
BAD = 120
# What a call may cost, in minutes that the news of one order is late.
PRICES = tuple(round(5 * 1.25**step, 1) for step in range(30))
# The price at which it is decided how a lead time is to be counted.
USUAL_PRICE = 60
# The shortest wait until an order is asked about again.
SOONEST = timedelta(minutes=5)


@dataclass(frozen=True)
class Life:
    """When an order reached what; None for what it has not reached.

    :param seen: When JD was last asked: until then it is known.
    """

    accepted: datetime
    picked: datetime | None
    moved: datetime | None
    delivered: datetime | None
    seen: datetime


@dataclass(frozen=True)
class LeadTime:
    """How long a step takes: the points that equal shares of the orders end at.

    :param orders: How many orders it is learnt from.
    :param points: Ascending, in minutes; what is missing of `POINTS` takes longer.
    :param by_clock: Whether the points count from midnight before the step began, as
        where couriers come at an hour; else from its beginning.
    """

    orders: int
    points: tuple[int, ...]
    by_clock: bool = False


# === LEARN === #


def learn(lives, now):
    """Return the lead times of orders by step and hour, as data for JSON.

    :param lives: `Life` of orders, without those that were cancelled.
    :return: Step → cell (see `_get_cells`) → `[orders, by_clock, points]`.
    """
    lives = list(lives)
    return {step: _learn_step(step, lives, now) for step in STEPS}


def _learn_step(step, lives, now):
    first, last = STEPS[step]
    by_cell = defaultdict(list)
    for life in lives:
        began, ended = getattr(life, first), getattr(life, last)
        until = ended or life.seen
        # JD's clock and ours may differ by seconds: no step takes less than none.
        if began and until >= began:
            weight = 0.5 ** ((now - began) / HALF_LIFE)
            row = (_minutes(until - began), weight, bool(ended), _since_midnight(began))
            for cell in _get_cells(began):
                by_cell[cell].append(row)
    found = {cell: _measure(rows, cell) for cell, rows in sorted(by_cell.items())}
    return {
        cell: [lead.orders, lead.by_clock, list(lead.points)]
        for cell, lead in found.items()
        if lead.orders >= LEAST
    }


def _get_cells(began):
    """Return the cells of a step's beginning: weekday and hour, hour, any."""
    return f"{began.weekday()}-{began.hour}", f"{began.hour}", ""


def _measure(rows, cell):
    """Return the `LeadTime` of (minutes, weight, has ended, minutes since midnight)."""
    orders = int(sum(weight for _minutes, weight, _ended, _midnight in rows))
    leads = [LeadTime(orders, estimate(row[:3] for row in rows))]
    if cell:
        by_clock = ((lead + at, weight, ended) for lead, weight, ended, at in rows)
        leads.append(LeadTime(orders, estimate(by_clock), by_clock=True))
    return min(leads, key=lambda lead: plan(lead.points, USUAL_PRICE).cost)


def estimate(rows):
    """Return the points of a lead time, of which some ends are not known yet.

    The product-limit estimate of Kaplan and Meier: an order that has not got there says
    that it takes longer than it has been seen.

    :param rows: (minutes, weight, has ended).
    """
    # What ended at a minute was at risk with what was last seen at that minute.
    rows = sorted(rows, key=lambda row: (row[0], not row[2]))
    at_risk = sum(weight for _minutes, weight, _ended in rows)
    left, points = 1.0, []
    for minutes, weight, has_ended in rows:
        if has_ended:
            left *= max(0.0, 1 - weight / max(at_risk, weight))
            reached = min(KEPT, int((1 - left) * POINTS + 1e-6))
            points += [minutes] * (reached - len(points))
        at_risk -= weight
    return tuple(points)


# === PLAN === #


@dataclass(frozen=True)
class Plan:
    """When to ask about an order, for one lead time and one price of a call.

    :param asked: For each point the index of the point to ask at, where no point
        before it can be the order's any more.
    :param cost: In minutes: what the calls cost and how late the news is, on average.
    :param questions: How many questions an order takes on average, that which brings
        the news included.
    """

    asked: tuple[int, ...]
    cost: float
    questions: float


@lru_cache(maxsize=8192)
def plan(points, price):
    """Return the `Plan` with the lowest cost."""
    count = len(points)
    # After the last point each order that is left is asked about once more at least.
    cost = [0.0] * count + [price * (POINTS - count)]
    questions = [0.0] * count + [float(POINTS - count)]
    asked = [0] * count
    for start in reversed(range(count)):
        best, asked[start] = min(
            (late + cost[end + 1], end) for end, late in _find_lateness(points, start)
        )
        # All that are left at a point are asked about, whatever JD answers.
        cost[start] = best + price * (POINTS - start)
        questions[start] = questions[asked[start] + 1] + POINTS - start
    return Plan(tuple(asked), cost[0] / POINTS, questions[0] / POINTS)


def _find_lateness(points, start):
    """Yield each index from `start` on, and how bad it is to ask at its point.

    That is the sum over the points until then, each `late + late² / BAD`.
    """
    total = squares = 0
    for end in range(start, len(points)):
        at, before = points[end], end - start
        late = before * at - total
        late_squared = before * at * at - 2 * at * total + squares
        yield end, late + late_squared / BAD
        total += at
        squares += at * at


# === ASK === #


class LeadTimes:
    """The lead times of a warehouse, and when to ask about its orders.

    :param dict data: As `learn` returns it.
    """

    def __init__(self, data):
        self._steps = {
            step: {
                cell: LeadTime(orders, tuple(points), by_clock)
                for cell, (orders, by_clock, points) in data.get(step, {}).items()
            }
            for step in STEPS
        }
        self._prices = {}
        lead = self._steps[SHIP_PICKED].get("")
        # How long an order that is not picked takes at the least, but for one in ten.
        self._rest = lead.points[POINTS // 10] if lead and len(lead.points) > 3 else 0

    def find_price(self, questions):
        """Return the lowest price of a call at which an order takes so many questions.

        :param questions: On average, until it is known that the goods have moved.
        """
        # Rounded, as it is looked up for each order.
        twentieths = int(questions * 20)
        if twentieths not in self._prices:
            self._prices[twentieths] = self._find_price(twentieths / 20)
        return self._prices[twentieths]

    def _find_price(self, questions):
        # The dearer a call, the fewer questions: the first price that is enough.
        enough = bisect_left(
            PRICES, -questions, key=lambda price: -self.count_questions(price)
        )
        return PRICES[min(enough, len(PRICES) - 1)]

    def count_questions(self, price):
        """Return how many questions an order takes on average, at a price of a call."""
        leads = self._get_finest()
        orders = sum(lead.orders for lead in leads)
        return sum(
            plan(lead.points, price).questions * lead.orders for lead in leads
        ) / max(orders, 1)

    def _get_finest(self):
        """Return the lead times of the smallest cells that most orders are in."""
        by_size = defaultdict(list)
        for cell, lead in self._steps[SHIP].items():
            by_size[_get_size(cell)].append(lead)
        orders = {
            size: sum(lead.orders for lead in leads) for size, leads in by_size.items()
        }
        enough = [size for size in orders if orders[size] * 2 >= max(orders.values())]
        return by_size[min(enough, default=None)]

    def find_wait(self, step, began, now, price):
        """Return how long to wait before an order is asked about, or None.

        :param step: What is to be known: `SHIP` of an order that is not picked yet,
            `SHIP_PICKED` of one that is, or `DELIVER`.
        :param began: When the step began.
        :param now: Until when JD has not reported its end.
        :return: None where too few orders are known to tell.
        """
        lead = self._find(step, began)
        if not lead:
            return None
        age = max(0.0, (now - began).total_seconds() / 60)
        before = _since_midnight(began) if lead.by_clock else 0
        passed = age + before
        if not lead.points or lead.points[-1] <= passed:
            return max(timedelta(minutes=LONGER * age), SOONEST)
        earliest = passed + self._rest if step == SHIP else passed
        start = bisect_right(lead.points[:-1], earliest)
        asked = plan(lead.points, price).asked[start]
        return max(timedelta(minutes=lead.points[asked] - passed), SOONEST)

    def _find(self, step, began):
        cells = self._steps[step]
        return next((cells[each] for each in _get_cells(began) if each in cells), None)


def _get_size(cell):
    """Return 0 for a cell of a weekday and hour, 1 for one of an hour, 2 for all."""
    return 2 - bool(cell) - ("-" in cell)


def _minutes(duration):
    return ceil(duration.total_seconds() / 60)


def _since_midnight(moment):
    return moment.hour * 60 + moment.minute
