"""Pages of JD's stock, kept until all are there and the books are compared."""

from odoo import fields, models


class JdStockCheckPage(models.Model):
    """One page of one of JD's lists, as Odoo read it.

    Pages let a reading go on in the next run of the action; they are deleted once the
    books are compared.
    """

    _name = "jd.stock.check.page"
    _description = "JD Stock Page"

    check_id = fields.Many2one(
        "jd.stock.check", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="check_id.company_id", store=True, index=True)
    part = fields.Char(required=True, help="The list: what JD was asked for.")
    number = fields.Integer(required=True, help="From 1.")
    rows = fields.Json(help="What `jd_stock_check_read.py` needs.")
    came = fields.Integer(required=True)
    total_rows = fields.Integer(
        help="Rows of all pages, as JD says; -1 if it does not."
    )

    _page_uniq = models.Constraint(
        "UNIQUE(check_id, part, number)", "This page was read already."
    )
