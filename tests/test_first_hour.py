"""The first hour of a connection: which mode, what a login shows, what comes next."""

from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import Form, tagged
from odoo.tools import SQL

from .jd_case import BEAUTY, FASHION, QUICK_WAREHOUSE, JdCase
from .order_case import JdOrderCase


@tagged("post_install", "-at_install")
class TestAdvice(JdOrderCase):
    """Quick is for fewer than 1,000 orders a day; exactly 1,000 is too many."""

    def make_done_deliveries(self, *counts):
        """Have the company ship so many today, yesterday, and so on."""
        picking = self.make_delivery(1)
        rows = [(count, day) for day, count in enumerate(counts)]
        for count, day in rows:
            self.env.cr.execute(
                SQL(
                    "INSERT INTO stock_picking"
                    " (picking_type_id, company_id, location_id, location_dest_id,"
                    "  move_type, name, state, date_done)"
                    " SELECT picking_type_id, company_id, location_id,"
                    "  location_dest_id, move_type, %s || n, 'done', %s"
                    " FROM stock_picking, generate_series(1, %s) n WHERE id = %s",
                    f"DONE-{day}-",
                    fields.Datetime.now() - timedelta(days=day),
                    count,
                    picking.id,
                )
            )

    def test_the_company_s_own_deliveries_decide(self):
        for peak, mode, words in (
            (12, "quick", "Quick is enough: .*tells you at 800"),
            (800, "quick", "only just: .*change to basic later"),
            (999, "quick", "only just"),
            (1000, "basic", "exactly 1,000 is too many"),
            (1001, "basic", "Choose basic"),
        ):
            with self.subTest(peak), self.env.cr.savepoint() as savepoint:
                self.make_done_deliveries(3, peak, 0, 3)
                new = self.make_connector(pin="new").new(
                    {"company_id": self.company.id}
                )
                self.assertEqual(new.advised_mode, mode)
                self.assertRegex(new.mode_advice, words)
                self.assertRegex(new.mode_advice, f"{peak:,} on its busiest day")
                average = f"{(peak + 6) / 30:,.0f}" if peak > 300 else "0.6"
                self.assertIn(f"made {average} deliveries a day", new.mode_advice)
                savepoint.rollback()
                self.env.invalidate_all()

    def test_without_deliveries_it_says_what_the_modes_are_for(self):
        new = self.make_connector(pin="new")
        self.assertRegex(new.mode_advice, "no deliveries .*fewer than 1,000")

    def accept_orders(self, last, first=1):
        """Have JD accept orders of the connection in one day, by their numbers."""
        order = self.send(self.make_delivery(1))
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                "INSERT INTO jd_order"
                " (name, kind, state, connector_id, company_id, warehouse_id,"
                "  picking_id, accepted_at)"
                " SELECT 'MANY-' || n, 'outbound', 'cancelled', connector_id,"
                "  company_id, warehouse_id, picking_id, accepted_at"
                " FROM jd_order, generate_series(%s, %s) n WHERE id = %s",
                first + 1,
                last,
                order.id,
            )
        )
        self.env.invalidate_all()

    def test_at_800_somebody_is_told_once_and_not_before(self):
        self.accept_orders(799)
        self.run_cron("check_logins")
        self.assertFalse(self.connector.is_volume_high)
        self.assertFalse(self.connector.activity_ids)
        self.accept_orders(800, first=800)
        for _day in range(2):
            self.run_cron("check_logins")
        self.assertTrue(self.connector.is_volume_high)
        self.assertOneActivity(self.connector, "800 orders .*fewer than 1,000 a day")
        self.connector.sudo().write({"mode": "basic", "token_application_id": False})
        self.run_cron("check_logins")
        self.assertFalse(self.connector.activity_ids)

    def test_it_is_told_in_the_language_of_who_is_told(self):
        self.env["res.lang"]._activate_lang("th_TH")
        self.manager.lang = "th_TH"
        self.accept_orders(800)
        self.run_cron("check_logins")
        today = self.connector._get_jd_day()
        self.assertOneActivity(self.connector, today.strftime("%d/%m/%Y"))

    def test_quick_becomes_basic_in_place(self):
        delivery = self.make_delivery(1)
        order = self.send(delivery)
        warehouse = self.connector.warehouse_ids
        action = self.connector.action_prepare_basic()
        self.assertEqual(action["res_id"], self.connector.id)
        with self.assertRefused("APP KEY and APP SECRET"):
            self.connector.action_change_to_basic()
        view = "jd_fulfillment.jd_connector_view_form_basic"
        with Form(self.connector, view=view) as form:
            form.app_key = "sandbox-own-key"
            form.app_secret = "sandbox-own-secret"
        url = self.connector.action_change_to_basic()["url"]
        self.assertIn("client_id=sandbox-own-key", url)
        self.assertTrue(self.connector.is_mode_pending)
        self.accept_orders(900)
        self.run_cron("check_logins")
        self.assertOneActivity(self.connector, "accepted 90. orders")  # in quick mode
        self.sandbox.do("advance", orders=[order.name], to="10016")
        self.pull(order)  # with the old login
        self.assertEqual(order.status_code, "10016")
        self.connect(self.connector)
        self.assertFalse(self.connector.is_mode_pending)
        self.assertEqual(self.connector.pin, "jd_demo_quick")
        self.assertEqual(self.connector.warehouse_ids, warehouse)
        self.ship(order)
        self.assertEqual(delivery.state, "done")


@tagged("post_install", "-at_install")
class TestAfterLogin(JdOrderCase):
    def test_a_login_asks_whether_the_box_was_ticked_until_that_is_known(self):
        connector = self.connector
        shown = connector.action_after_login()
        self.assertEqual(shown["params"]["type"], "success")
        self.assertFalse(connector.action_after_login(), "once")
        self.assertRegex(connector.subscription_notice, "Did you tick .*Reconnect")
        connector.action_confirm_subscription()
        self.assertFalse(connector.subscription_notice)
        self.connect(connector)
        self.assertTrue(connector.subscription_notice, "each login is another one")
        order = self.send(self.make_delivery(1))
        self.receive_message(order, "10010")
        self.run_cron("process_messages")
        self.assertFalse(connector.subscription_notice)

    def test_who_goes_on_without_messages_is_told_what_it_means(self):
        self.connector.action_go_without_messages()
        self.assertEqual(self.connector.subscription_state, "missing")
        self.assertRegex(self.connector.subscription_notice, "arrives later.*Reconnect")
        self.assertPosted(self.connector, "do not arrive")
        with self.assertRaises(AccessError):
            self.connector.with_user(self.stock_user).action_confirm_subscription()

    def test_nobody_else_sees_what_a_login_shows(self):
        other = self.make_user("second", "jd_fulfillment.group_jd_manager")
        for user in (other, self.stock_user):
            self.assertFalse(self.as_user(self.connector, user).action_after_login())
        self.assertTrue(self.connector.action_after_login())

    def test_a_new_login_asks_about_all_open_orders_at_once(self):
        first = self.send(self.make_delivery(1))
        second = self.send(self.make_delivery(1))
        self.pull(first + second)
        self.connector.action_disconnect()
        self.advance(first, "10019")
        self.advance(second, "10016")
        self.assertGreater(
            min((first + second).mapped("pull_at")), fields.Datetime.now()
        )
        self.connect(self.connector)
        self.run_cron("follow_orders")
        self.run_cron("close_orders")
        self.assertEqual(first.picking_id.state, "done")
        self.assertEqual(second.status_code, "10016")


@tagged("post_install", "-at_install")
class TestWarehouses(JdCase):
    """In basic mode: chosen after the login, and compared with JD's later on."""

    def setUp(self):
        super().setUp()
        self.connector = self.connect(self.make_basic())

    def open_picker(self):
        action = self.connector.action_after_login()["params"]["next"]
        return self.connector.env[action["res_model"]].browse(action["res_id"])

    def pick(self, picker):
        picker.action_create_warehouses()
        self.connector.invalidate_recordset()
        return sorted(self.connector.warehouse_ids.mapped("jd_warehouse_no"))

    def test_the_choice_opens_by_itself_and_selects_all(self):
        self.sandbox.do("warehouse", no="110000202", status="1")
        picker = self.open_picker()
        picker.action_pick_all()
        self.assertEqual(self.pick(picker), ["110000201", "110000203"])
        self.assertFalse(self.connector.action_after_login())

    def test_a_search_shows_some_and_all_of_those_are_selected(self):
        picker = self.open_picker()
        for words, found in (("110000202", 1), (FASHION, 2), ("nowhere", 0), ("", 3)):
            picker.search_words = words
            picker.action_search()
            self.assertEqual(len(picker.shown_ids), found, words)
        picker.search_words = BEAUTY
        picker.action_search()
        picker.action_pick_all()
        self.assertEqual(self.pick(picker), ["110000203"])

    def test_a_row_that_cannot_be_read_closes_no_warehouse(self):
        picker = self.open_picker()
        picker.action_pick_all()
        self.pick(picker)
        odd = {"value": {"odd": 1}}
        for call, path in (
            ("queryWarehouseInfo", "data.*.status"),
            ("queryOwnerInfo", "data.*.ownerNo"),
        ):
            with self.subTest(call):
                patch = [{"path": path, **odd}]
                self.sandbox.do("fault", kind="patch", call=call, count=9, patch=patch)
                self.connector.action_synchronize_warehouses()
                closed = self.connector.warehouse_ids.filtered("jd_is_closed")
                self.assertFalse(closed)
                self.sandbox.do("clear_faults")

    def test_synchronizing_finds_what_jd_opened_and_closed(self):
        picker = self.open_picker()
        picker.line_ids.filtered(
            lambda line: line.warehouse_no != "110000203"
        ).is_picked = True
        self.pick(picker)
        first = self.connector.warehouse_ids.sorted("jd_warehouse_no")[:1]
        action = self.connector.action_synchronize_warehouses()
        self.assertEqual(action["res_model"], "jd.warehouse.picker", "110000203 is new")
        self.sandbox.do("warehouse", no="110000203", status="3")
        message = self.connector.action_synchronize_warehouses()["params"]["message"]
        self.assertIn("has all warehouses", message)
        self.sandbox.do("warehouse", no="110000201", status="3")
        for _again in range(2):
            shown = self.connector.action_synchronize_warehouses()["params"]
            self.assertIn(f"no longer runs {first.name}", shown["message"])
        self.assertTrue(first.jd_is_closed)
        bodies = self.connector.sudo().message_ids.mapped("body")
        self.assertEqual(sum("no longer runs" in body for body in bodies), 1)
        self.sandbox.do("warehouse", no="110000201", status="2")
        self.connector.action_synchronize_warehouses()
        self.assertFalse(first.jd_is_closed)
        self.assertPosted(self.connector, "again")


@tagged("post_install", "-at_install")
class TestChecklist(JdOrderCase):
    STOCK = 0

    def get_steps(self):
        self.connector.invalidate_recordset()
        return [
            name
            for name in ("connected", "goods", "stock", "order")
            if self.connector[f"is_{name}_step_done"]
        ]

    def test_each_step_ticks_itself_and_the_list_goes_away_when_all_are_done(self):
        new = self.make_connector(pin="new")
        self.assertTrue(new.is_checklist_shown)
        self.connector.stock_check_nightly = False  # a second check is none of opening
        self.assertEqual(self.get_steps(), ["connected", "goods"])
        self.sandbox.do("stock", warehouse=QUICK_WAREHOUSE, each=5)
        self.connector.action_check_stock()
        self.run_cron("check_stock")
        check = self.env["jd.stock.check"].search([], limit=1)
        self.assertEqual(check.state, "review")
        self.assertEqual(self.get_steps(), ["connected", "goods"])
        check.action_accept_opening()
        self.assertEqual(self.get_steps(), ["connected", "goods", "stock"])
        context = self.connector.action_new_delivery()["context"]
        self.assertEqual(
            context["default_picking_type_id"], self.warehouse.out_type_id.id
        )
        self.assertTrue(self.connector.is_checklist_shown)
        self.ship(self.send(self.make_delivery(1)))
        self.assertEqual(self.get_steps(), ["connected", "goods", "stock", "order"])
        self.assertFalse(self.connector.is_checklist_shown)
        self.run_cron("update_alerts")
        self.env["jd.goods"].search([], limit=1).sudo().state = "missing"
        self.assertEqual(self.get_steps(), ["connected", "stock", "order"])
        self.assertFalse(self.connector.is_checklist_shown, "the first hour is over")

    def test_missing_goods_wait_for_a_decision(self):
        self.env["product.product"].create(
            {"name": "New", "default_code": "NEW", "is_storable": True}
        )
        self.connector.action_match_goods()
        self.run_cron("match_goods")
        self.assertEqual(self.get_steps(), ["connected"])
        action = self.connector.action_choose_goods()
        dialog = self.connector.env[action["res_model"]].browse(action["res_id"])
        dialog.action_create_none()
        self.assertEqual(self.get_steps(), ["connected", "goods"])

    def test_it_can_be_hidden(self):
        self.connector.action_dismiss_checklist()
        self.assertFalse(self.connector.is_checklist_shown)

    def test_it_waits_while_its_steps_cannot_be_done(self):
        for state, is_shown in (
            *(("connected", True), ("expired", False)),
            *(("disconnected", False), ("connected", True)),
        ):
            self.connector.sudo().state = state
            self.assertIs(self.connector.is_checklist_shown, is_shown, state)
