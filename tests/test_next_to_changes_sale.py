from odoo.fields import Command
from odoo.tests import tagged

from .next_to_case import NextToMixin
from .sale_case import JdSaleCase


@tagged("post_install", "-at_install")
class TestChangedSales(NextToMixin, JdSaleCase):
    """What the customer finally wants reaches JD, or somebody hears why not."""

    modules = ("sale_stock",)

    def setUp(self):
        super().setUp()
        # Next to purchases, Odoo asks more rights of whoever cancels a sale.
        groups = "sales_team.group_sale_salesman,stock.group_stock_user"
        self.seller = self.make_user("seller", groups, email="seller@example.com")
        self.sale = self.make_sale(3).with_env(self.env)
        self.line = self.sale.order_line
        self.picking = self.sale.picking_ids
        self.order = self.send(self.picking)

    def want(self, *quantities):
        """Change the quantity of the line, one time after the other."""
        line = self.as_user(self.line, self.seller)
        for quantity in quantities:
            line.product_uom_qty = quantity

    def settle(self):
        """Have JD cancel what it is asked to, and be sent what is left."""
        for _ in range(2):
            self.run_cron("push_orders")

    def get_living_at_jd(self):
        """Return the pieces that JD carries out, order by order."""
        return sorted(
            sum(line["planQuantity"] for line in row["lines"])
            for row in self.sandbox.get("orders")
            if row["status"] != 10028
        )

    def get_open(self):
        """Return what Odoo still is to deliver, transfer by transfer."""
        moves = self.sale.picking_ids.move_ids.filtered(
            lambda move: move.state not in ("done", "cancel")
        )
        return sorted(moves.mapped("product_uom_qty"))

    # === QUANTITIES === #

    def test_what_is_wanted_last_is_what_jd_ships(self):
        """Whatever was wanted between, and whether JD heard of it."""
        for told, changes, wanted in (
            (True, [5, 0], []),
            (True, [5, 2], [2]),
            (True, [5, 4], [1, 3]),
            (False, [5, 4, 2, 3, 0], []),
            (False, [5, 4, 2, 3, 1], [1]),
            (True, [4, 2, 3], [1, 2]),
            (True, [1], [1]),
            (True, [0], []),
            (True, [2, 3, 2], [2]),
        ):
            with self.subTest(changes=changes, told=told):
                self.sale = self.make_sale(3).with_env(self.env)
                self.line = self.sale.order_line
                self.run_cron("push_orders")
                for quantity in changes:
                    self.want(quantity)
                    if told:
                        self.run_cron("push_orders")
                self.settle()
                self.assertEqual(self.get_open(), wanted)
                orders = self.sale.picking_ids.jd_order_ids
                names = orders.mapped("name")
                living = sorted(
                    sum(line["planQuantity"] for line in row["lines"])
                    for row in self.sandbox.get("orders")
                    if row["erpOrderNo"] in names and row["status"] != 10028
                )
                self.assertEqual(living, wanted)
                kinds = set(self.sale.picking_ids.mapped("picking_type_code"))
                self.assertEqual(kinds, {"outgoing"})

    def test_less_is_refused_once_jd_has_picked_all(self):
        self.advance(self.order, "10016")
        self.pull(self.order)
        with self.assertRefused("cannot be cancelled any more.*already picked"):
            self.want(2)
        self.env.invalidate_all()
        self.assertEqual(self.line.product_uom_qty, 3)
        self.assertEqual(self.sale.picking_ids, self.picking)

    def test_a_raise_that_jd_has_not_begun_is_dropped_though_the_rest_is_picked(self):
        self.advance(self.order, "10016")
        self.pull(self.order)
        self.want(5)
        self.run_cron("push_orders")
        self.want(3)
        self.settle()
        self.assertEqual(self.get_living_at_jd(), [3])

    def test_a_raise_does_not_wait_with_what_is_on_hold(self):
        self.ship(self.order, short={str(self.order.line_ids.id): 1})
        held = self.picking.backorder_ids
        self.assertTrue(held.jd_on_hold)
        self.want(5)
        self.run_cron("push_orders")
        more = self.sale.picking_ids - self.picking - held
        self.assertEqual(held.move_ids.product_uom_qty, 1)
        self.assertEqual(more.move_ids.product_uom_qty, 2)
        self.assertEqual(more.jd_order_id.state, "accepted")
        # What nobody has sent is dropped before what JD has.
        self.want(4)
        self.assertEqual(held.state, "cancel")
        self.assertEqual(more.jd_order_id.state, "accepted")

    def test_a_return_that_nobody_decided_is_held_and_told(self):
        self.ship(self.order)
        # Odoo refuses to lower what is delivered; other modules do not.
        less = self.picking.move_ids.copy({"product_uom_qty": -2, "picking_id": False})
        less._action_confirm()
        self.settle()
        back = self.sale.picking_ids - self.picking
        self.assertEqual(back.jd_kind, "customer_return")
        self.assertTrue(back.jd_on_hold)
        self.assertFalse(back.jd_order_id)
        self.assertOneActivity(back, "made the return.*2 × .*Goods 1.*held back")
        self.assertSellerTold("made the return")
        back.action_jd_send()
        self.assertEqual(self.send(back).state, "accepted")

    def test_a_return_that_somebody_made_goes_on_alone(self):
        self.connector.receipt_policy = "manual"
        self.ship(self.order)
        wizard = (
            self.env["stock.return.picking"]
            .with_context(active_id=self.picking.id, active_model="stock.picking")
            .create({"picking_id": self.picking.id})
        )
        wizard.product_return_moves.quantity = 1
        mine = wizard._create_return()
        less = self.picking.move_ids.copy({"product_uom_qty": -2, "picking_id": False})
        less._action_confirm()
        self.assertEqual(mine.move_ids.mapped("product_uom_qty"), [1])
        self.assertFalse(mine.jd_on_hold)
        back = self.sale.picking_ids - self.picking - mine
        self.assertEqual(back.move_ids.mapped("product_uom_qty"), [2])
        self.assertTrue(back.jd_on_hold)
        mine.action_jd_send()
        self.assertEqual(self.send(mine).state, "accepted")

    # === ANOTHER PRODUCT === #

    def test_a_line_added_to_the_sale_gets_a_transfer_of_its_own(self):
        self.sale.order_line = [
            Command.create({"product_id": self.products[1].id, "product_uom_qty": 4})
        ]
        self.settle()
        self.assertEqual(self.picking.move_ids.product_id, self.products[0])
        self.assertEqual(self.get_living_at_jd(), [3, 4])

    # === CANCELLED === #

    def test_the_salesperson_hears_that_jd_ships_what_was_cancelled(self):
        self.advance(self.order, "10016")  # here nobody knows yet
        self.as_user(self.sale, self.seller)._action_cancel()
        self.run_cron("push_orders")
        self.assertEqual(self.order.state, "in_progress")
        self.assertOneActivity(self.order, "did not cancel.*JD has 3, Odoo wants 0")
        self.assertSellerTold(f"{self.picking.name}.*did not cancel this order")
        self.ship(self.order)
        self.assertEqual(self.picking.state, "done")
        self.assertEqual(self.line.qty_delivered, 3)

    def assertSellerTold(self, words):
        """Expect an activity of the salesperson's on the sale."""
        activities = self.sale.activity_ids.filtered(
            lambda activity: activity.user_id == self.seller
        )
        notes = "\n".join(str(note) for note in activities.mapped("note"))
        self.assertRegex(notes, words)

    # === ANOTHER ADDRESS === #

    def test_another_receiver_from_the_sale_reaches_jd(self):
        other = self.customer.copy({"name": "Budi Santoso"})
        self.sale.with_context(
            update_delivery_shipping_partner=True
        ).partner_shipping_id = other
        self.settle()
        self.assertNotEqual(self.picking.jd_order_id, self.order)
        told = self.find_order_at_jd(self.picking.jd_order_id)["request"]
        self.assertIn("Budi Santoso", str(told))
        self.assertEqual(self.get_living_at_jd(), [3])

    def test_the_salesperson_hears_that_it_is_too_late_for_another_address(self):
        self.advance(self.order, "10016")
        self.pull(self.order)
        self.customer.street = "Jalan Anggrek 9"
        self.assertOneActivity(
            self.order, "JD has “.*Jalan Melati 5.*Odoo has “.*Jalan Anggrek 9"
        )
        self.assertSellerTold("Jalan Melati 5")
