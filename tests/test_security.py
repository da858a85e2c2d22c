"""Who may do what, and what a copy of the database still knows."""

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import file_open

from .jd_case import QUICK_NAME, JdCase

MODULE = "jd_fulfillment"


@tagged("post_install", "-at_install")
class TestAccess(JdCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.share_application()
        cls.portal = cls.make_user("portal_user", "base.group_portal")
        cls.public = cls.env.ref("base.public_user")

    def setUp(self):
        super().setUp()
        self.connector = self.connect(self.make_connector())

    def get_own_models(self):
        """Return the models that this module creates, transient ones included."""
        return [
            model
            for model in self.env.registry.models.values()
            if model._original_module == MODULE and not model._abstract
        ]

    def test_every_model_keeps_companies_apart(self):
        models = self.get_own_models()
        self.assertIn("jd.connector", [model._name for model in models])
        for model in models:
            with self.subTest(model._name):
                rules = self.env["ir.rule"].search(
                    [("model_id.model", "=", model._name), ("groups", "=", False)]
                )
                self.assertTrue(
                    any("company_ids" in (rule.domain_force or "") for rule in rules),
                    f"{model._name} has no global rule on companies",
                )
                self.assertTrue(all(rule.active for rule in rules))

    def test_no_model_is_open_to_everybody(self):
        for model in self.get_own_models():
            for access in self.env["ir.model.access"].search(
                [("model_id.model", "=", model._name)]
            ):
                with self.subTest(f"{model._name} {access.name}"):
                    self.assertTrue(access.group_id)
                    everybody = self.env.ref("base.group_user")
                    self.assertNotIn(access.group_id, everybody.all_implied_ids)

    def test_a_stock_user_reads_connections_only(self):
        connector = self.as_user(self.connector, self.stock_user)
        self.assertEqual(connector.pin, "jd_demo_quick")
        self.assertEqual(connector.read(["state"])[0]["state"], "connected")
        for forbidden in (
            lambda: connector.write({"pin": "x"}),
            connector.unlink,
            lambda: connector.create({"pin": "x"}),
            lambda: connector.env["jd.warehouse.picker"].create(
                {"connector_id": connector.id}
            ),
        ):
            with self.assertRaises(AccessError):
                forbidden()

    def test_a_jd_manager_sets_up_without_further_rights(self):
        self.assertFalse(self.manager.has_group("base.group_system"))
        self.assertTrue(self.find_warehouse(QUICK_NAME))
        self.connector.write({"mode": "basic", "app_key": "k", "app_secret": "s"})
        self.connector.action_disconnect()
        self.connector.active = False

    def test_another_company_sees_nothing(self):
        others = self.as_user(self.env["jd.connector"], self.other_manager)
        self.assertFalse(others.with_context(active_test=False).search([]))
        connector = self.as_user(self.connector, self.other_manager)
        for forbidden in (
            lambda: connector.read(["pin"]),
            lambda: connector.write({"pin": "jd_other"}),
            connector.unlink,
            connector.action_disconnect,
            connector.action_start_connecting,
            connector.action_choose_warehouses,
            connector.action_check_connection,
        ):
            with self.assertRaises(AccessError):
                forbidden()

    def test_another_company_picks_no_warehouses(self):
        picker = self.env["jd.warehouse.picker"].create(
            {
                "connector_id": self.connector.id,
                "line_ids": [Command.create({"warehouse_no": "110000102"})],
            }
        )
        for record in picker, picker.line_ids:
            with self.subTest(record._name), self.assertRaises(AccessError):
                self.as_user(record, self.other_manager).read()
        pickers = self.as_user(self.env["jd.warehouse.picker"], self.other_manager)
        with self.assertRaises(AccessError):
            pickers.create({"connector_id": self.connector.id})

    def test_portal_and_public_see_nothing(self):
        for user in self.portal | self.public:
            for model in self.get_own_models():
                with (
                    self.subTest(f"{user.login} {model._name}"),
                    self.assertRaises(AccessError),
                ):
                    self.as_user(self.env[model._name], user).search([])

    def test_the_login_at_jd_is_for_the_role_alone(self):
        menu = self.env.ref("jd_fulfillment.menu_jd_connector")
        self.assertNotIn(menu.id, self.get_menus(self.stock_user))
        self.assertIn(menu.id, self.get_menus(self.manager))

    def get_menus(self, user):
        return self.env["ir.ui.menu"].with_user(user)._visible_menu_ids()


@tagged("post_install", "-at_install")
class TestNeutralize(JdCase):
    """What `odoo neutralize` leaves of a copy."""

    def setUp(self):
        super().setUp()
        self.share_application()
        self.connector = self.connect(self.make_connector())
        self.basic = self.connect(self.make_basic())
        self.draft = self.make_connector(pin="jd_draft")
        self.env.cr.execute("SELECT count(*) FROM jd_vault")
        self.assertGreater(self.env.cr.fetchone()[0], 0)
        self.neutralize()

    def neutralize(self):
        self.env.flush_all()
        for module in ("base", MODULE):
            with file_open(f"{module}/data/neutralize.sql") as script:
                self.env.cr.execute(script.read())
        self.env.invalidate_all()

    def test_no_secret_is_left(self):
        self.env.cr.execute("SELECT count(*) FROM jd_vault")
        self.assertEqual(self.env.cr.fetchone()[0], 0)
        closed = {"jd_connector": ("token_application_id", "login_nonce")}
        for table, columns in closed.items():
            for column in columns:
                with self.subTest(f"{table}.{column}"):
                    self.env.cr.execute(
                        f"SELECT count(*), count({column}) FROM {table}"  # noqa: S608
                    )
                    rows, filled = self.env.cr.fetchone()
                    self.assertTrue(rows)
                    self.assertEqual(filled, 0)

    def test_the_address_that_jd_was_told_only_is_another_one(self):
        application = self.env["jd.application"]._get_shared()
        before = application.message_path
        self.assertTrue(before)
        self.neutralize()
        self.assertNotEqual(application.message_path, before)
        self.assertGreater(len(application.message_path), 30)

    def test_connections_are_disconnected_and_keep_their_warehouses(self):
        self.assertEqual(self.connector.state, "disconnected")
        self.assertEqual(self.basic.state, "disconnected")
        self.assertEqual(self.draft.state, "draft")
        self.assertEqual(self.connector.warehouse_ids.name, QUICK_NAME)

    def test_every_field_that_holds_a_secret_is_wiped(self):
        with file_open(f"{MODULE}/data/neutralize.sql") as script:
            wiped = script.read()
        for name in ("jd.connector", "jd.application"):
            for field in self.env[name]._fields.values():
                if field.groups == "." and field.store and field.type == "char":
                    with self.subTest(str(field)):
                        self.assertIn(f"{field.name} = NULL", wiped)

    def test_a_neutralized_copy_never_signs_in_at_jd_itself(self):
        self.env["jd.application"]._get_shared().write({"secret": "entered-again"})
        self.draft.environment = "production"
        with self.assertRefused("neutralized copy"):
            self.start_login(self.draft)

    def test_a_neutralized_copy_may_use_the_sandbox(self):
        self.env["jd.application"]._get_shared().write(
            {"secret": "sandbox-shared-secret"}
        )
        self.assertEqual(self.connect(self.connector).state, "connected")
