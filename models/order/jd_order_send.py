"""Sends orders to JD: claim them, call JD, record the answers."""

import logging
from contextlib import contextmanager
from datetime import timedelta
from functools import partial

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ... import const, lib
from ...lib import api as jd_api
from .jd_order import OPEN

_logger = logging.getLogger(__name__)


class JdOrder(models.Model):
    _inherit = "jd.order"

    # === CRON === #

    @api.model
    def _cron_push(self):
        """Cancel, close inbound and send: a batch of each, for each connection."""
        # A worker that sends holds an advisory lock, which PostgreSQL releases when the
        # process ends. Orders in `sending` without it will have no answer recorded:
        # JD is asked about them before they could be sent again.
        self._search_abandoned()._lock_available()._mark_unknown()
        remaining = self._check_waiting()
        queued = Domain("state", "=", "queued") & self._get_retry_domain()
        for connector in self.env["jd.connector"]._search_served():
            for step in (self._cancel_batch, self._close_inbound_batch):
                remaining += connector._process_separately(step, left=1) or 0
            remaining += self._process_kinds(connector, queued, self._push_batch)
        waiting = Domain("state", "in", OPEN) | Domain("cancel_due", "=", True)
        self._commit_and_retrigger(
            "push_orders", remaining, self._find_next(waiting, "retry_at")
        )

    @api.model
    def _process_kinds(self, connector, domain, work):
        """Process a batch of each kind of orders; return how many are left.

        A kind that fails stops no other, and no other connection.

        :param work: Takes the connection and the kind; returns how many are left.
        """
        domain &= Domain("connector_id", "=", connector.id)
        return sum(
            connector._process_separately(partial(work, kind=kind), left=1) or 0
            for [kind] in self._read_group(domain, ["kind"])
        )

    def _with_responsible_lang(self, connector):
        """Return these orders in the language of the connection's responsible user."""
        return self.with_context(lang=connector._get_responsible_lang())

    # === CLAIM === #

    @api.model
    def _get_due_domain(self, connector):
        return Domain("connector_id", "=", connector.id) & self._get_retry_domain()

    @api.model
    def _get_retry_domain(self):
        now = fields.Datetime.now()
        return Domain("retry_at", "=", False) | Domain("retry_at", "<=", now)

    @contextmanager
    def _claimed(self):
        """Keep these orders claimed, in `sending`, during their calls. Commits."""
        claim = min(self.ids)
        # One lock for the batch, named by its smallest id; each order remembers it.
        keys = SQL("%s, %s", const.CLAIM_LOCK_CLASS, claim)
        self.env.execute_query(SQL("SELECT pg_advisory_lock(%s)", keys))
        try:
            # A `pull_at` at the end of the calls was set by a hint meanwhile.
            self.write({"state": "sending", "claim": claim, "pull_at": False})
            for warehouse, orders in self.grouped("warehouse_id").items():
                orders.write(orders._prepare_sent_values(warehouse))
            for order in self:
                order.sent_terms = order._get_terms()
            # Look again later: answers stay unrecorded if the process ends or a row is
            # locked.
            self._trigger("push_orders", fields.Datetime.now() + const.ASK_DELAY)
            self.env["ir.cron"]._commit_progress()
            yield
        finally:
            # The lock belongs to the session: it outlives a failed transaction.
            self.env.cr.rollback()
            self.env.execute_query(SQL("SELECT pg_advisory_unlock(%s)", keys))

    @api.model
    def _prepare_sent_values(self, warehouse):
        return {
            "sent_pin": warehouse.jd_connector_id.pin,
            "sent_department_no": warehouse.jd_department_no,
        }

    @api.model
    def _search_abandoned(self):
        """Return the orders in `sending` that no running worker has claimed."""
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

    # === CALLS THAT MAY BE REPEATED === #

    @api.model
    def _call_batch(self, connector, call, domain, function, record):
        """Make one call to JD for each of a batch of orders; return how many are left.

        Only for calls that may be repeated: orders are claimed by `retry_at` alone.

        :param str call: As `_get_call_name` returns it.
        :param domain: The orders to call JD for, if they are due.
        :param function: Function of `lib.api.Operations` and the `_prepare_name` of an
            order; makes the call in a thread.
        :param record: Function of orders, and a dict of order id → answer or error.
        """
        self = self._with_responsible_lang(connector)
        domain &= self._get_due_domain(connector)
        domain &= Domain("sent_pin", "in", (False, connector.pin))
        if self._is_patience_over():
            return self.search_count(domain)
        orders, held = self._lock_allowed(
            domain, partial(connector._get_allowance, call, const.PUSH_BATCH)
        )
        operations = orders and connector._get_operations_or_expire()
        if not operations:
            return held
        orders._postpone_request()
        connector._count_calls(call, len(orders))
        names = [order._prepare_name() for order in orders]
        self.env["ir.cron"]._commit_progress()
        results = connector._call_all(
            call, lambda name: function(operations, name), names
        )
        answers = dict(zip(orders.ids, results, strict=True))
        orders._process_when_free(
            lambda free: free._record_requests(answers, record),
            lambda order, error: order._request_attention(str(error)),
        )
        return self.search_count(domain)

    def _postpone_request(self):
        """Postpone the next request, further after each one that JD did not answer."""
        now = fields.Datetime.now()
        for order in self:
            delay = self._get_delay(order.unanswered_requests)
            order.write(
                {
                    "retry_at": now + delay,
                    "unanswered_requests": order.unanswered_requests + 1,
                }
            )

    @api.model
    def _get_delay(self, count):
        """Return the delay after so many attempts in a row that failed."""
        return const.RETRY_DELAYS[min(count, len(const.RETRY_DELAYS) - 1)]

    def _record_requests(self, answers, record):
        """Record JD's answers; have somebody told where it does not answer.

        :param dict answers: Order id → answer or error.
        :param record: As in `_call_batch`.
        """
        for order in self:
            answer = answers[order.id]
            if isinstance(answer, jd_api.NotSent):
                order.unanswered_requests -= 1
                order.retry_at = False
            elif not self._is_answer(answer):
                order._tell_unanswered(order.unanswered_requests)
        answered = self.filtered(lambda order: self._is_answer(answers[order.id]))
        answered.unanswered_requests = 0
        answered._close_attention("unanswered")
        made = self.filtered(
            lambda order: not isinstance(answers[order.id], jd_api.NotSent)
        )
        record(made, answers)

    @api.model
    def _is_answer(self, answer):
        """Tell whether JD has answered a call, if only with a no."""
        return not isinstance(answer, Exception) or isinstance(answer, jd_api.Refused)

    def _tell_unanswered(self, count):
        """Have somebody told, with all such orders, that JD does not answer about it.

        :param int count: How often in a row it did not.
        """
        if count == const.UNANSWERED_TOLD:
            self._trigger("update_alerts")

    # === SEND === #

    @api.model
    def _push_batch(self, connector, kind):
        """Send a batch of one connection's queued orders; return how many are left."""
        self = self._with_responsible_lang(connector)
        call = connector._get_call_name("create_order", kind)
        domain = self._get_due_domain(connector) & Domain(
            [("kind", "=", kind), ("state", "=", "queued")]
        )
        if self._is_patience_over():
            return self.search_count(domain)
        orders, held = self._lock_allowed(
            domain, partial(connector._get_allowance, call, const.PUSH_BATCH)
        )
        operations = orders and connector._get_operations_or_expire()
        if not operations:
            return held
        # Somebody must compare first. Asked here, after the commit that locked them.
        if connector.restored_at:
            return 0
        # The transfers or addresses may have changed since they were queued.
        requests = orders._check_isolated()._prepare_requests()
        if requests:
            self.browse(requests)._send(connector, call, operations, requests.values())
        else:
            drafts = orders.filtered(lambda order: order.state == "draft")
            self.env["ir.cron"]._commit_progress(len(drafts))
        return self.search_count(domain)

    def _prepare_requests(self):
        """Return order id → `lib.api.Order`.

        Orders that cannot be built, or that JD would refuse, go back to draft with
        their problems.
        """
        requests = {}
        self._process_isolated(
            lambda orders: requests.update(
                {order.id: order._call_kind("prepare_request") for order in orders}
            ),
            lambda order, error: order._set_problems([str(error)]),
        )
        protocol = self.env["jd.connector"]._get_protocol()
        for order in self.browse(requests):
            if invalid := lib.find_invalid(protocol, requests[order.id]):
                order._set_problems([order._explain_invalid(each) for each in invalid])
                del requests[order.id]
        return requests

    def _explain_invalid(self, invalid):
        """Return in the merchant's words why JD would refuse a value of this order."""
        labels = {
            "platform_number": self.env._("source document"),
            "waybill": self.env._("waybill"),
            "name": self.env._("name of the contact"),
            "phone": self.env._("phone number of the contact"),
            "mobile": self.env._("phone number of the contact"),
            "email": self.env._("email of the contact"),
            "province": self.env._("state of the address"),
            "city": self.env._("city of the address"),
            "county": self.env._("second street line of the address"),
            "town": self.env._("second street line of the address"),
            "detail": self.env._("street of the address"),
            "lot": self.env._("lot number"),
        }
        member = invalid.member.rpartition(".")[2]
        label = labels.get(member, invalid.member)
        if invalid.limit:
            return self.env._(
                "The %(what)s is too long: JD accepts at most %(limit)s characters.",
                what=label,
                limit=invalid.limit,
            )
        if member == "waybill":
            return self.env._("JD accepts no Chinese characters in the waybill.")
        return self.env._("JD does not accept the %(what)s: correct it.", what=label)

    def _send(self, connector, call, operations, requests):
        connector._count_calls(call, len(self))
        with self._claimed():
            results = connector._call_all(call, operations.create_order, requests)
            answers = dict(zip(self.ids, results, strict=True))
            self._process_when_free(
                lambda orders: orders._record_sent(answers),
                lambda order, error: order._mark_unknown(),
            )

    def _record_sent(self, answers):
        """Record JD's answers to the orders sent.

        :param dict answers: Order id → JD's number, or the error.
        """
        accepted = unknown = waiting = self.browse()
        for order in self:
            answer = answers[order.id]
            if isinstance(answer, Exception) and order.pull_at:
                unknown += order  # a message says that JD has it: ask
                order._keep_reference(answer)
                continue
            if isinstance(answer, jd_api.NotSent):
                order._requeue(order._get_pause_end(answer.stopped_by))
                continue
            order.attempts += 1
            order._keep_reference(answer)
            if not isinstance(answer, Exception):
                order.jd_number = answer
                accepted += order
            elif isinstance(answer, jd_api.RetryLater):
                waiting += order
            elif isinstance(answer, jd_api.CredentialsRefused):
                order._requeue()  # waits for the next login
            elif isinstance(answer, jd_api.Refused):
                order._record_refusal(answer)
            else:
                unknown += order
                self._log_defect(answer)
        # Together: each of these writes and triggers once for all its orders.
        accepted._mark_accepted()
        waiting._retry_later(answers)
        unknown._mark_unknown()
        self._expire_refused_login(answers)

    def _expire_refused_login(self, answers):
        """Expire the login of the connection if JD refused its credentials."""
        for answer in map(answers.get, self.ids):
            if isinstance(answer, jd_api.CredentialsRefused):
                self.connector_id._expire_login(
                    answer.message, answer.token_fingerprint
                )
                return

    def _keep_reference(self, answer):
        """Store JD's ids of a failed call, which JD support asks for."""
        if isinstance(answer, jd_api.JdError) and (
            answer.request_id or answer.trace_id
        ):
            numbers = filter(None, [answer.request_id, answer.trace_id])
            self.jd_reference = " / ".join(numbers)

    @api.model
    def _log_defect(self, error):
        """Log an error that is not JD's but a defect of ours."""
        if not isinstance(error, jd_api.JdError):
            _logger.error("JD's answer is not understood", exc_info=error)

    def _retry_later(self, answers):
        """Queue orders again, after JD's pause or a delay that grows each time."""
        now = fields.Datetime.now()
        for order in self:
            answer = answers[order.id]
            # JD names the pause where it throttles; else each attempt waits longer.
            pause_end = order._get_pause_end(answer)
            order._requeue(pause_end or now + order._get_retry_delay())
            if order.attempts == const.NOT_ACCEPTED_TOLD:
                self._trigger("update_alerts")

    @api.model
    def _get_pause_end(self, error):
        """Return when the pause that JD asked for is over, or False."""
        if not isinstance(error, jd_api.Throttled):
            return False
        return fields.Datetime.now() + timedelta(seconds=error.wait_seconds)

    def _get_retry_delay(self):
        return self._get_delay(max(self.attempts, 1) - 1)

    def _requeue(self, retry_at=False):
        """Queue an order again that JD does not have; or cancel it, if requested."""
        if self.cancel_requested:
            self._apply_cancellation()
        else:
            self.write({"state": "queued", "retry_at": retry_at, "pull_at": False})

    def _record_refusal(self, error):
        if self.cancel_requested:
            self._apply_cancellation()
            return
        text = self._call_kind("explain_refusal", error)
        text = text or self.connector_id._explain(error)
        self.write(
            {
                "state": "refused",
                "problems": text,
                "refusals": self.refusals + 1,
                "refusal_reason": self._get_refusal_reason(error),
                "refusal_code": error.code or False,
            }
        )
        if isinstance(error, jd_api.PermissionRefused):
            # Not a problem of this order: the others would be refused as well.
            self.connector_id._request_attention(text, cause="permission")
        else:
            self._request_attention(text, cause="sending")

    @api.model
    def _get_refusal_reason(self, error):
        if isinstance(error, jd_api.PermissionRefused):
            return "permission"
        known = self._fields["refusal_reason"].get_values(self.env)
        return error.reason if error.reason in known else "other"

    def _mark_unknown(self):
        """Mark the outcome as unknown; JD is asked before anything is sent again."""
        if self:
            pull_at = fields.Datetime.now() + const.ASK_DELAY
            self.write({"state": "unknown", "pull_at": pull_at})
            self._trigger("follow_orders", pull_at)

    def _mark_accepted(self):
        now = fields.Datetime.now()
        self.write(
            {
                "state": "accepted",
                "problems": False,
                "accepted_at": now,
                "pulled_at": now,
                "retry_at": False,
            }
        )
        hints = {order: order._get_hinted_pull() for order in self}
        for order, hinted_at in hints.items():
            order.pull_at = hinted_at or order._get_next_pull(now)
        if any(hints.values()):
            self._trigger("follow_orders")
        self._close_attention("sending")
        self.connector_id._close_attention("permission")
        self._reclaim_messages()
        self.filtered("cancel_requested")._request_cancel()

    def _get_hinted_pull(self):
        """Return the time of the next pull if it is due, as after a hint; or False."""
        now = fields.Datetime.now()
        return self.pull_at and self.pull_at <= now and self.pull_at

    def _reclaim_messages(self):
        """Take messages and listed orders back that came before JD's number of ours."""
        numbers = self.filtered("jd_number").mapped("jd_number")
        domain = Domain("connector_id", "in", self.connector_id.ids) & Domain(
            "jd_number", "in", numbers
        )
        self.env["jd.message"]._apply_again(domain)
        ours = self.filtered(lambda order: not order.made_at_jd).mapped("jd_number")
        self.env["jd.foreign.order"]._forget(domain & Domain("jd_number", "in", ours))
