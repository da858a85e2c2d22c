"""Nobody reads a secret: no role, no log, no answer to a browser."""

import json
import logging

from odoo import fields
from odoo.exceptions import AccessError
from odoo.fields import NO_ACCESS, Command
from odoo.tests import tagged

from .jd_case import JdHttpCase
from .sandbox_process import read_answer

CONNECTOR_SECRETS = ("access_token", "refresh_token", "login_nonce")
PASSWORDS = ("sandbox-own-secret", "sandbox-shared-secret")


class LogKeeper(logging.Handler):
    """Everything that is logged at all, as it would be written."""

    def __init__(self):
        super().__init__(logging.DEBUG)
        self.setFormatter(logging.Formatter("%(message)s"))
        self.lines = []

    def emit(self, record):
        self.lines.append(self.format(record))


@tagged("post_install", "-at_install")
class TestSecrets(JdHttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.application = cls.share_application()
        cls.administrator = cls.make_user(
            "administrator",
            "base.group_system,base.group_erp_manager,jd_fulfillment.group_jd_manager",
        )
        cls.everybody = cls.manager | cls.stock_user | cls.administrator
        exporting = cls.env.ref("base.group_allow_export")
        cls.everybody.write({"group_ids": [Command.link(exporting.id)]})

    def setUp(self):
        super().setUp()
        self.connector = self.connect(self.make_basic())

    def get_secrets(self):
        """Return every secret this connection has."""
        connector_sudo = self.connector.sudo()
        tokens = [connector_sudo.access_token, connector_sudo.refresh_token]
        self.assertTrue(all(tokens))
        return [*tokens, *PASSWORDS]

    def assertNoSecrets(self, text):
        for secret in self.get_secrets():
            self.assertNotIn(secret, text)

    def test_no_role_reads_a_token(self):
        for user in self.everybody:
            connector = self.as_user(self.connector, user)
            for name in CONNECTOR_SECRETS:
                with self.subTest(user=user.login, field=name):
                    with self.assertRaises(AccessError):
                        connector.read([name])
                    with self.assertRaises(AccessError):
                        connector.search_read([], [name])
                    with self.assertRaises(AccessError):
                        connector.export_data([name])
                    with self.assertRaises(AccessError):
                        connector.web_read({name: {}})
                    with self.assertRaises(AccessError):
                        connector.search([(name, "like", "a")])

    def test_no_role_reads_the_secret_of_an_application(self):
        application_sudo = self.connector.sudo().own_application_id
        for user in self.everybody:
            for application in (application_sudo, self.application):
                with self.subTest(user.login), self.assertRaises(AccessError):
                    self.as_user(application, user).read(["secret"])

    def test_only_system_administrators_see_which_applications_there_are(self):
        for user in self.manager | self.stock_user:
            with self.subTest(user.login), self.assertRaises(AccessError):
                self.as_user(self.application, user).read(["key"])
            with self.subTest(user.login), self.assertRaises(AccessError):
                self.as_user(self.connector, user).read(["own_application_id"])
        self.assertEqual(
            self.application.with_user(self.administrator).key, "sandbox-shared-key"
        )

    def test_reading_everything_a_role_may_read_shows_no_secret(self):
        for user in self.everybody:
            with self.subTest(user.login):
                self.assertNoSecrets(
                    json.dumps(self.as_user(self.connector, user).read(), default=str)
                )

    def test_the_fields_that_hold_secrets_are_closed_and_not_copied(self):
        names = {
            "jd.connector": CONNECTOR_SECRETS,
            "jd.application": ("secret", "database_uuid"),
        }
        for model, secrets in names.items():
            for name in secrets:
                with self.subTest(f"{model}.{name}"):
                    field = self.env[model]._fields[name]
                    self.assertEqual(field.groups, NO_ACCESS)
                    self.assertFalse(field.copy)
                    self.assertFalse(field.exportable)

    def test_a_copy_has_neither_login_nor_application(self):
        copy_sudo = self.connector.sudo().copy({"pin": "jd_copy"})
        self.assertEqual(copy_sudo.state, "draft")
        self.assertFalse(copy_sudo.own_application_id or copy_sudo.token_application_id)
        self.assertFalse(copy_sudo.access_token or copy_sudo.refresh_token)
        self.assertFalse(self.application.copy_data()[0].get("secret"))

    def test_the_form_gets_no_secret_back_once_it_is_stored(self):
        self.sign_into_odoo(self.administrator)
        views = self.rpc("jd.connector", "get_views", [[False, "form"]])
        names = views["models"]["jd.connector"]["fields"]
        self.assertIn("app_secret", names)
        read = self.rpc(
            "jd.connector", "web_read", self.connector.ids, {name: {} for name in names}
        )
        self.assertNoSecrets(json.dumps(read))
        secret = {"app_key": "sandbox-own-key", "app_secret": "sandbox-own-secret"}
        for ids, values in (
            (self.connector.ids, secret),
            ([], secret | {"pin": "jd_new", "mode": "basic"}),
        ):
            with self.subTest(values):
                shown = {"app_secret": {}, "has_app_secret": {}}
                saved = self.rpc("jd.connector", "web_save", ids, values, shown)
                self.assertIs(saved[0]["has_app_secret"], True)
                self.assertNoSecrets(json.dumps(saved))

    def test_the_settings_get_no_secret_back_once_it_is_stored(self):
        self.sign_into_odoo(self.administrator)
        names = ["jd_app_key", "jd_app_secret", "jd_has_app_secret"]
        values = self.rpc(
            "res.config.settings", "onchange", [], {}, [], {name: {} for name in names}
        )
        self.assertEqual(values["value"]["jd_app_key"], "sandbox-shared-key")
        self.assertIs(values["value"]["jd_has_app_secret"], True)
        self.assertNoSecrets(json.dumps(values))

    def test_typed_settings_do_not_stay_behind(self):
        settings = self.env["res.config.settings"].with_user(self.administrator)
        typed = settings.create({"jd_app_key": "k", "jd_app_secret": "typed-secret"})
        typed.execute()
        self.assertFalse(typed.jd_app_secret)
        self.assertEqual(self.application.secret, "typed-secret")

    def test_the_chatter_holds_no_secret(self):
        self.connector.action_disconnect()
        self.connector.write({"app_secret": "sandbox-own-secret"})
        self.connect(self.connector)
        messages_sudo = self.connector.sudo().message_ids
        told = messages_sudo.mapped("body") + [
            f"{value.old_value_char} {value.new_value_char}"
            for value in messages_sudo.tracking_value_ids
        ]
        self.assertNoSecrets(" ".join(map(str, told)))

    def test_a_whole_login_and_its_work_logs_no_secret(self):
        keeper = LogKeeper()
        root = logging.getLogger()
        self.addCleanup(root.setLevel, root.level)
        self.addCleanup(root.removeHandler, keeper)
        for name in ("odoo", "odoo.addons.jd_fulfillment", "urllib3", "werkzeug"):
            logger = logging.getLogger(name)
            self.addCleanup(logger.setLevel, logger.level)
            logger.setLevel(logging.DEBUG)
        # Not the database's own log: it repeats what is stored.
        database = logging.getLogger("odoo.sql_db")
        self.addCleanup(database.setLevel, database.level)
        database.setLevel(logging.INFO)
        root.setLevel(logging.DEBUG)
        root.addHandler(keeper)
        location = self.sign_in(self.start_login(self.connector), "jd_demo_basic")
        self.come_back(location)
        self.connector.sudo().token_renew_at = fields.Datetime.now()
        renewal = self.env.ref("jd_fulfillment.ir_cron_renew_tokens")
        self.env.flush_all()
        with self.enter_registry_test_mode():
            self.assertIs(renewal.method_direct_trigger(), True)
        self.connector.action_check_connection()
        text = "\n".join(keeper.lines)
        self.assertIn("/jd_fulfillment/oauth/callback?", text)
        self.assertIn("queryOwnerInfo", text)
        self.assertNoSecrets(text)
        self.assertNotIn(read_answer(location)["code"], text)
        self.assertNotIn("Demo", text)

    def rpc(self, model, method, *args):
        return self.make_jsonrpc_request(
            "/web/dataset/call_kw",
            {"model": model, "method": method, "args": args, "kwargs": {}},
        )
