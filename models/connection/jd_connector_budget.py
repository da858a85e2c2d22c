"""The call budget: how many calls JD still allows today."""

from collections import defaultdict

from odoo import api, fields, models

from ... import const, statuses
from ...lib.clock import AHEAD_OF_UTC
from ...lib.threads import run_all


class JdConnector(models.Model):
    _inherit = "jd.connector"

    # === COMPUTES === #

    @api.depends("daily_calls", "token_application_id")
    def _compute_calls(self):
        counts = self.env["jd.call"]._read_group(
            [
                ("application_id", "in", self.token_application_id.ids),
                ("day", "=", self._get_jd_day()),
            ],
            ["application_id", "connector_id", "call"],
            ["count:sum"],
        )
        for connector in self:
            mine, shared = defaultdict(int), defaultdict(int)
            for application, caller, call, count in counts:
                if application == connector.token_application_id:
                    shared[call] += count
                    mine[call] += count if caller == connector else 0
            connector.calls_today = max(mine.values(), default=0)
            connector.busiest_call = max(mine, key=mine.get, default=False)
            used = max(shared.values(), default=0)
            connector.calls_left = max(0, connector.daily_calls - used)

    # === BUDGET === #

    @api.model
    def _get_jd_day(self):
        """Return today's date in JD's time zone, in which JD counts calls."""
        return (fields.Datetime.now() + AHEAD_OF_UTC).date()

    def _count_calls(self, call, count):
        """Count calls against today's budget; a negative count gives some back.

        :param str call: As `_get_call_name` returns it.
        """
        self.env["jd.call"].sudo().create(  # sudo: users have no write access
            {
                "connector_id": self.id,
                "application_id": self.sudo().token_application_id.id,
                "day": self._get_jd_day(),
                "call": call,
                "count": count,
            }
        )

    def _get_allowance(self, call, wanted, share=1):
        """Return how many calls of this kind may be made now, `wanted` at most.

        All connections of an application share its budget.

        :param str call: As `_get_call_name` returns it.
        :param share: The part of the budget that may be used.
        """
        budget = int(self.daily_calls * share)
        return max(0, min(wanted, budget - self._get_used_calls(call)))

    def _find_spent_kinds(self):
        """Return connection → kinds of orders for which today's calls are used up."""
        kinds = {
            self._get_call_name("create_order", kind): kind for kind in statuses.KINDS
        }
        # sudo: the application may serve connections of other companies.
        rows = (
            self.env["jd.call"]
            .sudo()
            ._read_group(
                [("day", "=", self._get_jd_day()), ("call", "in", list(kinds))],
                ["application_id", "call"],
                ["count:sum"],
            )
        )
        used = {(application, call): count for application, call, count in rows}
        return {
            connector_sudo: [
                kind
                for call, kind in kinds.items()
                if used.get((connector_sudo.token_application_id, call), 0)
                >= connector_sudo.daily_calls
            ]
            for connector_sudo in self.sudo()  # the application is closed to users
        }

    def _get_used_calls(self, call):
        # sudo: the application may serve connections of other companies.
        [(used,)] = (
            self.env["jd.call"]
            .sudo()
            ._read_group(
                [
                    ("application_id", "=", self.sudo().token_application_id.id),
                    ("day", "=", self._get_jd_day()),
                    ("call", "=", call),
                ],
                aggregates=["count:sum"],
            )
        )
        return used or 0

    # === CALLS === #

    def _call_all(self, call, function, requests):
        """Make the calls in threads; give back the budget of those not made.

        :param str call: As `_get_call_name` returns it; all requests have been counted
            in its budget.
        :param function: Function of a request that calls JD; runs in a thread.
        :return: For each request its result, or the error.
        """
        sent = []

        def send(request):
            sent.append(request)
            return function(request)

        results = run_all(send, requests, const.CALLS_AT_ONCE, self._get_patience())
        if len(sent) < len(requests):
            self._count_calls(call, len(sent) - len(requests))
        return results
