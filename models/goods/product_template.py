from odoo import fields, models


class ProductTemplate(models.Model):
    _inherit = "product.template"

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
        for template in self:
            variants = template.with_context(active_test=False).product_variant_ids
            template.jd_goods_count = sum(variants.mapped("jd_goods_count"))

    def write(self, vals):
        res = super().write(vals)
        # The expiry fields exist with product_expiry.
        sent_to_jd = {"name", "categ_id", "expiration_time", "use_expiration_date"}
        # What is for sale is needed at JD.
        if not (sent_to_jd | {"sale_ok"}).isdisjoint(vals):
            self.env["jd.goods"]._match_again_if_waiting(self.product_variant_ids)
        return res

    def action_view_jd_goods(self):
        """Open the goods at JD of all variants."""
        variants = self.with_context(active_test=False).product_variant_ids
        return variants.action_view_jd_goods()
