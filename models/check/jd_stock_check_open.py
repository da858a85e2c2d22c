"""What a user opens from a stock check: its differences, and what explains them."""

from odoo import models


class JdStockCheck(models.Model):
    _inherit = "jd.stock.check"

    # === ACTIONS === #

    def action_view_lines(self):
        """Open the differences that these checks found."""
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "jd_fulfillment.action_jd_stock_check_line"
        )
        # The filter of the menu leaves out what earlier checks found.
        return action | {"domain": [("check_id", "in", self.ids)], "context": {}}

    def action_view_open_lines(self):
        """Open the differences that somebody must decide on."""
        return self.action_view_lines() | {"context": {"search_default_open": 1}}

    def action_view_explanations(self):
        """Open what explains the differences of these checks, by kind."""
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "jd_fulfillment.action_jd_stock_check_explanation"
        )
        return action | {"domain": [("check_id", "in", self.ids)]}

    def action_check_again(self):
        """Start a check of the same goods and show it."""
        self.ensure_one()
        self.check_access("read")
        warehouse = self.warehouse_id
        products = self.product_ids if self.is_partial else None
        return warehouse._jd_open_stock_checks(
            warehouse._jd_start_stock_checks(products)
        )
