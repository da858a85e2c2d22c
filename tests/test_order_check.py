from odoo.fields import Command
from odoo.tests import tagged

from .order_case import JdOrderCase


@tagged("post_install", "-at_install")
class TestOrderCheck(JdOrderCase):
    def make_stranger(self, **values):
        return self.env["res.partner"].create({"name": "Nobody"} | values)

    def make_product(self, **values):
        """Create a product that JD does not list, in stock here."""
        product = self.env["product.product"].create(
            {"name": "New goods", "is_storable": True} | values
        )
        self.put_in_stock(product, 100)
        return product

    def put_in_stock(self, product, quantity):
        self.env["stock.quant"]._update_available_quantity(
            product, self.warehouse.lot_stock_id, quantity
        )

    def make_delivery_of(self, product, quantity, **values):
        self.products = product
        return self.make_delivery(quantity, **values)

    # === ALL AT ONCE === #

    def test_all_that_is_in_the_way_is_told_at_once_and_nothing_is_sent(self):
        self.warehouse.jd_shop_no = False
        picking = self.make_delivery(
            2.5, partner_id=self.make_stranger(street="X" * 101).id
        )
        order = picking.jd_order_id
        self.assertEqual(order.state, "draft")
        self.assertProblems(
            order,
            "shop number: choose it on the warehouse",
            "no phone number",
            "address has 101 characters, JD accepts 100",
            "Goods 1: JD ships whole Units only, not 2.5",
        )
        self.send()
        self.assertFalse(self.find_order_at_jd(order))
        self.assertEqual(self.count_calls("addSoOrder"), 0)

    def test_a_delivery_without_receiver_asks_for_the_contact(self):
        order = self.make_delivery(1, partner_id=False).jd_order_id
        self.assertProblems(order, "no receiver: choose the contact")

    def test_a_name_that_jd_cannot_hold_is_shown_with_both_lengths(self):
        receiver = self.make_stranger(name="N" * 21, phone="1", street="Street 1")
        order = self.make_delivery(1, partner_id=receiver.id).jd_order_id
        self.assertProblems(order, "name has 21 characters, JD accepts 20")

    def test_a_phone_number_that_jd_cannot_hold_is_shown(self):
        receiver = self.make_stranger(phone="1" * 31, street="Street 1")
        order = self.make_delivery(1, partner_id=receiver.id).jd_order_id
        self.assertProblems(order, "phone number has 31 characters, JD accepts 30")

    def test_a_delivery_address_takes_name_and_phone_from_its_company(self):
        address = self.env["res.partner"].create(
            {
                "parent_id": self.customer.id,
                "type": "delivery",
                "street": "Jalan Kenanga 7",
            }
        )
        picking = self.make_delivery(1, partner_id=address.id)
        self.send()
        told = self.find_order_at_jd(picking.jd_order_id)["request"]["receiverInfo"]
        self.assertEqual(told["name"], "Siti Rahma")
        self.assertEqual(told["phone"], "+62 21 555 0101")
        self.assertEqual(told["detailAddress"], "Jalan Kenanga 7")

    # === QUANTITIES === #

    def test_nothing_reserved_is_told(self):
        self.make_delivery(self.STOCK)
        picking = self.make_delivery(1)
        self.assertFalse(picking.jd_order_id)  # not ready
        picking.action_jd_send()
        self.assertProblems(picking.jd_order_id, "Nothing is reserved")

    def test_what_is_partly_reserved_waits_for_the_rest_and_goes_on_by_itself(self):
        picking = self.make_delivery(self.STOCK + 5)
        order = picking.jd_order_id
        self.assertProblems(order, "Goods 1: only 1000 of 1005 are reserved")
        self.put_in_stock(self.products[0], 5)
        picking.action_assign()
        self.assertEqual(order.state, "queued", order.problems)

    def test_what_is_reserved_can_be_sent_by_hand_and_the_rest_follows(self):
        picking = self.make_delivery(self.STOCK + 5)
        self.sandbox.do(
            "stock", warehouse=self.warehouse.jd_warehouse_no, each=self.STOCK + 5
        )
        picking.action_jd_send_reserved()
        self.ship(self.send(picking))
        self.assertEqual(picking.move_ids.quantity, self.STOCK)
        rest = picking.backorder_ids
        self.assertFalse(rest.jd_on_hold)
        self.put_in_stock(self.products[0], 5)
        rest.action_assign()
        self.assertEqual(rest.jd_order_id.state, "queued")

    def test_another_unit_of_measure_is_told_in_pieces(self):
        dozen = self.env.ref("uom.product_uom_dozen")
        picking = self.make_delivery()
        picking.move_ids = [
            Command.create(
                {
                    "product_id": self.products[0].id,
                    "product_uom": dozen.id,
                    "product_uom_qty": 2,
                    "location_id": picking.location_id.id,
                    "location_dest_id": picking.location_dest_id.id,
                }
            )
        ]
        picking.action_confirm()
        self.send()
        [cargo] = self.find_order_at_jd(picking.jd_order_id)["request"]["cargoInfos"]
        self.assertEqual(cargo["planQuantity"], 24)

    # === PLACES === #

    def test_goods_of_two_warehouses_are_not_mixed(self):
        other = self.env["stock.warehouse"].search(
            [("company_id", "=", self.company.id), ("jd_connector_id", "=", False)]
        )
        self.env["stock.quant"]._update_available_quantity(
            self.products[1], other.lot_stock_id, 10
        )
        picking = self.make_delivery(1)
        picking.move_ids = [
            Command.create(
                {
                    "product_id": self.products[1].id,
                    "product_uom_qty": 1,
                    "location_id": other.lot_stock_id.id,
                    "location_dest_id": picking.location_dest_id.id,
                }
            )
        ]
        picking.action_confirm()
        self.send()
        self.assertEqual(picking.jd_order_id.state, "draft")
        self.assertIn("Goods 2. Move them with a transfer", picking.jd_problems)

    # === GOODS === #

    def test_goods_being_matched_are_named_and_the_order_goes_on_when_they_are(self):
        product = self.make_product(default_code="NEW-1")
        order = self.make_delivery_of(product, 1).jd_order_id
        self.assertProblems(order, "NEW-1. New goods is being matched")
        self.sandbox.do(
            "goods",
            department=self.warehouse.jd_department_no,
            goods=[{"erpGoodsNo": "NEW-1"}],
        )
        self.run_cron("match_goods")
        self.sandbox.do("stock", warehouse=self.warehouse.jd_warehouse_no, each=10)
        self.send()
        self.assertEqual(order.state, "accepted", order.problems)

    def test_goods_that_jd_cannot_have_are_told_with_the_reason(self):
        product = self.make_product(default_code=False)
        order = self.make_delivery_of(product, 1).jd_order_id
        self.run_cron("match_goods")
        self.send()
        self.assertRegex(order.problems, "New goods is not among JD's goods: .+")

    # === MENDED === #

    def test_a_mended_contact_lets_the_order_go_on_by_itself(self):
        receiver = self.make_stranger(street="Street 1")
        order = self.make_delivery(1, partner_id=receiver.id).jd_order_id
        self.assertEqual(order.state, "draft")
        receiver.phone = "+62 21 555 0102"
        self.send()
        self.assertEqual(order.state, "accepted", order.problems)

    def test_a_mended_company_lets_the_orders_to_its_addresses_go_on(self):
        company = self.make_stranger()
        address = self.make_stranger(
            name=False, parent_id=company.id, type="delivery", street="Street 1"
        )
        order = self.make_delivery(1, partner_id=address.id).jd_order_id
        self.assertProblems(order, "no phone number")
        company.phone = "+62 21 555 0102"
        self.send()
        self.assertEqual(order.state, "accepted", order.problems)

    def test_a_shop_number_lets_the_orders_of_the_warehouse_go_on(self):
        number, self.warehouse.jd_shop_no = self.warehouse.jd_shop_no, False
        order = self.make_delivery(1).jd_order_id
        self.warehouse.jd_shop_no = number
        self.send()
        self.assertEqual(order.state, "accepted", order.problems)

    def test_another_receiver_is_checked_at_once(self):
        picking = self.make_delivery(1, partner_id=False)
        picking.partner_id = self.customer
        self.assertEqual(picking.jd_order_id.state, "queued")

    def test_the_button_checks_at_once_and_shows_what_is_left(self):
        receiver = self.make_stranger()
        order = self.make_delivery(1, partner_id=receiver.id).jd_order_id
        shown = order.action_retry()
        self.assertIn("no phone number", shown["params"]["message"])
        receiver.write({"phone": "1", "street": "Street 1"})
        self.assertIs(order.action_retry(), True)
        self.assertEqual(order.state, "queued")

    def test_what_nobody_touched_is_checked_again_after_an_hour(self):
        picking = self.make_delivery(1, partner_id=False)
        order = picking.jd_order_id
        self.env.cr.execute(
            "UPDATE stock_picking SET partner_id = %s WHERE id = %s",
            [self.customer.id, picking.id],
        )
        self.env.invalidate_all()
        self.send()
        self.assertEqual(order.state, "draft")
        self.pass_time(hours=1)
        self.send()
        self.assertEqual(order.state, "accepted", order.problems)

    # === CHANGED AFTER IT WAS QUEUED === #

    def test_what_lost_its_reservation_is_not_sent(self):
        picking = self.make_delivery(1)
        picking.do_unreserve()
        self.send()
        self.assertEqual(picking.jd_order_id.state, "draft")
        self.assertIn("Nothing is reserved", picking.jd_problems)
        self.assertFalse(self.find_order_at_jd(picking.jd_order_id))

    def test_what_was_added_after_it_was_queued_is_sent_along(self):
        picking = self.make_delivery(1)
        picking.move_ids.product_uom_qty = 4
        picking.action_assign()
        self.send()
        [cargo] = self.find_order_at_jd(picking.jd_order_id)["request"]["cargoInfos"]
        self.assertEqual(cargo["planQuantity"], 4)

    def test_goods_that_are_no_longer_matched_are_not_sent(self):
        picking = self.make_delivery(1)
        self.env["jd.goods"].search([("product_id", "=", self.products[0].id)]).unlink()
        self.send()
        self.assertEqual(picking.jd_order_id.state, "draft")
        self.assertIn("Goods 1 is being matched", picking.jd_problems)

    # === BATCHES === #

    def count_check_queries(self, count):
        """Return how many queries it takes to check so many new orders."""
        pickings = self.env["stock.picking"].union(
            *(self.make_delivery(1, 1, jd_on_hold=True) for _ in range(count))
        )
        orders = self.env["jd.order"].create(
            [self.env["jd.order"]._prepare_order_values(row) for row in pickings]
        )
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        orders._check_and_queue()
        self.env.flush_all()
        self.assertEqual(set(orders.mapped("state")), {"queued"})
        return self.env.cr.sql_log_count - before

    def test_checking_a_hundred_costs_no_more_queries_than_checking_ten(self):
        self.count_check_queries(2)  # what is read once and for all
        ten = self.count_check_queries(10)
        # The ORM inserts a hundred rows at a time.
        self.assertLessEqual(self.count_check_queries(100), ten + 2)
