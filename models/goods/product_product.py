from odoo import fields, models


class ProductProduct(models.Model):
    _inherit = "product.product"

    jd_goods_ids = fields.One2many(
        "jd.goods", "product_id", string="JD Goods", groups="stock.group_stock_user"
    )
    jd_goods_count = fields.Integer(
        compute="_compute_jd_goods_count", groups="stock.group_stock_user"
    )
    jd_stock_words = fields.Char(
        string="Stock at JD",
        compute="_compute_jd_stock_words",
        groups="stock.group_stock_user",
        help="What the last stock check said; empty if none has compared it.",
    )

    def _compute_jd_goods_count(self):
        rows = self.env["jd.goods"].with_context(active_test=False)
        counts = dict(
            rows._read_group(
                [("product_id", "in", self.ids)], ["product_id"], ["__count"]
            )
        )
        for product in self:
            product.jd_goods_count = counts.get(product, 0)

    def write(self, vals):
        res = super().write(vals)
        # What a match depends on: a refused product may be accepted now.
        if not {"default_code", "barcode", "active"}.isdisjoint(vals):
            self.env["jd.goods"]._match_again_if_waiting(self)
        return res

    def action_view_jd_goods(self):
        """Open these products' goods at JD."""
        self.check_access("read")
        self.env["jd.goods"].check_access("read")
        action = self.env["ir.actions.actions"]._for_xml_id(
            "jd_fulfillment.action_jd_goods"
        )
        return action | {
            "domain": [("product_id", "in", self.ids)],
            "context": {"active_test": False},
        }
