from lxml import etree

from odoo.fields import Command
from odoo.tests import tagged

from ..lib import api as jd_api
from .inbound_case import JdInboundCase


@tagged("post_install", "-at_install")
class TestOdooOnly(JdInboundCase):
    """Moves of goods at JD that JD is not told of."""

    def setUp(self):
        super().setUp()
        self.product = self.products[0]
        self.connector.invalidate_recordset()
        self.before = self.get_odoo_only()

    def get_odoo_only(self):
        action = self.connector.action_view_odoo_only()
        return self.env["stock.move"].search(action["domain"])

    def assertOnlyInOdoo(self, *expected):
        """Check quantities that moved in Odoo only, by product and reference."""
        self.assertEqual(
            [(move.product_id, move.quantity) for move in self.get_odoo_only()],
            [(self.product, quantity) for quantity in expected],
        )
        self.connector.invalidate_recordset()
        self.assertEqual(self.connector.odoo_only_count, len(expected))

    def test_an_inventory_adjustment_is_noted_on_the_connection(self):
        quant = self.adjust_by_hand(self.product, self.STOCK - 2)
        self.assertTrue(quant.jd_is_at_jd)
        self.assertOnlyInOdoo(2)

    def test_goods_that_are_not_for_sale_lie_at_jd_too(self):
        defective = self.warehouse._jd_get_location(jd_api.GoodsLevel.DEFECTIVE)
        quant = self.adjust_by_hand(self.product, 4, defective)
        self.assertTrue(quant.jd_is_at_jd)
        self.assertOnlyInOdoo(4)

    def test_a_scrap_is_noted(self):
        scrap = self.env["stock.scrap"].create(
            {
                "product_id": self.product.id,
                "location_id": self.stock.id,
                "scrap_qty": 3,
            }
        )
        self.assertTrue(scrap.jd_is_at_jd)
        scrap.action_validate()
        self.assertOnlyInOdoo(3)

    def test_a_transfer_that_was_validated_by_hand_is_noted(self):
        self.connector.push_policy = "manual"
        delivery = self.make_delivery(5)
        delivery.button_validate()
        self.assertEqual(delivery.state, "done")
        self.assertOnlyInOdoo(5)

    def test_what_jd_carried_out_or_reported_is_not(self):
        delivery = self.make_delivery(5)
        self.complete(self.announce(delivery), "10020")
        receipt = self.make_receipt(6)
        self.complete(self.announce(receipt), "70")
        self.assertEqual((delivery + receipt).mapped("state"), ["done", "done"])
        self.assertOnlyInOdoo()

    def test_a_done_transfer_that_is_corrected_is_noted_and_told_once(self):
        delivery = self.make_delivery(5)
        order = self.announce(delivery)
        self.complete(order, "10020")
        self.connector.push_policy = "manual"
        by_hand = self.make_delivery(5)
        by_hand.button_validate()
        self.product.name = "Goods <1>"
        for picking, told in ((delivery, order), (by_hand, by_hand)):
            with self.subTest(told._name):
                for quantity in (4, 3):
                    self.as_user(picking, self.stock_user).move_line_ids.write(
                        {"quantity": quantity}
                    )
                self.assertPosted(picking, "4 × [G-1] Goods &lt;1&gt; (")
                self.assertOneActivity(told, "JD was not told")
                told.activity_ids.action_done()
                picking.move_ids.quantity = 6
                self.assertOneActivity(told, "JD was not told")
        self.assertOnlyInOdoo(6, 6)

    def test_a_shelf_that_is_corrected_is_no_concern_of_jds(self):
        delivery = self.make_delivery(5)
        self.complete(self.announce(delivery), "10020")
        shelf = self.stock.create({"name": "A1", "location_id": self.stock.id})
        delivery.move_line_ids.location_id = shelf
        self.assertFalse(delivery.jd_order_id.activity_ids)
        self.assertOnlyInOdoo()

    def test_moves_within_the_warehouse_and_outside_of_it_are_not(self):
        shelf = self.env["stock.location"].create(
            {"name": "Shelf", "location_id": self.stock.id}
        )
        move = self.env["stock.move"].create(
            {
                "product_id": self.product.id,
                "product_uom_qty": 2,
                "location_id": self.stock.id,
                "location_dest_id": shelf.id,
                "move_line_ids": [
                    Command.create(
                        {
                            "product_id": self.product.id,
                            "quantity": 2,
                            "location_id": self.stock.id,
                            "location_dest_id": shelf.id,
                        }
                    )
                ],
            }
        )
        move._action_confirm()
        move.picked = True
        move._action_done()
        self.assertEqual(move.state, "done")
        own = self.env["stock.warehouse"].search(
            [("company_id", "=", self.company.id), ("jd_connector_id", "=", False)]
        )[:1]
        quant = self.adjust_by_hand(self.product, 7, own.lot_stock_id)
        self.assertFalse(quant.jd_is_at_jd)
        self.assertOnlyInOdoo()

    def test_whoever_applies_an_adjustment_is_asked_first(self):
        quant = self.env["stock.quant"].search(
            [("location_id", "=", self.stock.id), ("product_id", "=", self.product.id)]
        )
        wizard = self.env["stock.inventory.adjustment.name"].create(
            {"quant_ids": quant.ids}
        )
        self.assertTrue(wizard.jd_is_at_jd)
        for view, model, button in (
            (
                "stock.view_stock_quant_tree_inventory_editable",
                "stock.quant",
                "action_apply_inventory",
            ),
            ("stock.stock_scrap_form_view", "stock.scrap", "action_validate"),
            ("stock.stock_scrap_form_view2", "stock.scrap", "action_validate"),
        ):
            with self.subTest(view):
                arch = self.env[model].get_view(self.env.ref(view).id)["arch"]
                plain, asking = etree.fromstring(arch).iterfind(
                    f".//button[@name='{button}']"
                )
                self.assertRegex(plain.get("invisible"), r"\bjd_is_at_jd\b")
                self.assertRegex(asking.get("invisible"), "not jd_is_at_jd")
                self.assertRegex(asking.get("confirm"), "JD .* is not told")
