"""A merchant's stock checks in a real browser: the opening stock, then differences."""

from datetime import datetime, timedelta, timezone

from playwright.sync_api import expect

from odoo.tests import tagged
from odoo.tools import SQL

from .live_browser_case import LiveBrowserCase

STOCK = 50
LOST, WRONG, FOUND, COUNTED, STEADY = "LOST", "WRONG", "FOUND", "COUNTED", "STEADY"
NAMES = {
    LOST: "Lip balm",
    WRONG: "Hand cream",
    FOUND: "Face mask",
    COUNTED: "Sun milk",
    STEADY: "Shampoo",
}


@tagged("post_install", "-at_install")
class TestStockJourney(LiveBrowserCase):
    def setUp(self):
        super().setUp()
        self.merchant = self.open_account(1)
        self.sandbox.do(
            "goods",
            department=self.merchant.department_no,
            goods=[{"erpGoodsNo": no, "goodsName": NAMES[no]} for no in NAMES],
        )
        self.sandbox.do("stock", warehouse=self.merchant.warehouse_no, each=STOCK)
        for reference, name in NAMES.items():
            self.odoo.create(
                "product.product",
                name=name,
                default_code=reference,
                is_storable=True,
                standard_price=2.5,
            )
        self.connect(self.merchant, subscribe=False)
        connector = [self.merchant.connector_id]
        # Nightly checks would begin at any time of these tests.
        self.odoo.call(
            "jd.connector", "write", connector, {"stock_check_nightly": False}
        )
        self.odoo.call("jd.connector", "action_match_goods", connector)
        matched = ["state", "=", "matched"], ["goods_no", "!=", False]
        self.wait_for(
            lambda: len(self.odoo.search("jd.goods", *matched)) == len(NAMES),
            "goods that are matched",
        )

    # === JD'S WAREHOUSE === #

    def lose_and_find(self):
        """Have pieces vanish and turn up at JD, some of them by a count it tells of."""
        at = {"warehouse": self.merchant.warehouse_no}
        rows = {LOST: -3, WRONG: -5, FOUND: 4}
        self.sandbox.do(
            "adjust_stock",
            **at,
            rows=[{"erpGoodsNo": no, "quantity": rows[no]} for no in rows],
        )
        self.sandbox.do(
            "count_stock",
            **at,
            rows=[{"erpGoodsNo": COUNTED, "quantity": -2}],
            reasons=["broken in the warehouse"],
        )

    def let_night_come(self):
        """Have the nightly check run, as its scheduled action does at its hour: now."""
        # A check made since then would stand for it.
        self.odoo.execute(
            SQL(
                "UPDATE jd_stock_check SET create_date = create_date - interval '1 day'"
            )
        )
        now = datetime.now(timezone(timedelta(hours=8)))  # the warehouse's own time
        hour = now.hour + now.minute / 60 + now.second / 3600
        self.odoo.call(
            "jd.connector",
            "write",
            [self.merchant.connector_id],
            {"stock_check_nightly": True, "stock_check_hour": hour},
        )
        cron = self.odoo.get_id("jd_fulfillment.ir_cron_check_stock")
        self.odoo.call("ir.cron", "method_direct_trigger", [cron])

    def read_stock(self, reference):
        """Return what Odoo has of a product in the warehouse."""
        [quant] = self.odoo.call(
            "stock.quant",
            "search_read",
            [
                ["product_id.default_code", "=", reference],
                ["location_id", "=", self.merchant.warehouse["lot_stock_id"][0]],
            ],
            ["quantity"],
        )
        return quant["quantity"]

    # === WHAT A PERSON DOES === #

    def open_activity(self, page):
        """Open the check that the user's activity is about."""
        page.goto(f"{self.odoo.url}/odoo")
        page.click(".o_menu_systray button:has(i[aria-label=Activities])")
        page.click(".o-mail-ActivityGroup[data-model_name='jd.stock.check']")
        page.click(".o_data_row:has-text('To Decide')")

    def take_over_opening_stock(self, page):
        """Check the warehouse from its form, and take over what JD holds."""
        warehouse_id = self.merchant.warehouse["id"]
        page.goto(
            f"{self.odoo.url}/odoo/action-stock.action_warehouse_form/{warehouse_id}"
        )
        page.click("button:has-text('Check Stock')")
        page.wait_for_selector("button:has-text('Take Over as Opening Stock')")
        page.click("button:has-text('Take Over as Opening Stock')")
        page.click(".modal button:has-text('Take Over')")
        self.assertStatus(page, "Done")

    def open_line(self, page, reference):
        row = f".o_list_view .o_data_row:has-text('{NAMES[reference]}')"
        page.click(f"{row} td[name=words]")
        expect(page.locator(".o_form_view h1")).to_contain_text(NAMES[reference])

    def back_to_list(self, page):
        page.click(".o_breadcrumb a:has-text('Stock Differences')")
        expect(page.locator(".o_list_view")).to_be_visible()

    # === WHAT A PERSON SEES === #

    def assertStatus(self, page, status):
        expect(
            page.locator(".o_statusbar_status .o_arrow_button_current")
        ).to_have_text(status)

    def assertExplained(self, page, kind):
        row = page.locator("[name=explanation_ids] .o_data_row", has_text=kind)
        expect(row).to_be_visible()

    def assertFits(self, page):
        wide = "document.documentElement.scrollWidth > window.innerWidth"
        self.assertFalse(page.evaluate(wide), "the page scrolls sideways")

    # === JOURNEYS === #

    def test_from_the_opening_stock_to_what_became_of_differences(self):
        with self.open_browser(viewport={"width": 1400, "height": 900}) as page:
            self.take_over_opening_stock(page)
            self.assertEqual({self.read_stock(no) for no in NAMES}, {STOCK})
            self.lose_and_find()
            self.let_night_come()
            self.open_activity(page)
            self.assertStatus(page, "To Decide")
            self.decide(page)
            self.check_again(page)
        self.see_on_a_phone()

    def decide(self, page):
        """Accept one difference, ask about one and keep one."""
        page.click("button:has-text('Decide on Differences')")
        expect(page.locator(".o_list_view .o_data_row")).to_have_count(3)

        self.open_line(page, LOST)
        page.click("button:has-text('Accept JD')")
        page.click(".modal button:has-text('Accept')")
        self.assertStatus(page, "JD's Number Accepted")
        self.assertEqual(self.read_stock(LOST), STOCK - 3)

        self.back_to_list(page)
        self.open_line(page, WRONG)
        page.click(".o_statusbar_buttons button:has-text('Ask JD')")
        expect(page.locator(".modal")).to_contain_text("JD: 45, ours: 50")
        page.click(".modal-footer button:has-text('Close')")
        self.assertStatus(page, "Waiting for JD")

        self.back_to_list(page)
        self.open_line(page, FOUND)
        page.click(".o_statusbar_buttons button:has-text('Keep Ours')")
        page.fill(".modal [name=reason] input", "Samples of ours")
        page.click(".modal-footer button:has-text('Keep Ours')")
        self.assertStatus(page, "Ours Kept")
        self.assertEqual(self.read_stock(FOUND), STOCK)

    def check_again(self, page):
        """See in a second check what became of them."""
        page.goto(f"{self.odoo.url}/odoo/jd-stock-checks")
        page.click(".o_data_row >> nth=0")
        self.assertStatus(page, "Done")
        before = page.url
        page.click("button:has-text('Check Again')")
        page.wait_for_url(lambda url: url != before)
        self.assertStatus(page, "Done")
        page.click("button[name=action_view_lines]")
        rows = page.locator(".o_list_view .o_data_row")
        expect(rows).to_have_count(3)
        expect(rows.filter(has_text=NAMES[LOST])).to_have_count(0)
        for reference, kind in (
            (WRONG, "Known from an earlier check"),
            (FOUND, "Known from an earlier check"),
            (COUNTED, "JD's own count"),
        ):
            self.open_line(page, reference)
            self.assertExplained(page, kind)
            self.back_to_list(page)

    def see_on_a_phone(self):
        phone = {"viewport": {"width": 390, "height": 844}, "has_touch": True}
        with self.open_browser(**phone, is_mobile=True) as page:
            for path in ("jd-stock-checks", "jd-stock-differences"):
                page.goto(f"{self.odoo.url}/odoo/{path}")
                card = page.locator(".o_kanban_record:not(.o_kanban_ghost)").first
                expect(card).to_be_visible()
                self.assertFits(page)
                card.click()
                expect(page.locator(".o_form_view")).to_be_visible()
                self.assertFits(page)
            page.goto(f"{self.odoo.url}/odoo/jd-overview")
            expect(page.locator(".o_jd_overview")).to_contain_text("% agree")
            self.assertFits(page)
            page.click(".o_jd_overview a:has-text('At JD')")
            expect(page.get_by_text("No open orders at JD")).to_be_visible()
