"""Answers of JD that do not fit the order, or are not understood."""

from odoo.tests import mute_logger, tagged
from odoo.tools import SQL

from ..models.order.jd_order import _make_unique_part
from .inbound_case import JdInboundCase
from .order_case import JdOrderCase

ITEMS = "data.deliveryItemList"
# What an answer may say of another order: the member, and what it says.
MISFITS = {
    "our number": {"path": "data.erpDeliveryNo", "value": "XSCK-OTHER-1"},
    "JD's number": {"path": "data.deliveryNo", "value": "ESL0000000009999"},
    "department": {"path": "data.customerInfo.ownerNo", "value": "EBU0000000000999"},
    "warehouse": {"path": "data.warehouseNo", "value": "110000999"},
    "quantity": {"path": f"{ITEMS}.0.planQuantity", "value": 99},
    "goods": {"path": f"{ITEMS}.0.goodsNo", "value": "EMG0000000009999"},
}


class AnswerCase(JdOrderCase):
    def setUp(self):
        super().setUp()
        self.picking = self.make_delivery(3, 2)

    def patch(self, *changes, call="querySoOrder", count=1):
        """Have JD's next answers to a call say something else."""
        self.sandbox.do(
            "fault", kind="patch", call=call, count=count, patch=list(changes)
        )


@tagged("post_install", "-at_install")
class TestAnswersThatDoNotFit(AnswerCase):
    """JD answers a number that it knows with the order that it knows."""

    def test_our_number_has_a_part_that_never_comes_again(self):
        first = self.send(self.picking)
        # As after a database was restored from a backup: the transfer is sent again.
        first.flush_recordset()
        number = first.name
        self.env.cr.execute("DELETE FROM jd_order WHERE id = %s", [first.id])
        self.env.invalidate_all()
        again = self.env["jd.order"]._create_for_pickings(self.picking)
        parts = [name.split("-") for name in (number, again.name)]
        self.assertEqual(parts[0][2], parts[1][2])
        self.assertEqual(parts[0][:2], parts[1][:2])
        self.assertNotEqual(parts[0][3], parts[1][3])
        self.assertLessEqual(len(again.name), 50)
        numbers = {_make_unique_part() for _ in range(1000)}
        self.assertEqual(len(numbers), 1000)

    def test_an_answer_of_another_order_changes_nothing_and_is_told(self):
        order = self.send(self.picking)
        self.advance(order, "10019")
        for label, change in MISFITS.items():
            with self.subTest(label):
                self.patch(change)
                self.pull(order)
                self.run_cron("close_orders")
                self.assertEqual(order.state, "unknown")
                self.assertTrue(order.is_disputed)
                self.assertFalse(order.pull_at)
                self.assertRegex(self.get_activity_notes(order), "does not fit")
                self.assertRegex(order.notice, "not clear. Nothing is sent")
                self.assertEqual(self.picking.state, "assigned")
                self.assertFalse(any(order.line_ids.mapped("reported")))

    def test_an_order_that_does_not_fit_is_never_sent_again(self):
        self.sandbox.do("fault", kind="timeout_after", call="addSoOrder", count=1)
        order = self.send(self.picking)
        self.patch(MISFITS["our number"])
        self.pull(order)
        for _hour in range(3):
            self.pass_time(hours=12)
            self.run_cron("follow_orders")
            self.run_cron("push_orders")
        self.assertEqual(order.state, "unknown")
        self.assertEqual(self.count_calls("addSoOrder"), 1)

    def test_what_jd_no_longer_knows_after_it_did_not_fit_is_never_sent_again(self):
        known = self.send(self.picking)
        lost = self.make_delivery(1)
        self.sandbox.do("fault", kind="timeout_after", call="addSoOrder", count=1)
        for order in (known, self.send(lost)):
            with self.subTest(jd_number=order.jd_number):
                self.patch(MISFITS["our number"])
                self.pull(order)
                self.assertTrue(order.is_disputed)
                self.sandbox.do(
                    "fault", kind="refuse", call="querySoOrder", code="2342", count=1
                )
                self.pull(order)
                self.run_cron("push_orders")
                self.assertEqual(order.state, "unknown")
        self.assertEqual(self.count_calls("addSoOrder"), 2)

    def test_what_was_sent_with_another_pin_is_neither_asked_nor_sent_again(self):
        self.sandbox.do("fault", kind="timeout_after", call="addSoOrder", count=1)
        order = self.send(self.picking)
        # As after a system administrator released the PIN.
        order.sent_pin = "another"
        self.pull(order)
        self.run_cron("push_orders")
        self.assertEqual(order.state, "unknown")
        self.assertFalse(order.pull_at)
        self.assertEqual(self.count_calls("querySoOrder"), 0)
        self.assertEqual(self.count_calls("addSoOrder"), 1)
        self.assertOneActivity(order, "sent with the PIN another")
        order.with_user(self.manager).action_release()
        self.assertEqual(order.state, "cancelled")

    def test_goods_matched_anew_change_no_order_that_jd_has(self):
        order = self.send(self.picking)
        order.line_ids.goods_id.action_match_again()
        self.assertFalse(any(order.line_ids.goods_id.mapped("goods_no")))
        self.ship(order)
        self.assertFalse(order.is_disputed)
        self.assertEqual(self.picking.state, "done")

    def test_an_answer_without_our_number_does_not_settle_a_lost_create(self):
        self.sandbox.do("fault", kind="timeout_after", call="addSoOrder", count=1)
        order = self.send(self.picking)
        self.patch({"path": "data.erpDeliveryNo", "delete": True})
        self.pull(order)
        self.assertEqual(order.state, "unknown")
        self.assertRegex(self.get_activity_notes(order), "our number missing")

    def test_what_fits_the_next_time_goes_on(self):
        order = self.send(self.picking)
        self.patch(MISFITS["warehouse"])
        self.pull(order)
        self.assertTrue(order.is_disputed)
        self.ship(order)
        self.assertFalse(order.is_disputed)
        self.assertEqual(self.picking.state, "done")

    def test_a_manager_releases_what_jd_support_says_is_not_ours(self):
        order = self.send(self.picking)
        self.patch(MISFITS["our number"])
        self.pull(order)
        order.with_user(self.manager).action_release()
        self.assertEqual(order.state, "cancelled")
        self.assertTrue(self.picking.jd_on_hold)

    def test_what_is_closed_is_not_released(self):
        order = self.send(self.picking)
        self.ship(order)
        self.patch(MISFITS["our number"])
        self.pull(order)
        self.assertRegex(self.get_activity_notes(order), "does not fit")
        order.with_user(self.manager).action_release()
        self.assertEqual(order.state, "done")
        self.assertFalse(self.picking.jd_on_hold)

    def test_questions_name_the_department_the_order_was_sent_with(self):
        order = self.send(self.picking)
        self.assertEqual(order.sent_pin, self.connector.pin)
        self.assertEqual(
            order._prepare_question()["department_no"], order.sent_department_no
        )
        self.warehouse.sudo().jd_department_no = "EBU0000000000999"
        self.ship(order)
        self.assertEqual(self.picking.state, "done")


@tagged("post_install", "-at_install")
class TestLinesThatAreNotNamed(AnswerCase):
    """Rows without a number of ours are matched by goods, or told."""

    def ship_patched(self, *changes):
        order = self.send(self.picking)
        self.advance(order, "10019")
        self.patch(*changes, count=10)
        self.pull(order)
        self.run_cron("close_orders")
        return order

    def test_rows_without_our_number_are_matched_by_their_goods(self):
        for change in (
            {"path": f"{ITEMS}.*.orderLine", "delete": True},
            {"path": f"{ITEMS}.*.orderLine", "value": "1"},
            {"path": f"{ITEMS}.*.orderLine", "value": "999999999"},
            {"path": f"{ITEMS}.0.orderLine", "value": None},
        ):
            with self.subTest(change):
                self.picking = self.make_delivery(3, 2)
                self.ship_patched(change)
                self.assertEqual(self.picking.state, "done")
                self.assertEqual(self.picking.move_ids.mapped("quantity"), [3, 2])
                self.sandbox.do("clear_faults")

    def test_goods_that_the_order_does_not_have_are_told_and_nothing_moves(self):
        order = self.ship_patched(
            {"path": f"{ITEMS}.1.goodsNo", "value": "EMG0000000009999"},
            {"path": f"{ITEMS}.1.planQuantity", "delete": True},
            {"path": f"{ITEMS}.1.orderLine", "delete": True},
        )
        self.assertEqual(self.picking.state, "assigned")
        self.assertFalse(order.are_quantities_known)
        notes = self.get_activity_notes(order)
        self.assertRegex(notes, "not understood.*EMG0000000009999|EMG.*not understood")
        self.assertNotIn("again", notes)
        order.with_user(self.manager).action_release()
        self.assertRegex(self.get_activity_notes(order), "close it by hand")
        self.assertNotIn("send it again", self.get_activity_notes(order))

    def test_a_negative_quantity_is_never_applied(self):
        self.ship_patched({"path": f"{ITEMS}.0.realQuantity", "value": -3})
        self.assertEqual(self.picking.state, "assigned")

    def test_no_text_advises_to_send_again_what_jd_may_have_shipped(self):
        order = self.send(self.picking)
        short = {str(line.id): line.planned for line in order.line_ids}
        self.advance(order, "10019", short=short)
        self.pull(order)
        self.run_cron("close_orders")
        self.assertRegex(self.get_activity_notes(order), "Ask JD support whether")


@tagged("post_install", "-at_install")
class TestWhatIsKeptOfAnAnswer(AnswerCase):
    def test_jds_numbers_of_a_failed_call_are_kept_to_quote_them(self):
        self.sandbox.do("fault", kind="refuse", call="addSoOrder", code="2062", count=1)
        order = self.send(self.picking)
        self.assertEqual(order.state, "refused")
        self.assertRegex(order.jd_reference, r"\S+ / \S+")

    def test_what_jd_would_not_take_is_named_before_it_is_sent(self):
        self.picking.jd_own_waybill = "W" * 201
        order = self.send(self.picking)
        self.assertEqual(order.state, "draft")
        self.assertProblems(order, "waybill is too long: JD accepts at most 200")
        self.assertEqual(self.count_calls("addSoOrder"), 0)

    def test_an_odd_row_is_told_once_and_the_rest_counts(self):
        order = self.send(self.picking)
        self.advance(order, "10019")
        odd = {"path": f"{ITEMS}.0.realQuantity", "value": "2.5"}
        self.patch(odd, count=2)
        for _time in range(2):
            self.pull(order)
        self.run_cron("close_orders")
        self.assertEqual(self.picking.state, "assigned")
        self.assertOneActivity(order, "cannot read all.*realQuantity")
        self.assertEqual(order.line_ids.mapped("is_reported"), [False, True])
        self.pull(order)
        self.run_cron("close_orders")
        self.assertEqual(self.picking.state, "done")


@tagged("post_install", "-at_install")
class TestErrorsNobodyForesaw(AnswerCase):
    @mute_logger("odoo.addons.jd_fulfillment.models.mixins.jd_worker_mixin")
    def test_they_are_shown_as_one_sentence_with_a_reference(self):
        order = self.send(self.picking)
        self.advance(order, "10019")
        # A constraint of somebody else's: PostgreSQL's words hold the row.
        self.env.cr.execute(
            "ALTER TABLE jd_order_line"
            " ADD CONSTRAINT test_no_three CHECK (reported < 3)"
        )
        self.pull(order)
        notes = self.get_activity_notes(order)
        self.assertRegex(notes, r"unexpected went wrong.*JD-[0-9A-F]{8}")
        self.assertNotIn("test_no_three", notes)


@tagged("post_install", "-at_install")
class TestWhatFailsStopsNoOther(JdInboundCase):
    WORKER = "odoo.addons.jd_fulfillment.models.mixins.jd_worker_mixin"

    def break_call(self, call):
        """Have PostgreSQL refuse that a call is counted."""
        self.env.cr.execute(
            SQL("ALTER TABLE jd_call ADD CHECK (call != %s) NOT VALID", call)
        )

    @mute_logger(WORKER, "odoo.sql_db")
    def test_one_kind_of_order_that_cannot_be_sent_or_asked_about(self):
        receipt = self.make_receipt(5)
        self.run_cron("match_goods")
        order = self.make_delivery(3).jd_order_id
        self.break_call("addPoOrder")
        self.run_cron("push_orders")
        self.assertEqual(receipt.jd_order_id.state, "queued")
        self.assertEqual(order.state, "accepted")
        notes = self.get_activity_notes(self.connector)
        self.assertRegex(notes, "look for JD-[0-9A-F]{8} in the")
        receipt.jd_order_id.sudo().write({"state": "unknown", "pull_at": "2020-01-01"})
        self.break_call("queryPoOrderDetail")
        self.ship(order)
        self.assertEqual(order.state, "done")

    @mute_logger(WORKER, "odoo.sql_db")
    def test_one_transfer_that_gets_no_order(self):
        self.connector.push_policy = "manual"
        bad, good = (self.make_delivery(1) for _ in range(2))
        self.connector.push_policy = "ready"
        self.env.cr.execute(
            SQL("ALTER TABLE jd_order ADD CHECK (picking_id != %s)", bad.id)
        )
        self.run_cron("push_orders")
        self.assertFalse(bad.jd_order_id)
        self.assertEqual(good.jd_order_id.state, "accepted")
        notes = self.get_activity_notes(self.connector)
        self.assertRegex(notes, f"{bad.name} cannot be sent to JD.*JD-[0-9A-F]{{8}}")
