from odoo.tests import tagged

from .inbound_case import JdInboundCase


@tagged("post_install", "-at_install")
class TestCustomerReturns(JdInboundCase):
    """Goods that customers send back: announced, found good or not, or not at all."""

    def test_a_return_names_the_delivery_it_comes_from(self):
        delivery = self.make_shipped_delivery(4, 2)
        back = self.make_return(delivery, 1)
        self.assertEqual(back.jd_kind, "customer_return")
        order = self.announce(back)
        self.assertTrue(order.jd_number.startswith("ESR"))
        request = self.get_order_at_jd(order)["request"]
        self.assertEqual(
            request["relatedOrders"]["deliveryNo"], delivery.jd_order_id.jd_number
        )
        self.complete(order, "200")
        self.assertEqual(back.state, "done")
        self.assertEqual(self.get_stock(self.product), self.STOCK - 3)
        self.assertEqual(
            self.get_stock(self.product), self.get_stock_at_jd(self.product)
        )

    def test_a_return_at_defective_level_does_not_become_sellable(self):
        back = self.make_return(self.make_shipped_delivery(4), 4)
        order = self.announce(back)
        self.sandbox.do("arrange", orders="all", damaged=4)
        self.complete(order, "200")
        self.assertEqual(back.state, "done")
        self.assertEqual(self.get_stock(self.product), self.STOCK - 4)
        self.assertEqual(self.get_stock(self.product, self.defective), 4)
        self.assertEqual(self.product.qty_available, self.STOCK - 4)
        self.assertEqual(self.product.free_qty, self.STOCK - 4)
        self.assertEqual(self.get_stock_at_jd(self.product, "200"), 4)
        self.assertActivity(order, "in another condition than announced")

    def test_half_of_a_return_may_be_good_and_half_not(self):
        back = self.make_return(self.make_shipped_delivery(4), 4)
        order = self.announce(back)
        self.sandbox.do("arrange", orders="all", damaged=1, short=1)
        self.complete(order, "200")
        self.assertEqual(self.get_stock(self.product), self.STOCK - 4 + 2)
        self.assertEqual(self.get_stock(self.product, self.defective), 1)
        self.assertTrue(back.backorder_ids.jd_on_hold)

    def test_a_return_that_the_warehouse_refuses_is_held_and_says_why(self):
        back = self.make_return(self.make_shipped_delivery(4), 4)
        order = self.announce(back)
        self.complete(order, "600")
        self.assertEqual(order.state, "cancelled")
        self.assertIn("refused by the warehouse", order.status_name)
        self.assertNotIn(back.state, ("done", "cancel"))
        self.assertTrue(back.jd_on_hold)
        self.assertActivity(order, "refused this return and received nothing")
        self.assertEqual(self.get_stock(self.product), self.STOCK - 4)

    def test_a_return_that_never_arrives_is_held_and_may_be_announced_again(self):
        back = self.make_return(self.make_shipped_delivery(4), 4)
        order = self.announce(back)
        self.complete(order, "500")
        self.assertActivity(order, "did not arrive at JD in time")
        back.action_jd_send()
        again = self.announce(back)
        self.assertNotEqual(again, order)
        self.complete(again, "200")
        self.assertEqual(back.state, "done")

    def test_what_jd_did_not_deliver_comes_back_on_its_own(self):
        delivery = self.make_transfer(
            self.warehouse.out_type_id,
            self.stock,
            self.customers,
            3,
            partner_id=self.customer.id,
        )
        self.connector.push_policy = "manual"
        delivery.action_confirm()
        delivery.button_validate()
        self.assertFalse(delivery.jd_order_id)
        back = self.make_return(delivery, 3)
        order = self.announce(back)
        self.assertFalse(self.get_order_at_jd(order)["request"].get("relatedOrders"))
        self.complete(order, "200")
        self.assertEqual(self.get_stock(self.product), self.STOCK)

    def test_a_return_with_other_goods_than_were_delivered_comes_on_its_own(self):
        self.connector.receipt_policy = "manual"
        back = self.make_return(self.make_shipped_delivery(4), 2)
        self.env["stock.move"].create(
            {
                "picking_id": back.id,
                "product_id": self.products[1].id,
                "product_uom_qty": 1,
                "location_id": back.location_id.id,
                "location_dest_id": back.location_dest_id.id,
                "company_id": back.company_id.id,
            }
        )._action_confirm()
        back.action_assign()
        back.action_jd_send()
        order = self.announce(back)
        self.assertFalse(self.get_order_at_jd(order)["request"].get("relatedOrders"))
        self.complete(order, "200")
        self.assertEqual(self.get_stock(self.products[1]), self.STOCK + 1)

    def test_goods_shipped_short_come_back_as_many_as_were_shipped(self):
        delivery = self.make_delivery(5)
        self.run_cron("push_orders")
        self.sandbox.do("arrange", orders="all", short=2)
        self.complete(delivery.jd_order_id, "10020")
        self.sandbox.do("arrange", orders="new", short=0)
        wizard = (
            self.env["stock.return.picking"]
            .with_context(active_id=delivery.id, active_model="stock.picking")
            .create({"picking_id": delivery.id})
        )
        back = self.env["stock.picking"].browse(
            wizard.action_create_returns_all()["res_id"]
        )
        order = self.announce(back)
        self.assertEqual(order.line_ids.planned, 3)
        self.complete(order, "200")
        self.assertEqual(self.get_stock(self.product), self.STOCK)

    def test_an_exchange_comes_back_and_goes_out_again(self):
        delivery = self.make_shipped_delivery(2)
        wizard = (
            self.env["stock.return.picking"]
            .with_context(active_id=delivery.id, active_model="stock.picking")
            .create({"picking_id": delivery.id})
        )
        wizard.product_return_moves.quantity = 2
        back = self.env["stock.picking"].browse(
            wizard.action_create_exchanges()["res_id"]
        )
        out = self.env["stock.picking"].search(
            [("jd_order_id.kind", "=", "outbound"), ("id", "!=", delivery.id)]
        )
        self.assertEqual(len(out), 1)
        order = self.announce(back)
        self.assertEqual(out.jd_order_id.state, "accepted")
        self.complete(order, "200")
        self.complete(out.jd_order_id, "10020")
        self.assertEqual((back.state, out.state), ("done", "done"))
        self.assertEqual(self.get_stock(self.product), self.STOCK - 2)
        self.assertEqual(
            self.get_stock(self.product), self.get_stock_at_jd(self.product)
        )

    def test_a_parcel_that_jd_brings_back_by_itself_is_not_announced_to_it(self):
        delivery = self.make_shipped_delivery(4)
        self.complete(delivery.jd_order_id, "10035")
        [back] = delivery.return_ids
        self.run_cron("push_orders")
        self.assertFalse(back.jd_order_id)
        self.assertFalse(self.sandbox.get("orders", kind="THRK"))


@tagged("post_install", "-at_install")
class TestSupplierReturns(JdInboundCase):
    """Goods that go back to a supplier: picked up or delivered, good or defective."""

    def test_goods_go_back_to_the_supplier_who_picks_them_up(self):
        picking = self.make_supplier_return(6)
        self.assertEqual(picking.jd_kind, "supplier_return")
        order = self.announce(picking)
        self.assertTrue(order.jd_number.startswith("EBS"))
        request = self.get_order_at_jd(order)["request"]
        self.assertEqual(request["deliveryMode"], 1)
        self.assertRegex(request["supplierNo"], "^EMS")
        self.complete(order, "200")
        self.assertEqual(picking.state, "done")
        self.assertEqual(self.get_stock(self.product), self.STOCK - 6)
        self.assertEqual(
            self.get_stock(self.product), self.get_stock_at_jd(self.product)
        )

    def test_goods_for_a_supplier_wait_for_no_waybill(self):
        self.connector.push_policy = "waybill"
        picking = self.make_supplier_return(6)
        self.assertTrue(picking.jd_order_id)
        self.connector.push_policy = "manual"
        other = self.make_supplier_return(1)
        self.connector.push_policy = "waybill"  # no hook runs
        self.run_cron("push_orders")
        self.assertTrue(other.jd_order_id)

    def test_jd_delivers_only_to_a_full_address(self):
        self.connector.push_policy = "manual"
        picking = self.make_supplier_return(6, jd_supplier_delivery="jd")
        picking.action_jd_send()
        self.run_cron("match_goods")
        self.run_cron("push_orders")
        order = picking.jd_order_id
        self.assertEqual(
            order.problems,
            "JD delivers to the supplier Kain Jaya, whose address has no second street "
            "line (district), state.",
        )
        self.complete_address()
        picking.action_jd_send()
        self.announce(picking)
        request = self.get_order_at_jd(order)["request"]
        self.assertEqual(request["deliveryMode"], 7)
        self.assertEqual(request["receiverInfo"]["town"], "Sumur Bandung")

    def make_defective(self, pieces):
        """Have goods lie at the defective level on both sides."""
        self.sandbox.do(
            "change_level",
            warehouse=self.warehouse.jd_warehouse_no,
            goods=self.get_goods_no(self.product),
            quantity=pieces,
        )
        self.run_cron("pull_level_changes")
        self.assertEqual(self.get_stock(self.product, self.defective), pieces)

    def test_defective_goods_go_back_from_where_they_lie(self):
        self.make_defective(5)
        picking = self.make_supplier_return(5, source=self.defective)
        order = self.announce(picking)
        [cargo] = self.get_order_at_jd(order)["request"]["cargoInfos"]
        self.assertEqual(cargo["goodsLevel"], 200)
        self.complete(order, "200")
        self.assertEqual(picking.state, "done")
        self.assertFalse(self.get_stock(self.product, self.defective))
        self.assertFalse(self.get_stock_at_jd(self.product, "200"))
        self.assertEqual(self.get_stock(self.product), self.STOCK - 5)

    def test_one_return_takes_a_product_from_one_level_only(self):
        self.make_defective(5)
        self.connector.push_policy = "manual"
        picking = self.make_supplier_return(3)
        self.env["stock.move"].create(
            {
                "picking_id": picking.id,
                "product_id": self.product.id,
                "product_uom_qty": 2,
                "location_id": self.defective.id,
                "location_dest_id": self.suppliers.id,
                "company_id": self.company.id,
            }
        )._action_confirm(merge=False)
        picking.action_assign()
        picking.action_jd_send()
        self.assertIn("comes from several goods levels", picking.jd_order_id.problems)

    def test_too_little_at_jd_is_refused_in_the_merchants_words(self):
        self.set_stock_at_jd(2)
        picking = self.make_supplier_return(6, jd_short_allowed=False)
        self.run_cron("match_goods")
        self.run_cron("push_orders")
        order = picking.jd_order_id
        self.assertEqual(order.state, "refused")
        self.assertIn("JD has not enough of these goods in stock", order.problems)
        picking.jd_short_allowed = True
        picking.action_jd_send()
        self.announce(picking)
        self.complete(order, "200")
        self.assertEqual(picking.move_ids.quantity, 2)
        self.assertTrue(picking.backorder_ids.jd_on_hold)

    def set_stock_at_jd(self, pieces):
        self.sandbox.do(
            "stock",
            warehouse=self.warehouse.jd_warehouse_no,
            rows=[{"goodsNo": self.get_goods_no(self.product), "quantity": pieces}],
        )

    def test_a_return_to_a_supplier_is_cancelled_only_before_the_goods_are_checked(
        self,
    ):
        first = self.make_supplier_return(1)
        second = self.make_supplier_return(2)
        order, late = self.announce(first), self.announce(second)
        first.action_cancel()
        self.run_cron("push_orders")
        self.assertEqual((order.state, first.state), ("cancelled", "cancel"))
        self.complete(late, "150")
        with self.assertRefused("JD has already picked the goods"):
            second.action_cancel()
        self.complete(late, "200")
        self.assertEqual(second.state, "done")

    def test_defective_goods_sold_off_leave_from_where_they_lie(self):
        self.make_defective(5)
        delivery = self.make_transfer(
            self.warehouse.out_type_id,
            self.defective,
            self.customers,
            2,
            partner_id=self.customer.id,
        )
        delivery.action_confirm()
        delivery.action_assign()
        order = self.announce(delivery)
        [cargo] = self.get_order_at_jd(order)["request"]["cargoInfos"]
        self.assertEqual(cargo["goodsLevel"], "200")
        self.complete(order, "10020")
        self.assertEqual(self.get_stock(self.product, self.defective), 3)
        self.assertEqual(self.get_stock_at_jd(self.product, "200"), 3)
