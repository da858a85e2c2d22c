"""Sends transfers to JD when they are due, and protects them while JD has them."""

import random

from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import split_every

from ... import const, statuses
from ..mixins.jd_worker_mixin import lock_available
from ..order.jd_order import NOT_AT_JD

_UNRESERVED = ("confirmed", "partially_available")


class StockPicking(models.Model):
    _inherit = "stock.picking"

    # === READY === #

    @api.model
    def _jd_get_ready_domain(self):
        """Return the domain of ready transfers that are not on hold and not at JD."""
        return (
            Domain("state", "=", "assigned")
            & self._jd_get_place_domain()
            & Domain("jd_on_hold", "=", False)
            & (
                Domain("jd_order_id", "=", False)
                | Domain("jd_order_id.state", "=", "cancelled")
            )
        )

    def _jd_send_ready(self):
        """Create orders for those of these transfers that are ready and due."""
        drafts = self.jd_order_id.filtered(lambda order: order.state == "draft")
        drafts._check_and_queue()
        unknown = self.filtered(lambda p: p.jd_order_id.state in (False, "cancelled"))
        ready = unknown.filtered_domain(self._jd_get_ready_domain())
        due = ready.filtered(lambda picking: picking.jd_kind and picking._jd_is_due())
        if due:
            self.env["jd.order"]._create_for_pickings(due)

    @api.model
    def _jd_send_unseen(self):
        """Create orders for a batch of ready transfers that were not sent yet.

        No hook runs for them, for example when the policy of a connection changes.

        :return: How many are left.
        """
        domain = self._jd_get_ready_domain() & self._jd_get_policy_domain()
        found = self.search(domain, order="id").ids
        due = self.browse()
        # In a random order: those that fail each time must not keep the others back.
        shuffled = random.sample(found, len(found))
        for page in split_every(const.CHECK_BATCH, shuffled, self.browse):
            due += page.filtered(lambda p: p.jd_kind and p._jd_is_due())
            # The kind is computed, so the due ones are counted page by page.
            if len(due) > const.CHECK_BATCH:
                break
        batch = due[: const.CHECK_BATCH].sorted("id")
        for pickings in lock_available(batch).grouped("jd_connector_id").values():
            pickings._jd_send_isolated()
        sent = batch.filtered(lambda picking: not picking._jd_can_be_ordered())
        self.env["ir.cron"]._commit_progress(len(sent))
        # Where none could be sent, the next regular run tries again.
        return len(due - batch) if sent else 0

    def _jd_send_isolated(self):
        """Tell JD of ready transfers of a connection; one that fails stops no other."""
        self.jd_connector_id._process_isolated(
            lambda _connector: self._jd_send_ready(),
            lambda connector, error: self._jd_report_not_sent(connector, error),
        )

    def _jd_report_not_sent(self, connector, error):
        """Tell somebody of a transfer without an order; try several one by one."""
        if len(self) > 1:
            for picking in self:
                picking._jd_send_isolated()
            return
        connector._request_attention(
            self.env._(
                "%(transfer)s cannot be sent to JD; it is tried again. %(reason)s",
                transfer=self.name,
                reason=str(error),
            )
        )

    @api.model
    def _jd_get_policy_domain(self):
        """Return the domain of transfers that the policy sends without a user."""
        connector = "picking_type_id.warehouse_id.jd_connector_id"
        has_waybill = Domain("jd_own_waybill", "!=", False)
        if "carrier_tracking_ref" in self._fields:
            has_waybill |= Domain("carrier_tracking_ref", "!=", False)
        incoming = Domain("picking_type_id.code", "=", "incoming")
        manual = Domain.OR(
            [
                incoming & Domain(f"{connector}.receipt_policy", "=", "manual"),
                ~incoming & Domain(f"{connector}.push_policy", "=", "manual"),
                ~incoming
                & Domain(f"{connector}.push_policy", "=", "waybill")
                & Domain("location_dest_id.usage", "!=", "supplier")
                & ~has_waybill,
            ]
        )
        return ~manual

    def _jd_is_due(self):
        if self.jd_connector_id.restored_at:
            return False  # JD may have it
        # JD made that return itself, when the receiver refused the parcel.
        if self._jd_is_refused_parcel():
            return False
        if self.jd_kind in ("inbound", "customer_return"):
            return self.jd_connector_id.receipt_policy == "confirmed"
        is_sent_alone = self.jd_connector_id.push_policy in ("ready", "waybill")
        return is_sent_alone and not self._jd_waits_for_waybill()

    def _jd_waits_for_waybill(self):
        """Tell whether JD is told only once somebody enters the carrier's waybill."""
        return (
            self.jd_kind == "outbound"  # a supplier's own carrier needs none
            and self.jd_connector_id.push_policy == "waybill"
            and not self._jd_get_own_waybill()
        )

    def _jd_is_refused_parcel(self):
        """Tell whether this is the return of a parcel that JD itself brings back."""
        return self._jd_get_returned().jd_order_id.is_returning

    def _jd_came_with_parcel(self):
        """Tell whether JD reports that the parcel is back that brings this return."""
        order = self._jd_get_returned().jd_order_id
        return order.is_returning and order.status_rank >= statuses.RETURNED_RANK

    def _jd_can_be_ordered(self):
        return (
            self.jd_kind
            and not self._jd_is_refused_parcel()
            and self.state in ("assigned", "confirmed", "waiting")
            and (not self.jd_order_id or self.jd_order_id.state == "cancelled")
        )

    def _jd_get_own_waybill(self):
        """Return the waybill that the merchant already has, or an empty string."""
        if self.jd_own_waybill:
            return self.jd_own_waybill
        if "carrier_tracking_ref" in self._fields:
            return self.carrier_tracking_ref or ""
        return ""

    # === HOLD BACK === #

    def _jd_check_hold(self, vals):
        """Check that nobody holds back what JD has, or may have.

        :raise UserError: Somebody does.
        """
        told = vals.get("jd_on_hold") and self.filtered(lambda p: p._jd_is_told())
        # The module holds back what JD has just given up.
        if told and not self.env.su:
            told.check_access("write")  # first: the error names them
            raise UserError(
                self.env._(
                    "JD is at work on %(names)s, which cannot be held back any more. "
                    "Cancel the transfer to have JD stop.",
                    names=", ".join(told.mapped("name")),
                )
            )

    def _jd_follow_hold(self, is_held):
        """Withdraw the unsent orders of held transfers; send those released."""
        if is_held:
            orders = self.jd_order_id.filtered(lambda o: o.state in NOT_AT_JD)
            orders._withdraw()
        else:
            self._jd_close_questions()
            self._jd_send_ready()

    # === AT JD === #

    def _jd_check_not_at_jd(self):
        busy = self.filtered("jd_is_busy")
        if busy:
            raise UserError(
                self.env._(
                    "JD is at work on %(names)s. The transfer closes by itself with "
                    "what JD really moves.",
                    names=", ".join(busy.mapped("name")),
                )
            )

    def _jd_cancel_requested_moves(self):
        """Cancel the moves whose cancellation JD confirmed; send the others again."""
        asked = self.move_ids.filtered("jd_cancel_requested")
        asked.jd_cancel_requested = False
        asked._action_cancel()
        # As the button does: other modules take the transfer out of its batch then.
        self.filtered(lambda picking: picking.state == "cancel").action_cancel()
        left = self.filtered(lambda p: p.state not in ("done", "cancel"))
        # A lowered quantity may have lost its reservation.
        left.move_ids.filtered(lambda move: move.state in _UNRESERVED)._action_assign()
        again = left.filtered(lambda picking: picking._jd_can_be_ordered())
        # They were sent before: the policy does not matter any more.
        self.env["jd.order"]._create_for_pickings(again)
