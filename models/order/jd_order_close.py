"""What JD moved or took back, carried over to the transfer."""

from psycopg2 import OperationalError

from odoo import api, fields, models
from odoo.fields import Domain

from ... import const, statuses
from .jd_order import AT_JD


class JdOrder(models.Model):
    _inherit = "jd.order"

    is_closable = fields.Boolean(
        compute="_compute_is_closable", store=True, index="btree_not_null"
    )
    is_returning = fields.Boolean(readonly=True, copy=False)
    return_picking_id = fields.Many2one(
        "stock.picking",
        string="Return Transfer",
        readonly=True,
        copy=False,
        index="btree_not_null",
    )

    @api.depends("kind", "state", "status_rank", "are_quantities_known")
    def _compute_is_closable(self):
        for order in self:
            order.is_closable = (
                order.state in AT_JD
                and order.status_rank >= order._rules.moved_rank
                and order.are_quantities_known
            )

    # === CRON === #

    @api.model
    def _cron_close(self):
        """Close a batch of transfers that JD carried out, take a batch of returns."""
        remaining = 0
        for domain, work, report in (
            (Domain("is_closable", "=", True), "_close", "_report_not_closed"),
            (self._get_returning_domain(), "_receive_returns", "_report_return_failed"),
        ):
            due = domain & self._get_retry_domain()
            done = self._move_stock(
                due,
                lambda rows, work=work: getattr(rows, work)(),
                lambda order, error, report=report: getattr(order, report)(error),
            )
            self.env["ir.cron"]._commit_progress(done)
            remaining += self.search_count(due)
        self._commit_and_retrigger("close", remaining)

    @api.model
    def _move_stock(self, due, work, report):
        """Have a batch of the due orders worked on and return how many.

        Whoever moves the same goods at the same time makes PostgreSQL undo the batch. A
        smaller one is quicker, and less likely to be disturbed again. Two workers would
        disturb each other all the time: a warehouse is left to one of them.

        :param work: Takes orders.
        :param report: Takes an order that fails also alone, and why.
        """
        size = const.CLOSE_BATCH
        while size:
            orders = self._lock_due(due, size)
            try:
                orders = orders._leave_busy_warehouses()
                if not orders:
                    return 0
                orders = orders._with_responsible_lang(orders.connector_id[:1])
                with self.env.cr.savepoint():
                    work(orders)
                return len(orders)
            except OperationalError:
                self.env.cr.rollback()
                size //= 4
            except Exception:  # noqa: BLE001 - one bad order must not stop the rest
                orders._process_one_by_one(work, report)
                return len(orders)
        return 0

    def _leave_busy_warehouses(self):
        free = self.warehouse_id.try_lock_for_update(allow_referencing=True)
        return self.filtered(lambda order: order.warehouse_id in free)

    # === CLOSE === #

    def _close(self):
        """Put what JD reported on the transfers and close them in one go."""
        open_orders = self.filtered(
            lambda order: order.picking_id.state not in ("done", "cancel")
        )
        moved = open_orders.filtered(lambda o: any(o.line_ids.mapped("reported")))
        # Done first: what happens to the moves now is JD's doing, not the merchant's.
        self.write({"state": "done", "retry_at": False})
        moved._write_waybills()
        moved._set_moved_quantities()
        for company, orders in moved.grouped("company_id").items():
            orders.picking_id.with_company(company).with_context(
                cancel_backorder=False
            )._action_done()
        moved._report_discrepancies()
        (open_orders - moved)._report_nothing_moved()
        (self - open_orders)._report_closed_before()

    def _set_moved_quantities(self):
        """Set each move to what JD reported; a line not reported has not moved."""
        moved = all_moves = self._get_moves()
        for order in self:
            lines = order.line_ids.grouped("move_id")
            for move in order._get_moves():
                if not order._set_moved(move, lines.get(move, order.line_ids.browse())):
                    moved -= move
        (all_moves - moved).picked = False
        moved.picked = True

    def _set_moved(self, move, lines):
        """Set a move to what JD reported of its lines; return whether that is any."""
        units = sum(lines.mapped("reported"))
        if self._get_units(move) != units:
            move.quantity = move.product_id.uom_id._compute_quantity(
                units, move.product_uom, rounding_method="HALF-UP"
            )
        return bool(units)

    def _is_short(self):
        """Whether JD moved less than it was told."""
        return any(line.reported < line.planned for line in self.line_ids)

    def _report_discrepancies(self):
        """Tell somebody of orders that JD moved less of, the rest of which is held."""
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

    def _report_nothing_moved(self):
        for order in self:
            order._apply_cancellation(
                self.env._(
                    "JD has closed this order without moving anything. Send the "
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
            )
        )

    # === WAYBILLS === #

    def _write_waybills(self):
        """Fill the carrier's reference where `stock_delivery` provides the field."""
        if "carrier_tracking_ref" not in self.env["stock.picking"]._fields:
            return
        for order in self.filtered("waybills"):
            if order.picking_id.carrier_tracking_ref != order.waybills:
                order.picking_id.carrier_tracking_ref = order.waybills

    def _clear_waybills(self):
        """What JD does not ship must not keep the waybills that JD gave it."""
        if "carrier_tracking_ref" not in self.env["stock.picking"]._fields:
            return
        for order in self.filtered("waybills"):
            if order.picking_id.carrier_tracking_ref == order.waybills:
                order.picking_id.carrier_tracking_ref = False

    # === RETURNS OF REFUSED PARCELS === #

    @api.model
    def _get_returning_domain(self):
        """Select the closed orders whose parcels come back or have arrived."""
        return Domain([("is_returning", "=", True), ("state", "=", "done")]) & (
            Domain("return_picking_id", "=", False)
            | Domain("status_rank", ">=", statuses.RETURNED_RANK)
        )

    def _receive_returns(self):
        """Make the return transfers of parcels that come back; close what arrived."""
        for order in self.filtered(lambda order: not order.return_picking_id):
            order.return_picking_id = order._find_return() or order._create_return()
        arrived = self.filtered(lambda o: o.status_rank >= statuses.RETURNED_RANK)
        for company, orders in arrived.grouped("company_id").items():
            pickings = orders.return_picking_id.with_company(company)
            pickings._jd_receive_in_full()
        arrived.write({"is_returning": False, "retry_at": False})

    def _find_return(self):
        """Return the transfer that somebody made for it by hand, if so."""
        living = self.picking_id.return_ids.filtered(lambda p: p.state != "cancel")
        return living[:1]

    def _create_return(self):
        """Return the transfer that brings back all that has left."""
        wizard = self.env["stock.return.picking"].create(
            {"picking_id": self.picking_id.id}
        )
        for line in wizard.product_return_moves:
            line.quantity = line.move_id.quantity
        return wizard._create_return()

    def _report_return_failed(self, error):
        self.retry_at = fields.Datetime.now() + const.CLOSE_RETRY
        self._request_attention(
            self.env._(
                "The parcel comes back to JD, but its return transfer could not be "
                "made: %(reason)s",
                reason=str(error),
            )
        )
