from odoo.tests import tagged

from .next_to_case import NextToMixin
from .order_case import JdOrderCase


@tagged("post_install", "-at_install")
class TestWaves(NextToMixin, JdOrderCase):
    """Batches and waves do not take apart what JD carries out."""

    modules = ("stock_picking_batch",)

    def setUp(self):
        super().setUp()
        self.picking = self.make_delivery(3, 2)

    def add_to_wave(self, lines):
        lines = self.as_user(lines, self.stock_user)
        wizard = lines.env["stock.add.to.wave"].create(
            {"line_ids": lines.ids, "mode": "new"}
        )
        wizard.attach_pickings()

    def get_planned_at_jd(self):
        return sorted(
            sum(line["planQuantity"] for line in row["lines"])
            for row in self.sandbox.get("orders")
        )

    def test_a_line_of_what_jd_has_is_not_waved_off(self):
        self.send()
        with self.assertRefused("as a whole.*cannot be split off"):
            self.add_to_wave(self.picking.move_line_ids[0])
        self.env.invalidate_all()
        self.assertEqual(self.picking.move_ids.mapped("product_uom_qty"), [3, 2])
        self.send()
        self.assertEqual(self.get_planned_at_jd(), [5])

    def test_part_of_a_line_is_not_waved_off(self):
        self.send()
        line = self.picking.move_line_ids[0]
        line.copy({"quantity": 1})
        line.quantity = 2
        with self.assertRefused("as a whole.*cannot be split off"):
            self.add_to_wave(line)

    def test_the_whole_transfer_may_go_into_a_wave(self):
        order = self.send(self.picking)
        self.add_to_wave(self.picking.move_line_ids)
        self.assertTrue(self.picking.batch_id.is_wave)
        self.assertEqual(self.get_planned_at_jd(), [5])
        self.assertEqual(order.state, "accepted")

    def test_what_is_waved_off_before_it_is_sent_goes_with_an_order_of_its_own(self):
        self.add_to_wave(self.picking.move_line_ids[0])
        self.send()
        self.assertEqual(self.get_planned_at_jd(), [2, 3])

    def test_what_is_on_hold_stays_on_hold_in_a_wave(self):
        order = self.send(self.picking)
        short = {str(line.id): 1 for line in order.line_ids}
        self.ship(order, short=short)
        held = self.picking.backorder_ids
        self.add_to_wave(held.move_line_ids[0])
        self.send()
        self.assertEqual(self.get_planned_at_jd(), [5])
