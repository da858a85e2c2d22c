"""Why the books differ: one row for each document or finding, with its pieces."""

from odoo import api, fields, models
from odoo.exceptions import UserError

# In the order in which they are applied; each piece is used once.
KINDS = [
    ("shipped", "Shipped at JD, not closed here yet"),
    ("closed_after", "Moved here after JD's count"),
    ("received", "Received at JD, receipt open here"),
    ("returned", "Return counted at JD, open here"),
    ("left_to_supplier", "Left to the supplier, open here"),
    ("shipped_cancelled", "Shipped although cancelled here"),
    ("changed_by_hand", "Transfer changed by hand in Odoo"),
    ("level_change", "Goods level change not taken over yet"),
    ("jd_count", "JD's own count"),
    ("foreign_order", "Order made at JD, not linked"),
    ("unit", "Unit or pack size"),
    ("shared_goods", "Goods number shared by products"),
    ("lot", "Other lot, same sum"),
    ("unknown_goods", "Goods that Odoo does not know"),
    ("odoo_only", "Moved in Odoo only"),
    ("decided", "Known from an earlier check"),
]


class JdStockCheckExplanation(models.Model):
    """Pieces of a difference that one document or finding explains."""

    _name = "jd.stock.check.explanation"
    _description = "Explanation of a Stock Difference"
    _order = "line_id, id"

    line_id = fields.Many2one(
        "jd.stock.check.line",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    check_id = fields.Many2one(related="line_id.check_id", store=True, index=True)
    company_id = fields.Many2one(related="line_id.company_id", store=True, index=True)
    product_id = fields.Many2one(related="line_id.product_id", store=True)
    kind = fields.Selection(selection=KINDS, required=True, readonly=True, index=True)
    quantity = fields.Float(
        required=True,
        readonly=True,
        digits="Product Unit",
        help="Signed: positive where JD has more because of this.",
    )
    res_model = fields.Char(string="Document Model", readonly=True)
    res_id = fields.Many2oneReference(
        string="Document", readonly=True, model_field="res_model"
    )
    document_name = fields.Char(string="Document Name", readonly=True)
    evidence = fields.Text(readonly=True, help="What shows it, with its time.")
    suggestion = fields.Text(string="Suggested Step", compute="_compute_suggestion")
    heals_at = fields.Datetime(
        string="Expected to Heal",
        readonly=True,
        help="When the document is due to close by itself; empty: a person must act.",
    )

    @api.depends("kind")
    def _compute_suggestion(self):
        for row in self:
            row.suggestion = self._get_suggestions().get(row.kind)

    # === ACTIONS === #

    def action_open_document(self):
        """Open the document as far as the user may read it, or else the difference.

        :raise UserError: The document was deleted since.
        """
        self.ensure_one()
        self.check_access("read")
        document = self._get_document()
        if document is None:
            document = self.line_id
        if not document:
            raise UserError(
                self.env._(
                    "%(document)s was deleted since the check.",
                    document=self.document_name or self.env._("The document"),
                )
            )
        document.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "res_model": document._name,
            "res_id": document.id,
            "view_mode": "form",
        }

    # === BUSINESS === #

    def _get_document(self):
        """Return the record that this names, empty if deleted; None if it has none."""
        if self.res_model not in self.env:
            return None
        return self.env[self.res_model].browse(self.res_id).exists()

    @api.model
    def _get_suggestions(self):
        """Return kind → what the merchant does about it."""
        return {}
