from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

from odoo.tests import tagged

from ..lib import signing
from ..lib.api import (
    CredentialsRefused,
    JdError,
    OutcomeUnknown,
    PermissionRefused,
    Refused,
    RetryLater,
    Shop,
    Throttled,
    TokenRefused,
    WarehouseStatus,
)
from ..lib.clock import utc_now
from .client_case import BASIC, CALLBACK, CHINESE, OWN, SHARED, ClientCase


@tagged("post_install", "-at_install")
class TestLogin(ClientCase):
    def test_the_login_gives_a_token_with_expiries_in_utc(self):
        token = self.get_token()
        self.assertTrue(token.access_token and token.refresh_token)
        self.assertEqual(token.account, "jd_demo_quick")
        for expiry, days in (
            (token.access_expires_at, 365),
            (token.refresh_expires_at, 395),
        ):
            expected = utc_now() + timedelta(days=days)
            self.assertAlmostEqual(expiry, expected, delta=timedelta(minutes=1))

    def test_a_token_shows_no_secret_when_it_is_printed(self):
        token = self.get_token()
        self.assertNotIn(token.access_token, repr(token))
        self.assertNotIn(token.refresh_token, repr(token))
        self.assertNotIn("sandbox-shared-secret", repr(SHARED))

    def test_a_code_works_once(self):
        code = self.authorize()
        self.make_login().exchange_code(code)
        with self.assertRaisesRegex(Refused, "used before"):
            self.make_login().exchange_code(code)

    def test_a_code_nobody_gave_is_refused(self):
        with self.assertRaises(Refused):
            self.make_login().exchange_code("made-up")

    def test_a_code_of_another_application_is_refused(self):
        with self.assertRaises(Refused):
            self.make_login(OWN).exchange_code(self.authorize())

    def test_a_wrong_secret_concerns_the_application_not_the_code(self):
        for wrong in (replace(SHARED, secret="no"), replace(SHARED, key="no")):
            with self.assertRaises(CredentialsRefused) as caught:
                self.make_login(wrong).exchange_code("any")
            self.assertNotIsInstance(caught.exception, TokenRefused)

    def test_a_token_is_renewed(self):
        old = self.get_token()
        new = self.make_login().refresh(old)
        self.assertNotEqual(new.access_token, old.access_token)
        self.assertTrue(self.connect(token=new).departments())

    def test_jd_may_not_renew_a_token(self):
        token = self.get_token()
        self.sandbox.do("application", key=SHARED.key, refresh="refused")
        with self.assertRaises(TokenRefused):
            self.make_login().refresh(token)

    def test_a_renewal_with_a_wrong_secret_concerns_the_application(self):
        with self.assertRaises(CredentialsRefused):
            self.make_login(replace(SHARED, secret="no")).refresh(self.get_token())

    def test_a_renewal_with_a_wrong_clock_asks_for_the_clock(self):
        transport = self.make_transport(now=lambda: utc_now() - timedelta(hours=1))
        with self.assertRaisesRegex(RetryLater, "clock"):
            self.make_login(transport=transport).refresh(self.get_token())

    def test_a_broken_line_leaves_a_login_open(self):
        code = self.authorize()
        self.sandbox.do("fault", kind="timeout_after", call="oauthToken")
        with self.assertRaises(OutcomeUnknown):
            self.make_login().exchange_code(code)

    def test_the_login_page_gets_all_it_needs(self):
        url = self.make_login().authorize_url(CALLBACK, "a&b=c")
        self.assertTrue(url.startswith(f"{self.sandbox.url}/oauth/authorize?"))
        query = parse_qs(urlsplit(url).query)
        self.assertEqual(
            query,
            {
                "client_id": [SHARED.key],
                "redirect_uri": [CALLBACK],
                "response_type": ["code"],
                "state": ["a&b=c"],
            },
        )


@tagged("post_install", "-at_install")
class TestGateway(ClientCase):
    def test_every_algorithm_is_accepted(self):
        token = self.get_token()
        for algorithm in signing.ALGORITHMS:
            with self.subTest(algorithm=algorithm):
                application = replace(SHARED, algorithm=algorithm)
                jd = self.connect(application=application, token=token)
                self.assertTrue(jd.departments())

    def test_a_chinese_pin_is_signed_as_it_is_sent(self):
        [department] = self.connect(CHINESE).departments()
        self.assertEqual(department.number, "EBU0000000000301")
        self.assertEqual(department.name, "京东示例")

    def test_a_wrong_secret_stops_the_connector(self):
        token = self.get_token()
        for wrong in (replace(SHARED, secret="no"), replace(SHARED, key="no")):
            jd = self.connect(application=wrong, token=token)
            with self.assertRaises(CredentialsRefused) as caught:
                jd.departments()
            self.assertNotIsInstance(caught.exception, TokenRefused)

    def test_an_expired_or_revoked_token_asks_for_a_new_login(self):
        jd = self.connect()
        self.sandbox.do("tokens", pin="jd_demo_quick", expire=True)
        with self.assertRaises(TokenRefused):
            jd.departments()
        self.sandbox.do("tokens", pin="jd_demo_quick", revoke=True)
        with self.assertRaises(TokenRefused):
            jd.departments()

    def test_a_wrong_clock_is_named(self):
        slow = self.make_transport(now=lambda: utc_now() - timedelta(hours=1))
        with self.assertRaisesRegex(RetryLater, "clock"):
            self.connect(transport=slow).departments()

    def test_a_throttled_call_says_how_long_to_wait(self):
        jd = self.connect()
        self.sandbox.do("fault", kind="throttle", count=1)
        with self.assertRaises(Throttled) as caught:
            jd.departments()
        self.assertEqual(caught.exception.wait_seconds, 60)
        self.assertTrue(jd.departments())

    def test_a_call_not_opened_to_the_application_leaves_the_others_alone(self):
        jd = self.connect()
        self.sandbox.do(
            "application", key=SHARED.key, forbidden_calls=["queryShopInfo"]
        )
        with self.assertRaisesRegex(PermissionRefused, "ask JD"):
            jd.shops("EBU0000000000101")
        self.assertTrue(jd.departments())

    def test_a_question_that_got_no_answer_may_be_asked_again(self):
        jd = self.connect(transport=self.make_transport(read_timeout=0.5))
        faults = (
            {"kind": "timeout_after"},
            {"kind": "html_502"},
            {"kind": "slow", "seconds": 1},
            {"kind": "refuse", "code": "4000"},
        )
        for fault in faults:
            with self.subTest(fault=fault):
                self.sandbox.do("fault", **fault, count=1)
                with self.assertRaises(RetryLater):
                    jd.departments()
                self.assertTrue(jd.departments())

    def test_an_error_says_what_jd_said(self):
        jd = self.connect()
        self.sandbox.do("fault", kind="refuse", code="2999", message="货品不足")
        with self.assertRaises(Refused) as caught:
            jd.departments()
        error = caught.exception
        self.assertEqual(error.message, "货品不足")
        self.assertEqual((error.code, error.call), ("2999", "queryOwnerInfo"))
        self.assertTrue(error.request_id)

    def test_no_call_writes_a_secret_or_a_person_into_a_log(self):
        with self.assertLogs(level="DEBUG") as logs:
            code = self.authorize()
            login = self.make_login()
            token = login.exchange_code(code)
            renewed = login.refresh(token)
            jd = self.connect(token=renewed)
            jd.warehouses("EBU0000000000101")
            self.sandbox.do("tokens", pin="jd_demo_quick", expire=True)
            with suppress(JdError):
                jd.departments()
        # What the test itself says as JD's customer or clerk is not the client's.
        own = ("authorize", "/sandbox/", "Starting new HTTP")
        lines = [
            line
            for line in (record.getMessage() for record in logs.records)
            if not any(word in line for word in own)
        ]
        text = "\n".join(lines)
        self.assertIn("JD queryWarehouseInfo EBU0000000000101: ok", text)
        self.assertIn("JD queryOwnerInfo -: TokenRefused 19", text)
        secrets = {code, SHARED.secret, "jd_demo_quick", "Jakarta"}
        for each in (token, renewed):
            secrets |= {each.access_token, each.refresh_token}
        for secret in secrets:
            self.assertNotIn(secret, text)
        self.assertNotRegex(text, r"sign=(?!\*\*\*)")


@tagged("post_install", "-at_install")
class TestMasterData(ClientCase):
    def test_departments_are_those_of_the_pin(self):
        found = self.connect(BASIC, OWN).departments()
        self.assertEqual(
            [(row.number, row.name) for row in found],
            [
                ("EBU0000000000201", "Demo Fashion"),
                ("EBU0000000000202", "Demo Beauty"),
            ],
        )

    def test_warehouses_come_with_their_status_and_address(self):
        found = self.connect().warehouses("EBU0000000000101")
        statuses = {row.number: row.status for row in found}
        self.assertEqual(
            statuses,
            {
                "110000101": WarehouseStatus.ENABLED,
                "110000102": WarehouseStatus.ENABLED,
                "110000109": WarehouseStatus.DISABLED,
            },
        )
        jakarta = found[0]
        self.assertEqual(jakarta.name, "Jakarta DC")
        self.assertEqual(jakarta.address.city, "Jakarta")
        self.assertEqual(jakarta.address.phone, "")

    def test_only_the_named_warehouses_are_listed(self):
        jd = self.connect()
        many = [f"11000{number:04}" for number in range(101, 200)]
        for wanted in (["110000102"], many[1:2], many):
            with self.subTest(wanted=len(wanted)):
                found = jd.warehouses("EBU0000000000101", wanted)
                numbers = {row.number for row in found}
                self.assertIn("110000102", numbers)
                self.assertLessEqual(numbers, set(wanted))
        self.assertEqual(list(jd.warehouses("EBU0000000000101", ["110000999"])), [])

    def test_another_merchants_department_is_refused(self):
        jd = self.connect()
        for ask in (jd.warehouses, jd.shops):
            with self.assertRaises(PermissionRefused):
                ask("EBU0000000000201")

    def test_a_pin_that_is_not_the_tokens_account_is_refused(self):
        jd = self.connect(pin="jd_demo_basic")
        with self.assertRaises(PermissionRefused):
            jd.warehouses("EBU0000000000101")

    def test_the_shops_of_a_department_are_listed(self):
        self.assertEqual(
            list(self.connect().shops("EBU0000000000101")),
            [Shop("ESP0000000000101", "Demo Quick", status="1", platform="6")],
        )
