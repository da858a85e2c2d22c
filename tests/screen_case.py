"""All screens of the module, each with something on it."""

from typing import NamedTuple

from odoo.addons.web.controllers.utils import clean_action

from .inbound_case import JdInboundCase
from .jd_browser_case import JdBrowserCase
from .jd_case import QUICK_DEPARTMENT, QUICK_WAREHOUSE
from .rights_case import MODULE

# What is ours where the screen is, in the main, another module's.
OURS = (
    *("[name^=jd_]", "[name^=action_jd]", "[name^=action_view_jd]"),
    *(".o_form_view .alert", "#jd_shared_application"),
)
# Drawn by Odoo from numbers, with nothing of ours in it.
DRAWN = {"graph", "pivot", "activity"}


class Screen(NamedTuple):
    """How a screen is opened, and which parts of it are ours."""

    name: str
    action: object
    view_type: str = ""
    parts: tuple = (".o_content",)
    tab: str = ""


class ScreenBrowserCase(JdInboundCase, JdBrowserCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager.group_ids += cls.env.ref("base.group_system")

    # === SOMETHING ON EACH SCREEN === #

    def arrange(self):
        self.make_order_at_jd()
        self.find_difference()
        self.make_orders()
        self.change_level(1)
        self.run_cron("pull_level_changes")
        self.leave_goods_out()
        self.draft = self.make_connector(pin="another")
        self.expired = self.make_connector(pin="expired")
        self.expired.sudo().state = "expired"
        self.connector.sudo().subscription_state = "missing"

    def make_order_at_jd(self):
        goods = {"goodsNo": self.get_goods_no(self.product), "quantity": 1}
        self.sandbox.do(
            "make_order",
            kind="CGRK",
            department=QUICK_DEPARTMENT,
            warehouse=QUICK_WAREHOUSE,
            lines=[goods],
        )
        self.run_cron("list_orders")
        self.foreign = self.env["jd.foreign.order"].search([])

    def find_difference(self):
        """Have a check find what JD counted, what was booked in Odoo only, and what
        nobody can explain.
        """
        self.adjust_by_hand(self.product, self.STOCK + 1)
        for command, quantity in (("count_stock", -2), ("adjust_stock", -7)):
            row = {"erpGoodsNo": self.product.default_code, "quantity": quantity}
            self.sandbox.do(command, warehouse=QUICK_WAREHOUSE, rows=[row])
        self.as_user(self.connector, self.manager).action_check_stock()
        self.run_cron("check_stock")
        self.line = self.env["jd.stock.check.line"].search([])
        self.assertTrue(self.line.explanation_ids)

    def make_orders(self):
        """Have an order that JD shipped in part, one under way, and one to fix."""
        short = self.send(self.make_delivery(5))
        self.ship(short, short=2)
        self.shipped = short.picking_id
        running = self.send(self.make_delivery(1))
        self.receive_message(running, "10014")
        self.follow_messages()
        self.announce(self.make_receipt(3))
        customer = self.customer.copy({"phone": False, "street": False})
        self.stuck = self.make_delivery(1, partner_id=customer.id)

    def leave_goods_out(self):
        """Have products that JD does not have, and one that it could not have."""
        self.env["product.product"].create(
            [
                {"name": "Tea", "default_code": "TEA", "is_storable": True},
                {"name": "Without a reference", "is_storable": True},
            ]
        )
        self.connector.action_match_goods()
        for _step in range(3):
            self.run_cron("match_goods")

    # === SCREENS === #

    def get_screens(self):
        return [
            *self.get_lists(),
            *self.get_forms(),
            *self.get_screens_of_others(),
            *self.get_dialogs(),
        ]

    def find_ours(self, model):
        data = self.env["ir.model.data"].search(
            [("module", "=", MODULE), ("model", "=", model)]
        )
        return self.env[model].browse(data.mapped("res_id"))

    def get_lists(self):
        """Yield all that our menus open, in each of its views but the form."""
        for action in self.find_ours("ir.actions.act_window"):
            for _view, kind in action.views:
                if kind != "form":
                    parts = () if kind in DRAWN else (".o_content",)
                    yield Screen(f"{action.name}, {kind}", action.id, kind, parts)

    def get_forms(self):
        """Yield each form of ours, that of a connection in several states."""
        new = self.env["jd.connector"]
        for connector in (new, self.draft, self.expired, self.connector):
            yield self.get_form(connector)
        for model in self.find_models_with_forms() - {new._name}:
            record = self.env[model].search([], limit=1, order="id")
            self.assertTrue(record, f"There is no {model} to look at.")
            yield self.get_form(record)

    def find_models_with_forms(self):
        forms = self.find_ours("ir.ui.view").filtered(
            lambda view: view.type == "form" and view.mode == "primary"
        )
        models = set(forms.mapped("model"))
        return {model for model in models if not self.env[model]._transient}

    def get_screens_of_others(self):
        """Yield screens of Odoo's that have something of ours."""
        for record in (
            *(self.stuck, self.warehouse, self.product, self.product.product_tmpl_id),
            *(self.product.categ_id, self.defective),
        ):
            yield self.get_form(record, parts=OURS)
        yield self.get_form(self.shipped, parts=OURS, tab="jd")
        yield Screen("Settings", "stock.action_stock_config_settings", parts=OURS)

    def get_dialogs(self):
        """Yield what buttons open."""
        for record, method in (
            (self.connector, "action_view_health"),
            (self.line, "action_view_ledger"),
            (self.connector, "action_choose_goods"),
            (self.connector, "action_choose_warehouses"),
            (self.connector, "action_prepare_basic"),
            (self.foreign, "action_link"),
            (self.line, "action_ask"),
            (self.line, "action_keep"),
        ):
            action = getattr(self.as_user(record, self.manager), method)()
            is_dialog = action.get("target") == "new"
            parts = (".modal-body", ".modal-footer") if is_dialog else (".o_content",)
            yield Screen(method, clean_action(action, self.env), parts=parts)

    def get_form(self, record, **values):
        action = {
            "type": "ir.actions.act_window",
            "res_model": record._name,
            "res_id": record.id,
            "views": [[False, "form"]],
        }
        return Screen(f"{record._name}, {record.display_name}", action, **values)
