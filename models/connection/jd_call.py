from odoo import api, fields, models

# Longer than anybody asks how many calls a day had.
DAYS_KEPT = 60


class JdCall(models.Model):
    """The number of calls of a batch; rows are added, never changed.

    Adding locks nothing, so that workers count side by side.
    """

    _name = "jd.call"
    _description = "JD Calls"
    _order = "id desc"

    connector_id = fields.Many2one("jd.connector", required=True, ondelete="cascade")
    application_id = fields.Many2one(
        "jd.application", ondelete="cascade", groups="base.group_system"
    )
    company_id = fields.Many2one(
        related="connector_id.company_id", store=True, index=True
    )
    day = fields.Date(required=True, help="The day in JD's time zone.")
    call = fields.Char(required=True)
    count = fields.Integer(required=True)

    _day_idx = models.Index("(day, call, connector_id)")

    @api.autovacuum
    def _gc_calls(self):
        limit = fields.Date.subtract(
            self.env["jd.connector"]._get_jd_day(), days=DAYS_KEPT
        )
        self.search([("day", "<", limit)], limit=10_000).unlink()
