"""Orders that JD splits into several."""

import json

from odoo.tests import tagged

from .. import const
from .order_case import JdOrderCase


@tagged("post_install", "-at_install")
class TestSplit(JdOrderCase):
    def setUp(self):
        super().setUp()
        self.picking = self.make_delivery(5, 3)
        self.order = self.send(self.picking)
        self.first, self.second = (str(line.id) for line in self.order.line_ids)

    def split(self, *shares, cancelled=True):
        """Have JD split the order; return JD's numbers of the parts."""
        parts = self.sandbox.do(
            "split", order=self.order.jd_number, shares=shares, cancelled=cancelled
        )["parts"]
        self.ask()
        self.assertEqual(self.order.split_numbers, ", ".join(parts))
        return parts

    def ask(self):
        self.pull(self.order)
        self.run_cron("close_orders")

    def move_on(self, number, status):
        self.sandbox.do("advance", orders=[number], to=status)
        self.ask()

    def get_moved(self):
        return [
            (move.state, move.quantity) for move in self.picking.move_ids.sorted("id")
        ]

    def test_the_transfer_closes_with_the_sum_once_all_parts_have_left(self):
        # Whether JD cancels what it split is not documented.
        for cancelled in (True, False):
            with self.subTest(cancelled=cancelled):
                self.picking = self.make_delivery(5, 3)
                self.order = self.send(self.picking)
                first, second = (str(line.id) for line in self.order.line_ids)
                one, other = self.split({first: 2, second: 3}, cancelled=cancelled)
                self.assertIn(self.order.state, ("accepted", "in_progress"))
                self.move_on(one, "10020")
                self.assertEqual(self.picking.state, "assigned")
                self.assertFalse(self.order.are_quantities_known)
                self.move_on(other, "10019")
                self.assertEqual(self.get_moved(), [("done", 5), ("done", 3)])
                self.assertEqual(self.order.status_code, "10019")
                self.assertEqual(len(self.order.waybills.split(", ")), 2)
                self.assertFalse(self.order.activity_ids)

    def test_the_transfer_stays_open_until_jd_names_what_left_with_each_part(self):
        one, other = self.split({self.first: 2})
        self.move_on(one, "10020")
        lines = [self.first, self.second]
        self.sandbox.do("arrange", orders=[other], unreported=lines)
        self.move_on(other, "10020")
        self.assertEqual(self.picking.state, "assigned")
        self.assertFalse(self.order.are_quantities_known)

    def test_a_part_that_jd_cancels_is_short(self):
        one, other = self.split({self.first: 2})
        self.move_on(one, "10028")
        self.assertEqual(self.picking.state, "assigned")
        self.move_on(other, "10019")
        self.assertEqual(self.get_moved(), [("done", 3), ("done", 3)])
        self.assertRegex(self.get_activity_notes(self.order), "less than ordered")

    def test_a_part_that_jd_splits_again_is_followed(self):
        for cancelled in (True, False):
            with self.subTest(cancelled=cancelled):
                self.picking = self.make_delivery(5, 3)
                self.order = self.send(self.picking)
                first, second = (str(line.id) for line in self.order.line_ids)
                one, other = self.split({first: 4, second: 3}, cancelled=cancelled)
                self.move_on(other, "10020")
                again = self.sandbox.do(
                    "split", order=one, shares=[{first: 1}], cancelled=cancelled
                )["parts"]
                self.ask()
                numbers = ", ".join([one, other, *again])
                self.assertEqual(self.order.split_numbers, numbers)
                self.assertEqual(self.picking.state, "assigned")
                self.ask()
                self.move_on(again[0], "10020")
                self.assertEqual(self.picking.state, "assigned")
                self.move_on(again[1], "10019")
                self.assertEqual(self.get_moved(), [("done", 5), ("done", 3)])
                self.assertFalse(self.order.activity_ids)

    def test_more_parts_than_odoo_follows_are_told_and_nothing_is_closed(self):
        one, other = self.split({self.first: 2})
        numbers = [f"ESL{9_000_000 + n}" for n in range(const.SPLIT_PARTS_MOST)]
        self.sandbox.do(
            "fault",
            kind="patch",
            call="querySoOrder",
            order=one,
            count=100,
            patch=[{"path": "data.splitDeliveryNos", "value": ",".join(numbers)}],
        )
        for number in (one, other):
            self.sandbox.do("advance", orders=[number], to="10020")
        self.ask()
        self.assertEqual(self.picking.state, "assigned")
        self.assertEqual(self.order.split_numbers, f"{one}, {other}")
        self.assertOneActivity(self.order, "more than Odoo follows")

    def test_an_order_of_which_all_parts_are_cancelled_is_cancelled(self):
        one, other = self.split({self.first: 2})
        self.move_on(one, "10028")
        self.assertIn(self.order.state, ("accepted", "in_progress"))
        self.move_on(other, "10028")
        self.assertEqual(self.order.state, "cancelled")
        self.assertTrue(self.picking.jd_on_hold)

    def test_a_cancel_reaches_all_parts_or_none(self):
        self.split({self.first: 2})
        self.picking.action_cancel()
        self.run_cron("push_orders")
        # JD's answer names the whole: what became of the parts was asked for.
        self.assertEqual(self.order.state, "cancelled")
        self.assertEqual(self.picking.state, "cancel")

    def test_an_order_that_jd_cancelled_for_its_parts_is_not_cancelled(self):
        # Odoo hears of the split and of the cancel with the answer to its own cancel.
        parts = self.sandbox.do(
            "split", order=self.order.jd_number, shares=[{self.first: 2}]
        )["parts"]
        cancelled = {"orderNo": self.order.jd_number, "resultType": "0"}
        body = {"code": "1000", "success": True, "data": cancelled}
        self.sandbox.do(
            "fault",
            kind="answer",
            call="cancelOrder",
            carried_out=False,
            body=json.dumps(body),
        )
        self.picking.action_cancel()
        self.run_cron("push_orders")
        self.assertEqual(self.order.split_numbers, ", ".join(parts))
        self.assertEqual(
            (self.order.state, self.picking.state), ("cancelling", "assigned")
        )
        for number in parts:
            self.sandbox.do("advance", orders=[number], to="10019")
        self.ask()
        self.assertEqual(self.get_moved(), [("done", 5), ("done", 3)])

    def test_an_order_is_not_sent_again_because_jd_does_not_know_a_part(self):
        self.sandbox.do("fault", kind="timeout_after", call="addSoOrder", count=1)
        order = self.send(self.make_delivery(1))
        before = self.count_calls("addSoOrder")
        order.split_numbers = "ESL0000000009999"
        self.pull(order)
        self.run_cron("push_orders")
        self.assertEqual(order.state, "unknown")
        self.assertEqual(self.count_calls("addSoOrder"), before)
        self.assertOneActivity(order, "Nothing is sent again")

    def test_a_message_about_a_part_asks_for_the_whole(self):
        one, other = self.split({self.first: 2})
        for number in (one, other):
            self.sandbox.do("advance", orders=[number], to="10019")
        self.order.pull_at = False
        self.receive_message(self.order, "10019", order_number=other, own_number="")
        self.run_cron("process_messages")
        self.assertFalse(self.env["jd.foreign.order"].search([]))
        self.assertTrue(self.order.pull_at)
        self.run_cron("follow_orders")
        self.run_cron("close_orders")
        self.assertEqual(self.picking.state, "done")

    def test_parts_are_not_listed_as_orders_made_at_jd(self):
        self.split({self.first: 2})
        self.run_cron("list_orders")
        self.assertFalse(self.env["jd.foreign.order"].search([]))

    def test_one_part_that_comes_back_is_told(self):
        one, other = self.split({self.first: 2})
        self.move_on(one, "10020")
        self.move_on(other, "10034")
        self.assertEqual(self.picking.state, "done")
        self.move_on(one, "10035")
        self.assertFalse(self.order.return_picking_id)
        self.assertRegex(self.get_activity_notes(self.order), f"comes back: {one}")
