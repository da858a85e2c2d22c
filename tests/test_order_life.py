from odoo.tests import tagged

from .order_case import JdOrderCase


@tagged("post_install", "-at_install")
class TestOrderLife(JdOrderCase):
    def test_a_ready_delivery_reaches_jd_and_closes_with_what_jd_shipped(self):
        picking = self.make_delivery(3, 2)
        order = picking.jd_order_id
        self.assertEqual(order.state, "queued", order.problems)
        self.run_cron("push_orders")
        self.assertEqual(order.state, "accepted", order.problems)
        self.assertEqual(len(self.sandbox.get("orders")), 1)
        self.sandbox.do("advance", to="10020")
        order.action_pull()
        self.run_cron("follow_orders")
        self.run_cron("close_orders")
        self.assertEqual(picking.state, "done")
        self.assertEqual(order.state, "done")
        self.assertEqual(picking.move_ids.mapped("quantity"), [3, 2])
        self.assertTrue(picking.jd_waybills)
