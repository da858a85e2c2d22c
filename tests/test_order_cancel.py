from odoo.tests import tagged

from .. import const
from .order_case import JdOrderCase


@tagged("post_install", "-at_install")
class TestOrderCancel(JdOrderCase):
    def setUp(self):
        super().setUp()
        self.picking = self.make_delivery(3, 2)
        self.order = self.picking.jd_order_id

    def settle(self, agreed):
        """Have JD decide the cancel it was asked for, and Odoo learn of it."""
        self.sandbox.do("settle", agreed=agreed)
        self.pull(self.order)

    def cancel_later(self):
        self.sandbox.do("settings", cancel="later, agreed")
        self.send()
        self.picking.action_cancel()
        self.run_cron("push_orders")

    # === BEFORE SENDING === #

    def test_before_sending_it_is_cancelled_here_alone(self):
        self.picking.action_cancel()
        self.assertEqual(self.picking.state, "cancel")
        self.assertEqual(self.order.state, "cancelled")
        self.send()
        self.assertFalse(self.find_order_at_jd(self.order))

    def test_what_jd_refused_is_cancelled_here_alone(self):
        self.sandbox.do("fault", kind="refuse", code="2062", count=1)
        self.send()
        self.assertEqual(self.order.state, "refused")
        self.picking.action_cancel()
        self.assertEqual(self.picking.state, "cancel")
        self.assertEqual(self.order.state, "cancelled")

    def test_a_part_that_is_cancelled_before_sending_is_not_sent(self):
        self.picking.move_ids[0]._action_cancel()
        self.send()
        [cargo] = self.find_order_at_jd(self.order)["request"]["cargoInfos"]
        self.assertEqual(cargo["planQuantity"], 2)

    # === ASKED === #

    def test_jd_agrees_at_once(self):
        self.send()
        self.picking.action_cancel()
        self.assertEqual(self.order.state, "cancelling")
        self.assertEqual(self.picking.state, "assigned")
        self.run_cron("push_orders")
        self.assertEqual(self.order.state, "cancelled")
        self.assertEqual(self.picking.state, "cancel")
        self.assertEqual(self.find_order_at_jd(self.order)["status"], 10028)
        self.assertFalse(self.order.activity_ids)

    def test_the_transfer_stands_until_jd_agrees(self):
        self.cancel_later()
        self.assertEqual(self.order.state, "cancelling")
        self.assertEqual(self.picking.state, "assigned")
        self.pull(self.order)
        self.assertEqual(self.picking.state, "assigned")
        self.settle(agreed=True)
        self.assertEqual(self.order.state, "cancelled")
        self.assertEqual(self.picking.state, "cancel")
        self.assertEqual(self.count_calls("cancelOrder"), 1)

    def test_jd_refuses_later_and_the_transfer_goes_on(self):
        self.cancel_later()
        self.settle(agreed=False)
        self.assertEqual(self.order.state, "in_progress")
        self.assertOneActivity(self.order, "JD did not cancel this order")
        self.ship(self.order)
        self.assertEqual(self.picking.state, "done")
        self.assertEqual(self.picking.move_ids.mapped("quantity"), [3, 2])

    def test_a_second_cancel_after_a_refused_one_is_settled_too(self):
        self.cancel_later()
        self.settle(agreed=False)
        self.picking.action_cancel()
        self.run_cron("push_orders")
        self.assertEqual(self.order.state, "cancelling")
        self.settle(agreed=False)
        self.assertEqual(self.order.state, "in_progress")
        self.picking.action_cancel()
        self.run_cron("push_orders")
        self.settle(agreed=True)
        self.assertEqual(self.picking.state, "cancel")

    def test_jd_says_no_because_the_goods_are_off_the_shelf_by_now(self):
        for words, late_cancel in (("already picked", "result"), ("is at", "code")):
            with self.subTest(late_cancel):
                self.sandbox.do("settings", late_cancel=late_cancel)
                picking = self.make_delivery(1)
                order = self.send(picking)
                self.advance(order, "10016")
                picking.action_cancel()  # here nobody knows yet
                self.run_cron("push_orders")
                self.assertEqual(order.state, "in_progress")
                self.assertOneActivity(order, words)
                self.ship(order)
                self.assertEqual(picking.state, "done")

    def test_what_was_picked_while_jd_was_asked_ships_and_closes(self):
        self.cancel_later()
        self.settle(agreed=False)
        self.picking.action_cancel()
        # JD has not been asked again when the goods leave.
        self.ship(self.order)
        self.assertEqual(self.order.state, "done")
        self.assertEqual(self.picking.state, "done")
        self.assertRegex(
            self.get_activity_notes(self.order), "did not cancel this order"
        )

    def test_a_cancel_that_jd_does_not_understand_is_refused_with_its_words(self):
        self.send()
        self.sandbox.do(
            "fault", kind="refuse", call="cancelOrder", code="2999", message="no way"
        )
        self.picking.action_cancel()
        self.run_cron("push_orders")
        self.assertEqual(self.order.state, "in_progress")
        self.assertOneActivity(self.order, r"no way \(code 2999\)")

    def test_a_cancel_that_jd_did_not_answer_is_asked_again(self):
        self.send()
        for fault in ("timeout_after", "html_502", "throttle"):
            self.sandbox.do("fault", kind=fault, call="cancelOrder", count=1)
        self.picking.action_cancel()
        for _ in range(3):
            self.run_cron("push_orders")
            self.assertEqual(self.order.state, "cancelling")
            self.pass_time(hours=1)
        self.run_cron("push_orders")
        self.assertEqual(self.picking.state, "cancel")

    def test_waiting_for_jd_to_agree_costs_few_questions(self):
        self.cancel_later()
        before = self.count_calls("querySoOrder")
        for _ in range(24 * 6):
            self.pass_time(minutes=10)
            self.run_cron("follow_orders")
        self.assertLessEqual(self.count_calls("querySoOrder") - before, 12)

    def test_a_cancel_that_jd_does_not_decide_is_told_once_until_it_does(self):
        self.cancel_later()
        self.pass_time(seconds=const.CANCEL_OVERDUE.total_seconds() - 60)
        self.pull(self.order)
        self.assertFalse(self.order.activity_ids)
        for _again in range(2):
            self.pass_time(minutes=5)
            self.pull(self.order)
            self.assertOneActivity(self.order, "has not decided: it may still")
        self.settle(agreed=True)
        self.assertEqual(self.picking.state, "cancel")
        self.assertFalse(self.order.activity_ids)

    # === CANCELLED HERE ALONE === #

    def cancel_unknown_to_jd(self):
        """Have JD deny an order, which is then cancelled here, and name it later."""
        self.sandbox.do("fault", kind="timeout_after", call="addSoOrder", count=1)
        self.send()
        self.sandbox.do("clear_faults")
        self.picking.action_cancel()
        self.sandbox.do(
            "fault", kind="refuse", call="querySoOrder", code="2342", count=1
        )
        self.pull(self.order)
        self.assertEqual(self.order.state, "cancelled")
        self.assertEqual(self.picking.state, "cancel")

    def hear_of_it(self):
        number = self.find_order_at_jd(self.order)["orderNo"]
        self.receive_message(self.order, "10014", order_number=number)
        self.follow_messages()

    def test_an_order_that_jd_has_after_all_is_told_and_cancelled_at_jd(self):
        self.cancel_unknown_to_jd()
        self.hear_of_it()
        self.assertOneActivity(self.order, "JD has this order after all")
        self.assertTrue(self.order.pull_at)
        self.run_cron("push_orders")
        self.assertEqual(self.find_order_at_jd(self.order)["status"], 10028)
        self.pull(self.order)
        self.assertEqual(self.order.state, "cancelled")
        self.assertFalse(self.order.pull_at)
        self.assertFalse(self.order.activity_ids)

    def test_an_order_that_jd_has_after_all_and_does_not_cancel_is_followed(self):
        self.send()
        for status in ("10015", "10016"):
            with self.subTest(status=status):
                self.picking = self.make_delivery(1)
                self.order = self.picking.jd_order_id
                self.cancel_unknown_to_jd()
                self.advance(self.order, status)
                self.hear_of_it()
                if status == "10015":  # picked while JD is asked to cancel
                    self.advance(self.order, "10016")
                self.run_cron("push_orders")
                self.assertFalse(self.order.cancel_due)
                self.assertOneActivity(self.order, "although it is cancelled here")
                self.assertTrue(self.order.pull_at)
                self.assertEqual(self.order.state, "cancelled")

    # === TOO LATE === #

    def test_from_picking_on_it_is_refused_with_the_reason(self):
        self.send()
        self.advance(self.order, "10016")
        self.pull(self.order)
        with self.assertRefused("cannot be cancelled any more.*already picked"):
            self.picking.action_cancel()
        self.assertEqual(self.picking.state, "assigned")
        self.assertFalse(self.order.cancel_requested)

    def test_lowering_what_is_off_the_shelf_is_refused_too(self):
        self.send()
        self.advance(self.order, "10016")
        self.pull(self.order)
        with self.assertRefused("cannot be cancelled any more"):
            self.picking.move_ids[0].product_uom_qty = 1

    # === WHILE NOBODY KNOWS === #

    def test_a_cancel_while_the_answer_is_unknown_waits_for_it(self):
        self.sandbox.do("fault", kind="timeout_after", call="addSoOrder", count=1)
        self.send()
        self.picking.action_cancel()
        self.assertEqual(self.order.state, "unknown")
        self.assertEqual(self.picking.state, "assigned")
        self.pass_time(minutes=1)
        self.run_cron("follow_orders")
        self.assertEqual(self.order.state, "cancelling")
        self.run_cron("push_orders")
        self.assertEqual(self.picking.state, "cancel")
        self.assertEqual(self.find_order_at_jd(self.order)["status"], 10028)

    def test_a_cancel_of_what_never_reached_jd_is_obeyed_without_asking(self):
        self.sandbox.do("fault", kind="timeout_before", call="addSoOrder", count=1)
        self.send()
        self.picking.action_cancel()
        self.pass_time(minutes=1)
        self.run_cron("follow_orders")
        self.assertEqual(self.picking.state, "cancel")
        self.send()
        self.assertFalse(self.find_order_at_jd(self.order))
        self.assertEqual(self.count_calls("cancelOrder"), 0)

    def test_a_cancel_while_it_is_being_sent_waits_for_the_answer(self):
        self.order.write({"state": "sending", "claim": self.order.id})
        self.picking.action_cancel()
        self.assertEqual(self.picking.state, "assigned")
        self.assertEqual(self.order.state, "sending")
        self.order._record_sent({self.order.id: "ESL00000000000000001"})
        self.assertEqual(self.order.state, "cancelling")

    def test_a_cancel_while_it_is_being_sent_and_refused_is_obeyed(self):
        self.sandbox.do("fault", kind="timeout_before", call="addSoOrder", count=1)
        self.send()
        self.picking.action_cancel()
        self.pass_time(minutes=1)
        self.sandbox.do("fault", kind="refuse", call="addSoOrder", code="2062")
        self.run_cron("follow_orders")
        self.assertEqual(self.picking.state, "cancel")

    # === A PART === #

    def test_a_part_is_cancelled_by_sending_the_rest_anew(self):
        self.send()
        self.picking.move_ids[0]._action_cancel()
        self.assertEqual(set(self.picking.move_ids.mapped("state")), {"assigned"})
        self.run_cron("push_orders")
        self.assertEqual(self.picking.move_ids.mapped("state"), ["cancel", "assigned"])
        again = self.picking.jd_order_id
        self.assertNotEqual(again, self.order)
        self.send()
        [cargo] = self.find_order_at_jd(again)["request"]["cargoInfos"]
        self.assertEqual(cargo["planQuantity"], 2)
        self.ship(again)
        self.assertEqual(self.picking.state, "done")

    def test_less_is_wanted_so_the_order_is_cancelled_and_less_is_sent(self):
        self.send()
        self.picking.move_ids[0].product_uom_qty = 1
        self.assertEqual(self.order.state, "cancelling")
        self.run_cron("push_orders")
        self.assertEqual(self.order.state, "cancelled")
        again = self.send(self.picking)
        planned = [row["planQuantity"] for row in self.find_order_at_jd(again)["lines"]]
        self.assertEqual(planned, [1, 2])

    def test_less_is_wanted_and_jd_ships_all(self):
        self.send()
        self.advance(self.order, "10016")
        self.picking.move_ids[0].product_uom_qty = 1
        self.run_cron("push_orders")
        self.assertOneActivity(self.order, "did not cancel")
        self.ship(self.order)
        self.assertEqual(self.picking.state, "done")
        self.assertEqual(self.picking.move_ids.mapped("quantity"), [3, 2])

    def test_the_rest_is_sent_anew_whatever_the_policy_says(self):
        self.connector.push_policy = "manual"
        self.send()
        self.picking.move_ids[0]._action_cancel()
        self.run_cron("push_orders")
        self.assertNotEqual(self.picking.jd_order_id, self.order)
        self.assertEqual(self.picking.jd_order_id.state, "accepted")

    # === BY JD === #

    def test_jd_cancelling_by_itself_holds_the_transfer(self):
        self.send()
        self.advance(self.order, "10028")
        self.pull(self.order)
        self.assertEqual(self.order.state, "cancelled")
        self.assertEqual(self.picking.state, "assigned")
        self.assertTrue(self.picking.jd_on_hold)
        self.assertOneActivity(self.order, "JD cancelled this order by itself")
        self.send()
        self.assertEqual(self.picking.jd_order_ids, self.order)

    def test_what_jd_cancelled_can_be_sent_again_or_cancelled(self):
        self.send()
        self.advance(self.order, "10028")
        self.pull(self.order)
        self.picking.action_jd_send()
        again = self.send(self.picking)
        self.assertEqual(again.state, "accepted")
        self.advance(again, "10028")
        self.pull(again)
        self.picking.action_cancel()
        self.assertEqual(self.picking.state, "cancel")

    def test_jd_shipping_what_it_had_cancelled_is_told(self):
        self.send()
        self.advance(self.order, "10015")
        self.pull(self.order)
        self.order.with_user(self.manager).action_release()
        self.advance(self.order, "10019")
        self.receive_message(self.order, "10019")
        self.follow_messages()
        self.assertRegex(
            self.get_activity_notes(self.order), "although it is cancelled here"
        )
        self.assertEqual(self.order.state, "cancelled")
        self.assertEqual(self.picking.state, "assigned")
