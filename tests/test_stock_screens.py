"""What people see of stock checks, what opens, and what the settings refuse."""

from odoo.exceptions import AccessError, ValidationError
from odoo.tests import Form, tagged

from .test_stock_check import StockCheckCase

LIMITS = {"units": -1, "percent": -0.5, "value": -10}


@tagged("post_install", "-at_install")
class TestStockScreens(StockCheckCase):
    def find_difference(self, pieces=-3):
        """Return the line of a difference that a check has found."""
        self.set_stock_at_jd(self.products[0], self.STOCK + pieces)
        return self.check().line_ids

    def explain(self, line, document=None, **values):
        """Add an explanation to a line."""
        return self.env["jd.stock.check.explanation"].create(
            {
                "line_id": line.id,
                "kind": "shipped",
                "quantity": -1,
                "res_model": document is not None and document._name,
                "res_id": document is not None and document.id,
                "document_name": document is not None and document.display_name,
                **values,
            }
        )

    def open(self, record, user):
        return Form(self.as_user(record, user))

    # === SETTINGS === #

    def test_the_hour_is_a_time_of_the_day(self):
        self.connector.stock_check_hour = 23.75
        for hour in (-0.5, 24, 30):
            with self.assertRefused("a time of the day", ValidationError):
                self.connector.stock_check_hour = hour

    def test_a_limit_is_not_negative_and_at_most_all_of_the_stock(self):
        categories = self.env["product.category"].create({"name": "Tea"})
        for record, prefix in ((self.connector, ""), (categories, "jd_")):
            for limit, wrong in LIMITS.items():
                with self.assertRefused("cannot be negative", ValidationError):
                    record[f"{prefix}stock_check_{limit}"] = wrong
            with self.assertRefused("100 %", ValidationError):
                record[f"{prefix}stock_check_percent"] = 100.5
            record[f"{prefix}stock_check_percent"] = 100

    def test_the_alert_is_a_share(self):
        self.connector.stock_check_agreement = 100
        for share in (-1, 101):
            with self.assertRefused("between 0 and 100", ValidationError):
                self.connector.stock_check_agreement = share

    # === EVERYTHING OPENS === #

    def test_every_screen_opens_for_who_may_see_it(self):
        line = self.find_difference()
        picking = self.make_delivery(1)
        self.explain(line, picking)
        records = (line, line.check_id, self.connector, self.products[0])
        for user in (self.stock_user, self.manager):
            for record in (*records, self.products[0].product_tmpl_id):
                with self.subTest(user=user.login, record=record._name):
                    self.assertTrue(self.open(record, user))

    def test_a_check_opens_its_differences_and_explanations(self):
        line = self.find_difference()
        row = self.explain(line, self.make_delivery(1))
        check = self.as_user(line.check_id, self.stock_user)
        for action, found in (
            (check.action_view_lines(), line),
            (check.action_view_explanations(), row),
        ):
            records = self.env[action["res_model"]].search(action["domain"])
            self.assertEqual(records, found)

    def test_the_latest_checks_are_those_since_the_whole_was_compared(self):
        checks = self.env["jd.stock.check"]
        first, part = self.check(), self.check(self.products[0])
        self.assertEqual(checks.search([("is_latest", "=", True)]), part | first)
        whole = self.check()
        self.assertEqual(checks.search([("is_latest", "=", True)]), whole)
        self.assertEqual(
            (first | part | whole).mapped("is_latest"), [False, False, True]
        )
        stopped = self.env["jd.stock.check"]._start(self.warehouse)
        self.assertFalse(stopped.is_latest)

    def test_the_main_explanation_is_that_of_most_pieces(self):
        line = self.find_difference()
        self.assertFalse(line.main_kind)
        self.explain(line)
        self.explain(line, kind="jd_count", quantity=2)
        self.assertEqual(line.main_kind, "jd_count")

    # === DOCUMENTS === #

    def test_an_explanation_opens_its_document(self):
        picking = self.make_delivery(1)
        row = self.explain(self.find_difference(), picking)
        action = self.as_user(row, self.stock_user).action_open_document()
        self.assertEqual(
            (action["res_model"], action["res_id"]), ("stock.picking", picking.id)
        )

    def test_a_deleted_document_is_said(self):
        picking = self.make_delivery(1).copy()
        row = self.explain(self.find_difference(), picking)
        picking.unlink()
        with self.assertRefused("was deleted since"):
            self.as_user(row, self.stock_user).action_open_document()

    def test_a_document_opens_for_who_may_read_it_only(self):
        row = self.explain(
            self.find_difference(),
            self.env["jd.message"].create(
                {
                    "connector_id": self.connector.id,
                    "message_no": "M1",
                }
            ),
        )
        self.assertTrue(self.as_user(row, self.manager).action_open_document())
        with self.assertRaises(AccessError):
            self.as_user(row, self.stock_user).action_open_document()

    # === PRODUCTS === #

    def get_words(self, record):
        self.env.invalidate_all()
        words = self.as_user(record, self.stock_user).jd_stock_words
        return words and words.replace("\u00a0", " ")

    def test_a_product_shows_both_numbers_where_they_differ(self):
        product, other = self.products
        self.assertFalse(self.get_words(product))
        line = self.find_difference(-5)
        self.assertEqual(self.get_words(product), "JD 995 · Odoo 1000")
        self.assertEqual(self.get_words(product.product_tmpl_id), "JD 995 · Odoo 1000")
        self.assertEqual(self.get_words(other), "JD agrees")
        line.state = "accepted"
        self.assertEqual(self.get_words(product), "JD agrees")

    def test_a_later_check_of_the_product_alone_counts(self):
        product = self.products[0]
        self.find_difference(-5)
        self.set_stock_at_jd(product, self.STOCK)
        self.check(product)
        self.assertEqual(self.get_words(product), "JD agrees")

    def test_a_product_that_jd_does_not_report_has_no_number_there(self):
        line = self.find_difference()
        line.write({"is_reported": False, "jd_quantity": 0})
        self.assertEqual(self.get_words(self.products[0]), "JD – · Odoo 1000")

    def test_a_product_that_jd_does_not_have_says_nothing(self):
        self.check()
        unknown = self.env["product.product"].create({"name": "X"})
        self.assertFalse(self.get_words(unknown))

    # === STARTING === #

    def test_products_templates_and_categories_are_checked_alone(self):
        product = self.products[0]
        product.categ_id = self.env["product.category"].create({"name": "Tea"})
        for record in (product, product.product_tmpl_id, product.categ_id):
            action = self.as_user(record, self.manager).action_jd_check_stock()
            check = self.env["jd.stock.check"].browse(action["res_id"])
            self.assertEqual(check.product_ids, product)
            self.assertEqual(check.user_id, self.manager)
            self.run_cron("check_stock")
            self.assertEqual(check.goods_count, 1)

    def test_products_that_jd_does_not_have_are_refused_with_the_reason(self):
        product = self.env["product.product"].create({"name": "X"})
        with self.assertRefused("nothing to compare"):
            self.as_user(product, self.manager).action_jd_check_stock()

    def test_a_connection_checks_its_warehouses_and_counts_what_is_open(self):
        self.set_stock_at_jd(self.products[0], 1)
        action = self.as_user(self.connector, self.manager).action_check_stock()
        self.run_cron("check_stock")
        check = self.env["jd.stock.check"].browse(action["res_id"])
        self.assertEqual(check.warehouse_id, self.warehouse)
        self.assertEqual(self.connector.stock_open_count, 1)

    def test_a_check_is_done_again_for_the_same_goods(self):
        check = self.check(self.products[0])
        action = self.as_user(check, self.manager).action_check_again()
        again = self.env["jd.stock.check"].browse(action["res_id"])
        self.assertNotEqual(again, check)
        self.assertEqual(again.product_ids, self.products[0])

    def test_only_jd_managers_start_checks(self):
        for record, method in (
            (self.products[0], "action_jd_check_stock"),
            (self.warehouse, "action_jd_check_stock"),
            (self.connector, "action_check_stock"),
            (self.check(), "action_check_again"),
        ):
            with self.subTest(record._name), self.assertRaises(AccessError):
                getattr(self.as_user(record, self.stock_user), method)()
