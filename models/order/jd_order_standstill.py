"""Asks JD why orders stand still: it has a list of problems, with what it proposes."""

from collections import defaultdict
from datetime import datetime
from functools import partial

from odoo import api, fields, models
from odoo.fields import Domain

from ... import const
from ...lib import api as jd_api


class JdOrder(models.Model):
    _inherit = "jd.order"

    # === ASK === #

    @api.model
    def _ask_problems(self, connector):
        """Ask JD for the problems of a batch of orders that have no news. Commits."""
        if self._is_patience_over():
            return
        self = self._with_responsible_lang(connector)
        domain = self._get_standstill_domain(connector)
        orders = self._lock_due(
            domain, jd_api.PROBLEM_LIMIT, "problem_asked_at NULLS FIRST, id"
        )
        call = connector._get_call_name("order_problems")
        for group in orders._group_for_problems():
            # Each call commits: others may have the next ones by then.
            batch = group._lock_available()
            if not batch:
                continue
            operations = connector._get_operations_or_expire()
            if not operations or not connector._get_pull_allowance(call, 1):
                return
            batch._ask_problems_of(connector, call, operations)

    @api.model
    def _get_standstill_domain(self, connector):
        """Return the domain of orders without news, of which JD is asked now."""
        now = fields.Datetime.now()
        since, asked = now - const.STANDSTILL, now - const.STANDSTILL_ASKED_AGAIN
        return Domain(
            [
                ("connector_id", "=", connector.id),
                ("kind", "in", jd_api.PROBLEM_KINDS),
                ("state", "in", ("accepted", "in_progress")),
                ("are_quantities_known", "=", False),
                ("jd_number", "!=", False),
                ("sent_pin", "=", connector.pin),
                ("accepted_at", "<", since),
                *("|", ("status_at", "=", False), ("status_at", "<", since)),
                *("|", ("problem_asked_at", "=", False)),
                ("problem_asked_at", "<", asked),
            ]
        )

    def _group_for_problems(self):
        """Return these orders by what one call can ask for."""
        return self.grouped(
            lambda order: (order.kind, order._get_department_no())
        ).values()

    def _ask_problems_of(self, connector, call, operations):
        """Ask JD for the problems of these orders, of one kind and department."""
        self.problem_asked_at = fields.Datetime.now()
        connector._count_calls(call, 1)
        ask = partial(
            operations.order_problems, self[0].kind, self[0]._get_department_no()
        )
        numbers = self.mapped("jd_number")
        # Nothing is read between this and the answer: orders that change meanwhile
        # could not be locked.
        self.env["ir.cron"]._commit_progress()
        [page] = connector._call_all(call, ask, [numbers])
        # Without an answer nothing is known: JD is asked again a day later.
        if not isinstance(page, Exception):
            self._process_when_free(
                lambda orders: orders._record_problems(page),
                lambda order, error: order._request_attention(str(error)),
            )
        self.env["ir.cron"]._commit_progress()

    # === RECORD === #

    def _record_problems(self, page):
        """Record which of these orders JD has a problem with, and tell somebody.

        :param page: A `lib.api.Page` of `lib.api.OrderProblem`.
        """
        problems = defaultdict(list)
        for row in page.rows:
            problems[row.number].append(row)
        for order in self:
            if rows := problems.get(order.jd_number):
                order._record_problem(rows)
            elif page.is_last and not page.odd_rows:
                order._clear_problem()

    def _record_problem(self, rows):
        # JD may name several, in any order: the same ones are told once.
        rows = sorted(rows, key=lambda row: (row.since or datetime.max, row.reason))
        text = "\n".join(dict.fromkeys(map(self._explain_problem, rows)))
        if text != self.jd_problem:
            self._close_attention("problem")
        self.write({"jd_problem": text, "jd_problem_at": rows[0].since})
        self._request_attention(text, cause="problem")

    def _explain_problem(self, row):
        reason = row.reason.rstrip(".。 ") or row.code or self.env._("without a reason")
        text = self.env._("JD does not go on with this order: %(why)s.", why=reason)
        if row.remedy:
            return text + " " + self.env._("JD proposes: %(remedy)s", remedy=row.remedy)
        return text + " " + self.env._("Ask JD support what is to be done.")

    def _clear_problem(self):
        """Forget JD's problem with these orders: they go on, or are over."""
        if any(self.mapped("jd_problem")):
            self.write({"jd_problem": False, "jd_problem_at": False})
            self._close_attention("problem")
