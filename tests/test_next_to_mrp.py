from odoo.tests import Form, tagged

from .next_to_case import NextToMixin
from .order_case import JdOrderCase


@tagged("post_install", "-at_install")
class TestManufacturing(NextToMixin, JdOrderCase):
    modules = ("mrp",)

    def test_nothing_is_manufactured_in_a_jd_warehouse_by_itself(self):
        self.assertFalse(self.warehouse.manufacture_to_resupply)
        self.assertFalse(self.warehouse.manu_type_id.active)

    def test_manufacturing_with_goods_at_jd_is_noted_on_the_connection(self):
        self.warehouse.manufacture_to_resupply = True
        part, made = self.products
        form = Form(self.env["mrp.production"])
        form.picking_type_id = self.warehouse.manu_type_id
        form.product_id = made
        form.product_qty = 2
        with form.move_raw_ids.new() as line:
            line.product_id = part
            line.product_uom_qty = 6
        order = form.save()
        order.action_confirm()
        order.action_assign()
        order.qty_producing = 2
        order.move_raw_ids.picked = True
        order.button_mark_done()
        self.assertEqual(order.state, "done")
        action = self.connector.action_view_odoo_only()
        moves = self.env["stock.move"].search(action["domain"])
        self.assertEqual(
            {(move.product_id, move.quantity) for move in moves},
            {(part, 6), (made, 2)},
        )
