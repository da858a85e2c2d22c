"""Cancelling: asked of JD, and obeyed or refused."""

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ... import const
from ...lib import api as jd_api
from .jd_order import AT_JD


class JdOrder(models.Model):
    _inherit = "jd.order"

    cancel_requested = fields.Boolean(readonly=True, copy=False, tracking=True)
    cancel_requested_at = fields.Datetime(readonly=True, copy=False)
    cancel_due = fields.Boolean(
        readonly=True, copy=False, help="JD has not been asked yet."
    )

    # === ASK === #

    def _check_may_cancel(self):
        """Refuse to cancel what JD has in hand.

        :raise UserError: With the reason.
        """
        fixed = self.filtered(lambda o: o.status_rank >= o._rules.fixed_rank)
        if fixed:
            raise UserError("\n".join(order._explain_too_late() for order in fixed))

    def _explain_too_late(self):
        return self.env._(
            "%(name)s cannot be cancelled any more: JD has the goods off the shelf. "
            "The transfer closes when they leave; if they are not wanted, have the "
            "receiver refuse the parcel and the goods come back.",
            name=self.picking_id.name,
        )

    def _request_cancel(self):
        """Have JD asked to cancel these orders, as soon as JD is known to have them."""
        if not self:
            return
        self.write(
            {"cancel_requested": True, "cancel_requested_at": fields.Datetime.now()}
        )
        self.filtered(lambda order: order.state in AT_JD).write(
            {"state": "cancelling", "cancel_due": True, "retry_at": False}
        )
        self._trigger("push")

    @api.model
    def _cancel_batch(self, connector):
        """Ask JD for the cancels that are due; return how many are left."""
        return self._call_batch(
            connector,
            connector._get_call_name("cancel"),
            Domain("state", "=", "cancelling") & Domain("cancel_due", "=", True),
            lambda operations, name: operations.cancel(**name),
            lambda orders, answers: orders._record_cancels(answers),
        )

    def _record_cancels(self, answers):
        for order in self.filtered(lambda order: order.state == "cancelling"):
            answer = answers[order.id]
            if isinstance(answer, jd_api.Refused):
                order._record_cancel_refused(order.connector_id._explain(answer))
            elif isinstance(answer, Exception):
                order._log_defect(answer)  # asked again at `retry_at`
            elif answer.result == jd_api.CancelResult.CANCELLED:
                order._apply_cancellation()
            elif answer.result == jd_api.CancelResult.CANCELLING:
                order.write(
                    {
                        "cancel_due": False,
                        "pull_at": fields.Datetime.now() + const.ASK_DELAY,
                    }
                )
                order._trigger_at("follow", order.pull_at)
            else:
                order._record_cancel_refused(answer.reason)
        self._expire_refused_login(answers)

    # === OUTCOME === #

    def _apply_cancellation(self, note=""):
        """JD does not carry this order out: do here what was asked, or ask what to do.

        :param str note: Who cancelled it, where it was not JD by itself.
        """
        self._clear_waybills()
        self.write(
            {
                "state": "cancelled",
                "problems": False,
                "cancel_due": False,
                "retry_at": False,
                "pull_at": False,
            }
        )
        if self.cancel_requested:
            self.picking_id._jd_cancel_requested_moves()
        else:
            self._put_on_hold(note or self._explain_end(None))

    def _explain_end(self, status):
        """Return what the merchant is told of an order that JD ended by itself.

        :param status: The `statuses.Status` by which JD did, where there was one.
        """
        return self.env._(
            "JD cancelled this order by itself. Send the transfer again, or cancel it."
        )

    def _record_cancel_refused(self, words=""):
        """JD carries the order out although a cancel was asked for: say so.

        :param str words: JD's, where it gave any.
        """
        self.write(
            {
                "state": "in_progress",
                "cancel_due": False,
                "cancel_requested": False,
                "retry_at": False,
            }
        )
        self.picking_id.move_ids.jd_cancel_requested = False
        texts = [self._explain_cancel_refusal(), words]
        self._request_attention(" ".join(filter(None, texts)))

    def _explain_cancel_refusal(self):
        return self.env._(
            "JD did not cancel this order: the goods are off the shelf already. The "
            "transfer closes when they leave; if they are not wanted, have the "
            "receiver refuse the parcel."
        )

    def _put_on_hold(self, note):
        """Keep the transfer from being sent again until somebody decides."""
        self.picking_id.jd_on_hold = True
        self._request_attention(note)
