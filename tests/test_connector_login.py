import logging
from datetime import timedelta
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

from freezegun import freeze_time
from lxml import html

from odoo.tests import BaseCase, tagged
from odoo.tools.misc import hash_sign

from .. import const
from ..models.connection import vault
from .jd_case import (
    FASHION,
    QUICK_DEPARTMENT,
    QUICK_NAME,
    QUICK_WAREHOUSE,
    JdHttpCase,
)
from .sandbox_process import read_answer


def changed(address, **query):
    """Return an address with other query parameters; None leaves one out."""
    parts = urlsplit(address)
    query = dict(parse_qsl(parts.query)) | query
    kept = {name: value for name, value in query.items() if value is not None}
    return parts._replace(query=urlencode(kept)).geturl()


@tagged("post_install", "-at_install")
class TestLogin(JdHttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.application = cls.share_application()

    def test_quick_comes_back_with_the_warehouse_in_the_list(self):
        connector = self.connect_over_http(self.make_connector())
        self.assertEqual(connector.state, "connected")
        self.assertEqual(connector.login_user_id, self.manager)
        warehouses = self.as_user(self.env["stock.warehouse"], self.stock_user)
        warehouse = warehouses.search([("name", "=", QUICK_NAME)])
        self.assertEqual(warehouse.jd_connector_id, connector)
        self.assertEqual(warehouse.company_id, self.company)
        self.assertTrue(warehouse.lot_stock_id.active)
        self.assertTrue(warehouse.out_type_id.active and warehouse.in_type_id.active)
        self.assertTrue(connector.is_just_connected)

    def test_a_chinese_pin_connects(self):
        connector = self.make_connector(
            pin="京东示例", department_no="EBU0000000000301", warehouse_no="110000301"
        )
        self.connect_over_http(connector)
        self.assertTrue(self.find_warehouse("110000301-EBU0000000000301-京东示例"))

    def test_basic_connects_with_its_own_application(self):
        connector = self.make_basic(department_no=FASHION, warehouse_no="110000201")
        self.connect_over_http(connector)
        [token] = self.sandbox.get("state")["tokens"]
        self.assertEqual(token["app_key"], "sandbox-own-key")
        self.assertTrue(self.find_warehouse(f"110000201-{FASHION}-jd_demo_basic"))

    def test_basic_without_numbers_connects_and_waits_for_picking(self):
        connector = self.connect_over_http(self.make_basic())
        self.assertEqual(connector.state, "connected")
        self.assertFalse(connector.warehouse_ids)
        notes = "".join(map(str, connector.message_ids.mapped("body")))
        self.assertIn(f"{self.manager.name} signed in at JD", notes)

    def test_requests_are_signed_as_the_application_says(self):
        self.application.algorithm = "HMacSHA256"
        self.assertEqual(
            self.connect_over_http(self.make_connector()).state, "connected"
        )

    def test_whoever_must_sign_into_odoo_first_comes_back_all_the_same(self):
        connector = self.make_connector()
        location = self.sign_in(self.start_login(connector))
        self.authenticate(None, None)
        answer = self.url_open(location, allow_redirects=False)
        login, target = answer.headers["Location"].split("?redirect=")
        self.assertURLEqual(login, "/web/login")
        self.sign_into_odoo(self.manager)
        target = dict(parse_qsl("redirect=" + target))["redirect"]
        self.url_open(target, allow_redirects=False)
        self.assertEqual(connector.state, "connected")

    def test_only_a_get_request_is_taken(self):
        connector = self.make_connector()
        location = self.sign_in(self.start_login(connector))
        for method in ("POST", "PUT", "HEAD", "OPTIONS"):
            with self.subTest(method):
                answer = self.url_open(location, method=method)
                self.assertEqual(answer.status_code, 405)
                self.assertEqual(connector.state, "draft")
        self.come_back(location)
        self.assertEqual(connector.state, "connected", "the code was not used up")

    def test_parameters_are_no_arguments_of_python(self):
        connector = self.make_connector()
        location = self.sign_in(self.start_login(connector))
        for name in ("self", "cls", "endpoint", "args", "_parameters", "kwargs"):
            location += f"&{name}=1"
        self.come_back(location)
        self.assertEqual(connector.state, "connected")

    def test_the_message_address_takes_any_parameter(self):
        for name in ("self", "cls", "endpoint", "_parameters"):
            with self.subTest(name):
                answer = self.url_open(
                    f"{const.MESSAGE_ROUTE}?{name}=1", data=b"{}", method="POST"
                )
                self.assertEqual(answer.status_code, 401)

    def test_a_slash_after_the_address_of_odoo_is_not_doubled(self):
        parameters = self.env["ir.config_parameter"]
        for end in ("", "/", "//"):
            with self.subTest(end):
                parameters.set_param("web.base.url", f"https://odoo.example{end}")
                settings = self.env["res.config.settings"].create({})
                connector = self.make_connector(pin=f"jd_slash{len(end)}")
                for url, route in (
                    (connector.callback_url, const.CALLBACK_ROUTE),
                    (connector.message_url, const.MESSAGE_ROUTE),
                    (settings.jd_callback_url, const.CALLBACK_ROUTE),
                    (settings.jd_message_url, const.MESSAGE_ROUTE),
                ):
                    self.assertEqual(url, f"https://odoo.example{route}")


@tagged("post_install", "-at_install")
class TestLoginInTheLog(BaseCase):
    """The web server logs addresses; what JD's callback brings is not among them."""

    ADDRESS = f"{const.CALLBACK_ROUTE}?state=STATE-1&code=CODE-1"

    def log(self, address):
        with self.assertLogs("werkzeug", logging.INFO) as logged:
            logging.getLogger("werkzeug").info(
                '%s - - [%s] "%s" %s -', "::1", "now", f"GET {address} HTTP/1.1", 303
            )
        [line] = logged.output
        return line

    def assertMasked(self, address):
        line = self.log(address)
        self.assertNotIn("CODE-1", line)
        self.assertNotIn("STATE-1", line)
        self.assertIn("303", line)
        return line

    def test_the_callback_is_logged_without_what_it_brings(self):
        self.assertIn(const.CALLBACK_ROUTE, self.assertMasked(self.ADDRESS))

    def test_so_are_addresses_that_carry_it_along_encoded_any_number_of_times(self):
        encoded = self.ADDRESS
        for depth in range(1, 6):
            encoded = quote(encoded, safe="")
            for address in (
                f"/web/login?redirect={encoded}",
                f"/web/login?redirect={encoded.lower()}",
                f"/web/login/totp?a=1&redirect={quote('/odoo?x=' + encoded)}",
                f"/web/login?redirect={encoded.replace('oauth', '%6Fauth')}",
                f"http://odoo.example/web/login?redirect={encoded}",
                encoded,
                f"{const.CALLBACK_ROUTE}{encoded[-40:]}",
                f"/odoo/{encoded}?x=1",
            ):
                with self.subTest(depth=depth, address=address):
                    self.assertMasked(address.replace("code-1", "CODE-1"))

    def test_other_addresses_are_logged_as_they_are(self):
        for address in (
            "/odoo?code=CODE-1",
            "/web/login?redirect=%2Fodoo%3Fcode%3D1",
            const.CALLBACK_ROUTE,
        ):
            with self.subTest(address):
                self.assertIn(address, self.log(address))


@tagged("post_install", "-at_install")
class TestLoginGoesWrong(JdHttpCase):
    """Every end but the good one: a page in plain words, nothing made, nothing lost."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.application = cls.share_application()

    def setUp(self):
        super().setUp()
        self.connector = self.make_connector()
        self.colleague = self.make_user("manager_2", "jd_fulfillment.group_jd_manager")
        self.before = self.read_everything()

    def read_everything(self):
        """Return what no failed login may change."""
        warehouses = self.env["stock.warehouse"].with_context(active_test=False)
        connectors = self.env["jd.connector"].sudo().with_context(active_test=False)
        return (
            warehouses.search([]).ids,
            [
                (c.id, c.state, vault.get(c, "access_token"))
                for c in connectors.search([])
            ],
            self.env["res.partner"].search_count([]),
        )

    def assertFailed(self, answer, words, way_back):
        self.assertEqual(answer.status_code, 400)
        page = html.fromstring(answer.text)
        text = " ".join(page.find(".//main").text_content().split())
        self.assertIn(words, text)
        [link] = page.find_class("btn-primary")
        self.assertEqual(link.get("href"), way_back._get_form_url())
        self.assertEqual(self.read_everything(), self.before)

    def fail_on_the_way_back(self, words, way_back=None, location=None):
        if location is None:
            location = self.sign_in(self.start_login(self.connector))
        answer = self.come_back(location)
        self.assertNotIn(read_answer(location).get("code", "no code"), answer.text)
        way_back = self.connector if way_back is None else way_back
        self.assertFailed(answer, words, way_back)

    def get_no_connector(self):
        return self.env["jd.connector"]

    # === Whoever comes back === #

    def test_denied_on_jds_page(self):
        location = self.sign_in(self.start_login(self.connector), deny=True)
        self.fail_on_the_way_back("a slip, click Start Connecting", location=location)

    def test_neither_code_nor_error(self):
        location = changed(self.sign_in(self.start_login(self.connector)), code=None)
        self.fail_on_the_way_back("JD was not allowed to connect", location=location)

    def test_no_state(self):
        location = changed(self.sign_in(self.start_login(self.connector)), state=None)
        self.fail_on_the_way_back(
            "This login was not started here", self.get_no_connector(), location
        )

    def test_forged_state(self):
        good = self.sign_in(self.start_login(self.connector))
        state = read_answer(good)["state"]
        unsigned = hash_sign(
            self.env, "another.purpose", [self.connector.id, self.manager.id, "", "", 0]
        )
        for forged in ("x", "é", "AQ", state[:-4] + "AAAA", unsigned):
            with self.subTest(forged[:8]):
                self.fail_on_the_way_back(
                    "This login was not started here",
                    self.get_no_connector(),
                    changed(good, state=forged),
                )

    def test_state_of_another_database(self):
        parameters = self.env["ir.config_parameter"]
        secret = parameters.get_param("database.secret")
        parameters.set_param("database.secret", "that of another database")
        location = self.sign_in(self.start_login(self.connector))
        parameters.set_param("database.secret", secret)
        self.fail_on_the_way_back(
            "This login was not started here", self.get_no_connector(), location
        )

    def test_expired_state(self):
        with freeze_time(-const.LOGIN_TIME_LIMIT - timedelta(seconds=1)):
            url = self.start_login(self.connector)
        self.fail_on_the_way_back("took too long", location=self.sign_in(url))

    def test_replayed_state(self):
        location = self.sign_in(self.start_login(self.connector))
        self.come_back(location)
        self.before = self.read_everything()
        self.fail_on_the_way_back("This login was used already", location=location)
        self.assertEqual(self.connector.state, "connected")

    def test_a_failed_login_is_used_up_too(self):
        location = self.sign_in(self.start_login(self.connector), deny=True)
        self.come_back(location)
        self.fail_on_the_way_back("This login was used already", location=location)

    def test_only_the_login_started_last_counts(self):
        first = self.sign_in(self.start_login(self.connector))
        self.start_login(self.connector)
        self.fail_on_the_way_back("only the one started last", location=first)

    def test_another_user_comes_back(self):
        location = self.sign_in(self.start_login(self.connector))
        self.sign_into_odoo(self.colleague)
        self.fail_on_the_way_back(
            "Another user started this login", self.get_no_connector(), location
        )

    def test_a_user_of_another_company_comes_back(self):
        location = self.sign_in(self.start_login(self.connector))
        self.sign_into_odoo(self.other_manager)
        self.fail_on_the_way_back(
            "Another user started this login", self.get_no_connector(), location
        )

    def test_the_user_lost_the_company_meanwhile(self):
        location = self.sign_in(self.start_login(self.connector))
        self.manager.write(
            {
                "company_ids": [(6, 0, self.other_company.ids)],
                "company_id": self.other_company.id,
            }
        )
        self.fail_on_the_way_back(
            "The connection belongs to another company",
            self.get_no_connector(),
            location,
        )

    def test_the_user_lost_the_role_meanwhile(self):
        location = self.sign_in(self.start_login(self.connector))
        self.manager.group_ids = self.env.ref("stock.group_stock_manager")
        self.fail_on_the_way_back(
            "You may not set up JD connections", self.get_no_connector(), location
        )

    # === What happened to the connection meanwhile === #

    def test_the_connection_was_deleted_meanwhile(self):
        location = self.sign_in(self.start_login(self.connector))
        self.connector.unlink()
        self.before = self.read_everything()
        self.fail_on_the_way_back(
            "The connection is gone", self.get_no_connector(), location
        )

    def test_the_pin_was_taken_meanwhile(self):
        location = self.sign_in(self.start_login(self.connector))
        self.connector.unlink()
        self.make_connector(self.other_manager)
        self.before = self.read_everything()
        self.fail_on_the_way_back(
            "The connection is gone", self.get_no_connector(), location
        )

    def test_the_pin_was_changed_and_taken_meanwhile(self):
        location = self.sign_in(self.start_login(self.connector))
        self.connector.pin = "jd_other"
        self.connector.flush_recordset()
        self.make_connector(self.other_manager)
        self.before = self.read_everything()
        self.fail_on_the_way_back("The PIN was changed meanwhile", location=location)

    def test_the_secret_was_removed_meanwhile(self):
        location = self.sign_in(self.start_login(self.connector))
        self.application.write({"secret": False})
        self.fail_on_the_way_back("must be entered", location=location)

    # === What JD says === #

    def test_jd_refuses_the_code(self):
        location = changed(
            self.sign_in(self.start_login(self.connector)), code="forged"
        )
        self.fail_on_the_way_back("JD did not accept the login", location=location)

    def test_the_code_expired_at_jd(self):
        self.sandbox.do("settings", code_life=0)
        self.fail_on_the_way_back("it has expired")

    def test_jd_refuses_the_application(self):
        location = self.sign_in(self.start_login(self.connector))
        self.sandbox.do("application", key="sandbox-shared-key", secret="another")
        self.fail_on_the_way_back("Check both", location=location)

    def test_signed_in_with_another_account(self):
        location = self.sign_in(
            self.start_login(self.connector), account="jd_demo_basic"
        )
        self.fail_on_the_way_back(
            "You signed in at JD as jd_demo_basic, but this connection is for the PIN "
            "jd_demo_quick",
            location=location,
        )

    def test_basic_signed_in_with_another_account(self):
        self.connector = self.make_basic()
        self.before = self.read_everything()
        location = self.sign_in(
            self.start_login(self.connector), account="jd_demo_quick"
        )
        self.fail_on_the_way_back("You signed in at JD as", location=location)

    def test_the_department_belongs_to_another_pin(self):
        self.connector.department_no = FASHION
        self.fail_on_the_way_back(
            f"has no access to the department {FASHION}. Check both numbers"
        )

    def test_the_department_has_no_such_warehouse(self):
        self.connector.warehouse_no = "110000999"
        self.fail_on_the_way_back(
            f"{QUICK_DEPARTMENT} has no warehouse 110000999 at JD. JD lists: "
            f"{QUICK_WAREHOUSE}, 110000102, 110000109"
        )

    def test_jd_has_closed_the_warehouse(self):
        self.connector.warehouse_no = "110000109"
        self.fail_on_the_way_back(
            "JD has not opened the warehouse 110000109 (Medan DC)"
        )

    # === JD's line === #

    def test_jd_cannot_be_reached(self):
        location = self.sign_in(self.start_login(self.connector))
        parameters = self.env["ir.config_parameter"]
        parameters.set_param(const.SANDBOX_URL_PARAMETER, "http://127.0.0.1:1")
        self.fail_on_the_way_back("JD does not answer", location=location)

    def test_jd_fails_at_any_point_of_the_login(self):
        for call in ("oauthToken", "queryWarehouseInfo"):
            for kind in ("html_502", "timeout_before", "timeout_after"):
                with self.subTest(call=call, kind=kind):
                    self.sandbox.do("clear_faults")
                    self.sandbox.do("fault", kind=kind, call=call, seconds=0.1)
                    self.fail_on_the_way_back("JD does not answer")

    def test_jd_is_slow_but_answers(self):
        self.sandbox.do("settings", latency_ms=600)
        self.connect_over_http(self.connector)
        self.assertEqual(self.connector.state, "connected")

    def test_jd_calls_a_pause(self):
        self.sandbox.do("fault", kind="throttle", call="queryWarehouseInfo")
        self.fail_on_the_way_back("it was called too often")

    # === A connection that works already === #

    def test_a_failed_reconnect_leaves_the_connection_working(self):
        self.connect_over_http(self.connector)
        self.before = self.read_everything()
        denied = self.sign_in(self.start_login(self.connector), deny=True)
        self.fail_on_the_way_back("a slip, click Reconnect", location=denied)
        self.sandbox.do("fault", kind="html_502", call="oauthToken")
        self.fail_on_the_way_back("JD does not answer")
        answer = self.connector.action_check_connection()
        self.assertEqual(answer["params"]["type"], "success")
