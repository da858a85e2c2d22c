from odoo.tests import tagged

from .next_to_case import NextToMixin
from .purchase_case import JdPurchaseCase


@tagged("post_install", "-at_install")
class TestPurchasesInParts(NextToMixin, JdPurchaseCase):
    """Purchases whose goods JD counts in parts."""

    modules = ("purchase_stock",)

    def purchase_in_parts(self, *quantities):
        self.connector.receipt_policy = "manual"
        purchase, receipt = self.make_purchase(*quantities)
        receipt.jd_in_parts = True
        receipt.action_jd_send()
        order = self.announce(receipt)
        self.sandbox.do("advance", orders=[order.jd_number], to=20)
        return purchase, order

    def count(self, order, *parts):
        lines = map(str, order.line_ids.sorted("id").ids)
        self.sandbox.do(
            "receive",
            order=order.jd_number,
            parts=dict(zip(lines, parts, strict=False)),
        )
        self.pull_and_close(order)

    def settle(self, order):
        """Have JD cancel, and what is left sent again."""
        self.run_cron("push_orders")
        self.pull_and_close(order)
        self.run_cron("push_orders")

    def assertReceived(self, purchase, *quantities):
        self.assertEqual(purchase.order_line.mapped("qty_received"), list(quantities))
        for product, quantity in zip(self.products, quantities, strict=False):
            self.assertEqual(self.get_stock(product), self.STOCK + quantity)
            self.assertEqual(self.get_stock_at_jd(product), self.STOCK + quantity)

    def test_the_purchase_knows_what_was_received_after_each_part(self):
        purchase, order = self.purchase_in_parts(40, 5)
        self.count(order, 10, 5)
        self.assertReceived(purchase, 10, 5)
        self.count(order, 20, 1)
        self.assertReceived(purchase, 30, 6)
        self.complete(order, "70")
        self.assertReceived(purchase, 40, 6)

    def test_a_purchase_cancelled_after_a_part_keeps_the_part(self):
        purchase, order = self.purchase_in_parts(40)
        self.count(order, 10)
        rest = order.picking_id
        rest.action_cancel()
        self.settle(order)
        self.assertEqual((order.state, rest.state), ("done", "cancel"))
        self.assertReceived(purchase, 10)

    def test_a_purchase_lowered_after_a_part_expects_what_is_left(self):
        for lowered in (25, 10):
            with self.subTest(lowered=lowered):
                self.check_lowered(lowered)

    def check_lowered(self, lowered):
        before = self.get_stock(self.product)
        purchase, order = self.purchase_in_parts(40)
        self.count(order, 10)
        purchase.order_line.product_qty = lowered
        self.settle(order)
        open_moves = purchase.order_line.move_ids.filtered(
            lambda move: move.state not in ("done", "cancel")
        )
        self.assertEqual(sum(open_moves.mapped("product_uom_qty")), lowered - 10)
        self.assertEqual(order.state, "done")
        if open_moves:
            again = open_moves.picking_id.jd_order_id
            self.assertEqual(again.line_ids.mapped("planned"), [lowered - 10])
            self.complete(again, "70")
        self.assertEqual(purchase.order_line.qty_received, lowered)
        self.assertEqual(self.get_stock(self.product), before + lowered)
        self.assertEqual(self.get_stock_at_jd(self.product), before + lowered)
