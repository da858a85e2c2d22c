from odoo.tests import tagged

from .. import const
from .common import QUICK_DEPARTMENT
from .goods_case import GoodsCase

MANY = 20_000


@tagged("post_install", "-at_install")
class TestMany(GoodsCase):
    def make_products(self, count, prefix="SKU-"):
        self.env["product.product"].create(
            [
                {
                    "name": f"{prefix}{number:05d}",
                    "default_code": f"{prefix}{number:05d}",
                    "is_storable": True,
                }
                for number in range(1, count + 1)
            ]
        )

    def run_to_the_end(self):
        self.run_action()
        while self.connector.goods_waiting_count:
            self.run_action()

    def test_twenty_thousand_products_take_about_twenty_calls(self):
        self.make_products(MANY)
        self.sandbox.do("goods", department=QUICK_DEPARTMENT, count=MANY)
        self.run_action()
        self.run_to_the_end()
        self.assertEqual(self.connector.goods_matched_count, MANY)
        self.assertLessEqual(self.calls("queryGoodsInfo"), 25)
        self.assertFalse(self.calls("saveGoodsInfo"))
        wrong = self.env["jd.product"].search([("goods_no", "=", False)])
        self.assertFalse(wrong)

    def test_more_than_can_be_asked_by_number_are_found_in_the_list(self):
        count = const.GOODS_ASK_BATCH + 1
        self.make_products(count)
        first = self.env["product.product"].search([], limit=1)
        first.write({"default_code": False, "barcode": "SKU-00201"})
        self.sandbox.do("goods", department=QUICK_DEPARTMENT, count=150)
        self.run_to_the_end()
        listed = self.listed_at_jd()
        self.assertEqual(len(listed), count)
        rows = self.env["jd.product"].search([])
        self.assertEqual(set(rows.mapped("state")), {"matched"})
