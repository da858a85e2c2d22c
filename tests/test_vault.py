"""Where secrets are kept: encrypted, by a key that can be changed and lost."""

import os
import re
import shlex
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import patch

from cryptography.fernet import Fernet

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import SQL

from ..lib import api as jd_api
from ..models.connection import vault
from ..models.connection.jd_application import get_client_application
from .jd_case import JdCase
from .live_case import SECRET, LiveCase
from .odoo_process import OdooProcess
from .sandbox_process import ROOT

FIRST, SECOND = (Fernet.generate_key().decode() for _ in range(2))


@contextmanager
def configured(*keys):
    """Have these keys in the environment, as whoever runs Odoo sets them."""
    with patch.dict(os.environ, {vault.VARIABLE: ", ".join(keys)}):
        yield


class VaultCase(JdCase):
    def read_table(self):
        self.env.cr.execute("SELECT value FROM jd_vault")
        return [value for [value] in self.env.cr.fetchall()]

    def get_settings(self):
        return self.env["res.config.settings"].create({})


@tagged("post_install", "-at_install")
class TestEncryption(VaultCase):
    def test_with_a_key_nothing_is_stored_in_clear(self):
        with configured(FIRST):
            application = self.share_application()
            connector = self.connect(self.make_connector())
            tokens = [
                vault.get(connector, name) for name in ("access_token", "refresh_token")
            ]
            stored = self.read_table()
            self.assertEqual(len(stored), 3)
            for secret in (SECRET, *tokens):
                self.assertNotIn(secret, " ".join(stored))
            self.assertEqual(get_client_application(application).secret, SECRET)
            self.assertFalse(self.get_settings().jd_vault_notice)

    def test_without_a_key_it_works_and_says_so(self):
        vault._warn_of_clear_text.cache_clear()
        with configured():
            with self.assertLogs("odoo.addons.jd_fulfillment", "WARNING") as logged:
                application = self.share_application()
                self.connect(self.make_connector())
            self.assertIn("stored in clear", " ".join(logged.output))
            self.assertEqual(len(logged.output), 1, "once")
            self.assertIn("stored in clear", self.get_settings().jd_vault_notice)
            self.assertEqual(get_client_application(application).secret, SECRET)

    def test_what_was_stored_before_there_was_a_key_is_read_and_counted(self):
        with configured():
            application = self.share_application()
        with configured(FIRST):
            self.assertEqual(get_client_application(application).secret, SECRET)
            self.assertIn("still in clear", self.get_settings().jd_vault_notice)
            self.assertEqual(application._rotate_encryption_key(), 1)
            self.assertFalse(self.get_settings().jd_vault_notice)
            self.assertNotIn(SECRET, self.read_table()[0])

    def test_a_key_is_changed_without_entering_anything_again(self):
        with configured(FIRST):
            application = self.share_application()
        with configured(SECOND, FIRST):
            self.assertEqual(get_client_application(application).secret, SECRET)
            self.assertEqual(application._rotate_encryption_key(), 1)
        with configured(SECOND):
            self.assertEqual(get_client_application(application).secret, SECRET)

    def test_the_first_key_encrypts(self):
        with configured(SECOND, FIRST):
            application = self.share_application()
        with configured(SECOND):
            self.assertEqual(get_client_application(application).secret, SECRET)

    def test_what_no_key_reads_survives_a_change_of_keys(self):
        with configured(FIRST):
            application = self.share_application()
        with configured(SECOND):
            self.assertEqual(application._rotate_encryption_key(), 0)
        with configured(FIRST):
            self.assertEqual(get_client_application(application).secret, SECRET)

    def test_the_same_text_is_never_stored_the_same(self):
        with configured(FIRST):
            application = self.share_application()
            [before] = self.read_table()
            application.write({"secret": SECRET})
            self.assertNotEqual(self.read_table(), [before])


@tagged("post_install", "-at_install")
class TestLostKey(VaultCase):
    def setUp(self):
        super().setUp()
        with configured(FIRST):
            self.application = self.share_application()
            self.connector = self.connect(self.make_connector())
        self.env.invalidate_all()

    def renew(self):
        cron = self.env.ref("jd_fulfillment.ir_cron_renew_tokens")
        with self.enter_registry_test_mode():
            self.assertIs(cron.method_direct_trigger(), True)

    def test_a_lost_key_pauses_the_connection_and_forgets_nothing(self):
        for keys in ((SECOND,), ()):
            before = self.sandbox.get("calls")
            with self.subTest(keys=len(keys)), configured(*keys):
                self.env.invalidate_all()
                self.assertFalse(self.application.has_secret)
                self.assertIn("enter the APP SECRET", self.connector.pause_reason)
                self.assertFalse(self.connector.is_moved)
                with self.assertRefused("Put the key back"):
                    self.connector.action_check_connection()
                with self.assertRefused("enter the APP SECRET"):
                    self.start_login(self.connector)
                self.connector.sudo().token_renew_at = self.connector.login_at
                self.renew()
                self.assertEqual(self.connector.state, "connected")
                self.assertEqual(self.sandbox.get("calls"), before)
        with configured(FIRST):
            self.env.invalidate_all()
            self.assertFalse(self.connector.pause_reason)
            answer = self.connector.action_check_connection()
            self.assertEqual(answer["params"]["type"], "success")

    def test_entering_again_and_signing_in_mends_it(self):
        with configured(SECOND):
            self.application.write({"secret": SECRET})
            self.connect(self.connector)
            self.assertFalse(self.connector.pause_reason)
            answer = self.connector.action_check_connection()
            self.assertEqual(answer["params"]["type"], "success")

    def test_a_key_that_is_none_is_said_and_nothing_is_stored_in_clear(self):
        with configured("not a key"):
            self.env.invalidate_all()
            self.assertIn("is not an encryption key", self.connector.pause_reason)
            with self.assertRefused("is not an encryption key", UserError):
                self.application.write({"secret": "typed"})
            with self.assertRefused("is not an encryption key", UserError):
                self.env["res.config.settings"].create({"jd_app_secret": "typed"})
            self.assertTrue(self.get_settings().jd_vault_notice)
        self.assertNotIn("typed", " ".join(self.read_table()))


@tagged("post_install", "-at_install")
class TestOwners(VaultCase):
    def test_a_secret_goes_with_its_record(self):
        application = self.share_application()
        connector = self.connect(self.make_connector(pin="jd_demo_quick"))
        self.assertEqual(len(self.read_table()), 3)
        connector.action_disconnect()
        self.assertEqual(len(self.read_table()), 1)
        application.unlink()
        self.env.flush_all()
        self.assertFalse(self.read_table())

    def test_another_key_has_no_secret_until_it_is_entered(self):
        application = self.share_application()
        application.key = "another"
        self.assertFalse(application.has_secret)
        with self.assertRaisesRegex(jd_api.CredentialsRefused, "must be entered"):
            get_client_application(application)

    def test_a_secret_may_come_with_another_key(self):
        application = self.share_application()
        application.write({"key": "another", "secret": " and its secret "})
        self.assertEqual(get_client_application(application).secret, "and its secret")
        self.assertTrue(application.has_secret)

    def test_the_form_knows_at_once_that_a_secret_was_stored(self):
        connector = self.make_basic(app_secret=False)
        self.assertFalse(connector.has_app_secret)
        connector.app_secret = "typed"
        self.assertTrue(connector.has_app_secret)


class TestCommand(LiveCase):
    """The documented command that encrypts what is stored and changes the key."""

    def read_command(self):
        """Return the command, for this Python and this database."""
        guide = Path(ROOT, "docs/administrator.md").read_text()
        [command] = re.findall(r"^ +(echo '.*odoo shell -c .*)$", guide, re.MULTILINE)
        odoo = f"{shlex.quote(sys.executable)} -m odoo"
        return command.replace("| odoo ", f"| {odoo} ").replace(
            "DATABASE", self.odoo.database
        )

    def run_command(self, option="", **environment):
        with tempfile.TemporaryDirectory() as folder:
            configuration = Path(folder, "odoo.conf")
            usual = Path(os.environ["ODOO_RC"]).read_text()
            configuration.write_text(f"{usual}\n{option}\n")
            done = subprocess.run(  # noqa: S602 - as it is typed
                self.read_command(),
                shell=True,
                cwd=folder,
                env=os.environ | environment,
                capture_output=True,
                text=True,
                check=True,
            )
        return done.stdout.strip()

    def read_table(self):
        rows = self.odoo.execute(SQL("SELECT value FROM jd_vault"))
        return " ".join(value for [value] in rows)

    def test_it_encrypts_what_is_stored_and_changes_the_key(self):
        self.assertIn(SECRET, self.read_table())
        self.assertEqual(self.run_command(f"{vault.OPTION} = {FIRST}"), "1")
        first = self.read_table()
        self.assertNotIn(SECRET, first)
        self.assertEqual(self.run_command(**{vault.VARIABLE: f"{SECOND},{FIRST}"}), "1")
        self.assertNotEqual(self.read_table(), first)
        self.assertEqual(self.run_command(**{vault.VARIABLE: FIRST}), "0")
        self.assertEqual(self.run_command(**{vault.VARIABLE: SECOND}), "1")

    def test_uninstalling_the_module_leaves_no_secret_behind(self):
        # Odoo uninstalls nothing while a scheduled action runs.
        odoo = OdooProcess(options=("--max-cron-threads", "0"))
        self.addCleanup(odoo.stop)
        [module_id] = odoo.search("ir.module.module", ["name", "=", "jd_fulfillment"])
        odoo.call("ir.module.module", "button_immediate_uninstall", [module_id])
        [[table]] = odoo.execute(SQL("SELECT to_regclass('jd_vault')"))
        self.assertIsNone(table)
