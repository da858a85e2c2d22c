from odoo import api, fields, models
from odoo.fields import Domain


class JdForeignOrderLine(models.Model):
    """Goods of an order made at JD, as JD named them last."""

    _name = "jd.foreign.order.line"
    _description = "Goods of an Order Made at JD"

    foreign_id = fields.Many2one(
        "jd.foreign.order", required=True, index=True, ondelete="cascade"
    )
    goods_no = fields.Char(string="JD Goods Number")
    product_id = fields.Many2one(
        "product.product",
        compute="_compute_product_id",
        help="The product that is matched with these goods.",
    )
    level = fields.Char(string="Goods Level Code")
    level_name = fields.Char(string="Goods Level", compute="_compute_level_name")
    planned = fields.Integer(string="Ordered")
    moved = fields.Integer(string="Moved by JD")

    @api.depends("goods_no", "foreign_id.connector_id")
    def _compute_product_id(self):
        # Also of archived products: JD moves what it has of them.
        goods = (
            self.env["jd.goods"]
            .with_context(active_test=False)
            .search(
                Domain("connector_id", "in", self.foreign_id.connector_id.ids)
                & Domain("goods_no", "in", self.mapped("goods_no"))
            )
        )
        products = {
            (row.connector_id, row.department_no, row.goods_no): row.product_id
            for row in goods
        }
        for line in self:
            foreign = line.foreign_id
            department_no = foreign.warehouse_id.jd_department_no
            key = foreign.connector_id, department_no, line.goods_no
            line.product_id = products.get(key)

    @api.depends("level")
    def _compute_level_name(self):
        for line in self:
            line.level_name = self.env["stock.warehouse"]._jd_name_level(line.level)

    @api.depends("product_id", "planned")
    def _compute_display_name(self):
        for line in self:
            name = line.product_id.display_name or line.goods_no
            line.display_name = f"{line.planned} × {name}"
