"""Makes the pictures of README.rst, docs/ and the Apps store: `./dev pictures` runs it.

usage: pictures.py ODOO-ADDRESS DATABASE SANDBOX-ADDRESS

A browser walks from the first login to a delivery that JD closed; then a month is
played (demo_month.py), and what its screens show is kept as well.
"""

import base64
import io
import sys
from contextlib import ExitStack
from pathlib import Path

import demo_month
from clients import (
    OdooClient,
    SandboxClient,
    keep_pictures,
    open_window,
    start_browser,
)
from demo_merchant import (
    BAG,
    CREAM,
    DEPARTMENT,
    MUG,
    PASSWORD,
    PIN,
    WAREHOUSE,
    Merchant,
)
from demo_month import tell
from PIL import Image

ROOT = Path(__file__).resolve().parent.parent
STORE, DOCS = ROOT / "static" / "description", ROOT / "static" / "docs" / "images"
WIDE = {"width": 1360, "height": 800}
MOVING = {"width": 1120, "height": 700}
MOVING_WIDTH = 800
COLOURS = 128
PATIENCE = 240_000  # milliseconds; nobody waits for pictures
MOST_BYTES = 1_500_000
CAPTION = """([text, marked]) => {
    for (const each of marked ? document.querySelectorAll(marked) : []) {
        each.style.outline = "3px solid #b51e27";
    }
    const bar = document.createElement("div");
    bar.id = "caption";
    bar.textContent = text;
    bar.style = "position: fixed; inset: auto 0 0 0; z-index: 9999; padding: 14px 24px;"
        + "font: 500 22px Roboto, sans-serif; color: #fff; background: #b51e27;";
    document.body.append(bar);
}"""
CLEAR = """() => {
    document.querySelector("#caption").remove();
    document.querySelectorAll("[style*=outline]").forEach(
        (each) => each.style.removeProperty("outline")
    );
}"""
ORDER = "button[name=action_jd_open_order]"
BANNER = """<style>
  body {{ margin: 0; width: 1120px; height: 560px; overflow: hidden;
    color: #fff; font-family: Roboto, sans-serif;
    background: #b51e27; }}
  div {{ position: absolute; top: 96px; left: 56px; width: 380px; }}
  .icon {{ width: 88px; }}
  h1 {{ font-size: 46px; line-height: 1.1; margin: 26px 0 14px; }}
  p {{ font-size: 23px; line-height: 1.4; margin: 0; }}
  .screen {{ position: absolute; top: 64px; left: 480px; width: 900px;
    border-radius: 10px; box-shadow: 0 12px 50px rgba(0, 0, 0, .45); }}
</style>
<div><img class="icon" src="{icon}"><h1>JD Fulfillment</h1>
<p>The warehouses that JD runs for you, inside Odoo's Inventory</p></div>
<img class="screen" src="{screen}">"""


class Cleanups(ExitStack):
    addClassCleanup = ExitStack.callback  # the name that a test class has


class Camera:
    """A browser signed into Odoo, and what it keeps of what it shows."""

    def __init__(self, browser, odoo_url, sandbox_url):
        self.odoo_url, self.sandbox_url = odoo_url, sandbox_url
        self.page = open_window(browser, viewport=WIDE).new_page()
        self.page.set_default_timeout(PATIENCE)
        self.frames = []

    def go(self, path, wait_for=".o_view_controller"):
        self.page.goto(f"{self.odoo_url}/odoo/{path}")
        self.page.wait_for_selector(wait_for)

    def settle(self):
        """Let what glides or fades come to its place, and let no field be edited."""
        self.page.mouse.move(0, 0)
        self.page.evaluate("document.activeElement.blur()")
        self.page.wait_for_timeout(900)

    def keep(self, path, height, width=WIDE["width"]):
        self.page.set_viewport_size({"width": width, "height": height})
        self.settle()
        save(Image.open(io.BytesIO(self.page.screenshot())), path)

    def film(self, caption, seconds=2.0, marked=""):
        """Keep a frame of the moving picture; what is marked gets a red edge."""
        self.page.set_viewport_size(MOVING)
        self.settle()
        self.page.evaluate(CAPTION, [caption, marked])
        picture = Image.open(io.BytesIO(self.page.screenshot())).convert("RGB")
        self.page.evaluate(CLEAR)
        self.page.set_viewport_size(WIDE)
        size = MOVING_WIDTH, MOVING_WIDTH * MOVING["height"] // MOVING["width"]
        self.frames.append((picture.resize(size, Image.LANCZOS), seconds))


def save(picture, path):
    picture = picture.convert("RGB").quantize(256, dither=Image.Dither.NONE)
    picture.save(path, optimize=True)
    tell(f"{path.relative_to(ROOT)}, {path.stat().st_size // 1000} kB")


def save_moving(frames, path):
    """Put frames together, with the colours of all of them.

    :raise SystemExit: It became larger than people like to load.
    """
    pictures = [picture for picture, _seconds in frames]
    width, height = pictures[0].size
    strip = Image.new("RGB", (width, height * len(pictures)))
    for number, picture in enumerate(pictures):
        strip.paste(picture, (0, height * number))
    colours = strip.quantize(COLOURS, dither=Image.Dither.NONE)
    first, *others = [
        picture.quantize(palette=colours, dither=Image.Dither.NONE)
        for picture in pictures
    ]
    first.save(
        path,
        save_all=True,
        append_images=others,
        duration=[int(seconds * 1000) for _picture, seconds in frames],
        loop=0,
        optimize=True,
    )
    size = path.stat().st_size
    tell(f"{path.relative_to(ROOT)}, {size // 1000} kB")
    if size > MOST_BYTES:
        sys.exit(f"{path} is larger than {MOST_BYTES} bytes")


# === FROM CONNECTING TO A CLOSED DELIVERY === #


def sign_in(camera):
    page = camera.page
    page.goto(f"{camera.odoo_url}/web/login?redirect=/odoo/jd-overview")
    page.fill("#login", "admin")
    page.fill("#password", "admin")
    page.click("button[type=submit]")
    page.wait_for_selector(".o_view_nocontent a:has-text('Connect')")
    camera.film("Inventory ▸ JD Fulfillment ▸ Overview")


def fill_in(page, **values):
    for name, value in values.items():
        page.fill(f".o_field_widget[name={name}] input", value)


def scroll_up(page):
    page.evaluate("document.querySelectorAll('*').forEach(each => each.scrollTop = 0)")


def show_connecting(camera):
    page = camera.page
    page.click(".o_view_nocontent a:has-text('Connect')")
    page.wait_for_selector("button:has-text('Start Connecting')")
    page.click("label:has-text('1,000 orders a day and more')")
    fill_in(page, pin="jd_demo_basic", app_key="sandbox-own-key")
    scroll_up(page)
    camera.keep(DOCS / "basic.png", 920)
    page.click("label:has-text('fewer than 1,000 orders a day')")
    fill_in(page, pin=PIN, department_no=DEPARTMENT, warehouse_no=WAREHOUSE)
    scroll_up(page)
    camera.keep(STORE / "connect.png", 860)
    camera.film("1. Choose the mode, enter what JD gave you")
    page.click("button:has-text('Start Connecting')")
    page.fill("input[name=account]", PIN)
    page.fill("input[name=password]", PASSWORD)
    page.check("input[name=subscribe]")
    camera.keep(DOCS / "login.png", 740, width=900)
    camera.film("2. Sign in on JD's own page, and subscribe to messages")
    page.click("button[value=signin]")
    page.wait_for_selector("button:has-text('I Ticked It')")
    page.click("button:has-text('I Ticked It')")
    page.wait_for_selector("button:has-text('Choose What to Create')")
    page.wait_for_selector(".o_notification", state="detached")
    camera.keep(STORE / "connected.png", 770)
    camera.film("3. JD's warehouse is in Odoo; a checklist leads on")


def show_goods(camera):
    page = camera.page
    page.click(".o_jd_checklist button:has-text('Choose What to Create')")
    page.wait_for_selector(".modal button:has-text('Create Nothing')")
    camera.keep(DOCS / "goods.png", 700)
    page.click(".modal button:has-text('Create Nothing')")
    page.wait_for_selector(".modal", state="detached")


def show_opening_stock(camera):
    page = camera.page
    page.click(".o_jd_checklist button:has-text('Check Stock')")
    take_over = "button:has-text('Take Over as Opening Stock')"
    page.wait_for_selector(take_over)
    camera.keep(DOCS / "opening-stock.png", 620)
    camera.film("4. What JD holds is the opening stock")
    page.click(take_over)
    page.click(".modal button:has-text('Take Over')")
    page.wait_for_selector(".o_arrow_button_current:has-text('Done')")


def show_delivery(camera, merchant, sandbox):
    delivery = merchant.deliver(
        "customer_bangkok",
        {MUG: 3, BAG: 1, CREAM: 6},
        scheduled_date=demo_month.get_date(1),
    )
    number = merchant.get_number(delivery)
    camera.go(f"deliveries/{delivery}", ".o_form_view")
    page = camera.page
    for to, status, caption in (
        (None, "Received by JD", "5. A delivery goes to JD as soon as it is ready"),
        (10016, "Picked off the shelf", "6. JD picks; the transfer shows it live"),
        (10018, "Packed", "7. Packed, and its waybill is known"),
    ):
        if to:
            sandbox.do("advance", orders=[number], to=to)
        page.wait_for_selector(f"{ORDER}:has-text('{status}')")
        camera.film(caption, marked=ORDER)
    page.click(".o_notebook .nav-link:has-text('JD')")
    camera.keep(STORE / "transfer.png", 960)
    sandbox.do("advance", orders=[number], to=10020)
    page.wait_for_selector(".o_arrow_button_current:has-text('Done')")
    page.wait_for_selector(f"{ORDER}:has-text('Left the warehouse')")
    camera.film(
        "8. Handed over: the transfer is closed, with what JD moved", 4.0, marked=ORDER
    )
    save_moving(camera.frames, STORE / "journey.gif")


# === A MONTH LATER === #


def show_month(camera, merchant):
    camera.go("jd-overview", ".o_jd_overview")
    camera.keep(STORE / "overview.png", 750, width=1120)
    camera.go("jd-orders", ".o_data_row")
    camera.keep(DOCS / "orders.png", 640)
    camera.go("jd-order-analysis", ".o_pivot")
    camera.keep(DOCS / "analysis.png", 560)
    camera.go("jd-foreign-orders", ".o_view_controller")
    camera.keep(DOCS / "made-at-jd.png", 420)
    camera.go("action-jd_fulfillment.action_jd_health", ".o_form_view")
    camera.keep(DOCS / "health.png", 900)
    show_settings(camera)
    show_check(camera)
    show_transfers(camera, merchant)


def show_settings(camera):
    page = camera.page
    camera.go("settings#inventory", ".o_setting_container")
    page.click(".settings_tab .tab[data-key=stock]")
    page.set_viewport_size(WIDE | {"height": 620})
    title = page.locator("h2", has_text="JD Fulfillment")
    title.evaluate("each => each.scrollIntoView()")
    camera.keep(DOCS / "settings.png", 620)


def show_check(camera):
    camera.go("jd-stock-checks", ".o_data_row")
    camera.page.click(".o_data_row >> nth=0")
    camera.page.wait_for_selector("button:has-text('Decide on Differences')")
    camera.keep(STORE / "check.png", 700)
    camera.page.click("button[name=action_view_lines]")
    camera.page.wait_for_selector(".o_list_view .o_data_row")
    camera.keep(DOCS / "differences.png", 360, width=1600)


def show_transfers(camera, merchant):
    page = camera.page
    orders = [
        ["kind", "=", "inbound"],
        ["state", "=", "done"],
        ["short_pieces", ">", 0],
        ["damaged_pieces", ">", 0],
    ]
    receipt = merchant.find("jd.order", orders, "picking_id")[0]["picking_id"][0]
    camera.go(f"receipts/{receipt}", ".o_form_view")
    page.click(".o_notebook .nav-link:has-text('JD')")
    scroll_up(page)
    camera.keep(STORE / "receipt.png", 850)
    partner = merchant.get_partner("customer_without_address")
    [faulty] = merchant.find("stock.picking", [["partner_id", "=", partner]], "id")
    camera.go(f"deliveries/{faulty['id']}", ".o_form_view")
    camera.keep(DOCS / "address.png", 600)


def show_sandbox(camera):
    camera.page.goto(camera.sandbox_url)
    camera.page.wait_for_selector("section")
    camera.page.wait_for_timeout(500)
    camera.keep(DOCS / "sandbox.png", 900)


def make_banner(camera):
    def embed(path):
        kind = {".svg": "image/svg+xml", ".png": "image/png"}[path.suffix]
        return f"data:{kind};base64,{base64.b64encode(path.read_bytes()).decode()}"

    page = camera.page
    page.goto("about:blank")
    page.set_viewport_size({"width": 1120, "height": 560})
    page.set_content(
        BANNER.format(
            icon=embed(STORE / "icon.svg"), screen=embed(STORE / "overview.png")
        )
    )
    page.wait_for_timeout(300)
    save(Image.open(io.BytesIO(page.screenshot())), STORE / "banner.png")


def main(odoo_url, database, sandbox_url):
    odoo, sandbox = OdooClient(odoo_url), SandboxClient(sandbox_url)
    odoo.sign_in(database)
    user_id = odoo.get_id("base.user_admin")
    odoo.call("res.users", "write", [user_id], {"odoobot_state": "disabled"})
    with Cleanups() as cleanups:
        camera = Camera(start_browser(cleanups), odoo_url, sandbox_url)
        try:
            make_all(camera, odoo, database, sandbox)
        except BaseException:
            keep_pictures(camera.page.context, "pictures")
            raise


def make_all(camera, odoo, database, sandbox):
    sign_in(camera)
    show_connecting(camera)
    show_goods(camera)
    show_opening_stock(camera)
    merchant = Merchant(odoo)
    merchant.connect()
    merchant.decide_on_goods()
    show_delivery(camera, merchant, sandbox)
    demo_month.play(odoo, database, sandbox)
    show_month(camera, merchant)
    show_sandbox(camera)
    make_banner(camera)


if __name__ == "__main__":
    main(*sys.argv[1:])
