"""The dialog to keep Odoo's numbers, with a reason."""

from odoo import fields, models

from ..models.check.jd_stock_check_decide import check_may_decide


class JdStockCheckKeep(models.TransientModel):
    _name = "jd.stock.check.keep"
    _description = "Keep Odoo's Number"

    line_ids = fields.Many2many(
        "jd.stock.check.line", string="Differences", readonly=True, required=True
    )
    reason = fields.Char(required=True)

    def action_confirm(self):
        """Keep Odoo's numbers of these differences, for the reason given."""
        self.ensure_one()
        check_may_decide(self)
        check_may_decide(self.line_ids)
        lines_sudo = self.line_ids.sudo()  # JD managers decide, and write nothing else
        lines_sudo._keep(self.reason)
        return {"type": "ir.actions.act_window_close"}
