"""Cancelling orders: request it from JD, then apply or record its refusal."""

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ... import const, statuses
from ...lib import api as jd_api
from .jd_order import AT_JD


class JdOrder(models.Model):
    _inherit = "jd.order"

    # === REQUEST === #

    def _check_may_cancel(self):
        """Check that JD has not picked or received the goods of these orders yet.

        :raise UserError: It has; the message says what to do instead.
        """
        fixed = self.filtered(lambda order: order._is_fixed())
        if fixed:
            raise UserError(
                "\n".join(order._call_kind("explain_too_late") for order in fixed)
            )

    def _request_cancel(self):
        """Request cancellation; postponed until JD has confirmed the order."""
        if not self:
            return
        self.write(
            {"cancel_requested": True, "cancel_requested_at": fields.Datetime.now()}
        )
        # An order that is being sent is cancelled once JD has accepted it.
        self.filtered(lambda order: order.state in AT_JD).write(
            {"state": "cancelling", "cancel_due": True, "retry_at": False}
        )
        self._trigger("push_orders")

    @api.model
    def _cancel_batch(self, connector):
        """Ask JD to cancel a batch of orders; return how many are left."""
        remaining = self._call_batch(
            connector,
            connector._get_call_name("cancel"),
            self._get_cancel_due_domain(),
            lambda operations, name: operations.cancel(**name),
            lambda orders, answers: orders._record_cancels(answers),
        )
        # At once: whoever cancels waits for what the report says.
        agreed = Domain("state", "=", "cancelling") & Domain("cancel_due", "=", False)
        due = Domain("pull_at", "<=", fields.Datetime.now())
        self._process_kinds(connector, agreed & due, self._pull_batch)
        return remaining

    @api.model
    def _get_cancel_due_domain(self):
        """Return the domain of orders that JD must be asked to cancel."""
        # Cancelled here are those that JD has although it said that it had not.
        return Domain("cancel_due", "=", True) & Domain(
            "state", "in", ("cancelling", "cancelled")
        )

    def _record_cancels(self, answers):
        """Record JD's answers to cancellations.

        :param dict answers: Order id → `lib.api.Cancellation`, or the error.
        """
        for order in self.filtered_domain(self._get_cancel_due_domain()):
            answer = answers[order.id]
            order._keep_reference(answer)
            if isinstance(answer, jd_api.Refused):
                order._record_cancel_refused(order.connector_id._explain(answer))
            elif isinstance(answer, Exception):
                order._log_defect(answer)  # asked again at `retry_at`
            # Only a report says what is left of it: JD may have counted goods, shipped
            # some, or go on with parts into which it split the order.
            elif answer.result == jd_api.CancelResult.CANCELLED:
                order.cancel_due = False
                order._schedule_pull()
            # The warehouse decides; a pull shows the result.
            elif answer.result == jd_api.CancelResult.CANCELLING:
                asked_at = fields.Datetime.now() + const.ASK_DELAY
                due_at = order._get_hinted_pull() or asked_at
                order.write({"cancel_due": False, "pull_at": due_at})
                order._trigger("follow_orders", due_at)
            else:
                order._record_cancel_refused(answer.reason)
        self._expire_refused_login(answers)

    def _report_undecided_cancel(self, now):
        """Give somebody an activity, once, if JD does not decide about a cancel."""
        since = self.state == "cancelling" and self.cancel_requested_at
        if since and now - since > const.CANCEL_OVERDUE:
            self._request_attention(
                self.env._(
                    "JD was asked to cancel this order and has not decided: it may "
                    "still carry it out. Odoo goes on asking; ask JD support. Until "
                    "JD has decided, send nothing of it in another way."
                ),
                cause="cancel",
            )

    # === CANCELLED HERE ALONE === #

    def _lives_on(self):
        """Tell whether JD has this order, as it reported, although it is cancelled."""
        return (
            self.state == "cancelled"
            and bool(self.accepted_at)
            and not self._has_jd_ended()
            and not self._had_nothing_to_move()
        )

    def _check_lives_on(self, now):
        """Tell somebody if JD has an order that it had said it had not.

        JD is asked to cancel it after all, unless that is too late.
        """
        if self.state != "cancelled" or self.accepted_at:
            return
        self.accepted_at = now
        if not self._lives_on():
            return
        is_wanted = self.cancel_requested or self.picking_id.state == "cancel"
        if self._is_fixed() or not is_wanted:
            self._report_moved_though_cancelled()
            return
        self.write({"cancel_due": True, "retry_at": False})
        self._trigger("push_orders")
        self._request_attention(
            self.env._(
                "JD has this order after all: it is cancelled here, as JD did not know "
                "it before. Odoo asks JD to cancel it. Until JD has, send nothing of "
                "it in another way."
            ),
            cause="cancel",
        )

    # === OUTCOME === #

    def _apply_cancellation(self, note=""):
        """Record that JD will not carry this order out.

        If it was requested, the moves are cancelled. Otherwise the transfer is put on
        hold until a user decides. What was received in parts stays received.

        :param str note: Why the order ended; by default what JD's status says.
        """
        self._clear_waybills()
        self._clear_problem()
        self._close_attention("cancel")
        has_received = self._has_received()
        left = self._leave_rest() if has_received else self.picking_id
        self.write(
            {
                "state": "done" if has_received else "cancelled",
                "is_part_due": False,
                "problems": False,
                "cancel_due": False,
                "retry_at": False,
                "pull_at": self._get_hinted_pull(),
            }
        )
        # Without a request the customer still expects the goods: a user must decide.
        if self.cancel_requested:
            left._jd_cancel_requested_moves()
        elif left and has_received:
            self._leave_undone(left, note or self._explain_end(None))
        elif left:
            self._put_on_hold(left, note or self._explain_end(None))

    def _may_have_left(self):
        """Tell whether JD ended an outgoing order of which pieces left, or may have."""
        if self._is_incoming():
            return False
        reported = self.line_ids.filtered("is_reported")
        if len(reported) == len(self.line_ids):
            return any(reported.mapped("reported"))
        return any(reported.mapped("reported")) or (
            self.status_rank >= self._rules.moved_rank
        )

    def _end_after_leaving(self):
        """Let an order that JD ended go on with the pieces that left.

        Somebody gets an activity: JD reports both.
        """
        has_left = any(self.line_ids.mapped("reported"))
        self._close_attention("cancel")
        self.write(
            {
                "state": "in_progress",
                "cancel_due": False,
                "retry_at": False,
                # What JD has not reported by now did not leave with the rest.
                "are_quantities_known": has_left,
                "status_rank": max(self.status_rank, self._rules.moved_rank),
            }
        )
        note = self.env._(
            "JD reports this order as cancelled, and also that goods of it left. Ask "
            "JD support which is true before you send any of it again."
        )
        if has_left:
            note += " " + self.env._(
                "The transfer closes with what JD says has left: %(pieces)s.",
                pieces=", ".join(
                    f"{line.reported} × {line.product_id.display_name}"
                    for line in self.line_ids.filtered("reported")
                ),
            )
        self._request_attention(note)

    def _has_jd_ended(self):
        """Tell whether JD reported that it ended this order, whatever left before."""
        found = (
            statuses.find(self.kind, code) for code in self.event_ids.mapped("code")
        )
        return any(status and status.effect in statuses.ENDS for status in found)

    def _cancel_rest(self):
        """Cancel what these orders left over, where JD was asked to cancel it."""
        asked = (self.picking_id | self.picking_id.backorder_ids).move_ids.filtered(
            "jd_cancel_requested"
        )
        asked.jd_cancel_requested = False
        asked.filtered(
            lambda move: move.state not in ("done", "cancel")
        )._action_cancel()

    def _explain_end(self, status):
        """Return why JD ended the order by itself and what to do, for the merchant.

        :param status: The `statuses.Status` that ended it, or None.
        """
        explained = self._call_kind("explain_end", status)
        return explained or self.env._(
            "JD cancelled this order by itself. Send the transfer again, or cancel it."
        )

    def _record_cancel_refused(self, words=""):
        """Record that JD carries the order out although cancellation was requested.

        :param str words: JD's reason; empty where it gave none.
        """
        self._close_attention("cancel")
        if self.state == "cancelled":
            self.cancel_due = False
            self._report_moved_though_cancelled()
            return
        self.write(
            {
                "state": "in_progress",
                "cancel_due": False,
                "cancel_requested": False,
                "retry_at": False,
            }
        )
        texts = [
            self._call_kind("explain_cancel_refusal"),
            words,
            *self._explain_terms(),
            *self._explain_lowered(),
        ]
        # The moves go on: JD ships them.
        self.picking_id.move_ids.jd_cancel_requested = False
        note = " ".join(filter(None, texts))
        self._request_attention(note)
        self.picking_id._jd_tell_source(
            self.env._(
                "%(transfer)s: %(note)s", transfer=self.picking_id.name, note=note
            )
        )

    def _hold_unlinked(self, reason):
        """Hold the transfer of an order back whose number JD has used for one that the
        transfer cannot be linked with.
        """
        self._withdraw()
        self._put_on_hold(
            self.picking_id,
            self.env._(
                "JD has an order with the number of this transfer, %(number)s, and the "
                "two could not be linked: %(reason)s Decide on it under JD Fulfillment "
                "▸ Orders Made at JD before you do anything with this transfer.",
                number=self.name,
                reason=str(reason),
            ),
        )

    def _put_on_hold(self, picking, note):
        """Put a transfer on hold until a user sends it again or cancels it."""
        picking.jd_on_hold = True
        self._request_attention(note, cause="hold")
