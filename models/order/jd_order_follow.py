"""Asking JD about orders: in batches, and as often as there may be news."""

from odoo import api, fields, models
from odoo.fields import Domain

from ... import const, statuses
from .jd_order import AT_JD

# What may be asked about besides what is unknown; `pull_at` says whether it is.
FOLLOWED = (*AT_JD, "done", "cancelled")


class JdOrder(models.Model):
    _inherit = "jd.order"

    # === CRON === #

    @api.model
    def _cron_follow(self):
        """Ask JD about one batch of orders."""
        remaining = 0
        due = Domain("pull_at", "<=", fields.Datetime.now())
        for connector in self.env["jd.connector"].search([("state", "=", "connected")]):
            remaining += self._process_kinds(connector, due, self._pull_batch)
        self._commit_and_retrigger("follow_orders", remaining)

    # === PULL === #

    @api.model
    def _pull_batch(self, connector, kind):
        """Ask about a batch of one connection's orders; return how many are left.

        First the orders whose fate is unknown, then those whose answer is due longest.
        The claim is the time of the next question, committed before this one is sent:
        asking twice costs a call and nothing else.
        """
        self = self._with_responsible_lang(connector)
        remaining = 0
        call = connector._get_call_name("report", kind)
        due = Domain(
            [
                ("connector_id", "=", connector.id),
                ("kind", "=", kind),
                ("pull_at", "<=", fields.Datetime.now()),
            ]
        )
        # Only an unknown outcome may use the day's reserve of calls.
        for states, is_needed in ((("unknown",), True), (FOLLOWED, False)):
            domain = due & Domain("state", "in", states)
            limit = connector._get_allowance(
                call, const.PULL_BATCH, for_pull=not is_needed
            )
            orders = self._lock_due(domain, limit, "pull_at")._leave_other_pin()
            if orders and orders._pull(connector, call):
                remaining += self.search_count(domain)
        return remaining

    def _leave_other_pin(self):
        """Return the orders that were sent with the PIN of their connection.

        Asked with another, JD would not know them, and an order that it does not know
        is sent again. Somebody is told of those.
        """
        others = self.filtered(
            lambda order: order.sent_pin and order.sent_pin != order.connector_id.pin
        )
        for order in others:
            order._dispute(
                self.env._(
                    "This order was sent with the PIN %(sent)s, and its connection has "
                    "the PIN %(now)s. JD is not asked, and nothing is sent again. Ask "
                    "JD support what became of %(number)s.",
                    sent=order.sent_pin,
                    now=order.connector_id.pin,
                    number=order.jd_number or order.name,
                )
            )
        return self - others

    def _pull(self, connector, call):
        """Ask JD about these orders and record the answers; return whether it could."""
        operations = connector._get_operations_or_expire()
        if not operations:
            return False
        self._postpone_question()
        connector._count_calls(call, len(self))
        questions = [order._prepare_question() for order in self]
        self.env["ir.cron"]._commit_progress()
        results = connector._call_all(
            call, lambda question: operations.report(**question), questions
        )
        reports = dict(zip(self.ids, results, strict=True))
        news = []
        self._lock_available()._process_isolated(
            lambda orders: news.append(orders._record_reports(reports)),
            lambda order, error: order._request_attention(str(error)),
        )
        self.env["ir.cron"]._commit_progress(len(self))
        connector._count_missed_messages(
            self.env["jd.order.event"].union(*news).exists()
        )
        return True

    def _postpone_question(self):
        """Postpone the next pull, further after each one that JD did not answer."""
        now = fields.Datetime.now()
        for order in self:
            # JD may be down for hours: each question costs a call of the day's budget.
            delay = const.RETRY_DELAYS[
                min(order.unanswered, len(const.RETRY_DELAYS) - 1)
            ]
            order.write({"pull_at": now + delay, "unanswered": order.unanswered + 1})

    def _prepare_question(self):
        """Return what JD is asked about this order, lots only of tracked products."""
        tracked = self.line_ids.product_id.filtered(lambda p: p.tracking != "none")
        return self._prepare_name() | {"with_lots": bool(tracked)}

    def _prepare_name(self):
        """Name the order by JD's number where it is known, by ours where it is not."""
        named = (
            {"number": self.jd_number} if self.jd_number else {"own_number": self.name}
        )
        return {
            "kind": self.kind,
            "department_no": self._get_department_no(),
            **named,
        }

    def _get_department_no(self):
        """Return the department an order was sent with, or is to be sent with."""
        return self.sent_department_no or self.warehouse_id.jd_department_no

    @api.model
    def _pull_sooner(self, connector):
        """Schedule pulls as often as a connection without messages needs them."""
        domain = [("connector_id", "=", connector.id), ("state", "in", AT_JD)]
        for order in self.search(domain)._lock_available():
            order.pull_at = order._get_next_pull(order.pulled_at)
        self._trigger("follow_orders")

    @api.model
    def _pull_some(self, connector, limit):
        """Schedule a pull of the orders whose last answer is oldest."""
        domain = [("connector_id", "=", connector.id), ("state", "in", AT_JD)]
        self.search(
            domain, order="pulled_at", limit=limit
        )._lock_available()._schedule_pull()

    # === WHEN TO ASK AGAIN === #

    def _postpone_pull(self):
        """Restart the time to the next pull, after a message about these orders."""
        now = fields.Datetime.now()
        for order in self.filtered("pull_at"):
            order.pull_at = order._get_next_pull(now)

    def _get_next_pull(self, now):
        """Return the time of the next pull, or False where no more is needed."""
        if self.state in ("cancelled", "refused") or self._is_over(now):
            return False
        return now + self._get_pull_interval(now)

    def _get_pull_interval(self, now):
        age = (now - (self.accepted_at or now)) * const.PULL_SHARE
        waiting = (now - (self._get_impatient_since() or now)) * const.PULL_SHARE
        # An answer is overdue: ask soon at first, then less and less often.
        if self._get_impatient_since():
            return max(waiting, const.PULL_IMPATIENT)
        if self.are_quantities_known:
            # The goods have left and the transfer is closed: nobody waits for the rest.
            age = min(age, const.PULL_AFTER_SHIPPING_LATEST)
            return max(age, const.PULL_AT_LEISURE)
        soonest = const.PULL_SOONEST
        # Messages bring the news; the pull only catches those that got lost.
        if self.connector_id.subscription_state == "receiving":
            soonest = const.PULL_AT_LEISURE
        return max(min(age, const.PULL_LATEST), soonest)

    def _get_impatient_since(self):
        """Return since when an answer of JD is overdue, or False."""
        if self.state == "cancelling":
            return self.cancel_requested_at
        has_moved = self.status_rank >= self._rules.moved_rank
        return has_moved and not self.are_quantities_known and self.status_at

    def _is_over(self, now):
        """Whether JD has nothing more to report, or has taken too long."""
        # Without quantities the transfer stays open: go on asking.
        if not self.are_quantities_known:
            return False
        at_end = self.status_rank in (self._rules.final_rank, statuses.RETURNED_RANK)
        return at_end or now - (self.accepted_at or now) > const.FOLLOW_SHIPPED
