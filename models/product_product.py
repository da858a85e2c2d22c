from odoo import fields, models


class ProductProduct(models.Model):
    _inherit = "product.product"

    jd_product_ids = fields.One2many(
        "jd.product", "product_id", string="JD Goods", groups="stock.group_stock_user"
    )
    jd_product_count = fields.Integer(
        compute="_compute_jd_product_count", groups="stock.group_stock_user"
    )

    def _compute_jd_product_count(self):
        rows = self.env["jd.product"].with_context(active_test=False)
        counts = dict(
            rows._read_group(
                [("product_id", "in", self.ids)], ["product_id"], ["__count"]
            )
        )
        for product in self:
            product.jd_product_count = counts.get(product, 0)

    def write(self, vals):
        res = super().write(vals)
        if not {"default_code", "barcode", "active"}.isdisjoint(vals):
            self.env["jd.product"]._reconsider(self)
        return res

    def action_view_jd_products(self):
        """Open these products' goods at JD."""
        action = self.env["ir.actions.actions"]._for_xml_id(
            "jd_fulfillment.action_jd_product"
        )
        return action | {
            "domain": [("product_id", "in", self.ids)],
            "context": {"active_test": False},
        }
