"""What JD shipped, cancelled or took back, carried over to the transfer."""

import logging

from odoo import api, fields, models
from odoo.fields import Domain

from .. import const, statuses
from .jd_order import AT_JD

_logger = logging.getLogger(__name__)


class JdOrder(models.Model):
    _inherit = "jd.order"

    is_closable = fields.Boolean(
        compute="_compute_is_closable", store=True, index="btree_not_null"
    )
    is_returning = fields.Boolean(readonly=True, copy=False)
    cancel_due = fields.Boolean(readonly=True, copy=False)
    return_picking_id = fields.Many2one(
        "stock.picking", string="Return Transfer", readonly=True, copy=False
    )

    @api.depends("kind", "state", "status_rank", "are_quantities_known")
    def _compute_is_closable(self):
        for order in self:
            order.is_closable = (
                order.state in ("accepted", "in_progress", "cancelling")
                and order.status_rank >= order._rules.moved_rank
                and order.are_quantities_known
            )

    # === CRON === #

    @api.model
    def _cron_close(self):
        """Close one batch of transfers that JD has shipped, then take returns back."""
        domain = Domain("is_closable", "=", True) & (
            Domain("retry_at", "=", False)
            | Domain("retry_at", "<=", fields.Datetime.now())
        )
        orders = self._lock_due(domain, const.CLOSE_BATCH)
        orders._close()
        self.env["ir.cron"]._commit_progress(
            len(orders), remaining=self.search_count(domain)
        )
        self._take_returns_back()

    # === CLOSE === #

    def _close(self):
        """Close these orders' transfers together; one that fails falls out alone."""
        try:
            with self.env.cr.savepoint():
                self._close_transfers()
        except Exception:  # noqa: BLE001 - whatever is wrong with one, the rest goes on
            _logger.info("A batch of %s JD orders is closed one by one", len(self))
            for order in self:
                order._close_alone()

    def _close_alone(self):
        try:
            with self.env.cr.savepoint():
                self._close_transfers()
        except Exception as exc:  # noqa: BLE001 - reported to the merchant below
            _logger.warning("JD order %s: its transfer does not close", self.name)
            self.retry_at = fields.Datetime.now() + const.CLOSE_RETRY
            self._request_attention(
                self.env._(
                    "JD has carried out this order, but its transfer could not be "
                    "closed: %(reason)s",
                    reason=str(exc),
                )
            )

    def _close_transfers(self):
        """Put what JD reported on the transfers and close them in one go."""
        open_orders = self.filtered(
            lambda order: order.picking_id.state not in ("done", "cancel")
        )
        shipped = open_orders.filtered(lambda o: any(o.line_ids.mapped("reported")))
        # Done first: what happens to the moves now is JD's doing, not the merchant's.
        self.write({"state": "done", "retry_at": False})
        for order in shipped:
            order._set_shipped_quantities()
        shipped._write_waybills()
        shipped.picking_id.with_context(cancel_backorder=False)._action_done()
        shipped._report_differences()
        for order in open_orders - shipped:
            order._hold(
                self.env._(
                    "JD has closed this order without moving anything. Decide what "
                    "becomes of the transfer: send it again or cancel it."
                )
            )
        for order in self - open_orders:
            order._request_attention(
                self.env._(
                    "JD has carried out this order, but its transfer was closed or "
                    "cancelled by hand before. Compare the stock with JD's."
                )
            )

    def _set_shipped_quantities(self):
        """Set each move to what JD reported; a line not reported is not shipped."""
        lines = self.line_ids.grouped("move_id")
        for move in self._get_moves():
            self._set_moved(move, lines.get(move, self.line_ids.browse()))

    def _set_moved(self, move, lines):
        """Set a move to what JD reported of its lines."""
        units = sum(lines.mapped("reported"))
        if self._get_units(move) != units:
            move.quantity = move.product_id.uom_id._compute_quantity(
                units, move.product_uom, rounding_method="HALF-UP"
            )
        move.picked = bool(units)

    def _write_waybills(self):
        """Fill the carrier's reference where `stock_delivery` provides the field."""
        if "carrier_tracking_ref" not in self.env["stock.picking"]._fields:
            return
        for order in self.filtered("waybills"):
            if order.picking_id.carrier_tracking_ref != order.waybills:
                order.picking_id.carrier_tracking_ref = order.waybills

    def _report_differences(self):
        """Tell somebody of orders that JD shipped short: the rest is held."""
        for order in self:
            short = order.line_ids.filtered(lambda line: line.reported < line.planned)
            if short:
                order._request_attention(order._explain_short(short.product_id))

    def _explain_short(self, products):
        return self.env._(
            "JD shipped less than ordered of %(products)s. The rest is on hold in a "
            "backorder: send it to JD again, or cancel it.",
            products=self._name_products(products),
        )

    def _hold(self, note):
        self.picking_id.jd_on_hold = True
        self._request_attention(note)

    # === CANCEL === #

    def _ask_cancel(self):
        """Have JD asked to cancel these orders, as soon as JD is known to have them."""
        self.cancel_asked = True
        self.filtered(lambda order: order.state in AT_JD).write(
            {"state": "cancelling", "cancel_due": True, "retry_at": False}
        )
        self._trigger("push")

    def _obey_cancel(self, status=None):
        """JD does not carry this order out: cancel here too, or ask what to do.

        :param status: The `statuses.Status` by which JD ended it.
        """
        self.write({"state": "cancelled", "cancel_due": False, "pull_at": False})
        if self.cancel_asked:
            self.picking_id._jd_cancel_asked_moves()
        else:
            self._hold(self._explain_end(status))

    def _explain_end(self, status):
        return self.env._(
            "JD cancelled this order by itself. Send the transfer again, or cancel it."
        )

    def _explain_too_late(self):
        return self.env._(
            "%(name)s cannot be cancelled any more: JD has the goods off the shelf. The "
            "transfer closes when they leave; if they are not wanted, have the receiver "
            "refuse the parcel and the goods come back.",
            name=self.picking_id.name,
        )

    def _accept_cancel_refusal(self):
        """JD ships although a cancel was asked for: carry on and say so."""
        self.write({"state": "in_progress", "cancel_due": False, "cancel_asked": False})
        self.picking_id.move_ids.jd_cancel_asked = False
        self._request_attention(self._explain_cancel_refusal())

    def _explain_cancel_refusal(self):
        return self.env._(
            "JD did not cancel this order: the goods are off the shelf already. The "
            "transfer closes when they leave; if they are not wanted, have the receiver "
            "refuse the parcel."
        )

    # === RETURNS OF REFUSED PARCELS === #

    @api.model
    def _take_returns_back(self):
        """Make the return transfer of parcels that come back; close it on arrival."""
        orders = self._lock_due(
            Domain([("is_returning", "=", True), ("state", "=", "done")]),
            const.CLOSE_BATCH,
        )
        for order in orders:
            if not order.return_picking_id:
                order.return_picking_id = order._create_return()
            if order.status_rank >= statuses.RETURNED_RANK:
                order._receive_return()

    def _create_return(self):
        """Return the transfer that brings back all that was shipped."""
        wizard = (
            self.env["stock.return.picking"]
            .with_context(active_id=self.picking_id.id, active_model="stock.picking")
            .create({"picking_id": self.picking_id.id})
        )
        for line in wizard.product_return_moves:
            line.quantity = line.move_id.quantity
        return wizard._create_return()

    def _receive_return(self):
        picking = self.return_picking_id
        if picking.state not in ("done", "cancel"):
            for move in picking.move_ids:
                move.quantity = move.product_uom_qty
                move.picked = True
            picking.with_context(cancel_backorder=True)._action_done()
        self.is_returning = False
