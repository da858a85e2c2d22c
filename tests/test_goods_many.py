from odoo.tests import tagged
from odoo.tools import SQL

from .. import const
from .goods_case import JdGoodsCase
from .jd_case import QUICK_DEPARTMENT

MANY = 10_000


@tagged("post_install", "-at_install")
class TestMany(JdGoodsCase):
    def multiply(self, product, count):
        """Make the product `count` products: SKU-00001, SKU-00002 and so on."""
        codes = [f"SKU-{number:05}" for number in range(1, count + 1)]
        product.default_code = codes[0]
        self.copy_rows(
            product,
            count - 1,
            product_tmpl_id=self.copy_rows(product.product_tmpl_id, count - 1),
            default_code=codes[1:],
        )
        # As autovacuum does a moment later in a database that is at work: without
        # statistics PostgreSQL compares all variants with all templates.
        self.env.cr.execute("ANALYZE product_product, product_template")
        self.env.invalidate_all()

    def copy_rows(self, record, count, **changed):
        """Copy the record's database row and return the new ids."""
        record.flush_recordset()
        columns = [
            name
            for name, field in record._fields.items()
            if field.store and field.column_type and name not in {"id", *changed}
        ]
        names = SQL(", ").join(map(SQL.identifier, [*columns, *changed]))
        values = SQL(", ").join(map(SQL.identifier, columns))
        for ids in changed.values():
            values = SQL("%s, (%s)[n]", values, ids)
        table = SQL.identifier(record._table)
        rows = self.env.execute_query(
            SQL(
                """INSERT INTO %s (%s) SELECT %s FROM %s, generate_series(1, %s) AS n
                    WHERE id = %s RETURNING id""",
                *(table, names, values, table, count, record.id),
            )
        )
        return [row[0] for row in rows]

    def run_to_the_end(self):
        self.run_cron("match_goods")
        while self.connector.goods_waiting_count:
            self.run_cron("match_goods")

    def test_ten_thousand_products_take_about_ten_calls(self):
        self.multiply(self.make_product("SKU"), MANY)
        self.sandbox.do("goods", department=QUICK_DEPARTMENT, count=MANY)
        self.run_to_the_end()
        self.assertEqual(self.connector.goods_matched_count, MANY)
        self.assertLessEqual(self.count_calls("queryGoodsInfo"), 13)
        self.assertFalse(self.count_calls("saveGoodsInfo"))
        listed = self.get_listed_at_jd()
        for row in self.env["jd.goods"].search([], limit=100, order="id desc"):
            self.assertEqual(row.goods_no, listed[row.default_code]["goodsNo"])

    def test_more_than_can_be_asked_by_number_are_looked_for_in_the_list(self):
        count = const.GOODS_ASK_BATCH + 1
        by_barcode = self.make_product(barcode="SKU-00003")
        self.multiply(self.make_product("SKU"), count)
        self.env["product.product"].search(
            [("default_code", "=", "SKU-00003")]
        ).unlink()
        self.sandbox.do("goods", department=QUICK_DEPARTMENT, count=150)
        self.run_to_the_end()
        self.assertEqual(self.connector.goods_matched_count, count)
        self.assertEqual(len(self.get_listed_at_jd()), count)
        self.assertEqual(self.count_calls("saveGoodsInfo"), count - 150)
        known = self.get_listed_at_jd()["SKU-00003"]["goodsNo"]
        self.assertMatched(by_barcode, known)
