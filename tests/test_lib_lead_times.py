"""When to ask about an order, by what earlier ones took: properties and cases."""

import json
import random
from datetime import datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.tests import BaseCase

from ..lib import lead_times
from ..lib.lead_times import (
    DELIVER,
    KEPT,
    LEAST,
    PRICES,
    SHIP,
    SHIP_PICKED,
    SOONEST,
    STEPS,
    LeadTimes,
    Life,
    estimate,
    learn,
    plan,
)

NOW = datetime.fromisoformat("2026-03-30")  # a Monday
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)

moments = st.integers(0, 28 * 24 * 60).map(lambda minutes: NOW - minutes * MINUTE)
waits = st.none() | st.integers(-2, 8 * 24 * 60).map(lambda minutes: minutes * MINUTE)
prices = st.sampled_from(PRICES)
points = st.lists(st.integers(0, 20_000), max_size=KEPT).map(
    lambda minutes: tuple(sorted(minutes))
)


@st.composite
def lives(draw):
    """Return a `Life` that may have gone wrong in any way that a database holds."""
    accepted = draw(moments)
    return Life(
        accepted,
        *(
            (wait is not None and accepted + wait) or None
            for wait in draw(st.tuples(waits, waits, waits))
        ),
        seen=accepted + draw(st.integers(0, 5_000)) * MINUTE,
    )


def ship(accepted, *, after, picked=None, seen=None):
    """Return the `Life` of an order that left so long after JD accepted it."""
    moved = accepted + after
    picked = accepted + (picked or after / 2)
    return Life(accepted, picked, moved, moved + 2 * DAY, seen or moved + 3 * DAY)


def make_lives(count, after, days=14):
    """Return so many orders of each of the last days, at any hour."""
    chance = random.Random(7)
    return [
        ship(accepted, after=after(accepted, chance))
        for day in range(1, days + 1)
        for accepted in (
            NOW - day * DAY + chance.randrange(1440) * MINUTE for _order in range(count)
        )
    ]


class TestProperties(BaseCase):
    """Whatever was learnt: JD is asked again, neither at once nor never."""

    @settings(deadline=None, max_examples=60)
    @given(st.lists(lives(), min_size=LEAST, max_size=80), prices, moments, waits)
    def test_the_wait_is_finite_and_never_shorter_than_the_soonest(
        self, orders, price, began, age
    ):
        learnt = LeadTimes(json.loads(json.dumps(learn(orders * 3, NOW))))
        for step in STEPS:
            wait = learnt.find_wait(step, began, began + (age or HOUR), price)
            if wait is not None:
                self.assertGreaterEqual(wait, SOONEST)
                self.assertLess(wait, 60 * DAY)

    @settings(deadline=None, max_examples=60)
    @given(points, prices)
    def test_who_is_asked_later_is_not_asked_again_before_who_is_asked_sooner(
        self, taken, price
    ):
        asked = plan(taken, price).asked
        self.assertEqual(list(asked), sorted(asked))
        for start, end in enumerate(asked):
            self.assertGreaterEqual(end, start)

    @settings(deadline=None, max_examples=60)
    @given(points)
    def test_the_dearer_a_call_the_fewer_questions(self, taken):
        questions = [plan(taken, price).questions for price in PRICES]
        self.assertEqual(questions, sorted(questions, reverse=True))
        for count in questions:
            self.assertGreaterEqual(count, 1 if taken else 0)

    @settings(deadline=None, max_examples=40)
    @given(points.filter(len), prices)
    def test_no_other_order_of_questions_is_cheaper(self, taken, price):
        """As few points as can all be tried."""
        taken = taken[-6:]
        best = plan(taken, price).cost
        for chosen in range(2 ** (len(taken) - 1)):
            ends = [n for n in range(len(taken) - 1) if chosen >> n & 1]
            self.assertGreaterEqual(
                self.get_cost(taken, price, [*ends, len(taken) - 1]) + 1e-6, best
            )

    def get_cost(self, taken, price, ends):
        """Return what it costs to ask at these points, added up order by order."""
        cost = (lead_times.POINTS - len(taken)) * price * (len(ends) + 1)
        for index, point in enumerate(taken):
            turn = next(n for n, end in enumerate(ends) if end >= index)
            late = taken[ends[turn]] - point
            cost += price * (turn + 1) + late + late * late / lead_times.BAD
        return cost / lead_times.POINTS

    @settings(deadline=None, max_examples=60)
    @given(
        st.lists(
            st.tuples(st.integers(0, 9_000), st.floats(0.01, 1), st.booleans()),
            max_size=80,
        )
    )
    def test_the_points_ascend_and_are_times_at_which_something_ended(self, rows):
        found = estimate(rows)
        self.assertEqual(list(found), sorted(found))
        self.assertLessEqual(len(found), KEPT)
        self.assertLessEqual(set(found), {at for at, _weight, ended in rows if ended})

    @settings(deadline=None, max_examples=30)
    @given(st.lists(lives(), max_size=LEAST - 1))
    def test_few_orders_tell_nothing(self, orders):
        learnt = LeadTimes(learn(orders, NOW))
        for step in STEPS:
            self.assertIsNone(learnt.find_wait(step, NOW, NOW + HOUR, 60))

    @settings(deadline=None, max_examples=40)
    @given(points, moments, prices)
    def test_an_order_that_never_leaves_is_asked_about_again_and_again(
        self, taken, began, price
    ):
        data = {step: {"": [99, False, list(taken)]} for step in STEPS}
        learnt, now, questions = LeadTimes(data), began, 0
        while now < began + 30 * DAY:
            now += learnt.find_wait(SHIP, began, now, price)
            questions += 1
        # Each point once, then half as long again each time.
        self.assertLess(questions, KEPT + 30)


class TestLearn(BaseCase):
    """What is learnt of warehouses that are easy to understand."""

    def find_asked(self, orders, accepted, age=timedelta(), price=60, step=SHIP):
        """Return when JD is asked about an order of a warehouse."""
        learnt = LeadTimes(learn(orders, NOW))
        now = accepted + age
        return now + learnt.find_wait(step, accepted, now, price)

    def test_an_order_is_asked_about_when_nearly_all_have_left(self):
        orders = make_lives(
            40, lambda accepted, chance: chance.randrange(60, 120) * MINUTE
        )
        asked = self.find_asked(orders, NOW)
        self.assertGreater(asked, NOW + 100 * MINUTE)
        self.assertLess(asked, NOW + 125 * MINUTE)

    def test_one_that_has_not_left_by_then_is_asked_about_later_and_later(self):
        orders = make_lives(40, lambda accepted, chance: HOUR)
        first = self.find_asked(orders, NOW, age=2 * HOUR) - NOW
        second = self.find_asked(orders, NOW, age=first) - NOW
        self.assertEqual((first, second), (3 * HOUR, 4.5 * HOUR))

    def test_a_courier_who_comes_at_an_hour_is_waited_for(self):
        def wait_for_courier(accepted, chance):
            courier = accepted.replace(hour=18, minute=0)
            return courier + (courier < accepted) * DAY - accepted

        orders = make_lives(200, wait_for_courier)
        for hour, minute in ((9, 2), (9, 58), (17, 30)):
            accepted = NOW.replace(hour=hour, minute=minute)
            asked = self.find_asked(orders, accepted)
            self.assertEqual(asked, accepted.replace(hour=18, minute=0))

    def test_weekdays_differ_where_there_are_orders_enough(self):
        def rest_on_sunday(accepted, chance):
            return DAY if accepted.weekday() == 6 else HOUR

        orders = make_lives(1_200, rest_on_sunday, days=7)
        sunday, monday = NOW - DAY + 10 * HOUR, NOW + 10 * HOUR
        self.assertEqual(self.find_asked(orders, sunday), sunday + DAY)
        self.assertEqual(self.find_asked(orders, monday), monday + HOUR)

    def test_an_hour_without_orders_is_like_all_hours(self):
        orders = [
            ship(NOW - day * DAY + 9 * HOUR, after=HOUR)
            for day in range(1, 8)
            for _order in range(10)
        ]
        accepted = NOW + 3 * HOUR
        self.assertEqual(self.find_asked(orders, accepted), accepted + HOUR)

    def test_orders_that_have_not_left_yet_say_that_it_takes_longer(self):
        gone = [ship(NOW - HOUR * 5, after=HOUR)] * 50
        left = [Life(NOW - HOUR * 4, None, None, None, seen=NOW)] * 50
        self.assertGreater(len(learn(gone, NOW)[SHIP][""][2]), 30)
        self.assertLess(len(learn(gone + left, NOW)[SHIP][""][2]), 17)

    def test_the_last_days_count_more_than_those_before(self):
        before = make_lives(40, lambda accepted, chance: HOUR, days=28)
        slower = [
            ship(NOW - HOUR * 30 + n * MINUTE, after=5 * HOUR) for n in range(900)
        ]
        even = [ship(life.accepted - 21 * DAY, after=5 * HOUR) for life in slower]
        self.assertEqual(learn(before + slower, NOW)[SHIP][""][2][14], 300)
        self.assertEqual(learn(before + even, NOW)[SHIP][""][2][14], 60)

    def test_what_is_picked_is_asked_about_by_how_long_it_takes_to_ship(self):
        orders = [
            ship(NOW - n * HOUR, after=(n % 20 + 1) * HOUR, picked=n % 20 * HOUR)
            for n in range(1, 200)
        ]
        asked = self.find_asked(orders, NOW, step=SHIP_PICKED)
        self.assertEqual(asked, NOW + HOUR)

    def test_a_delivery_is_asked_about_by_how_long_they_are_on_the_road(self):
        orders = make_lives(40, lambda accepted, chance: HOUR)
        asked = self.find_asked(orders, NOW, step=DELIVER)
        self.assertEqual(asked, NOW + 2 * DAY)

    def test_the_price_is_the_lowest_at_which_the_calls_are_enough(self):
        orders = make_lives(
            40, lambda accepted, chance: chance.randrange(60, 1200) * MINUTE
        )
        learnt = LeadTimes(learn(orders, NOW))
        for questions in (1.5, 2, 3):
            price = learnt.find_price(questions)
            self.assertLessEqual(learnt.count_questions(price), questions)
            cheaper = PRICES[max(PRICES.index(price) - 1, 0)]
            if cheaper != price:
                self.assertGreater(learnt.count_questions(cheaper), questions)
        self.assertEqual(learnt.find_price(0.5), PRICES[-1])
        self.assertEqual(LeadTimes({}).find_price(2), PRICES[0])
