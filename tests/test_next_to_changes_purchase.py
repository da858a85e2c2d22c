from odoo.fields import Command
from odoo.tests import tagged

from .inbound_case import JdInboundCase
from .next_to_case import NextToMixin


@tagged("post_install", "-at_install")
class TestChangedPurchases(NextToMixin, JdInboundCase):
    """What is bought in the end is what JD expects; nothing goes back undecided."""

    modules = ("purchase_stock",)

    def setUp(self):
        super().setUp()
        self.buyer = self.make_user(
            "buyer",
            "purchase.group_purchase_user,stock.group_stock_user",
            email="buyer@example.com",
        )
        self.purchase = self.env["purchase.order"].create(
            {
                "partner_id": self.supplier.id,
                "user_id": self.buyer.id,
                "picking_type_id": self.warehouse.in_type_id.id,
                "order_line": [self.prepare_line(self.product, 40)],
            }
        )
        self.purchase.button_confirm()
        self.line = self.purchase.order_line
        self.receipt = self.purchase.picking_ids
        self.order = self.announce(self.receipt)

    def prepare_line(self, product, quantity):
        return Command.create(
            {"product_id": product.id, "product_qty": quantity, "price_unit": 10}
        )

    def want(self, *quantities):
        line = self.as_user(self.line, self.buyer)
        for quantity in quantities:
            line.product_qty = quantity

    def settle(self):
        """Have JD cancel what it is asked to, and be sent what is left."""
        for name in ("push_orders", "follow_orders", "push_orders"):
            self.run_cron(name)

    def get_expected_by_jd(self):
        """Return the pieces that JD expects, receipt by receipt."""
        return sorted(
            sum(line["planQuantity"] for line in row["lines"])
            for row in self.sandbox.get("orders")
            if row["status"] != 91
        )

    def test_what_is_wanted_last_is_what_jd_expects(self):
        for changes, expected in (
            ([50], [10, 40]),
            ([45, 20], [20]),
            ([30], [10, 20]),
            ([25, 0], []),
        ):
            with self.subTest(changes=changes):
                self.want(*changes)
                self.settle()
                self.assertEqual(self.get_expected_by_jd(), expected)
                codes = set(self.purchase.picking_ids.mapped("picking_type_code"))
                self.assertEqual(codes, {"incoming"})

    def test_a_price_that_changed_does_not_keep_a_receipt_at_jd(self):
        self.line.price_unit = 12
        self.want(0)
        self.settle()
        self.assertEqual(self.get_expected_by_jd(), [])
        self.assertEqual(self.purchase.picking_ids, self.receipt)
        self.assertEqual(self.receipt.state, "cancel")

    def test_a_return_that_nobody_decided_is_held_and_told(self):
        self.sandbox.do("arrange", orders="all", short=4)
        self.complete(self.order, "70")
        rest = self.receipt.backorder_ids
        self.want(10)
        self.settle()
        self.assertEqual(rest.state, "cancel")
        back = self.purchase.picking_ids - self.receipt - rest
        self.assertEqual(back.jd_kind, "supplier_return")
        self.assertTrue(back.jd_on_hold)
        self.assertFalse(back.jd_order_id)
        self.assertOneActivity(back, "made the return.*26 × .*Goods 1")
        self.assertEqual(self.purchase.activity_ids.user_id, self.buyer)
        self.assertEqual(self.get_stock(self.product), self.STOCK + 36)

    def test_a_line_that_is_added_is_announced(self):
        self.as_user(self.purchase, self.buyer).order_line = [
            self.prepare_line(self.products[1], 7)
        ]
        self.settle()
        self.assertEqual(self.order.state, "accepted")
        self.assertEqual(self.get_expected_by_jd(), [7, 40])
        added = self.purchase.picking_ids - self.receipt
        self.assertEqual(added.backorder_id, self.receipt)
        self.complete(added.jd_order_id, "70")
        self.complete(self.order, "70")
        self.assertEqual(self.purchase.order_line.mapped("qty_received"), [40, 7])

    def test_another_supplier_on_the_receipt_is_told(self):
        other = self.supplier.copy({"name": "Kain Abadi"})
        self.receipt.partner_id = other
        self.settle()
        self.assertEqual(self.order.state, "cancelled")
        self.announce(self.receipt)
        self.assertEqual(self.get_expected_by_jd(), [40])

    def test_less_is_refused_once_jd_has_received_all(self):
        self.sandbox.do("advance", orders=[self.order.jd_number], to="70")
        self.order.action_pull()
        self.run_cron("follow_orders")
        with self.assertRefused("cannot be cancelled any more.*received the goods"):
            self.want(0)
