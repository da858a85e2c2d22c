"""Allocations: how the goods of an order moved by level, lot and serial number."""

from dataclasses import replace

from odoo import api, fields, models

from ...lib import api as jd_api
from ...lib.allocation import Allocation, allocate
from .jd_order_place import MovedPart


class JdOrderAllocation(models.Model):
    """Moved pieces of an order line with the same level, lot and serial number."""

    _name = "jd.order.allocation"
    _description = "JD Order Allocation"

    line_id = fields.Many2one(
        "jd.order.line", required=True, index=True, ondelete="cascade"
    )
    order_id = fields.Many2one(related="line_id.order_id", store=True, index=True)
    product_id = fields.Many2one(related="line_id.product_id")
    quantity = fields.Integer(required=True)
    level = fields.Char(string="Goods Level Code", required=True)
    level_name = fields.Char(string="Goods Level", compute="_compute_level_name")
    lot_name = fields.Char(string="Lot or Serial Number")
    expires_on = fields.Date()
    picking_id = fields.Many2one(
        "stock.picking",
        string="Received With",
        index="btree_not_null",
        help="The transfer that received these pieces; empty until one has.",
    )

    @api.depends("level")
    def _compute_level_name(self):
        for row in self:
            row.level_name = self.env["stock.warehouse"]._jd_name_level(row.level)

    def _as_allocation(self):
        """Return the `lib.allocation.Allocation` that this record holds."""
        is_serial = self.line_id.product_id.tracking == "serial"
        lot = jd_api.Lot(number=self.lot_name or "", expires_on=self.expires_on or None)
        return Allocation(
            line=str(self.line_id.id),
            quantity=self.quantity,
            level=self.level,
            lot=lot if self.lot_name and not is_serial else None,
            serial=(is_serial and self.lot_name) or "",
        )

    def _is_good(self):
        """Tell whether the goods are in the warehouse's stock location: for sale."""
        warehouse = self.line_id.order_id.warehouse_id
        return warehouse._jd_get_location(self.level) == warehouse.lot_stock_id

    def _is_as_announced(self):
        """Tell whether the goods are in the location of the level that was ordered."""
        warehouse = self.line_id.order_id.warehouse_id
        return warehouse._jd_get_location(self.level) == warehouse._jd_get_location(
            self.line_id.level
        )


class JdOrder(models.Model):
    _inherit = "jd.order"

    # === RECORD === #

    def _record_allocations(self, report):
        """Record the levels, lots and serial numbers that a report names.

        None are recorded where the lines' quantities are enough to close the transfer.
        """
        # Closed: the allocations are now the record of what was moved.
        if self.state == "done":
            return
        lines = {str(line.id): line for line in self.line_ids}
        ours = [
            # JD's report of a delivery names no levels: they are those it was sent.
            replace(row, level=row.level or lines[row.line].level)
            for row in report.lines
            if row.line in lines
        ]
        parts = allocate(replace(report, lines=tuple(ours)))
        if all(lines[part.line]._needs_no_allocation(part) for part in parts):
            parts = []
        self.line_ids._get_due_allocations().unlink()
        self.env["jd.order.allocation"].create(
            [
                {
                    "line_id": lines[part.line].id,
                    "quantity": part.quantity,
                    "level": part.level,
                    "lot_name": part.serial or (part.lot and part.lot.number) or False,
                    "expires_on": part.lot and part.lot.expires_on,
                }
                for part in parts
            ]
        )

    # === MOVE === #

    def _set_moved_quantities(self):
        """Set the moves to the reported quantities; lines without a report to zero."""
        moved = all_moves = self._get_moves()
        elsewhere = []
        for order in self:
            lines = order.line_ids.grouped("move_id")
            for move in order._get_moves():
                parts = order._get_moved_parts(
                    move, lines.get(move, order.line_ids.browse())
                )
                if parts:
                    elsewhere.append((order, move, order._keep_lines(move, parts)))
                else:
                    moved -= move
        # What is not picked goes to a backorder when the transfer is closed.
        (all_moves - moved).picked = False
        # First what is where Odoo reserved it: picked, so that no other order takes it.
        moved.picked = True
        for order, move, parts in elsewhere:
            order._take_elsewhere(move, parts)
        moved._jd_open_broken_packages()
        self._report_missing()

    def _get_moved_parts(self, move, lines):
        """Return what JD reported of a move's lines, as `MovedPart` of lot and level.

        If JD does not report the lot of a tracked product, it is assumed: for outgoing
        goods when they are taken from stock; for incoming goods the announced lot, or
        one named after JD's order.
        """
        allocations = lines._get_due_allocations()
        tracked = move.product_id.tracking != "none"
        if not tracked and all(row._is_good() for row in allocations):
            total = sum(line._get_due() for line in lines)
            return [MovedPart(total)] if total else []
        # Last those without a lot: the lots that JD did name are used up first.
        rows = allocations.sorted(lambda row: tracked and not row.lot_name)
        return [part for row in rows for part in self._get_row_parts(move, row)]

    def _get_row_parts(self, move, row):
        lots = self.env["stock.lot"]
        part = MovedPart(row.quantity, row.level)
        if move.product_id.tracking == "none":
            return [part]
        if row.lot_name:
            lot = lots._jd_get(
                move.product_id, row.lot_name, self.company_id, row.expires_on
            )
            return [replace(part, lot=lot)]
        if self._is_incoming():
            return self._assume_incoming_lots(move, row, part)
        return [replace(part, is_assumed=True)]

    def _assume_incoming_lots(self, move, row, part):
        lots, product, company = self.env["stock.lot"], move.product_id, self.company_id
        line, part = row.line_id, replace(part, is_assumed=True)
        name = line.lot_name or self.jd_number
        # A serial number is one piece; a lot may have all of them.
        one_lot = product.tracking == "lot" or (line.lot_name and part.quantity == 1)
        if one_lot:
            return [
                replace(part, lot=lots._jd_get(product, name, company, line.expires_on))
            ]
        names = [f"{name}-{row.id}-{index + 1}" for index in range(part.quantity)]
        return [
            replace(part, quantity=1, lot=lots._jd_get(product, one, company))
            for one in names
        ]
