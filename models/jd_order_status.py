"""What JD says about an order: asked for in batches, applied in one place."""

from collections import defaultdict

from odoo import api, fields, models
from odoo.fields import Domain

from .. import const, statuses
from ..lib import api as jd_api
from ..lib.threads import run_all
from .jd_order import AT_JD


class JdOrder(models.Model):
    _inherit = "jd.order"

    # === CRON === #

    @api.model
    def _cron_follow(self):
        """Take in one batch of messages, then ask JD about one batch of orders."""
        remaining = self.env["jd.message"]._process_batch()
        connectors = self.env["jd.connector"].search([("state", "=", "connected")])
        remaining += sum(self._pull_batch(connector) for connector in connectors)
        self.env["ir.cron"]._commit_progress(remaining=remaining)

    # === PULL === #

    @api.model
    def _pull_batch(self, connector):
        """Ask about a batch of one connection's orders; return how many are left.

        First the orders whose fate is unknown, then those whose answer is due longest.
        The claim is the time of the next question, committed before this one is sent:
        asking twice costs a call and nothing else.
        """
        remaining = 0
        now = fields.Datetime.now()
        due = Domain([("connector_id", "=", connector.id), ("pull_at", "<=", now)])
        for state, purpose in (("=", "ask"), ("!=", "pull")):
            domain = due & Domain("state", state, "unknown")
            limit = connector._get_allowance(
                const.QUERY_CALL, const.PULL_BATCH, for_pull=purpose == "pull"
            )
            orders = self._lock_due(domain, limit, "pull_at")
            if orders and orders._pull(connector):
                remaining += self.search_count(domain)
        return remaining

    def _pull(self, connector):
        """Ask JD about these orders and record the answers; return whether it could."""
        operations = connector._get_operations_or_expire()
        if not operations:
            return False
        self.pull_at = fields.Datetime.now() + const.PULL_SOONEST
        connector._count_calls(const.QUERY_CALL, len(self))
        questions = [order._prepare_question() for order in self]
        self.env["ir.cron"]._commit_progress()
        reports = run_all(
            lambda question: operations.report(**question),
            questions,
            const.CALLS_AT_ONCE,
        )
        news = self._lock_free()._record_reports(dict(zip(self.ids, reports)))
        self.env["ir.cron"]._commit_progress(len(self))
        connector._note_pull_news(news)
        return True

    def _prepare_question(self):
        """Name the order by JD's number where it is known, by ours where it is not."""
        named = (
            {"number": self.jd_number} if self.jd_number else {"own_number": self.name}
        )
        return {
            "kind": self.kind,
            "department_no": self.warehouse_id.jd_department_no,
            **named,
        }

    def _record_reports(self, reports):
        """Record JD's answers.

        :param dict reports: Order id → `lib.api.Report`, or the error.
        :return: The `jd.order.event` that nobody had told of before.
        """
        answered = self.browse()
        for order in self:
            report = reports[order.id]
            if not isinstance(report, Exception):
                answered += order
            elif isinstance(report, jd_api.NotFound):
                order._record_not_found()
            elif isinstance(report, jd_api.CredentialsRefused):
                order.connector_id._expire_login(report.message)
            elif isinstance(report, jd_api.Throttled):
                pause = fields.timedelta(seconds=report.wait_seconds)
                order.pull_at = fields.Datetime.now() + pause
        return answered._record_answers(
            {order: reports[order.id] for order in answered}
        )

    def _record_not_found(self):
        """JD has no such order: an unsent one may be sent now."""
        if self.state == "unknown":
            self._requeue()
            self._trigger("push")
        elif self.state in AT_JD:
            self._request_attention(
                self.env._(
                    "JD accepted this order and no longer knows it. Ask JD's staff what "
                    "became of %(number)s.",
                    number=self.jd_number,
                )
            )

    def _record_answers(self, reports):
        """Record what JD reported and return the events that are new.

        :param dict reports: Order → `lib.api.Report`.
        """
        for order, report in reports.items():
            if not order.jd_number:
                order.jd_number = report.number
            if order.state == "unknown":
                order._mark_accepted()
            order._record_report(report)
        self._record_parcels(reports)
        events = self._apply_status(
            [
                (order, change.status, change.at)
                for order, report in reports.items()
                for change in (
                    *report.history,
                    jd_api.StatusChange(report.status),
                )
                if change.status
            ],
            source="pull",
        )
        now = fields.Datetime.now()
        for order in self:
            order.write({"pulled_at": now, "pull_at": order._get_next_pull(now)})
        if self.filtered("is_closable"):
            self._trigger("close")
        return events

    def _record_report(self, report):
        """Take over what JD really moved; a line it does not report stays open."""
        done = defaultdict(int)
        for line in report.lines:
            if line.done is not None:
                done[line.line] += line.done  # one row per level
        if not done:
            return
        for line in self.line_ids:
            # JD reports all lines at once: one left out was not shipped.
            line.write({"reported": done.get(str(line.id), 0), "is_reported": True})
        self.are_quantities_known = True

    @api.model
    def _record_parcels(self, reports):
        values = []
        for order, report in reports.items():
            known = set(order.parcel_ids.mapped("package_no"))
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
            known_waybills = {*order.parcel_ids.mapped("waybill")} | {
                parcel.waybill for parcel in report.parcels
            }
            values += [
                {"order_id": order.id, "package_no": waybill, "waybill": waybill}
                for waybill in report.waybills
                if waybill not in known_waybills and not report.parcels
            ]
        self.env["jd.parcel"].create(values)

    def _get_next_pull(self, now):
        """Return when to ask again: often while young, seldom when nothing moves."""
        if self.state in ("cancelled", "refused") or self._is_over():
            return False
        if self.status_rank >= self._rules.moved_rank:
            return self._get_next_pull_after_shipping(now)
        if self.state == "cancelling":
            return now + const.ASK_DELAY
        if self.connector_id.subscription_state == "receiving":
            return now + const.PULL_WITH_MESSAGES
        age = (now - (self.accepted_at or now)) * const.PULL_SHARE
        return now + min(max(age, const.PULL_SOONEST), const.PULL_LATEST)

    def _is_over(self):
        """Whether JD has nothing more to report."""
        at_end = self.status_rank in (self._rules.final_rank, statuses.RETURNED_RANK)
        return at_end and self.are_quantities_known

    def _get_next_pull_after_shipping(self, now):
        if not self.are_quantities_known:
            return now + const.PULL_QUANTITIES
        if now - (self.accepted_at or now) > const.FOLLOW_SHIPPED:
            return False
        return now + const.PULL_AFTER_SHIPPING

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
            for event in self.env["jd.order.event"].search(
                [("order_id", "in", [order.id for order, _code, _at in news])]
            )
        }
        fresh = {}
        for order, code, at in news:
            if (order.id, code) not in known:
                fresh.setdefault((order, code), at or fields.Datetime.now())
        events = self.env["jd.order.event"].create(
            [
                {
                    "order_id": order.id,
                    "code": code,
                    "happened_at": at,
                    "source": source,
                }
                for (order, code), at in fresh.items()
            ]
        )
        by_order = {}
        for order, code in fresh:
            by_order.setdefault(order, []).append(code)
        for order, codes in by_order.items():
            order._advance(codes)
        return events

    def _advance(self, codes):
        """Move on by codes that are new to this order."""
        found = {code: statuses.find(self.kind, code) for code in codes}
        if not all(found.values()):
            self.has_unknown_status = True
        ahead = {
            code: status
            for code, status in found.items()
            if status and status.rank and status.rank > self.status_rank
        }
        if ahead:
            code = max(ahead, key=lambda code: ahead[code].rank)
            self.write({"status_code": code, "status_rank": ahead[code].rank})
            if self.state == "accepted":
                self.state = "in_progress"
        for status in filter(None, found.values()):
            self._apply_effect(status)

    def _apply_effect(self, status):
        """Do what a status means beyond being shown."""
        ended = status.effect in (statuses.CANCELLED, statuses.REJECTED)
        if ended and self.state != "done":
            self._obey_cancel(status)
        elif status.effect == statuses.CANCEL_FAILED and self.state == "cancelling":
            self._accept_cancel_refusal()
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
            self._accept_cancel_refusal()

    # === ATTENTION === #

    def _request_attention(self, note):
        """Give somebody an activity about this order."""
        user = self.picking_id.user_id or self.connector_id.login_user_id
        self.activity_schedule(
            "mail.mail_activity_data_todo",
            user_id=(user or self.create_uid).id,
            summary=self.env._("JD order %(name)s", name=self.name),
            note=note,
        )
