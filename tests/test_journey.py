"""The main job in a real browser: from Odoo's menus across JD's login page and back."""

from playwright.sync_api import expect

from odoo.tests import tagged

from .jd_browser_case import JdBrowserCase
from .jd_case import (
    BEAUTY,
    FASHION,
    PASSWORDS,
    QUICK_DEPARTMENT,
    QUICK_NAME,
    QUICK_WAREHOUSE,
)

# Has the form's own question about the login take its time, and a button even more.
SLOW = """
    const delays = {action_after_login: 2000, action_start_connecting: 4000};
    const {open, send} = XMLHttpRequest.prototype;
    XMLHttpRequest.prototype.open = function (method, url) {
        const found = Object.keys(delays).find((name) => url.includes(name));
        this.delay = delays[found] || 0;
        return open.apply(this, arguments);
    };
    XMLHttpRequest.prototype.send = function () {
        setTimeout(() => send.apply(this, arguments), this.delay);
    };
"""


@tagged("post_install", "-at_install")
class TestJourney(JdBrowserCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.share_application()

    def open_connections(self, page):
        page.click(".o_navbar_apps_menu button")
        page.click(".o_app:has-text('Inventory')")
        expect(page.locator(".o_breadcrumb")).to_contain_text("Inventory Overview")
        page.click(".o_menu_sections button:has-text('JD Fulfillment')")
        page.click(".dropdown-item:has-text('Connections')")
        expect(page.get_by_text("Connect your JD warehouse")).to_be_visible()

    def open_overview(self, page):
        page.click(".o_navbar_apps_menu button")
        page.click(".o_app:has-text('Inventory')")
        expect(page.locator(".o_breadcrumb")).to_contain_text("Inventory Overview")
        page.click(".o_menu_sections button:has-text('JD Fulfillment')")
        page.click(".o-dropdown--menu .dropdown-item:has-text('Overview')")
        expect(page.get_by_text("Connect your JD warehouse")).to_be_visible()

    def fill(self, page, **values):
        for name, value in values.items():
            page.fill(f".o_field_widget[name={name}] input", value)

    def sign_in_at_jd(self, page, account, tick):
        page.wait_for_url(f"{self.sandbox.url}/oauth/authorize**")
        page.fill("input[name=account]", account)
        page.fill("input[name=password]", PASSWORDS[account])
        if tick:
            page.check("input[name=subscribe]")
        page.click("button[value=signin]")
        page.wait_for_url(f"{self.base_url()}/odoo/jd-fulfillment/*")

    def connect_quick(self, page, tick):
        self.open_overview(page)
        page.click(".o_view_nocontent a:has-text('Connect')")
        self.fill(
            page,
            pin=" jd_demo_quick ",
            department_no=QUICK_DEPARTMENT,
            warehouse_no=QUICK_WAREHOUSE,
        )
        page.click("button:has-text('Start Connecting')")
        self.sign_in_at_jd(page, "jd_demo_quick", tick)
        ready = page.locator(".alert-success")
        expect(ready).to_contain_text(QUICK_NAME)

    def assertWarehouseIsListed(self, page, name):
        page.click(".o_menu_sections button:has-text('Configuration')")
        page.click(".dropdown-item:has-text('Warehouses')")
        expect(page.locator(".o_list_view .o_data_row", has_text=name)).to_be_visible()

    def is_subscribed(self, pin):
        """Return for which applications JD will send messages about the account."""
        accounts = self.sandbox.get("state")["accounts"]
        return next(each["subscribed"] for each in accounts if each["pin"] == pin)

    def test_quick_with_messages(self):
        with self.open_browser() as page:
            self.connect_quick(page, tick=True)
            self.assertWarehouseIsListed(page, QUICK_NAME)
        self.assertEqual(self.is_subscribed("jd_demo_quick"), ["sandbox-shared-key"])

    def test_quick_without_messages(self):
        with self.open_browser() as page:
            self.connect_quick(page, tick=False)
            self.assertWarehouseIsListed(page, QUICK_NAME)
        self.assertEqual(self.is_subscribed("jd_demo_quick"), [])

    def test_basic_picks_from_jds_lists(self):
        names = [
            f"110000202-{FASHION}-jd_demo_basic",
            f"110000203-{BEAUTY}-jd_demo_basic",
        ]
        with self.open_browser() as page:
            self.open_connections(page)
            page.click(".o-kanban-button-new")
            page.click("label:has-text('1,000 orders a day and more')")
            self.fill(
                page,
                pin="jd_demo_basic",
                app_key="sandbox-own-key",
                app_secret="sandbox-own-secret",
            )
            page.click("button:has-text('Start Connecting')")
            self.sign_in_at_jd(page, "jd_demo_basic", tick=True)
            for number in ("110000202", "110000203"):
                row = page.locator(".modal .o_data_row", has_text=number)
                row.locator("input[type=checkbox]").check()
            page.click(".modal button:has-text('Use These Warehouses')")
            for name in names:
                expect(
                    page.locator(".o_form_view .o_data_row", has_text=name)
                ).to_be_visible()
            self.assertWarehouseIsListed(page, names[0])
        self.assertEqual(self.is_subscribed("jd_demo_basic"), ["sandbox-own-key"])

    def test_a_button_works_as_soon_as_it_shows(self):
        with self.open_browser() as page:
            page.add_init_script(SLOW)
            self.connect_quick(page, tick=False)
            page.click("button:has-text('Reconnect')")
            self.sign_in_at_jd(page, "jd_demo_quick", tick=True)
        self.assertEqual(self.is_subscribed("jd_demo_quick"), ["sandbox-shared-key"])

    def test_denied_and_back_again(self):
        with self.open_browser() as page:
            self.open_connections(page)
            page.click(".o-kanban-button-new")
            self.fill(
                page,
                pin="jd_demo_quick",
                department_no=QUICK_DEPARTMENT,
                warehouse_no=QUICK_WAREHOUSE,
            )
            page.click("button:has-text('Start Connecting')")
            page.click("button[value=refuse]")
            expect(page.get_by_role("heading", level=1)).to_have_text(
                "JD was not allowed to connect"
            )
            page.click("text=Back to the connection")
            page.click("button:has-text('Start Connecting')")
            self.sign_in_at_jd(page, "jd_demo_quick", tick=True)
            expect(page.locator(".alert-success")).to_contain_text(QUICK_NAME)

    def test_a_phone_is_enough(self):
        phone = {"viewport": {"width": 390, "height": 844}, "has_touch": True}
        with self.open_browser(**phone) as page:
            page.goto(f"{self.base_url()}/odoo/jd-fulfillment/new")
            self.fill(
                page,
                pin="jd_demo_quick",
                department_no=QUICK_DEPARTMENT,
                warehouse_no=QUICK_WAREHOUSE,
            )
            start = page.locator("button:has-text('Start Connecting')")
            start.scroll_into_view_if_needed()
            page.wait_for_timeout(500)  # the bar above glides into its place
            start.click()
            self.sign_in_at_jd(page, "jd_demo_quick", tick=True)
            expect(page.locator(".alert-success")).to_contain_text(QUICK_NAME)
            wide = "document.documentElement.scrollWidth > window.innerWidth"
            self.assertFalse(page.evaluate(wide), "the page scrolls sideways")
