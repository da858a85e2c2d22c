"""JD counts pieces; transfers may count in dozens, packs or grams."""

from odoo.fields import Command
from odoo.tests import tagged

from .inbound_case import JdInboundCase

# Factor of the move's unit to the product's, what is ordered in it, and how many
# pieces JD leaves out (or has too many of, below zero).
CASES = (
    *((12, 1, short) for short in range(13)),
    *((12, 0.25, short) for short in range(4)),
    *((12, 2.5, short) for short in (0, 1, 6, 7, 12, 24, 29, 30)),
    *((6, 3, short) for short in (0, 1, 5, 6, 11, 17, 18)),
    *((300, 1, short) for short in (0, 1, 2, 150, 299)),
    # The product is kept in kilograms, JD's pieces; the transfer counts grams.
    *((0.001, 3000, short) for short in (0, 1, 2, 3)),
    # The product is kept in grams; the transfer counts kilograms.
    *((1000, 0.05, short) for short in (0, 1, 49)),
)
TOO_MANY = ((12, 1, -1), (12, 1, -12), (6, 2, -5), (300, 1, -1), (0.001, 3000, -2))


@tagged("post_install", "-at_install")
class TestUnits(JdInboundCase):
    STOCK = 100_000

    def setUp(self):
        super().setUp()
        self.units = {}

    def get_unit(self, factor):
        """Return a unit that holds so many of the product's own."""
        if factor not in self.units:
            self.units[factor] = self.env["uom.uom"].create(
                {
                    "name": f"{factor} of them",
                    "relative_factor": factor,
                    "relative_uom_id": self.product.uom_id.id,
                }
            )
        return self.units[factor]

    def make_cases(self, picking_type, source, destination, cases, partner):
        """Create and confirm a transfer for each case."""
        places = {"location_id": source.id, "location_dest_id": destination.id}
        pickings = self.env["stock.picking"].create(
            [
                {
                    "picking_type_id": picking_type.id,
                    "partner_id": partner.id,
                    "move_ids": [
                        Command.create(
                            {
                                "product_id": self.product.id,
                                "product_uom": self.get_unit(factor).id,
                                "product_uom_qty": ordered,
                                **places,
                            }
                        )
                    ],
                    **places,
                }
                for factor, ordered, _short in cases
            ]
        )
        pickings.action_confirm()
        pickings.action_assign()
        return pickings

    def carry_out(self, pickings, status, cases=()):
        """Have JD carry transfers out with so many pieces less or more."""
        self.run_cron("match_goods")
        self.run_cron("push_orders")
        orders = pickings.jd_order_id
        self.assertEqual(set(orders.mapped("state")), {"accepted"}, orders[0].problems)
        for picking, (_factor, _ordered, short) in zip(pickings, cases, strict=False):
            arranged = {"short": short} if short > 0 else {"over": -short}
            self.sandbox.do("arrange", orders=[picking.jd_order_id.name], **arranged)
        self.sandbox.do("advance", to=status)
        self.pull_and_close(orders)
        return orders

    def get_moved_pieces(self, picking):
        return sum(picking.move_line_ids.mapped("quantity_product_uom"))

    def check_cases(self, pickings, cases):
        """Expect that what JD counted moved, and the rest to be left over."""
        for picking, (factor, ordered, short) in zip(pickings, cases, strict=True):
            with self.subTest(factor=factor, ordered=ordered, short=short):
                pieces = round(factor * ordered)
                moved = pieces - short
                rest = picking.backorder_ids
                if not moved:
                    self.assertEqual(picking.state, "assigned")
                    continue
                self.assertEqual(picking.state, "done")
                self.assertEqual(self.get_moved_pieces(picking), moved)
                move = picking.move_ids
                self.assertEqual(
                    move.product_uom._compute_quantity(
                        move.quantity, self.product.uom_id, round=False
                    ),
                    moved,
                )
                self.assertEqual(bool(rest), short > 0)
                left = rest.move_ids.product_uom._compute_quantity(
                    rest.move_ids.product_uom_qty, self.product.uom_id, round=False
                )
                self.assertAlmostEqual(left, max(0, short), 6)

    def assertSameBooks(self):
        self.assertEqual(
            self.get_stock(self.product), self.get_stock_at_jd(self.product)
        )

    def test_deliveries_move_what_jd_counted_and_the_rest_can_be_sent(self):
        deliveries = self.make_cases(
            self.warehouse.out_type_id, self.stock, self.customers, CASES, self.customer
        )
        self.carry_out(deliveries, 10020, CASES)
        self.check_cases(deliveries, CASES)
        self.assertSameBooks()
        rests = deliveries.backorder_ids + deliveries.filtered(
            lambda picking: picking.state != "done"
        )
        rests.action_jd_send()
        self.carry_out(rests, 10020)
        self.assertEqual(set((deliveries + rests).mapped("state")), {"done"})
        self.assertFalse(rests.backorder_ids)
        self.assertSameBooks()
        pieces = sum(round(factor * ordered) for factor, ordered, _short in CASES)
        self.assertEqual(self.get_stock(self.product), self.STOCK - pieces)

    def test_receipts_move_what_jd_counted_and_the_rest_can_be_sent(self):
        cases = [*CASES[::3], *TOO_MANY]
        receipts = self.make_cases(
            self.warehouse.in_type_id, self.suppliers, self.stock, cases, self.supplier
        )
        self.carry_out(receipts, 70, cases)
        self.check_cases(receipts, cases)
        self.assertSameBooks()
        rests = receipts.backorder_ids
        rests.action_jd_send()
        self.carry_out(rests, 70)
        self.assertEqual(set(rests.mapped("state")), {"done"})
        self.assertSameBooks()

    def test_a_dozen_that_becomes_pieces_is_told_on_the_transfer(self):
        delivery = self.make_cases(
            self.warehouse.out_type_id,
            self.stock,
            self.customers,
            [(12, 1, 1)],
            self.customer,
        )
        self.carry_out(delivery, 10020, [(12, 1, 1)])
        notes = " ".join(delivery.message_ids.mapped("body"))
        self.assertRegex(notes, r"1 12 of them of .*Goods 1 are now 12 Units here")
        self.assertNotRegex(notes, r"1\.0 -(>|&gt;) 12\.0")

    def test_what_odoo_reserves_of_a_dozen_is_sent_in_whole_pieces(self):
        self.env["stock.quant"]._update_available_quantity(
            self.product, self.stock, 11 - self.STOCK
        )
        delivery = self.make_cases(
            self.warehouse.out_type_id,
            self.stock,
            self.customers,
            [(12, 1, 0)],
            self.customer,
        )
        delivery.action_jd_send()
        self.assertProblems(delivery.jd_order_id, "only 10 of 12 are reserved")
        delivery.action_jd_send_reserved()
        self.carry_out(delivery, 10020)
        self.assertEqual(self.get_moved_pieces(delivery), 10)
        self.assertEqual(self.get_stock(self.product), 1)
        self.assertEqual(delivery.backorder_ids.move_ids.product_uom_qty, 2)
