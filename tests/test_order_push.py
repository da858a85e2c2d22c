from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from .. import const
from .jd_case import QUICK_DEPARTMENT
from .order_case import JdOrderCase


@tagged("post_install", "-at_install")
class TestOrderPolicy(JdOrderCase):
    def test_a_ready_delivery_is_sent_by_itself(self):
        order = self.send(self.make_delivery(1))
        self.assertEqual(order.state, "accepted")
        self.assertEqual(self.find_order_at_jd(order)["orderNo"], order.jd_number)

    def test_a_delivery_waits_for_its_own_waybill_and_jd_is_told_it(self):
        self.connector.push_policy = "waybill"
        picking = self.make_delivery(1)
        self.send()
        self.assertFalse(picking.jd_order_id)
        picking.jd_own_waybill = "TH0123"
        self.send()
        told = self.find_order_at_jd(picking.jd_order_id)["request"]["carrierInfo"]
        self.assertEqual(told["shipmentInfo"]["thirdWaybillNo"], "TH0123")

    def test_a_delivery_waits_for_somebody_to_send_it(self):
        self.connector.push_policy = "manual"
        picking = self.make_delivery(1)
        self.send()
        self.assertFalse(picking.jd_order_id)
        picking.with_user(self.stock_user).action_jd_send()
        self.assertEqual(self.send(picking).state, "accepted")

    def test_deliveries_that_wait_for_people_do_not_hide_those_that_do_not(self):
        """A hook that did not run must not matter either."""
        self.connector.push_policy = "manual"
        picking = self.make_delivery(1)
        self.connector.push_policy = "ready"
        self.assertEqual(self.send(picking).state, "accepted")

    def test_many_that_wait_for_people_do_not_keep_the_action_busy(self):
        """Transfers inside the warehouse are ready, and nothing for JD."""
        self.env["stock.picking"].create(
            [
                {
                    "picking_type_id": self.warehouse.int_type_id.id,
                    "location_id": self.warehouse.lot_stock_id.id,
                    "location_dest_id": self.warehouse.lot_stock_id.id,
                    "move_ids": [
                        Command.create(
                            {
                                "product_id": self.products[0].id,
                                "product_uom_qty": 1,
                                "location_id": self.warehouse.lot_stock_id.id,
                                "location_dest_id": self.warehouse.lot_stock_id.id,
                            }
                        )
                    ],
                }
                for _ in range(const.CHECK_BATCH + 1)
            ]
        ).action_confirm()
        looks = self.env["ir.cron.progress"].search_count([])
        self.send()
        self.assertEqual(self.env["ir.cron.progress"].search_count([]), looks + 1)

    def test_a_delivery_on_hold_is_not_sent_until_somebody_releases_it(self):
        picking = self.make_delivery(1, jd_on_hold=True)
        self.send()
        self.assertFalse(picking.jd_order_id)
        picking.action_jd_send()
        self.assertFalse(picking.jd_on_hold)
        self.assertEqual(self.send(picking).state, "accepted")

    def test_a_delivery_that_is_done_is_never_sent(self):
        self.connector.push_policy = "manual"
        picking = self.make_delivery(1)
        picking.button_validate()
        self.assertEqual(picking.state, "done")
        self.connector.push_policy = "ready"
        picking.action_jd_send()
        self.send()
        self.assertFalse(picking.jd_order_id)

    def test_validating_by_hand_before_it_is_sent_withdraws_the_order(self):
        picking = self.make_delivery(1)
        picking.button_validate()
        self.assertEqual(picking.state, "done")
        self.assertEqual(self.send(picking).state, "cancelled")
        self.assertFalse(self.find_order_at_jd(picking.jd_order_id))

    def test_a_transfer_that_jd_has_is_not_validated_by_hand(self):
        picking = self.make_delivery(1)
        self.send()
        with self.assertRefused("JD is at work on .*OUT"):
            picking.button_validate()
        with self.assertRefused("JD is at work on .*OUT"):
            picking._action_done()

    def test_sending_twice_makes_one_order(self):
        self.connector.push_policy = "manual"
        picking = self.make_delivery(1)
        picking.action_jd_send()
        picking.action_jd_send()
        self.send()
        picking.action_jd_send()
        self.send()
        self.assertEqual(len(picking.jd_order_ids), 1)
        self.assertEqual(len(self.sandbox.get("orders")), 1)

    @mute_logger("odoo.sql_db")
    def test_the_database_keeps_a_second_order_of_a_transfer_out(self):
        picking = self.make_delivery(1)
        values = picking.jd_order_id._prepare_order_values(picking)
        with self.assertRaisesRegex(Exception, "one_open_per_picking"):
            self.env["jd.order"].create(values)

    def test_what_is_added_once_jd_has_it_goes_to_a_transfer_of_its_own(self):
        reference = self.env["stock.reference"].create({"name": "S1"})
        picking = self.make_delivery(1, reference_ids=[reference.id])
        picking.move_ids.reference_ids = reference
        self.send()
        more = picking.move_ids.copy(
            {"picking_id": False, "product_uom_qty": 2, "reference_ids": reference.ids}
        )
        more._action_confirm()
        self.assertNotEqual(more.picking_id, picking)
        self.assertEqual(self.send(more.picking_id).state, "accepted")
        self.assertEqual(picking.move_ids.product_uom_qty, 1)


@tagged("post_install", "-at_install")
class TestOrderPush(JdOrderCase):
    def setUp(self):
        super().setUp()
        self.picking = self.make_delivery(3, 2)
        self.order = self.picking.jd_order_id

    def add_fault(self, kind, **values):
        self.sandbox.do("fault", kind=kind, **{"call": "addSoOrder"} | values)

    def push(self):
        self.send()
        return self.order.state

    # === SHOPS === #

    def test_the_first_shop_whose_deliveries_match_is_told(self):
        team, rest = "ESP0000000000777", self.warehouse.jd_shop_no
        self.sandbox.do("department", no=QUICK_DEPARTMENT, more_shops={team: "Team"})
        rules = self.warehouse.jd_shop_rule_ids.create(
            [
                {
                    "name": origin,
                    "warehouse_id": self.warehouse.id,
                    "sequence": sequence,
                    "shop_no": shop_no,
                    "domain": f"[('origin', '=like', '{origin}%')]",
                }
                for sequence, origin, shop_no in ((2, "LZ", "ESP1"), (1, "LZD", team))
            ]
        )
        for origin, shop_no in (("LZD-1", team), ("S00042", rest)):
            with self.subTest(origin):
                picking = self.make_delivery(1, origin=origin)
                told = self.find_order_at_jd(self.send(picking))["request"]
                self.assertEqual(told["customerInfo"]["shopNo"], shop_no)
        picking = self.make_delivery(1, origin="LZ-1")
        order = self.send(picking)
        self.assertEqual(order.state, "refused", "JD has no such shop")
        for domain in ("[('origin', '=', uid)]", "[('partner_id', '=', True)]"):
            with self.assertRefused("Odoo does not understand"):
                rules[0].domain = domain
        # A field may go with its module.
        gone = "[('gone', '=', 1)]"
        self.env.cr.execute("UPDATE jd_shop_rule SET domain = %s", [gone])
        self.env.invalidate_all()
        waiting = self.make_delivery(1).jd_order_id
        self.assertProblems(waiting, "deliveries of the shop LZD again")
        rules.unlink()
        self.send()
        self.assertEqual(waiting.state, "accepted")

    # === WHAT JD IS TOLD === #

    def test_jd_is_told_whom_to_send_what(self):
        self.picking.origin = "S00042"
        self.assertEqual(self.push(), "accepted")
        told = self.find_order_at_jd(self.order)["request"]
        self.assertEqual(told["warehouseNo"], self.warehouse.jd_warehouse_no)
        self.assertEqual(told["customerInfo"]["shopNo"], self.warehouse.jd_shop_no)
        self.assertEqual(told["channelInfo"]["salesPlatformDeliveryNo"], "S00042")
        receiver = told["receiverInfo"]
        self.assertEqual(receiver["name"], "Siti Rahma")
        self.assertRegex(receiver["detailAddress"], "^Jalan Melati 5, Jakarta")
        planned = [cargo["planQuantity"] for cargo in told["cargoInfos"]]
        self.assertEqual(planned, [3, 2])
        numbers = [cargo["orderLine"] for cargo in told["cargoInfos"]]
        self.assertEqual(numbers, [str(line.id) for line in self.order.line_ids])

    def test_our_number_is_fit_for_jd_and_stays(self):
        self.assertRegex(self.order.name, r"^XSCK-[0-9A-F]{6}-\d{7}-[2-9A-Z]{8}$")
        name = self.order.name
        self.add_fault("timeout_after", count=1)
        self.push()
        self.pass_time(minutes=2)
        self.run_cron("follow_orders")
        self.assertEqual(self.order.name, name)

    # === REFUSED === #

    def test_what_jd_refuses_is_mended_and_sent_under_the_same_number(self):
        self.add_fault("refuse", code="2062", message="address not served", count=1)
        self.assertEqual(self.push(), "refused")
        self.assertIn("address not served (code 2062)", self.order.problems)
        self.assertOneActivity(self.order, "address not served")
        self.assertEqual(self.push(), "refused")  # not by itself
        self.order.with_user(self.stock_user).action_retry()
        name = self.order.name
        self.assertEqual(self.push(), "accepted")
        self.assertFalse(self.order.problems)
        self.assertEqual(self.find_order_at_jd(self.order)["erpOrderNo"], name)

    def test_a_refusal_concerns_only_its_own_order(self):
        others = [self.make_delivery(1) for _ in range(3)]
        self.add_fault("refuse", code="2062", ratio=0.5)
        self.send()
        states = (self.order.union(*(p.jd_order_id for p in others))).mapped("state")
        self.assertEqual(set(states), {"accepted", "refused"})

    def test_too_little_at_jd_is_refused_with_jds_words(self):
        self.sandbox.do("stock", warehouse=self.warehouse.jd_warehouse_no, each=0)
        self.assertEqual(self.push(), "refused")
        self.assertIn("not enough stock", self.order.problems)

    def test_a_missing_permission_is_told_once_on_the_connection(self):
        more = self.make_delivery(1)
        self.add_fault("refuse", code="2006", message="no right to the department")
        self.assertEqual(self.push(), "refused")
        self.assertEqual(more.jd_order_id.state, "refused")
        self.assertOneActivity(self.connector, "no right to the department")
        self.assertFalse(self.order.activity_ids)
        self.assertFalse(self.picking.jd_has_wrong_address)

    # === LATER === #

    def test_throttling_puts_the_whole_batch_off_and_loses_nothing(self):
        more = [self.make_delivery(1) for _ in range(30)]
        orders = self.order.union(*(picking.jd_order_id for picking in more))
        self.add_fault("throttle", count=3)
        self.push()
        self.assertLessEqual(set(orders.mapped("state")), {"accepted", "queued"})
        waiting = orders.filtered(lambda order: order.state == "queued")
        self.assertGreater(len(waiting), 10)
        self.assertTrue(all(waiting.mapped("retry_at")))
        self.push()
        self.assertEqual(set(waiting.mapped("state")), {"queued"})
        # The first that was throttled may have stopped the batch before the third.
        self.sandbox.do("clear_faults")
        self.pass_time(minutes=1)
        self.push()
        self.assertEqual(set(orders.mapped("state")), {"accepted"})
        self.assertEqual(len(self.sandbox.get("orders")), 31)

    def test_a_busy_jd_is_left_alone_for_ten_minutes(self):
        self.add_fault("busy", count=1)
        self.assertEqual(self.push(), "queued")
        self.pass_time(minutes=9)
        self.assertEqual(self.push(), "queued")
        self.pass_time(minutes=1)
        self.assertEqual(self.push(), "accepted")

    def test_calls_that_were_not_made_are_not_counted(self):
        for _ in range(40):
            self.make_delivery(1)
        self.add_fault("budget")
        self.push()
        self.assertLess(self.connector.calls_today, 20)

    def test_an_unreachable_jd_is_tried_later_and_later(self):
        parameters = self.env["ir.config_parameter"]
        url = parameters.get_param("jd_fulfillment.sandbox_url")
        parameters.set_param("jd_fulfillment.sandbox_url", "http://127.0.0.1:1")
        for minutes in (1, 5, 15, 60, 60):
            self.assertEqual(self.push(), "queued")
            self.pass_time(minutes=minutes - 1)
            self.assertEqual(self.push(), "queued")
            self.pass_time(minutes=1, seconds=1)
        self.assertEqual(self.order.attempts, 5)
        parameters.set_param("jd_fulfillment.sandbox_url", url)
        self.assertEqual(self.push(), "accepted")

    # === UNKNOWN === #

    def test_a_time_out_after_the_work_was_done_is_asked_about_and_not_repeated(self):
        self.add_fault("timeout_after", count=1)
        self.assertEqual(self.push(), "unknown")
        self.assertEqual(self.push(), "unknown")
        self.run_cron("follow_orders")
        self.assertEqual(self.order.state, "unknown")  # JD may be at it still
        self.pass_time(minutes=1)
        self.run_cron("follow_orders")
        self.assertEqual(self.order.state, "in_progress")
        self.assertEqual(
            self.order.jd_number, self.find_order_at_jd(self.order)["orderNo"]
        )
        self.push()
        self.assertEqual(self.find_order_at_jd(self.order)["asked"], 1)

    def test_a_time_out_before_the_work_is_asked_about_and_then_sent(self):
        self.add_fault("timeout_before", count=1)
        self.assertEqual(self.push(), "unknown")
        self.pass_time(minutes=1)
        self.run_cron("follow_orders")
        self.assertEqual(self.order.state, "queued")
        self.assertEqual(self.push(), "accepted")
        self.assertEqual(self.find_order_at_jd(self.order)["asked"], 1)

    def test_what_times_out_again_and_again_is_sent_less_and_less_often(self):
        self.add_fault("timeout_before", count=2)
        self.push()
        self.pass_time(minutes=1)
        self.run_cron("follow_orders")
        self.push()
        self.pass_time(minutes=1)
        self.run_cron("follow_orders")
        self.assertEqual(self.push(), "queued")
        self.pass_time(minutes=5)
        self.assertEqual(self.push(), "accepted")

    def test_an_error_page_is_an_unknown_outcome(self):
        self.add_fault("html_502", count=1)
        self.assertEqual(self.push(), "unknown")

    def test_jd_saying_that_it_has_the_order_is_asked_for_its_number(self):
        self.sandbox.do(
            "department", no=self.warehouse.jd_department_no, refuses_repeats=True
        )
        self.add_fault("timeout_after", count=1)
        self.push()
        # As if JD had not found it, a moment too early.
        self.order._requeue()
        self.assertEqual(self.push(), "unknown")  # 2218: a repeat
        self.pass_time(minutes=1)
        self.run_cron("follow_orders")
        self.assertEqual(
            self.order.jd_number, self.find_order_at_jd(self.order)["orderNo"]
        )

    def test_questions_that_jd_does_not_answer_are_asked_later_and_later(self):
        self.add_fault("timeout_after", count=1)
        self.push()
        self.add_fault("html_502", call="querySoOrder")
        for minutes in (1, 1, 5, 15, 60, 60):
            self.pass_time(minutes=minutes - 1, seconds=50)
            before = self.count_calls("querySoOrder")
            self.run_cron("follow_orders")
            self.assertEqual(self.count_calls("querySoOrder"), before)
            self.pass_time(seconds=11)
            self.run_cron("follow_orders")
            self.assertEqual(self.order.state, "unknown")
        self.assertEqual(self.order.unanswered, 6)

    # === CLAIMS === #

    def test_an_order_that_nobody_sends_any_more_is_asked_about(self):
        self.order.write({"state": "sending", "claim": self.order.id})
        self.assertEqual(self.push(), "unknown")
        self.pass_time(minutes=1)
        self.run_cron("follow_orders")
        self.assertEqual(self.order.state, "queued")
        self.assertEqual(self.push(), "accepted")

    def test_an_order_that_another_process_sends_is_left_alone(self):
        claim = self.order.id
        self.order.write({"state": "sending", "claim": claim})
        with self.registry.cursor() as other:
            lock = [const.CLAIM_LOCK_CLASS, claim]
            other.execute("SELECT pg_advisory_lock(%s, %s)", lock)
            self.assertEqual(self.push(), "sending")
            other.execute("SELECT pg_advisory_unlock(%s, %s)", lock)
        self.assertEqual(self.push(), "unknown")

    def test_the_claim_is_given_up_whatever_happens(self):
        for fault in ("refuse", "throttle", "timeout_before", "expire_token"):
            with self.subTest(fault):
                self.make_delivery(1)
                self.add_fault(fault, count=1)
                self.push()
                self.env.cr.execute(
                    "SELECT 1 FROM pg_locks JOIN pg_database ON database = oid"
                    " WHERE locktype = 'advisory' AND classid = %s"
                    " AND datname = current_database()",
                    [const.CLAIM_LOCK_CLASS],
                )
                self.assertFalse(self.env.cr.fetchall())

    # === CREDENTIALS === #

    def test_orders_wait_for_a_login_and_go_on_when_somebody_signed_in(self):
        more = [self.make_delivery(1) for _ in range(5)]
        orders = self.order.union(*(picking.jd_order_id for picking in more))
        self.add_fault("expire_token", count=1)
        self.push()
        self.assertEqual(self.connector.state, "expired")
        self.assertIn("queued", orders.mapped("state"))
        self.assertNotIn("unknown", orders.mapped("state"))
        self.assertNotIn("refused", orders.mapped("state"))
        self.push()
        self.assertIn("queued", orders.mapped("state"))
        cron = self.env.ref("jd_fulfillment.ir_cron_push_orders")
        woken = self.env["ir.cron.trigger"].search_count([("cron_id", "=", cron.id)])
        self.connect(self.connector)
        self.assertGreater(
            self.env["ir.cron.trigger"].search_count([("cron_id", "=", cron.id)]),
            woken,
        )
        self.push()
        self.assertEqual(set(orders.mapped("state")), {"accepted"})

    def test_a_restored_copy_sends_nothing(self):
        self.env["ir.config_parameter"].set_param("database.uuid", "another")
        self.assertEqual(self.push(), "queued")
        self.assertEqual(self.connector.state, "connected")
        self.assertIn("moved, restored or copied", self.order.notice)
        self.assertEqual(self.count_calls("addSoOrder"), 0)

    def test_a_disconnected_connection_sends_nothing(self):
        self.connector.action_disconnect()
        self.assertEqual(self.push(), "queued")
        self.assertEqual(self.connector.state, "disconnected")

    # === ONE BAD ORDER === #

    @mute_logger(
        "odoo.addons.jd_fulfillment.models.mixins.jd_worker_mixin", "odoo.sql_db"
    )
    def test_one_order_that_cannot_be_recorded_stops_no_other(self):
        """Whatever it is: here a number that another order has already."""
        first, second = self.make_delivery(1), self.make_delivery(1)
        self.push()
        bad, good = first.jd_order_id, second.jd_order_id
        number = bad.jd_number
        (self.order + bad + good).jd_number = False
        self.env.flush_all()
        self.order.jd_number = number
        (bad + good).state = "queued"
        self.push()
        self.assertEqual(good.state, "accepted")
        self.assertEqual(bad.state, "unknown")
