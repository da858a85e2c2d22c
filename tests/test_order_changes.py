"""Whatever is changed of a transfer that JD has is kept, told to JD, or to a person."""

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged

from .inbound_case import JdInboundCase

FREE, KEPT, ANEW, TOLD, APART = "free", "kept", "sent anew", "told", "apart"

# What a change ends in: while the order waits here, is being sent, is accepted, is
# picked, is done.
#   free: JD is not concerned, or is told with the order
#   kept: refused with the reason
#   sent anew: JD is asked to cancel, and gets what is left as a new order
#   told: a person hears what JD has
#   apart: the goods go with a transfer of their own
CHANGES = {
    "the operation type of another warehouse": (FREE, KEPT, KEPT, KEPT, KEPT),
    "the source of the transfer": (FREE, KEPT, KEPT, KEPT, KEPT),
    "the destination of the transfer": (FREE, KEPT, KEPT, KEPT, KEPT),
    "the receiver": (FREE, ANEW, ANEW, TOLD, FREE),
    "the street of the receiver": (FREE, ANEW, ANEW, TOLD, FREE),
    "the own waybill": (FREE, ANEW, ANEW, TOLD, FREE),
    "the scheduled date": (FREE, FREE, FREE, FREE, FREE),
    "the owner": (FREE, FREE, FREE, FREE, FREE),
    "the transfer of a move": (FREE, KEPT, KEPT, KEPT, KEPT),
    "the product of a move": (FREE, KEPT, KEPT, KEPT, KEPT),
    "the unit of a move": (FREE, KEPT, KEPT, KEPT, KEPT),
    "the source of a move": (FREE, KEPT, KEPT, KEPT, KEPT),
    "a source on another shelf": (FREE, FREE, FREE, FREE, KEPT),
    "less of a move": (FREE, ANEW, ANEW, KEPT, FREE),
    "nothing of a move": (FREE, ANEW, ANEW, KEPT, FREE),
    "more of a move": (FREE, FREE, FREE, FREE, FREE),
    "the quantity to ship": (FREE, KEPT, KEPT, KEPT, TOLD),
    "a move is cancelled": (FREE, ANEW, ANEW, KEPT, KEPT),
    "the transfer is cancelled": (FREE, ANEW, ANEW, KEPT, KEPT),
    "a move is split": (FREE, KEPT, KEPT, KEPT, KEPT),
    "a move is deleted": (FREE, KEPT, KEPT, KEPT, KEPT),
    "the reservation is lost": (FREE, FREE, FREE, FREE, FREE),
    "the move of a line": (FREE, KEPT, KEPT, KEPT, KEPT),
    "the transfer of a line": (FREE, KEPT, KEPT, KEPT, KEPT),
    "the goods level of a line": (FREE, KEPT, KEPT, KEPT, TOLD),
    "the quantity of a line": (FREE, FREE, FREE, FREE, TOLD),
    "a line is added": (FREE, FREE, FREE, FREE, TOLD),
    "another shelf of a line": (FREE, FREE, FREE, FREE, FREE),
    "the package of a line": (FREE, FREE, FREE, FREE, FREE),
    "the same product is added": (FREE, APART, APART, APART, FREE),
    "another product is added": (FREE, APART, APART, APART, FREE),
    "the transfer is validated": (FREE, KEPT, KEPT, KEPT, FREE),
}
STATES = ("queued", "sending", "accepted", "picked", "done")


@tagged("post_install", "-at_install")
class TestOrderChanges(JdInboundCase):
    def setUp(self):
        super().setUp()
        # Two moves each, the first one to be changed.
        self.transfers = {state: self.make_delivery(3, 2) for state in STATES}
        self.run_cron("push_orders")
        for state, status in (("picked", "10016"), ("done", "10020")):
            self.complete(self.transfers[state].jd_order_id, status)
        # As they are before JD is called, and during the call.
        orders = {name: row.jd_order_id for name, row in self.transfers.items()}
        orders["queued"].write({"state": "queued", "jd_number": False})
        orders["sending"].write({"state": "sending", "jd_number": False, "claim": 1})
        self.other = self.make_delivery(1)
        self.other_warehouse = self.env["stock.warehouse"].create(
            {"name": "Our own", "code": "OWN", "company_id": self.company.id}
        )
        self.shelf = self.stock.create({"name": "A1", "location_id": self.stock.id})
        self.contact = self.customer.copy({"name": "Budi Santoso"})
        self.dozen = self.env.ref("uom.product_uom_dozen")

    # === CHANGES === #

    def change(self, name, picking):
        """Do what a row of the table says to a transfer."""
        move = picking.move_ids[0]
        line = move.move_line_ids[:1]
        stock = self.other_warehouse.lot_stock_id
        fields = {
            "the operation type of another warehouse": (
                picking,
                {"picking_type_id": self.other_warehouse.out_type_id.id},
            ),
            "the source of the transfer": (picking, {"location_id": stock.id}),
            "the destination of the transfer": (
                picking,
                {"location_dest_id": self.suppliers.id},
            ),
            "the receiver": (picking, {"partner_id": self.contact.id}),
            "the street of the receiver": (self.customer, {"street": "Jalan Anggrek"}),
            "the own waybill": (picking, {"jd_own_waybill": "TH0456"}),
            "the scheduled date": (picking, {"scheduled_date": "2031-01-01 00:00:00"}),
            "the owner": (picking, {"owner_id": self.contact.id}),
            "the transfer of a move": (move, {"picking_id": self.other.id}),
            "the product of a move": (move, {"product_id": self.products[1].id}),
            "the unit of a move": (move, {"product_uom": self.dozen.id}),
            "the source of a move": (move, {"location_id": stock.id}),
            "a source on another shelf": (move, {"location_id": self.shelf.id}),
            "less of a move": (move, {"product_uom_qty": 2}),
            "nothing of a move": (move, {"product_uom_qty": 0}),
            "more of a move": (move, {"product_uom_qty": 5}),
            "the quantity to ship": (move, {"quantity": 1}),
            "the move of a line": (line, {"move_id": self.other.move_ids.id}),
            "the transfer of a line": (line, {"picking_id": self.other.id}),
            "the goods level of a line": (line, {"location_id": self.defective.id}),
            "the quantity of a line": (line, {"quantity": 1}),
            "another shelf of a line": (line, {"location_id": self.shelf.id}),
            "the package of a line": (
                line,
                {"result_package_id": self.env["stock.package"].create({}).id},
            ),
        }
        if name in fields:
            record, values = fields[name]
            record.write(values)
        else:
            self.do(name, picking, move)
        self.env.flush_all()

    def do(self, name, picking, move):
        match name:
            case "a move is cancelled":
                move._action_cancel()
            case "the transfer is cancelled":
                picking.action_cancel()
            case "a move is split":
                self.env["stock.move"].create(move._split(1))._action_confirm()
            case "a move is deleted":
                move.unlink()
            case "a line is added":
                move.move_line_ids.copy({"quantity": 1})
            case "the reservation is lost":
                picking.do_unreserve()
            case "the same product is added":
                self.add(picking, self.products[0])
            case "another product is added":
                self.add(picking, self.other_product)
            case "the transfer is validated":
                picking.button_validate()

    @property
    def other_product(self):
        return self.env["product.product"].create(
            {"name": "Goods 3", "default_code": "G-3", "is_storable": True}
        )

    def add(self, picking, product):
        """Add a line to a transfer as its form does."""
        picking.move_ids = [
            Command.create(
                {
                    "product_id": product.id,
                    "product_uom_qty": 4,
                    "location_id": picking.location_id.id,
                    "location_dest_id": picking.location_dest_id.id,
                    "additional": True,
                }
            )
        ]

    # === ENDS === #

    def end(self, name, state):
        """Return what a change of a transfer in a state ends in; undo it."""
        picking = self.transfers[state]
        order = picking.jd_order_id
        activities = order.activity_ids
        with self.env.cr.savepoint() as savepoint:
            try:
                self.change(name, picking)
            except UserError as error:
                self.assertRegex(str(error), self.REASONS)
                return KEPT
            finally:
                ended = self.read_end(picking, order, activities)
                savepoint.rollback()
                self.env.invalidate_all()
        return ended

    # In the merchant's words, or core's own.
    REASONS = (
        r"JD (is at work on|has carried out|knows of|has already)|cannot be cancelled"
        r"|[Cc]hanging the (operation type|product)|set to 'Done'|UoM|Deleting product"
    )

    def read_end(self, picking, order, activities):
        if order.cancel_requested:
            return ANEW
        if order.activity_ids - activities:
            return TOLD
        return APART if picking.backorder_ids and order.state != "done" else FREE

    def test_every_change_in_every_state_ends_as_it_should(self):
        for name, expected in CHANGES.items():
            ended = tuple(self.end(name, state) for state in STATES)
            with self.subTest(name):
                self.assertEqual(ended, expected)


@tagged("post_install", "-at_install")
class TestChangedTransfers(JdInboundCase):
    """What becomes of changes, until JD and Odoo agree again."""

    def get_at_jd(self):
        """Return the pieces that JD carries out, order by order."""
        return sorted(
            sum(line["planQuantity"] for line in row["lines"])
            for row in self.sandbox.get("orders")
            if row["status"] not in (91, 10028, 400)
        )

    def add(self, picking, product, quantity):
        """Add a line to a transfer as a module does."""
        self.env["stock.move"].create(
            {
                "picking_id": picking.id,
                "product_id": product.id,
                "product_uom_qty": quantity,
                "location_id": picking.location_id.id,
                "location_dest_id": picking.location_dest_id.id,
            }
        )._action_confirm()

    def settle(self):
        for _ in range(2):
            self.run_cron("push_orders")

    # === MORE === #

    def test_goods_added_to_what_jd_has_are_sent_on_their_own(self):
        for picking in (self.make_delivery(3), self.make_receipt(3)):
            order = self.announce(picking)
            with self.subTest(order.kind):
                before = self.get_at_jd()
                for product, quantity in zip(self.products, (4, 5), strict=True):
                    self.add(picking, product, quantity)
                picking.backorder_ids.action_assign()
                self.run_cron("push_orders")
                self.assertEqual(order.state, "accepted")
                self.assertEqual(picking.move_ids.mapped("product_uom_qty"), [3])
                self.assertEqual(self.get_at_jd(), sorted([*before, 9]))
                self.assertPosted(picking, picking.backorder_ids.name)

    def test_goods_added_do_not_join_what_is_on_hold(self):
        delivery = self.make_delivery(3)
        order = self.announce(delivery)
        delivery._create_backorder_picking().jd_on_hold = True
        self.add(delivery, self.product, 2)
        [held, own] = delivery.backorder_ids.sorted("jd_on_hold", reverse=True)
        self.assertEqual(own.move_ids.product_uom_qty, 2)
        self.assertFalse(held.move_ids)
        self.assertEqual(order.state, "accepted")

    # === LESS === #

    def test_a_part_that_was_never_sent_is_lowered_without_jd(self):
        self.env["stock.quant"]._update_available_quantity(
            self.product, self.stock, 4 - self.STOCK
        )
        delivery = self.make_delivery(10)
        delivery.action_jd_send_reserved()
        order = self.announce(delivery)
        self.assertEqual(self.get_at_jd(), [4])
        delivery.move_ids.product_uom_qty = 6
        self.assertFalse(order.cancel_requested)
        delivery.move_ids.product_uom_qty = 3
        self.assertTrue(order.cancel_requested)

    def test_the_rest_of_what_jd_did_not_cancel_is_not_sent(self):
        self.env["stock.quant"]._update_available_quantity(
            self.product, self.stock, 4 - self.STOCK
        )
        delivery = self.make_delivery(10)
        delivery.action_jd_send_reserved()
        order = self.announce(delivery)
        self.sandbox.do("advance", orders=[order.jd_number], to="10016")
        delivery.action_cancel()  # here nobody knows yet
        self.settle()
        self.complete(order, "10020")
        rest = delivery.backorder_ids
        self.assertEqual(rest.move_ids.product_uom_qty, 6)
        self.assertTrue(rest.jd_on_hold)
        self.assertOneActivity(rest, f"asked to cancel {delivery.name}")

    # === OTHER TERMS === #

    def test_another_address_is_sent_anew(self):
        delivery = self.make_delivery(3)
        order = self.announce(delivery)
        self.customer.street = "Jalan Anggrek 9"
        self.settle()
        self.assertEqual(order.state, "cancelled")
        told = self.get_order_at_jd(delivery.jd_order_id)["request"]
        self.assertIn("Jalan Anggrek 9", str(told))
        self.assertEqual(self.get_at_jd(), [3])

    def test_what_jd_has_is_said_where_it_does_not_cancel(self):
        delivery = self.make_delivery(3)
        order = self.announce(delivery)
        self.sandbox.do("advance", orders=[order.jd_number], to="10016")
        self.customer.street = "Jalan Anggrek 9"  # here nobody knows yet
        self.settle()
        self.assertOneActivity(order, "JD has “.*Jalan Melati 5.*Jalan Anggrek 9")
        self.assertEqual(order.state, "in_progress")
        self.complete(order, "10020")
        self.assertEqual(delivery.state, "done")

    def test_an_address_that_stays_the_same_in_the_end_is_nothing_to_tell(self):
        order = self.announce(self.make_delivery(3))
        self.customer.write({"street": "Jalan Melati 5", "name": "Siti Rahma"})
        self.assertFalse(order.cancel_requested)

    def test_the_language_of_whoever_looks_is_no_other_address(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        country = self.env.ref("base.id")
        country.with_context(lang="fr_FR").name = "Indonésie"
        self.customer.country_id = country
        order = self.announce(self.make_delivery(3))
        self.customer.with_context(lang="fr_FR").name = "Siti Rahma"
        self.assertFalse(order.cancel_requested)

    def test_terms_of_a_return_to_a_supplier_are_sent_anew(self):
        back = self.make_supplier_return(6)
        order = self.announce(back)
        back.jd_short_allowed = False
        self.settle()
        self.assertEqual(order.state, "cancelled")
        self.assertEqual(back.jd_order_id.state, "accepted")

    # === RETURNS === #

    def make_refused(self, *quantities):
        """Return a delivery whose parcel its receiver has refused."""
        delivery = self.make_shipped_delivery(*quantities)
        self.sandbox.do("advance", orders=[delivery.jd_order_id.jd_number], to="10033")
        return delivery

    def test_a_parcel_comes_back_whole_though_a_part_was_returned_by_hand(self):
        for policy in ("manual", "confirmed"):
            with self.subTest(policy):
                self.connector.receipt_policy = policy
                before = self.get_stock(self.product)
                delivery = self.make_refused(4, 2)
                self.make_return(delivery, 1)
                self.settle()
                order = delivery.jd_order_id
                for status in ("10035", "10036", "10037", "10038"):
                    self.complete(order, status)
                    self.settle()
                self.run_cron("close_orders")
                self.assertEqual(self.get_stock(self.product), before)
                self.assertEqual(
                    self.get_stock_at_jd(self.product), self.get_stock(self.product)
                )
                self.assertEqual(
                    set(delivery.return_ids.mapped("state")) - {"cancel"}, {"done"}
                )

    def test_the_rest_of_a_return_names_its_delivery_too(self):
        delivery = self.make_shipped_delivery(4)
        back = self.make_return(delivery, 3)
        order = self.announce(back)
        self.sandbox.do("arrange", orders="all", short=1)
        self.complete(order, "200")
        rest = back.backorder_ids
        self.assertFalse(rest.return_id)
        rest.action_jd_send()
        again = self.announce(rest)
        self.assertEqual(
            self.get_order_at_jd(again)["request"]["relatedOrders"]["deliveryNo"],
            delivery.jd_order_id.jd_number,
        )

    # === ARCHIVED === #

    def test_what_is_archived_meanwhile_stops_nothing(self):
        pickings = [self.make_delivery(3), self.make_receipt(5)]
        orders = [self.announce(picking) for picking in pickings]
        left = self.make_user("left", "jd_fulfillment.group_jd_manager")
        self.connector.sudo().login_user_id = left
        left.active = False
        for picking in pickings:
            picking.user_id = self.make_user(
                f"left_{picking.id}", "stock.group_stock_user"
            )
            picking.user_id.active = False
        (self.customer | self.supplier | self.warehouse.partner_id).active = False
        self.product.active = False
        (self.warehouse.out_type_id | self.warehouse.in_type_id).active = False
        self.complete(orders[0], "10020")
        self.complete(orders[1], "70")
        self.assertEqual([row.state for row in pickings], ["done", "done"])
        self.assertEqual(self.get_stock(self.product), self.STOCK + 2)
