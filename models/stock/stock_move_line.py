from odoo import fields, models


class StockMoveLine(models.Model):
    _name = "stock.move.line"
    _inherit = ["stock.move.line", "jd.guarded.mixin"]

    jd_lot_assumed = fields.Boolean(
        string="Lot Assumed",
        readonly=True,
        copy=False,
        help="JD did not report the lot. Odoo assumed the one that expires first; "
        "compare it with JD's stock.",
    )

    _jd_lot_assumed_idx = models.Index("(lot_id) WHERE jd_lot_assumed IS TRUE")

    def _log_message(self, record, move, template, vals):
        """Log no other demand where only the unit of a move changes."""
        if self.env.context.get("jd_changes_unit"):
            return None
        return super()._log_message(record, move, template, vals)
