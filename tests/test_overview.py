"""The overview: each number opens what it counts. Alerts: each cause is told once."""

from datetime import timedelta

from odoo import fields
from odoo.tests import tagged
from odoo.tools import html2plaintext

from .. import const
from ..models.connection.jd_connector_alerts import CAUSES
from ..models.connection.jd_connector_overview import NUMBERS
from ..models.goods.jd_goods import UNDECIDED
from .inbound_case import JdInboundCase
from .order_case import JdOrderCase


@tagged("post_install", "-at_install")
class TestOverview(JdOrderCase):
    def setUp(self):
        super().setUp()
        self.orders = self.env["jd.order"].union(
            *(self.make_delivery(1).jd_order_id for _ in range(6))
        )

    def see(self, user=None):
        """Return the card as a user sees it."""
        self.env.flush_all()
        self.env.invalidate_all()
        return self.as_user(self.connector, user or self.stock_user)

    def find_listed(self, name):
        """Return the orders in the list that a button of the card opens."""
        card = self.see().with_context(jd_list=name)
        action = card.action_view_listed()
        return self.as_user(self.orders, self.stock_user).search(action["domain"])

    def test_each_number_opens_what_it_counts(self):
        waiting, refused, at_jd, late, done, asked = self.orders
        now = fields.Datetime.now()
        refused.state = "refused"
        (at_jd | late | asked).state = "in_progress"
        late.picking_id.scheduled_date = now - timedelta(days=1)
        (self.orders - late).picking_id.scheduled_date = now + timedelta(days=1)
        done.state = "done"
        asked._request_attention("Look at this.")
        expected = {
            "waiting": waiting,
            "to_fix": refused,
            "at_jd": at_jd | late | asked,
            "late": late,
            "done_today": done,
            "asked": asked,
        }
        self.assertEqual(set(expected), set(NUMBERS.values()))
        card = self.see()
        for number, name in NUMBERS.items():
            with self.subTest(number):
                self.assertEqual(self.find_listed(name), expected[name])
                self.assertEqual(card[number], len(expected[name]))
        asked.activity_ids.action_feedback()
        self.assertEqual(
            (self.see().asked_count, len(self.find_listed("asked"))), (0, 0)
        )
        done.done_at = now - timedelta(days=2)
        self.assertEqual(self.see().done_today_count, 0)
        done.state = "in_progress"
        self.assertFalse(done.done_at)

    def test_it_shows_when_jd_was_called_and_what_it_costs(self):
        card = self.see()
        self.assertFalse(card.last_sent_at)
        self.run_cron("push_orders")
        self.advance(self.orders[0], "10016")
        self.pull(self.orders[0])
        card = self.see()
        self.assertTrue(card.last_sent_at)
        self.assertGreaterEqual(card.last_pulled_at, card.last_sent_at)
        self.assertGreater(card.calls_today, 0)
        self.assertGreater(card.login_days_left, 300)
        self.assertFalse(card.needs)
        self.assertFalse(card.stock_checked_at)
        self.as_user(self.connector, self.manager).action_check_stock()
        for _step in range(3):
            self.run_cron("check_stock")
        card = self.see()
        self.assertTrue(card.stock_checked_at)
        self.assertEqual(card.stock_agreement, 100)

    def test_it_shows_how_late_the_news_is_that_counts(self):
        self.run_cron("push_orders")
        order = self.orders[0]
        self.advance(order, "10018")
        self.pull(order)
        # Without messages JD is not asked about what comes before the goods leave.
        self.assertFalse(self.see().news_delay)
        self.advance(order, "10019")
        self.pull(order)
        order.event_ids.filtered(lambda e: e.code == "10019").happened_at -= timedelta(
            hours=3
        )
        self.assertEqual(self.see().news_delay, "3 hours")
        self.receive_message(order, "10020")
        self.run_cron("process_messages")
        self.assertEqual(self.connector.subscription_state, "receiving")
        self.assertNotEqual(self.see().news_delay, "3 hours")

    def test_cards_of_many_connections_take_the_queries_of_one(self):
        others = self.connector.union(
            *(
                self.make_connector(pin=f"jd_{n}", environment="sandbox")
                for n in range(3)
            )
        )
        others.sudo().write(
            {
                "state": "connected",
                "token_application_id": self.connector.sudo().token_application_id.id,
            }
        )
        names = [*NUMBERS, "needs", "last_sent_at", "news_delay", "stock_agreement"]
        counts = []
        for connectors in (others, self.connector, others):  # the first fills caches
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.as_user(connectors, self.stock_user).read(names)
            counts.append(self.env.cr.sql_log_count - before)
        self.assertEqual(counts[1], counts[2])

    def test_who_may_not_connect_is_told_whom_to_ask(self):
        action = self.env["ir.actions.act_window"]
        for user, words in (
            (self.manager, 'href="/odoo/jd-fulfillment/new"'),
            (self.stock_user, "Ask a JD manager"),
        ):
            with self.subTest(user.login):
                found = action.with_user(user)._for_xml_id(
                    "jd_fulfillment.action_jd_overview"
                )
                self.assertIn(words, found["help"])


@tagged("post_install", "-at_install")
class TestAlerts(JdInboundCase):
    """What many orders wait for is told once, with their number, until it ends."""

    def setUp(self):
        super().setUp()
        self.orders = self.env["jd.order"].union(
            *(self.make_delivery(1).jd_order_id for _ in range(3))
        )

    def update(self):
        self.run_cron("update_alerts")
        return self.connector.activity_ids

    def arrange(self, cause):
        """Bring about a cause for two orders; return what ends it."""
        two = self.orders[:2]
        if cause == const.LOGIN_ACTIVITY:
            self.connector.sudo().state = "expired"
            return lambda: self.connector.sudo().write({"state": "connected"})
        if cause == "disconnected":
            self.connector.sudo().state = "disconnected"
            return lambda: self.connector.sudo().write({"state": "connected"})
        if cause == "budget":
            call = self.connector._get_call_name("create_order", "outbound")
            self.connector._count_calls(call, const.DAILY_CALLS)
            return lambda: self.connector._count_calls(call, -const.DAILY_CALLS)
        if cause == "not_accepted":
            two.attempts = const.NOT_ACCEPTED_TOLD
            return lambda: two.write({"attempts": 0})
        if cause == "unanswered":
            two.write({"state": "accepted", "unanswered": const.UNANSWERED_TOLD})
            return lambda: two.write({"unanswered": 0})
        if cause == "messages":
            connector_sudo = self.connector.sudo()
            connector_sudo._mark_messages_missing()
            return connector_sudo._record_messages_arrived
        if cause == "without_goods":
            goods = two.line_ids.goods_id
            goods.state = "refused"
            two.state = "draft"
            return lambda: (
                goods.write({"state": "matched"}) and two.write({"state": "queued"})
            )
        two.state = "draft"
        return lambda: two.write({"state": "queued"})

    def test_each_cause_is_told_once_with_its_number_and_ends_by_itself(self):
        # The decision about a copy is of administrators, see test_moved.py.
        for cause in sorted(CAUSES - {const.DECISION_ACTIVITY}):
            with self.subTest(cause), self.env.cr.savepoint() as savepoint:
                self.assertFalse(self.update())
                end = self.arrange(cause)
                self.update()
                told = self.update()
                self.assertEqual(told.mapped("jd_cause"), [cause])
                self.assertFalse(self.orders.activity_ids)
                [need] = self.as_user(self.connector, self.stock_user).needs
                self.assertEqual(html2plaintext(told.note).strip(), need["text"])
                self.assertNumber(need)
                end()
                self.assertFalse(self.update())
                savepoint.rollback()
                self.env.invalidate_all()

    def assertNumber(self, need):
        """The text names as many orders as its list holds."""
        if need["list"]:
            card = self.connector.with_context(jd_list=need["list"])
            domain = card.action_view_listed()["domain"]
            count = self.env["jd.order"].search_count(domain)
            self.assertRegex(need["text"], rf"\b{count} orders")

    def test_goods_that_jd_lacks_in_any_way_are_one_cause(self):
        for state in UNDECIDED:
            with self.subTest(state):
                self.arrange("without_goods")
                self.orders.line_ids.goods_id.state = state
                self.assertEqual(self.update().mapped("jd_cause"), ["without_goods"])

    def test_nothing_is_asked_of_people_while_odoo_looks_things_up(self):
        order = self.make_receipt(1).jd_order_id
        self.assertProblems(order, "supplier .* is being looked up")
        self.assertFalse(self.update())
        order.picking_id.jd_supplier_delivery = "jd"
        self.env["jd.supplier"].search([]).sudo().supplier_no = "EMS1"
        self.assertEqual(self.update().mapped("jd_cause"), ["to_correct"])

    def test_calls_of_another_kind_that_are_used_up_hold_back_no_order(self):
        call = self.connector._get_call_name("create_goods")
        self.connector._count_calls(call, const.DAILY_CALLS)
        self.assertFalse(self.update())

    def test_the_alert_of_an_archived_connection_ends_with_its_orders(self):
        order = self.send(*(each.picking_id for each in self.orders))
        self.connector.action_disconnect()
        self.assertEqual(self.update().mapped("jd_cause"), ["disconnected"])
        self.connector.active = False
        self.assertEqual(self.update().mapped("jd_cause"), ["disconnected"])
        order.state = "cancelled"
        self.assertFalse(self.update())

    def test_the_number_stays_current_for_each_of_those_chosen(self):
        thai = self.make_user("thai", "stock.group_stock_user")
        gone = self.make_user("gone", "stock.group_stock_user")
        gone.active = False
        portal = self.make_user("outside", "base.group_user")
        chosen = self.stock_user | thai
        self.connector.write({"alert_user_ids": (chosen | gone | portal).ids})
        end = self.arrange("not_accepted")
        self.assertEqual(self.update().user_id, chosen)
        self.orders.attempts = const.NOT_ACCEPTED_TOLD
        told = self.update()
        self.assertEqual(len(told), 2)
        for note in told.mapped("note"):
            self.assertIn("3 orders wait", note)
        # Done is done, for who has done it, until the cause comes back.
        told.filtered(lambda each: each.user_id == thai).action_feedback()
        self.assertEqual(self.update().user_id, self.stock_user)
        self.update().with_user(self.stock_user).unlink()  # as Cancel does
        self.assertFalse(self.update())
        self.connector.alert_user_ids = self.manager | thai
        self.assertEqual(self.update().user_id, self.manager)
        self.connector.alert_user_ids = thai
        self.assertFalse(self.update())
        self.orders.attempts = 0
        self.update()
        end()
        self.arrange("not_accepted")
        self.assertEqual(self.update().user_id, thai)

    def test_who_takes_over_from_somebody_who_left_has_one_activity(self):
        leaver = self.make_user("leaver", "stock.group_stock_user")
        self.connector.alert_user_ids = self.manager | leaver
        self.arrange("not_accepted")
        self.assertEqual(self.update().user_id, self.manager | leaver)
        leaver.action_archive()
        self.assertEqual(len(self.update()), 1)

    def test_what_else_needs_a_person_goes_to_those_chosen_and_on_the_card(self):
        self.connector.alert_user_ids = self.stock_user
        self.connector._request_attention("JD <b>changed</b> a level.", cause="levels")
        self.assertEqual(self.update().user_id, self.stock_user)
        card = self.as_user(self.connector, self.stock_user)
        need = {"text": "JD <b>changed</b> a level.", "list": ""}
        self.assertEqual(card.needs, [need])
        self.connector._close_attention("levels")
        self.env.invalidate_all()
        self.assertFalse(card.needs)

    def test_who_wants_it_gets_one_email_a_day_while_something_is_open(self):
        self.connector.write({"alert_email": True, "alert_user_ids": self.manager.ids})
        self.manager.email = "manager@example.com"
        mails = self.env["mail.mail"].search([])

        def find_sent():
            self.update()
            return (
                self.env["mail.mail"]
                .search([("id", "not in", mails.ids)])
                .filtered(lambda mail: "what needs a person" in mail.subject)
            )

        self.assertFalse(find_sent())
        self.arrange("not_accepted")
        self.assertEqual(len(find_sent()), 1)
        self.assertIn("2 orders wait", find_sent().body_html)
        self.assertEqual(find_sent().recipient_ids, self.manager.partner_id)
        self.connector.sudo().alert_emailed_at -= const.ALERT_EMAILS
        self.assertEqual(len(find_sent()), 2)
        self.connector.alert_email = False
        self.connector.sudo().alert_emailed_at = False
        self.assertEqual(len(find_sent()), 2)
