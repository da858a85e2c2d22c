"""Each screen opens without a complaint of the browser, and everybody can use it."""

from playwright.sync_api import expect

from odoo.tests import tagged

from .. import const
from .accessibility import find_barriers
from .jd_case import FASHION, PASSWORDS
from .screen_case import ScreenBrowserCase

OPEN = """([action, viewType]) => odoo.__WOWL_DEBUG__.root.env.services.action.doAction(
    action, {clearBreadcrumbs: true, ...(viewType && {viewType})}
)"""
# Names lists that are wider than the screen, and heads of columns that are cut off.
FIND_CUT_OFF = """() => [
    ...[...document.querySelectorAll(".o_list_renderer")]
        .filter((list) => list.scrollWidth > list.clientWidth + 1)
        .map((list) => `a list that is ${list.scrollWidth} wide`),
    ...[...document.querySelectorAll(".o_list_renderer th .text-truncate")]
        .filter((head) => head.scrollWidth > head.clientWidth + 1)
        .map((head) => head.textContent),
]"""
# Tells whether one sees where the keyboard is: the element looks different without.
IS_SEEN = """(element) => {
    const look = () => {
        const {outline, boxShadow, borderColor, backgroundColor} =
            getComputedStyle(element);
        return [outline, boxShadow, borderColor, backgroundColor].join();
    };
    const focused = look();
    element.blur();
    const other = look();
    element.focus();
    return focused !== other;
}"""


@tagged("post_install", "-at_install")
class TestScreens(ScreenBrowserCase):
    maxDiff = None  # all that was found

    def test_nothing_keeps_people_from_using_a_screen(self):
        self.arrange()
        screens = self.get_screens()
        login = self.start_login(self.as_user(self.draft, self.manager))
        pages = {
            "login failed": f"{self.base_url()}{const.CALLBACK_ROUTE}?state=x",
            "JD's login": login,
            "JD's refusal": login.replace("client_id=", "client_id=x"),
            "JD's warehouse": self.sandbox.url,
        }
        complaints, barriers, cut_off = [], {}, {}
        size = {"width": 1400, "height": 900}
        # Without transitions: what fades in would be too pale for a moment.
        with self.open_browser(viewport=size, reduced_motion="reduce") as page:
            page.wait_for_function("odoo.isReady")
            self.listen(page, complaints)
            for screen in screens:
                self.open(page, screen)
                if screen.parts:
                    barriers[screen.name] = find_barriers(page, *screen.parts)
                if screen.parts == (".o_content",):
                    cut_off[screen.name] = page.evaluate(FIND_CUT_OFF)
            page = page.context.new_page()
            for name, url in pages.items():
                page.goto(url)
                barriers[name] = find_barriers(page, "main")
        found = [
            {name: lines for name, lines in each.items() if lines}
            for each in (barriers, cut_off)
        ]
        self.assertEqual((complaints, *found), ([], {}, {}))

    def listen(self, page, complaints):
        """Keep what the browser has to complain of."""

        def keep(message):
            if message.type in ("warning", "error"):
                complaints.append(message.text)

        page.on("console", keep)
        page.on("pageerror", lambda error: complaints.append(str(error)))

    def open(self, page, screen):
        page.evaluate(OPEN, [screen.action, screen.view_type])
        if screen.tab:
            page.click(f".o_notebook .nav-link[name={screen.tab}]")

    def test_the_keyboard_alone_connects_and_sends(self):
        self.connector.push_policy = "manual"
        picking = self.make_transfer(
            *(self.warehouse.out_type_id, self.stock, self.customers, 1),
            partner_id=self.customer.id,
        )
        # Without transitions, what the keyboard is at looks so at once.
        with self.open_browser(reduced_motion="reduce") as page:
            self.connect_by_keyboard(page)
            self.send_by_keyboard(page, picking)
        self.assertTrue(self.find_order_at_jd(self.send(picking)))

    def connect_by_keyboard(self, page):
        page.goto(f"{self.base_url()}/odoo/jd-fulfillment/new")
        page.wait_for_selector(".o_form_view")
        self.go_to(page, "input[type=radio]")
        page.keyboard.press("ArrowDown")
        expect(page.locator("input[type=radio][value=basic]")).to_be_checked()
        for name, text in (
            *(("pin", "jd_demo_basic"), ("department_no", FASHION)),
            *(("warehouse_no", "110000201"), ("app_key", "sandbox-own-key")),
            ("app_secret", "sandbox-own-secret"),
        ):
            self.go_to(page, f"[name={name}] input")
            page.keyboard.type(text)
        page.keyboard.press("Alt+q")
        page.wait_for_url(f"{self.sandbox.url}/oauth/authorize**")
        for name, text in (
            *(("account", "jd_demo_basic"), ("password", PASSWORDS["jd_demo_basic"])),
            ("subscribe", " "),
        ):
            self.go_to(page, f"input[name={name}]")
            page.keyboard.type(text)
        self.go_to(page, "button[value=signin]")
        page.keyboard.press("Enter")
        page.wait_for_url(f"{self.base_url()}/odoo/jd-fulfillment/*")
        expect(page.locator(".alert-success")).to_contain_text("110000201")

    def send_by_keyboard(self, page, picking):
        page.goto(f"{self.base_url()}/odoo/deliveries/{picking.id}")
        page.wait_for_selector(".o_form_view")
        state = page.locator(".o_statusbar_status .o_arrow_button_current")
        page.keyboard.press("Alt+q")  # Odoo's key for Mark as Todo
        expect(state).to_have_text("Ready")
        self.go_to(page, "button[name=action_jd_send]")
        page.keyboard.press("Enter")
        expect(page.locator("button[name=action_jd_open_order]")).to_be_visible()

    def go_to(self, page, target):
        """Press Tab until the keyboard is at something, and see that it is there."""
        for _press in range(100):
            focused = page.locator(f"{target}:focus")
            if focused.count():
                self.assertTrue(focused.evaluate(IS_SEEN), f"{target}: not seen")
                return
            page.keyboard.press("Tab")
        self.fail(f"The keyboard does not reach {target}.")
