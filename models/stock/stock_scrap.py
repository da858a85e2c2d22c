from odoo import fields, models


class StockScrap(models.Model):
    _name = "stock.scrap"
    _inherit = ["stock.scrap", "jd.guarded.mixin"]

    jd_is_at_jd = fields.Boolean(related="location_id.jd_is_at_jd")
