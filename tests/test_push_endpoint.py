"""JD's messages over real HTTP: who is let in, what is kept, what is refused."""

import base64
import hashlib
import hmac
import json
import logging
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import requests

from odoo import fields
from odoo.tests import HttpCase, tagged
from odoo.tools import SQL

from .. import const
from ..lib.jdl.messages import MEMBERS
from ..models.connection import vault
from .jd_case import JdCase
from .live_case import LiveCase
from .order_case import JdOrderCase
from .sandbox_process import Caller, jd_time, md5

KEY, SECRET = Caller.KEY, Caller.SECRET
NESTED = b"[" * 30_000
# What a message may tell of a person, by mistake or by a change at JD.
PERSONAL = {"receiverName": "Chanthara S.", "receiverPhone": "+66 2 555 0100"}


def make_body(number="MSG1", **changes):
    content = {
        "messageId": number,
        "pin": "jd_demo_quick",
        "ownerNo": "EBU0000000000101",
        "warehouseNo": "110000101",
        "orderType": "XSCK",
        "orderNo": "ESL1",
        "erpOrderNo": "XSCK-1",
        "status": "10014",
        "operateTime": "2026-03-01 12:00:00",
    } | changes
    return json.dumps({k: v for k, v in content.items() if v is not ...}).encode()


def signed(body, secret=SECRET, sign=None, **changes):
    """Return the query of a message, by the convention and not by the module's code."""
    query = {
        "app_key": KEY,
        "method": "order.status",
        "timestamp": jd_time(),
        "v": "2.0",
        "algorithm": "md5-salt",
    } | changes
    content = b"".join(
        [
            f"{secret}app_key{query['app_key']}method{query['method']}".encode(),
            b"param_json" + body,
            f"timestamp{query['timestamp']}v{query['v']}{secret}".encode(),
        ]
    )
    if sign is None:
        sign = hashlib.md5(content).hexdigest()
    elif callable(sign):
        sign = sign(content, secret)
    return query | {"sign": sign}


def hmac_sha256(content, secret):
    digest = hmac.new(secret.encode(), content, "sha256").digest()
    return base64.b64encode(digest).decode()


@tagged("post_install", "-at_install")
class TestPushEndpoint(JdCase, HttpCase):
    def setUp(self):
        super().setUp()
        self.application = self.share_application()
        self.connector = self.connect(self.make_connector())
        # Nothing of a test's own requests is to be asked about.
        self.env["ir.cron.trigger"].search([]).unlink()

    def post(self, body, query=None, **options):
        """Return JD's view of the answer: HTTP status and code."""
        query = signed(body) if query is None else query
        answer = self.opener.post(
            self.base_url() + const.MESSAGE_ROUTE,
            params=query,
            data=body,
            headers={"Content-Type": "application/json"} | options.pop("headers", {}),
            timeout=10,
        )
        self.env.invalidate_all()
        is_json = answer.headers["Content-Type"].startswith("application/json")
        return answer.status_code, is_json and answer.json()["code"]

    def get_messages(self):
        return self.env["jd.message"].search([])

    def get_wakes(self):
        action = self.env.ref("jd_fulfillment.ir_cron_process_messages")
        return self.env["ir.cron.trigger"].search_count([("cron_id", "=", action.id)])

    def assertRejected(self, status, body, query=None, **options):
        before = self.get_messages(), self.get_wakes()
        with self.assertLogs("odoo.addons.jd_fulfillment", "WARNING") as logs:
            self.assertEqual(
                self.post(body, query, **options), (status, str(status)), body[:80]
            )
        self.assertEqual((self.get_messages(), self.get_wakes()), before)
        self.assertNotIn(SECRET, "".join(logs.output))

    # === ACCEPTED === #

    def test_a_message_is_kept_as_it_came_and_wakes_the_action(self):
        body = make_body()
        self.assertEqual(self.post(body), (200, "1000"))
        message = self.get_messages()
        self.assertEqual(message.connector_id, self.connector)
        self.assertEqual(message.company_id, self.company)
        self.assertEqual(message.message_no, "MSG1")
        self.assertEqual(message.topic, "order.status")
        self.assertEqual(message.kind, "outbound")
        self.assertEqual(message.jd_number, "ESL1")
        self.assertEqual(message.own_number, "XSCK-1")
        self.assertEqual(message.code, "10014")
        # JD's clock is eight hours ahead of UTC.
        self.assertEqual(
            message.happened_at, fields.Datetime.to_datetime("2026-03-01 04:00:00")
        )
        self.assertEqual(message.state, "new")
        self.assertEqual(json.loads(message.body), json.loads(body))
        self.assertEqual(self.get_wakes(), 1)

    def test_a_message_wakes_the_action_though_a_planned_run_is_due(self):
        now = fields.Datetime.now()
        action = self.env.ref("jd_fulfillment.ir_cron_process_messages")
        planned = action._trigger(now - timedelta(seconds=1))
        # Nobody was told of it: Odoo's scheduler finds it within a minute.
        planned.create_date = now - timedelta(minutes=1)
        self.post(make_body())
        self.assertEqual(self.get_wakes(), 2)

    def test_a_message_delivered_again_is_accepted_and_changes_nothing(self):
        for _delivery in range(3):
            self.assertEqual(self.post(make_body()), (200, "1000"))
        self.assertEqual(len(self.get_messages()), 1)
        self.assertEqual(self.get_wakes(), 1)

    def test_the_digits_of_an_md5_signature_come_in_either_case(self):
        query = signed(make_body())
        query["sign"] = query["sign"].upper()
        self.assertEqual(self.post(make_body(), query), (200, "1000"))

    def test_an_application_that_signs_otherwise(self):
        self.application.algorithm = "HMacSHA256"
        body = make_body()
        self.assertEqual(self.post(body, signed(body, sign=hmac_sha256)), (200, "1000"))
        self.assertRejected(401, make_body("MSG2"))

    def test_numbers_may_be_numbers_and_texts_may_hold_what_json_can_write(self):
        body = make_body(status=10014, orderNo="E\0S\ud800L", erpOrderNo="订单-1")
        self.assertEqual(self.post(body), (200, "1000"))
        message = self.get_messages()
        self.assertEqual(message.code, "10014")
        self.assertEqual(message.jd_number, "ES?L")
        self.assertEqual(message.own_number, "订单-1")

    def test_nothing_about_a_person_is_kept_or_logged(self):
        body = make_body(**PERSONAL)
        with self.assertLogs(level="DEBUG") as logs:
            self.assertEqual(self.post(body), (200, "1000"))
            self.assertEqual(self.post(body), (200, "1000"))
        logged, kept = "".join(logs.output), str(self.get_messages().read())
        for personal in (*PERSONAL, *PERSONAL.values()):
            self.assertNotIn(personal, logged)
            self.assertNotIn(personal, kept)
        self.assertNotIn(SECRET, logged)

    # === WHO === #

    def test_what_jd_did_not_sign_is_rejected(self):
        body = make_body()
        cases = {
            "no signature": signed(body, sign=""),
            "another signature": signed(body, sign=md5("another")),
            "letters no signature has": signed(body, sign="签名"),
            "another secret": signed(body, secret="sandbox-own-secret"),
            "no secret": signed(body, secret=""),
            "another algorithm": signed(body, sign=hmac_sha256),
            "an unknown application": signed(body, app_key="unknown"),
            "no application": signed(body, app_key=""),
            "a key no database can look for": signed(body, app_key=f"{KEY}\0"),
            "nothing at all": {},
        }
        for name, query in cases.items():
            with self.subTest(name):
                self.assertRejected(401, body, query)

    def test_what_was_changed_on_the_way_is_rejected(self):
        body = make_body()
        with self.subTest("body"):
            self.assertRejected(401, body.replace(b"10014", b"10019"), signed(body))
        with self.subTest("a space in the body"):
            self.assertRejected(401, body + b" ", signed(body))
        for name, value in (("method", "order.other"), ("v", "3.0")):
            with self.subTest(name):
                self.assertRejected(401, body, signed(body) | {name: value})
        with self.subTest("timestamp"):
            later = signed(body) | {"timestamp": jd_time(minutes=1)}
            self.assertRejected(401, body, later)

    def test_without_a_secret_nobody_is_let_in(self):
        self.application.write({"secret": False})
        self.assertRejected(401, make_body())
        self.assertRejected(401, make_body(), signed(make_body(), secret=""))

    def test_a_copy_of_the_database_lets_nobody_in(self):
        self.env["ir.config_parameter"].set_param("database.uuid", "of-the-copy")
        self.assertRejected(401, make_body())

    def test_an_old_or_early_message_is_rejected(self):
        for minutes in (-11, 11, -60 * 24):
            with self.subTest(minutes=minutes):
                body = make_body()
                query = signed(body, timestamp=jd_time(minutes))
                self.assertRejected(401, body, query)
        body = make_body()
        query = signed(body, timestamp=jd_time(-9))
        self.assertEqual(self.post(body, query), (200, "1000"))

    def test_a_time_that_is_none_is_rejected(self):
        for text in ("", "yesterday", "2026-02-30 00:00:00", "0001-01-01 00:00:00"):
            with self.subTest(text):
                body = make_body()
                self.assertRejected(400, body, signed(body, timestamp=text))

    # === FOR WHOM === #

    def test_a_pin_that_is_not_connected_is_rejected(self):
        for pin in ("jd_demo_basic", "JD_DEMO_QUICK", "' OR 1=1"):
            with self.subTest(pin):
                self.assertRejected(404, make_body(pin=pin))

    def test_another_application_cannot_speak_of_this_pin(self):
        own = self.make_basic(pin="other_pin")
        self.assertTrue(own.sudo().own_application_id.has_secret)
        body = make_body()
        query = signed(body, secret="sandbox-own-secret", app_key="sandbox-own-key")
        self.assertRejected(404, body, query)

    def test_a_connection_that_was_cut_hears_nothing(self):
        self.connector.action_disconnect()
        self.assertRejected(404, make_body())

    # === WHAT === #

    def test_what_is_no_message_is_rejected(self):
        bodies = [
            b"",
            b" ",
            b"{",
            b"text",
            b"null",
            b"1",
            b"[]",
            b'["messageId"]',
            b'"messageId"',
            b"\xff\xfe{",
            b'{"messageId": "\xff"}',
            b"1" * 5000,
            NESTED,
            NESTED.replace(b"[", b'{"":')[: const.MESSAGE_LIMIT],
        ]
        for body in bodies:
            with self.subTest(body[:20]):
                self.assertRejected(400, body)

    def test_a_member_of_another_type_is_rejected(self):
        for name in MEMBERS:
            for value in ({}, [], [1], {"a": 1}, True, 1.5, "x" * 200, 10**200):
                with self.subTest(name=name, value=str(value)[:20]):
                    self.assertRejected(400, make_body(**{name: value}))

    def test_a_member_that_is_needed_must_be_there(self):
        for name in ("messageId", "pin", "orderType", "status", "operateTime"):
            for value in (..., None, ""):
                with self.subTest(name=name, value=value):
                    self.assertRejected(400, make_body(**{name: value}))

    def test_a_time_of_the_event_must_be_one(self):
        for text in ("soon", "2026-13-01 00:00:00", "0001-01-01 00:00:00", "12"):
            with self.subTest(text):
                self.assertRejected(400, make_body(operateTime=text))

    def test_another_topic_is_rejected(self):
        for topic in ("order.other", "", "order.status\0"):
            with self.subTest(topic):
                body = make_body()
                self.assertRejected(400, body, signed(body, method=topic))

    def test_a_message_that_is_too_long_is_not_even_read(self):
        body = make_body(note="x" * const.MESSAGE_LIMIT)
        for kind in ("application/json", "application/x-www-form-urlencoded"):
            with self.subTest(kind):
                status, _code = self.post(body, headers={"Content-Type": kind})
                self.assertEqual(status, 413)
        body = make_body(note="x" * (const.MESSAGE_LIMIT - 1000))
        self.assertEqual(self.post(body), (200, "1000"))

    def test_a_form_is_not_a_message(self):
        body = make_body()
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        self.assertRejected(401, body, headers=form)

    def test_only_posting_is_answered(self):
        answer = self.opener.get(self.base_url() + const.MESSAGE_ROUTE, timeout=10)
        self.assertEqual(answer.status_code, 405)


@tagged("post_install", "-at_install")
class TestOtherForms(JdOrderCase, HttpCase):
    """Messages in the forms of JD's express, over HTTP."""

    def setUp(self):
        super().setUp()
        self.order = self.make_delivery(1, 1).jd_order_id
        self.run_cron("push_orders")
        self.application = self.connector.sudo().token_application_id

    def post(self, *, path="", **options):
        self.env.flush_all()
        answer = self.opener.post(
            self.base_url() + const.MESSAGE_ROUTE + path, timeout=10, **options
        )
        self.env.invalidate_all()
        return answer.status_code, answer.json()

    def post_envelope(self, body, secret=SECRET, path="", **changes):
        timestamp = jd_time()
        form = {
            "message_id": "M-1",
            "token": md5(f"{body}{timestamp}{secret}"),
            "format": "json",
            "timestamp": timestamp,
            "request_body": body,
        }
        return self.post(data=form | changes, path=path)

    def get_messages(self):
        return self.env["jd.message"].search([])

    def test_an_envelope_is_a_hint_about_its_order(self):
        self.application.message_form = "envelope"
        body = json.dumps({"orderId": self.order.name, "state": "10015", "备注": "å"})
        accepted = (200, {"statusCode": 0, "statusMessage": "OK"})
        for _delivery in range(2):
            self.assertEqual(self.post_envelope(body), accepted)
        message = self.get_messages()
        self.assertEqual(message.own_number, self.order.name)
        self.assertEqual((message.kind, message.code), ("outbound", "10015"))
        self.assertEqual(message.connector_id, self.connector)
        self.follow_messages()
        self.assertEqual(self.order.status_code, "10015")

    def test_an_envelope_that_is_not_signed_is_rejected(self):
        self.application.message_form = "envelope"
        body = json.dumps({"orderId": self.order.name})
        self.assertEqual(self.post_envelope(body, "another")[0], 401)
        self.assertEqual(self.post_envelope(body, token="")[0], 401)
        status, answer = self.post_envelope(body, timestamp=jd_time(-60))
        self.assertEqual((status, answer["statusCode"]), (401, 1))
        self.assertFalse(self.get_messages())

    def test_bare_json_is_taken_at_the_address_that_jd_was_told_only(self):
        self.application.message_form = "plain"
        secret = f"/{self.application.message_path}"
        self.assertGreater(len(secret), 30)
        body = {"data": [{"no": self.order.jd_number}]}
        self.assertEqual(self.post(path=secret, json=body), (200, {"code": "200"}))
        message = self.get_messages()
        self.assertEqual(message.jd_number, self.order.jd_number)
        self.assertEqual((message.kind, message.code), ("outbound", False))
        for path in ("", "/x", secret[:-1], f"{secret}x"):
            with self.subTest(path=path):
                self.assertEqual(self.post(path=path, json=body)[0], 401)
        self.assertEqual(len(self.get_messages()), 1)
        self.follow_messages()
        self.assertEqual(self.count_calls("querySoOrder"), 1)
        self.assertEqual(message.state, "done")

    def test_the_form_is_chosen_where_the_key_is_and_the_address_follows(self):
        basic = self.make_basic()
        self.assertTrue(basic.message_url.endswith(const.MESSAGE_ROUTE))
        basic.app_message_form = "plain"
        path = basic.sudo().own_application_id.message_path
        self.assertTrue(basic.message_url.endswith(f"{const.MESSAGE_ROUTE}/{path}"))
        seen = self.as_user(basic, self.stock_user)
        self.assertNotIn("message_url", seen.read()[0])
        settings = self.env["res.config.settings"].create({"jd_message_form": "plain"})
        settings.execute()
        shared_sudo = self.env["jd.application"]._get_shared()
        self.assertEqual(shared_sudo.message_form, "plain")
        shown = self.env["res.config.settings"].create({}).jd_message_url
        self.assertTrue(shown.endswith(shared_sudo.message_path))

    def test_the_secret_part_of_the_address_is_not_logged(self):
        for query in ("", "?a=b"):
            address = f"{const.MESSAGE_ROUTE}/s3cret{query}"
            record = logging.LogRecord(
                *("werkzeug", logging.INFO, "", 0),
                *('"POST %s HTTP/1.1" 200', (address,), None),
            )
            logging.getLogger("werkzeug").filter(record)
            self.assertEqual(
                record.getMessage(),
                f'"POST {const.MESSAGE_ROUTE}/***{query} HTTP/1.1" 200',
            )

    def test_an_application_is_heard_in_its_own_form_only(self):
        body = json.dumps({"orderId": self.order.name})
        secret = f"/{self.application.message_path}"
        self.assertEqual(self.post_envelope(body)[0], 401)
        self.assertEqual(self.post(path=secret, data=body.encode())[0], 401)
        self.application.message_form = "envelope"
        self.assertEqual(self.post(path=secret, data=body.encode())[0], 401)
        self.application.message_form = "plain"
        self.assertEqual(self.post_envelope(body)[0], 401)
        self.assertFalse(self.get_messages())

    def test_applications_have_addresses_of_their_own(self):
        applications = self.env["jd.application"].create(
            [{"key": "one", "company_id": self.company.id}, {"key": "two"}][:1]
        )
        self.assertNotEqual(applications.message_path, self.application.message_path)
        self.assertFalse(applications.copy_data()[0].get("message_path"))

    def test_a_message_that_names_no_account_finds_that_of_its_order(self):
        self.application.message_form = "envelope"
        other = self.make_connector(pin="jd_other")
        other.sudo().token_application_id = self.application
        self.post_envelope(json.dumps({"orderId": self.order.name}))
        self.assertEqual(self.get_messages().connector_id, self.connector)
        unknown = json.dumps({"orderId": "ESL9"})
        self.assertEqual(self.post_envelope(unknown, message_id="M-2")[0], 404)

    def test_many_orders_in_one_message_are_each_a_hint(self):
        self.application.message_form = "envelope"
        more = self.make_delivery(1).jd_order_id
        body = json.dumps({"list": [self.order.name, more.name]})
        self.assertEqual(self.post_envelope(body)[0], 200)
        self.assertEqual(
            set(self.get_messages().mapped("own_number")), {self.order.name, more.name}
        )


@tagged("post_install", "-at_install")
class TestSandboxPushes(JdOrderCase, HttpCase):
    """The sandbox delivers its messages itself."""

    def setUp(self):
        super().setUp()
        self.sandbox.do("settings", message_url=self.base_url() + const.MESSAGE_ROUTE)

    def deliver_messages(self, count):
        """Let JD deliver until so many messages have arrived."""
        self.env.flush_all()
        with self.allow_requests(all_requests=True):
            for _ in range(100):
                sent = self.sandbox.get("messages")
                if len(sent) >= count and all(m["state"] != "waiting" for m in sent):
                    break
                time.sleep(0.1)
            self._wait_remaining_requests()
        self.env.invalidate_all()
        return sent

    def test_messages_move_an_order_and_jd_is_asked_for_its_waybill_alone(self):
        order = self.make_delivery(1, 1).jd_order_id
        self.run_cron("push_orders")
        self.sandbox.do("advance", to="10017")
        sent = self.deliver_messages(6)
        self.assertEqual({each["state"] for each in sent}, {"delivered"})
        self.follow_messages()
        self.assertEqual(order.status_code, "10017")
        self.assertIn("push", order.event_ids.mapped("source"))
        self.assertEqual(self.connector.subscription_state, "receiving")
        self.assertEqual(self.count_calls("querySoOrder"), 1)

    def test_what_is_rejected_is_delivered_again_once_it_can_be_taken(self):
        order = self.make_delivery(1, 1).jd_order_id
        self.run_cron("push_orders")
        application = self.connector.sudo().token_application_id
        secret = vault.get(application, "secret")
        self.sandbox.do("settings", push_backoff=0.3)
        application.write({"secret": False})
        self.sandbox.do("advance", to="100130")
        self.env.flush_all()
        with self.allow_requests(all_requests=True):
            time.sleep(1)
        application.write({"secret": secret})
        sent = self.deliver_messages(2)
        self.assertEqual({each["state"] for each in sent}, {"delivered"})
        self.assertTrue(all(each["attempts"] > 1 for each in sent))
        self.follow_messages()
        self.assertEqual(order.status_code, "100130")


@tagged("post_install", "-at_install")
class TestPushAtOnce(LiveCase):
    """Deliveries over connections of their own, to a server whose work is committed."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.merchants = iter(range(101, 200))

    def setUp(self):
        super().setUp()
        self.merchant = self.open_account(next(self.merchants))
        self.connect(self.merchant, subscribe=True)

    def post(self, body):
        answer = requests.post(
            self.message_url, params=signed(body), data=body, timeout=30
        )
        return answer.status_code, answer.json()["code"]

    def test_two_deliveries_at_the_same_instant_are_one_message(self):
        body = make_body("MSG-TWIN", pin=self.merchant.pin)
        with self.odoo.connection() as cr, ThreadPoolExecutor() as executor:
            cr.execute("LOCK TABLE jd_message IN SHARE ROW EXCLUSIVE MODE")
            deliveries = [executor.submit(self.post, body) for _ in range(2)]
            self.wait_for(lambda: self.odoo.count_waiting() >= 2, "two that wait")
            cr.rollback()
            answers = [each.result() for each in deliveries]
        self.assertEqual(answers, [(200, "1000")] * 2)
        messages = self.odoo.search("jd.message", ["message_no", "=", "MSG-TWIN"])
        self.assertEqual(len(messages), 1)
        # The second one finds the first, instead of failing on it and being repeated.
        self.assertNotIn("duplicate key", self.odoo.read_log())

    def test_many_deliveries_at_once_are_all_kept_once(self):
        bodies = [
            make_body(f"MSG-{number % 20}", pin=self.merchant.pin)
            for number in range(60)
        ]
        with ThreadPoolExecutor(8) as executor:
            answers = set(executor.map(self.post, bodies))
        self.assertEqual(answers, {(200, "1000")})
        messages = self.odoo.search(
            "jd.message", ["connector_id", "=", self.merchant.connector_id]
        )
        self.assertEqual(len(messages), 20)

    def test_each_message_is_found_by_a_run_that_begins_after_it(self):
        action_id = self.odoo.get_id("jd_fulfillment.ir_cron_process_messages")
        of_action = SQL("FROM ir_cron_trigger WHERE cron_id = %s", action_id)
        count = SQL("SELECT count(*) %s", of_action)
        with self.odoo.connection() as scheduler, self.odoo.connection() as run:
            # As Odoo's scheduler has an action, so that no run of it begins here.
            scheduler.execute(
                SQL("SELECT FROM ir_cron WHERE id = %s FOR NO KEY UPDATE", action_id)
            )
            self.odoo.execute(SQL("DELETE %s", of_action))
            for number in range(3):
                self.post(make_body(f"WAKE-{number}", pin=self.merchant.pin))
                self.assertEqual(self.odoo.execute(count), [(1,)], "one run for all")
            run.execute(SQL("DELETE %s", of_action))  # what each run begins with
            self.post(make_body("WAKE-3", pin=self.merchant.pin))
            run.commit()
            self.assertEqual(self.odoo.execute(count), [(1,)], "the run had begun")
            self.odoo.execute(
                SQL(
                    "UPDATE ir_cron_trigger SET create_date = create_date - %s,"
                    " call_at = call_at - %s WHERE cron_id = %s",
                    *(timedelta(seconds=6), timedelta(seconds=6), action_id),
                )
            )
            # The scheduler may not have been heard, or not have got through.
            self.post(make_body("WAKE-4", pin=self.merchant.pin))
            self.assertEqual(self.odoo.execute(count), [(2,)], "it is told again")

    # === JD ITSELF, IN EACH FORM === #

    def test_jd_pushes_an_envelope_and_the_order_moves_on(self):
        self.check_form("envelope", "envelope")

    def test_jd_pushes_bare_json_and_the_order_moves_on(self):
        self.check_form("plain", "bare")

    def check_form(self, chosen, pushed):
        """Have JD push in a form that is chosen here, and expect it to be applied."""
        self.addCleanup(self.choose_form, "signed", "signed")
        self.choose_form(chosen, pushed)
        product_id = self.make_product(self.merchant, f"FORM-{pushed}")
        self.make_delivery(self.merchant, product_id, 1)
        order = self.wait_for(
            lambda: self.get_order_at_jd(self.merchant), "an order at JD"
        )
        self.sandbox.do("advance", orders=[order["orderNo"]], to="10014")
        self.wait_for(
            lambda: self.odoo.call(
                "jd.message",
                "search_count",
                [["state", "=", "done"], ["order_id.jd_number", "=", order["orderNo"]]],
            ),
            "a message that was applied",
        )

    def choose_form(self, chosen, pushed):
        settings_id = self.odoo.create("res.config.settings", jd_message_form=chosen)
        self.odoo.call("res.config.settings", "execute", [settings_id])
        [application] = self.odoo.call(
            "jd.application", "search_read", [["key", "=", KEY]], ["message_path"]
        )
        path = f"/{application['message_path']}" if chosen == "plain" else ""
        self.sandbox.do(
            "application",
            key=KEY,
            message_form=pushed,
            message_url=self.message_url + path,
        )
