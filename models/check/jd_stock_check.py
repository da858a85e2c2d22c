"""Stock checks: what JD says it holds against what Odoo says, as of one instant."""

from odoo import api, fields, models
from odoo.fields import Domain

STATES = [
    ("waiting", "To Start"),
    ("reading", "Reading"),
    ("incomplete", "Incomplete"),
    ("review", "To Decide"),
    ("done", "Done"),
    ("stopped", "Stopped"),
]
# The states in which a scheduled action works on the check.
RUNNING = ("waiting", "reading")
# The states of checks that have a result.
COMPARED = ("review", "done")


class JdStockCheck(models.Model):
    """One comparison of a JD warehouse's books with Odoo's.

    It is read page by page (`jd_stock_check_read.py`), compared once all of JD's pages
    are there (`jd_stock_check_compare.py`), explained by documents
    (`jd_stock_check_claims.py`) and decided by people (`jd_stock_check_decide.py`).
    """

    _name = "jd.stock.check"
    _description = "JD Stock Check"
    _inherit = [
        "jd.guarded.mixin",
        "jd.retention.mixin",
        "jd.worker.mixin",
        "jd.activity.mixin",
        "mail.thread",
        "mail.activity.mixin",
    ]
    _order = "id desc"
    # People cannot write checks, but may discuss them in the chatter.
    _mail_post_access = "read"

    name = fields.Char(compute="_compute_name")
    warehouse_id = fields.Many2one(
        "stock.warehouse", required=True, readonly=True, index=True, ondelete="cascade"
    )
    connector_id = fields.Many2one(
        related="warehouse_id.jd_connector_id", store=True, index=True
    )
    company_id = fields.Many2one(
        related="warehouse_id.company_id", store=True, index=True
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    state = fields.Selection(
        selection=STATES,
        string="Status",
        required=True,
        readonly=True,
        default="waiting",
        index=True,
        tracking=True,
    )
    is_nightly = fields.Boolean(readonly=True, help="Started by the nightly action.")
    user_id = fields.Many2one("res.users", string="Started By", readonly=True)
    product_ids = fields.Many2many(
        "product.product",
        string="Only These Products",
        readonly=True,
        context={"active_test": False},  # what is archived may lie at JD as well
        help="The products to compare; empty for the whole warehouse.",
    )
    is_partial = fields.Boolean(
        readonly=True, help="Some products only, not the whole warehouse."
    )
    is_opening = fields.Boolean(
        string="Opening Stock",
        readonly=True,
        help="Odoo holds nothing in this warehouse yet: what JD holds can be taken "
        "over as the opening stock.",
    )
    problem = fields.Text(
        string="What to Do",
        readonly=True,
        help="Why the check is incomplete, and what to do.",
    )

    # Reading (jd_stock_check_read.py).
    started_at = fields.Datetime(readonly=True, help="When JD was first asked.")
    taken_at = fields.Datetime(
        string="As Of", readonly=True, help="When both books were compared."
    )
    finished_at = fields.Datetime(readonly=True)
    retry_at = fields.Datetime(readonly=True, index=True)
    attempts = fields.Integer(
        readonly=True, help="How often in a row JD did not answer readably."
    )
    pages_read = fields.Integer(readonly=True)
    pages_expected = fields.Integer(readonly=True)
    progress = fields.Float(compute="_compute_progress")
    is_latest = fields.Boolean(
        compute="_compute_is_latest",
        search="_search_is_latest",
        help="The last one that compared the whole warehouse, or a later one of some "
        "products.",
    )
    again = fields.Json(
        readonly=True,
        help="The goods that JD is asked for again: number → its rows of level, lot "
        "and pieces in the first answer.",
    )
    again_at = fields.Datetime(readonly=True, help="When that began.")
    jd_counts = fields.Json(
        readonly=True, help="JD's own counts, until the books are compared."
    )
    page_ids = fields.One2many(
        "jd.stock.check.page",
        "check_id",
        readonly=True,
        groups="jd_fulfillment.group_jd_manager",  # as the pages
    )

    # Results (jd_stock_check_compare.py).
    line_ids = fields.One2many("jd.stock.check.line", "check_id", readonly=True)
    goods_count = fields.Integer(
        string="Products Compared", readonly=True, help="In JD's books or in Odoo's."
    )
    agreeing_count = fields.Integer(string="Products That Agree", readonly=True)
    agreement = fields.Float(
        string="Agreement (%)",
        readonly=True,
        aggregator="avg",
        help="The share of products of which both books say the same.",
    )
    difference_count = fields.Integer(string="Differences", readonly=True)
    open_count = fields.Integer(string="To Decide", compute="_compute_open_count")
    unexplained_units = fields.Float(
        readonly=True, help="Pieces that no document explains, whichever side has more."
    )
    unexplained_value = fields.Monetary(readonly=True, help="The same at cost.")
    oldest_since = fields.Datetime(
        string="Oldest Difference",
        readonly=True,
        help="When the oldest unexplained difference was first seen.",
    )
    oldest_days = fields.Integer(
        string="Oldest Difference (Days)",
        readonly=True,
        aggregator="max",
        help="The age of the oldest unexplained difference when it was compared.",
    )

    @api.depends("warehouse_id", "taken_at", "started_at", "create_date")
    def _compute_name(self):
        for check in self:
            at = check.taken_at or check.started_at or check.create_date
            # The night's check is of the day that begins there.
            day = check.warehouse_id._jd_to_local(at).date() if at else ""
            check.name = f"{check.warehouse_id.name or ''} {day}".strip()

    @api.depends("pages_read", "pages_expected")
    def _compute_progress(self):
        for check in self:
            share = check.pages_read / (check.pages_expected or 1)
            check.progress = min(100, 100 * share)

    @api.depends("state")
    def _compute_is_latest(self):
        for check in self:
            check.is_latest = bool(
                check.filtered_domain(self._search_is_latest("in", [True]))
            )

    def _search_is_latest(self, operator, _value):
        if operator != "in":
            return NotImplemented
        rows = self._read_group(
            [("state", "in", COMPARED), ("is_partial", "=", False)],
            ["warehouse_id"],
            ["id:max"],
        )
        whole = Domain.OR(
            Domain("warehouse_id", "=", warehouse.id) & Domain("id", ">=", last)
            for warehouse, last in rows
        )
        others = Domain("warehouse_id", "not in", [row[0].id for row in rows])
        return Domain("state", "in", COMPARED) & (whole | others)

    @api.depends("line_ids.state")
    def _compute_open_count(self):
        counts = dict(
            self.env["jd.stock.check.line"]._read_group(
                [("check_id", "in", self.ids), ("state", "=", "open")],
                ["check_id"],
                ["__count"],
            )
        )
        for check in self:
            check.open_count = counts.get(check, 0)
