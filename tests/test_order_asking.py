"""JD is asked when there is something to hear: by what earlier orders took."""

from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from .. import const
from ..lib.lead_times import LEAST
from .order_case import JdOrderCase

HOUR = timedelta(hours=1)


@tagged("post_install", "-at_install")
class TestOrderAsking(JdOrderCase):
    def setUp(self):
        super().setUp()
        self.now = fields.Datetime.now()

    def make_history(self, orders=3 * LEAST, **values):
        """Create orders of the last days: picked in two hours, shipped in three.

        :param values: Other values of each order; a duration is counted from when JD
            accepted it.
        """
        rows = []
        for number in range(orders):
            accepted_at = self.now - (6 * 24 - number) * HOUR
            times = {
                "picked_at": 2 * HOUR,
                "moved_at": 3 * HOUR,
                "delivered_at": 33 * HOUR,
                "pulled_at": 40 * HOUR,
            }
            row = {
                "connector_id": self.connector.id,
                "warehouse_id": self.warehouse.id,
                "kind": "outbound",
                "state": "done",
                "accepted_at": accepted_at,
            }
            for name, value in (times | values).items():
                is_time = isinstance(value, timedelta)
                row[name] = accepted_at + value if is_time else value
            rows.append(row)
        return self.env["jd.order"].create(rows)

    def learn(self):
        self.run_cron("learn_lead_times")

    def assertDue(self, order, hours):
        """Expect the next pull in so many hours, give or take some minutes."""
        wait = order.pull_at - fields.Datetime.now()
        self.assertAlmostEqual(wait / HOUR, hours, delta=0.1)

    def test_an_order_is_asked_about_when_earlier_ones_had_left(self):
        self.make_history()
        self.learn()
        order = self.send(self.make_delivery(1))
        self.assertDue(order, 3)
        self.pass_time(hours=3)
        self.run_cron("follow_orders")
        self.assertDue(order, 1.5)
        # What is picked takes another time to leave than what is not.
        self.advance(order, "10016")
        self.pull(order)
        self.assertDue(order, 1)

    def test_a_warehouse_that_nothing_is_known_of_is_asked_as_before(self):
        self.learn()
        order = self.send(self.make_delivery(1))
        self.assertDue(order, const.PULL_SOONEST / HOUR)
        for values in (
            {"orders": LEAST - 1},
            {"state": "cancelled"},
            {"kind": "inbound"},
            {"pulled_at": False},
        ):
            with self.subTest(values):
                history = self.make_history(**values)
                self.learn()
                self.assertFalse(self.warehouse.jd_lead_times["ship"])
                history.accepted_at = "2020-01-01"

    def test_a_new_warehouse_is_asked_like_the_others_of_its_connection(self):
        self.make_history()
        [known, new] = self.warehouse | self.warehouse.copy({"name": "JD 2"})
        new.sudo().write({"jd_connector_id": known.jd_connector_id.id})
        self.learn()
        self.assertTrue(known.jd_lead_times["ship"])
        self.assertEqual(new.jd_lead_times, known.jd_lead_times)

    def test_of_many_orders_at_once_some_are_enough(self):
        orders = self.make_history(const.LEAD_TIMES_SLOT_ORDERS + LEAST)
        orders.accepted_at = self.now - HOUR
        rows = self.connector.sudo()._find_order_times(self.now)
        self.assertLessEqual(len(rows), 2 * const.LEAD_TIMES_SLOT_ORDERS)

    def test_while_messages_arrive_orders_are_pulled_as_rarely_as_before(self):
        self.make_history()
        self.learn()
        order = self.send(self.make_delivery(1))
        self.receive_message(order, "10014")
        self.follow_messages()
        self.assertDue(order, const.PULL_AT_LEISURE / HOUR)

    def test_what_jd_owes_is_asked_for_soon_whatever_others_took(self):
        self.make_history()
        self.learn()
        picking = self.make_delivery(1)
        order = self.send(picking)
        self.sandbox.do("settings", cancel="later, agreed")
        picking.action_cancel()
        self.run_cron("push_orders")
        self.pull(order)
        self.assertEqual(order.state, "cancelling")
        self.assertDue(order, const.PULL_IMPATIENT / HOUR)

    def test_a_parcel_is_asked_about_when_earlier_ones_were_there(self):
        self.make_history()
        self.learn()
        order = self.send(self.make_delivery(1))
        self.ship(order)
        self.assertEqual(order.state, "done")
        self.assertDue(order, 30)

    def test_the_more_orders_a_day_the_fewer_questions_each(self):
        connector = self.connector.sudo()
        self.assertEqual(connector._get_questions_per_order(), const.PULL_QUESTIONS)
        history = self.make_history(80)
        history.accepted_at = self.now
        self.env.registry.clear_cache()
        connector.daily_calls = 150
        self.assertEqual(connector._get_questions_per_order(), 1.5)

    def test_orders_that_are_done_leave_the_calls_to_those_that_are_open(self):
        connector = self.connector.sudo()
        self.make_history(80).accepted_at = self.now
        self.env.registry.clear_cache()
        connector.daily_calls = 100
        few = 100 * const.PULL_AFTER_SHIPPING_SHARE
        call = "querySoOrder"
        self.assertEqual(connector._get_leisure_allowance(call, 50), few)
        self.assertGreater(connector._get_pull_allowance(call, 50), few)
        yesterday = self.now - 30 * HOUR
        asked = self.make_history(int(few))
        asked.write({"pulled_at": self.now, "done_at": yesterday})
        self.assertEqual(connector._get_leisure_allowance(call, 50), 0)
        connector.daily_calls = 10_000
        self.assertEqual(connector._get_leisure_allowance(call, 50), 50)

    def test_an_old_order_whose_turn_never_came_is_let_go(self):
        old, young, open_order = self.make_history(3)
        ages = {old: 31, young: 29, open_order: 31}
        for order, days in ages.items():
            order.accepted_at = self.now - timedelta(days=days)
            order.pull_at = self.now - timedelta(days=2)
        open_order.state = "in_progress"
        self.run_cron("follow_orders")
        self.assertEqual([bool(order.pull_at) for order in ages], [False, True, True])
