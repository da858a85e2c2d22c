from odoo import fields, models


class StockQuant(models.Model):
    _name = "stock.quant"
    _inherit = ["stock.quant", "jd.guarded.mixin"]

    jd_is_at_jd = fields.Boolean(related="location_id.jd_is_at_jd")
