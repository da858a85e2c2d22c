from odoo import api, fields, models

# Only today's calls count; the rest is kept for questions about past days.
DAYS_KEPT = 60


class JdCall(models.Model):
    """Calls counted against the day's budget; a row for each batch.

    Rows are added, never changed: adding locks nothing, so workers need not wait for
    each other.
    """

    _name = "jd.call"
    _description = "JD Calls"
    _inherit = ["jd.retention.mixin"]
    _order = "id desc"

    connector_id = fields.Many2one("jd.connector", required=True, ondelete="cascade")
    application_id = fields.Many2one(
        "jd.application", ondelete="cascade", groups="base.group_system"
    )
    company_id = fields.Many2one(related="connector_id.company_id", store=True)
    day = fields.Date(required=True, help="The day in JD's time zone.")
    call = fields.Char(required=True)
    count = fields.Integer(required=True)

    # Each call of a scheduled action asks how many are left of the day's.
    _used_idx = models.Index("(day, application_id, call) INCLUDE (count)")

    @api.autovacuum
    def _gc_calls(self):
        limit = fields.Date.subtract(
            self.env["jd.connector"]._get_jd_day(), days=DAYS_KEPT
        )
        return self._delete_batch([("day", "<", limit)])
