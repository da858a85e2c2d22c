"""What happens when two do the same thing at the same instant, each on a connection of
their own to PostgreSQL. What is committed here is removed again."""

import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from odoo import SUPERUSER_ID, api, fields
from odoo.exceptions import ValidationError
from odoo.modules.registry import Registry
from odoo.service.model import retrying
from odoo.sql_db import db_connect
from odoo.tests import tagged
from odoo.tests.common import get_db_name
from odoo.tools import mute_logger

from .. import const
from ..lib.api import TokenRefused
from ..models.connection import vault
from ..models.connection.jd_connector_login import LoginFailed
from .jd_case import QUICK_DEPARTMENT, QUICK_WAREHOUSE
from .sandbox_case import SandboxCase
from .sandbox_process import read_answer, sign_in

PIN = "jd_demo_quick"
# The rows of a new company alone, which can be removed without a trace.
OTHER_COMPANY = """
    INSERT INTO res_company
    SELECT (jsonb_populate_record(company, jsonb_build_object(
        'id', nextval('res_company_id_seq'), 'name', 'At the same instant'))).*
      FROM res_company AS company WHERE id = %s
    RETURNING id
"""


@tagged("post_install", "-at_install")
class TestAtOnce(SandboxCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.registry = Registry(get_db_name())

    def setUp(self):
        super().setUp()
        with self.committed() as env:
            self.company_id = env.ref("base.main_company").id
            env.cr.execute(OTHER_COMPANY, [self.company_id])
            [self.other_company_id] = env.cr.fetchone()
            self.addCleanup(self.remove)
            parameters = env["ir.config_parameter"]
            parameters.set_param(const.SANDBOX_URL_PARAMETER, self.sandbox.url)
            env["jd.application"].create(
                {"key": "sandbox-shared-key", "secret": "sandbox-shared-secret"}
            )

    def remove(self):
        with self.committed() as env:
            connectors = env["jd.connector"].with_context(active_test=False)
            connectors.search([]).unlink()
            env["jd.application"].search([]).unlink()
            parameters = env["ir.config_parameter"]
            parameters.set_param(const.SANDBOX_URL_PARAMETER, False)
            env.cr.execute(
                "DELETE FROM res_company WHERE id = %s", [self.other_company_id]
            )

    @contextmanager
    def open_env(self):
        """Open a connection to PostgreSQL of its own."""
        with db_connect(self.registry.db_name).cursor() as cr:
            yield api.Environment(cr, SUPERUSER_ID, {})
            cr.rollback()

    @contextmanager
    def committed(self):
        with self.open_env() as env:
            yield env
            env.cr.commit()

    def make_connector(self, env, company_id):
        connector = env["jd.connector"].create(
            {
                "company_id": company_id,
                "pin": PIN,
                "department_no": QUICK_DEPARTMENT,
                "warehouse_no": QUICK_WAREHOUSE,
            }
        )
        env.flush_all()
        return connector

    def create_as_a_request_does(self):
        with self.open_env() as env:
            retrying(lambda: self.make_connector(env, self.other_company_id), env)

    def wait_until_one_waits(self, cr):
        """Wait until another connection waits for what this one has not committed."""
        for _ in range(200):
            cr.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
            if cr.fetchone()[0]:
                return
            time.sleep(0.05)
        self.fail("Nobody waits")

    def test_two_companies_with_one_pin_at_the_same_instant(self):
        with self.open_env() as first, ThreadPoolExecutor() as executor:
            self.make_connector(first, self.company_id)
            with mute_logger("odoo.sql_db"):
                second = executor.submit(self.create_as_a_request_does)
                self.wait_until_one_waits(first.cr)
                first.cr.commit()
                with self.assertRaises(ValidationError) as caught:
                    second.result(timeout=30)
        refusal = str(caught.exception)
        self.assertIn("one PIN belongs to one merchant only", refusal)
        with self.open_env() as env:
            [connector] = env["jd.connector"].search([("pin", "=", PIN)])
            self.assertEqual(connector.company_id.id, self.company_id)
            for told in (connector.company_id.name, env.user.name, str(connector)):
                self.assertNotIn(told, refusal)

    def test_two_workers_renew_a_login_once(self):
        with self.committed() as env:
            connector = self.make_connector(env, self.company_id)
            # No warehouse, which could not be removed again.
            connector.write({"department_no": False, "warehouse_no": False})
            self.log_in(connector)
            connector.token_renew_at = fields.Datetime.now()
            connector.flush_recordset()
            self.sandbox.do("settings", access_life=500 * 86400)
            before = vault.get(connector, "access_token")
        self.sandbox.do("fault", kind="slow", call="oauthRefresh", seconds=1)
        with ThreadPoolExecutor() as executor:
            list(executor.map(lambda _: self.renew(), range(2)))
        calls = {row["call"]: row["count"] for row in self.sandbox.get("calls")}
        [fault] = self.sandbox.get("state")["faults"]
        self.assertEqual(fault["struck"], 1, calls)
        with self.open_env() as env:
            connector = env["jd.connector"].browse(connector.id)
            self.assertNotEqual(vault.get(connector, "access_token"), before)
            self.assertTrue(connector.is_renewable)

    # === NOTHING WAITS FOR JD === #

    def test_nothing_waits_for_a_renewal_under_way(self):
        connector = self.make_connected()
        before = self.make_due(connector)
        with self.while_jd_is_slow("oauthRefresh", self.renew):
            self.use_quickly(connector)
        with self.open_env() as env:
            connector = env["jd.connector"].browse(connector.id)
            self.assertNotEqual(vault.get(connector, "access_token"), before)
            self.assertFalse(connector.is_renewing)
            self.assertTrue(connector.last_message_at)

    def test_nothing_waits_for_a_callback_under_way(self):
        connector = self.make_connected()
        with self.committed() as env:
            answer = self.sign_in(env["jd.connector"].browse(connector.id))
        with self.while_jd_is_slow("oauthToken", lambda: self.finish(answer)):
            self.use_quickly(connector)
        with self.open_env() as env:
            connector = env["jd.connector"].browse(connector.id)
            self.assertEqual(connector.state, "connected")
            self.assertGreater(connector.login_at, connector.last_message_at)

    def test_a_login_does_not_count_for_a_pin_that_was_changed_while_jd_answered(self):
        with self.committed() as env:
            connector = self.make_connector(env, self.company_id)
            connector.write({"department_no": False, "warehouse_no": False})
            connector.mode = "basic"
            connector.own_application_id = env["jd.application"]._get_shared()
            answer = self.sign_in(connector)

        def finish():
            with self.assertRaises(LoginFailed) as caught:
                self.finish(answer)
            self.assertIn("was changed while JD answered", caught.exception.message)

        with self.while_jd_is_slow("oauthToken", finish), self.committed() as env:
            env["jd.connector"].browse(connector.id).pin = f"{PIN}_other"
        with self.open_env() as env:
            connector = env["jd.connector"].browse(connector.id)
            self.assertEqual(connector.state, "draft")
            self.assertFalse(vault.get(connector, "access_token"))

    def use_quickly(self, connector):
        """Count a call and note a message, which must not wait for a lock."""
        with self.committed() as env:
            env.cr.execute("SET LOCAL lock_timeout = '500ms'")
            connector = env["jd.connector"].browse(connector.id)
            connector._count_calls("addSoOrder", 1)
            connector.last_message_at = fields.Datetime.subtract(
                fields.Datetime.now(), hours=1
            )
            env.flush_all()

    @contextmanager
    def while_jd_is_slow(self, call, function):
        """Run a function that makes a call of two seconds, and the block meanwhile."""
        self.sandbox.do("fault", kind="slow", call=call, seconds=2, count=1)
        with ThreadPoolExecutor() as executor:
            under_way = executor.submit(function)
            for _ in range(200):
                [fault] = self.sandbox.get("state")["faults"]
                if fault["struck"]:
                    break
                time.sleep(0.02)
            yield
            self.assertFalse(under_way.done(), "JD was not slow enough")
            under_way.result(timeout=30)

    # === A LOGIN REPLACED WHILE CALLS ARE OUT === #

    def test_a_late_refusal_of_the_old_token_leaves_the_new_login(self):
        connector = self.make_connected()
        with self.while_jd_is_slow("queryOwnerInfo", lambda: self.ask(connector)):
            self.sandbox.do("tokens", pin=PIN, revoke=True)
            new = self.log_in_again(connector)
        self.assertStored(connector, new)

    def test_a_renewal_that_a_new_login_overtakes_is_dropped(self):
        connector = self.make_connected()
        self.make_due(connector)
        with self.while_jd_is_slow("oauthRefresh", self.renew):
            new = self.log_in_again(connector)
        self.assertStored(connector, new)

    def ask(self, connector):
        """Ask JD as scheduled actions do: the transaction begins after the answer."""
        with self.committed() as env:
            connector = env["jd.connector"].browse(connector.id)
            operations = connector._get_operations()
            env.cr.commit()
            with self.assertRaises(TokenRefused) as caught:
                operations.departments()
            connector._expire_login("over", caught.exception.token_fingerprint)

    def assertStored(self, connector, token):
        with self.open_env() as env:
            connector = env["jd.connector"].browse(connector.id)
            self.assertEqual(connector.state, "connected")
            self.assertEqual(vault.get(connector, "access_token"), token)
            self.assertTrue(connector.is_renewable)
            connector._get_operations().departments()

    def make_connected(self):
        with self.committed() as env:
            connector = self.make_connector(env, self.company_id)
            # No warehouse, which could not be removed again.
            connector.write({"department_no": False, "warehouse_no": False})
            self.log_in(connector)
        return connector

    def make_due(self, connector):
        """Have JD renew for longer, and the renewal due; return the token in use."""
        self.sandbox.do("settings", access_life=500 * 86400)
        with self.committed() as env:
            connector = env["jd.connector"].browse(connector.id)
            connector.token_renew_at = fields.Datetime.now()
            return vault.get(connector, "access_token")

    def log_in_again(self, connector):
        with self.committed() as env:
            connector = env["jd.connector"].browse(connector.id)
            self.log_in(connector)
            return vault.get(connector, "access_token")

    def finish(self, answer):
        with self.committed() as env:
            env["jd.connector"]._finish_login(**answer, error=None)

    def test_a_callback_that_comes_twice_at_the_same_instant_counts_once(self):
        with self.committed() as env:
            connector = self.make_connector(env, self.company_id)
            answer = self.sign_in(connector)
        self.sandbox.do("fault", kind="slow", call="oauthToken", seconds=0)
        with self.open_env() as first, self.open_env() as second:
            first["jd.connector"].browse(connector.id).lock_for_update()
            with self.assertRaises(LoginFailed) as caught:
                second["jd.connector"]._finish_login(**answer, error=None)
            self.assertIn("being handled already", caught.exception.title)
        [fault] = self.sandbox.get("state")["faults"]
        self.assertFalse(fault["struck"], "the code was left to the first")

    def sign_in(self, connector):
        url = connector.action_start_connecting()["url"]
        return read_answer(sign_in(url, PIN, "demo-quick"))

    def log_in(self, connector):
        connector.mode = "basic"
        connector.own_application_id = connector.env["jd.application"]._get_shared()
        connector._finish_login(**self.sign_in(connector), error=None)

    def renew(self):
        with self.open_env() as env:
            env["jd.connector"]._cron_renew_tokens()
            env.cr.commit()
