"""The walk of docs/demo.md in a real browser, from top to bottom.

What other journeys show already is not walked again: cancelling, and working without
messages (test_order_journey), deciding on stock differences (test_stock_journey), basic
mode (test_journey). That every button of the sandbox's page does something is in
test_sandbox_page; what follows an unanswered call in test_order_faults, a resupply in
test_order_inbound, a supplier return in test_order_returns.
"""

from playwright.sync_api import expect

from odoo.tests import tagged

from . import demo_files
from .live_browser_case import LiveBrowserCase

PIN, PASSWORD = "jd_demo_quick", "demo-quick"
DEPARTMENT, WAREHOUSE = "EBU0000000000101", "110000101"
MOST_CLICKS = 12
BAG = "JD-DEMO-BAG"
# Odoo's demo data give them to its administrator.
OWN_ADDRESS = {"phone": "+62 21 555 0100", "street": "Jalan Anggrek 1", "city": "Bogor"}


@tagged("post_install", "-at_install")
class TestDemoWalk(LiveBrowserCase):
    sandbox_options = ("--demo",)

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.products = demo_files.load(cls.odoo, "product_product.xml")
        cls.partners = demo_files.load(cls.odoo, "res_partner.xml")
        own_id = cls.odoo.get_id("base.partner_admin")
        cls.odoo.call("res.partner", "write", [own_id], OWN_ADDRESS)
        cls.odoo.create(
            "product.product",
            name="Not at JD",
            default_code="OWN-1",
            is_storable=True,
        )
        cls.sandbox.do("settings", speed=0.3)

    def test_the_walk(self):
        with self.open_browser(viewport={"width": 1400, "height": 900}) as page:
            self.page = page
            self.clicks = 0
            self.connect_and_ship()
            self.read_warehouse()
            self.jd = page.context.new_page()
            self.jd.goto(self.sandbox.url)
            page.bring_to_front()
            self.correct_an_address()
            self.ship_too_few()
            self.receive_with_differences()
            self.receive_in_parts()
            self.take_back_what_broke()
            self.hold_a_return_that_jd_rejects()
            self.ship_a_lot_that_jd_does_not_tell()
            self.follow_a_level_change()
            self.take_on_an_order_made_at_jd()
            self.synchronize_warehouses()

    # === TWELVE CLICKS === #

    def click(self, selector):
        self.clicks += 1
        self.page.click(selector)

    def connect_and_ship(self):
        """From the overview to a delivery that JD closed, as a newcomer."""
        page = self.page
        page.goto(f"{self.odoo.url}/odoo/jd-overview")
        self.click(".o_view_nocontent a:has-text('Connect')")
        for name, value in (
            ("pin", PIN),
            ("department_no", DEPARTMENT),
            ("warehouse_no", WAREHOUSE),
        ):
            page.fill(f".o_field_widget[name={name}] input", value)
        self.click("button:has-text('Start Connecting')")
        page.fill("input[name=account]", PIN)
        page.fill("input[name=password]", PASSWORD)
        self.click("input[name=subscribe]")
        self.click("button[value=signin]")
        self.click(".o_jd_checklist button:has-text('Choose What to Create')")
        self.click(".modal button:has-text('Create Nothing')")
        self.click(".o_jd_checklist button:has-text('Check Stock')")
        self.click("button:has-text('Take Over as Opening Stock')")
        self.click(".modal button:has-text('Take Over')")
        self.assertState("Done")
        self.click(f".o_breadcrumb a:has-text('{PIN}')")
        self.click(".o_jd_checklist button:has-text('New Delivery')")
        self.click("button:has-text('Mark as Todo')")
        self.assertState("Done")
        self.assertLessEqual(self.clicks, MOST_CLICKS)
        page.click(".o_notebook .nav-link:has-text('JD')")
        expect(page.locator("[name=jd_waybills]")).to_contain_text("JDVD")
        page.click(f".o_breadcrumb a:has-text('{PIN}')")
        expect(page.locator(".alert-success")).to_be_visible()
        expect(page.locator(".o_jd_checklist")).to_have_count(0)

    def read_warehouse(self):
        [self.warehouse] = self.odoo.call(
            "stock.warehouse",
            "search_read",
            [["name", "=", f"{WAREHOUSE}-{DEPARTMENT}-{PIN}"]],
            ["lot_stock_id", "in_type_id", "out_type_id", "jd_connector_id"],
        )

    # === WHAT A PERSON DOES === #

    def open_transfer(self, kind, partner, product, quantity, **values):
        """Confirm a transfer between the warehouse and outside, and look at it."""
        inside = self.warehouse["lot_stock_id"][0]
        outside = self.odoo.get_id(
            f"stock.stock_location_{'customers' if kind == 'out' else 'suppliers'}"
        )
        places = (inside, outside) if kind == "out" else (outside, inside)
        route = {"location_id": places[0], "location_dest_id": places[1]}
        move = {"product_id": self.products[product], "product_uom_qty": quantity}
        picking_id = self.odoo.create(
            "stock.picking",
            picking_type_id=self.warehouse[f"{kind}_type_id"][0],
            partner_id=self.partners[partner],
            move_ids=[(0, 0, move | route)],
            **route,
            **values,
        )
        self.odoo.call("stock.picking", "action_confirm", [picking_id])
        self.page.goto(f"{self.odoo.url}/odoo/deliveries/{picking_id}")
        return picking_id

    def at_jd(self, section, button, about=""):
        """Click a button on the sandbox's page."""
        name = f"{button}: {about}" if about else button
        found = self.jd.locator(f"section[aria-label='{section}']").get_by_role(
            "button", name=name, exact=True
        )
        with self.jd.expect_response(
            lambda answer: answer.request.method == "POST"
        ) as caught:
            found.click()
        self.assertEqual(caught.value.status, 200, caught.value.text())

    # === WHAT A PERSON SEES === #

    def assertState(self, state):
        expect(
            self.page.locator(".o_statusbar_status .o_arrow_button_current")
        ).to_have_text(state)

    def assertShown(self, selector, text):
        expect(self.page.locator(selector, has_text=text).first).to_be_visible()

    def read_stock(self, place, product):
        quants = self.odoo.call(
            "stock.quant",
            "search_read",
            [
                ["location_id.complete_name", "like", place],
                ["product_id", "=", self.products[product]],
                ["location_id.usage", "=", "internal"],
            ],
            ["quantity"],
        )
        return sum(quant["quantity"] for quant in quants)

    # === DELIVERIES === #

    def correct_an_address(self):
        page = self.page
        self.open_transfer("out", "customer_without_address", "product_mug", 1)
        self.assertShown(".alert", "phone number")
        page.click("button:has-text('Fix Address')")
        for name, value in OWN_ADDRESS.items():
            page.fill(f".o_field_widget[name={name}] input", value)
        page.click(".modal-footer button:has-text('Save')")
        self.assertState("Done")

    def ship_too_few(self):
        self.at_jd("New orders", "1 short", "outbound")
        self.open_transfer("out", "customer_jakarta", "product_bag", 5)
        self.assertState("Done")
        self.at_jd("New orders", "1 short", "outbound")
        self.assertShown(".alert", "4 of 5")
        self.assertShown("button", "Send Backorder")

    # === RECEIPTS === #

    def receive_with_differences(self):
        before = self.read_stock("JD101/Stock", "product_mug")
        self.at_jd("New orders", "3 short", "inbound")
        self.at_jd("New orders", "2 damaged", "inbound")
        self.open_transfer("in", "supplier_bandung", "product_mug", 40)
        self.assertState("Done")
        self.at_jd("New orders", "3 short", "inbound")
        self.at_jd("New orders", "2 damaged", "inbound")
        self.assertShown("button", "Send Backorder")
        self.assertEqual(self.read_stock("Defective", "product_mug"), 2)
        after = self.read_stock("JD101/Stock", "product_mug")
        self.assertEqual(after - before, 35)

    def receive_in_parts(self):
        page = self.page
        self.at_jd("Orders", "Stop the clock")
        self.open_transfer(
            "in", "supplier_bandung", "product_tea", 40, jd_in_parts=True
        )
        self.assertShown("button[name=action_jd_open_order]", "Received by JD")
        [order] = self.sandbox.get("orders", kind="CGRK", status="10")
        number = order["orderNo"]
        self.at_jd("Orders", "Next step", number)
        expect(self.jd.locator("td", has_text="20 sent").first).to_be_visible()
        chooser = self.jd.get_by_label(f"What happens to {number}", exact=True)
        chooser.select_option(label="Count 10 of each line")
        page.click("button:has-text('Pull JD Status')")
        self.assertState("Done")
        self.at_jd("Orders", "Move every 5 s")
        self.sandbox.do("settings", speed=0.3)

    # === RETURNS === #

    def take_back(self):
        """Return the mug of a delivery that JD has shipped, with Odoo's button."""
        page = self.page
        self.open_transfer("out", "customer_hanoi", "product_mug", 1)
        self.assertState("Done")
        page.click(".o_statusbar_buttons button:has-text('Return')")
        page.click(".modal-footer button:has-text('Return All')")
        expect(page.locator(".o_breadcrumb")).to_contain_text("JD101/IN")

    def take_back_what_broke(self):
        self.at_jd("New orders", "1 damaged", "customer return")
        self.take_back()
        self.assertState("Done")
        self.at_jd("New orders", "1 damaged", "customer return")
        self.assertEqual(self.read_stock("Defective", "product_mug"), 3)

    def hold_a_return_that_jd_rejects(self):
        self.at_jd("New orders", "Reject whole", "customer return")
        self.take_back()
        self.assertShown(".alert", "refused this return")
        self.at_jd("New orders", "Reject whole", "customer return")

    # === LOTS, LEVELS, ORDERS MADE AT JD === #

    def ship_a_lot_that_jd_does_not_tell(self):
        self.at_jd("New orders", "No lots told", "outbound")
        picking_id = self.open_transfer("out", "customer_bangkok", "product_cream", 3)
        self.assertState("Done")
        self.at_jd("New orders", "No lots told", "outbound")
        lines = self.odoo.call(
            "stock.move.line",
            "search_read",
            [["picking_id", "=", picking_id]],
            ["jd_lot_assumed", "lot_id"],
        )
        self.assertTrue(all(line["jd_lot_assumed"] for line in lines))
        self.assertTrue(all(line["lot_id"] for line in lines))

    def follow_a_level_change(self):
        before = self.read_stock("Defective", "product_bag")
        self.at_jd("Stock", "4 turn defective", BAG)

        def pull():
            self.run_action("pull_level_changes")
            return self.read_stock("Defective", "product_bag") == before + 4

        self.wait_for(pull, "the change of level")
        self.page.goto(f"{self.odoo.url}/odoo/jd-level-changes")
        self.assertShown(".o_data_row", "Canvas bag")

    def take_on_an_order_made_at_jd(self):
        page = self.page
        self.sandbox.do("settings", speed=0)
        self.at_jd("Stock", "Order 12 at JD", BAG)

        def list_orders():
            self.run_action("list_orders")
            return self.odoo.search("jd.foreign.order", ["line_ids", "!=", False])

        self.wait_for(list_orders, "the goods of the order made at JD")
        page.goto(f"{self.odoo.url}/odoo/jd-foreign-orders")
        page.click(".o_data_row button:has-text('Create Transfer')")
        self.assertShown("button[name=action_jd_open_order]", "Received by JD")
        self.sandbox.do("settings", speed=0.3)
        self.assertState("Done")

    # === WAREHOUSES === #

    def synchronize_warehouses(self):
        page = self.page
        connector_id = self.warehouse["jd_connector_id"][0]
        page.goto(f"{self.odoo.url}/odoo/jd-fulfillment/{connector_id}")
        page.click("button:has-text('Synchronize Warehouses')")
        row = page.locator(".modal .o_data_row", has_text="110000102")
        row.locator("input[type=checkbox]").check()
        page.click(".modal button:has-text('Use These Warehouses')")
        expect(
            page.locator(".o_form_view .o_data_row", has_text="110000102")
        ).to_be_visible()
