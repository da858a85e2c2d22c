from datetime import timedelta
from itertools import pairwise

from odoo import fields
from odoo.tests import tagged

from .order_case import JdOrderCase

WAY = ["10010", "100130", "10014", "10015", "10016", "10017", "10018"]


@tagged("post_install", "-at_install")
class TestOrderStatus(JdOrderCase):
    def setUp(self):
        super().setUp()
        self.picking = self.make_delivery(3, 2)
        self.order = self.send(self.picking)

    def get_codes(self):
        return self.order.event_ids.sorted("id").mapped("code")

    # === PULLED === #

    def test_a_message_that_a_waybill_is_assigned_brings_it(self):
        self.advance(self.order, "100130")
        self.receive_message(self.order, "100130")
        calls = self.count_calls("querySoOrder")
        self.follow_messages()
        self.assertTrue(self.order.picking_id.jd_waybills)
        self.receive_message(self.order, "100130")
        self.follow_messages()
        self.assertEqual(self.count_calls("querySoOrder"), calls + 1)

    def test_a_pull_brings_the_whole_way_so_far_with_jds_times(self):
        self.advance(self.order, "10016")
        self.pull(self.order)
        self.assertEqual(self.get_codes(), WAY[:5])
        self.assertEqual(self.order.status_name, "Picked off the shelf")
        self.assertEqual(self.order.state, "in_progress")
        [at_jd] = [self.find_order_at_jd(self.order)]
        for event, row in zip(
            self.order.event_ids.sorted("id"), at_jd["history"], strict=True
        ):
            told = fields.Datetime.to_datetime(row["time"]) - timedelta(hours=8)
            self.assertEqual(event.happened_at, told)
        self.assertEqual(set(self.order.event_ids.mapped("source")), {"pull"})

    def test_what_was_told_before_is_not_noted_again(self):
        self.advance(self.order, "10014")
        self.pull(self.order)
        self.pull(self.order)
        self.assertEqual(self.get_codes(), WAY[:3])

    def test_the_buttons_on_transfer_order_and_connection_all_ask(self):
        self.advance(self.order, "10014")
        for button in (
            self.picking.action_jd_pull,
            self.order.with_user(self.stock_user).action_pull,
            self.connector.action_pull_orders,
        ):
            before = self.count_calls("querySoOrder")
            button()
            self.run_cron("follow_orders")
            self.assertEqual(self.count_calls("querySoOrder"), before + 1)

    def test_waybills_are_on_the_transfer_as_soon_as_jd_has_them(self):
        self.advance(self.order, "100130")
        self.pull(self.order)
        waybill = self.find_order_at_jd(self.order)["waybillNo"]
        self.assertEqual(self.picking.jd_waybills, waybill)
        self.assertEqual(len(self.order.parcel_ids), 1)

    def test_parcels_take_the_place_of_the_bare_waybill(self):
        self.advance(self.order, "100130", parcels=3, waybills=2)
        self.pull(self.order)
        self.advance(self.order, "10018")
        self.pull(self.order)
        self.assertEqual(len(self.order.parcel_ids), 3)
        waybills = {row["waybillNo"] for row in [self.find_order_at_jd(self.order)]}
        self.assertLessEqual(waybills, set(self.picking.jd_waybills.split(", ")))
        self.assertEqual(len(self.picking.jd_waybills.split(", ")), 2)
        self.assertFalse(self.order.parcel_ids.filtered("is_expected"))

    def test_jd_not_knowing_what_it_accepted_is_told_once(self):
        self.sandbox.do("reset")
        self.connect(self.connector)
        self.pull(self.order)
        self.pull(self.order)
        self.assertOneActivity(self.order, "no longer does. Nothing is sent again: ask")
        self.assertEqual(self.order.state, "accepted")

    def test_an_order_that_jd_gave_up_is_released_by_a_manager_only(self):
        self.advance(self.order, "10016")
        self.pull(self.order)
        with self.assertRefused("Only a JD manager", error=Exception):
            self.order.with_user(self.stock_user).action_release()
        self.order.with_user(self.manager).action_release()
        self.assertEqual(self.order.state, "cancelled")
        self.assertTrue(self.picking.jd_on_hold)
        self.picking.action_jd_send()
        self.assertNotEqual(self.picking.jd_order_id, self.order)
        self.assertEqual(self.send(self.picking).state, "accepted")

    # === TOLD BY MESSAGES === #

    def test_a_message_moves_the_order_on_without_a_question(self):
        before = self.count_calls("querySoOrder")
        self.receive_message(self.order, "10014")
        self.follow_messages()
        self.assertEqual(self.order.status_code, "10014")
        self.assertEqual(self.order.state, "in_progress")
        self.assertEqual(self.order.event_ids.source, "push")
        self.assertEqual(self.count_calls("querySoOrder"), before)

    def test_messages_in_any_order_and_twice_move_it_forward_only(self):
        for code in ("10017", "10010", "10016", "10017", "10014", "10010"):
            self.receive_message(self.order, code)
        self.follow_messages()
        self.assertEqual(self.order.status_code, "10017")
        self.assertEqual(sorted(self.get_codes()), ["10010", "10014", "10016", "10017"])
        self.receive_message(self.order, "10015")
        self.follow_messages()
        self.assertEqual(self.order.status_code, "10017")

    def test_a_message_of_another_kind_only_has_jd_asked(self):
        self.advance(self.order, "10014")
        before = self.count_calls("querySoOrder")
        # "70" means received on an inbound order, and nothing on this one.
        for code in ("10034", "70", "200"):
            self.receive_message(self.order, code, kind="inbound")
        self.follow_messages()
        self.assertEqual(self.order.status_code, "10014")
        self.assertEqual(self.count_calls("querySoOrder"), before + 1)

    def test_a_message_that_is_delivered_again_is_one_message(self):
        self.assertTrue(self.receive_message(self.order, "10014", number="M-1"))
        self.assertFalse(self.receive_message(self.order, "10014", number="M-1"))

    def test_a_signed_message_that_is_false_moves_no_stock(self):
        for code in ("10019", "10020", "10028", "10035", "10038", "10029"):
            with self.subTest(code):
                self.receive_message(self.order, code)
                self.follow_messages()
                self.run_cron("close_orders")
                self.assertEqual(self.picking.state, "assigned")
                self.assertIn(self.order.state, ("accepted", "in_progress"))
                self.assertFalse(self.picking.jd_on_hold)
                self.assertNotIn(code, self.get_codes())

    def test_five_messages_of_what_must_be_asked_cost_one_question(self):
        self.advance(self.order, "10020")
        before = self.count_calls("querySoOrder")
        for code in ("10019", "10020", "10019", "10020", "10019"):
            self.receive_message(self.order, code)
        self.follow_messages()
        self.assertEqual(self.count_calls("querySoOrder"), before + 1)
        self.assertTrue(self.order.are_quantities_known)

    def test_a_message_about_an_order_of_nobody_is_kept_as_foreign(self):
        message = self.receive_message(
            self.order, "10014", order_number="ESL1", own_number="X-1"
        )
        self.follow_messages()
        self.assertEqual(message.state, "foreign")
        self.assertFalse(message.order_id)

    def test_a_message_for_another_connection_does_not_touch_this_one(self):
        other = self.connect(self.make_basic())
        message = self.receive_message(self.order, "10014")
        message.connector_id = other
        self.follow_messages()
        self.assertEqual(message.state, "foreign")
        self.assertFalse(self.order.status_code)

    def test_a_message_while_the_answer_is_unknown_has_jd_asked(self):
        picking = self.make_delivery(1)
        self.sandbox.do("fault", kind="timeout_after", call="addSoOrder", count=1)
        order = self.send(picking)
        self.assertEqual(order.state, "unknown")
        self.receive_message(
            order, "10010", order_number=self.find_order_at_jd(order)["orderNo"]
        )
        self.follow_messages()
        self.assertEqual(order.state, "in_progress")

    # === NOT IN JD'S LIST === #

    def test_a_status_that_jd_documents_nowhere_is_shown_and_changes_nothing(self):
        self.env["jd.order"]._apply_status([(self.order, "10099", None)], source="pull")
        self.assertEqual(self.order.event_ids.name, "Status 10099, not in JD's list")
        self.assertTrue(self.order.has_unknown_status)
        self.assertEqual(self.order.state, "accepted")
        self.assertFalse(self.order.status_code)

    def test_a_message_with_such_a_status_is_kept_and_asked_about(self):
        before = self.count_calls("querySoOrder")
        message = self.receive_message(self.order, "10099")
        self.follow_messages()
        self.assertEqual(message.state, "done")
        self.assertEqual(self.count_calls("querySoOrder"), before + 1)

    def test_a_status_that_somebody_must_look_at_is_told(self):
        self.advance(self.order, "10014")
        self.advance(self.order, "10031")
        self.pull(self.order)
        self.pull(self.order)
        self.assertOneActivity(self.order, "JD reports “Pulled back” for this order")
        self.assertEqual(self.picking.state, "assigned")


@tagged("post_install", "-at_install")
class TestOrderCalls(JdOrderCase):
    """What an order costs in calls, by the clock of a usual day at JD."""

    PACE = (  # minutes after JD took the order
        *((1, "10010"), (2, "100130"), (5, "10014"), (60, "10015"), (240, "10016")),
        *((260, "10017"), (280, "10018"), (480, "10019"), (540, "10020")),
    )

    def live_a_day(self, order, hear, hours=24):
        """Let the scheduled actions run every ten minutes while JD works."""
        pace = dict(self.PACE)
        for minute in range(0, hours * 60, 10):
            for at in range(minute, minute + 10):
                if at in pace and pace[at] != "10010":
                    self.advance(order, pace[at])
                if at in pace and hear:
                    self.receive_message(order, pace[at], number=f"M-{pace[at]}")
            self.pass_time(minutes=10)
            due = order.pull_at and order.pull_at <= fields.Datetime.now()
            if due or self.env["jd.message"].search_count([("state", "=", "new")]):
                self.follow_messages()
                self.run_cron("close_orders")
            if order.state == "done":
                return

    def count_all_calls(self):
        return sum(map(self.count_calls, ("addSoOrder", "querySoOrder")))

    def test_by_pull_alone_an_order_costs_eight_calls_at_most(self):
        order = self.send(self.make_delivery(1))
        self.live_a_day(order, hear=False)
        self.assertEqual(order.state, "done")
        self.assertLessEqual(self.count_all_calls(), 8)

    def test_an_order_that_takes_the_whole_day_costs_eight_calls_at_most(self):
        self.PACE = [(3 * minute, code) for minute, code in type(self).PACE[:-1]]
        order = self.send(self.make_delivery(1))
        self.live_a_day(order, hear=False, hours=26)
        self.assertEqual(order.state, "done")
        self.assertLessEqual(self.count_all_calls(), 8)

    def test_with_messages_an_order_costs_three_calls_at_most(self):
        order = self.send(self.make_delivery(1))
        self.live_a_day(order, hear=True)
        self.assertEqual(order.state, "done")
        self.assertLessEqual(self.count_all_calls(), 3)

    def test_an_order_that_has_left_is_asked_about_ever_less_until_it_is_there(self):
        order = self.send(self.make_delivery(1))
        self.ship(order, "10020")
        pauses = []
        while order.pull_at:
            pauses.append(order.pull_at - fields.Datetime.now())
            self.pass_time(seconds=pauses[-1].total_seconds() + 1)
            self.run_cron("follow_orders")
        for earlier, later in pairwise(pauses):
            # The test itself takes some seconds.
            self.assertGreater(later, earlier - timedelta(minutes=1))
        self.assertGreater(pauses[0], timedelta(hours=11))
        self.assertLessEqual(len(pauses), 10)
        self.assertGreater(sum(pauses, timedelta()), timedelta(days=30))

    def test_an_order_that_is_there_is_asked_about_no_more(self):
        order = self.send(self.make_delivery(1))
        self.ship(order, "10034")
        self.assertEqual(order.state, "done")
        self.assertFalse(order.pull_at)

    def test_the_oldest_answer_is_asked_for_first(self):
        orders = self.send(*(self.make_delivery(1) for _ in range(3)))
        young, old, middle = orders
        now = fields.Datetime.now()
        for order, minutes in ((young, 1), (old, 30), (middle, 15)):
            order.pull_at = now - timedelta(minutes=minutes)
        # Whatever the hour is, pulls may use up a quarter of the calls, not one more
        # than four fifths.
        self.connector.daily_calls = 4
        self.connector.sudo()._count_calls("querySoOrder", self.get_share() - 1)
        self.run_cron("follow_orders")
        self.assertGreater(old.pull_at, now)
        self.assertLess(young.pull_at, now)
        self.assertLess(middle.pull_at, now)

    def get_share(self):
        """Return how many calls pulls may make by this hour."""
        connector = self.connector.sudo()
        return connector._get_pull_allowance("querySoOrder", 100)


@tagged("post_install", "-at_install")
class TestCallBudget(JdOrderCase):
    def setUp(self):
        super().setUp()
        self.orders = self.send(*(self.make_delivery(1) for _ in range(4)))

    def test_calls_are_counted_and_shown(self):
        self.assertEqual(self.connector.calls_today, 4)
        self.assertEqual(self.connector.calls_left, 9996)
        as_seen = self.connector.with_user(self.stock_user)
        self.assertEqual(as_seen.calls_today, 4)

    def test_connections_of_one_application_share_its_budget(self):
        other = self.connect(
            self.make_basic(
                mode="quick",
                department_no="EBU0000000000201",
                warehouse_no="110000201",
            )
        )
        self.assertEqual(other.calls_today, 0)
        self.assertEqual(other.calls_left, 9996)
        other.daily_calls = 4
        self.assertEqual(other._get_allowance("addSoOrder", 10), 0)

    def test_a_used_up_budget_makes_orders_wait_for_the_next_day_at_jd(self):
        self.connector.daily_calls = 6
        more = [self.make_delivery(1) for _ in range(5)]
        late = self.send(*more)
        states = late.sorted("id").mapped("state")
        self.assertEqual(states, ["accepted"] * 2 + ["queued"] * 3)
        self.send()
        self.assertEqual(late.sorted("id").mapped("state"), states)
        self.assertEqual(self.connector.calls_left, 0)
        self.assertIn("used up", late[-1].notice)
        for row in self.env["jd.call"].search([]):
            row.day = fields.Date.subtract(row.day, days=1)
        self.send()
        self.assertEqual(set(late.mapped("state")), {"accepted"})

    def test_pulls_leave_calls_for_outcomes_that_must_be_asked(self):
        self.connector._count_calls("querySoOrder", 9000)
        self.assertEqual(self.connector._get_pull_allowance("querySoOrder", 200), 0)
        self.assertEqual(self.connector._get_allowance("querySoOrder", 200), 200)

    def test_pulls_cannot_take_calls_from_new_orders(self):
        self.connector._count_calls("querySoOrder", 10000)
        self.assertEqual(self.connector._get_allowance("addSoOrder", 200), 200)


@tagged("post_install", "-at_install")
class TestSubscription(JdOrderCase):
    """Whether JD's messages arrive, as the connection notices it."""

    def setUp(self):
        super().setUp()
        self.orders = self.send(*(self.make_delivery(1) for _ in range(3)))

    def pull_late_news(self, to="10015"):
        """Have JD move the orders, and a pull find it minutes later."""
        for order in self.orders:
            self.advance(order, to)
        self.pull(self.orders)
        # The sandbox has no clock to turn: what it told just now lies back from here.
        self.pass_time(minutes=3)
        self.connector.sudo()._count_missed_messages(self.orders.event_ids)

    def test_at_first_nobody_knows(self):
        self.assertEqual(self.connector.subscription_state, "unknown")

    def test_the_first_message_shows_that_they_arrive(self):
        self.receive_message(self.orders[0], "10014")
        self.follow_messages()
        self.assertEqual(self.connector.subscription_state, "receiving")
        self.assertTrue(self.connector.last_message_at)

    def test_pulls_rest_while_messages_arrive(self):
        order = self.orders[0]
        self.receive_message(order, "10014")
        self.follow_messages()
        now = fields.Datetime.now()
        self.assertGreater(order.pull_at, now + timedelta(hours=11))

    def test_changes_that_only_pulls_find_show_that_messages_are_missing(self):
        self.pull_late_news()
        self.assertEqual(self.connector.subscription_state, "missing")
        self.assertPosted(self.connector, "tick “subscribe to messages”")
        now = fields.Datetime.now()
        for order in self.orders:
            self.assertLess(order.pull_at, now + timedelta(hours=1))

    def test_missing_messages_shorten_pulls_that_were_put_off(self):
        self.receive_message(self.orders[0], "10014")
        self.follow_messages()
        self.orders.pull_at = fields.Datetime.now() + timedelta(hours=12)
        self.connector.sudo()._mark_messages_missing()
        now = fields.Datetime.now()
        self.assertLess(max(self.orders.mapped("pull_at")), now + timedelta(hours=1))

    def test_what_a_message_told_of_is_not_missed(self):
        for order in self.orders:
            for code in ("10010", "100130", "10014", "10015"):
                self.receive_message(order, code, number=f"{order.id}-{code}")
        self.follow_messages()
        self.pull_late_news()
        self.assertEqual(self.connector.subscription_state, "receiving")
        self.assertEqual(self.connector.missed_changes, 0)

    def test_single_lost_messages_among_others_are_no_reason_to_worry(self):
        for order in self.orders:
            self.advance(order, "10015")
        self.pull(self.orders)
        self.receive_message(self.orders[0], "10016")
        self.follow_messages()
        self.pass_time(minutes=3)
        self.connector.sudo()._count_missed_messages(self.orders.event_ids)
        self.assertEqual(self.connector.subscription_state, "receiving")

    def test_messages_that_come_again_are_noticed(self):
        self.pull_late_news()
        self.receive_message(self.orders[0], "10016")
        self.follow_messages()
        self.assertEqual(self.connector.subscription_state, "receiving")
        self.assertEqual(self.connector.missed_changes, 0)

    def test_a_long_silence_is_looked_into_with_a_few_questions(self):
        self.receive_message(self.orders[0], "10014")
        self.follow_messages()
        for order in self.orders:
            self.advance(order, "10015")
        self.pass_time(hours=2, minutes=1)
        before = self.count_calls("querySoOrder")
        self.follow_messages()
        self.assertEqual(self.count_calls("querySoOrder"), before + 3)
        self.follow_messages()
        self.assertEqual(self.count_calls("querySoOrder"), before + 3)

    def test_a_new_login_makes_it_unknown_again(self):
        self.pull_late_news()
        self.connect(self.connector)
        self.assertEqual(self.connector.subscription_state, "unknown")
        self.assertEqual(self.connector.missed_changes, 0)
