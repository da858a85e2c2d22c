from odoo.fields import Command
from odoo.tests import tagged

from .order_common import JdOrderCase


@tagged("post_install", "-at_install")
class TestOrderInbound(JdOrderCase):
    def setUp(self):
        super().setUp()
        self.supplier = self.env["res.partner"].create(
            {"name": "Kain Jaya", "phone": "+62 22 555 0102", "is_company": True}
        )

    def make_receipt(self, *quantities, **values):
        places = {
            "location_id": self.env.ref("stock.stock_location_suppliers").id,
            "location_dest_id": self.warehouse.lot_stock_id.id,
        }
        picking = self.env["stock.picking"].create(
            {
                "picking_type_id": self.warehouse.in_type_id.id,
                "partner_id": self.supplier.id,
                "move_ids": [
                    Command.create(
                        {
                            "product_id": product.id,
                            "product_uom_qty": quantity,
                            **places,
                        }
                    )
                    for product, quantity in zip(self.products, quantities)
                ],
                **places,
                **values,
            }
        )
        picking.action_confirm()
        return picking

    def announce(self, picking):
        """Have the supplier matched and the order sent."""
        self.run_cron("match_goods")
        self.run_cron("push_orders")
        order = picking.jd_order_id
        self.assertEqual(order.state, "accepted", order.problems)
        return order

    def complete(self, order, status):
        self.sandbox.do("advance", to=status, kind=order.kind)
        order.action_pull()
        self.run_cron("follow_orders")
        self.run_cron("close_orders")

    def in_stock(self, product, location):
        return self.env["stock.quant"]._get_available_quantity(product, location)

    def test_a_receipt_closes_with_what_jd_counted(self):
        picking = self.make_receipt(5, 7)
        self.assertIn("Kain Jaya is being looked up", picking.jd_order_id.problems)
        order = self.announce(picking)
        self.assertTrue(order.jd_number.startswith("EPL"))
        self.complete(order, "70")
        self.assertEqual(picking.state, "done")
        self.assertEqual(picking.move_ids.mapped("quantity"), [5, 7])

    def test_short_and_damaged_goods_are_held_and_kept_apart(self):
        picking = self.make_receipt(10)
        order = self.announce(picking)
        self.sandbox.do("arrange", orders="all", short=3, damaged=2)
        self.complete(order, "70")
        product = self.products[0]
        self.assertEqual(picking.state, "done")
        self.assertEqual(picking.move_ids.quantity, 7)
        self.assertEqual(
            self.in_stock(product, self.warehouse.lot_stock_id), self.STOCK + 5
        )
        defective = self.warehouse._jd_get_location("200")
        self.assertEqual(self.in_stock(product, defective), 2)
        self.assertEqual(product.qty_available, self.STOCK + 5)
        backorder = picking.backorder_ids
        self.assertTrue(backorder.jd_on_hold)
        self.assertFalse(backorder.jd_order_id)
        self.assertTrue(order.activity_ids)

    def test_a_customer_return_at_defective_level_does_not_become_sellable(self):
        delivery = self.make_delivery(4)
        self.run_cron("push_orders")
        self.complete(delivery.jd_order_id, "10020")
        self.assertEqual(delivery.state, "done")
        wizard = (
            self.env["stock.return.picking"]
            .with_context(active_id=delivery.id, active_model="stock.picking")
            .create({"picking_id": delivery.id})
        )
        wizard.product_return_moves.quantity = 4
        back = wizard._create_return()
        self.assertEqual(back.jd_kind, "THRK")
        order = self.announce(back)
        self.assertTrue(order.jd_number.startswith("ESR"))
        self.sandbox.do("arrange", orders="all", damaged=4)
        self.complete(order, "200")
        self.assertEqual(back.state, "done")
        product = self.products[0]
        self.assertEqual(
            self.in_stock(product, self.warehouse.lot_stock_id), self.STOCK - 4
        )
        self.assertEqual(
            self.in_stock(product, self.warehouse._jd_get_location("200")), 4
        )
