from odoo import fields, models

from ...lib.api import GoodsLevel


class StockLocation(models.Model):
    _name = "stock.location"
    _inherit = ["stock.location", "jd.guarded.mixin"]

    jd_warehouse_id = fields.Many2one(
        "stock.warehouse",
        string="JD Warehouse",
        readonly=True,
        copy=False,
        index="btree_not_null",
        check_company=True,
    )
    jd_level = fields.Selection(
        selection=[
            (GoodsLevel.DEFECTIVE, "Defective"),
            (GoodsLevel.SAMPLE, "Sample"),
        ],
        string="JD Goods Level",
        readonly=True,
        copy=False,
    )

    _jd_level_uniq = models.UniqueIndex(
        "(jd_warehouse_id, jd_level) WHERE jd_warehouse_id IS NOT NULL",
        "A JD warehouse has one location for each goods level.",
    )
