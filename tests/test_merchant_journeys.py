"""What docs/merchant.md has people do and no other journey shows, in a real browser.

The others: connecting and basic mode (test_journey), deliveries and cancelling
(test_order_journey), receipts, returns, lots, goods levels, orders made at JD
(test_demo_walk), stock checks (test_stock_journey), the health page (test_health).
"""

from playwright.sync_api import expect

from odoo.tests import tagged

from .inbound_case import JdInboundCase
from .jd_browser_case import JdBrowserCase
from .jd_case import PASSWORDS

WIDE = {"viewport": {"width": 1400, "height": 900}}


@tagged("post_install", "-at_install")
class TestMerchantJourneys(JdInboundCase, JdBrowserCase):
    # === WHAT A PERSON DOES AND SEES === #

    def open_transfer(self, page, picking):
        page.goto(f"{self.base_url()}/odoo/deliveries/{picking.id}")
        page.wait_for_selector(".o_form_view")

    def assertState(self, page, text):
        state = page.locator(".o_statusbar_status .o_arrow_button_current")
        expect(state).to_have_text(text)

    def assertSaid(self, page, text):
        expect(page.locator(".o_form_view .alert", has_text=text)).to_be_visible()

    # === JOURNEYS === #

    def test_goods_go_back_to_the_supplier(self):
        self.complete_address()
        receipt = self.make_receipt(5)
        self.complete(self.announce(receipt), "70")
        with self.open_browser(**WIDE) as page:
            self.open_transfer(page, receipt)
            page.click("button:has-text('Return')")
            page.locator(".modal").get_by_label("JD delivers").check()
            page.click(".modal .o_data_row [name=quantity]")
            page.fill(".modal .o_data_row [name=quantity] input", "2")
            page.click(".modal-footer button[name=action_create_returns]")
            self.assertState(page, "Ready")
            page.click(".o_notebook .nav-link:has-text('JD')")
            expect(page.get_by_label("JD delivers")).to_be_checked()
        [back] = receipt.return_ids
        order = self.announce(back)
        self.complete(order, "200")
        with self.open_browser(**WIDE) as page:
            self.open_transfer(page, back)
            self.assertState(page, "Done")
            expect(page.locator("button[name=action_jd_open_order]")).to_contain_text(
                "Left the warehouse"
            )
        self.assertEqual(self.get_order_at_jd(order)["request"]["deliveryMode"], 7)
        self.assertEqual(
            self.get_stock(self.product), self.get_stock_at_jd(self.product)
        )

    def test_one_jd_warehouse_is_resupplied_from_the_other(self):
        second = self.connect_second_warehouse()
        source, destination = self.warehouse.name, second.name
        before = {
            each: self.get_stock(self.product, each.lot_stock_id)
            for each in (self.warehouse, second)
        }
        with self.open_browser(**WIDE) as page:
            page.goto(
                f"{self.base_url()}/odoo/action-stock.action_warehouse_form/{second.id}"
            )
            page.click(f"[name=resupply_wh_ids] label:has-text('{source}')")
            save = page.locator("button.o_form_button_save")
            save.click()
            expect(save).to_be_hidden()
            page.goto(f"{self.base_url()}/odoo/product.product/{self.product.id}")
            page.click(".o_cp_action_menus button")
            page.click(".o-dropdown-item:has-text('Replenish')")
            for name, text in (("warehouse_id", destination), ("route_id", source)):
                page.fill(f".modal [name={name}] input", text)
                page.click(f".o-autocomplete--dropdown-item:has-text('{text}')")
            page.fill(".modal [name=quantity] input", "9")
            page.click(".modal button[name=launch_replenishment]")
            expect(page.locator(".modal")).to_have_count(0)
        delivery, receipt = (
            self.env["stock.picking"].search([("picking_type_id", "=", kind.id)])
            for kind in (self.warehouse.out_type_id, second.in_type_id)
        )
        delivery.action_assign()
        self.complete(self.announce(delivery), "10020")
        self.complete(self.announce(receipt), "70")
        with self.open_browser(**WIDE) as page:
            for picking in (delivery, receipt):
                self.open_transfer(page, picking)
                self.assertState(page, "Done")
        for warehouse, moved in ((self.warehouse, -9), (second, 9)):
            stock = self.get_stock(self.product, warehouse.lot_stock_id)
            at_jd = self.get_stock_at_jd(self.product, warehouse=warehouse)
            self.assertEqual((stock, stock), (before[warehouse] + moved, at_jd))

    def test_an_order_whose_answer_was_lost_is_asked_about(self):
        delivery = self.make_delivery(2)
        order = delivery.jd_order_id
        self.sandbox.do("fault", kind="timeout_after", call="addSoOrder", count=1)
        self.run_cron("push_orders")
        self.pass_time(minutes=1)
        with self.open_browser(**WIDE) as page:
            self.open_transfer(page, delivery)
            self.assertSaid(page, "JD did not answer in time")
            page.click("button[name=action_jd_open_order]")
            self.assertState(page, "Answer Unknown")
            page.click("button:has-text('Pull Status')")
        self.run_cron("follow_orders")
        with self.open_browser(**WIDE) as page:
            self.open_transfer(page, delivery)
            self.assertSaid(page, "JD is at work on it")
        self.assertEqual(self.find_order_at_jd(order)["asked"], 1)

    def test_messages_that_stop_are_found_and_mended(self):
        orders = self.send(*(self.make_delivery(1) for _ in range(3)))
        for order in orders:
            self.advance(order, "10015")
        self.pull(orders)
        self.pass_time(minutes=3)
        self.connector.sudo()._count_missed_messages(orders.event_ids)
        with self.open_browser(**WIDE) as page:
            page.goto(f"{self.base_url()}/odoo/jd-overview")
            card = page.locator(".o_kanban_record:visible")
            expect(card).to_contain_text("Not Arriving")
            card.get_by_text("How to Fix It").click()
            self.assertSaid(page, "tick “subscribe to messages” on JD's page")
            page.click(".o_statusbar_buttons button:has-text('Reconnect')")
            page.fill("input[name=account]", self.connector.pin)
            page.fill("input[name=password]", PASSWORDS[self.connector.pin])
            page.check("input[name=subscribe]")
            page.click("button[value=signin]")
            page.wait_for_url(f"{self.base_url()}/odoo/jd-fulfillment/*")
        self.receive_message(orders[0], "10016")
        self.follow_messages()
        with self.open_browser(**WIDE) as page:
            page.goto(f"{self.base_url()}/odoo/jd-overview")
            card = page.locator(".o_kanban_record:visible")
            expect(card).not_to_contain_text("Not Arriving")
