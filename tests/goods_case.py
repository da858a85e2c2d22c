"""What the tests of goods share: a connected merchant, products, JD's list."""

from .jd_case import QUICK_DEPARTMENT, JdCase


class JdGoodsCase(JdCase):
    """A connected merchant, whose products are matched by the real scheduled action.

    `CREATES`: what JD lacks is created there without asking.
    """

    CREATES = True

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.share_application()
        cls.connector = cls.connect(
            cls.make_connector(create_missing_goods=cls.CREATES)
        )
        cls.warehouse = cls.connector.warehouse_ids
        cls.keep_sandbox()

    def make_product(self, reference=None, **values):
        return self.env["product.product"].create(
            {"name": f"Product {reference}", "is_storable": True}
            | {"default_code": reference}
            | values
        )

    def make_at_jd(self, *goods, department=QUICK_DEPARTMENT):
        """Have JD know goods already; return their numbers by the merchant's."""
        rows = [{"erpGoodsNo": row} if isinstance(row, str) else row for row in goods]
        return self.sandbox.do("goods", department=department, goods=rows)

    def get_listed_at_jd(self, department=QUICK_DEPARTMENT):
        rows = self.sandbox.get("goods_list", department=department)
        return {row["erpGoodsNo"]: row for row in rows}

    def match(self, *products):
        """Ask for all products, or for some as a transfer does, and run the action."""
        if products:
            wanted = self.env["product.product"].union(*products)
            self.env["jd.goods"]._request_match(self.warehouse, wanted)
        else:
            self.connector.action_match_goods()
        self.run_cron("match_goods")

    def get_goods(self, product, warehouse=None):
        goods = self.env["jd.goods"]._get_goods(warehouse or self.warehouse, product)
        return goods.get(product.id, self.env["jd.goods"])

    def count_calls(self, name):
        rows = self.sandbox.get("calls")
        return sum(row["count"] for row in rows if row["call"] == name)

    def assertMatched(self, product, number):
        row = self.get_goods(product)
        self.assertEqual((row.state, row.goods_no), ("matched", number), row.reason)

    def assertNotAtJd(self, product, words, state="refused"):
        row = self.get_goods(product)
        self.assertEqual(row.state, state)
        self.assertRegex(row.reason, words)
        self.assertFalse(row.goods_no)
