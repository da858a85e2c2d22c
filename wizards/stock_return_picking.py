from odoo import api, fields, models

from ..models.stock.stock_picking import HANDOVERS


class StockReturnPicking(models.TransientModel):
    """Core's dialog confirms the return, which then goes to JD within seconds: what JD
    is told of it is asked here.
    """

    _inherit = "stock.return.picking"

    jd_return_kind = fields.Char(compute="_compute_jd_return_kind")
    jd_supplier_delivery = fields.Selection(
        selection=HANDOVERS,
        string="Handover",
        default=lambda self: self._jd_get_default("jd_supplier_delivery"),
        help="How the goods get from JD's warehouse back to the supplier.",
    )
    jd_short_allowed = fields.Boolean(
        string="Less Is Allowed",
        default=lambda self: self._jd_get_default("jd_short_allowed"),
        help="JD carries out the return even if some of the goods are missing.",
    )

    @api.depends("picking_id")
    def _compute_jd_return_kind(self):
        for wizard in self:
            picking = wizard.picking_id
            usages = (picking.location_id.usage, picking.location_dest_id.usage)
            if picking.jd_kind == "inbound" and usages[0] == "supplier":
                wizard.jd_return_kind = "supplier_return"
            elif picking.jd_kind == "outbound" and usages[1] == "customer":
                wizard.jd_return_kind = "customer_return"
            else:
                wizard.jd_return_kind = False

    @api.model
    def _jd_get_default(self, name):
        return self.env["stock.picking"].default_get([name]).get(name)

    def _prepare_picking_default_values(self):
        values = super()._prepare_picking_default_values()
        if self.jd_return_kind:
            values["jd_short_allowed"] = self.jd_short_allowed
        if self.jd_return_kind == "supplier_return":
            values["jd_supplier_delivery"] = self.jd_supplier_delivery
        return values
