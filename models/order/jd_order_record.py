"""Records what JD reports of orders, by pull and by message."""

from collections import defaultdict
from datetime import timedelta

from odoo import api, fields, models

from ... import const, statuses
from ...lib import api as jd_api
from ...lib.agreement import ExpectedOrder, find_disagreements
from ...lib.allocation import relabel
from .jd_order import AT_JD, TOLD

# Source of an event → the counter of an order.
LEARNT_BY = {"push": "learnt_by_message", "pull": "learnt_by_pull"}


class JdOrder(models.Model):
    _inherit = "jd.order"

    # === REPORTS === #

    def _record_reports(self, reports):
        """Record JD's answers to a pull of these orders.

        :param dict reports: Order id → `lib.api.Report`, or the error.
        :return: The `jd.order.event` records that are new.
        """
        answered = missing = self.browse()
        for order in self:
            report = reports[order.id]
            if isinstance(report, jd_api.NotSent):
                order._restore_question(report.stopped_by)
                continue
            order._keep_reference(report)
            if not self._is_answer(report):
                order._tell_unanswered(order.unanswered)
            if not isinstance(report, Exception):
                answered += order
            elif isinstance(report, jd_api.NotFound):
                missing += order
            elif isinstance(report, jd_api.Refused):
                order._request_attention(
                    order.connector_id._explain(report), cause="unanswered"
                )
            # `_postpone_question` has set `pull_at`; JD may ask for a longer pause.
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

    def _restore_question(self, stopped_by):
        """Schedule a question again that was not asked."""
        now = fields.Datetime.now()
        pause_end = self._get_pause_end(stopped_by) or now
        # In a long pause it stays a question that JD did not answer: messages would
        # take it for a regular pull and postpone it. See `_is_question_due`.
        is_long = pause_end > now + const.PULL_IMPATIENT
        self.write(
            {
                "pull_at": pause_end,
                "unanswered": self.unanswered - (not is_long),
            }
        )

    def _record_not_found(self):
        """Record that JD has no such order: one whose outcome was unknown is queued.

        Not one that JD answered for before, even with what did not fit.
        """
        now = fields.Datetime.now()
        self.unanswered = 0
        for order in self:
            is_unknown = order.state == "unknown" and not order.is_disputed
            # What JD split, it has: one of the parts is what it does not know.
            if is_unknown and not order.split_numbers:
                # At once the first time, later after repeated failures.
                delay = order.attempts > 1 and order._get_retry_delay()
                order._requeue(delay and now + delay)
                order._trigger("push_orders")
            else:
                order.pull_at = order._get_next_pull(now)
                order._request_attention(
                    order.env._(
                        "JD knew this order and no longer does. Nothing is sent again: "
                        "ask JD support what became of %(number)s.",
                        number=order.jd_number or order.name,
                    ),
                    cause="unanswered",
                )

    def _record_answers(self, reports):
        """Record what JD reported and return the events that are new.

        :param dict reports: Order → `lib.api.Report`.
        """
        now = fields.Datetime.now()
        self.write({"pulled_at": now, "unanswered": 0})
        self._close_attention("unanswered")
        reports = {
            order: report
            for order, report in reports.items()
            if order._check_fits(report) and not order._record_new_split(report)
        }
        fitting = self.browse().union(*reports)
        for order, report in reports.items():
            # The answer to the create was lost: this one names JD's number.
            if not order.jd_number:
                order.jd_number = report.number
            if order.state == "done":
                order._check_late_report(report)
            else:
                order._record_report(report)
        fitting.filtered(lambda order: order.state == "unknown")._mark_accepted()
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
            order._report_overdue_quantities(now)
            order._report_undecided_cancel(now)
            order._check_lives_on(now)
            order.pull_at = order._get_next_pull(now)
        if fitting.filtered("is_closable"):
            self._trigger("close_orders")
        return events

    # === IS IT THE SAME ORDER === #

    def _check_fits(self, report):
        """Return whether a report is about this order; else mark it as disputed.

        A report about another order changes nothing, and nothing is sent again.
        """
        # If JD already knows our number, it returns the order that it knows.
        disagreements = find_disagreements(self._prepare_expected_order(), report)
        if not disagreements:
            if self.is_disputed:
                self.is_disputed = False
                self._close_attention("dispute")
            return True
        self._dispute(
            self.env._(
                "JD's answer does not fit this order: %(disagreements)s. Nothing was "
                "changed, and nothing is sent again. Ask JD support which order "
                "%(number)s is.",
                disagreements=self._name_disagreements(disagreements),
                number=self.jd_number or report.number,
            )
        )
        return False

    def _dispute(self, note):
        """Leave this order as it is until somebody has clarified it with JD support."""
        self.write({"is_disputed": True, "pull_at": False})
        if self.state in TOLD:
            self.state = "unknown"
        self._request_attention(note, cause="dispute")

    def _prepare_expected_order(self):
        lines = [(line.goods_no, line.planned) for line in self.line_ids]
        return ExpectedOrder(
            number="" if self.made_at_jd else self.name,
            jd_number=self.jd_number or "",
            department_no=self._get_department_no(),
            warehouse_no=self.warehouse_id.jd_warehouse_no,
            lines=() if self.made_at_jd else tuple(lines),
        )

    def _name_disagreements(self, disagreements):
        labels = {
            "number": self.env._("our number"),
            "jd_number": self.env._("JD's number"),
            "department_no": self.env._("department"),
            "warehouse_no": self.env._("warehouse"),
            "lines": self.env._("goods"),
        }
        return "; ".join(
            self.env._(
                "%(what)s %(reported)s instead of %(expected)s",
                what=labels[each.member],
                reported=each.reported or self.env._("missing"),
                expected=each.expected,
            )
            for each in disagreements
        )

    def _record_report(self, report):
        """Record what JD reports: quantities, allocations and what the kind adds."""
        matched, unmatched_lines = self._match_report_lines(report)
        rest = self._subtract_received(matched)
        self._record_quantities(rest)
        self._record_allocations(rest)
        self._call_kind("record_report", report)
        is_understood = self._record_unmatched_lines(unmatched_lines)
        self._report_odd_rows(report.odd_rows)
        self._update_part_due(is_understood)

    def _report_odd_rows(self, odd_rows):
        """Give somebody an activity about parts of JD's answer that cannot be read."""
        if odd_rows and not self.are_quantities_known:
            self._request_attention(
                self.env._(
                    "Odoo cannot read all that JD reports: %(reasons)s. Ask JD support "
                    "what has moved; Odoo also asks JD again.",
                    reasons="; ".join(dict.fromkeys(row.reason for row in odd_rows)),
                ),
                cause="quantities",
            )

    def _record_quantities(self, report):
        """Record the quantities that JD moved; lines without a report stay open.

        :param report: Without what was received before.
        """
        done = self._read_done(report)
        for line in self.line_ids.filtered(lambda line: str(line.id) in done):
            pieces = line.received + done[str(line.id)]
            line.write({"reported": pieces, "is_reported": True})
        # A partial report must not close the transfer with zeros, and an unreadable row
        # may be the line that seems to be missing.
        is_last = not report.odd_rows and self._is_last(report)
        if done and (all(self.line_ids.mapped("is_reported")) or is_last):
            self.are_quantities_known = True

    def _report_overdue_quantities(self, now):
        """Give somebody an activity if JD moved goods long ago and names no pieces."""
        due = self.state in AT_JD and self.status_rank >= self._rules.moved_rank
        if not due or self.are_quantities_known:
            return
        if now - (self.status_at or now) > const.QUANTITIES_OVERDUE:
            self._request_attention(
                self.env._(
                    "JD has carried this order out and does not report how many pieces "
                    "it moved: its transfer stays open. Ask JD support; then a JD "
                    "manager can release the order and close its transfer by hand."
                ),
                cause="quantities",
            )

    def _match_report_lines(self, report):
        """Return the report with our line numbers, and the lines that match none.

        Lines without a number of ours are matched by their goods.
        """
        ours = self._get_planned_lines()
        return relabel(report, ours, keep=not self.made_at_jd)

    @api.model
    def _read_done(self, report):
        """Return our line number → pieces moved, for the lines with a quantity."""
        done = defaultdict(int)
        for line in report.lines:
            if line.done is not None:
                done[line.line] += line.done  # one row per level
        return done

    def _is_last(self, report):
        """Tell whether lines that a report leaves out have moved nothing."""
        rules = self._rules
        status = statuses.find(self.kind, report.status)
        # JD reports zero quantities as absent lines once the goods have left.
        has_left = status and status.rank and status.rank > rules.moved_rank
        return has_left or rules.moved_rank == rules.final_rank

    def _check_late_report(self, report):
        """Give somebody an activity if JD changed quantities after the close."""
        report, unmatched_lines = self._match_report_lines(report)
        if unmatched_lines:
            self._record_surplus_goods(unmatched_lines)
        # Of what was received, less than before is told as a correction, once.
        done = self._read_done(self._subtract_received(report))
        late = {
            line: line.received + done[str(line.id)]
            for line in self.line_ids
            if str(line.id) in done
            and line.reported != line.received + done[str(line.id)]
        }
        if late:
            self._request_attention(
                self.env._(
                    "JD now reports other quantities than the transfer was closed "
                    "with: %(quantities)s. Compare the stock with JD's.",
                    quantities=", ".join(
                        self.env._(
                            "%(product)s: %(moved)s instead of %(ordered)s",
                            product=line.product_id.display_name,
                            moved=pieces,
                            ordered=line.reported,
                        )
                        for line, pieces in late.items()
                    ),
                )
            )

    def _check_cancel_refused(self, code):
        """Record that JD refused to cancel, also if it reported that status before."""
        status = statuses.find(self.kind, code)
        # A status is applied once, but JD may refuse a second request with the same.
        failed = status and status.effect == statuses.CANCEL_FAILED
        if failed and self.state == "cancelling" and not self.cancel_due:
            self._record_cancel_refused()

    @api.model
    def _record_parcels(self, reports):
        """Record parcels; until JD reports any, its waybills as expected parcels."""
        values = []
        expected = self.env["jd.parcel"]
        for order, report in reports.items():
            known = set(order.parcel_ids.mapped("package_no"))
            # The waybills stood in for the parcels until JD packed them.
            if report.parcels:
                expected += order.parcel_ids.filtered("is_expected")
            values += [
                {
                    "order_id": order.id,
                    "package_no": parcel.package_no,
                    "waybill": parcel.waybill,
                    "weight": parcel.weight or 0,
                }
                for parcel in self._merge_parcels(report.parcels)
                if parcel.package_no not in known
            ]
            values += [
                {
                    "order_id": order.id,
                    "package_no": waybill,
                    "waybill": waybill,
                    "is_expected": True,
                }
                for waybill in dict.fromkeys(report.waybills)
                if not report.parcels and waybill not in known
            ]
        expected.unlink()
        self.env["jd.parcel"].create(values)
        self._write_waybills()

    @api.model
    def _merge_parcels(self, parcels):
        """Return one parcel for each package number, the one that has a weight."""
        merged = {}
        for parcel in parcels:
            known = merged.setdefault(parcel.package_no, parcel)
            if not known.weight:
                merged[parcel.package_no] = parcel
        return merged.values()

    # === STATUSES === #

    @api.model
    def _apply_status(self, news, source):
        """Record new statuses as events and apply each once; never move an order back.

        :param list news: Tuples of order, JD's code and the naive UTC time or None, in
            any order.
        :param str source: `push`, `pull` or `call`.
        :return: The new `jd.order.event` records.
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
        # JD repeats its whole history with each answer; the first time counts.
        for order, code, at in news:
            if (order.id, code) not in known and not order._was_deleted(code, at):
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
            order._record_progress(codes, source)
        return events

    def _was_deleted(self, code, at):
        """Tell whether JD names a status whose event was deleted as old.

        :param at: Its naive UTC time, or None for the status that JD names last.
        """
        until = self.events_deleted_until
        if not until:
            return False
        if at and at != until:  # JD's times have no fractions
            return at < until
        status = statuses.find(self.kind, code)
        rank = (status and status.rank) or 0
        return code == self.status_code or 0 < rank <= self.status_rank

    def _advance(self, codes):
        """Set the order to the latest of some new statuses, and apply their effects.

        :param dict codes: JD's code → naive UTC time.
        """
        found = {code: statuses.find(self.kind, code) for code in codes}
        # JD adds statuses without notice: an unknown one is shown by its code.
        if not all(found.values()):
            self.has_unknown_status = True
        ahead = [
            (status.rank, code)
            for code, status in found.items()
            if status and status.rank and status.rank > self.status_rank
        ]
        # A message may be late: an earlier status is kept as an event only.
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
            self._clear_problem()
        for code, status in found.items():
            if status:
                self._apply_effect(status)
                self._show_end(code, status, codes[code])

    def _record_progress(self, codes, source):
        """Record when milestones were passed, and how Odoo learnt of new statuses.

        JD reports late, or in another order: the earliest time counts.

        :param dict codes: JD's code → naive UTC time.
        """
        counter = LEARNT_BY.get(source)
        values = {counter: self[counter] + len(codes)} if counter else {}
        for code, at in codes.items():
            status = statuses.find(self.kind, code)
            for name in self._rules.get_milestones((status and status.rank) or 0):
                values[name] = min(filter(None, [at, values.get(name), self[name]]))
        self.write(values)

    def _show_end(self, code, status, at):
        """Show the status with which JD ended this order: it is no progress."""
        if self.state == "cancelled" and status.effect in statuses.ENDS:
            self.write({"status_code": code, "status_at": at})

    def _had_nothing_to_move(self):
        """Tell whether JD has reported that it moved none of this order's goods."""
        return self.are_quantities_known and not any(self.line_ids.mapped("reported"))

    def _report_moved_though_cancelled(self):
        self._request_attention(
            self.env._(
                "JD carries this order out, although it is cancelled here. Compare the "
                "stock with JD's, and contact JD support."
            )
        )

    def _apply_effect(self, status):
        """Apply what a status means for the order and its transfer."""
        ended = status.effect in statuses.ENDS
        if ended and self.state in AT_JD and self._may_have_left():
            self._end_after_leaving()
        elif ended and self.state == "cancelled":
            self._close_attention("cancel")
        elif ended and self.state in AT_JD:
            self._receive_before_end()
            self._apply_cancellation(self._explain_end(status))
        elif status.effect in (statuses.RETURNING, statuses.RETURNED):
            self._record_returning()
        elif status.effect == statuses.ATTENTION:
            self._request_attention(
                self.env._(
                    "JD reports “%(status)s” for this order. Ask JD support what it "
                    "means for the goods.",
                    status=str(status.name),
                )
            )
        elif status.rank == self._rules.fixed_rank and self.state == "cancelling":
            # JD has already picked the goods: too late to cancel.
            self._record_cancel_refused()
