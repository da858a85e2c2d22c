"""What the tests of the connector share: a sandbox JD, users, a login over HTTP."""

from contextlib import contextmanager

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import HttpCase, TransactionCase, new_test_user

from .. import const
from .sandbox_case import SandboxCase
from .sandbox_process import read_answer, sign_in

QUICK_DEPARTMENT, QUICK_WAREHOUSE = "EBU0000000000101", "110000101"
QUICK_NAME = f"{QUICK_WAREHOUSE}-{QUICK_DEPARTMENT}-jd_demo_quick"
FASHION, BEAUTY = "EBU0000000000201", "EBU0000000000202"
PASSWORDS = {
    "jd_demo_quick": "demo-quick",
    "jd_demo_basic": "demo-basic",
    "京东示例": "demo-zh",
}


class JdCase(SandboxCase, TransactionCase):
    """Two companies, the users that matter, and JD as it was at its start."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        parameters = cls.env["ir.config_parameter"]
        parameters.set_param(const.SANDBOX_URL_PARAMETER, cls.sandbox.url)
        # The scheduler is not behind: the database may have been made long ago.
        cls.env["ir.cron"].search([]).nextcall = fields.Datetime.now()
        cls.company = cls.env["res.company"].create({"name": "Our company"})
        cls.other_company = cls.env["res.company"].create({"name": "Another company"})
        cls.manager = cls.make_user("jd_manager", "jd_fulfillment.group_jd_manager")
        cls.stock_user = cls.make_user("stock_user", "stock.group_stock_user")
        cls.other_manager = cls.make_user(
            "other_manager",
            "jd_fulfillment.group_jd_manager",
            company_id=cls.other_company.id,
        )

    @contextmanager
    def assertRefused(self, words, error=UserError):
        """Expect a refusal whose text fits the pattern."""
        with self.assertRaises(error) as caught:
            yield
        self.assertRegex(str(caught.exception), words)

    @classmethod
    def make_user(cls, login, groups, **values):
        values = {"company_id": cls.company.id} | values
        return new_test_user(cls.env, login, groups, **values)

    @classmethod
    def share_application(cls):
        return cls.env["jd.application"].create(
            {"key": "sandbox-shared-key", "secret": "sandbox-shared-secret"}
        )

    @classmethod
    def make_connector(cls, user=None, **values):
        """Create a connection as a merchant does; quick unless the values say more."""
        user = user or cls.manager
        values = {
            "pin": "jd_demo_quick",
            "department_no": QUICK_DEPARTMENT,
            "warehouse_no": QUICK_WAREHOUSE,
        } | values
        return cls.as_user(cls.env["jd.connector"], user).create(values)

    @classmethod
    def as_user(cls, records, user):
        """Return the records as a user sees them who works in their own company."""
        company_ids = user.company_id.ids
        return records.with_user(user).with_context(allowed_company_ids=company_ids)

    @classmethod
    def make_basic(cls, **values):
        return cls.make_connector(
            **{
                "mode": "basic",
                "pin": "jd_demo_basic",
                "department_no": False,
                "warehouse_no": False,
                "app_key": "sandbox-own-key",
                "app_secret": "sandbox-own-secret",
            }
            | values
        )

    @classmethod
    def start_login(cls, connector):
        """Return the address of JD's login page."""
        return connector.action_start_connecting()["url"]

    @classmethod
    def sign_in(cls, url, account="jd_demo_quick", **options):
        """Sign in on JD's page and return the address JD sends the browser to."""
        return sign_in(url, account, PASSWORDS[account], **options)

    @classmethod
    def connect(cls, connector, **options):
        """Connect without a web server: hand over what JD sends to the callback."""
        url = cls.start_login(connector)
        location = cls.sign_in(url, options.pop("account", connector.pin), **options)
        answer = read_answer(location)
        cls.env.flush_all()
        with cls.as_committed(), cls.registry.cursor() as cr:
            connector.with_env(connector.env(cr=cr))._finish_login(
                answer["state"], answer.get("code"), answer.get("error")
            )
        cls.env.invalidate_all()
        return connector

    @classmethod
    def as_committed(cls):
        """Return a context in which other cursors see what is not committed."""
        # Odoo leaves the mode again for tests only; any one of the class will do.
        return cls().enter_registry_test_mode()

    @classmethod
    def run_cron(cls, name):
        """Run a scheduled action as its worker does."""
        cron = cls.env.ref(f"jd_fulfillment.ir_cron_{name}")
        cls.env.flush_all()
        with cls.as_committed():
            if cron.method_direct_trigger() is not True:
                raise AssertionError(f"{name} failed")
        cls.env.invalidate_all()

    @classmethod
    def find_warehouse(cls, name):
        warehouses = cls.env["stock.warehouse"].with_context(active_test=False)
        return warehouses.search([("name", "=", name)])

    def assertPosted(self, record, words):
        """Expect the words in the chatter."""
        told = "\n".join(record.sudo().message_ids.mapped("body"))
        self.assertIn(words, told)


class JdHttpCase(JdCase, HttpCase):
    """A browser session of the JD manager's, and the real callback route."""

    def setUp(self):
        super().setUp()
        self.sign_into_odoo(self.manager)

    def sign_into_odoo(self, user):
        self.authenticate(user.login, user.login)

    def come_back(self, location):
        """Follow JD's redirect as the browser does, no further."""
        self.assertTrue(location.startswith(self.base_url() + const.CALLBACK_ROUTE))
        return self.url_open(location, allow_redirects=False)

    def connect_over_http(self, connector, **options):
        url = self.start_login(connector)
        location = self.sign_in(url, options.pop("account", connector.pin), **options)
        answer = self.come_back(location)
        self.assertURLEqual(answer.headers.get("Location"), connector._get_form_url())
        return connector
