"""Which of JD's shops a delivery belongs to, where a department has several."""

from ast import literal_eval

import psycopg2

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import mute_logger

# What Odoo raises for a domain that it does not understand.
DOMAIN_ERRORS = (SyntaxError, ValueError, TypeError, KeyError, AttributeError)


class JdShopRule(models.Model):
    """A shop at JD, and the deliveries of a warehouse that are its orders."""

    _name = "jd.shop.rule"
    _description = "JD Shop"
    _inherit = ["jd.guarded.mixin"]
    _order = "sequence, id"
    _jd_settable = frozenset({"sequence", "name", "warehouse_id", "shop_no", "domain"})

    sequence = fields.Integer(default=10)
    name = fields.Char(required=True, help="For example the marketplace or the team.")
    warehouse_id = fields.Many2one(
        "stock.warehouse", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        related="warehouse_id.company_id", store=True, index=True
    )
    shop_no = fields.Char(
        string="JD Shop Number",
        required=True,
        help="JD's number of the shop: ESP followed by digits.",
    )
    domain = fields.Char(
        string="Deliveries",
        required=True,
        default="[]",
        help="The deliveries that are orders of this shop, for example those of a "
        "sales team. The first shop whose deliveries match is used.",
    )

    # === CONSTRAINTS === #

    @api.constrains("domain")
    def _check_domain(self):
        pickings = self.env["stock.picking"]
        for rule in self:
            try:
                with mute_logger("odoo.sql_db"), self.env.cr.savepoint():
                    pickings.search_count(literal_eval(rule.domain), limit=1)
            except (*DOMAIN_ERRORS, psycopg2.Error) as exc:
                raise ValidationError(rule._explain_domain()) from exc

    # === CRUD === #

    @api.model_create_multi
    def create(self, vals_list):
        rules = super().create(vals_list)
        rules.warehouse_id._jd_recheck_shops()
        return rules

    def write(self, vals):
        res = super().write(vals)
        self.warehouse_id._jd_recheck_shops()
        return res

    def unlink(self):
        warehouses = self.warehouse_id
        res = super().unlink()
        warehouses._jd_recheck_shops()
        return res

    # === BUSINESS === #

    def _find_for(self, picking):
        """Return the first of these shops whose order a delivery is; empty if none.

        :raise UserError: The deliveries of one before it are not understood any more,
            for example as a field is gone with its module.
        """
        for rule in self.sorted():
            try:
                if picking.filtered_domain(literal_eval(rule.domain)):
                    return rule
            except DOMAIN_ERRORS as exc:
                raise UserError(rule._explain_domain()) from exc
        return self.browse()

    def _explain_domain(self):
        return self.env._(
            "Choose the deliveries of the shop %(name)s again: Odoo does not "
            "understand “%(domain)s”.",
            name=self.name,
            domain=self.domain,
        )
