"""Pulls the level changes of a department since the last pull."""

from odoo import api, models

from ... import const
from ...lib import api as jd_api


class JdDepartment(models.Model):
    _inherit = "jd.department"

    # === CRONS === #

    @api.model
    def _cron_pull_level_changes(self):
        """Pull the level changes of each department and move the goods in Odoo."""
        self._for_each_department(
            "_pull_level_changes", "level_changes", "pull_level_changes"
        )

    # === PULL === #

    def _pull_level_changes(self):
        """Pull the level changes since the last pull, with an overlap for late ones."""
        until = self._begin_list("level_changes")
        since = (self.level_changes_until or self.create_date) - const.LEVEL_OVERLAP
        try:
            self._read_pages(
                "level_changes",
                lambda page: self.env["jd.level.change"]._record_page(self, page),
                const.LEVELS_ACTIVITY,
                *(self.number, since, until + const.CLOCK_MARGIN),
            )
        except jd_api.NotSent:
            self._trigger("pull_level_changes")
            raise
        except jd_api.Refused as exc:
            self._end_list("level_changes")
            self.connector_id._request_attention(
                self.env._(
                    "JD does not list the goods whose level it changed: %(reason)s",
                    reason=self.connector_id._explain(exc),
                ),
                const.LEVELS_ACTIVITY,
            )
            return
        had_odd_rows = self._end_list("level_changes")
        # With unreadable rows the same period is pulled again: JD may correct them.
        if not had_odd_rows or until - since > const.ODD_ROWS_RETRIED:
            self.level_changes_until = until
