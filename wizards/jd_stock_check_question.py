"""The dialog with the text to send to JD, about one difference or many."""

from odoo import api, fields, models


class JdStockCheckQuestion(models.TransientModel):
    _name = "jd.stock.check.question"
    _description = "Question to JD"

    line_ids = fields.Many2many(
        "jd.stock.check.line", string="Differences", readonly=True, required=True
    )
    text = fields.Text(compute="_compute_text")

    @api.depends("line_ids")
    def _compute_text(self):
        for question in self:
            question.text = question.line_ids._write_question()
