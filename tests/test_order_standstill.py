from odoo.tests import tagged

from .inbound_case import JdInboundCase

CALL = "queryExceptionOrderList"
REASON, REMEDY = "address outside of the area", "correct the address and send it anew"


@tagged("post_install", "-at_install")
class TestStandstill(JdInboundCase):
    """JD names a problem with orders that stand still, and what it proposes."""

    def have_problem(self, order, reason=REASON, remedy=REMEDY):
        self.sandbox.do("problem", order=order.name, reason=reason, remedy=remedy)

    def follow(self):
        self.run_cron("follow_orders")

    def stand_still(self, *orders):
        """Let JD report where the orders are, then nothing for more than a day."""
        self.pull(self.env["jd.order"].union(*orders))
        self.pass_time(days=1, hours=1)

    def test_the_reason_and_jds_remedy_are_told_until_the_order_goes_on(self):
        orders = {
            "outbound": self.send(self.make_delivery(2)),
            "inbound": self.announce(self.make_receipt(3)),
        }
        for order in orders.values():
            self.have_problem(order)
        self.stand_still(*orders.values())
        self.assertEqual(self.count_calls(CALL), 0, "there were news")
        self.follow()
        for kind, order in orders.items():
            with self.subTest(kind):
                told = f"go on with this order: {REASON}. JD proposes: {REMEDY}"
                self.assertIn(told, order.jd_problem)
                self.assertTrue(order.jd_problem_at)
                self.assertOneActivity(order, REASON)
                self.assertIn(REASON, order.picking_id.jd_attention)
        self.advance(orders["outbound"], "10016")
        self.pull(orders["outbound"])
        self.assertFalse(orders["outbound"].jd_problem)
        self.assertFalse(orders["outbound"].activity_ids)
        self.assertTrue(orders["inbound"].jd_problem)
        self.have_problem(orders["inbound"], "")
        self.pass_time(days=1, hours=1)
        self.follow()
        self.assertFalse(orders["inbound"].jd_problem)
        self.assertFalse(orders["inbound"].activity_ids)

    def test_one_call_a_day_asks_for_all_of_them_within_the_budget(self):
        orders = self.send(*(self.make_delivery(1) for _ in range(3)))
        self.stand_still(orders)
        self.connector.daily_calls = 0
        self.follow()
        self.assertEqual(self.count_calls(CALL), 0)
        self.connector.daily_calls = 10_000
        for _time in range(3):
            self.follow()
        self.assertEqual(self.count_calls(CALL), 1)
        self.assertTrue(all(orders.mapped("problem_asked_at")))

    def test_a_refusal_or_an_answer_that_cannot_be_read_changes_nothing(self):
        order = self.send(self.make_delivery(1))
        self.have_problem(order)
        self.stand_still(order)
        self.follow()
        self.assertIn(REASON, order.jd_problem)
        for fault in (
            {"kind": "refuse", "code": "2003", "count": 1},
            {"kind": "answer", "status": 200, "body": "[]"},
        ):
            with self.subTest(fault["kind"]):
                self.sandbox.do("fault", call=CALL, **fault)
                self.pass_time(days=1, hours=1)
                self.follow()
                self.assertIn(REASON, order.jd_problem)

    def test_several_problems_are_told_together_in_whatever_order_jd_lists_them(self):
        order = self.send(self.make_delivery(1))
        self.stand_still(order)
        rows = [
            {"orderNo": order.jd_number, "exceptionMessage": "second"},
            {"orderNo": "ESL00000000000099999", "exceptionMessage": "not ours"},
            {"orderNo": order.jd_number, "exceptionMessage": "first"},
        ]
        for listed in (rows, rows[::-1]):
            data = {"path": "data", "value": {"resultList": listed, "totalNum": 3}}
            self.sandbox.do("fault", kind="patch", call=CALL, patch=[data], count=1)
            self.follow()
            self.assertRegex(order.jd_problem, "(?s)first.*second")
            self.assertOneActivity(order, "(?s)first.*second")
            self.pass_time(days=1, hours=1)
