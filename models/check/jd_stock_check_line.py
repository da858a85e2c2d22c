"""A difference that a stock check found, and what became of it."""

from odoo import api, fields, models

from ...lib import api as jd_api
from ...lib.api import GoodsLevel
from ...lib.stock_diff import Place
from .jd_stock_check_explanation import KINDS

STATES = [
    ("open", "To Decide"),
    ("explained", "Explained"),
    ("moving", "Moved Meanwhile"),
    ("asked", "Waiting for JD"),
    ("kept", "Ours Kept"),
    ("accepted", "JD's Number Accepted"),
    ("counting", "Being Counted Again"),
    ("over", "No Longer Differs"),
    ("replaced", "In a Newer Check"),
]
# The states in which somebody may (still) decide.
DECIDABLE = ("open", "asked", "kept")
# The states in which a check waits for the line.
PENDING = ("open", "counting")


class JdStockCheckLine(models.Model):
    """Pieces of one product at one goods level (and in one lot) on which books differ.

    `difference` is JD's number less Odoo's: positive where JD has more. It is always
    the sum of `explained` and `unexplained`.
    """

    _name = "jd.stock.check.line"
    _description = "JD Stock Check Difference"
    _inherit = ["jd.guarded.mixin", "jd.worker.mixin"]
    _order = "check_id desc, id"

    check_id = fields.Many2one(
        "jd.stock.check", required=True, readonly=True, index=True, ondelete="cascade"
    )
    warehouse_id = fields.Many2one(
        related="check_id.warehouse_id", store=True, index=True
    )
    connector_id = fields.Many2one(
        related="check_id.connector_id", store=True, index=True
    )
    company_id = fields.Many2one(related="check_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    check_state = fields.Selection(related="check_id.state", string="Check Status")
    taken_at = fields.Datetime(related="check_id.taken_at", store=True)

    # Where.
    product_id = fields.Many2one(
        "product.product", readonly=True, index="btree_not_null", ondelete="cascade"
    )
    categ_id = fields.Many2one(
        related="product_id.categ_id", string="Product Category", store=True
    )
    goods_no = fields.Char(string="JD Goods Number", readonly=True)
    level = fields.Selection(
        selection=[
            (GoodsLevel.GOOD, "Good"),
            (GoodsLevel.DEFECTIVE, "Defective"),
            (GoodsLevel.SAMPLE, "Sample"),
        ],
        string="Goods Level",
        readonly=True,
    )
    lot_id = fields.Many2one(
        "stock.lot", string="Lot in Odoo", readonly=True, ondelete="set null"
    )
    lot_name = fields.Char(readonly=True, help="Empty where lots are not compared.")
    expires_on = fields.Date(readonly=True, help="As JD reports it for the lot.")

    # On hand.
    jd_quantity = fields.Integer(string="At JD", readonly=True)
    is_reported = fields.Boolean(
        readonly=True,
        default=True,
        help="JD names these goods in its stock. Not reported is not zero.",
    )
    odoo_quantity = fields.Float(
        string="In Odoo",
        readonly=True,
        digits="Product Unit",
        help="In the product's unit.",
    )
    difference = fields.Float(
        readonly=True, digits="Product Unit", help="JD's number less Odoo's."
    )
    words = fields.Char(string="Summary", compute="_compute_words")
    explained = fields.Float(readonly=True, digits="Product Unit")
    unexplained = fields.Float(readonly=True, digits="Product Unit")
    value = fields.Monetary(
        string="Unexplained Value",
        readonly=True,
        help="At cost; negative: JD has less.",
    )

    # Usable.
    jd_usable = fields.Integer(
        string="Usable at JD", readonly=True, help="Good stock that JD may still sell."
    )
    odoo_free = fields.Float(
        string="Free in Odoo",
        readonly=True,
        digits="Product Unit",
        help="What no transfer has reserved.",
    )
    usable_difference = fields.Float(
        compute="_compute_usable_difference",
        store=True,
        digits="Product Unit",
        help="Of good stock, where lots are not compared: what JD may sell, less what "
        "is free in Odoo.",
    )
    holds = fields.Char(
        string="Held at JD",
        readonly=True,
        help="Pieces that lie at JD and that JD does not sell, by kind of hold.",
    )

    # When.
    since = fields.Datetime(
        string="Differs Since", readonly=True, help="The first check that found it."
    )
    agreed_on = fields.Datetime(
        string="Last Agreed", readonly=True, help="The last check in which it agreed."
    )
    explanation_ids = fields.One2many(
        "jd.stock.check.explanation", "line_id", readonly=True
    )
    explanation_summary = fields.Char(compute="_compute_explanation_summary")
    main_kind = fields.Selection(
        selection=KINDS,
        string="Main Explanation",
        compute="_compute_main_kind",
        store=True,
        help="The kind that explains most pieces; empty: nothing explains it.",
    )

    # Decided (jd_stock_check_decide.py).
    state = fields.Selection(
        selection=STATES, string="Status", required=True, readonly=True, default="open"
    )
    is_accepting = fields.Boolean(
        string="Being Accepted",
        readonly=True,
        help="A scheduled action takes JD's number over in a moment.",
    )
    accepting_user_id = fields.Many2one(
        "res.users", readonly=True, help="Who accepts it; empty: the limits."
    )
    is_acceptable = fields.Boolean(
        compute="_compute_is_acceptable",
        help="Pieces are left that no document will move.",
    )
    decided_by = fields.Many2one(
        "res.users", readonly=True, help="Empty: accepted by the limits, by nobody."
    )
    decided_at = fields.Datetime(readonly=True)
    reason = fields.Char(readonly=True, help="Why Odoo's number is kept.")
    problem = fields.Text(
        string="Not Accepted Because",
        readonly=True,
        help="Why JD's number was not taken over, and what to do.",
    )
    move_ids = fields.Many2many(
        "stock.move", string="Adjustments", readonly=True, copy=False
    )
    question = fields.Text(
        string="Question to JD",
        compute="_compute_question",
        help="A ready text in Chinese and English.",
    )

    @api.depends("product_id", "goods_no", "lot_name", "level")
    def _compute_display_name(self):
        for line in self:
            parts = [line.product_id.display_name or line.goods_no, line.lot_name]
            line.display_name = ", ".join(filter(None, parts))

    @api.depends("difference", "is_reported")
    def _compute_words(self):
        for line in self:
            pieces = f"{abs(line.difference):g}"
            if not line.is_reported:
                line.words = self.env._(
                    "JD does not report it; Odoo has %(pieces)s", pieces=pieces
                )
            elif line.difference > 0:
                line.words = self.env._("JD has %(pieces)s more", pieces=pieces)
            else:
                line.words = self.env._("JD has %(pieces)s less", pieces=pieces)

    @api.depends("explanation_ids.kind")
    def _compute_explanation_summary(self):
        kinds = dict(
            self.env["jd.stock.check.explanation"]
            ._fields["kind"]
            ._description_selection(self.env)
        )
        for line in self:
            rows = line.explanation_ids
            line.explanation_summary = ", ".join(
                f"{row.quantity:+g}: {kinds[row.kind]}" for row in rows
            )

    @api.depends("explanation_ids.kind", "explanation_ids.quantity")
    def _compute_main_kind(self):
        for line in self:
            rows = line.explanation_ids
            largest = max(rows, key=lambda row: abs(row.quantity), default=rows)
            line.main_kind = largest.kind

    @api.depends("state", "unexplained", "explanation_ids.kind")
    def _compute_is_acceptable(self):
        for line in self:
            decidable = line.state in (*DECIDABLE, "explained")
            line.is_acceptable = decidable and line._get_postable()

    @api.depends("level", "lot_name", "jd_usable", "odoo_free")
    def _compute_usable_difference(self):
        for line in self:
            is_known = line.level == GoodsLevel.GOOD and not line.lot_name
            usable = line.jd_usable - line.odoo_free
            line.usable_difference = usable if is_known else 0

    # === ACTIONS === #

    def action_view_ledger(self):
        """Show what happened to the product since both books last agreed."""
        self.ensure_one()
        self.check_access("read")
        # sudo: only the module writes ledgers; the product is one the user may see
        ledgers_sudo = self.env["jd.stock.ledger"].sudo()
        return ledgers_sudo._open(self.product_id, self.warehouse_id)

    # === BUSINESS === #

    def _get_place(self):
        """Return the `lib.stock_diff.Place` of this line."""
        self.ensure_one()
        goods = self.product_id.id or self.goods_no
        return Place(goods, self.level, self.lot_name or "")

    @api.model
    def _get_hold_names(self):
        """Return JD's kind of stock → its name, of goods that lie there unsold."""
        kinds = jd_api.StockType
        return {
            kinds.TO_RETURN: self.env._("to be returned"),
            kinds.RESERVED: self.env._("reserved by you"),
            kinds.WAREHOUSE_LOCK: self.env._("locked by the warehouse"),
            kinds.NEAR_EXPIRY_LOCK: self.env._("locked, near expiry"),
            kinds.COUNT_LOCK: self.env._("locked for a stock take"),
            kinds.TRANSFER_OUT_LOCK: self.env._("locked, to be transferred"),
            kinds.VMI_LOCK: self.env._("locked by the supplier"),
            kinds.PLEDGED: self.env._("pledged"),
            kinds.EXPIRED_LOCK: self.env._("locked, expired"),
            kinds.EXPIRED_LOCK_2: self.env._("locked, expired"),
            kinds.STORE_ONLY: self.env._("for stores only"),
            kinds.CONSUMABLES: self.env._("packing material"),
            kinds.BUSINESS_LOCK: self.env._("locked by JD"),
            kinds.OWNERSHIP_LOCK: self.env._("locked, to change owner"),
            kinds.OWNERSHIP_CHANGING: self.env._("changing owner"),
            kinds.TO_PLEDGE: self.env._("to be pledged"),
        }
