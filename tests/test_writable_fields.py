"""What the module writes, only the module writes: whatever a user sends by RPC."""

import itertools

from psycopg2 import DatabaseError

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from .rights_case import RightsCase

CONNECTION = {
    *("active", "company_id", "mode", "environment"),
    *("pin", "department_no", "warehouse_no"),
    *("app_key", "app_secret", "app_algorithm", "app_message_form"),
    *("push_policy", "receipt_policy", "source_no", "carrier_no", "daily_calls"),
    *("create_missing_goods", "goods_category_no", "promise_hours"),
    *("inbound_threshold", "outbound_threshold"),
    *("stock_check_nightly", "stock_check_hour", "stock_check_agreement"),
    *("stock_check_auto", "stock_check_units"),
    *("stock_check_percent", "stock_check_value"),
    *("alert_user_ids", "alert_email"),
}
CATEGORY = {
    *("jd_category_no", "jd_stock_check_own_limits", "jd_stock_check_units"),
    *("jd_stock_check_percent", "jd_stock_check_value"),
}
TRANSFER = {
    "jd_own_waybill",
    "jd_in_parts",
    "jd_supplier_delivery",
    "jd_short_allowed",
    "jd_on_hold",
}
SETTINGS = {
    *(
        "jd_app_key",
        "jd_app_secret",
        "jd_has_app_secret",
        "jd_app_algorithm",
        "jd_message_form",
        "jd_vault_notice",
    ),
    *("jd_callback_url", "jd_message_url"),
    *("jd_messages_kept", "jd_foreign_orders_kept", "jd_events_kept"),
}
# Model → the least role that may set these fields, and the fields. No other field of
# ours is for users to set, whatever their role.
SETTABLE = {
    "jd.connector": ("JD manager", CONNECTION),
    "jd.foreign.link": ("stock user", {"foreign_id", "picking_id"}),
    "jd.goods.creation": ("JD manager", {"line_ids", "excluded_ids"}),
    "jd.goods.creation.line": ("JD manager", {"is_chosen"}),
    "jd.health": ("stock manager", {"connector_id"}),
    "jd.stock.check.keep": ("JD manager", {"line_ids", "reason"}),
    "jd.stock.check.question": ("JD manager", {"line_ids"}),
    "jd.warehouse.picker": (
        "JD manager",
        {"line_ids", "shown_ids", "search_words"},
    ),
    "jd.warehouse.picker.line": ("JD manager", {"is_picked"}),
    "product.category": ("product manager", CATEGORY),
    "res.config.settings": ("administrator", SETTINGS),
    "stock.picking": ("stock user", TRANSFER),
    "stock.return.picking": (
        "stock user",
        {"jd_supplier_delivery", "jd_short_allowed"},
    ),
    "jd.shop.rule": (
        "stock manager",
        {"sequence", "name", "warehouse_id", "shop_no", "domain"},
    ),
    "stock.warehouse": ("stock manager", {"jd_shop_no", "jd_shop_rule_ids"}),
}
# Fields with a rule of their own on what they hold.
VALUES = {
    ("jd.connector", "goods_category_no"): "4160",
    ("jd.connector", "department_no"): "EBU0000000000009",
    ("jd.connector", "warehouse_no"): "110000999",
    ("jd.connector", "environment"): "test",
    ("jd.connector", "app_algorithm"): "HMacSHA256",
    ("jd.connector", "app_message_form"): "envelope",
    ("jd.connector", "daily_calls"): 1000,
    ("jd.connector", "inbound_threshold"): 0.5,
    ("jd.connector", "outbound_threshold"): 0.5,
    ("res.config.settings", "jd_messages_kept"): 60,
    ("res.config.settings", "jd_foreign_orders_kept"): 400,
    ("res.config.settings", "jd_events_kept"): 200,
    ("jd.shop.rule", "domain"): "[('origin', '=', 'X')]",
    ("stock.warehouse", "jd_shop_no"): "ESP0000000000009",
}

# Dialogs with rows to tick, whose rows only the module makes.
ROWS = {
    ("jd.goods.creation", "line_ids"): (
        "jd.goods.creation.line",
        {"is_chosen": False},
    ),
    ("jd.warehouse.picker", "line_ids"): (
        "jd.warehouse.picker.line",
        {"is_picked": True},
    ),
    ("jd.warehouse.picker", "shown_ids"): (
        "jd.warehouse.picker.line",
        {"is_picked": True},
    ),
}


@tagged("post_install", "-at_install")
class TestWritableFields(RightsCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        product_manager = "product.group_product_manager"
        groups = [*list(cls.ROLES.values())[2:], product_manager]
        for role, group in {
            "product manager": product_manager,
            "every role": ",".join(groups),
        }.items():
            login = f"role_{role}".replace(" ", "_")
            cls.users[role] = cls.make_user(login, group)

    def get_walked_models(self):
        """Return the models that have fields of ours, transient ones included."""
        return [
            name
            for name, model in sorted(self.env.registry.items())
            if not model._abstract and self.get_own_fields(name)
        ]

    def get_closed_fields(self):
        """Yield model, name and field of all that nobody but the module may set."""
        for model in self.get_walked_models():
            _role, settable = SETTABLE.get(model, ("", set()))
            for name, field in self.get_own_fields(model).items():
                if name not in settable and self.is_stored(field):
                    yield model, name, field

    def get_settable_fields(self):
        """Yield model, name, field and role of all that users may set."""
        for model, (role, names) in SETTABLE.items():
            for name in names:
                yield model, name, self.env[model]._fields[name], role

    def make_value(self, model, name, field):
        """Return a value that the field does not have yet."""
        if (model, name) in VALUES:
            return VALUES[model, name]
        if (model, name) in ROWS:
            row_model, ticked = ROWS[model, name]
            return [Command.update(self.own[row_model].id, ticked)]
        record = self.own[model].sudo()
        current = record[name]
        match field.type:
            case "boolean":
                return not current
            case "integer" | "float":
                return current + 1
            case "date":
                return "2031-01-01"
            case "datetime":
                return "2031-01-01 00:00:00"
            case "selection":
                keys = field.get_values(self.env)
                return next(key for key in keys if key != current)
            case "many2one" if field.comodel_name == "res.company":
                return self.company.id
            case "many2one":
                known = self.own.get(field.comodel_name)
                known = known or self.env[field.comodel_name].search([], limit=1)
                return known.id if known != current or field.required else False
            case "one2many" | "many2many":
                other = self.own.get(field.comodel_name)
                other = other or self.env[field.comodel_name].search([], limit=1)
                return [Command.clear() if other in current else Command.link(other.id)]
        return "110000321" if current != "110000321" else "110000322"

    def attempt(self, action):
        """Return how an action of a user's ends: allowed, refused or otherwise."""
        try:
            with mute_logger("odoo.sql_db"), self.env.cr.savepoint() as savepoint:
                action()
                self.env.flush_all()
                savepoint.rollback()
        except AccessError:
            return "refused"
        except (UserError, DatabaseError, ValueError, TypeError) as exc:
            return f"otherwise: {exc!r}"
        finally:
            self.env.invalidate_all()
        return "allowed"

    def is_stored(self, field):
        """Whether a value that is written ends up anywhere."""
        return field.store or field.inverse

    def test_every_model_that_has_fields_of_ours_is_walked(self):
        self.assertLessEqual(set(self.get_walked_models()), set(self.own))
        self.assertLessEqual(set(SETTABLE), set(self.get_walked_models()))

    # === WHAT ONLY THE MODULE WRITES === #

    def test_nobody_writes_it(self):
        for model, name, field in self.get_closed_fields():
            record = self.as_user(self.own[model], self.users["every role"])
            value = self.make_value(model, name, field)
            with self.subTest(f"{model}.{name}"):
                ended = self.attempt(lambda: record.write({name: value}))  # noqa: B023
                self.assertEqual(ended, "refused")

    def test_nobody_creates_a_record_with_it(self):
        for model, name, field in self.get_closed_fields():
            records = self.as_user(self.env[model], self.users["every role"])
            values = self.prepare_new_values(model)
            value = self.make_value(model, name, field)
            if field.type in ("one2many", "many2many"):
                value = [Command.link(self.own[field.comodel_name].id)]
            for create in (
                lambda: records.create(values | {name: value}),  # noqa: B023
                lambda: records.with_context(  # noqa: B023
                    **{f"default_{name}": value}  # noqa: B023
                ).create(values),  # noqa: B023
            ):
                with self.subTest(f"{model}.{name}"):
                    self.assertEqual(self.attempt(create), "refused")

    def prepare_new_values(self, model):
        """Return values that a record of a model of Odoo's can be made of."""
        if model in self.get_models():
            return {}
        own = self.get_own_fields(model)
        [values] = self.own[model].copy_data()
        return {name: value for name, value in values.items() if name not in own}

    def test_nobody_imports_it(self):
        for model, name, field in self.get_closed_fields():
            if field.type in ("one2many", "many2many"):
                continue  # imported by way of their own model
            record = self.as_user(self.own[model], self.users["every role"])
            column = f"{name}/.id" if field.type == "many2one" else name
            value = str(self.make_value(model, name, field) or "")
            with self.subTest(f"{model}.{name}"):
                before = self.own[model].sudo().read([name], load=None)
                record.load([".id", column], [[str(record.id), value]])
                self.env.invalidate_all()
                self.assertEqual(self.own[model].sudo().read([name], load=None), before)

    def test_nobody_writes_it_by_way_of_a_parent(self):
        for model, name, field in self.get_closed_fields():
            record = self.own[model]
            value = self.make_value(model, name, field)
            for parent, children in self.find_parents(record):
                update = {children: [Command.update(record.id, {name: value})]}
                parent = self.as_user(parent, self.users["every role"])
                with self.subTest(f"{model}.{name} by {parent._name}.{children}"):
                    ended = self.attempt(lambda: parent.write(update))  # noqa: B023
                    self.assertEqual(ended, "refused")

    def find_parents(self, record):
        """Yield the records that hold this one, with the field they hold it in."""
        if not record._allow_sudo_commands:
            return  # written as who began the transaction, in tests the superuser
        for field in self.env[record._name]._fields.values():
            if field.type == "many2one" and field.store and record[field.name]:
                parent = record[field.name]
                for inverse in self.env.registry.field_inverses[field]:
                    if inverse.type == "one2many" and record in parent[inverse.name]:
                        yield parent, inverse.name

    def test_another_companys_order_cannot_be_taken_over_by_a_transfer(self):
        picking = self.as_user(self.own["stock.picking"], self.users["stock user"])
        with self.assertRaises(AccessError):
            picking.jd_order_id = self.others["jd.order"]

    # === WHAT USERS SET === #

    def test_the_role_that_may_sets_it(self):
        for model, name, field, role in self.get_settable_fields():
            record = self.as_user(self.own[model], self.users[role])
            value = self.make_value(model, name, field)
            with self.subTest(f"{model}.{name}"):
                ended = self.attempt(lambda: record.write({name: value}))  # noqa: B023
                self.assertEqual(ended, "allowed")

    def test_a_lesser_role_does_not(self):
        for model, name, field, role in self.get_settable_fields():
            value = self.make_value(model, name, field)
            for lesser in self.get_lesser_roles(role):
                if model == "res.config.settings":
                    continue  # transient; who may save them is core's to say
                record = self.as_user(self.own[model], self.users[lesser])
                with self.subTest(f"{model}.{name} by {lesser}"):
                    ended = self.attempt(lambda: record.write({name: value}))  # noqa: B023
                    self.assertEqual(ended, "refused")

    def get_lesser_roles(self, role):
        """Return the roles before this one, but for Odoo's own administrator."""
        ends = (role, "administrator")
        return list(itertools.takewhile(lambda each: each not in ends, self.ROLES))

    def test_the_refusal_says_what_is_wrong(self):
        picking = self.as_user(self.own["stock.picking"], self.users["stock user"])
        with self.assertRefused("JD Fulfillment keeps it", AccessError):
            picking.jd_moved_at = "2026-01-01"
