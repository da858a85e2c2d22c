"""How much of the day's calls pulls may use, and how many an order."""

from datetime import datetime, time, timedelta

from odoo import fields, models
from odoo.tools import ormcache

from ... import const
from ...lib.clock import AHEAD_OF_UTC


class JdConnector(models.Model):
    _inherit = "jd.connector"

    # === BUDGET === #

    def _get_pull_allowance(self, call, wanted):
        """Return how many pulls of this kind may be made now, `wanted` at most.

        Their part of the budget grows during the day.

        :param str call: As `_get_call_name` returns it.
        """
        now = fields.Datetime.now() + AHEAD_OF_UTC
        # So that the evening's orders are pulled too, and calls are left to ask about
        # orders whose outcome is unknown.
        day_share = (now.hour * 60 + now.minute) / (24 * 60)
        share = min(day_share + const.PULL_HEAD_START, 1 - const.RESERVED_SHARE)
        return self._get_allowance(call, wanted, share)

    def _get_leisure_allowance(self, call, wanted):
        """Return the same for pulls of done orders: what open ones do not need today.

        A little they may always use, so that each is asked about at last.
        """
        rest = self._get_pulls_a_day() - const.PULL_QUESTIONS * self._get_orders_a_day()
        most = int(max(rest, self.daily_calls * const.PULL_AFTER_SHIPPING_SHARE))
        left = max(0, most - self._count_leisure_pulls()) if wanted else 0
        return self._get_pull_allowance(call, min(wanted, left))

    def _count_leisure_pulls(self):
        """Return how many orders that were done before today were pulled today."""
        begin = datetime.combine(self._get_jd_day(), time()) - AHEAD_OF_UTC
        sharing_sudo = self._get_sharing_sudo()
        return sharing_sudo.env["jd.order"].search_count(
            [
                ("connector_id", "in", sharing_sudo.ids),
                ("pulled_at", ">=", begin),
                ("done_at", "<", begin),
            ]
        )

    def _get_pulls_a_day(self):
        """Return how many calls of a kind pulls may use in a day."""
        return self.daily_calls * (1 - const.RESERVED_SHARE)

    def _get_questions_per_order(self):
        """Return how many pulls an order may take until its goods have moved."""
        pulls = self._get_pulls_a_day() / max(self._get_orders_a_day(), 1)
        return min(const.PULL_QUESTIONS, pulls)

    def _get_orders_a_day(self):
        """Return how many orders JD accepted in a day, of all that share the budget."""
        # The same for some minutes: counting for each order is slow.
        period = int(fields.Datetime.now().timestamp()) // const.ORDERS_COUNTED_FOR
        return self._count_orders_a_day(period)

    @ormcache("self.id", "period")
    def _count_orders_a_day(self, period):
        """Return the same; counted again for each period.

        :param int period: Any number.
        """
        since = fields.Datetime.now() - timedelta(days=1)
        sharing_sudo = self._get_sharing_sudo()
        return sharing_sudo.env["jd.order"].search_count(
            [("connector_id", "in", sharing_sudo.ids), ("accepted_at", ">", since)]
        )

    def _get_sharing_sudo(self):
        """Return the connections that share this one's budget, itself included."""
        # sudo: the application may serve connections of other companies.
        self_sudo = self.sudo()
        application_sudo = self_sudo.token_application_id
        return self_sudo | self_sudo.search(
            [("token_application_id", "in", application_sudo.ids)]
        )
