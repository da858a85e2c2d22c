"""Lists the orders made at JD, for each department."""

from odoo import api, fields, models

from ... import const, statuses
from ...lib import api as jd_api


class JdDepartment(models.Model):
    _inherit = "jd.department"

    # === CRONS === #

    @api.model
    def _cron_list_orders(self):
        """List the orders made at JD, for each department."""
        self._for_each_department(lambda department: department._list_orders())

    # === PULL === #

    def _list_orders(self):
        """List the orders since the last time, with an overlap for late ones."""
        until = fields.Datetime.now()
        # While messages arrive, they name such orders at once (`jd.message`).
        receiving = self.connector_id.subscription_state == "receiving"
        since = self.listed_until or self.create_date
        if receiving and until - since < const.LIST_WITH_MESSAGES:
            return
        try:
            odd_rows = [
                odd_row
                for kind in statuses.KINDS
                for odd_row in self._list_kind(
                    kind, since - const.LIST_OVERLAP, until + const.CLOCK_MARGIN
                )
            ]
        except jd_api.Refused as exc:
            self.connector_id._request_attention(
                self.env._(
                    "JD does not list its orders: %(reason)s",
                    reason=self.connector_id._explain(exc),
                ),
                const.MADE_AT_JD_ACTIVITY,
            )
            return
        self._report_odd_rows(odd_rows, const.MADE_AT_JD_ACTIVITY)
        if not odd_rows or until - since > const.ODD_ROWS_RETRIED:
            self.listed_until = until

    def _list_kind(self, kind, since, until):
        """List the orders of a kind; return the `OddRow`s that cannot be read."""
        listed = self.env["jd.foreign.order"]
        return self._read_pages(
            "list_orders",
            lambda page: listed._upsert_listed(self.connector_id, page),
            *(kind, self.number, since, until),
        )
