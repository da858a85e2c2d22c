"""Pulls the level changes of a department since the last pull."""

from odoo import api, fields, models

from ... import const
from ...lib import api as jd_api


class JdDepartment(models.Model):
    _inherit = "jd.department"

    # === CRONS === #

    @api.model
    def _cron_pull_level_changes(self):
        """Pull the level changes of each department and move the goods in Odoo."""
        self._for_each_department(lambda department: department._pull_level_changes())

    # === PULL === #

    def _pull_level_changes(self):
        """Pull the level changes since the last pull, with an overlap for late ones."""
        until = fields.Datetime.now()
        since = (self.level_changes_until or self.create_date) - const.LEVEL_OVERLAP
        try:
            odd_rows = self._read_pages(
                "level_changes",
                lambda page: self.env["jd.level.change"]._record_page(self, page),
                *(self.number, since, until + const.CLOCK_MARGIN),
            )
        except jd_api.Refused as exc:
            self.connector_id._request_attention(
                self.env._(
                    "JD does not list the goods whose level it changed: %(reason)s",
                    reason=self.connector_id._explain(exc),
                ),
                const.LEVELS_ACTIVITY,
            )
            return
        self._report_odd_rows(odd_rows, const.LEVELS_ACTIVITY)
        # With unreadable rows the same period is pulled again: JD may correct them.
        if not odd_rows or until - since > const.ODD_ROWS_RETRIED:
            self.level_changes_until = until
