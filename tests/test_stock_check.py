"""JD's stock is read whole and compared with Odoo's as of one instant."""

from odoo.tests import tagged

from .jd_case import QUICK_WAREHOUSE
from .order_case import JdOrderCase


@tagged("post_install", "-at_install")
class TestStockCheck(JdOrderCase):
    def check(self, **values):
        """Run a check of the warehouse and return it."""
        check = self.env["jd.stock.check"]._start(self.warehouse, **values)
        self.run_cron("check_stock")
        return check

    def set_stock_at_jd(self, product, quantity, **row):
        goods = {"erpGoodsNo": product.default_code, "quantity": quantity}
        self.sandbox.do("stock", warehouse=QUICK_WAREHOUSE, rows=[goods | row])

    def test_books_that_agree_need_nobody(self):
        check = self.check()
        self.assertEqual(check.state, "done", check.problem)
        self.assertEqual(check.agreement, 100)
        self.assertEqual(check.goods_count, 2)
        self.assertFalse(check.line_ids)
        self.assertFalse(check.page_ids)

    def test_a_difference_is_a_line_in_words(self):
        self.set_stock_at_jd(self.products[0], self.STOCK - 3)
        check = self.check()
        self.assertEqual(check.state, "review", check.problem)
        line = check.line_ids
        self.assertEqual(line.product_id, self.products[0])
        self.assertEqual(line.difference, -3)
        self.assertEqual(line.words, "JD has 3 less")
        self.assertEqual((check.agreeing_count, check.agreement), (1, 50))
