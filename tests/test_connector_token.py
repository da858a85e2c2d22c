import json
from datetime import timedelta
from functools import partial

from odoo import fields
from odoo.tests import tagged
from odoo.tools import html2plaintext, mute_logger

from .. import const
from ..models.connection import vault
from ..models.connection.jd_connector_login import LoginFailed
from .jd_case import QUICK_NAME, JdCase
from .sandbox_process import read_answer

SHARED = "sandbox-shared-key"


class TokenCase(JdCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.share_application()
        cls.connector = cls.connect(cls.make_connector())
        cls.keep_sandbox()

    @property
    def token(self):
        return vault.get(self.connector, "access_token")

    def let_expire_in(self, connector, **delta):
        """Have a login end at JD and, as Odoo was told, here; it is due for renewal."""
        delta = timedelta(**delta)
        self.sandbox.do("tokens", pin=connector.pin, seconds=delta.total_seconds())
        connector.sudo().write(
            {
                "token_expires_at": fields.Datetime.now() + delta,
                "token_renew_at": fields.Datetime.now(),
            }
        )

    def renew(self):
        """Let the hourly renewal run a day before the login ends."""
        self.let_expire_in(self.connector, days=1)
        self.run_cron("renew_tokens")

    def check(self):
        self.run_cron("check_logins")

    def get_activities(self):
        return self.connector.sudo().activity_ids

    def is_working(self):
        return self.connector.action_check_connection()["params"]["type"] == "success"

    def count_refreshes(self):
        return sum(
            row["count"]
            for row in self.sandbox.get("calls")
            if row["call"] == "oauthRefresh"
        )


@tagged("post_install", "-at_install")
class TestRenewal(TokenCase):
    def test_a_login_is_renewed_when_due_and_works_on(self):
        old = self.token
        self.renew()
        self.assertNotEqual(self.token, old)
        self.assertTrue(self.is_working())
        self.assertGreater(self.connector.token_renew_at, fields.Datetime.now())
        self.assertFalse(self.get_activities())

    def test_a_login_that_is_not_due_is_left_alone(self):
        old = self.token
        self.run_cron("renew_tokens")
        self.assertEqual(self.token, old)

    def test_a_login_is_due_a_month_before_its_year_is_over(self):
        lead = self.connector.token_expires_at - self.connector.token_renew_at
        self.assertAlmostEqual(lead, timedelta(days=30), delta=timedelta(minutes=1))

    def test_a_short_login_is_due_in_its_last_tenth(self):
        self.sandbox.do("settings", access_life=1000)
        self.connect(self.connector)
        left = self.connector.token_renew_at - fields.Datetime.now()
        self.assertAlmostEqual(
            left, timedelta(seconds=900), delta=timedelta(seconds=20)
        )

    def test_a_login_is_renewed_before_the_right_to_renew_it_ends(self):
        self.sandbox.do("settings", access_life=2000, refresh_life=1000)
        self.connect(self.connector)
        left = self.connector.token_renew_at - fields.Datetime.now()
        self.assertLess(left, timedelta(seconds=1000))

    def test_a_refused_renewal_keeps_the_login_until_it_expires(self):
        self.sandbox.do("application", key=SHARED, refresh="refused")
        old = self.token
        self.renew()
        self.assertEqual(self.token, old)
        self.assertFalse(self.connector.is_renewable)
        self.assertPosted(self.connector, "JD did not renew the login")
        self.assertTrue(self.is_working())

    def test_a_renewal_without_effect_is_taken_for_a_refused_one(self):
        self.sandbox.do("application", key=SHARED, refresh="no effect")
        self.renew()
        self.assertFalse(self.connector.is_renewable)
        self.assertPosted(self.connector, "not valid for longer")
        self.assertTrue(self.is_working())

    def test_a_new_token_is_used_even_if_it_ends_no_later(self):
        """JD may have ended the old one."""
        self.sandbox.do("settings", access_life=3600, old_token_at_renewal="at once")
        old = self.token
        self.renew()
        self.assertNotEqual(self.token, old)
        self.assertTrue(self.is_working())
        self.assertFalse(self.connector.is_renewable)
        self.assertRegex(self.get_activities().note, "expires on .* click Reconnect")

    def test_only_a_refusal_of_the_refresh_token_ends_renewals(self):
        answers = {
            "19": False,
            "18": False,
            "2": True,
            "8": True,
            "12": True,
            "15": True,
            "21": True,
            "24": True,
            "65": True,
            "777": True,
        }
        for code, is_renewable in answers.items():
            with self.subTest(code):
                self.connector.sudo().is_renewable = True
                refusal = {"code": code, "en_desc": "refused"}
                self.sandbox.do(
                    "fault",
                    kind="answer",
                    call="oauthRefresh",
                    carried_out=False,
                    body=json.dumps({"error_response": refusal}),
                )
                self.renew()
                self.assertEqual(self.connector.is_renewable, is_renewable)
                self.assertTrue(self.is_working())

    def test_what_jd_does_not_renew_is_not_asked_for_again(self):
        self.sandbox.do("application", key=SHARED, refresh="refused")
        self.renew()
        notes = len(self.connector.sudo().message_ids)
        self.run_cron("renew_tokens")
        self.assertEqual(len(self.connector.sudo().message_ids), notes)

    def test_while_jd_is_down_the_renewal_stays_due(self):
        old = self.token
        self.sandbox.do("fault", kind="html_502", call="oauthRefresh")
        self.renew()
        self.assertEqual(self.token, old)
        self.assertTrue(self.connector.is_renewable)
        self.assertLessEqual(self.connector.token_renew_at, fields.Datetime.now())
        self.sandbox.do("clear_faults")
        self.run_cron("renew_tokens")
        self.assertNotEqual(self.token, old)

    def test_a_renewal_whose_answer_was_lost_leaves_the_old_login_in_use(self):
        self.sandbox.do("fault", kind="timeout_after", call="oauthRefresh")
        self.renew()
        self.sandbox.do("clear_faults")
        self.run_cron("renew_tokens")  # JD knows the refresh token as used
        self.assertFalse(self.connector.is_renewable)
        self.assertTrue(self.is_working())

    def test_one_connection_that_cannot_renew_does_not_stop_the_others(self):
        other = self.connect(self.make_basic())
        self.let_expire_in(other, days=1)
        self.env["jd.application"]._get_shared().write({"secret": False})
        old = vault.get(other, "access_token")
        self.renew()
        self.assertNotEqual(vault.get(other, "access_token"), old)

    @mute_logger("odoo.addons.jd_fulfillment.models.mixins.jd_worker_mixin")
    def test_an_error_that_nobody_foresaw_stops_no_other_renewal(self):
        other = self.connect(self.make_basic())
        self.let_expire_in(other, days=1)
        old = vault.get(other, "access_token")
        self.let_expire_in(self.connector, days=1)
        self.connector.sudo().token_expires_at = False  # nothing to compare with
        self.run_cron("renew_tokens")
        self.assertNotEqual(vault.get(other, "access_token"), old)
        self.assertRegex(self.get_activities().note, "look for JD-[0-9A-F]{8} in the")

    def test_a_worker_that_ended_amid_a_renewal_keeps_it_for_some_minutes_only(self):
        old = self.token
        self.connector.sudo().write(
            {"is_renewing": True, "renewal_tried_at": fields.Datetime.now()}
        )
        self.renew()
        self.assertEqual(self.token, old)
        self.connector.sudo().renewal_tried_at -= const.RENEWAL_CLAIM
        self.renew()
        self.assertNotEqual(self.token, old)


@tagged("post_install", "-at_install")
class TestExpiry(TokenCase):
    @mute_logger(
        "odoo.addons.jd_fulfillment.models.mixins.jd_worker_mixin", "odoo.sql_db"
    )
    def test_one_login_that_cannot_be_expired_stops_no_other(self):
        other = self.connect(self.make_basic())
        for connector in (self.connector, other):
            self.let_expire_in(connector, seconds=-1)
        self.env.cr.execute(
            "ALTER TABLE jd_connector ADD CHECK (id != %s OR state = 'connected')",
            [self.connector.id],
        )
        self.check()
        self.assertEqual(self.connector.state, "connected")
        self.assertRegex(self.get_activities().note, "look for JD-[0-9A-F]{8} in the")
        self.assertEqual(other.state, "expired")

    def test_what_others_wrote_is_text_in_an_activity(self):
        markup = "<img src='https://example.com/x'> https://example.com"
        self.connector._expire_login(markup)
        note = self.get_activities().note
        self.assertNotRegex(note, "<(img|a) ")
        self.assertIn(markup, html2plaintext(note))

    def expire_in(self, **delta):
        self.connector.sudo().write(
            {
                "token_expires_at": fields.Datetime.now() + timedelta(**delta),
                "is_renewable": False,
                "token_renew_at": False,
            }
        )

    def test_one_activity_asks_for_a_login_days_before(self):
        self.expire_in(days=13)
        self.assertTrue(self.connector.is_expiring)
        self.assertIn(
            self.connector,
            self.env["jd.connector"].search([("is_expiring", "=", True)]),
        )
        self.check()
        self.check()
        activity = self.get_activities()
        self.assertEqual(len(activity), 1)
        self.assertEqual(activity.user_id, self.manager)
        self.assertIn("does not renew", activity.note)
        self.assertEqual(self.connector.state, "connected")

    def test_nobody_is_asked_weeks_before(self):
        self.expire_in(days=15)
        self.check()
        self.assertFalse(self.connector.is_expiring)
        self.assertNotIn(
            self.connector,
            self.env["jd.connector"].search([("is_expiring", "=", True)]),
        )
        self.assertFalse(self.get_activities())

    def test_nobody_is_asked_about_a_login_that_renews_itself(self):
        self.connector.sudo().token_expires_at = fields.Datetime.now() + timedelta(
            days=1
        )
        self.check()
        self.assertFalse(self.get_activities())

    def test_somebody_is_asked_when_renewing_fails_for_a_day(self):
        self.connector.sudo().write(
            {
                "token_expires_at": fields.Datetime.now() + timedelta(days=2),
                "token_renew_at": fields.Datetime.now()
                - const.RENEWAL_PATIENCE
                - timedelta(minutes=1),
            }
        )
        self.check()
        self.assertEqual(len(self.get_activities()), 1)

    def test_who_left_is_not_asked(self):
        self.expire_in(days=3)
        successor = self.make_user("successor", "jd_fulfillment.group_jd_manager")
        self.manager.sudo().active = False
        self.check()
        asked = self.get_activities().user_id
        self.assertTrue(asked.active)
        self.assertTrue(asked.has_group("jd_fulfillment.group_jd_manager"))
        self.assertIn(self.company, asked.company_ids)
        self.assertTrue(successor)

    def test_a_login_that_is_over_expires(self):
        self.expire_in(seconds=-1)
        self.check()
        self.assertEqual(self.connector.state, "expired")
        self.assertFalse(self.token)
        self.assertEqual(len(self.get_activities()), 1)
        self.assertIn("click Reconnect", self.get_activities().note)

    def test_signing_in_again_closes_the_activity(self):
        self.expire_in(seconds=-1)
        self.check()
        self.connect(self.connector)
        self.assertEqual(self.connector.state, "connected")
        self.assertFalse(self.get_activities())
        self.assertTrue(self.is_working())

    def test_a_token_that_jd_refuses_expires_the_connection(self):
        self.sandbox.do("tokens", pin="jd_demo_quick", revoke=True)
        self.assertFalse(self.is_working())
        self.assertEqual(self.connector.state, "expired")
        self.assertEqual(len(self.get_activities()), 1)

    def test_checking_while_jd_is_down_changes_nothing(self):
        self.sandbox.do("fault", kind="html_502")
        with self.assertRefused("JD does not answer"):
            self.is_working()
        self.assertEqual(self.connector.state, "connected")
        self.assertTrue(self.token)


@tagged("post_install", "-at_install")
class TestDisconnect(TokenCase):
    def test_disconnecting_forgets_the_login_and_keeps_the_warehouse(self):
        warehouse = self.find_warehouse(QUICK_NAME)
        self.connector.action_disconnect()
        self.assertEqual(self.connector.state, "disconnected")
        self.assertFalse(self.token)
        self.assertFalse(vault.get(self.connector, "refresh_token"))
        self.assertTrue(warehouse.active)
        self.assertEqual(warehouse.jd_connector_id, self.connector)
        with self.assertRefused("is not connected"):
            self.connector.action_choose_warehouses()

    def test_reconnecting_takes_the_same_warehouse_up_again(self):
        warehouse = self.find_warehouse(QUICK_NAME)
        history = self.connector.sudo().message_ids
        self.connector.action_disconnect()
        self.connect(self.connector)
        self.assertEqual(self.connector.warehouse_ids, warehouse)
        self.assertTrue(self.is_working())
        self.assertLessEqual(history, self.connector.sudo().message_ids)

    def test_disconnecting_closes_the_activity(self):
        self.connector._expire_login()
        self.connector.action_disconnect()
        self.assertFalse(self.get_activities())

    def test_an_archived_connection_is_not_connected(self):
        self.connector.action_disconnect()
        url = self.start_login(self.connector)
        self.connector.active = False
        with self.assertRefused("Restore it before you connect"):
            self.start_login(self.connector)
        answer = read_answer(self.sign_in(url))
        self.sandbox.do("fault", kind="slow", call="oauthToken", seconds=0)
        with self.assertRaises(LoginFailed) as caught:
            self.connector._finish_login(answer["state"], answer["code"], None)
        self.assertRegex(caught.exception.title, "archived")
        [fault] = self.sandbox.get("state")["faults"]
        self.assertFalse(fault["struck"], "the code was given to JD")

    def test_no_connection_is_both_archived_and_connected(self):
        with self.assertRefused("Disconnect from JD before you archive"):
            self.connector.active = False
        self.connector.action_disconnect()
        self.connector.active = False
        with self.assertRefused("Disconnect from JD before you archive"):
            self.connector.sudo().state = "connected"

    def test_a_stock_user_neither_disconnects_nor_connects(self):
        connector = self.as_user(self.connector, self.stock_user)
        for action in (
            connector.action_disconnect,
            connector.action_start_connecting,
            connector.action_choose_warehouses,
            connector.action_check_connection,
        ):
            with self.subTest(action.__name__), self.assertRefused("not allowed"):
                action()


@tagged("post_install", "-at_install")
class TestApplication(TokenCase):
    def test_quick_turns_into_basic_in_place(self):
        warehouse = self.connector.warehouse_ids
        self.connector.write(
            {
                "mode": "basic",
                "app_key": "sandbox-own-key",
                "app_secret": "sandbox-own-secret",
            }
        )
        self.assertTrue(self.connector.is_mode_pending)
        self.assertTrue(self.is_working(), "the old login works until the new one")
        self.connect(self.connector)
        self.assertFalse(self.connector.is_mode_pending)
        self.assertEqual(self.connector.warehouse_ids, warehouse)
        application = self.connector.sudo().token_application_id
        self.assertEqual(application.key, "sandbox-own-key")
        self.assertTrue(self.is_working())

    def test_a_login_renews_with_the_application_it_was_made_with(self):
        self.connector.write(
            {
                "mode": "basic",
                "app_key": "sandbox-own-key",
                "app_secret": "sandbox-own-secret",
            }
        )
        self.renew()
        self.assertTrue(self.connector.is_renewable)
        self.assertTrue(self.is_working())

    def test_changing_the_key_expires_what_signed_in_with_it(self):
        self.env["jd.application"]._get_shared().key = "another-key"
        self.assertEqual(self.connector.state, "expired")
        self.assertIn("APP KEY", self.get_activities().note)

    def test_another_key_needs_another_secret(self):
        shared = self.env["jd.application"]._get_shared()
        shared.key = "another-key"
        self.assertFalse(shared.has_secret)
        shared.write({"key": "third-key", "secret": "third-secret"})
        self.assertTrue(shared.has_secret)

    def test_a_replaced_secret_leaves_the_login_working(self):
        self.env["jd.application"]._get_shared().write(
            {"secret": "sandbox-shared-secret "}
        )
        self.assertEqual(self.connector.state, "connected")
        self.assertTrue(self.is_working())

    def test_there_is_one_shared_application(self):
        with self.assertRaises(Exception) as caught:
            self.share_application()
        self.assertIn("shared_uniq", str(caught.exception))


@tagged("post_install", "-at_install")
class TestCopy(TokenCase):
    """A restored copy of the database must not talk to JD in the merchant's name."""

    def setUp(self):
        super().setUp()
        self.env["ir.config_parameter"].set_param("database.uuid", "that of a copy")
        self.calls = partial(self.sandbox.get, "calls")

    def test_a_copy_neither_asks_nor_renews(self):
        before = self.calls()
        self.renew()
        with self.assertRefused("moved, restored or copied"):
            self.is_working()
        self.assertEqual(self.calls(), before)
        self.assertEqual(self.connector.state, "connected")

    def test_a_copy_cannot_sign_in_with_the_secret_it_brought_along(self):
        with self.assertRefused("moved, restored or copied"):
            self.start_login(self.connector)

    def test_entering_the_secret_again_does_not_revive_the_login(self):
        self.env["jd.application"]._get_shared().write(
            {"secret": "sandbox-shared-secret"}
        )
        before = self.calls()
        with self.assertRefused("moved, restored or copied"):
            self.is_working()
        self.assertEqual(self.calls(), before)

    def test_a_copy_works_once_both_are_entered_again(self):
        self.env["jd.application"]._get_shared().write(
            {"secret": "sandbox-shared-secret"}
        )
        self.connect(self.connector)
        self.assertTrue(self.is_working())
