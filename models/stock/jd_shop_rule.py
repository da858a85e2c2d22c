"""Which of JD's shops a delivery belongs to, where a department has several."""

from ast import literal_eval

from odoo import api, fields, models
from odoo.exceptions import ValidationError


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
        for rule in self:
            try:
                self.env["stock.picking"].search_count(rule._get_domain(), limit=1)
            except (SyntaxError, ValueError, TypeError, KeyError) as exc:
                raise ValidationError(
                    self.env._(
                        "Choose the deliveries of the shop %(name)s again: Odoo does "
                        "not understand “%(domain)s”.",
                        name=rule.name,
                        domain=rule.domain,
                    )
                ) from exc

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

    # === BUSINESS === #

    def _get_domain(self):
        return literal_eval(self.domain)

    def _find_for(self, picking):
        """Return the first of these shops whose order a delivery is; empty if none."""
        return self.sorted().filtered(
            lambda rule: picking.filtered_domain(rule._get_domain())
        )[:1]
