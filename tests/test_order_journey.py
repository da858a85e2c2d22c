"""A delivery in a real browser, from its confirmation to its end, while JD works on it.

Nothing is pushed along: the server's own scheduled actions send, hear, ask and close.
"""

import re

from playwright.sync_api import expect

from odoo.tests import tagged

from .live_browser_case import LiveBrowserCase


@tagged("post_install", "-at_install")
class TestOrderJourney(LiveBrowserCase):
    def setUp(self):
        super().setUp()
        self.sandbox.do("settings", speed=0)

    def prepare(self, number, subscribe):
        merchant = self.open_account(number)
        self.connect(merchant, subscribe)
        self.make_product(merchant, f"GOODS-{number}")
        return merchant

    def advance(self, merchant, code):
        """Bring the merchant's order at JD to a status, as JD's clerks do."""
        number = self.get_order_at_jd(merchant)["orderNo"]
        self.sandbox.do("advance", orders=[number], to=code)

    # === WHAT A PERSON DOES === #

    def choose(self, page, field, text):
        box = page.locator(field)
        box.click()
        box.fill(text)
        page.click(f".o-autocomplete--dropdown-item:has-text('{text}')")

    def confirm_delivery(self, page, merchant, number, quantity):
        """Create and confirm a delivery on the pages of Odoo's Inventory."""
        page.goto(f"{self.odoo.url}/odoo/deliveries/new")
        kind = f"JD{number:03}: Delivery Orders"  # the end of the warehouse's number
        self.choose(page, "[name=picking_type_id] input", kind)
        self.choose(page, "[name=partner_id] input", "A customer")
        page.click("text=Add a Product")
        row, reference = ".o_selected_row", f"GOODS-{number}"
        product = f"{row} [name=product_id] input"
        self.choose(page, product, reference)
        page.wait_for_timeout(1_000)
        # Odoo's answer to an earlier choice may have emptied the row meanwhile.
        if reference not in page.input_value(product):
            self.choose(page, product, reference)
        page.fill(f"{row} [name=product_uom_qty] input", str(quantity))
        page.click("button:has-text('Mark as Todo')")
        expect(self.get_state(page)).to_have_text("Ready")

    def cancel(self, page):
        page.click(".o_statusbar_buttons button[name=action_cancel]")
        page.click(".modal button:has-text('Ask JD to Cancel')")

    # === WHAT A PERSON SEES === #

    def get_state(self, page):
        return page.locator(".o_statusbar_status .o_arrow_button_current")

    def assertReportedByJd(self, page, text):
        expect(page.locator("button[name=action_jd_open_order]")).to_contain_text(text)

    def assertSaid(self, page, text):
        expect(page.locator(".o_form_view .alert", has_text=text)).to_be_visible()

    def assertShowsWaybill(self, page):
        page.click(".o_notebook .nav-link:has-text('JD')")
        expect(page.locator("[name=jd_waybills]")).to_have_text(re.compile(r"\w{8,}"))

    def read_picking(self, page, *names):
        picking_id = int(page.url.rstrip("/").rsplit("/", 1)[1])
        return self.odoo.read("stock.picking", picking_id, *names)

    # === JOURNEYS === #

    def test_with_messages_everything_happens_while_the_browser_watches(self):
        merchant = self.prepare(1, subscribe=True)
        asked = self.count_calls("querySoOrder")
        with self.open_browser() as page:
            self.confirm_delivery(page, merchant, 1, quantity=3)
            self.assertReportedByJd(page, "Received by JD")
            self.assertSaid(page, "JD is at work on it")
            expect(
                page.locator(".o_statusbar_buttons button:has-text('Validate')")
            ).to_have_count(0)
            at_jd = self.get_order_at_jd(merchant)
            jd_page = page.context.new_page()
            jd_page.goto(self.sandbox.url)
            expect(jd_page.get_by_text(at_jd["orderNo"]).first).to_be_visible()
            for code, status in (
                (100130, "Waybill assigned"),
                (10016, "Picked off the shelf"),
                (10018, "Packed"),
            ):
                self.advance(merchant, code)
                self.assertReportedByJd(page, status)
            self.sandbox.do("settings", speed=0.2)
            expect(self.get_state(page)).to_have_text("Done")
            self.assertShowsWaybill(page)
            [move_id] = self.read_picking(page, "move_ids")["move_ids"]
            move = self.odoo.read("stock.move", move_id, "quantity", "state")
            self.assertEqual((move["quantity"], move["state"]), (3, "done"))
        # Five messages for one order do not cost five questions.
        self.assertLessEqual(self.count_calls("querySoOrder") - asked, 3)

    def test_without_messages_the_pull_button_brings_it_home(self):
        merchant = self.prepare(2, subscribe=False)
        with self.open_browser() as page:
            self.confirm_delivery(page, merchant, 2, quantity=2)
            self.assertReportedByJd(page, "Accepted")
            self.advance(merchant, 10017)
            page.wait_for_timeout(4000)
            self.assertReportedByJd(page, "Accepted")
            page.click("button:has-text('Pull JD Status')")
            expect(page.get_by_text("JD is being asked")).to_be_visible()
            self.assertReportedByJd(page, "Checked")
            self.advance(merchant, 10020)
            page.click("button:has-text('Pull JD Status')")
            expect(self.get_state(page)).to_have_text("Done")
            self.assertShowsWaybill(page)
        number = self.get_order_at_jd(merchant)["orderNo"]
        self.assertEqual(self.sandbox.get("messages", order=number), [])

    def test_the_connection_asks_about_all_its_orders(self):
        merchant = self.prepare(3, subscribe=False)
        with self.open_browser() as page:
            self.confirm_delivery(page, merchant, 3, quantity=1)
            self.assertReportedByJd(page, "Accepted")
            delivery = page.url
            self.advance(merchant, 10020)
            page.goto(f"{self.odoo.url}/odoo/jd-fulfillment/{merchant.connector_id}")
            page.click(".o_statusbar_buttons button:has-text('Pull Status')")
            expect(page.get_by_text("JD is being asked")).to_be_visible()
            page.goto(delivery)
            expect(self.get_state(page)).to_have_text("Done")

    def test_a_cancel_in_time(self):
        merchant = self.prepare(4, subscribe=True)
        with self.open_browser() as page:
            self.confirm_delivery(page, merchant, 4, quantity=1)
            self.assertReportedByJd(page, "Received by JD")
            self.cancel(page)
            expect(self.get_state(page)).to_have_text("Cancelled")
        self.assertEqual(self.get_order_at_jd(merchant)["status"], 10028)

    def test_a_cancel_that_jd_takes_its_time_for(self):
        merchant = self.prepare(5, subscribe=True)
        self.sandbox.do("settings", cancel="later, agreed")
        self.addCleanup(self.sandbox.do, "settings", cancel="at once")
        with self.open_browser() as page:
            self.confirm_delivery(page, merchant, 5, quantity=1)
            self.assertReportedByJd(page, "Received by JD")
            self.cancel(page)
            self.assertSaid(page, "JD is asked to cancel")
            expect(self.get_state(page)).to_have_text("Ready")
            expect(page.locator("button[name=action_cancel]")).to_have_count(0)
            self.wait_for(
                lambda: self.get_order_at_jd(merchant)["status"] == 10027,
                "JD's own wait",
            )
            self.sandbox.do("settle")
            expect(self.get_state(page)).to_have_text("Cancelled")

    def test_a_cancel_too_late_says_why(self):
        merchant = self.prepare(6, subscribe=True)
        with self.open_browser() as page:
            self.confirm_delivery(page, merchant, 6, quantity=1)
            self.assertReportedByJd(page, "Received by JD")
            self.advance(merchant, 10016)
            self.assertReportedByJd(page, "Picked off the shelf")
            self.cancel(page)
            dialog = page.locator(".modal", has_text="cannot be cancelled any more")
            expect(dialog).to_contain_text("JD has already picked the goods")
            dialog.locator("button:has-text('Close')").click()
            self.sandbox.do("settings", speed=0.2)
            expect(self.get_state(page)).to_have_text("Done")

    def test_a_cancel_that_jd_refuses_says_so_on_the_transfer(self):
        merchant = self.prepare(7, subscribe=False)
        with self.open_browser() as page:
            self.confirm_delivery(page, merchant, 7, quantity=1)
            self.assertReportedByJd(page, "Accepted")
            # Odoo has not heard that the goods are off the shelf.
            self.advance(merchant, 10017)
            self.cancel(page)
            self.assertSaid(page, "JD did not cancel this order")
            expect(self.get_state(page)).to_have_text("Ready")
            self.assertSaid(page, "JD is at work on it")

    def test_on_a_phone(self):
        merchant = self.prepare(8, subscribe=True)
        self.sandbox.do("settings", speed=0.5)
        [product_id] = self.odoo.search(
            "product.product", ["default_code", "=", "GOODS-8"]
        )
        picking_id = self.make_delivery(merchant, product_id, 1)
        phone = {"viewport": {"width": 390, "height": 844}, "has_touch": True}
        with self.open_browser(**phone, is_mobile=True) as page:
            page.goto(f"{self.odoo.url}/odoo/deliveries/{picking_id}")
            self.wait_for(
                lambda: self.read_picking(page, "state")["state"] == "done", "the end"
            )
            self.assertShowsWaybill(page)
            wide = "document.documentElement.scrollWidth > window.innerWidth"
            self.assertFalse(page.evaluate(wide), "the page scrolls sideways")
