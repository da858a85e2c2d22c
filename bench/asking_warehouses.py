"""Warehouses as they may be at JD: what becomes of each order, by seeded chance."""

import random
from dataclasses import dataclass
from datetime import datetime, timedelta

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
# How many orders customers place in each hour of a day.
SHOPPING = (2, 1, 1, 1, 1, 1, 2, 3, 5, 7, 9, 8, 7, 6, 6, 6, 6, 5, 5, 6, 8, 9, 8, 5)


@dataclass(slots=True)
class Order:
    """What becomes of an order, and when Odoo hears that it has left.

    :param questions: How often JD was asked until then.
    """

    accepted: datetime
    picked: datetime
    moved: datetime
    questions: int = 0
    heard: datetime | None = None


# === HOW WAREHOUSES WORK === #


class Warehouse:
    """A warehouse; its times are local."""

    opens, closes, off = 8, 22, ()

    def __init__(self, seed):
        self.random = random.Random(seed)
        self._days = {}

    def take(self, day, orders):
        """Return so many orders of a day, by the time at which JD accepts them."""
        hours = self.random.choices(range(24), SHOPPING, k=orders)
        times = sorted(
            day + hour * HOUR + self.random.randrange(3600) * MINUTE / 60
            for hour in hours
        )
        return [Order(accepted, *self.work(accepted)) for accepted in times]

    def work(self, accepted):
        """Return when the order is picked, and when it leaves."""
        raise NotImplementedError

    def mess(self, day, spread):
        """Return by how much a whole day's work is off, about `spread` minutes."""
        if day not in self._days:
            self._days[day] = self.random.gauss(0, spread)
        return self._days[day] * MINUTE

    def vary(self, median, sigma):
        return self.random.lognormvariate(0, sigma) * median

    def open_at(self, moment):
        """Return the moment, or when the warehouse opens next."""
        midnight = moment.replace(hour=0, minute=0, second=0)
        if moment.weekday() in self.off or moment.hour >= self.closes:
            return self.open_at(midnight + DAY + self.opens * HOUR)
        return max(moment, midnight + self.opens * HOUR)


class Fast(Warehouse):
    """Half an hour to pick, an hour to ship, from 8:00 to 22:00."""

    name = "fast"

    def work(self, accepted):
        pace = 1 + self.mess(accepted.date(), 0.1) / MINUTE
        picked = self.open_at(accepted) + self.vary(35, 0.5) * pace * MINUTE
        return picked, self.open_at(picked) + self.vary(60, 0.4) * pace * MINUTE


class Slow(Warehouse):
    """One to three days; the courier comes at 17:00."""

    name = "slow, a courier at 17:00"
    opens, closes = 9, 18

    def work(self, accepted):
        ready = self.open_at(accepted + self.vary(26, 0.35) * HOUR)
        picked = max(ready - self.vary(1.5, 0.5) * HOUR, accepted)
        day = ready.replace(hour=0, minute=0, second=0)
        while day.weekday() in self.off or self.fetch(day) < ready:
            day += DAY
        return picked, self.fetch(day) + self.vary(12, 0.6) * MINUTE

    def fetch(self, day):
        return day + 17 * HOUR + self.mess(day, 15)


class ClosedOnSundays(Slow):
    """The same, but what is left of Saturday and Sunday leaves on Monday."""

    name = "the same, closed on Sundays"
    off = (6,)


class CutOff(Warehouse):
    """Until 14:00 the same evening, then the next; one in ten a day later."""

    name = "cut-off at 14:00"

    def work(self, accepted):
        day = accepted.replace(hour=0, minute=0, second=0)
        late = (accepted.hour >= 14) + (self.random.random() < 0.1)
        day += late * DAY
        begun = max(accepted, day + 8 * HOUR)
        picked = begun + self.random.uniform(0.1, 0.9) * (day + 17 * HOUR - begun)
        evening = day + 18 * HOUR + self.mess(day, 15)
        return picked, evening + self.vary(30, 0.5) * MINUTE


class AnyHour(Warehouse):
    """One to three days, and nothing tells the hour."""

    name = "slow, at any hour"

    def work(self, accepted):
        moved = accepted + self.vary(30, 0.35) * HOUR
        return accepted + self.random.uniform(0.5, 0.9) * (moved - accepted), moved


WAREHOUSES = (Fast, Slow, CutOff, ClosedOnSundays, AnyHour)
