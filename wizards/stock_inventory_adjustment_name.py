from odoo import api, fields, models


class StockInventoryAdjustmentName(models.TransientModel):
    _inherit = "stock.inventory.adjustment.name"

    jd_is_at_jd = fields.Boolean(compute="_compute_jd_is_at_jd")

    @api.depends("quant_ids.jd_is_at_jd")
    def _compute_jd_is_at_jd(self):
        for wizard in self:
            wizard.jd_is_at_jd = any(wizard.quant_ids.mapped("jd_is_at_jd"))
