from odoo.fields import Command
from odoo.tests import tagged

from .. import const
from .order_case import JdOrderCase


@tagged("post_install", "-at_install")
class TestConfirmCost(JdOrderCase):
    """What confirming deliveries costs more where JD runs the warehouse."""

    STOCK = 100_000

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.own = cls.env["stock.warehouse"].create(
            {"name": "Own", "code": "OWN", "company_id": cls.company.id}
        )
        for product in cls.products:
            cls.env["stock.quant"]._update_available_quantity(
                product, cls.own.lot_stock_id, cls.STOCK
            )

    def confirm(self, warehouse, count):
        """Return how many queries it takes to confirm so many deliveries of two lines.

        With what Odoo does just before it commits.
        """
        pickings = self.make_drafts(warehouse, count)
        self.env.cr.flush()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        pickings.action_confirm()
        self.env.cr.flush()
        queries = self.env.cr.sql_log_count - before
        self.assertEqual(set(pickings.mapped("state")), {"assigned"})
        return queries

    def make_drafts(self, warehouse, count):
        places = {
            "location_id": warehouse.lot_stock_id.id,
            "location_dest_id": self.env.ref("stock.stock_location_customers").id,
        }
        moves = [
            Command.create({"product_id": product.id, "product_uom_qty": 1, **places})
            for product in self.products
        ]
        values = {
            "picking_type_id": warehouse.out_type_id.id,
            "partner_id": self.customer.id,
            "move_ids": moves,
            **places,
        }
        return self.env["stock.picking"].create([dict(values) for _ in range(count)])

    def test_confirming_takes_few_queries_more_than_in_an_own_warehouse(self):
        for count, granted in ((1, 10), (const.CHECK_AT_ONCE + 1, 17)):
            with self.subTest(count=count):
                for warehouse in (self.own, self.warehouse):
                    self.confirm(warehouse, count)  # what is read once and for all
                more = self.confirm(self.warehouse, count) - self.confirm(
                    self.own, count
                )
                self.assertLessEqual(more, granted)

    def test_of_many_the_scheduled_action_finds_the_problems(self):
        pickings = self.make_drafts(self.warehouse, const.CHECK_AT_ONCE + 1)
        pickings[0].partner_id = False
        pickings.action_confirm()
        orders = pickings.jd_order_id
        self.assertEqual(set(orders.mapped("state")), {"draft"})
        self.assertRegex(orders[0].notice, "takes a few seconds")
        self.send()
        self.assertProblems(pickings[0].jd_order_id, "no receiver")
        sent = pickings[1:].jd_order_id
        self.assertEqual(set(sent.mapped("state")), {"accepted"})
