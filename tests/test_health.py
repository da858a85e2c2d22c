"""The health page of a connection: what is broken shows in its row, in words."""

import os
import socket
import time
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from email.utils import formatdate
from itertools import count
from unittest.mock import patch

from cryptography.fernet import Fernet
from playwright.sync_api import expect

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tools import SQL, config, mute_logger

from .. import const
from ..lib.api import MessageForm
from ..models.connection import vault
from ..models.health.buttons import BUTTONS
from ..models.health.checks import TITLES
from .jd_case import QUICK_DEPARTMENT, QUICK_WAREHOUSE
from .live_browser_case import LiveBrowserCase
from .order_case import JdOrderCase

KEY, OTHER_KEY = (Fernet.generate_key().decode() for _ in range(2))
QUERY_DEPARTMENTS = "queryOwnerInfo"
PUBLIC = "https://shop.example.com"


@tagged("post_install", "-at_install")
class TestHealth(JdOrderCase):
    """A connection with which all is well; each break is undone after it was seen."""

    @classmethod
    def setUpClass(cls):
        # First of all: secrets are encrypted when the connection is made.
        options = {"max_cron_threads": 2, "workers": 4, "proxy_mode": False}
        patches = ExitStack()
        cls.addClassCleanup(patches.close)
        patches.enter_context(patch.dict(os.environ, {vault.VARIABLE: KEY}))
        patches.enter_context(patch.dict(config.options, options))
        super().setUpClass()

    def setUp(self):
        super().setUp()
        self.receive_message(self.send(self.make_delivery(1)), "10014")
        self.run_cron("process_messages")

    @contextmanager
    def broken(self, break_it):
        """Break something, then undo it on both sides."""
        with self.env.cr.savepoint() as savepoint:
            # What is set outside of the database ends with the test, so here too.
            with patch.dict(os.environ), patch.dict(config.options):
                break_it()
                self.env.invalidate_all()
                yield
            savepoint.rollback()
        self.env.invalidate_all()
        self.env.registry.clear_all_caches()  # of parameters
        self.sandbox.do("go_back")
        self.sandbox.do("settings", skew=600)

    def open_page(self, user=None, connector=None):
        connector = connector or self.connector
        action = self.as_user(connector, user or self.manager).action_view_health()
        pages = self.as_user(self.env["jd.health"], user or self.manager)
        return pages.browse(action["res_id"])

    def find_row(self, name, **options):
        rows = self.open_page(**options).row_ids
        return rows.filtered(lambda row: row.name == name)

    def assertRow(self, name, result, words, **options):
        row = self.find_row(name, **options)
        self.assertRegex(row.text, words)
        self.assertEqual(row.result, result, row.text)
        return row

    # === ALL IS WELL === #

    def test_where_all_is_well_every_row_says_so_and_what_it_means(self):
        page = self.open_page()
        found = {row.name: row.result for row in page.row_ids}
        # A test message is sent when somebody asks for it.
        expected = dict.fromkeys(TITLES, "good") | {"self_test": "unknown"}
        self.assertEqual(found, expected)
        self.assertEqual((page.attention_count, page.unknown_count), (0, 1))
        for row in page.row_ids:
            with self.subTest(row.name):
                self.assertGreater(len(row.text), 30)
                self.assertTrue(row.title)
                self.assertIn(row.button, {False, *BUTTONS})

    def test_it_costs_two_calls_that_count_and_nothing_secret_is_in_it(self):
        before = self.count_calls(QUERY_DEPARTMENTS)
        page = self.open_page()
        self.assertEqual(self.count_calls(QUERY_DEPARTMENTS), before + 1)
        counted = self.env["jd.call"].search([("call", "=", QUERY_DEPARTMENTS)])
        self.assertTrue(counted)
        shown = str(page.row_ids.read())
        application = self.connector.sudo().token_application_id
        for secret in (KEY, "sandbox-shared-secret", application.message_path):
            self.assertNotIn(secret, shown)

    # === WHAT IS BROKEN === #

    def test_what_breaks_shows_in_its_row(self):
        for name, break_it, check, result, words in self.get_breaks():
            with self.subTest(name), self.broken(break_it):
                self.assertRow(check, result, words)
            # And only for as long as it is broken.
            with self.subTest(f"{name}: mended"):
                self.assertEqual(self.find_row(check).result, "good")

    def get_breaks(self):
        """Return name, break, check, result and words of all that can go wrong."""
        return [
            *self.get_breaks_at_jd(),
            *self.get_breaks_of_goods_and_messages(),
            *self.get_breaks_of_actions(),
            *self.get_breaks_of_the_server(),
            *self.get_breaks_of_the_key(),
        ]

    def get_breaks_at_jd(self):
        def fault(kind, **values):
            return lambda: self.sandbox.do(
                "fault", kind=kind, call=QUERY_DEPARTMENTS, **values
            )

        def set_jd(command, **values):
            return lambda: self.sandbox.do(command, **values)

        def go_ahead():
            late = {"Date": formatdate(time.time() + 1200, usegmt=True)}
            fault("answer", headers=late, status=502, body="<html>")()

        disconnect = self.as_user(self.connector, self.manager).action_disconnect
        close = set_jd("warehouse", no=QUICK_WAREHOUSE, status="3")
        move = set_jd("department", no=QUICK_DEPARTMENT, pins=["jd_demo_basic"])
        return [
            ("a token that ended", fault("expire_token"), "login", "attention", "Reco"),
            ("no answer", fault("html_502"), "login", "unknown", "not answer"),
            ("disconnected", disconnect, "login", "attention", "disconnected"),
            ("no answer", fault("html_502"), "warehouses", "unknown", "see the login"),
            ("a closed warehouse", close, "warehouses", "attention", "has closed it"),
            (
                "a row that cannot be read",
                lambda: self.sandbox.do(
                    "fault",
                    kind="patch",
                    call="queryWarehouseInfo",
                    patch=[{"path": "data.*.status", "value": []}],
                ),
                "warehouses",
                "unknown",
                "cannot read all",
            ),
            ("a lost department", move, "warehouses", "attention", "no access to EBU"),
            (
                "JD's clock ahead",
                go_ahead,
                "clock",
                "attention",
                "1(19|20)[0-9] seconds",
            ),
            (
                "a clock that JD refuses",
                set_jd("settings", skew=-1),
                "clock",
                "attention",
                "NTP",
            ),
        ]

    def get_breaks_of_goods_and_messages(self):
        goods = self.env["jd.goods"].search([("connector_id", "=", self.connector.id)])
        miss = self.connector.sudo()._mark_messages_missing
        return [
            (
                "a product that JD refused",
                lambda: goods[:1].write({"state": "refused", "reason": "No name"}),
                "goods",
                "attention",
                "1 of 2 products must be corrected",
            ),
            (
                "a product that JD does not have",
                lambda: goods[:1].write({"state": "missing"}),
                "goods",
                "attention",
                "1 of 2 products are not at JD",
            ),
            (
                "products that wait",
                lambda: goods.write({"state": "to_match"}),
                "goods",
                "unknown",
                "2 of 2 products are still",
            ),
            (
                "messages that do not arrive",
                miss,
                "messages",
                "attention",
                "(?s)subscribe to messages.*subscribed.*customer group.*address",
            ),
        ]

    def get_breaks_of_actions(self):
        cron = self.env.ref("jd_fulfillment.ir_cron_push_orders")

        def fail():
            cron.ir_actions_server_id.code = "raise KeyError('sandbox-shared-secret')"
            self.env.flush_all()
            with (
                self.enter_registry_test_mode(),
                mute_logger(
                    "odoo.addons.base.models.ir_cron",
                    "odoo.addons.jd_fulfillment.models.mixins.jd_worker_mixin",
                ),
            ):
                cron.method_direct_trigger()
            self.env.invalidate_all()

        def fall_behind():
            cron.nextcall = fields.Datetime.now() - 2 * const.ACTION_OVERDUE

        return [
            (
                "an action switched off",
                lambda: cron.write({"active": False}),
                "actions",
                "attention",
                "send orders” is switched off",
            ),
            (
                "an action that is late",
                fall_behind,
                "actions",
                "attention",
                "should have run on",
            ),
            (
                "an action that fails",
                fail,
                "actions",
                "attention",
                "fails since.*runs so far: 1 .*JD-[0-9A-F]{8} in the log",
            ),
        ]

    def get_breaks_of_the_server(self):
        def start_with(**options):
            return lambda: config.options.update(options)

        return [
            (
                "no scheduled actions",
                start_with(max_cron_threads=0),
                "workers",
                "attention",
                "max_cron_threads = 0",
            ),
            ("one worker", start_with(workers=1), "workers", "attention", "one worker"),
            (
                "little time",
                start_with(limit_time_real_cron=60),
                "workers",
                "attention",
                "is 60 seconds.*Set 120",
            ),
            (
                "the time of requests is that of actions",
                start_with(limit_time_real_cron=-1, limit_time_real=30),
                "workers",
                "attention",
                "is 30 seconds",
            ),
        ]

    def get_breaks_of_the_key(self):
        def configure(key):
            return lambda: os.environ.update({vault.VARIABLE: key})

        def put_into_database():
            self.env["ir.config_parameter"].set_param(vault.OPTION, KEY)

        return [
            ("a lost key", configure(OTHER_KEY), "encryption", "attention", "longer"),
            ("no key", configure(""), "encryption", "attention", "no longer has"),
            ("a broken key", configure("x"), "encryption", "attention", "is not an"),
            (
                "a key in the database",
                put_into_database,
                "encryption",
                "attention",
                "delete the parameter",
            ),
        ]

    def test_an_address_that_jd_cannot_reach_is_told_before_it_is_needed(self):
        connector = self.make_connector(pin="jd_new", environment="production")
        for url, result, words in (
            ("http://localhost:8069", "attention", "this network only"),
            ("http://10.0.0.5", "attention", "this network only"),
            ("https://odoo.local", "attention", "this network only"),
            ("http://shop.example.com", "attention", "begin with https"),
            (PUBLIC, "good", "web.base.url.freeze"),
        ):
            with self.subTest(url):
                self.env["ir.config_parameter"].set_param("web.base.url", url)
                self.assertRow("address", result, words, connector=connector)

    # === WHO === #

    def test_only_managers_see_it_and_only_what_they_may_use(self):
        with self.assertRaises(AccessError):
            self.open_page(self.stock_user)
        with self.assertRaises(AccessError):
            self.open_page(self.other_manager)
        stock_manager = self.make_user("stock_manager", "stock.group_stock_manager")
        page = self.open_page(stock_manager)
        test = page.row_ids.filtered(lambda row: row.name == "self_test")
        self.assertFalse(test.button_label)
        with self.assertRaises(AccessError):
            test.action_press()
        self.assertTrue(self.find_row("self_test").button_label)
        self.assertFalse(self.find_row("actions").button_label)

    def test_every_button_opens_something(self):
        administrator = self.make_user(
            "both", "base.group_system,jd_fulfillment.group_jd_manager"
        )
        page = self.open_page(administrator)
        for name, button in BUTTONS.items():
            if name != "send_test":  # sent over HTTP, see below
                with self.subTest(name):
                    self.assertIn("type", button.press(page))

    def test_the_menu_opens_the_first_connection_and_offers_the_others(self):
        other = self.make_connector(pin="jd_new")
        pages = self.as_user(self.env["jd.health"], self.manager)
        page = pages.browse(pages.action_open()["res_id"])
        self.assertEqual(page.connector_id, self.connector)
        page.connector_id = other
        page.action_check_again()
        rows = {row.name: row for row in page.row_ids}
        self.assertRegex(rows["login"].text, "Nobody signed in")
        self.assertGreaterEqual(page.checked_at, fields.Datetime.now() - timedelta(1))

    def test_an_administrator_adds_a_worker_for_the_work_on_orders(self):
        row = self.find_row("workers")
        with self.assertRaises(AccessError):
            row.action_press()
        admin = self.make_user(
            "system", "base.group_system,jd_fulfillment.group_jd_manager"
        )
        action = self.find_row("workers", user=admin).action_press()
        added = self.env["ir.cron"].search([("jd_shared_id", "!=", False)])
        shared = {f"jd_fulfillment.ir_cron_{name}" for name in const.SHARED_ACTIONS}
        self.assertEqual(set(added.jd_shared_id.get_external_id().values()), shared)
        for row in added:
            self.assertEqual(row.jd_patience, row.jd_shared_id.jd_patience)
            self.assertEqual(row.priority, row.jd_shared_id.priority)
        self.assertLessEqual(added, self.env["ir.cron"].search(action["domain"]))
        self.assertRow("workers", "good", "2 workers share the sending")
        self.env["ir.cron"]._jd_add_worker()
        self.assertRow(
            "workers", "good", "3 workers.* no more than 2 actions run at once"
        )

    def test_further_workers_are_woken_for_what_a_batch_leaves(self):
        added = (
            self.env["ir.cron"]._jd_add_worker() | self.env["ir.cron"]._jd_add_worker()
        )
        first = self.env.ref("jd_fulfillment.ir_cron_push_orders")
        running, other = added.filtered(lambda row: row.jd_shared_id == first)
        worker = self.env["jd.order"].with_context(cron_id=running.id)
        worker._wake_sharers("push_orders")
        woken = self.env["ir.cron.trigger"].search([("cron_id", "in", added.ids)])
        self.assertEqual(woken.cron_id, other)


@tagged("post_install", "-at_install")
class TestHealthPage(LiveBrowserCase):
    """The page in a browser, and test messages to an Odoo that really receives them."""

    numbers = count(1)

    def setUp(self):
        super().setUp()
        self.merchant = self.open_account(next(self.numbers))
        self.connect(self.merchant, subscribe=True)
        self.addCleanup(self.set_parameter, "web.base.url", self.odoo.url)

    def set_parameter(self, key, value):
        self.odoo.call("ir.config_parameter", "set_param", key, value)

    def set_form(self, form):
        self.odoo.execute(SQL("UPDATE jd_application SET message_form = %s", form))

    def open_page(self):
        """Return the id of a new page."""
        connector = [self.merchant.connector_id]
        return self.odoo.call("jd.connector", "action_view_health", connector)["res_id"]

    def read_row(self, page_id, name):
        rows = self.odoo.call(
            "jd.health.row",
            "search_read",
            [["health_id", "=", page_id], ["name", "=", name]],
            ["result", "text"],
        )
        return rows[0]["result"], rows[0]["text"]

    def send_test(self):
        page_id = self.open_page()
        self.odoo.call("jd.health", "action_send_test", [page_id])
        return self.read_row(page_id, "self_test")

    def test_a_test_message_comes_back_in_each_form_and_is_no_message_of_an_order(self):
        for form in (MessageForm.SIGNED, MessageForm.ENVELOPE, MessageForm.PLAIN):
            with self.subTest(form):
                self.set_form(form)
                result, words = self.send_test()
                self.assertEqual(result, "good", words)
        self.assertFalse(self.odoo.search("jd.message"))
        [[path]] = self.odoo.execute(SQL("SELECT message_path FROM jd_application"))
        self.assertNotIn(path, self.odoo.read_log())
        self.set_form(MessageForm.SIGNED)

    def test_a_test_message_that_does_not_come_back_says_why(self):
        with socket.create_server(("127.0.0.1", 0)) as silent:
            for url, words in (
                (self.sandbox.url, "Something else than this Odoo"),
                ("http://127.0.0.1:9", "cannot be reached"),
                (f"http://127.0.0.1:{silent.getsockname()[1]}", "in time"),
            ):
                with self.subTest(words):
                    self.set_parameter("web.base.url", url)
                    result, text = self.send_test()
                    self.assertEqual(result, "attention")
                    self.assertIn(words, text)

    def test_a_proxy_that_odoo_does_not_know_of_is_told(self):
        self.odoo.session.headers["X-Forwarded-Proto"] = "https"
        self.addCleanup(self.odoo.session.headers.pop, "X-Forwarded-Proto")
        result, words = self.read_row(self.open_page(), "address")
        self.assertEqual(result, "attention")
        self.assertIn("proxy_mode = True", words)

    def test_a_manager_opens_it_sends_a_test_and_goes_where_something_is_mended(self):
        with self.open_browser(viewport={"width": 1400, "height": 900}) as page:
            page.goto(
                f"{self.odoo.url}/odoo/jd-fulfillment/{self.merchant.connector_id}"
            )
            page.click("button:has-text('Health')")
            rows = page.locator(".o_jd_health_rows .o_kanban_record:visible")
            test = rows.filter(has_text="Test Message")
            expect(test).to_contain_text("Unknown")
            test.locator("button").click()
            expect(test).to_contain_text("OK")
            expect(test).to_contain_text("It arrived")
            page.click(".o_jd_health_rows button:has-text('Scheduled Actions')")
            expect(page.locator(".o_list_view")).to_contain_text("send orders")
        phone = {"viewport": {"width": 390, "height": 844}, "has_touch": True}
        with self.open_browser(**phone, is_mobile=True) as page:
            page.goto(f"{self.odoo.url}/odoo/action-jd_fulfillment.action_jd_health")
            expect(page.locator(".o_jd_health_rows")).to_contain_text("Goods")
            wide = "document.documentElement.scrollWidth > window.innerWidth"
            self.assertFalse(page.evaluate(wide), "the page scrolls sideways")
