from odoo.tests import Form, tagged

from .order_case import JdOrderCase


@tagged("post_install", "-at_install")
class TestOrderScreens(JdOrderCase):
    """What people read on a transfer and its order, and that they may open both."""

    def setUp(self):
        super().setUp()
        # With stock_delivery, Odoo's own form asks for more than stock users have.
        self.stock_user.group_ids += self.env.ref("base.group_partner_manager")

    def open(self, record, user):
        """Open the form of a record as somebody; return it."""
        return Form(record.with_user(user).with_context(self.env.context))

    def assertNotice(self, picking, words):
        with self.open(picking, self.stock_user) as form:
            self.assertRegex(form.jd_notice, words)

    # === WHY NOTHING HAPPENS === #

    def test_a_transfer_that_nobody_confirmed_says_nothing(self):
        picking = self.make_delivery(1).copy()
        self.assertEqual(picking.state, "draft")
        self.assertFalse(self.open(picking, self.stock_user).jd_notice)

    def test_a_transfer_of_another_warehouse_says_nothing(self):
        warehouse = self.env["stock.warehouse"].create({"name": "Ours", "code": "OWN"})
        picking = self.make_delivery(
            1,
            picking_type_id=warehouse.out_type_id.id,
            location_id=warehouse.lot_stock_id.id,
        )
        self.assertFalse(self.open(picking, self.stock_user).jd_notice)

    def test_by_hand_it_waits_for_the_click(self):
        self.connector.push_policy = "manual"
        self.assertNotice(self.make_delivery(1), "when somebody clicks “Send to JD”")

    def test_with_a_waybill_only_it_waits_for_that(self):
        self.connector.push_policy = "waybill"
        picking = self.make_delivery(1)
        self.assertNotice(picking, "once it has a waybill")
        picking.jd_own_waybill = "WB-1"
        self.assertNotice(picking, "Waiting to be sent to JD")

    def test_without_stock_it_waits_for_that(self):
        self.assertNotice(self.make_delivery(self.STOCK), "Waiting to be sent")
        self.assertNotice(self.make_delivery(1), "once its goods are reserved")

    def test_without_a_login_it_says_where_to_sign_in(self):
        picking = self.make_delivery(1)
        self.connector._expire_login("over")
        self.assertNotice(picking, "jd_demo_quick is not signed in .* Reconnect")
        self.assertNotice(self.make_delivery(1), "jd_demo_quick is not signed in")

    def test_when_the_calls_are_used_up_it_says_until_when(self):
        picking = self.make_delivery(1)
        self.connector.daily_calls = 0
        self.assertNotice(picking, "today's calls to JD are used up")

    def test_when_jd_is_busy_it_says_when_the_next_try_is(self):
        self.sandbox.do("fault", kind="busy", call="addSoOrder")
        picking = self.make_delivery(1)
        self.send(picking)
        self.assertNotice(picking, "Next try: ")

    def test_an_answer_that_never_came_is_no_reason_to_send_again(self):
        picking = self.make_delivery(1)
        picking.jd_order_id.sudo()._mark_unknown()
        self.assertNotice(picking, "nothing is sent twice")

    def test_while_jd_works_it_says_so(self):
        picking = self.make_delivery(1)
        order = self.send(picking)
        self.assertNotice(picking, "JD is at work on it")
        self.assertEqual(order.notice, picking.jd_notice)
        picking.action_cancel()
        self.assertNotice(picking, "JD is asked to cancel")

    def test_what_jd_cancelled_by_itself_waits_for_a_decision(self):
        picking = self.make_delivery(1)
        self.advance(self.send(picking), "10028")
        self.pull(picking.jd_order_id)
        form = self.open(picking, self.stock_user)
        self.assertRegex(form.jd_notice, "On hold")
        self.assertRegex(form.jd_attention, "JD cancelled this order by itself")

    def test_what_is_to_be_mended_is_said_once(self):
        self.customer.phone = False
        picking = self.make_delivery(1)
        form = self.open(picking, self.stock_user)
        self.assertEqual(form.jd_problems, picking.jd_order_id.problems)
        self.assertRegex(form.jd_problems, "no phone number")
        self.assertFalse(form.jd_notice)
        self.assertFalse(form.jd_attention)

    # === HELD BACK === #

    def test_a_transfer_can_be_held_back_before_anybody_confirms_it(self):
        draft = self.make_delivery(1).copy()
        with self.open(draft, self.stock_user) as form:
            form.jd_on_hold = True
        draft.action_confirm()
        self.assertEqual(draft.state, "assigned")
        self.assertNotice(draft, "On hold")
        self.assertFalse(self.send(draft))
        self.as_user(draft, self.stock_user).jd_on_hold = False
        self.assertEqual(self.send(draft).state, "accepted")
        with self.assertRefused("JD is at work on .* cannot be held back"):
            self.as_user(draft, self.stock_user).jd_on_hold = True

    def test_holding_back_withdraws_what_is_not_sent_yet(self):
        picking = self.make_delivery(1)
        order = picking.jd_order_id
        self.as_user(picking, self.stock_user).jd_on_hold = True
        self.assertEqual(order.state, "cancelled")
        self.run_cron("push_orders")
        self.assertFalse(self.sandbox.get("orders", kind="XSCK"))

    # === WHAT IS OFFERED === #

    def test_what_is_reserved_can_be_sent_where_something_is(self):
        self.assertFalse(self.make_delivery(1).jd_is_partly_reserved)
        picking = self.make_delivery(self.STOCK, 1)
        self.assertTrue(picking.jd_is_partly_reserved)

    def test_what_jd_works_on_is_not_validated_by_hand(self):
        picking = self.make_delivery(1)
        self.assertFalse(picking.jd_is_busy)
        self.send(picking)
        self.assertTrue(picking.jd_is_busy)
        with self.assertRefused("JD"):
            picking.with_user(self.stock_user).button_validate()

    def test_pulling_needs_a_login_and_says_so(self):
        order = self.send(self.make_delivery(1))
        self.connector._expire_login("over")
        with self.assertRefused("jd_demo_quick is not signed in"):
            order.with_user(self.stock_user).action_pull()
        with self.assertRefused("jd_demo_quick is not signed in"):
            self.connector.with_user(self.manager).action_pull_orders()

    def test_pulling_says_whether_there_is_anything_to_ask(self):
        answer = self.connector.with_user(self.stock_user).action_pull_orders()
        self.assertRegex(answer["params"]["message"], "nothing to ask")
        self.send(self.make_delivery(1))
        answer = self.connector.with_user(self.stock_user).action_pull_orders()
        self.assertRegex(answer["params"]["message"], "JD is being asked")

    def test_many_that_are_stuck_are_named(self):
        self.customer.phone = False
        self.connector.push_policy = "manual"
        pickings = self.make_delivery(1) + self.make_delivery(1)
        message = pickings.with_user(self.stock_user).action_jd_send()["params"]
        for picking in pickings:
            self.assertIn(picking.name, message["message"])

    # === EVERYTHING OPENS === #

    def test_every_screen_opens_for_who_may_see_it(self):
        picking = self.make_delivery(1)
        order = self.send(picking)
        self.receive_message(order, "10014")
        self.follow_messages()
        for user in (self.stock_user, self.manager):
            for record in (picking, order, self.connector):
                with self.subTest(user=user.login, record=record._name):
                    self.assertTrue(self.open(record, user))
        self.assertTrue(self.open(self.env["jd.message"].search([]), self.manager))

    def test_the_board_begins_with_a_column_that_has_something(self):
        order = self.send(self.make_delivery(1))

        def columns():
            orders = self.env["jd.order"].with_context(read_group_expand=True)
            groups = orders.web_read_group([], ["state"], ["__count"])["groups"]
            return [group["state"] for group in groups]

        self.assertEqual(columns(), ["accepted"])
        order.picking_id.action_cancel()
        self.customer.phone = False
        self.make_delivery(1)
        self.assertEqual(columns(), ["draft", "cancelling"])

    def test_no_technical_field_is_offered_to_group_filter_or_export_by(self):
        for name in ("groupable", "searchable", "exportable"):
            fields = self.env["jd.order"].fields_get([], [name])
            offered = {field for field, each in fields.items() if each.get(name)}
            with self.subTest(name):
                self.assertFalse(offered & self.env["jd.order"]._jd_technical)
                self.assertLessEqual({"state", "create_date", "kind"}, offered)

    def test_the_timeline_keeps_its_order_within_one_second(self):
        order = self.send(self.make_delivery(1))
        self.advance(order, "10017")
        self.pull(order)
        order.event_ids.happened_at = order.event_ids[0].happened_at
        codes = order.event_ids.search([("order_id", "=", order.id)]).mapped("code")
        self.assertEqual(codes, ["10017", "10016", "10015", "10014", "100130", "10010"])

    def test_a_message_is_shown_by_the_name_of_its_status(self):
        order = self.send(self.make_delivery(1))
        self.assertEqual(
            self.receive_message(order, "10016").status_name, "Picked off the shelf"
        )
        self.assertEqual(self.receive_message(order, "4711").status_name, "4711")
        unknown = self.receive_message(order, "10016", kind="")
        self.assertEqual(unknown.status_name, "10016")

    def test_the_connection_counts_what_is_open_and_what_is_to_mend(self):
        self.send(self.make_delivery(1))
        self.customer.phone = False
        self.make_delivery(1)
        self.assertEqual(self.connector.order_count, 2)
        self.assertEqual(self.connector.order_to_fix_count, 1)
