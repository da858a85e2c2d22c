"""What anybody can call over RPC is refused on records that are not theirs to use."""

from odoo.exceptions import AccessError
from odoo.service.model import call_kw
from odoo.tests import tagged

from .rights_case import MODULE, RightsCase

# What `write` is called with: something that our own `write` acts on.
WRITTEN = {
    "jd.application": {"key": "k2"},
    "jd.connector": {"pin": "jd_mine"},
    "jd.shop.rule": {"name": "Mine"},
    "product.product": {"default_code": "MINE"},
    "product.template": {"name": "Mine"},
    "res.partner": {"phone": "1"},
    "res.users": {"name": "Mine"},
    "stock.location": {"name": "Mine"},
    "stock.move": {"product_uom_qty": 0},
    "stock.move.line": {"quantity": 5},
    "stock.picking": {"jd_own_waybill": "MINE"},
    "stock.picking.type": {"name": "Mine"},
    "stock.warehouse": {"jd_shop_no": "ESP0000000000009"},
}
# `create` is in the access matrix; the settings have no company and are below; what
# fields there are, and what an empty list says, is for everybody who may see them.
WITHOUT_RECORDS = {
    *("create", "fields_get", "get_empty_list_help", "get_values", "set_values"),
}
# Odoo's models whose records all companies share.
SHARED = {"product.category"}


def get_public_methods(model):
    """Return the names of a model's methods that this module defines for everybody."""
    return sorted(
        {
            name
            for each in type(model).mro()
            if each.__module__.startswith(f"odoo.addons.{MODULE}.")
            for name, member in vars(each).items()
            if not name.startswith("_") and callable(member)
        }
    )


@tagged("post_install", "-at_install")
class TestPublicMethods(RightsCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for role in ("stock user", "JD manager"):
            login = f"other_{role}".replace(" ", "_")
            values = {"company_id": cls.other_company.id}
            cls.users[f"{role} elsewhere"] = cls.make_user(
                login, cls.ROLES[role], **values
            )
        for records, company in (
            (cls.own, cls.company),
            (cls.others, cls.other_company),
        ):
            cls.make_busy(records, company)

    @classmethod
    def make_busy(cls, records, company):
        """Let JD be at work on the order, too far to cancel; give goods a company."""
        records["product.product"].company_id = company
        records["product.template"].company_id = company
        records["stock.move"].state = "assigned"
        order = records["jd.order"]
        order.write({"state": "in_progress", "status_rank": order._rules.fixed_rank})
        cls.env.flush_all()

    def walk(self, roles, records, without=()):
        """Yield role, record, method and arguments of every call to attempt.

        :param without: Models to leave out.
        """
        # Odoo's own, of which there is no record of a company.
        records = records | {
            "ir.cron": self.env.ref("jd_fulfillment.ir_cron_push_orders"),
            "res.users": self.env.ref("base.user_admin"),
        }
        for model in sorted(self.env.registry):
            if model in without or self.env[model]._abstract:
                continue
            for method in get_public_methods(self.env[model]):
                if method in WITHOUT_RECORDS:
                    continue
                arguments = [WRITTEN[model]] if method == "write" else []
                for role in roles:
                    yield role, records[model], method, arguments

    def call(self, role, record, method, arguments):
        """Call a method as the web client does, with nothing read before."""
        self.env.flush_all()
        self.env.invalidate_all()
        model = self.as_user(record.browse(), self.users[role])
        arguments = [record.ids, *arguments]
        return call_kw(model, method, arguments, {"context": model.env.context})

    def assertAllRefused(self, roles, records, without=()):
        calls = list(self.walk(roles, records, without))
        self.assertGreater(len(calls), 40)
        before = self.sandbox.get("calls")
        for role, record, method, arguments in calls:
            with (
                self.subTest(f"{record._name}.{method} by {role}"),
                self.env.cr.savepoint() as savepoint,
            ):
                with self.assertRaises(AccessError):
                    self.call(role, record, method, arguments)
                savepoint.rollback()
        self.assertEqual(self.sandbox.get("calls"), before, "JD was not called")

    def test_none_works_on_records_of_another_company(self):
        roles = ["stock user", "JD manager"]
        self.assertAllRefused(roles, self.others, without=SHARED)
        elsewhere = ["stock user elsewhere", "JD manager elsewhere"]
        self.assertAllRefused(elsewhere, self.own, without=SHARED)

    def test_none_works_for_who_has_nothing_to_do_with_stock(self):
        self.assertAllRefused(["internal", "portal"], self.own)

    def test_the_settings_show_and_take_ours_from_the_administrator_alone(self):
        shared = self.share_application()
        for role in self.ROLES:
            if role == "administrator":
                continue
            settings = self.own["res.config.settings"].browse()
            values = self.as_user(settings, self.users[role]).get_values()
            with self.subTest(role):
                self.assertFalse([name for name in values if name.startswith("jd_")])
                with self.assertRaises(AccessError):
                    self.call(role, self.own["res.config.settings"], "set_values", [])
        self.assertEqual(shared.key, "sandbox-shared-key")


# Fields of ours that change with the time that a test takes.
TIMED = ("is_late", "late_count")


@tagged("post_install", "-at_install")
class TestWhatIsShown(RightsCase):
    """What a user reads says nothing of other companies."""

    ROLES_READING = ("stock user", "stock manager", "JD manager")

    def read_all(self, role):
        """Return all that a role may read of our fields, by model."""
        self.env.flush_all()
        self.env.invalidate_all()  # or users would read what was read for others
        found = {}
        for model in sorted(self.env.registry):
            records = self.as_user(self.env[model], self.users[role])
            if records._abstract or not records.has_access("read"):
                continue
            names = [
                name
                for name, field in self.get_own_fields(model).items()
                if name not in TIMED and records._has_field_access(field, "read")
            ]
            if names:
                records = records.with_context(active_test=False).search([])
                found[model] = records.read([*names, "display_name"])
        return found

    def test_no_field_changes_with_what_another_company_has(self):
        before = {role: self.read_all(role) for role in self.ROLES_READING}
        third = self.env["res.company"].create({"name": "A third company"})
        records = self.make_records(third, "110000999")
        shared = self.own["product.product"]
        self.assertFalse(shared.company_id)
        records["jd.goods"].copy({"product_id": shared.id, "department_no": "EBU2"})
        for role in self.ROLES_READING:
            after = self.read_all(role)
            self.assertIn("jd.connector", after)
            for model, rows in before[role].items():
                known = {row["id"] for row in rows}
                with self.subTest(model=model, role=role):
                    # What has no company, like products, everybody may read.
                    kept = [row for row in after[model] if row["id"] in known]
                    self.assertEqual(kept, rows)
