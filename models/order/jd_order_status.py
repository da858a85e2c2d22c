"""What JD says about an order: asked for in batches, applied in one place."""

from collections import defaultdict
from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain

from ... import const, statuses
from ...lib import api as jd_api
from .jd_order import AT_JD

# What may be asked about besides what is unknown; `pull_at` says whether it is.
FOLLOWED = (*AT_JD, "done", "cancelled")


class JdOrder(models.Model):
    _inherit = "jd.order"

    # === CRON === #

    @api.model
    def _cron_follow(self):
        """Take in one batch of messages, then ask JD about one batch of orders."""
        remaining = self.env["jd.message"]._process_batch()
        self.env["jd.connector"]._check_silence()
        due = Domain("pull_at", "<=", fields.Datetime.now())
        for connector, kind in self._get_work(due):
            remaining += self._with_responsible_lang(connector)._pull_batch(
                connector, kind
            )
        self._commit_and_retrigger("follow", remaining)

    # === PULL === #

    @api.model
    def _pull_batch(self, connector, kind):
        """Ask about a batch of one connection's orders; return how many are left.

        First the orders whose fate is unknown, then those whose answer is due longest.
        The claim is the time of the next question, committed before this one is sent:
        asking twice costs a call and nothing else.
        """
        remaining = 0
        call = connector._get_call_name("report", kind)
        due = Domain(
            [
                ("connector_id", "=", connector.id),
                ("kind", "=", kind),
                ("pull_at", "<=", fields.Datetime.now()),
            ]
        )
        for states, is_needed in ((("unknown",), True), (FOLLOWED, False)):
            domain = due & Domain("state", "in", states)
            limit = connector._get_allowance(
                call, const.PULL_BATCH, for_pull=not is_needed
            )
            orders = self._lock_due(domain, limit, "pull_at")
            if orders and orders._pull(connector, call):
                remaining += self.search_count(domain)
        return remaining

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
        """Put the next question off, further each time that JD gives no answer."""
        now = fields.Datetime.now()
        for order in self:
            delay = const.RETRY_DELAYS[
                min(order.unanswered, len(const.RETRY_DELAYS) - 1)
            ]
            order.write({"pull_at": now + delay, "unanswered": order.unanswered + 1})

    def _prepare_question(self):
        """Return what JD is asked about this order."""
        return self._prepare_name()

    def _prepare_name(self):
        """Name the order by JD's number where it is known, by ours where it is not."""
        named = (
            {"number": self.jd_number} if self.jd_number else {"own_number": self.name}
        )
        return {
            "kind": self.kind,
            "department_no": self.warehouse_id.jd_department_no,
            **named,
        }

    @api.model
    def _pull_sooner(self, connector):
        """Ask about a connection's orders as often as is due without messages."""
        domain = [("connector_id", "=", connector.id), ("state", "in", AT_JD)]
        for order in self.search(domain)._lock_available():
            order.pull_at = order._get_next_pull(order.pulled_at)
        self._trigger("follow")

    @api.model
    def _pull_some(self, connector, limit):
        """Ask about the orders whose last answer is oldest, to see if they moved."""
        domain = [("connector_id", "=", connector.id), ("state", "in", AT_JD)]
        self.search(
            domain, order="pulled_at", limit=limit
        )._lock_available()._schedule_pull()

    # === RECORD === #

    def _record_reports(self, reports):
        """Record JD's answers.

        :param dict reports: Order id → `lib.api.Report`, or the error.
        :return: The `jd.order.event` that nobody had told of before.
        """
        answered = missing = self.browse()
        for order in self:
            report = reports[order.id]
            if not isinstance(report, Exception):
                answered += order
            elif isinstance(report, jd_api.NotFound):
                missing += order
            elif isinstance(report, jd_api.Refused):
                order._request_attention(order.connector_id._explain(report))
            elif isinstance(report, jd_api.Throttled):
                pause = timedelta(seconds=report.wait_seconds)
                order.pull_at = max(order.pull_at, fields.Datetime.now() + pause)
            else:
                self._log_defect(report)
        missing._record_not_found()
        self._expire_refused_login(reports)
        return answered._record_answers(
            {order: reports[order.id] for order in answered}
        )

    def _record_not_found(self):
        """JD has no such order: an unsent one may be sent now."""
        now = fields.Datetime.now()
        self.unanswered = 0
        for order in self:
            if order.state == "unknown":
                # At once, unless that has failed before.
                delay = order.attempts > 1 and order._get_retry_delay()
                order._requeue(delay and now + delay)
                order._trigger("push")
            else:
                order.pull_at = order._get_next_pull(now)
                order._request_attention(
                    order.env._(
                        "JD accepted this order and no longer knows it. Ask JD's staff "
                        "what became of %(number)s.",
                        number=order.jd_number,
                    )
                )

    def _record_answers(self, reports):
        """Record what JD reported and return the events that are new.

        :param dict reports: Order → `lib.api.Report`.
        """
        now = fields.Datetime.now()
        for order, report in reports.items():
            order.write({"pulled_at": now, "unanswered": 0})
            if not order.jd_number:
                order.jd_number = report.number
            if order.state == "done":
                order._check_late_report(report)
            else:
                order._record_report(report)
        self.filtered(lambda order: order.state == "unknown")._mark_accepted()
        self._record_parcels(reports)
        events = self._apply_status(
            [
                (order, change.status, change.at)
                for order, report in reports.items()
                for change in (*report.history, jd_api.StatusChange(report.status))
                if change.status
            ],
            source="pull",
        )
        for order, report in reports.items():
            order._check_cancel_refused(report.status)
            order.pull_at = order._get_next_pull(now)
        if self.filtered("is_closable"):
            self._trigger("close")
        return events

    def _record_report(self, report):
        """Record what JD reports of this order."""
        report, unmatched_lines = self._match_report_lines(report)
        self._record_quantities(report)
        self._record_allocations(report)
        self._record_unmatched_lines(unmatched_lines)
        self._call_kind("record_report", report)

    def _record_quantities(self, report):
        """Record what JD really moved; a line it does not report stays open."""
        done = self._read_done(report)
        for line in self.line_ids.filtered(lambda line: str(line.id) in done):
            line.write({"reported": done[str(line.id)], "is_reported": True})
        if done and (all(self.line_ids.mapped("is_reported")) or self._is_last(report)):
            self.are_quantities_known = True

    @api.model
    def _read_done(self, report):
        """Return our line number → pieces, of the lines that JD reports."""
        done = defaultdict(int)
        for line in report.lines:
            if line.done is not None:
                done[line.line] += line.done  # one row per level
        return done

    def _is_last(self, report):
        """Whether a line that is left out now has not moved, and will not."""
        rules = self._rules
        status = statuses.find(self.kind, report.status)
        has_left = status and status.rank and status.rank > rules.moved_rank
        return has_left or rules.moved_rank == rules.final_rank

    def _check_late_report(self, report):
        """Tell somebody where JD corrects what the transfer was closed with."""
        done = self._read_done(report)
        late = self.line_ids.filtered(
            lambda line: line.reported != done.get(str(line.id), line.reported)
        )
        if late:
            self._request_attention(
                self.env._(
                    "JD now reports other quantities than the transfer was closed "
                    "with: %(quantities)s. Compare the stock with JD's.",
                    quantities=", ".join(
                        f"{line.product_id.display_name}: {done[str(line.id)]}"
                        for line in late
                    ),
                )
            )

    def _check_cancel_refused(self, code):
        """Notice that JD does not cancel, also when it says so a second time."""
        status = statuses.find(self.kind, code)
        failed = status and status.effect == statuses.CANCEL_FAILED
        if failed and self.state == "cancelling" and not self.cancel_due:
            self._record_cancel_refused()

    @api.model
    def _record_parcels(self, reports):
        """Take over parcels and, until there are any, bare waybills."""
        values = []
        expected = self.env["jd.parcel"]
        for order, report in reports.items():
            known = set(order.parcel_ids.mapped("package_no"))
            if report.parcels:
                expected += order.parcel_ids.filtered("is_expected")
            values += [
                {
                    "order_id": order.id,
                    "package_no": parcel.package_no,
                    "waybill": parcel.waybill,
                    "weight": parcel.weight or 0,
                }
                for parcel in report.parcels
                if parcel.package_no not in known
            ]
            values += [
                {
                    "order_id": order.id,
                    "package_no": waybill,
                    "waybill": waybill,
                    "is_expected": True,
                }
                for waybill in report.waybills
                if not report.parcels and waybill not in known
            ]
        expected.unlink()
        self.env["jd.parcel"].create(values)
        self._write_waybills()

    # === WHEN TO ASK AGAIN === #

    def _postpone_pull(self):
        """JD has just told of these orders: the time to the next pull starts anew."""
        now = fields.Datetime.now()
        for order in self.filtered("pull_at"):
            order.pull_at = order._get_next_pull(now)

    def _get_next_pull(self, now):
        """Return when to ask again: often while young, seldom when nothing moves."""
        if self.state in ("cancelled", "refused") or self._is_over(now):
            return False
        return now + self._get_pull_interval(now)

    def _get_pull_interval(self, now):
        age = (now - (self.accepted_at or now)) * const.PULL_SHARE
        waiting = (now - (self._get_impatient_since() or now)) * const.PULL_SHARE
        if self._get_impatient_since():
            return max(waiting, const.PULL_IMPATIENT)
        if self.are_quantities_known:
            age = min(age, const.PULL_AFTER_SHIPPING_LATEST)
            return max(age, const.PULL_AT_LEISURE)
        soonest = const.PULL_SOONEST
        if self.connector_id.subscription_state == "receiving":
            soonest = const.PULL_AT_LEISURE
        return max(min(age, const.PULL_LATEST), soonest)

    def _get_impatient_since(self):
        """Return since when something is expected of JD any minute, or False."""
        if self.state == "cancelling":
            return self.cancel_requested_at
        has_moved = self.status_rank >= self._rules.moved_rank
        return has_moved and not self.are_quantities_known and self.status_at

    def _is_over(self, now):
        """Whether JD has nothing more to report, or not soon enough to matter."""
        if not self.are_quantities_known:
            return False
        at_end = self.status_rank in (self._rules.final_rank, statuses.RETURNED_RANK)
        return at_end or now - (self.accepted_at or now) > const.FOLLOW_SHIPPED

    # === APPLY === #

    @api.model
    def _apply_status(self, news, source):
        """Apply what JD said, from whatever side it came: forward only, once each.

        :param list news: Tuples of order, JD's code as a string, and the naive UTC time
            or None; in any order.
        :param str source: `push`, `pull` or `call`.
        :return: The `jd.order.event` of what was new.
        """
        known = {
            (event.order_id.id, event.code)
            for event in self.env["jd.order.event"].search_fetch(
                [("order_id", "in", list({order.id for order, _code, _at in news}))],
                ["order_id", "code"],
            )
        }
        now = fields.Datetime.now()
        fresh = {}
        for order, code, at in news:
            if (order.id, code) not in known:
                fresh.setdefault(order, {}).setdefault(code, at or now)
        events = self.env["jd.order.event"].create(
            [
                {
                    "order_id": order.id,
                    "code": code,
                    "happened_at": at,
                    "source": source,
                }
                for order, codes in fresh.items()
                for code, at in codes.items()
            ]
        )
        for order, codes in fresh.items():
            order._advance(codes)
        return events

    def _advance(self, codes):
        """Move on by codes that are new to this order.

        :param dict codes: JD's code → when it happened.
        """
        found = {code: statuses.find(self.kind, code) for code in codes}
        if not all(found.values()):
            self.has_unknown_status = True
        ahead = [
            (status.rank, code)
            for code, status in found.items()
            if status and status.rank and status.rank > self.status_rank
        ]
        if ahead:
            rank, code = max(ahead)
            has_left = rank >= self._rules.moved_rank
            if (
                self.state == "cancelled"
                and has_left
                and not self._had_nothing_to_move()
            ):
                self._report_moved_though_cancelled()
            values = {
                "status_code": code,
                "status_rank": rank,
                "status_at": codes[code],
            }
            if self.state == "accepted":
                values["state"] = "in_progress"
            self.write(values)
        for status in filter(None, found.values()):
            self._apply_effect(status)

    def _had_nothing_to_move(self):
        """Whether JD goes through the motions with an order that it had nothing for."""
        return self.are_quantities_known and not any(self.line_ids.mapped("reported"))

    def _report_moved_though_cancelled(self):
        self._request_attention(
            self.env._(
                "JD carries this order out, although it is cancelled here. Compare the "
                "stock with JD's, and contact JD support."
            )
        )

    def _apply_effect(self, status):
        """Do what a status means beyond being shown."""
        ended = status.effect in (statuses.CANCELLED, statuses.REJECTED)
        if ended and self.state in AT_JD:
            self._apply_cancellation(self._explain_end(status))
        elif status.effect in (statuses.RETURNING, statuses.RETURNED):
            self.is_returning = True
            self._trigger("close")
        elif status.effect == statuses.ATTENTION:
            self._request_attention(
                self.env._(
                    "JD reports “%(status)s” for this order. Ask JD's staff what it "
                    "means for the goods.",
                    status=str(status.name),
                )
            )
        elif status.rank == self._rules.fixed_rank and self.state == "cancelling":
            # The goods are off the shelf: no cancel any more, whatever was asked.
            self._record_cancel_refused()
