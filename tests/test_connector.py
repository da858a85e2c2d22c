from psycopg2 import IntegrityError

from odoo.exceptions import RedirectWarning, ValidationError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from .jd_case import QUICK_DEPARTMENT, QUICK_WAREHOUSE, JdCase


@tagged("post_install", "-at_install")
class TestIdentity(JdCase):
    def test_spaces_around_the_numbers_are_not_part_of_them(self):
        connector = self.make_connector(
            pin="\N{IDEOGRAPHIC SPACE} jd_demo_quick\N{NO-BREAK SPACE}\n",
            department_no=f"\t{QUICK_DEPARTMENT} ",
            warehouse_no=f"\N{IDEOGRAPHIC SPACE}{QUICK_WAREHOUSE}",
        )
        self.assertEqual(connector.pin, "jd_demo_quick")
        self.assertEqual(connector.department_no, QUICK_DEPARTMENT)
        self.assertEqual(connector.warehouse_no, QUICK_WAREHOUSE)

    def test_invisible_characters_are_not_part_of_the_pin(self):
        for invisible in ("\N{ZERO WIDTH SPACE}", "\N{ZERO WIDTH NO-BREAK SPACE}"):
            with self.subTest(ascii(invisible)):
                connector = self.make_connector(pin=f"{invisible}jd_{invisible}demo")
                self.assertEqual(connector.pin, "jd_demo")
                connector.unlink()

    def test_a_pin_is_what_a_reader_sees_of_it(self):
        """Twins of a PIN that look the same are the same PIN."""
        pin = "jd_m\u00e9rchant 1"
        twins = (
            "jd_me\u0301rchant 1",  # composed of a letter and its accent
            "jd_m\u00e9r\u00adchant 1",  # a soft hyphen
            "\u202ajd_m\u00e9rchant 1\u202c",  # marks of direction
            "\u200fjd_m\u00e9rchant 1\u061c",
            "jd_m\u00e9rchant\n1",
            "jd_m\u00e9rchant \r\n 1\x00",
            "jd_m\u00e9r\ufe0fchant 1",  # a selector of a variant
            "jd_m\u00e9r\u034fchant 1",  # an invisible joiner
            "jd_m\u00e9r\u3164chant 1",  # a filler
            "jd_m\u00e9rchant\u20031",  # another space
            "jd_m\u00e9r\U000e0020chant 1",  # a tag
            "jd_me\u200d\u0301rchant 1",
        )
        self.make_connector(pin=pin)
        for twin in twins:
            with (
                self.subTest(ascii(twin)),
                mute_logger("odoo.sql_db"),
                self.assertRaises(IntegrityError),
                self.env.cr.savepoint(),
            ):
                self.make_connector(self.other_manager, pin=twin)

    def test_what_is_sent_instead_of_text_is_a_pin_or_refused_in_words(self):
        self.assertEqual(self.make_connector(pin=20261127).pin, "20261127")
        for value in (1.5, True, ["jd"], {"pin": "jd"}, b"jd"):
            for name in ("pin", "department_no", "warehouse_no"):
                with (
                    self.subTest(name=name, value=value),
                    self.assertRefused("as text", ValidationError),
                ):
                    self.make_connector(**{"pin": "jd_x", name: value})
        for nothing in (None, False, "", "\ud800", "\u200b"):
            with (
                self.subTest(ascii(nothing)),
                self.assertRefused("Enter the PIN", ValidationError),
                self.env.cr.savepoint(),
            ):
                self.make_connector(pin=nothing)

    def test_changing_a_number_cleans_it_too(self):
        connector = self.make_connector()
        connector.write({"pin": " jd_other ", "department_no": " ebu12 "})
        self.assertEqual(connector.pin, "jd_other")
        self.assertEqual(connector.department_no, "EBU12")

    def test_numbers_typed_with_a_chinese_keyboard_are_plain_digits(self):
        full_width = "".join(chr(ord(digit) + 0xFEE0) for digit in QUICK_WAREHOUSE)
        connector = self.make_connector(warehouse_no=full_width)
        self.assertEqual(connector.warehouse_no, QUICK_WAREHOUSE)

    def test_a_pin_may_be_chinese(self):
        self.assertEqual(self.make_connector(pin="京东示例").pin, "京东示例")

    def test_a_wrong_department_number_says_what_one_looks_like(self):
        for wrong in ("101", "EBU", "EBU12A", "ECP0000000000101", "EBU1 2"):
            with (
                self.subTest(wrong),
                self.assertRefused("starts with EBU .* digits only", ValidationError),
            ):
                self.make_connector(department_no=wrong)

    def test_a_wrong_warehouse_number_says_what_one_looks_like(self):
        for wrong in ("120000101", "11", "11000010A", "EBU0000000000101"):
            with (
                self.subTest(wrong),
                self.assertRefused("digits only and starts with 11", ValidationError),
            ):
                self.make_connector(warehouse_no=wrong)

    def test_numbers_longer_than_jd_takes_are_refused(self):
        with self.assertRefused("at most 50 characters", ValidationError):
            self.make_connector(pin="x" * 51)
        with self.assertRaises(ValidationError):
            self.make_connector(department_no="EBU" + "1" * 48)

    def test_a_pin_of_spaces_only_is_none(self):
        connector = self.make_connector()
        with self.assertRefused("Enter the PIN", ValidationError):
            connector.pin = " \N{IDEOGRAPHIC SPACE}"

    def test_one_pin_connects_once_over_companies_and_archived_connections(self):
        self.make_connector().active = False
        for user in (self.manager, self.other_manager):
            with (
                self.subTest(user.login),
                mute_logger("odoo.sql_db"),
                self.assertRaises(IntegrityError),
            ):
                self.make_connector(user, pin=" jd_demo_quick")

    def test_another_pin_needs_another_connection_once_warehouses_exist(self):
        self.share_application()
        connector = self.connect(self.make_connector())
        for change in (
            {"pin": "jd_other"},
            {"environment": "production"},
            {"company_id": self.other_company.id},
        ):
            with (
                self.subTest(change),
                self.assertRefused("create another connection"),
            ):
                connector.write(change)
        connector.write({"pin": " jd_demo_quick "})  # the same one

    def test_a_released_pin_connects_again_beside_the_old_warehouse(self):
        self.share_application()
        connector = self.connect(self.make_connector())
        old = connector.warehouse_ids
        connector.action_disconnect()
        administrator = self.make_user(
            "jd_admin", "base.group_system,jd_fulfillment.group_jd_manager"
        )
        self.as_user(connector, administrator).pin = "jd_released"
        connector.flush_recordset()
        again = self.connect(self.make_connector())
        self.assertEqual(again.state, "connected")
        self.assertEqual(again.warehouse_ids.name, f"{old.name} (2)")
        self.assertEqual(old.jd_connector_id, connector)

    def test_a_system_administrator_releases_the_pin_of_a_disconnected_connection(self):
        self.share_application()
        connector = self.connect(self.make_connector())
        administrator = self.make_user(
            "jd_admin", "base.group_system,jd_fulfillment.group_jd_manager"
        )
        as_administrator = self.as_user(connector, administrator)
        with self.assertRefused("create another connection"):
            as_administrator.pin = "jd_released"
        connector.action_disconnect()
        with self.assertRefused("create another connection"):
            connector.pin = "jd_released"
        as_administrator.pin = "jd_released"
        connector.flush_recordset()
        self.assertTrue(connector.warehouse_ids)
        self.assertTrue(self.make_connector(self.other_manager))

    def test_a_connection_with_warehouses_is_archived_not_deleted(self):
        self.share_application()
        connector = self.connect(self.make_connector())
        connector.warehouse_ids.sudo().active = False
        with self.assertRefused("archive it instead"):
            connector.unlink()
        with self.assertRefused("Disconnect from JD before", ValidationError):
            connector.active = False
        connector.action_disconnect()
        connector.active = False
        self.assertFalse(connector.active)

    def test_a_connection_that_was_never_used_can_be_deleted(self):
        connector = self.make_connector()
        connector.unlink()
        self.assertFalse(connector.exists())


@tagged("post_install", "-at_install")
class TestStart(JdCase):
    def test_quick_without_the_shared_application_names_who_can_set_it(self):
        self.env.ref("base.user_admin").name = "The administrator"
        with self.assertRefused("The administrator.*Settings"):
            self.start_login(self.make_connector())

    def test_quick_without_the_shared_application_leads_an_administrator_there(self):
        administrator = self.make_user(
            "jd_admin", "base.group_system,jd_fulfillment.group_jd_manager"
        )
        connector = self.as_user(self.make_connector(), administrator)
        with self.assertRaises(RedirectWarning) as caught:
            self.start_login(connector)
        settings = self.env.ref("stock.action_stock_config_settings")
        self.assertEqual(caught.exception.args[1], settings.id)

    def test_a_shared_application_without_its_secret_is_as_good_as_none(self):
        self.share_application().write({"secret": False})
        with self.assertRefused("not set up yet"):
            self.start_login(self.make_connector())

    def test_everything_missing_is_named_at_once(self):
        self.share_application()
        connector = self.make_connector(department_no=False, warehouse_no=False)
        with self.assertRefused("Department Number, Warehouse Number"):
            self.start_login(connector)

    def test_basic_needs_its_own_key_and_secret(self):
        connector = self.make_basic(app_key=False, app_secret=False)
        with self.assertRefused("APP KEY, APP SECRET"):
            self.start_login(connector)

    def test_a_secret_without_a_key_is_refused(self):
        with self.assertRefused("together with its APP SECRET", ValidationError):
            self.make_basic(app_key=False)

    def test_basic_may_leave_department_and_warehouse_for_picking(self):
        self.assertIn("/oauth/authorize?", self.start_login(self.make_basic()))

    def test_a_warehouse_number_needs_its_department(self):
        connector = self.make_basic(warehouse_no="110000201")
        with self.assertRefused("Department Number"):
            self.start_login(connector)

    def test_the_sandbox_must_be_on_this_machine(self):
        self.share_application()
        parameters = self.env["ir.config_parameter"]
        connector = self.make_connector(environment="sandbox")
        for address in (
            False,
            "http://jd.example.com:8070",
            "http://127.0.0.1.example",
            "http://127.0.0.2:8372\\@127.0.0.1",
            "http://jd.example.com@127.0.0.1",
            "http://127.0.0.1@jd.example.com",
            "http://127.0.0.1:80@jd.example.com",
            "http://127.0.0.1#jd.example.com",
            "http://127.0.0.1?jd.example.com",
            "http://127.0.0.1/path",
            "http://127.0.0.1:8372\n",
            "http://127.0.0.1\t:8372",
            "http://[::1",
            "http://[::1]x",
            "http://127.0.0.1:",
            "http://127.0.0.1:0",
            "http://127.0.0.1:65536",
            "http://127.0.0.1:99999999",
            "http://127.0.0.1:port",
            "http://127.0.0.1:\u0661",
            "https://127.0.0.1:8372",
            "javascript:alert(1)//127.0.0.1",
            "javascript://127.0.0.1/%0aalert(1)",
            "file://127.0.0.1/etc/passwd",
            "//127.0.0.1:8372",
            "127.0.0.1:8372",
        ):
            parameters.set_param("jd_fulfillment.sandbox_url", address)
            with self.subTest(address), self.assertRefused("no JD sandbox"):
                self.start_login(connector)

    def test_a_sandbox_may_have_any_address_of_this_machine(self):
        parameters = self.env["ir.config_parameter"]
        connector = self.make_connector(environment="sandbox")
        for address in (
            "http://127.0.0.1",
            "http://127.0.0.1:8372/",
            "http://localhost:1",
            "http://[::1]:65535",
        ):
            parameters.set_param("jd_fulfillment.sandbox_url", address)
            with self.subTest(address):
                endpoints = connector._get_endpoints()
                self.assertEqual(endpoints.gateway, address.rstrip("/"))

    def test_without_a_sandbox_new_connections_lead_to_jd_itself(self):
        self.share_application()
        self.env["ir.config_parameter"].set_param("jd_fulfillment.sandbox_url", False)
        connector = self.make_connector()
        self.assertEqual(connector.environment, "production")
        self.assertTrue(
            self.start_login(connector).startswith("https://oauth.jdl.com/oauth/")
        )

    def test_the_form_asks_for_what_the_mode_needs(self):
        form = Form(self.as_user(self.env["jd.connector"], self.manager))
        form.pin = "jd_demo_quick"
        with self.assertRaisesRegex(AssertionError, "department_no"):
            form.save()
        form.mode = "basic"
        with self.assertRaisesRegex(AssertionError, "app_key"):
            form.save()
        form.app_key = "sandbox-own-key"
        form.app_secret = "sandbox-own-secret"
        self.assertEqual(form.save().state, "draft")
