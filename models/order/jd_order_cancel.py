"""Cancelling orders: request it from JD, then apply or record its refusal."""

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ... import const
from ...lib import api as jd_api
from .jd_order import AT_JD


class JdOrder(models.Model):
    _inherit = "jd.order"

    # === REQUEST === #

    def _check_may_cancel(self):
        """Check that JD has not picked or received the goods of these orders yet.

        :raise UserError: It has; the message says what to do instead.
        """
        fixed = self.filtered(lambda o: o.status_rank >= o._rules.fixed_rank)
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
        return self._call_batch(
            connector,
            connector._get_call_name("cancel"),
            Domain("state", "=", "cancelling") & Domain("cancel_due", "=", True),
            lambda operations, name: operations.cancel(**name),
            lambda orders, answers: orders._record_cancels(answers),
        )

    def _record_cancels(self, answers):
        """Record JD's answers to cancellations.

        :param dict answers: Order id → `lib.api.Cancellation`, or the error.
        """
        for order in self.filtered(lambda order: order.state == "cancelling"):
            answer = answers[order.id]
            order._keep_reference(answer)
            if isinstance(answer, jd_api.Refused):
                order._record_cancel_refused(order.connector_id._explain(answer))
            elif isinstance(answer, Exception):
                order._log_defect(answer)  # asked again at `retry_at`
            # JD may have counted some of the goods: its report says what to receive.
            elif (
                answer.result == jd_api.CancelResult.CANCELLED and order._is_incoming()
            ):
                order.cancel_due = False
                order._schedule_pull()
            elif answer.result == jd_api.CancelResult.CANCELLED:
                order._apply_cancellation()
            # The warehouse decides; a pull shows the result.
            elif answer.result == jd_api.CancelResult.CANCELLING:
                order.write(
                    {
                        "cancel_due": False,
                        "pull_at": fields.Datetime.now() + const.ASK_DELAY,
                    }
                )
                order._trigger("follow_orders", order.pull_at)
            else:
                order._record_cancel_refused(answer.reason)
        self._expire_refused_login(answers)

    # === OUTCOME === #

    def _apply_cancellation(self, note=""):
        """Record that JD will not carry this order out.

        If it was requested, the moves are cancelled. Otherwise the transfer is put on
        hold until a user decides. What was received in parts stays received.

        :param str note: Why the order ended; by default what JD's status says.
        """
        self._clear_waybills()
        has_received = self._has_received()
        left = self._leave_rest() if has_received else self.picking_id
        self.write(
            {
                "state": "done" if has_received else "cancelled",
                "is_part_due": False,
                "problems": False,
                "cancel_due": False,
                "retry_at": False,
                "pull_at": False,
            }
        )
        # Without a request the customer still expects the goods: a user must decide.
        if self.cancel_requested:
            left._jd_cancel_requested_moves()
        elif left:
            self._put_on_hold(left, note or self._explain_end(None))

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
        self.write(
            {
                "state": "in_progress",
                "cancel_due": False,
                "cancel_requested": False,
                "retry_at": False,
            }
        )
        # The moves go on: JD ships them.
        self.picking_id.move_ids.jd_cancel_requested = False
        texts = [self._call_kind("explain_cancel_refusal"), words]
        self._request_attention(" ".join(filter(None, texts)))

    def _put_on_hold(self, picking, note):
        """Put a transfer on hold until a user sends it again or cancels it."""
        picking.jd_on_hold = True
        self._request_attention(note)
