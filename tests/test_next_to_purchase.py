from odoo.tests import tagged

from .next_to_case import NextToMixin
from .purchase_case import JdPurchaseCase


@tagged("post_install", "-at_install")
class TestPurchases(NextToMixin, JdPurchaseCase):
    """Receipts and returns of purchases."""

    modules = ("purchase_stock",)

    def test_a_purchase_received_short_and_damaged(self):
        purchase, receipt = self.make_purchase(20, 30)
        order = self.announce(receipt)
        self.assertRegex(self.get_order_at_jd(order)["request"]["supplierNo"], "^EMS")
        self.sandbox.do("arrange", orders="all", short=4, damaged=3)
        self.complete(order, "70")
        self.assertEqual(receipt.state, "done")
        self.assertEqual(purchase.order_line.mapped("qty_received"), [16, 26])
        self.assertEqual(self.get_stock(self.product), self.STOCK + 13)
        self.assertEqual(self.get_stock(self.product, self.defective), 3)
        [backorder] = purchase.picking_ids - receipt
        self.assertTrue(backorder.jd_on_hold)
        self.assertEqual(backorder.move_ids.mapped("product_uom_qty"), [4, 4])

    def test_a_cancelled_purchase_is_cancelled_at_jd(self):
        purchase, receipt = self.make_purchase(20)
        order = self.announce(receipt)
        purchase.button_cancel()
        self.run_cron("push_orders")
        self.run_cron("follow_orders")
        self.assertEqual(self.get_order_at_jd(order)["status"], 91)
        self.assertEqual(receipt.state, "cancel")

    def test_goods_go_back_to_where_they_were_bought(self):
        purchase, receipt = self.make_purchase(20)
        self.complete(self.announce(receipt), "70")
        back = self.make_return(receipt, 5)
        self.assertEqual(back.jd_kind, "supplier_return")
        back.action_assign()
        order = self.announce(back)
        self.complete(order, "200")
        self.assertEqual(back.state, "done")
        self.assertEqual(self.get_stock(self.product), self.STOCK + 15)
        self.assertEqual(purchase.order_line.qty_received, 15)
