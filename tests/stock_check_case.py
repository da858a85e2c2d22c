"""What the tests of decisions on stock differences share."""

from datetime import timedelta

from odoo import fields
from odoo.fields import Command

from .lot_case import JdLotCase


class StockCheckCase(JdLotCase):
    """A warehouse whose books were compared an hour ago."""

    def setUp(self):
        super().setUp()
        self.check = self.make_check()

    def make_check(self, **values):
        """Create a check as the comparison leaves it for somebody to decide."""
        an_hour_ago = fields.Datetime.now() - timedelta(hours=1)
        return self.env["jd.stock.check"].create(
            {
                "warehouse_id": self.warehouse.id,
                "state": "review",
                "started_at": an_hour_ago,
                "taken_at": an_hour_ago,
                **values,
            }
        )

    def make_line(self, product, jd, odoo, explained=(), check=None, **values):
        """Create a difference; `explained` are tuples of kind and signed pieces."""
        pieces = sum(quantity for _kind, quantity in explained)
        return self.env["jd.stock.check.line"].create(
            {
                "check_id": (check or self.check).id,
                "product_id": product.id,
                "goods_no": "EMG1",
                "level": "100",
                "jd_quantity": jd,
                "odoo_quantity": odoo,
                "difference": jd - odoo,
                "explained": pieces,
                "unexplained": jd - odoo - pieces,
                "explanation_ids": [
                    Command.create({"kind": kind, "quantity": quantity})
                    for kind, quantity in explained
                ],
                **values,
            }
        )

    def make_stocked(self, pieces, **values):
        """Create a product with so many pieces in the warehouse, in Odoo alone."""
        product = self.env["product.product"].create(
            {"name": "Soap", "is_storable": True, **values}
        )
        self.put(product, pieces)
        return product

    def put(self, product, pieces, location=None, **where):
        """Have so many pieces of a product lie somewhere, in Odoo."""
        if pieces:
            self.env["stock.quant"]._update_available_quantity(
                product, location or self.stock, pieces, **where
            )

    def accept(self, *lines):
        """Accept lines as a JD manager does; return what is shown."""
        lines = self.env["jd.stock.check.line"].union(*lines)
        return self.as_user(lines, self.manager).action_accept()["params"]

    def assertAccepted(self, *lines):
        for line in lines:
            self.assertEqual((line.state, line.problem), ("accepted", False))

    def assertNotAccepted(self, line, words, state="open"):
        self.assertEqual(line.state, state)
        self.assertRegex(line.problem or "", words)
        self.assertFalse(line.move_ids)
