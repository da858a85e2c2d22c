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
        self._for_each_department("_list_orders", "list_orders", "list_orders")
        self.env["jd.foreign.order"]._link_left()
        self.env["jd.foreign.order"]._ask_goods()
        self.env["jd.connector"]._check_actions()

    # === PULL === #

    def _list_orders_anew(self):
        """List the orders now, also where messages tell of new ones."""
        for department in self:
            department._end_list("list_orders")  # begun before
            since = department.listed_until or department.create_date
            department.write(
                {
                    "listed_until": since - const.LIST_WITH_MESSAGES,
                    "pause_until": False,
                }
            )
        self._trigger("list_orders")

    def _list_orders(self):
        """List the orders since the last time, with an overlap for late ones."""
        # While messages arrive, they name such orders at once (`jd.message`).
        receiving = self.connector_id.subscription_state == "receiving"
        since = self.listed_until or self.create_date
        age = fields.Datetime.now() - since
        if receiving and age < const.LIST_WITH_MESSAGES:
            return
        until = self._begin_list("list_orders")
        try:
            for kind in statuses.KINDS:
                self._list_kind(
                    kind, since - const.LIST_OVERLAP, until + const.CLOCK_MARGIN
                )
        except jd_api.NotSent:
            self._trigger("list_orders")
            raise
        except jd_api.Refused as exc:
            self._end_list("list_orders")
            self.connector_id._request_attention(
                self.env._(
                    "JD does not list its orders: %(reason)s",
                    reason=self.connector_id._explain(exc),
                ),
                const.MADE_AT_JD_ACTIVITY,
            )
            return
        had_odd_rows = self._end_list("list_orders")
        self.listed_at = fields.Datetime.now()
        if not had_odd_rows or until - since > const.ODD_ROWS_RETRIED:
            self.listed_until = until

    def _list_kind(self, kind, since, until):
        """List the orders of a kind."""
        listed = self.env["jd.foreign.order"]
        self._read_pages(
            "list_orders",
            lambda page: listed._upsert_listed(self.connector_id, page),
            const.MADE_AT_JD_ACTIVITY,
            *(kind, self.number, since, until),
        )
