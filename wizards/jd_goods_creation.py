from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command, Domain

from ..models.mixins.notification import notify

# How many products a category names before they are only counted.
NAMED = 3


class JdGoodsCreation(models.TransientModel):
    """The dialog to choose which products are created at JD as goods."""

    _name = "jd.goods.creation"
    _description = "Create Goods at JD"
    _inherit = ["jd.guarded.mixin"]
    _jd_settable = frozenset({"line_ids", "excluded_ids"})

    connector_id = fields.Many2one("jd.connector", required=True, ondelete="cascade")
    shown_ids = fields.Many2many(
        "jd.goods", "jd_goods_creation_shown_rel", string="Goods", readonly=True
    )
    line_ids = fields.One2many("jd.goods.creation.line", "creation_id")
    excluded_ids = fields.Many2many(
        "jd.goods",
        string="Leave Out",
        domain="[('connector_id', '=', connector_id), ('state', '=', 'missing')]",
        help="Products of the chosen categories that are not created.",
    )
    product_count = fields.Integer(compute="_compute_counts")
    missing_count = fields.Integer(compute="_compute_counts")
    unneeded_count = fields.Integer(compute="_compute_counts")
    refused_count = fields.Integer(compute="_compute_counts")
    chosen_count = fields.Integer(compute="_compute_chosen_count")
    calls_left = fields.Integer(compute="_compute_counts")

    # === COMPUTES === #

    @api.depends("connector_id")
    def _compute_counts(self):
        for creation in self:
            connector = creation.connector_id
            creation.product_count = connector.goods_count
            creation.missing_count = connector.goods_missing_count
            creation.refused_count = connector.goods_refused_count
            creation.unneeded_count = connector._count_goods("unneeded")
            call = connector._get_call_name("create_goods")
            creation.calls_left = connector._get_allowance(call, connector.daily_calls)

    @api.depends("line_ids.is_chosen", "excluded_ids")
    def _compute_chosen_count(self):
        for creation in self:
            chosen = creation.line_ids.filtered("is_chosen")
            places = {(line.department_no, line.category_id) for line in chosen}
            excluded = [
                goods
                for goods in creation.excluded_ids
                if (goods.department_no, goods.product_id.categ_id) in places
            ]
            creation.chosen_count = sum(chosen.mapped("count")) - len(excluded)

    # === ACTIONS === #

    def action_create_at_jd(self):
        """Request that the chosen goods are created at JD."""
        self.ensure_one()
        goods = self._get_chosen()
        if not goods:
            raise UserError(
                self.env._("Tick at least one category that has products to create.")
            )
        goods._request_creation()
        self._record_decision()
        return notify(
            "info",
            goods._explain_creation_asked(),
            next={"type": "ir.actions.act_window_close"},
        )

    def action_create_none(self):
        """Record that the missing goods are left as they are."""
        self.ensure_one()
        self._record_decision()
        return {"type": "ir.actions.act_window_close"}

    def action_view_goods(self):
        """Open the list of the missing goods, to choose single ones there."""
        self.ensure_one()
        action = self.connector_id.action_view_goods()
        return action | {"context": {"search_default_missing": 1}}

    # === BUSINESS === #

    @api.model
    def _open_for(self, connector):
        """Return the action that shows what JD does not have, by category.

        Where nothing is missing, it is a notification that says so.
        """
        goods = self.env["jd.goods"].search(self._get_missing_domain(connector))
        lines = self._prepare_lines(goods)
        if not lines:
            return notify(
                "info",
                self.env._(
                    "Nothing to create: JD has all products that can be matched. Those "
                    "to correct first are under JD Fulfillment ▸ Goods, To Fix."
                ),
            )
        # sudo: users choose rows, but must not change what JD lacks.
        creation_sudo = self.sudo().create(
            {
                "connector_id": connector.id,
                "shown_ids": goods.ids,
                "line_ids": [Command.create(values) for values in lines],
            }
        )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Create Goods at JD"),
            "res_model": self._name,
            "res_id": creation_sudo.id,
            "views": [(False, "form")],
            "target": "new",
        }

    @api.model
    def _prepare_lines(self, goods):
        """Return the values of a line for each department and category of goods."""
        by_place = defaultdict(list)
        for row in goods:
            by_place[row.department_no, row.product_id.categ_id].append(row.product_id)
        return sorted(
            (
                {
                    "department_no": department_no,
                    "category_id": category.id,
                    "category_name": category.complete_name
                    or self.env._("Without a category"),
                    "count": len(products),
                    "names": self._name_some(products),
                }
                for (department_no, category), products in by_place.items()
            ),
            key=lambda values: (values["department_no"], -values["count"]),
        )

    @api.model
    def _get_missing_domain(self, connector):
        return Domain("connector_id", "=", connector.id) & Domain(
            "state", "=", "missing"
        )

    @api.model
    def _name_some(self, products):
        names = ", ".join(product.display_name for product in products[:NAMED])
        more = len(products) - NAMED
        if more <= 0:
            return names
        return self.env._("%(names)s and %(count)s more", names=names, count=more)

    def _get_chosen(self):
        """Return the shown `jd.goods` of the ticked categories that are still missing.

        Nobody has asked to create what was found to be missing later.
        """
        domain = Domain.OR(
            Domain("department_no", "=", line.department_no)
            & Domain("product_id.categ_id", "=", line.category_id.id)
            for line in self.line_ids
            if line.is_chosen
        )
        missing = self._get_missing_domain(self.connector_id)
        missing &= Domain("id", "in", self.shown_ids.ids)
        return self.env["jd.goods"].search(domain & missing) - self.excluded_ids

    def _record_decision(self):
        # sudo: the module keeps when somebody decided.
        self.connector_id.sudo().goods_decided_at = fields.Datetime.now()


class JdGoodsCreationLine(models.TransientModel):
    _name = "jd.goods.creation.line"
    _description = "JD Goods to Create, by Category"
    _inherit = ["jd.guarded.mixin"]
    _jd_settable = frozenset({"is_chosen"})

    creation_id = fields.Many2one(
        "jd.goods.creation", required=True, ondelete="cascade", index=True
    )
    is_chosen = fields.Boolean(string="Create", default=True)
    department_no = fields.Char(string="Department Number", readonly=True)
    category_id = fields.Many2one("product.category", readonly=True)
    # As text, names are wrapped on a phone, not cut.
    category_name = fields.Text(string="Product Category", readonly=True)
    count = fields.Integer(string="Not at JD", readonly=True)
    names = fields.Text(string="Products", readonly=True)
