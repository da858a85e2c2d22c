"""Allocations: how the goods of an order moved by level, lot and serial number."""

from collections import defaultdict

from odoo import api, fields, models

from ...lib import api as jd_api
from ...lib.allocation import Allocation, allocate


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
        parts = [part for part in allocate(report) if part.line in lines]
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
        for order in self:
            lines = order.line_ids.grouped("move_id")
            for move in order._get_moves():
                if not order._set_moved(move, lines.get(move, order.line_ids.browse())):
                    moved -= move
        # What is not picked goes to a backorder when the transfer is closed.
        (all_moves - moved).picked = False
        moved.picked = True

    def _set_moved(self, move, lines):
        """Set a move to what JD reported of its lines; return whether it moved."""
        allocations = lines._get_due_allocations()
        is_plain = all(row._is_good() for row in allocations)
        if is_plain and move.product_id.tracking == "none":
            return self._set_moved_quantity(move, sum(row._get_due() for row in lines))
        return self._set_moved_allocations(move, allocations)

    def _set_moved_quantity(self, move, units):
        """Set a move's quantity, given in the product's own unit; keep its lines."""
        if self._get_units(move) != units:
            move.quantity = move.product_id.uom_id._compute_quantity(
                units, move.product_uom, rounding_method="HALF-UP"
            )
        return bool(units)

    def _set_moved_allocations(self, move, allocations):
        """Replace the lines of a move by one for each level and lot that moved."""
        # Odoo reserved other lots and locations than JD used.
        move.move_line_ids.unlink()
        parts = self._assign_lots(move, allocations)
        self.env["stock.move.line"].create(
            [self._prepare_move_line(move, part) for part in parts]
        )
        return bool(parts)

    def _assign_lots(self, move, allocations):
        """Return a dict for each part: quantity, level, lot, and whether it is assumed.

        If JD does not report the lot of a tracked product, it is assumed: for outgoing
        goods first-expired-first-out from the stock; for incoming goods the announced
        lot, or one named after JD's order.
        """
        lots = self.env["stock.lot"]
        tracked = move.product_id.tracking != "none"
        parts = []
        unnamed = []
        for row in allocations:
            part = {"quantity": row.quantity, "level": row.level, "assumed": False}
            if tracked and not row.lot_name:
                unnamed.append((row, part))
            else:
                lot = tracked and lots._jd_get(
                    move.product_id, row.lot_name, self.company_id, row.expires_on
                )
                parts.append(part | {"lot": lot})
        # Last: the lots that JD did name are used up first.
        for row, part in unnamed:
            parts += self._assume_lots(move, row, part, parts)
        return parts

    def _assume_lots(self, move, row, part, taken):
        part = part | {"assumed": True}
        if self._is_incoming():
            return self._assume_incoming_lots(move, row, part)
        return self._assume_outgoing_lots(move, part, taken)

    def _assume_incoming_lots(self, move, row, part):
        lots, product, company = self.env["stock.lot"], move.product_id, self.company_id
        line = row.line_id
        name = line.lot_name or self.jd_number
        # A serial number is one piece; a lot may have all of them.
        one_lot = product.tracking == "lot" or (line.lot_name and part["quantity"] == 1)
        if one_lot:
            lot = lots._jd_get(product, name, company, line.expires_on)
            return [part | {"lot": lot}]
        names = [f"{name}-{row.id}-{index + 1}" for index in range(part["quantity"])]
        return [
            part | {"quantity": 1, "lot": lots._jd_get(product, one, company)}
            for one in names
        ]

    def _assume_outgoing_lots(self, move, part, taken):
        used = defaultdict(int)
        for other in taken:
            if other["lot"]:
                used[other["lot"]] += other["quantity"]
        lots = self.warehouse_id._jd_pick_lots(
            move.product_id, part["level"], part["quantity"], used=used
        )
        return [part | {"quantity": pieces, "lot": lot} for lot, pieces, _ in lots]

    def _prepare_move_line(self, move, part):
        place = self.warehouse_id._jd_get_location(part["level"])
        source, destination = move.location_id, move.location_dest_id
        return {
            "move_id": move.id,
            "picking_id": move.picking_id.id,
            "product_id": move.product_id.id,
            "company_id": move.company_id.id,
            "quantity": move.product_id.uom_id._compute_quantity(
                part["quantity"], move.product_uom, rounding_method="HALF-UP"
            ),
            "product_uom_id": move.product_uom.id,
            "location_id": source.id if self._is_incoming() else place.id,
            "location_dest_id": place.id if self._is_incoming() else destination.id,
            "lot_id": part["lot"] and part["lot"].id,
            "jd_lot_assumed": part["assumed"],
            "picked": True,
        }
