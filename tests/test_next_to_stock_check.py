from odoo.tests import tagged

from .next_to_case import NextToMixin
from .stock_check_case import StockCheckCase


@tagged("post_install", "-at_install")
class TestValuation(NextToMixin, StockCheckCase):
    modules = ("stock_account",)

    def test_what_is_accepted_is_valued_as_an_adjustment_of_odoos_own(self):
        for method in ("standard", "average", "fifo"):
            for jd in (13, 6):
                with self.subTest(f"{method}: JD has {jd} of 10"):
                    ours, cores = self.make_bought(method), self.make_bought(method)
                    line = self.make_line(ours, jd, 10)
                    self.accept(line)
                    self.assertAccepted(line)
                    self.adjust_by_hand(cores, jd)
                    self.assertEqual(self.get_value(ours), self.get_value(cores))
                    [move] = line.move_ids
                    [core] = self.env["stock.move"].search(
                        [("product_id", "=", cores.id), ("is_inventory", "=", True)]
                    )
                    self.assertEqual(move.value, core.value)
                    self.assertTrue(move.value)

    def make_bought(self, method):
        """Create a product of which 4 came at 10 each, then 6 at 20."""
        category = self.env["product.category"].create({"name": method})
        category.with_company(self.company).property_cost_method = method
        product = self.env["product.product"].create(
            {"name": "Soap", "is_storable": True, "categ_id": category.id}
        )
        product.with_company(self.company).standard_price = 15
        for pieces, price in ((4, 10), (6, 20)):
            move = self.env["stock.move"].create(
                {
                    "product_id": product.id,
                    "product_uom_qty": pieces,
                    "price_unit": price,
                    "location_id": self.suppliers.id,
                    "location_dest_id": self.stock.id,
                    "company_id": self.company.id,
                }
            )
            move._action_confirm()
            move.quantity = pieces
            move.picked = True
            move._action_done()
        # Long before the check.
        self.env.flush_all()
        for table in ("stock_move", "stock_move_line"):
            self.env.cr.execute(
                f"UPDATE {table} SET date = date - interval '1 day',"  # noqa: S608
                " write_date = write_date - interval '1 day' WHERE product_id = %s",
                [product.id],
            )
        self.env.invalidate_all()
        return product

    def get_value(self, product):
        product = product.with_company(self.company)
        return product.total_value, product.standard_price


@tagged("post_install", "-at_install")
class TestExpiry(NextToMixin, StockCheckCase):
    modules = ("product_expiry",)

    def test_a_lot_is_taken_over_with_the_date_on_which_it_expires(self):
        self.cream.use_expiration_date = True
        line = self.make_line(self.cream, 6, 0, lot_name="L9", expires_on="2027-08-01")
        self.accept(line)
        self.assertAccepted(line)
        lot = line.move_ids.move_line_ids.lot_id
        self.assertEqual(str(lot.expiration_date.date()), "2027-08-01")
