"""Pulls orders: asks JD about them in batches, and decides when to ask again."""

from functools import partial
from itertools import islice

from odoo import api, fields, models
from odoo.fields import Domain

from ... import const, statuses
from ...lib import api as jd_api
from ...lib import lead_times
from .jd_order import AT_JD

# The states pulled besides `unknown` and `done`, as long as `pull_at` is set.
FOLLOWED = (*AT_JD, "cancelled")
# JD is at work on them.
CARRIED_OUT = ("accepted", "in_progress")


class JdOrder(models.Model):
    _inherit = "jd.order"

    # === CRON === #

    @api.model
    def _cron_follow(self):
        """Pull a batch of due orders of each connection and kind."""
        remaining = 0
        due = Domain("pull_at", "<=", fields.Datetime.now())
        for connector in self.env["jd.connector"]._search_served():
            remaining += self._process_kinds(connector, due, self._pull_batch)
            connector._process_separately(self._ask_problems)
        self._stop_following()
        followed = Domain("state", "in", ("unknown", "done", *FOLLOWED))
        self._commit_and_retrigger(
            "follow_orders", remaining, self._find_next(followed, "pull_at")
        )

    @api.model
    def _stop_following(self):
        """Ask no more about old orders whose goods have left, where calls are short.

        JD would have been asked about them for the last time.
        """
        now = fields.Datetime.now()
        over = Domain(
            [
                ("state", "=", "done"),
                ("pull_at", "<", now - const.PULL_OVERDUE),
                ("accepted_at", "<", now - const.FOLLOW_SHIPPED),
            ]
        )
        self._lock_due(over, const.PULL_BATCH, "pull_at").pull_at = False

    # === PULL === #

    @api.model
    def _pull_batch(self, connector, kind):
        """Pull a batch of a connection's due orders; return how many are left.

        Those due for the longest time go first.
        """
        # Claimed by `pull_at` alone: pulling an order twice only costs a call.
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
        for states, get_allowance in (
            (("unknown",), connector._get_allowance),
            (FOLLOWED, connector._get_pull_allowance),
            # Of the time and the calls that the open ones leave.
            (("done",), connector._get_leisure_allowance),
        ):
            domain = due & Domain("state", "in", states)
            if self._is_patience_over():
                remaining += self.search_count(domain)
                continue
            orders, held = self._lock_allowed(
                *(domain, partial(get_allowance, call, const.PULL_BATCH), "pull_at")
            )
            remaining += held
            orders = orders._leave_other_pin()
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
        """Ask JD about these orders and record the answers; return if JD was asked."""
        operations = connector._get_operations_or_expire()
        if not operations:
            return False
        self._postpone_question()
        asked_as = {order.id: (order.pull_at, order.unanswered) for order in self}
        asked = {order.id: order._prepare_questions() for order in self}
        questions = [question for each in asked.values() for question in each]
        connector._count_calls(call, len(questions))
        self.env["ir.cron"]._commit_progress()
        results = iter(
            connector._call_all(
                call, lambda question: operations.report(**question), questions
            )
        )
        answers = {key: list(islice(results, len(each))) for key, each in asked.items()}
        news = []
        self._process_when_free(
            lambda orders: news.append(
                orders._record_pull(orders._combine_answers(answers), asked_as)
            ),
            lambda order, error: order._request_attention(str(error)),
        )
        connector._count_missed_messages(
            self.env["jd.order.event"].union(*news).exists()
        )
        return True

    def _record_pull(self, reports, asked_as):
        """Record JD's answers; ask again about orders that a hint came for meanwhile.

        :param dict reports: As in `_record_reports`.
        :param dict asked_as: Order id → its `pull_at` and `unanswered` when JD was
            asked.
        :return: The `jd.order.event` records that are new.
        """
        hinted = self.filtered(lambda order: order.pull_at != asked_as[order.id][0])
        # Another worker has recorded an answer since: this one may be the older one,
        # and what it lacks would pass for a correction.
        outdated = self.filtered(lambda order: order.unanswered < asked_as[order.id][1])
        # Nothing is sent again that JD reports after it said that it has no such order.
        outdated |= hinted.filtered(
            lambda order: isinstance(reports[order.id], jd_api.NotFound)
        )
        events = (self - outdated)._record_reports(reports)
        (hinted | outdated)._schedule_pull()
        return events

    def _postpone_question(self):
        """Postpone the next pull, further after each one that JD did not answer."""
        now = fields.Datetime.now()
        for order in self:
            # JD may be down for hours: each question costs a call of the day's budget.
            delay = self._get_delay(order.unanswered)
            order.write({"pull_at": now + delay, "unanswered": order.unanswered + 1})

    def _prepare_question(self):
        """Return the arguments of `lib.api.Operations.report`, with lots if tracked."""
        tracked = self.line_ids.product_id.filtered(lambda p: p.tracking != "none")
        return self._prepare_name() | {"with_lots": bool(tracked)}

    def _prepare_name(self):
        """Return the arguments that name the order: by JD's number, or else by ours."""
        named = (
            {"number": self.jd_number} if self.jd_number else {"own_number": self.name}
        )
        return {
            "kind": self.kind,
            "department_no": self._get_department_no(),
            **named,
        }

    def _get_department_no(self):
        """Return the department number that the order was or will be sent with."""
        return self.sent_department_no or self.warehouse_id.jd_department_no

    @api.model
    def _pull_sooner(self, connector):
        """Reschedule the pulls of a connection whose messages do not arrive."""
        domain = [("connector_id", "=", connector.id), ("state", "in", AT_JD)]
        now = fields.Datetime.now()
        for order in self.search(domain)._lock_available():
            if not order._is_question_due(now):
                order.pull_at = order._get_next_pull(order.pulled_at)
        self._trigger("follow_orders")

    @api.model
    def _pull_some(self, connector, limit):
        """Schedule a pull of some orders, those pulled longest ago."""
        domain = [("connector_id", "=", connector.id), ("state", "in", AT_JD)]
        self.search(
            domain, order="pulled_at", limit=limit
        )._lock_available()._schedule_pull()

    # === WHEN TO ASK AGAIN === #

    def _postpone_pull(self):
        """Postpone the next pull of orders that a message has just reported."""
        now = fields.Datetime.now()
        for order in self.filtered("pull_at"):
            if not order._is_question_due(now):
                order.pull_at = order._get_next_pull(now)

    def _is_question_due(self, now):
        """Tell whether JD is to be asked soon, or is being asked, or did not answer.

        A later message must not postpone that: the question may be about another one.
        Where JD demanded a pause, it waits for the end of that.
        """
        soon = now + const.PULL_IMPATIENT
        return bool(self.unanswered or (self.pull_at and self.pull_at <= soon))

    def _get_next_pull(self, now):
        """Return the naive UTC time of the next pull; False if none is needed."""
        if self.state == "refused" or self._is_over(now):
            return False
        return now + self._get_pull_interval(now)

    def _get_pull_interval(self, now):
        """Return how long after `now` to pull again, as a `timedelta`."""
        # A share of the age: often while much happens, rarely for old orders.
        age = (now - (self.accepted_at or now)) * const.PULL_SHARE
        waiting = (now - (self._get_impatient_since() or now)) * const.PULL_SHARE
        # An answer is overdue: ask soon at first, then less and less often.
        if self._get_impatient_since():
            return max(waiting, const.PULL_IMPATIENT)
        if self.are_quantities_known:
            # The goods have left and the transfer is closed: nobody waits for the rest.
            return self._get_delivery_interval(now)
        # Messages bring the news; the pull only catches those that got lost.
        if self._has_messages():
            interval = max(min(age, const.PULL_LATEST), const.PULL_AT_LEISURE)
        else:
            interval = self._get_learnt_interval(now) or max(
                min(age, const.PULL_LATEST), const.PULL_SOONEST
            )
        return min(interval, const.PULL_PARTS) if self.in_parts else interval

    def _has_messages(self):
        return self.connector_id.subscription_state == "receiving"

    def _get_learnt_interval(self, now):
        """Return after how long to ask whether the goods have left, or None.

        The news that counts is that they have left: it closes the transfer.

        :return: None where too few orders are known to tell.
        """
        if self.kind not in const.LEAD_TIMES_KINDS or self.state not in CARRIED_OUT:
            return None
        step, began = lead_times.SHIP, self.accepted_at
        if self.picked_at:
            step, began = lead_times.SHIP_PICKED, self.picked_at
        wait = began and self.warehouse_id._jd_find_wait(step, began, now)
        return wait and min(wait, const.PULL_LEARNT_LATEST)

    def _get_delivery_interval(self, now):
        """Return after how long to ask whether the goods are there."""
        wait = None
        if self.kind in const.LEAD_TIMES_KINDS and not self._has_messages():
            wait = self.moved_at and self.warehouse_id._jd_find_wait(
                lead_times.DELIVER, self.moved_at, now
            )
        age = (now - (self.accepted_at or now)) * const.PULL_SHARE
        wait = min(wait or age, const.PULL_AFTER_SHIPPING_LATEST)
        return max(wait, const.PULL_AT_LEISURE)

    def _get_impatient_since(self):
        """Return since when JD owes an answer to a cancel or quantities, or False."""
        if self.state == "cancelling":
            return self.cancel_requested_at
        has_moved = self.status_rank >= self._rules.moved_rank
        return has_moved and not self.are_quantities_known and self.status_at

    def _is_over(self, now):
        """Tell whether no more reports are expected: the order has ended or is old."""
        # Without quantities, or before the goods have moved, the transfer stays open:
        # go on asking.
        is_open = self.state in AT_JD and not self.is_closable
        is_old = now - (self.accepted_at or now) > const.FOLLOW_SHIPPED
        if self.state == "cancelled":
            return is_old or not self._lives_on()
        # What was received in part may be done before JD has counted it all.
        if is_open or not (self.are_quantities_known or self.state == "done"):
            return False
        at_end = self.status_rank in (self._rules.final_rank, statuses.RETURNED_RANK)
        return at_end or is_old
