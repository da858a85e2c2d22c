from odoo import api, fields, models
from odoo.exceptions import UserError

from .promise import LOTS, PROMISED_BY_MOVE_LINE, find_changed
from .stock_move_corrected import MOVING


class StockMoveLine(models.Model):
    _name = "stock.move.line"
    _inherit = ["stock.move.line", "jd.guarded.mixin", "jd.order.content.mixin"]
    _jd_content = frozenset(
        {
            "product_id",
            "product_uom_id",
            "quantity",
            "picking_id",
            "location_id",
            "lot_id",
            "lot_name",
            "expiration_date",
        }
    )

    jd_lot_assumed = fields.Boolean(
        string="Lot Assumed",
        readonly=True,
        copy=False,
        help="JD did not report the lot. Odoo assumed the one that expires first; "
        "compare it with JD's stock.",
    )

    _jd_lot_assumed_idx = models.Index("(lot_id) WHERE jd_lot_assumed IS TRUE")

    # === CRUD === #

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        lines._jd_report_corrected({})
        return lines

    def write(self, vals):
        self._jd_check_promise(vals)
        if MOVING.isdisjoint(vals):
            return super().write(vals)
        before = self._jd_get_moved()
        res = super().write(vals)
        self._jd_report_corrected(before)
        return res

    # === PROMISE === #

    def _jd_check_promise(self, vals):
        """Check that values do not change what JD was told of these move lines.

        :raise UserError: They do; the message says what to do instead.
        """
        names = PROMISED_BY_MOVE_LINE.intersection(vals)
        told = names and self.move_id._jd_get_told_lines().grouped("move_id")
        for line in told and self.filtered(lambda line: line.move_id in told):
            kept = line._jd_get_kept(names, told[line.move_id])
            if changed := find_changed(line, kept, vals):
                line.check_access("write")  # first: the error names the transfer
                raise UserError(line.move_id._jd_explain_kept(line, changed))

    def _jd_get_kept(self, names, told_lines):
        """Return those of these fields that JD was told with lines of its order."""
        # Where JD did not say what it moved, a person may correct what Odoo assumed.
        if self.state == "done":
            return names & {"move_id", "picking_id", "product_id"}
        # For deliveries JD chooses the lots.
        return names if any(told_lines.mapped("lot_name")) else names - LOTS

    # === HOOKS === #

    def _log_message(self, record, move, template, vals):
        """Log no other demand where only the unit of a move changes."""
        if self.env.context.get("jd_changes_unit"):
            return None
        return super()._log_message(record, move, template, vals)
