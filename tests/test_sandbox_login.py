from datetime import datetime

import requests

from odoo.tests import tagged

from .sandbox_case import SandboxCase
from .sandbox_process import TIMEOUT, Caller, jd_time, read_answer, sign_in


@tagged("post_install", "-at_install")
class TestSandboxLogin(SandboxCase):
    def authorize(self, account="jd_demo_quick", password="demo-quick", **options):
        changes = options.pop("changes", {})
        url = Caller.authorize_url(self.sandbox.url, **changes)
        return sign_in(url, account, password, **options)

    def make_caller(self, **options):
        return Caller(self.sandbox.url, "jd_demo_quick", "demo-quick", **options)

    def is_subscribed(self, pin="jd_demo_quick"):
        accounts = self.sandbox.get("state")["accounts"]
        return next(each["subscribed"] for each in accounts if each["pin"] == pin)

    def test_signing_in_returns_to_the_registered_address_with_code_and_state(self):
        location = self.authorize(changes={"state": "a&b=c"})
        self.assertTrue(location.startswith(Caller.CALLBACK + "?"))
        answer = read_answer(location)
        self.assertEqual(answer["state"], "a&b=c")
        self.assertEqual(set(answer), {"code", "state"})

    def test_an_account_with_a_chinese_name_can_sign_in(self):
        self.assertIn("code", read_answer(self.authorize("京东示例", "demo-zh")))

    def test_refusing_returns_with_access_denied_and_no_code(self):
        answer = read_answer(self.authorize(deny=True))
        self.assertEqual(answer, {"error": "access_denied", "state": "state-1"})

    def test_a_wrong_password_shows_the_page_again_with_what_was_typed(self):
        page = self.authorize(password="wrong")
        self.assertIn("Account or password is wrong", page)
        self.assertIn('value="jd_demo_quick"', page)
        self.assertNotIn("wrong", page.split('name="password"')[1][:60])

    def test_what_the_page_repeats_is_escaped(self):
        page = self.authorize(account='"><script>alert(1)</script>')
        self.assertNotIn("<script>", page)

    def test_an_unknown_application_is_told_so_and_not_redirected(self):
        page = self.authorize(changes={"client_id": "nobody"})
        self.assertIn("client_id is unknown", page)

    def test_an_unregistered_address_is_never_redirected_to(self):
        for address in (
            "https://evil.example.com/jd_fulfillment/oauth/callback",
            "http://localhost:8069/elsewhere",
            "http://localhost.example.com/jd_fulfillment/oauth/callback",
            "http://[broken/jd_fulfillment/oauth/callback",
            "",
        ):
            with self.subTest(address):
                page = self.authorize(changes={"redirect_uri": address})
                self.assertIn("redirect_uri is not registered", page)

    def test_an_address_can_be_registered(self):
        address = "https://odoo.example.com/jd_fulfillment/oauth/callback"
        self.sandbox.do("application", key=Caller.KEY, redirect_uris=[address])
        location = self.authorize(changes={"redirect_uri": address})
        self.assertTrue(location.startswith(address + "?code="))

    def test_only_the_ticked_box_subscribes_to_messages(self):
        self.authorize(subscribe=True)
        self.assertEqual(self.is_subscribed(), [Caller.KEY])
        self.authorize(subscribe=False)
        self.assertEqual(self.is_subscribed(), [])

    def test_the_box_is_not_ticked_beforehand(self):
        url = Caller.authorize_url(self.sandbox.url)
        page = requests.get(url, timeout=TIMEOUT).text
        self.assertRegex(page, r'name="subscribe" value="1"\s*>')

    def test_a_code_buys_a_flat_token_once(self):
        caller = self.make_caller()
        state = self.sandbox.get("state")["tokens"]
        [token] = [each for each in state if each["access"] == caller.token]
        self.assertEqual(token["pin"], "jd_demo_quick")
        again = caller.fetch_token()["error_response"]
        self.assertEqual(again["code"], "19")
        self.assertIn("used before", again["en_desc"])

    def test_the_token_addresses_take_get_only_and_spend_no_code_on_another(self):
        caller = self.make_caller()
        caller.code = read_answer(self.authorize())["code"]
        query = {
            "code": caller.code,
            "client_id": Caller.KEY,
            "client_secret": Caller.SECRET,
        }
        for path in ("token", "refresh"):
            for method in ("POST", "PUT", "HEAD", "DELETE"):
                with self.subTest(path=path, method=method):
                    answer = requests.request(
                        method,
                        f"{self.sandbox.url}/oauth/{path}",
                        params=query,
                        data=query,
                        timeout=TIMEOUT,
                    )
                    self.assertEqual(answer.status_code, 405)
                    self.assertEqual(answer.headers["Allow"], "GET")
        self.assertIn("accessToken", caller.fetch_token())

    def works(self, caller):
        return caller.call("/basicinfo/owner/query/v1", {}).get("code") == "1000"

    def test_an_old_token_ends_at_renewal_as_the_setting_says(self):
        works = {"in its own time": True, "at once": False, "never": True}
        for when, expected in works.items():
            with self.subTest(when):
                self.sandbox.do("reset")
                self.sandbox.do("settings", old_token_at_renewal=when)
                caller = self.make_caller()
                old = self.sandbox.get("state")["tokens"][0]
                new = caller.refresh(old["refresh"])["data"]["accessToken"]
                self.assertEqual(self.works(caller), expected)
                self.assertEqual(self.end_of(old), when)
                caller.token = new
                self.assertTrue(self.works(caller))

    def test_an_old_token_ends_at_a_new_login_as_the_setting_says(self):
        works = {"in its own time": True, "at once": False, "never": True}
        for when, expected in works.items():
            with self.subTest(when):
                self.sandbox.do("reset")
                self.sandbox.do("settings", old_token_at_login=when)
                old, other = self.make_caller(), self.another()
                before = self.sandbox.get("state")["tokens"][0]
                new = self.make_caller()
                self.assertEqual(self.works(old), expected)
                self.assertEqual(self.end_of(before), when)
                renewed = new.refresh(before["refresh"])
                self.assertEqual("data" in renewed, expected)
                self.assertTrue(self.works(new))
                self.assertTrue(self.works(other))

    def another(self):
        return Caller(self.sandbox.url, "jd_demo_basic", "demo-basic")

    def end_of(self, token):
        """Return when a token ends, as the setting calls it."""
        tokens = self.sandbox.get("state")["tokens"]
        [found] = [each for each in tokens if each["access"] == token["access"]]
        if found["access_expires"] == token["access_expires"]:
            return "in its own time"
        return "at once" if found["access_expires"] <= jd_time() else "never"

    def test_a_setting_takes_only_what_it_knows(self):
        for values in ({"old_token_at_login": "soon"}, {"cancel": "later"}):
            with self.assertRaisesRegex(AssertionError, "is one of"):
                self.sandbox.do("settings", **values)

    def test_one_token_can_be_ended_by_hand(self):
        first, second = self.make_caller(), self.make_caller()
        self.sandbox.do("tokens", access=first.token, expire=True)
        self.assertFalse(self.works(first))
        self.assertTrue(self.works(second))

    def test_a_token_names_its_account_and_expires_in_jd_time(self):
        location = self.authorize()
        self.sandbox.do("settings", access_life=3600, refresh_life=7200)
        query = {
            "code": read_answer(location)["code"],
            "client_id": Caller.KEY,
            "client_secret": Caller.SECRET,
        }
        answer = requests.get(
            f"{self.sandbox.url}/oauth/token", params=query, timeout=TIMEOUT
        ).json()
        self.assertEqual(answer["sellerId"], "jd_demo_quick")
        self.assertEqual(answer["clientId"], Caller.KEY)
        self.assertLess(minutes_between(answer["accessExpire"], jd_time(60)), 1)
        self.assertLess(minutes_between(answer["refreshExpire"], jd_time(120)), 1)

    def test_a_code_is_bound_to_its_application_and_dies_after_five_minutes(self):
        caller = self.make_caller()
        caller.code = read_answer(self.authorize())["code"]
        foreign = caller.fetch_token(
            client_id="sandbox-own-key", client_secret="sandbox-own-secret"
        )
        self.assertEqual(foreign["error_response"]["code"], "19")
        wrong = caller.fetch_token(client_secret="guess")
        self.assertEqual(wrong["error_response"]["code"], "21")
        self.assertIn("accessToken", caller.fetch_token())

        self.assertEqual(self.sandbox.do("settings")["code_life"], 300)
        self.sandbox.do("settings", code_life=0)
        caller.code = read_answer(self.authorize())["code"]
        late = caller.fetch_token()["error_response"]
        self.assertIn("expired", late["en_desc"])

    def test_a_token_is_renewed_in_an_envelope_and_a_refresh_token_works_once(self):
        caller = self.make_caller()
        old = self.sandbox.get("state")["tokens"][0]
        answer = caller.refresh(old["refresh"])
        self.assertEqual((answer["code"], answer["message"]), (1000, "success"))
        self.assertNotEqual(answer["data"]["accessToken"], old["access"])
        again = caller.refresh(old["refresh"])
        self.assertEqual(again["error_response"]["code"], "19")
        self.assertIn("data", caller.refresh(answer["data"]["refreshToken"]))

    def test_a_renewal_must_be_signed_and_in_time(self):
        caller = self.make_caller()
        token = self.sandbox.get("state")["tokens"][0]["refresh"]
        forged = caller.refresh(token, sign="0" * 32)
        self.assertEqual(forged["error_response"]["code"], "12")
        stale = caller.refresh(token, timestamp=jd_time(-11))
        self.assertEqual(stale["error_response"]["code"], "8")

    def test_an_application_can_be_one_whose_renewal_has_no_effect(self):
        caller = self.make_caller()
        token = self.sandbox.get("state")["tokens"][0]
        self.sandbox.do("application", key=Caller.KEY, refresh="no effect")
        answer = caller.refresh(token["refresh"])["data"]
        self.assertEqual(answer["accessToken"], token["access"])
        self.assertEqual(answer["accessExpire"], token["access_expires"])
        self.sandbox.do("application", key=Caller.KEY, refresh="refused")
        refused = caller.refresh(token["refresh"])
        self.assertEqual(refused["error_response"]["code"], "19")


def minutes_between(one, other):
    moments = [datetime.strptime(each, "%Y-%m-%d %H:%M:%S") for each in (one, other)]
    return abs((moments[0] - moments[1]).total_seconds()) / 60
