"""The sandbox's own page: its buttons do what JD's staff, or the network, would do."""

from odoo.tests import tagged

from .browser import open_window, start_browser
from .sandbox_case import DEPARTMENT, PIN, WAREHOUSE, SandboxCase

MUG = "JD-DEMO-MUG"
KINDS = ("XSCK", "CGRK", "THRK", "TGCK")
# Every command that a button or a choice gives, with what it is told. Parts are only
# counted of orders that are announced in parts.
ALL_DEEDS = """async ([goods, warehouse]) => {
    const {FAULTS, MOVES, NEW, STOCK} = await import("/page/deeds.js");
    const calls = [];
    for (const kind of Object.keys(MOVES)) {
        for (const [, values] of NEW[kind]) {
            calls.push(["arrange", {orders: "new", kind, ...values}]);
        }
        for (const [, command, values] of MOVES[kind]) {
            if (command !== "receive") {
                calls.push([command, {orders: "all", kind, ...values}]);
            }
        }
    }
    for (const [, command, make] of STOCK) {
        calls.push([command, {warehouse, ...make(goods)}]);
    }
    for (const [, command, values] of Object.values(FAULTS).flat()) {
        calls.push([command, values]);
    }
    return calls;
}"""


@tagged("post_install", "-at_install")
class TestSandboxPage(SandboxCase):
    sandbox_options = ("--demo",)

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        context = open_window(start_browser(cls))
        cls.addClassCleanup(context.close)
        cls.page = context.new_page()

    def setUp(self):
        super().setUp()
        self.page.goto(self.sandbox.url)
        self.page.wait_for_selector("section")

    def make_order(self, kind):
        lines = [{"erpGoodsNo": MUG, "quantity": 12}]
        order = self.sandbox.do(
            "make_order",
            kind=kind,
            department=DEPARTMENT,
            warehouse=WAREHOUSE,
            lines=lines,
        )
        number = order["orderNo"]
        self.page.wait_for_selector(f"td:has-text('{number}')")
        return number

    def get_order(self, number):
        return next(o for o in self.sandbox.get("orders") if o["orderNo"] == number)

    def find_section(self, title):
        return self.page.locator(f"section[aria-label='{title}']")

    def click(self, section, button, about=""):
        """Click a button and expect the sandbox to do what it says."""
        name = f"{button}: {about}" if about else button
        found = self.find_section(section).get_by_role("button", name=name, exact=True)
        self.press(found.click)

    def press(self, act):
        with self.page.expect_response(
            lambda answer: answer.request.method == "POST"
        ) as caught:
            act()
        self.assertEqual(caught.value.status, 200, caught.value.text())
        self.page.wait_for_selector("#said:has-text('Done')")

    def choose(self, number, deed):
        chooser = self.page.get_by_label(f"What happens to {number}", exact=True)
        self.press(lambda: chooser.select_option(label=deed))

    def get_mug(self):
        [mug] = [
            row
            for row in self.sandbox.get("shelf", warehouse=WAREHOUSE)
            if row["erpGoodsNo"] == MUG
        ]
        return mug["levels"]

    def test_it_tells_all_that_both_modes_need(self):
        text = self.page.inner_text("main")
        for told in (
            *(PIN, "demo-quick", DEPARTMENT, WAREHOUSE),
            *("jd_demo_basic", "demo-basic", "sandbox-own-key", "sandbox-own-secret"),
        ):
            self.assertIn(told, text)

    def test_every_button_and_every_choice_is_understood(self):
        numbers = [self.make_order(kind) for kind in KINDS]
        goods = self.sandbox.get("shelf", warehouse=WAREHOUSE)[0]
        calls = self.page.evaluate(ALL_DEEDS, [goods, WAREHOUSE])
        self.assertGreater(len(calls), 40)
        for command, values in calls:
            with self.subTest(command, **values):
                self.sandbox.do(command, **values)
        self.assertTrue(all(self.get_order(number)["over"] for number in numbers))

    def test_what_is_pressed_holds_for_new_orders_of_that_kind_alone(self):
        self.click("New orders", "3 short", "inbound")
        self.click("New orders", "2 damaged", "inbound")
        inbound, outbound = self.make_order("CGRK"), self.make_order("XSCK")
        self.click("Open orders", "Receive all", "inbound")
        self.click("Open orders", "Hand over", "outbound")
        [line] = self.get_order(inbound)["lines"]
        self.assertEqual((line["realQuantity"], line["damagedQuantity"]), (9, 2))
        self.assertEqual(self.get_order(outbound)["lines"][0]["realQuantity"], 12)
        self.click("New orders", "3 short", "inbound")
        inbound = self.make_order("CGRK")
        self.click("Open orders", "Receive all", "inbound")
        [line] = self.get_order(inbound)["lines"]
        self.assertEqual((line["realQuantity"], line["damagedQuantity"]), (12, 2))

    def test_one_order_is_moved_by_its_own_choice(self):
        first, second = self.make_order("THRK"), self.make_order("THRK")
        self.choose(first, "Reject whole")
        self.assertEqual(self.get_order(first)["status"], 600)
        self.assertEqual(self.get_order(second)["status"], 0)
        self.click("Orders", "Next step", second)
        self.assertEqual(self.get_order(second)["status"], 100)

    def test_stock_moves_without_a_document_by_a_count_or_by_a_level(self):
        self.click("Stock", "3 vanish", MUG)
        self.assertEqual(self.get_mug(), {"100": 497})
        self.click("Stock", "JD counts 2 less", MUG)
        self.click("Stock", "4 turn defective", MUG)
        self.assertEqual(self.get_mug(), {"100": 491, "200": 4})

    def test_messages_stop_and_come_again(self):
        self.click("Make something go wrong", "Stop", "messages")
        self.assertEqual(self.sandbox.get("summary")["pushFaults"]["lose"], 1)
        self.click("Make something go wrong", "All right again", "everything")
        self.assertEqual(self.sandbox.get("summary")["pushFaults"]["lose"], 0)

    def test_the_keyboard_s_place_is_kept_when_the_page_changes(self):
        number = self.make_order("XSCK")
        self.click("Orders", "Next step", number)
        self.page.wait_for_selector("text=100130")
        focused = self.page.evaluate("document.activeElement.dataset.key")
        self.assertEqual(focused, f"Next step {number}")
