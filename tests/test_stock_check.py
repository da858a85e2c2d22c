"""JD's stock is read whole and compared with Odoo's as of one instant."""

from datetime import timedelta

from odoo import fields
from odoo.tests import tagged
from odoo.tools import mute_logger

from .. import const
from ..lib.api import StockType
from .jd_case import QUICK_WAREHOUSE
from .order_case import JdOrderCase

WORKER = "odoo.addons.jd_fulfillment.models.mixins.jd_worker_mixin"


class StockCheckCase(JdOrderCase):
    """A warehouse whose books agree, until a test changes one side."""

    def setUp(self):
        super().setUp()
        # Only the checks that a test starts.
        self.connector.stock_check_nightly = False

    def check(self, products=None):
        """Run a check and return it."""
        check = self.env["jd.stock.check"].sudo()._start(self.warehouse, products)
        self.run_cron("check_stock")
        return check

    def make_checks_older(self, days=2):
        """Let the checks so far, and what moved goods, lie some days back."""
        self.env.flush_all()
        for table, times in (
            ("jd_stock_check", ("create_date", "taken_at")),
            ("jd_stock_check_line", ("taken_at", "decided_at", "since", "agreed_on")),
            ("jd_order_event", ("create_date",)),
            ("stock_move_line", ("write_date",)),
        ):
            sets = ", ".join(f"{at} = {at} - interval '{days} days'" for at in times)
            self.env.cr.execute(f"UPDATE {table} SET {sets}")  # noqa: S608
        self.env.invalidate_all()

    def set_stock_at_jd(self, product, quantity, **row):
        goods = {"erpGoodsNo": product.default_code, "quantity": quantity}
        self.sandbox.do("stock", warehouse=QUICK_WAREHOUSE, rows=[goods | row])

    def set_stock_in_odoo(self, product, quantity, place=None):
        place = place or self.warehouse.lot_stock_id
        quants = self.env["stock.quant"]
        have = quants._get_available_quantity(product, place)
        quants._update_available_quantity(product, place, quantity - have)


@tagged("post_install", "-at_install")
class TestStockCheck(StockCheckCase):
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

    def test_levels_are_compared_each_on_its_own(self):
        product = self.products[0]
        self.set_stock_at_jd(product, 4, goodsLevel="210")
        defective = self.warehouse._jd_get_location("200")
        self.set_stock_in_odoo(product, 1, defective)
        line = self.check().line_ids
        self.assertEqual((line.level, line.difference), ("200", 3))

    def test_a_location_inside_counts_and_one_elsewhere_does_not(self):
        product = self.products[0]
        shelf = self.env["stock.location"].create(
            {"name": "Shelf", "location_id": self.warehouse.lot_stock_id.id}
        )
        elsewhere = self.env["stock.warehouse"].create({"name": "Own", "code": "OWN"})
        self.set_stock_in_odoo(product, self.STOCK - 10)
        self.set_stock_in_odoo(product, 10, shelf)
        self.set_stock_in_odoo(product, 5, elsewhere.lot_stock_id)
        self.assertEqual(self.check().state, "done")

    def test_some_products_are_compared_alone(self):
        for product in self.products:
            self.set_stock_at_jd(product, 1)
        check = self.check(self.products[1])
        self.assertEqual(check.line_ids.product_id, self.products[1])
        self.assertEqual(check.goods_count, 1)
        self.assertTrue(check.is_partial)

    def test_when_a_difference_began_and_last_agreed_is_kept(self):
        unknown = {"erpGoodsNo": "UNKNOWN", "quantity": 4}
        self.sandbox.do(
            "goods",
            department=self.connector.department_no,
            goods=[{"erpGoodsNo": "UNKNOWN"}],
        )
        agreed = self.check()
        self.make_checks_older()
        self.set_stock_at_jd(self.products[0], self.STOCK - 1)
        self.sandbox.do("stock", warehouse=QUICK_WAREHOUSE, rows=[unknown])
        first = self.check().line_ids
        self.make_checks_older()
        second = self.check().line_ids
        for lines in (first, second):
            self.assertEqual(len(lines), 2)
            self.assertEqual(set(lines.mapped("since")), {first.check_id.taken_at})
            self.assertEqual(set(lines.mapped("agreed_on")), {agreed.taken_at})

    def test_a_check_that_runs_is_not_started_a_second_time(self):
        checks = self.env["jd.stock.check"].sudo()
        whole = checks._start(self.warehouse)
        some = checks._start(self.warehouse, self.products[0])
        self.assertNotEqual(whole, some)
        self.assertEqual(checks._start(self.warehouse), whole)
        self.assertEqual(checks._start(self.warehouse, self.products[0]), some)

    def test_what_was_accepted_explains_no_later_difference(self):
        product = self.products[0]
        self.check()
        self.make_checks_older()
        quant = self.env["stock.quant"]._gather(product, self.warehouse.lot_stock_id)
        quant = quant.with_context(inventory_mode=True)
        quant.inventory_quantity = self.STOCK + 5
        quant.action_apply_inventory()
        line = self.check(product).line_ids
        self.assertEqual(line.explanation_ids.kind, "odoo_only")
        line._accept(self.env.user)
        self.assertEqual(line.state, "accepted", line.problem)
        self.set_stock_at_jd(product, self.STOCK - 5)
        self.assertEqual(self.check().line_ids.unexplained, -5)

    def test_the_opening_stock_is_offered_until_something_has_moved(self):
        for product in self.products:
            self.set_stock_in_odoo(product, 0)  # with rows that say none
        for _night in range(2):
            check = self.check()
            self.assertTrue(check.is_opening)
            self.assertEqual(set(check.line_ids.mapped("state")), {"open"})
        check.line_ids[0]._accept(self.env.user)
        self.assertEqual(check.line_ids[0].state, "accepted")
        self.set_stock_in_odoo(check.line_ids[0].product_id, 0)
        self.assertFalse(self.check().is_opening)

    # === NOT REPORTED === #

    def test_an_empty_answer_is_an_outage_and_not_a_stock_of_nothing(self):
        self.patch_answers({"path": "data", "value": {"totalNum": 0}})
        check = self.check()
        self.assertEqual(check.state, "incomplete")
        self.assertIn("Not reported is not zero", check.problem)
        self.assertFalse(check.line_ids)
        self.assertTrue(check.activity_ids)

    def patch_answers(self, change, **where):
        """Have JD answer otherwise to all questions about stock, or some of them."""
        self.sandbox.do(
            "fault",
            kind="patch",
            call="queryStock",
            count=10_000,
            patch=[change],
            where=where,
        )

    def test_goods_that_jd_leaves_out_are_not_taken_for_none(self):
        product = self.env["product.product"].create(
            {"name": "Unlisted", "default_code": "U-1", "is_storable": True}
        )
        self.sandbox.do(
            "goods",
            department=self.connector.department_no,
            goods=[{"erpGoodsNo": "U-1"}],
        )
        self.run_cron("match_goods")
        self.set_stock_in_odoo(product, 7)
        line = self.check().line_ids
        self.assertFalse(line.is_reported)
        self.assertEqual(line.words, "JD does not report it; Odoo has 7")

    def test_goods_without_a_number_are_not_taken_for_none(self):
        no_number = {"path": "data.resultList.0.stockNum", "delete": True}
        self.patch_answers(no_number, stockType=StockType.SELLABLE)
        line = self.check().line_ids
        self.assertEqual((len(line), line.is_reported), (1, False))

    # === INCOMPLETE === #

    def test_goods_that_were_not_asked_for_propose_nothing(self):
        other = {"path": "data.resultList.0.goodsNo", "value": "EMG0000000009999"}
        self.patch_answers(other, stockType=StockType.SELLABLE)
        check = self.check(self.products[0])
        self.assertEqual(check.state, "waiting")
        self.assertFalse(check.line_ids)

    def test_pages_that_contradict_each_other_propose_nothing(self):
        self.set_stock_at_jd(self.products[0], 1)
        self.patch_answers({"path": "data.totalNum", "value": 3})
        check = self.check()
        for _attempt in range(const.STOCK_READING_ATTEMPTS):
            check.retry_at = False
            self.run_cron("check_stock")
        self.assertEqual(check.state, "incomplete", check.problem)
        self.assertFalse(check.line_ids)
        self.assertTrue(check.problem)

    def test_an_expired_login_ends_the_check_and_says_so(self):
        self.sandbox.do("tokens", expire=True)
        with mute_logger(WORKER):
            check = self.check()
        self.assertEqual(check.state, "incomplete")
        self.assertEqual(self.connector.state, "expired")

    def test_a_throttled_reading_begins_anew_later(self):
        self.set_stock_at_jd(self.products[0], self.STOCK - 2)
        self.sandbox.do("fault", kind="throttle", call="queryStock", count=1)
        check = self.check()
        self.assertEqual(check.state, "waiting")
        self.assertGreater(check.retry_at, fields.Datetime.now())
        self.assertFalse(check.page_ids)
        check.retry_at = False
        self.run_cron("check_stock")
        self.assertEqual(check.line_ids.difference, -2)

    def test_what_takes_too_long_to_be_of_one_moment_begins_anew(self):
        check = self.env["jd.stock.check"].sudo()._start(self.warehouse)
        long_ago = fields.Datetime.now() - const.STOCK_READING_LIMIT * 2
        check.write({"state": "reading", "started_at": long_ago, "pages_read": 1})
        self.env["jd.stock.check.page"].sudo().create(
            {
                "check_id": check.id,
                "part": "stock:1:0",
                "number": 1,
                "rows": [["EMG1", "100", 5, 5]],
                "came": 1,
                "total_rows": 1,
            }
        )
        self.run_cron("check_stock")
        self.assertEqual(check.state, "done", check.problem)
        self.assertGreater(check.started_at, long_ago)

    def test_what_always_takes_too_long_is_told(self):
        check = self.env["jd.stock.check"].sudo()._start(self.warehouse)
        for _attempt in range(const.STOCK_READING_ATTEMPTS):
            long_ago = fields.Datetime.now() - const.STOCK_READING_LIMIT * 2
            check.write({"state": "reading", "started_at": long_ago})
            check.attempts += 1
        self.run_cron("check_stock")
        self.assertEqual(check.state, "incomplete")
        self.assertIn("too slowly", check.problem)
        self.assertTrue(check.activity_ids)

    def test_a_check_that_never_gets_its_calls_is_told_after_two_days(self):
        self.sandbox.do("fault", kind="throttle", call="queryStock")
        check = self.check()
        self.assertEqual(check.state, "waiting")
        self.env.cr.execute(
            "UPDATE jd_stock_check SET create_date = create_date - interval '3 days'"
        )
        self.env.invalidate_all()
        check.retry_at = False
        self.run_cron("check_stock")
        self.assertEqual(check.state, "incomplete")
        self.assertTrue(check.activity_ids)

    def test_goods_that_moved_meanwhile_are_compared_once_more_in_a_while(self):
        product = self.products[0]
        order = self.make_delivery(2).jd_order_id
        self.run_cron("push_orders")
        self.pull(order)
        self.pass_time(hours=1)
        self.set_stock_at_jd(product, self.STOCK - 1)
        # Nobody knows whether the order has moved them.
        self.sandbox.do("fault", kind="timeout_before", call="querySoOrder", count=1)
        check = self.check()
        line = check.line_ids
        self.assertEqual((check.state, line.state), ("done", "moving"))
        recount = self.env["jd.stock.check"].search([("state", "=", "waiting")])
        self.assertEqual(recount.product_ids, product)
        self.run_cron("check_stock")
        self.assertEqual(recount.state, "waiting")  # it is too early
        self.make_checks_older()
        recount.sudo().retry_at = "2020-01-01"
        self.run_cron("check_stock")
        self.assertEqual((recount.state, recount.line_ids.unexplained), ("review", -1))
        self.assertEqual(line.state, "replaced")
        self.assertFalse(recount.search([("state", "=", "waiting")]))

    def test_old_checks_are_deleted_but_the_latest_of_a_warehouse(self):
        first, second = self.check(), self.check()
        running = self.env["jd.stock.check"].sudo()._start(self.warehouse)
        self.env.cr.execute(
            "UPDATE jd_stock_check SET create_date = create_date - interval '2 years'"
        )
        self.env.invalidate_all()
        self.env["jd.stock.check"].sudo()._gc_checks()
        self.assertEqual((first | second | running).exists(), second | running)

    def test_a_decision_that_holds_is_kept_with_its_check(self):
        self.check()
        self.make_checks_older()
        self.set_stock_at_jd(self.products[0], self.STOCK - 3)
        self.check().line_ids._keep("Counted")
        self.make_checks_older(400)
        for _night in range(2):
            self.assertEqual(self.check().line_ids.main_kind, "decided")
            self.env["jd.stock.check"].sudo()._gc_checks()

    def test_every_hold_has_a_name(self):
        names = self.env["jd.stock.check.line"]._get_hold_names()
        self.assertEqual(set(names), set(StockType.IN_WAREHOUSE) - {StockType.SELLABLE})

    def test_jd_may_refuse_to_list_its_counts(self):
        self.sandbox.do("fault", kind="refuse", call="queryCheckStock", code="2005")
        self.assertEqual(self.check().state, "done")

    # === LARGE === #

    def test_many_pages_are_read_each_once(self):
        goods = [{"erpGoodsNo": f"M-{number}"} for number in range(2_500)]
        self.sandbox.do("goods", department=self.connector.department_no, goods=goods)
        self.sandbox.do("stock", warehouse=QUICK_WAREHOUSE, each=self.STOCK)
        before = self.count_calls()
        check = self.check()
        self.assertEqual(check.difference_count, 2_500)
        self.assertEqual(set(check.line_ids.mapped("difference")), {self.STOCK})
        self.assertEqual(set(check.line_ids.mapped("state")), {"explained"})
        # Three pages of what is for sale, one of each other kind of stock.
        kinds = len(StockType.IN_WAREHOUSE)
        self.assertEqual(self.count_calls() - before, kinds + 2)

    def count_calls(self):
        return sum(
            row["count"]
            for row in self.sandbox.get("calls")
            if row["call"] == "queryStock"
        )

    # === NIGHT === #

    def test_each_night_has_one_check_at_its_hour_of_the_warehouse(self):
        self.connector.stock_check_nightly = True
        checks = self.env["jd.stock.check"].sudo()
        self.warehouse.partner_id.tz = "Asia/Jakarta"
        local = fields.Datetime.now() + timedelta(hours=7)
        hour = local.hour + local.minute / 60
        self.connector.stock_check_hour = min(hour + 0.5, 23.99)
        if hour < 23:
            checks._start_nightly()
            self.assertFalse(checks.search([]))
        self.connector.stock_check_hour = max(hour - 0.1, 0)
        for _run in range(2):
            checks._start_nightly()
        self.assertEqual(len(checks.search([("is_nightly", "=", True)])), 1)

    def test_a_check_that_somebody_started_since_then_serves_as_the_night_s(self):
        self.connector.stock_check_nightly = True
        self.connector.stock_check_hour = 0
        checks = self.env["jd.stock.check"].sudo()
        self.connector.action_check_stock()
        check = checks.search([])
        checks._start_nightly()
        self.assertFalse(checks.search([("is_nightly", "=", True)]))
        check.action_stop()
        checks._start_nightly()
        self.assertTrue(checks.search([("is_nightly", "=", True)]))

    def test_a_warehouse_of_jds_has_jds_night(self):
        self.assertEqual(self.warehouse.partner_id.tz, const.JD_TZ)

    # === LEDGER === #

    def test_the_ledger_tells_from_the_last_agreement_to_jds_number(self):
        product = self.products[0]
        self.check()
        self.make_checks_older()
        delivery = self.make_delivery(4)
        self.run_cron("push_orders")
        self.sandbox.do("advance", to="10020")
        delivery.jd_order_ids.pull_at = fields.Datetime.now()
        self.run_cron("follow_orders")
        self.run_cron("close_orders")
        self.assertEqual(delivery.state, "done")
        self.set_stock_at_jd(product, self.STOCK - 4 - 6)
        line = self.check().line_ids
        ledger = self.env["jd.stock.ledger"].browse(line.action_view_ledger()["res_id"])
        self.assertEqual(ledger.line_ids.mapped("kind"), ["opening", "shipment"])
        self.assertEqual(ledger.line_ids.mapped("quantity"), [self.STOCK, -4])
        self.assertEqual(ledger.expected, self.STOCK - 4)
        self.assertEqual((ledger.jd_quantity, ledger.rest), (self.STOCK - 10, -6))
