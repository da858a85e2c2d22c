"""A database that was moved, restored or copied: JD is called once somebody decided."""

import subprocess
import sys
import tempfile
from pathlib import Path

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .. import const
from ..models.connection import vault
from .jd_case import JdCase
from .live_case import SECRET, LiveCase
from .odoo_process import RestoredOdoo
from .other_server import OtherServer

QUESTION = """
from odoo.addons.jd_fulfillment.models.connection import vault
connected = env["jd.connector"].search([("state", "=", "connected")])
print(connected.mapped("is_moved"))
print(vault.get_place(env).split("/")[1])
"""
PAUSED = "moved, restored or copied"
AT_JD = {"accepted", "in_progress", "done"}


@tagged("post_install", "-at_install")
class TestPause(JdCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.share_application()
        cls.administrator = cls.make_user(
            "jd_admin", "base.group_system,jd_fulfillment.group_jd_manager"
        )
        cls.connector = cls.connect(cls.make_connector())
        cls.basic = cls.connect(cls.make_basic())
        cls.keep_sandbox()

    def move(self, part):
        """Have all secrets come from another place.

        :param int part: What differs there: the uuid, the server or the database.
        """
        here = vault.get_place(self.env).split("/")
        there = [f"{each}1" if i == part else each for i, each in enumerate(here)]
        self.env.cr.execute("UPDATE jd_vault SET place = %s", ["/".join(there)])
        self.env.invalidate_all()

    def find_questions(self):
        kind = self.env.ref(const.DECISION_ACTIVITY)
        return self.env["mail.activity"].search([("activity_type_id", "=", kind.id)])

    def assertWorks(self, connector):
        answer = connector.action_check_connection()
        self.assertEqual(answer["params"]["type"], "success")

    def test_the_place_names_the_database_the_server_and_the_uuid(self):
        uuid, server, database = vault.get_place(self.env).split("/")
        self.env.cr.execute("SELECT system_identifier FROM pg_control_system()")
        self.assertEqual(server, str(self.env.cr.fetchone()[0]))
        self.env.cr.execute(
            "SELECT datname FROM pg_database WHERE oid = %s", [int(database)]
        )
        self.assertEqual(self.env.cr.fetchone()[0], self.env.cr.dbname)
        parameters = self.env["ir.config_parameter"]
        self.assertEqual(uuid, parameters.get_param("database.uuid"))

    def test_in_another_place_nothing_is_asked_renewed_or_signed_in(self):
        for part, name in enumerate(("uuid", "server", "database")):
            with self.subTest(name):
                self.move(part)
                before = self.sandbox.get("calls")
                with self.assertRefused(PAUSED):
                    self.connector.action_check_connection()
                with self.assertRefused(PAUSED):
                    self.start_login(self.connector)
                with self.assertRefused(PAUSED):
                    self.basic.action_choose_warehouses()
                self.connector.sudo().token_renew_at = self.connector.login_at
                for cron in ("renew_tokens", "check_logins", "match_goods"):
                    self.run_cron(cron)
                self.assertEqual(self.sandbox.get("calls"), before)
                self.assertEqual(self.connector.state, "connected")
                self.assertIn(PAUSED, self.connector.pause_reason)
                self.assertTrue(self.connector.is_moved)

    def test_a_system_administrator_is_asked_once(self):
        self.move(1)
        for _ in range(2):
            self.run_cron("match_goods")
            self.connector._request_decision()
            self.basic._request_decision()
        [question] = self.find_questions()
        self.assertEqual(question.user_id, self.administrator)
        self.assertIn(PAUSED, question.note)

    def test_the_live_database_goes_on_with_a_new_part_in_its_numbers(self):
        application = self.env["jd.application"]
        tag = application._get_database_tag()
        parameters = self.env["ir.config_parameter"]
        parameters.set_param("database.uuid", "restored")
        self.env.invalidate_all()
        self.connector._request_decision()
        self.as_user(self.connector, self.administrator).action_declare_live()
        for connector in self.connector | self.basic:
            self.assertFalse(connector.pause_reason)
            self.assertWorks(connector)
            self.assertPosted(connector, "This is the live database")
        self.assertFalse(self.find_questions())
        self.assertNotEqual(application._get_database_tag(), tag)

    def test_after_a_backup_somebody_is_told_what_to_do(self):
        signed_out = self.make_connector(pin="signed_out")
        signed_out.sudo().state = "expired"
        self.move(2)
        self.as_user(self.connector, self.administrator).action_declare_restored()
        every = self.connector | self.basic | signed_out
        for connector in every:
            self.assertFalse(connector.pause_reason)
            [activity] = connector.activity_ids
            self.assertIn("Orders Made at JD", activity.note)
        with self.assertRaises(AccessError):
            self.as_user(self.connector, self.stock_user).action_compared()
        for connector, reason in (
            (signed_out, "Sign in at JD first"),
            (self.connector, "not listed all its orders yet"),
        ):
            with self.assertRaisesRegex(UserError, reason):
                self.as_user(connector, self.manager).action_compared()
        self.run_cron("list_orders")
        connected = self.connector | self.basic
        self.as_user(connected, self.manager).action_compared()
        self.assertEqual(every.filtered("restored_at"), signed_out)
        self.assertFalse(connected.activity_ids)

    def test_who_signs_in_without_a_decision_must_compare_too(self):
        self.move(2)
        self.env["jd.application"]._get_shared().write({"secret": SECRET})
        self.connect(self.connector)
        self.assertTrue(self.connector.restored_at)

    def test_a_copy_forgets_all_that_it_brought_along(self):
        self.move(2)
        self.connector._request_decision()
        before = self.sandbox.get("calls")
        self.as_user(self.connector, self.administrator).action_declare_copy()
        self.env.cr.execute("SELECT count(*) FROM jd_vault")
        self.assertEqual(self.env.cr.fetchone()[0], 0)
        for connector in self.connector | self.basic:
            self.assertEqual(connector.state, "disconnected")
            self.assertFalse(connector.pause_reason)
        self.assertFalse(self.find_questions())
        self.assertEqual(self.sandbox.get("calls"), before)
        self.env["jd.application"]._get_shared().write({"secret": SECRET})
        self.assertWorks(self.connect(self.connector))

    def test_a_copy_keeps_what_was_entered_in_it(self):
        self.move(2)
        self.env["jd.application"]._get_shared().write({"secret": SECRET})
        self.connect(self.connector)
        self.assertFalse(self.connector.pause_reason)
        self.as_user(self.basic, self.administrator).action_declare_copy()
        self.assertEqual(self.connector.state, "connected")
        self.assertWorks(self.connector)
        self.assertEqual(self.basic.state, "disconnected")

    def test_nobody_else_decides(self):
        self.move(1)
        for user in (self.manager, self.stock_user):
            connector = self.as_user(self.connector, user)
            for decide in (
                connector.action_declare_live,
                connector.action_declare_restored,
                connector.action_declare_copy,
            ):
                with self.subTest(user=user.login), self.assertRaises(AccessError):
                    decide()
        self.assertTrue(self.connector.is_moved)


class TestRestored(LiveCase):
    """A backup, restored with PostgreSQL's own tools, twice into the same server."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.backup = Path(folder.name, "backup")

    def restore(self):
        odoo = RestoredOdoo(self.backup)
        self.addCleanup(odoo.stop)
        return odoo

    def deliver_from(self, odoo, merchant, product_id):
        """Make a delivery in another database; return its order."""
        original, type(self).odoo = self.odoo, odoo
        try:
            picking_id = self.make_delivery(merchant, product_id, 2)
        finally:
            type(self).odoo = original
        [order_id] = odoo.search("jd.order", ["picking_id", "=", picking_id])
        return order_id

    def test_another_server_is_another_place(self):
        self.connect(self.open_account(72), subscribe=True)
        self.odoo.dump(self.backup)
        server = OtherServer()
        self.addCleanup(server.stop)
        server.run("createdb", "--template", "template0", "moved")
        server.run("pg_restore", "--no-owner", "--dbname=moved", str(self.backup))
        here = self.ask_where(self.odoo.database)
        there = self.ask_where("moved", env=server.environment)
        self.assertEqual((here[0], there[0]), ("[False]", "[True]"))
        self.assertNotEqual(here[1], there[1])

    def ask_where(self, database, **options):
        """Return whether connections have moved, and the server's identifier."""
        done = subprocess.run(
            [
                *(sys.executable, "-m", "odoo", "shell", "--database", database),
                *("--no-http", "--log-level", "error"),
            ],
            input=QUESTION,
            check=True,
            stdout=subprocess.PIPE,
            text=True,
            **options,
        )
        return done.stdout.split("\n")

    def get_orders_at_jd(self, merchant):
        return self.sandbox.get("orders", department=merchant.department_no)

    def test_two_restored_copies_wait_and_then_do_as_they_are_told(self):
        merchant = self.open_account(71)
        self.connect(merchant, subscribe=True)
        product_id = self.make_product(merchant, "RESTORED")
        self.make_delivery(merchant, product_id, 2)
        self.wait_for(lambda: self.get_orders_at_jd(merchant), "the order at JD")
        self.odoo.dump(self.backup)
        live = self.odoo.read("jd.connector", merchant.connector_id, "is_moved")
        self.assertFalse(live["is_moved"])
        for answer in ("action_declare_copy", "action_declare_live"):
            with self.subTest(answer):
                self.try_copy(merchant, product_id, answer)

    def test_what_was_sent_after_the_backup_is_not_sent_again(self):
        merchant = self.open_account(73)
        self.connect(merchant, subscribe=True)
        product_id = self.make_product(merchant, "BACKUP")
        self.make_delivery(merchant, product_id, 1)
        self.wait_for(lambda: self.is_receiving(merchant), "messages")
        # In the backup, one has an order with a problem, and two have none yet.
        receiver_id = self.odoo.create("res.partner", name="No phone yet")
        corrected_id = self.make_delivery(merchant, product_id, 3, receiver_id)
        confirmed_id, new_id = (
            self.create_delivery(merchant, product_id, quantity) for quantity in (2, 4)
        )
        self.odoo.dump(self.backup)
        address = {"phone": "+62 21 555 0102", "street": "Jalan 6", "city": "Jakarta"}
        self.odoo.call("res.partner", "write", [receiver_id], address)
        self.odoo.call("stock.picking", "action_confirm", [confirmed_id])
        self.wait_for(lambda: len(self.get_orders_at_jd(merchant)) == 3, "three at JD")

        odoo = self.restore()
        # Before anybody decides, and after: neither is sent.
        odoo.call("stock.picking", "action_confirm", [confirmed_id])
        odoo.call("jd.connector", "action_declare_restored", [merchant.connector_id])
        odoo.call("stock.picking", "action_confirm", [new_id])
        # The one whose number was in the backup is found by it.
        self.wait_for(
            lambda: AT_JD.intersection(self.read_order_states(odoo, corrected_id)),
            "the order whose number is known",
            seconds=150,
        )
        unknown = [
            ["connector_id", "=", merchant.connector_id],
            ["state", "=", "new"],
            ["line_ids", "!=", False],
        ]
        [foreign_id] = self.wait_for(
            lambda: odoo.search("jd.foreign.order", *unknown),
            "the order that Odoo does not know",
        )
        # Made before the decision, and not sent since.
        self.assertEqual(self.read_order_states(odoo, confirmed_id), ["queued"])
        for picking_id in (confirmed_id, new_id):
            picking = odoo.read("stock.picking", picking_id, "jd_notice")
            self.assertIn("restored from a backup", picking["jd_notice"])
            with self.assertRaisesRegex(AssertionError, "restored from a backup"):
                odoo.call("stock.picking", "action_jd_send", [picking_id])
        with self.assertRaisesRegex(AssertionError, "still to decide"):
            odoo.call("jd.connector", "action_compared", [merchant.connector_id])
        link = {"foreign_id": foreign_id, "picking_id": confirmed_id}
        link_id = odoo.create("jd.foreign.link", **link)
        odoo.call("jd.foreign.link", "action_confirm", [link_id])
        self.assertEqual(len(self.get_orders_at_jd(merchant)), 3)
        odoo.call("jd.connector", "action_compared", [merchant.connector_id])
        self.wait_for(
            lambda: AT_JD.intersection(self.read_order_states(odoo, new_id)),
            "the new one at JD",
        )
        self.assertEqual(len(self.get_orders_at_jd(merchant)), 4)

    def read_order_states(self, odoo, picking_id):
        orders = odoo.search("jd.order", ["picking_id", "=", picking_id])
        return [odoo.read("jd.order", each, "state")["state"] for each in orders]

    def is_receiving(self, merchant):
        connector = self.odoo.read(
            "jd.connector", merchant.connector_id, "subscription_state"
        )
        return connector["subscription_state"] == "receiving"

    def try_copy(self, merchant, product_id, answer):
        odoo = self.restore()
        before = self.get_orders_at_jd(merchant)
        order_id = self.deliver_from(odoo, merchant, product_id)
        self.wait_for(
            lambda: odoo.search(
                "mail.activity", ["activity_type_id.name", "ilike", "copy"]
            ),
            "the question",
        )
        order = odoo.read("jd.order", order_id, "name", "state", "notice")
        self.assertEqual(order["state"], "queued")
        self.assertIn(PAUSED, order["notice"])
        self.assertEqual(len(self.get_orders_at_jd(merchant)), len(before))
        odoo.call("jd.connector", answer, [merchant.connector_id])
        if answer == "action_declare_live":
            self.wait_for(
                lambda: order["name"] in str(self.get_orders_at_jd(merchant)),
                "the order at JD",
            )
        else:
            state = odoo.read("jd.connector", merchant.connector_id, "state")
            self.assertEqual(state["state"], "disconnected")
            self.assertEqual(len(self.get_orders_at_jd(merchant)), len(before))
