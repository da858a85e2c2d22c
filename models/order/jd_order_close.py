"""Closes transfers that JD carried out, and receives parcels that come back."""

import random

from odoo import api, fields, models
from odoo.fields import Domain

from ... import const, statuses
from ..mixins.jd_worker_mixin import lock_available


class JdOrder(models.Model):
    _inherit = "jd.order"

    # === CRON === #

    @api.model
    def _cron_close(self):
        """Close transfers that JD carried out, receive parcels that come back."""
        remaining = self._close_batch() + self._receive_returns_batch()
        closing = Domain("is_closable", "=", True) | self._get_returning_domain()
        self._commit_and_retrigger(
            "close_orders", remaining, self._find_next(closing, "retry_at")
        )

    @api.model
    def _close_batch(self):
        """Close a batch of transfers that JD carried out; return how many are left."""
        return self._process_warehouses(
            Domain("is_closable", "=", True) & self._get_retry_domain(),
            lambda orders: orders._close(),
            lambda order, error: order._report_not_closed(error),
        )

    @api.model
    def _receive_returns_batch(self):
        """Receive a batch of parcels that come back; return how many are left."""
        return self._process_warehouses(
            self._get_returning_domain() & self._get_retry_domain(),
            lambda orders: orders._receive_returns(),
            lambda order, error: order._report_return_failed(error),
        )

    @api.model
    def _process_warehouses(self, due, work, report):
        """Process a batch of each warehouse that no other worker has; return how many
        orders are left.

        The parameters are those of `_process_due`.
        """
        # In a random order, so that two workers seldom want the same one.
        warehouses = [row for (row,) in self._read_group(due, ["warehouse_id"])]
        left = 0
        for number, warehouse in enumerate(random.sample(warehouses, len(warehouses))):
            of_warehouse = due & Domain("warehouse_id", "=", warehouse.id)
            if number and self._is_patience_over():
                left += self.search_count(of_warehouse)
                continue
            left += self._process_due(of_warehouse, const.CLOSE_BATCH, work, report)
        return left

    def _prepare_batch(self):
        """Return the orders whose warehouse this worker could lock."""
        # Two workers closing transfers of one warehouse would write the same quants and
        # undo each other. The lock lets users create transfers meanwhile.
        free = lock_available(self.warehouse_id)
        orders = self.filtered(lambda order: order.warehouse_id in free)
        return orders._with_responsible_lang(orders.connector_id[:1])

    # === CLOSE === #

    def _close(self):
        """Move what JD reported, and end the orders that JD has ended."""
        by_hand = self.filtered(lambda order: order._is_closed_by_hand())
        followed = self - by_hand
        parts = followed.filtered(lambda order: not order._has_ended())
        ended = followed - parts
        moved = ended.filtered(lambda order: order._has_due())
        parts.filtered("is_part_due")._receive_parts()
        moved._move_reported()
        moved.filtered(lambda order: not order._is_incoming())._cancel_rest()
        moved._report_discrepancies()
        (self - parts - moved).write({"state": "done", "retry_at": False})
        (ended - moved)._end_without_move()
        by_hand._report_closed_before()
        self._close_attention("close", "quantities", "cancel")

    def _is_closed_by_hand(self):
        """Tell whether the transfer was closed although nothing was received."""
        is_closed = self.picking_id.state in ("done", "cancel")
        return is_closed and not self._has_received()

    def _move_reported(self, goes_on=False):
        """Set transfers to what JD reported since the last part; close them together.

        :param bool goes_on: Whether JD may report more of these orders.
        """
        # First of all: the hooks on moves would take this for a change by a user.
        self.write({"state": "done", "retry_at": False})
        incoming = self.filtered(lambda order: order._is_incoming())
        # A fifth of what an order takes on the disk, and nobody compares it any more.
        (self - incoming).sent_terms = False
        incoming._open_missing_moves()
        # Before closing: Odoo's delivery carriers read the reference when it closes.
        self._write_waybills()
        self._set_moved_quantities()
        if goes_on:
            self._split_rest()
        for order in self:
            order.picking_id._jd_set_moved_at(
                order._get_time_of(order._rules.moved_rank)
            )
        (self - incoming)._request_confirmation()
        self.picking_id._jd_validate()
        (self - incoming).picking_id._jd_note_shipped()
        incoming._mark_received()

    def _end_without_move(self):
        """End orders of which JD moved nothing, or nothing since the last part."""
        received = self.filtered(lambda order: order._has_received())
        received._end_parts()
        (self - received)._report_nothing_moved()

    def _get_time_of(self, rank):
        """Return when this order first had a status of at least a rank, or False.

        :return: Naive UTC, by JD's clock where JD told the time.
        """
        reached = self.event_ids.filtered(lambda event: event.rank >= rank)
        return min(reached.mapped("happened_at"), default=False)

    def _report_nothing_moved(self):
        for order in self:
            order._apply_cancellation(
                self.env._(
                    "JD reports that it moved nothing of this order. Ask JD support "
                    "whether the goods are still in the warehouse before you send the "
                    "transfer again, or cancel it."
                )
            )

    def _report_closed_before(self):
        for order in self:
            order._request_attention(
                self.env._(
                    "JD has carried out this order, but its transfer was closed or "
                    "cancelled by hand before. Compare the stock with JD's."
                )
            )

    def _report_not_closed(self, error):
        self.retry_at = fields.Datetime.now() + const.CLOSE_RETRY
        self._request_attention(
            self.env._(
                "JD has carried out this order, but its transfer could not be closed: "
                "%(reason)s",
                reason=str(error),
            ),
            cause="close",
        )

    # === WAYBILLS === #

    def _write_waybills(self):
        """Write waybills to the transfers' tracking reference of `stock_delivery`."""
        if "carrier_tracking_ref" not in self.env["stock.picking"]._fields:
            return
        for order in self.filtered("waybills"):
            if order.picking_id.carrier_tracking_ref != order.waybills:
                order.picking_id.carrier_tracking_ref = order.waybills

    def _clear_waybills(self):
        """Remove JD's waybills from transfers that JD does not ship after all."""
        if "carrier_tracking_ref" not in self.env["stock.picking"]._fields:
            return
        for order in self.filtered("waybills"):
            if order.picking_id.carrier_tracking_ref == order.waybills:
                order.picking_id.carrier_tracking_ref = False

    # === RETURNS OF REFUSED PARCELS === #

    @api.model
    def _get_returning_domain(self):
        """Return the domain of closed orders whose parcels come back or are back."""
        return Domain([("is_returning", "=", True), ("state", "=", "done")]) & (
            Domain("return_picking_id", "=", False)
            | Domain("status_rank", ">=", statuses.RETURNED_RANK)
        )

    def _record_returning(self):
        """Record that the parcel comes back; tell somebody of it once."""
        is_news = not (self.is_returning or self.return_picking_id)
        self.write({"is_returning": True, "retry_at": False})
        if is_news:
            self._request_attention(
                self.env._(
                    "The receiver did not take the parcel: JD brings it back, and its "
                    "goods are in stock again once it has arrived. Ask the customer "
                    "what is to happen."
                )
            )
        self._trigger("close_orders")

    def _receive_returns(self):
        """Create return transfers for parcels that come back; close those arrived."""
        for order in self.filtered(lambda order: not order.return_picking_id):
            order.return_picking_id = order._prepare_parcel_returns()
        arrived = self.filtered(lambda o: o.status_rank >= statuses.RETURNED_RANK)
        # All came back on other ways: there may be something to return later.
        idle = (self - arrived).filtered(lambda order: not order.return_picking_id)
        idle.retry_at = fields.Datetime.now() + const.CLOSE_RETRY
        for order in arrived:
            moment = order._get_time_of(statuses.RETURNED_RANK)
            for picking in order._get_parcel_returns():
                picking._jd_set_moved_at(moment)
        arrived._get_parcel_returns()._jd_receive_in_full()
        arrived.write({"is_returning": False, "retry_at": False})
        arrived._close_attention("return")

    def _report_return_failed(self, error):
        self.retry_at = fields.Datetime.now() + const.CLOSE_RETRY
        self._request_attention(
            self.env._(
                "The parcel comes back to JD, but its return transfer could not be "
                "created or closed: %(reason)s",
                reason=str(error),
            ),
            cause="return",
        )
