"""Nobody reads a secret: no role, no log, no answer to a browser."""

import json
import logging

from odoo import fields
from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..models.connection import vault
from .jd_case import JdHttpCase
from .sandbox_process import read_answer

PASSWORDS = ("sandbox-own-secret", "sandbox-shared-secret")


# They end the test's own transaction or its records.
UNSAFE_TO_CALL = {"unlink", "init", "pool", "env", "browse", "clear_caches"}


class Undone(Exception):
    """What an attempt changed is taken back."""


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
        self.connector = self.connect_over_http(self.make_basic())

    def get_secrets(self):
        """Return every secret this connection has."""
        tokens = [
            vault.get(self.connector, "access_token"),
            vault.get(self.connector, "refresh_token"),
        ]
        self.assertTrue(all(tokens))
        return [*tokens, *PASSWORDS]

    def assertNoSecrets(self, text):
        for secret in self.get_secrets():
            self.assertNotIn(secret, text)

    def assertImpossible(self, attempt, *arguments):
        """Expect Odoo to know no such field, or to keep it from this user."""
        try:
            attempt(*arguments)
        except (ValueError, KeyError, AccessError):
            return
        self.fail("Odoo lets it through")

    def test_no_model_has_a_field_for_a_secret(self):
        self.env.flush_all()
        for model in ("jd.connector", "jd.application", "res.config.settings"):
            table = self.env[model]._table
            self.env.cr.execute(f"SELECT row_to_json({table}) FROM {table}")  # noqa: S608
            self.assertNoSecrets(json.dumps(self.env.cr.fetchall()))
            for record_sudo in self.env[model].sudo().search([]):
                for name in record_sudo._fields:
                    with self.subTest(f"{model}.{name}"):
                        self.assertNoSecrets(str(record_sudo[name]))

    def test_nobody_reads_searches_groups_or_exports_a_secret(self):
        """Not even the superuser, as there is no such field."""
        for records in (self.connector, self.application):
            for name in ("access_token", "refresh_token", "secret"):
                attempts = (
                    lambda records, name: records.read([name]),
                    lambda records, name: records.search_read([], [name]),
                    lambda records, name: records.search([(name, "like", "a")]),
                    lambda records, name: records.export_data([name]),
                    lambda records, name: records.web_read({name: {}}),
                    lambda records, name: records._read_group([], [name]),
                    lambda records, name: records.mapped(name),
                    lambda records, name: records.filtered(name),
                )
                for attempt in attempts:
                    with self.subTest(f"{records._name}.{name}"):
                        self.assertImpossible(attempt, records.sudo(), name)

    def test_what_is_typed_cannot_be_searched_for(self):
        """No answer that differs by what was guessed."""
        for name, value in (
            ("app_secret", "sandbox-own-secret"),
            ("login_nonce", "a"),
        ):
            for user in self.everybody:
                connector = self.as_user(self.connector, user)
                with self.subTest(user=user.login, field=name):
                    self.assertImpossible(connector.search, [(name, "=", value)])
        with self.assertRaises(ValueError):
            self.env["res.config.settings"].search([("jd_app_secret", "=", "a")])

    # Reached from an expression, as far as safe_eval lets them.
    EXPRESSIONS = (
        "object.sudo().access_token",
        "object.sudo().refresh_token",
        "object.sudo().app_secret",
        "object.sudo().own_application_id.secret",
        "object.sudo()._get_stored_token().access_token",
        "object.sudo().own_application_id._get_client_application().secret",
        "object.sudo()._get_operations()._gateway._token.access_token",
        "object.sudo()._get_operations()._gateway._application.secret",
        "object.sudo()._get_operations()._gateway.__dict__",
        "object.sudo()._get_login()._application.secret",
        "'{0._gateway.__dict__}'.format(object.sudo()._get_operations())",
        "'{0.__dict__}'.format(object.sudo()._get_login())",
        "'{0.__func__.__globals__}'.format(object._get_login)",
        "object.sudo()._get_operations()",
        "object.sudo().read()",
        "object.sudo().copy_data()",
        "object.sudo()._prepare_token_values.__globals__",
    )

    def test_an_editor_of_mail_templates_renders_no_secret(self):
        editor = self.make_user(
            "editor",
            "mail.group_mail_template_editor,jd_fulfillment.group_jd_manager",
        )
        renderer = self.as_user(self.env["mail.template"], editor)
        for expression in self.EXPRESSIONS:
            for template, engine in (
                (f"{{{{ {expression} }}}}", "inline_template"),
                (f'<p><t t-out="{expression}"/></p>', "qweb"),
            ):
                with self.subTest(f"{engine}: {expression}"):
                    try:
                        shown = renderer._render_template(
                            template, "jd.connector", self.connector.ids, engine=engine
                        )
                    except Exception as refusal:  # noqa: BLE001 - whichever it is
                        shown = refusal
                    self.assertNoSecrets(str(shown))

    def test_a_server_action_finds_no_secret(self):
        for expression in self.EXPRESSIONS:
            code = f"action = {{'told': str({expression})}}".replace("object", "record")
            action = self.env["ir.actions.server"].create(
                {
                    "name": "Look for a secret",
                    "model_id": self.env.ref("jd_fulfillment.model_jd_connector").id,
                    "state": "code",
                }
            )
            with self.subTest(expression), mute_logger("odoo.tools.safe_eval"):
                try:
                    action.code = code
                    shown = action.with_context(
                        active_model="jd.connector", active_id=self.connector.id
                    ).run()
                except Exception as refusal:  # noqa: BLE001 - whichever it is
                    shown = refusal
                self.assertNoSecrets(str(shown))

    def test_no_public_method_answers_with_a_secret(self):
        """What RPC lets anybody call, without arguments or with the usual ones."""
        for record in (self.connector.sudo(), self.application.sudo()):
            names = [
                name
                for name in dir(type(record))
                if not name.startswith("_")
                and name not in UNSAFE_TO_CALL
                and callable(getattr(type(record), name, None))
            ]
            for name in names:
                for arguments in ((), ([],), (["secret", "access_token"],)):
                    with self.subTest(f"{record._name}.{name}{arguments}"):
                        try:
                            with self.env.cr.savepoint():
                                answer = getattr(record, name)(*arguments)
                                told = str(answer)
                                raise Undone
                        except Undone:
                            self.assertNoSecrets(told)
                        except Exception as refusal:  # noqa: BLE001 - whichever it is
                            self.assertNoSecrets(str(refusal))

    def test_no_merchant_sets_the_secret_of_an_application(self):
        shared = self.env["jd.application"]._get_shared()
        for user in self.manager | self.stock_user:
            for application in (shared, self.connector.sudo().own_application_id):
                with self.subTest(user.login), self.assertRaises(AccessError):
                    self.as_user(application, user).write({"secret": "theirs"})
            with self.subTest(user.login), self.assertRaises(AccessError):
                self.as_user(shared, user).create({"key": "k", "secret": "theirs"})
        self.assertEqual(vault.get(shared, "secret"), "sandbox-shared-secret")

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

    def test_a_copy_has_neither_login_nor_application(self):
        copy_sudo = self.connector.sudo().copy({"pin": "jd_copy"})
        self.assertEqual(copy_sudo.state, "draft")
        self.assertFalse(copy_sudo.own_application_id or copy_sudo.token_application_id)
        self.assertFalse(vault.get(copy_sudo, "access_token"))
        self.assertFalse(vault.get(copy_sudo, "refresh_token"))
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

    def type_settings(self, **values):
        settings = self.env["res.config.settings"].with_user(self.administrator)
        typed = settings.create({"jd_app_secret": "typed-secret"} | values)
        self.env.flush_all()
        return typed

    def read_settings_table(self):
        self.env.cr.execute("SELECT row_to_json(t) FROM res_config_settings t")
        return json.dumps(self.env.cr.fetchall())

    def test_typed_settings_do_not_stay_behind(self):
        typed = self.type_settings(jd_app_key="k")
        self.assertNotIn("typed-secret", self.read_settings_table())
        typed.execute()
        self.assertFalse(typed.jd_app_secret)
        self.assertFalse(vault.get(typed, "app_secret"))
        self.assertEqual(vault.get(self.application, "secret"), "typed-secret")

    def test_settings_that_cannot_be_saved_keep_the_secret_from_everybody(self):
        """Whatever else is wrong with them; saved in the end, the secret counts."""
        self.application.unlink()
        typed = self.type_settings()
        with self.assertRefused("APP KEY together with its APP SECRET"):
            typed.execute()
        self.assertNotIn("typed-secret", self.read_settings_table())
        self.assertNotIn("typed-secret", json.dumps(typed.sudo().read(), default=str))
        self.assertFalse(typed.jd_app_secret)
        typed.jd_app_key = "k"
        typed.execute()
        shared = self.env["jd.application"]._get_shared()
        self.assertEqual(vault.get(shared, "secret"), "typed-secret")

    def test_settings_left_alone_take_their_secret_along(self):
        typed = self.type_settings()
        typed_id = typed.id
        typed.sudo().unlink()
        self.env.flush_all()
        self.env.cr.execute(
            "SELECT count(*) FROM jd_vault WHERE res_config_settings_id = %s",
            [typed_id],
        )
        self.assertEqual(self.env.cr.fetchone()[0], 0)

    def test_the_chatter_holds_no_secret(self):
        self.connector.action_disconnect()
        self.connector.write({"app_secret": "sandbox-own-secret"})
        self.connect_over_http(self.connector)
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
