"""Sales and carriers, where they are installed; nothing of them is needed."""

from odoo.fields import Command
from odoo.tests import tagged

from .sale_case import JdSaleCase


@tagged("post_install", "-at_install")
class TestOrderRights(JdSaleCase):
    """People with few rights cause what JD is told, and notice nothing of it."""

    def has_sales(self):
        return "sale_id" in self.env["stock.picking"]._fields

    def setUp(self):
        super().setUp()
        groups = "sales_team.group_sale_salesman" if self.has_sales() else None
        self.seller = groups and self.make_user("seller", groups)

    def confirm_as_seller(self, *quantities):
        """Confirm a sale, or a delivery as a stock user where nothing is sold."""
        if not self.seller:
            picking = self.make_delivery()
            picking = self.as_user(picking, self.stock_user)
            picking.move_ids = [
                Command.create(
                    {
                        "product_id": product.id,
                        "product_uom_qty": quantity,
                        "location_id": picking.location_id.id,
                        "location_dest_id": picking.location_dest_id.id,
                    }
                )
                for product, quantity in zip(self.products, quantities, strict=False)
            ]
            picking.action_confirm()
            return picking.with_env(self.env)
        self.sale = self.make_sale(*quantities)
        return self.sale.picking_ids.with_env(self.env)

    def cancel_as_seller(self, picking):
        if self.seller:
            self.sale._action_cancel()
        else:
            self.as_user(picking, self.stock_user).action_cancel()

    def lower_as_seller(self, picking, quantity):
        """Want less of the first product."""
        if self.seller:
            self.sale.order_line[0].product_uom_qty = quantity
        else:
            move = self.as_user(picking, self.stock_user).move_ids[0]
            move.product_uom_qty = quantity

    def test_whoever_confirms_causes_an_order(self):
        picking = self.confirm_as_seller(3, 2)
        self.assertEqual(picking.jd_order_id.state, "queued", picking.jd_problems)
        order = self.send(picking)
        self.assertEqual(order.state, "accepted")
        self.ship(order)
        self.assertEqual(picking.state, "done")
        if self.seller:
            delivered = self.sale.sudo().order_line.mapped("qty_delivered")
            self.assertEqual(delivered, [3, 2])

    def test_whoever_cancels_has_jd_asked(self):
        picking = self.confirm_as_seller(3, 2)
        order = self.send(picking)
        self.cancel_as_seller(picking)
        self.assertEqual(order.state, "cancelling")
        self.assertEqual(picking.state, "assigned")
        self.run_cron("push_orders")
        self.assertEqual(picking.state, "cancel")

    def test_whoever_cancels_too_late_is_told_why(self):
        picking = self.confirm_as_seller(3, 2)
        order = self.send(picking)
        self.advance(order, "10016")
        self.pull(order)
        with self.assertRefused("JD has already picked the goods"):
            self.cancel_as_seller(picking)
        self.assertEqual(picking.state, "assigned")
        if self.seller:
            self.assertEqual(self.sale.state, "sale")

    def test_whoever_wants_less_has_the_rest_sent_anew(self):
        picking = self.confirm_as_seller(3, 2)
        order = self.send(picking)
        self.lower_as_seller(picking, 1)
        self.assertEqual(order.state, "cancelling")
        self.run_cron("push_orders")
        again = self.send(picking)
        self.assertNotEqual(again, order)
        planned = [row["planQuantity"] for row in self.find_order_at_jd(again)["lines"]]
        self.assertEqual(sorted(planned), [1, 2])
        self.ship(again)
        self.assertEqual(picking.state, "done")
        self.assertEqual(sorted(picking.move_ids.mapped("quantity")), [1, 2])

    def test_whoever_wants_a_line_no_more_has_the_rest_sent_anew(self):
        picking = self.confirm_as_seller(3, 2)
        self.send(picking)
        self.lower_as_seller(picking, 0)
        self.run_cron("push_orders")
        again = self.send(picking)
        planned = [row["planQuantity"] for row in self.find_order_at_jd(again)["lines"]]
        self.assertEqual(planned, [2])
        self.ship(again)
        living = picking.move_ids.filtered(lambda move: move.state == "done")
        self.assertEqual(living.quantity, 2)

    def test_whoever_wants_more_gets_a_transfer_of_its_own(self):
        picking = self.confirm_as_seller(3, 2)
        order = self.send(picking)
        self.lower_as_seller(picking, 5)
        self.assertEqual(order.state, "accepted")
        if self.seller:
            more = self.sale.picking_ids.with_env(self.env) - picking
            self.assertEqual(more.move_ids.product_uom_qty, 2)
            self.assertEqual(self.send(more).state, "accepted")
        self.ship(order)
        self.assertEqual(picking.state, "done")
        if not self.seller:
            self.assertEqual(picking.backorder_ids.move_ids.product_uom_qty, 2)
            self.assertEqual(picking.backorder_ids.jd_order_id.state, "queued")

    def test_a_stock_user_may_validate_and_cancel_what_jd_does_not_have(self):
        self.connector.push_policy = "manual"
        first, second = self.make_delivery(1), self.make_delivery(1)
        self.as_user(first, self.stock_user).button_validate()
        self.assertEqual(first.state, "done")
        self.as_user(second, self.stock_user).action_cancel()
        self.assertEqual(second.state, "cancel")


@tagged("post_install", "-at_install")
class TestOrderCarrier(JdSaleCase):
    """With and without the field that `stock_delivery` has for waybills."""

    def setUp(self):
        super().setUp()
        self.has_carriers = "carrier_tracking_ref" in self.env["stock.picking"]._fields

    def note_waybill(self, picking, number):
        name = "carrier_tracking_ref" if self.has_carriers else "jd_own_waybill"
        picking[name] = number

    def test_a_waybill_in_either_place_is_enough_for_the_policy(self):
        self.connector.push_policy = "waybill"
        picking = self.make_delivery(1)
        self.note_waybill(picking, "TH0456")
        order = self.send(picking)
        told = self.find_order_at_jd(order)["request"]["carrierInfo"]["shipmentInfo"]
        self.assertEqual(told["thirdWaybillNo"], "TH0456")

    def test_jds_waybill_is_where_people_look_for_it(self):
        picking = self.make_delivery(1)
        order = self.send(picking)
        self.advance(order, "10014")
        self.pull(order)
        waybill = self.find_order_at_jd(order)["waybillNo"]
        self.assertEqual(picking.jd_waybills, waybill)
        if self.has_carriers:
            self.assertEqual(picking.carrier_tracking_ref, waybill)
        self.ship(order)
        self.assertEqual(picking.jd_waybills, waybill)

    def test_jds_waybill_goes_with_its_order(self):
        picking = self.make_delivery(1)
        order = self.send(picking)
        self.advance(order, "10014")
        self.pull(order)
        self.advance(order, "10028")
        self.pull(order)
        self.assertFalse(picking._jd_get_own_waybill())
        picking.action_jd_send()
        self.send()
        told = self.find_order_at_jd(picking.jd_order_id)["request"]["carrierInfo"]
        self.assertFalse(told.get("shipmentInfo", {}).get("thirdWaybillNo"))
