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
# The kinds that end once somebody or something closes a document or corrects a match:
# posting these pieces would count them twice then. No document ends the others.
HEALING = {
    *("shipped", "closed_after", "received", "returned", "left_to_supplier"),
    *("level_change", "shared_goods", "unknown_goods"),
}


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
    document_name = fields.Char(readonly=True)
    evidence = fields.Text(readonly=True, help="What shows it, with its time.")
    suggestion = fields.Text(string="Suggested Step", compute="_compute_suggestion")
    heals_at = fields.Datetime(
        string="Expected to Resolve",
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

    def _is_lasting(self):
        """Tell whether no document will move these pieces: only a decision ends it."""
        self.ensure_one()
        if self.kind == "foreign_order":
            # sudo: who sees differences need not see orders made at JD
            order_sudo = self.sudo()._get_document()
            # Linked since, its transfer will move them.
            return not order_sudo or order_sudo.state != "linked"
        return self.kind not in HEALING

    @api.model
    def _get_suggestions(self):
        """Return kind → what the merchant does about it."""
        return self._get_waiting_suggestions() | self._get_acting_suggestions()

    def _get_waiting_suggestions(self):
        """Return kind → what to do, for kinds that mostly heal by themselves."""
        return {
            "shipped": self.env._(
                "Wait: the transfer closes by itself with what JD shipped. If it has "
                "a message, do what it says."
            ),
            "closed_after": self.env._(
                "Nothing: the next check sees both books after the move."
            ),
            "received": self.env._(
                "Wait: the receipt takes over by itself what JD counted. If it has a "
                "message, do what it says."
            ),
            "returned": self.env._(
                "Wait: the return takes over by itself what JD has back. If it has a "
                "message, do what it says."
            ),
            "left_to_supplier": self.env._(
                "Wait: the transfer closes by itself with what left. If it has a "
                "message, do what it says."
            ),
            "level_change": self.env._(
                "Open the level change, correct what it names, and move the goods."
            ),
            "decided": self.env._(
                "Nothing new: if JD has answered, accept its number or keep ours."
            ),
        }

    def _get_acting_suggestions(self):
        """Return kind → what to do, for kinds that only a decision ends."""
        return {
            "shipped_cancelled": self.env._(
                "Ask JD support whether the goods have left. If they have, accept "
                "JD's number, and clear the delivery with the customer."
            ),
            "changed_by_hand": self.env._(
                "Compare the transfer with JD's order. If JD is right, accept its "
                "number; else ask JD to correct its books."
            ),
            "jd_count": self.env._(
                "Check JD's reason. If you agree, accept JD's number; else ask JD, and "
                "claim what it lost."
            ),
            "foreign_order": self.env._(
                "Find out who made the order at JD. Link it with its transfer where "
                "there is one; else accept JD's number."
            ),
            "unit": self.env._(
                "Compare the unit and the packagings of the product with what JD "
                "counts as one piece, and correct the transfer that mixed them up."
            ),
            "shared_goods": self.env._(
                "Match each product with goods of its own at JD, or move its stock to "
                "where JD keeps it."
            ),
            "lot": self.env._(
                "Ask JD which lots it holds. If JD is right, accept its numbers: the "
                "sum stays."
            ),
            "unknown_goods": self.env._(
                "Match a product with these goods of JD's, or ask JD whose they are."
            ),
            "odoo_only": self.env._(
                "Have JD do the same to its stock, or accept JD's number to take it "
                "back here."
            ),
        }
