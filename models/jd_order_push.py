"""Telling JD: claim, call, record. Also the cancels that were asked for."""

from contextlib import contextmanager

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from .. import const
from ..lib import api as jd_api
from ..lib.threads import run_all


class JdOrder(models.Model):
    _inherit = "jd.order"

    # === CRON === #

    @api.model
    def _cron_push(self):
        """Send one batch of queued orders of each connection, and the cancels.

        A claim is held by an advisory lock of this connection to PostgreSQL, which
        drops it with the process: a row in `sending` that nobody holds is one whose
        answer nobody will record. It is asked about before it could be sent again.
        """
        self._settle_abandoned()
        self._check_waiting()
        connectors = self.env["jd.connector"].search([("state", "=", "connected")])
        remaining = sum(
            self._push_batch(connector) + self._cancel_batch(connector)
            for connector in connectors
        )
        self.env["ir.cron"]._commit_progress(remaining=remaining)

    # === CLAIM === #

    @api.model
    def _get_due_domain(self, connector):
        now = fields.Datetime.now()
        return Domain("connector_id", "=", connector.id) & (
            Domain("retry_at", "=", False) | Domain("retry_at", "<=", now)
        )

    @contextmanager
    def _claimed(self):
        """Hold these orders in `sending` for as long as their calls are under way."""
        claim = min(self.ids)
        keys = SQL("%s, %s", const.CLAIM_LOCK_CLASS, claim)
        self.env.execute_query(SQL("SELECT pg_advisory_lock(%s)", keys))
        try:
            self.write({"state": "sending", "claim": claim})
            self.env["ir.cron"]._commit_progress()
            yield
            self.env["ir.cron"]._commit_progress()
        finally:
            # Whatever happened to the transaction, the lock belongs to the session.
            self.env.cr.rollback()
            self.env.execute_query(SQL("SELECT pg_advisory_unlock(%s)", keys))

    @api.model
    def _search_abandoned(self):
        """Return the orders in `sending` that no process works on any more."""
        held = self.env.execute_query(
            SQL(
                """SELECT objid::bigint FROM pg_locks
                    WHERE locktype = 'advisory' AND classid = %s AND granted
                      AND database = (SELECT oid FROM pg_database
                                       WHERE datname = current_database())""",
                const.CLAIM_LOCK_CLASS,
            )
        )
        return self.search(
            [("state", "=", "sending"), ("claim", "not in", [row[0] for row in held])]
        )

    @api.model
    def _settle_abandoned(self):
        if self._search_abandoned():
            # What was recorded while we looked is seen by a new transaction only.
            self.env["ir.cron"]._commit_progress()
            self._search_abandoned()._mark_unknown()

    # === SEND === #

    @api.model
    def _push_batch(self, connector):
        """Send a batch of one connection's queued orders; return how many are left."""
        domain = self._get_due_domain(connector) & Domain("state", "=", "queued")
        limit = connector._get_allowance(const.CREATE_CALL, const.PUSH_BATCH)
        orders = self._lock_due(domain, limit)
        operations = orders and connector._get_operations_or_expire()
        if not operations:
            return 0
        requests = [order._prepare_request() for order in orders]
        connector._count_calls(const.CREATE_CALL, len(requests))
        with orders._claimed():
            results = run_all(operations.create_order, requests, const.CALLS_AT_ONCE)
            orders._lock_free()._record_sent(dict(zip(orders.ids, results)))
        return self.search_count(domain)

    def _record_sent(self, results):
        """Record JD's answers.

        :param dict results: Order id → JD's number, or the error.
        """
        accepted = self.browse()
        for order in self:
            result = results[order.id]
            if isinstance(result, Exception):
                order._record_not_sent(result)
            else:
                order.jd_number = result
                accepted += order
        accepted._mark_accepted()
        refused = [
            r for r in results.values() if isinstance(r, jd_api.CredentialsRefused)
        ]
        if refused:
            self.connector_id._expire_login(refused[0].message)

    def _record_not_sent(self, error):
        if isinstance(error, jd_api.CredentialsRefused):
            self._requeue()  # waits for the next login
        elif isinstance(error, jd_api.RetryLater):
            self._retry_later(error)
        elif isinstance(error, jd_api.Refused):
            self._record_refusal(error)
        else:
            self._mark_unknown()

    def _retry_later(self, error):
        """Queue again: at the pause JD asked for, or later with each attempt."""
        delays = const.RETRY_DELAYS
        delay = delays[min(self.attempts, len(delays) - 1)]
        if isinstance(error, jd_api.Throttled):
            delay = fields.timedelta(seconds=error.wait_seconds)
        self.attempts += 1
        self._requeue(fields.Datetime.now() + delay)

    def _requeue(self, retry_at=False):
        """Wait for the next try; JD has nothing of this order."""
        if self.cancel_asked:
            self._obey_cancel()
        else:
            self.write({"state": "queued", "retry_at": retry_at, "pull_at": False})

    def _record_refusal(self, error):
        text = self.connector_id._explain(error)
        if self.cancel_asked:
            self._obey_cancel()
        else:
            self.write({"state": "refused", "problems": text})
            self._request_attention(text)

    def _mark_unknown(self):
        """Have JD asked what became of these orders, before anything is sent again."""
        pull_at = fields.Datetime.now() + const.ASK_DELAY
        self.write({"state": "unknown", "pull_at": pull_at})
        self._trigger_at("follow", pull_at)

    def _mark_accepted(self):
        now = fields.Datetime.now()
        self.write(
            {
                "state": "accepted",
                "problems": False,
                "accepted_at": now,
                "pulled_at": now,
                "pull_at": now + const.PULL_SOONEST,
                "retry_at": False,
            }
        )
        self.filtered("cancel_asked")._ask_cancel()

    # === CANCEL === #

    @api.model
    def _cancel_batch(self, connector):
        """Ask JD for the cancels that are due; return how many are left."""
        domain = self._get_due_domain(connector) & Domain(
            [("state", "=", "cancelling"), ("cancel_due", "=", True)]
        )
        limit = connector._get_allowance(const.CANCEL_CALL, const.PUSH_BATCH)
        orders = self._lock_due(domain, limit)
        operations = orders and connector._get_operations_or_expire()
        if not operations:
            return 0
        # Cancelling twice is harmless at JD: the claim is the time of the next try.
        orders.retry_at = fields.Datetime.now() + const.RETRY_DELAYS[0]
        connector._count_calls(const.CANCEL_CALL, len(orders))
        requests = [order._prepare_question() for order in orders]
        self.env["ir.cron"]._commit_progress()
        results = run_all(
            lambda request: operations.cancel(**request), requests, const.CALLS_AT_ONCE
        )
        orders._lock_free()._record_cancels(dict(zip(orders.ids, results)))
        self.env["ir.cron"]._commit_progress()
        return self.search_count(domain)

    def _record_cancels(self, results):
        now = fields.Datetime.now()
        for order in self.filtered(lambda order: order.state == "cancelling"):
            answer = results[order.id]
            if isinstance(answer, jd_api.CredentialsRefused):
                order.connector_id._expire_login(answer.message)
            elif isinstance(answer, jd_api.Refused):
                # For being cancelled already or for good: the order's status tells.
                order._await_cancel(now)
            elif isinstance(answer, Exception):
                continue  # asked again at `retry_at`
            elif answer.result == jd_api.CancelResult.CANCELLED:
                order._obey_cancel()
            elif answer.result == jd_api.CancelResult.CANCELLING:
                order._await_cancel(now + const.ASK_DELAY)
            else:
                order._accept_cancel_refusal()

    def _await_cancel(self, pull_at):
        self.write({"cancel_due": False, "pull_at": pull_at})
        self._trigger_at("follow", pull_at)
