"""How JD's goods moved in detail: level, lot and serial number."""

from collections import defaultdict

from odoo import api, fields, models

from ...lib import api as jd_api
from ...lib.allocation import allocate


class JdOrderAllocation(models.Model):
    """So many pieces of one line, alike in level, lot and serial number."""

    _name = "jd.order.allocation"
    _description = "JD Order Detail"

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

    @api.depends("level")
    def _compute_level_name(self):
        for row in self:
            row.level_name = self.env["stock.warehouse"]._jd_name_level(row.level)

    def _is_as_announced(self):
        """Whether the goods are as good, for Odoo, as they were announced to be."""
        warehouse = self.line_id.order_id.warehouse_id
        return warehouse._jd_get_location(self.level) == warehouse._jd_get_location(
            self.line_id.level
        )


class JdOrderLine(models.Model):
    _inherit = "jd.order.line"

    # What was announced of the goods, where it was known.
    level = fields.Char(default=jd_api.GoodsLevel.GOOD)
    lot_name = fields.Char()
    expires_on = fields.Date()
    allocation_ids = fields.One2many("jd.order.allocation", "line_id")

    def _says_all_of(self, part):
        """Whether the line's quantity says all there is to say of an `Allocation`."""
        is_good = part.level == self.level == jd_api.GoodsLevel.GOOD
        return is_good and self.product_id.tracking == "none"

    @api.model
    def _get_key_names(self):
        return (*super()._get_key_names(), "level", "lot_name")

    def _prepare_request(self):
        lot = jd_api.Lot(number=self.lot_name, expires_on=self.expires_on or None)
        is_serial = self.product_id.tracking == "serial"
        return jd_api.OrderLine(
            line=str(self.id),
            goods_number=self.goods_id.goods_no,
            quantity=self.planned,
            level=self.level,
            lot=lot if self.lot_name and not is_serial else None,
            serials=(self.lot_name,) if self.lot_name and is_serial else (),
        )


class JdOrder(models.Model):
    _inherit = "jd.order"

    allocation_ids = fields.One2many("jd.order.allocation", "order_id", readonly=True)

    # === ANNOUNCE === #

    def _prepare_lines(self, goods):
        """Tell goods apart by level and, where the lot is known, by lot."""
        plain = {
            "level": jd_api.GoodsLevel.GOOD,
            "lot_name": False,
            "expires_on": False,
        }
        lines = [line | plain for line in super()._prepare_lines(goods)]
        moves = {move.id: move for move in self._get_moves()}
        return [
            values
            for line in lines
            for values in self._split_by_lot(line, moves[line["move_id"]])
        ]

    def _split_by_lot(self, line, move):
        """Return one line per lot and level of a move; the rest in one without."""
        left = line["planned"]
        rows = []
        for (level, name, expiry), counted in self._count_by_lot(move).items():
            pieces = min(counted, left)
            left -= pieces
            told = {"level": level, "lot_name": name, "expires_on": expiry}
            if pieces:
                rows.append(line | told | {"planned": pieces})
        return rows + ([line | {"planned": left}] if left > 0 else [])

    def _count_by_lot(self, move):
        """Return (level, lot name, expiry) → pieces, of what is not plainly good stock.

        Which lot leaves with a delivery is for JD to choose.
        """
        parts = defaultdict(int)
        for move_line in move.move_line_ids:
            name = move_line.lot_id.name or move_line.lot_name or False
            level = self.warehouse_id._jd_get_level(move_line.location_id)
            if self.kind == "outbound":
                name = False
            if name or level != jd_api.GoodsLevel.GOOD:
                expiry = name and self._get_expiry(move_line)
                parts[level, name, expiry] += int(move_line.quantity_product_uom)
        return parts

    @api.model
    def _get_expiry(self, move_line):
        """Return the expiry that `product_expiry` knows of, or False."""
        if "expiration_date" not in move_line._fields:
            return False
        date = move_line.lot_id.expiration_date or move_line.expiration_date
        return date and date.date()

    def _prepare_question(self):
        tracked = self.line_ids.product_id.filtered(lambda p: p.tracking != "none")
        return super()._prepare_question() | {"with_lots": bool(tracked)}

    # === RECORD === #

    def _record_allocations(self, report):
        """Record levels, lots and serial numbers where the quantity does not say all.

        To be called before the transfer is closed; afterwards nothing may change.
        """
        if self.state == "done":
            return
        lines = {str(line.id): line for line in self.line_ids}
        parts = [part for part in allocate(report) if part.line in lines]
        if all(lines[part.line]._says_all_of(part) for part in parts):
            parts = []
        self.line_ids.allocation_ids.unlink()
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

    def _set_moved(self, move, lines):
        """Put what JD reported on a move, piece by piece where pieces differ."""
        details = lines.allocation_ids
        plain = all(row.level.startswith("1") for row in details)
        if plain and move.product_id.tracking == "none":
            return super()._set_moved(move, lines)
        move.move_line_ids.unlink()
        parts = self._assign_lots(move, details)
        self.env["stock.move.line"].create(
            [self._prepare_move_line(move, part) for part in parts]
        )
        return bool(parts)

    def _assign_lots(self, move, details):
        """Return dicts of quantity, level, lot and whether the lot is assumed.

        Where JD does not report the lot of a tracked product, goods that leave are
        taken first-expired-first-out from what the warehouse holds; goods that arrive
        get the lot announced, or one named after JD's order.
        """
        lots = self.env["stock.lot"]
        tracked = move.product_id.tracking != "none"
        parts = []
        unnamed = []
        for row in details:
            part = {"quantity": row.quantity, "level": row.level, "assumed": False}
            if tracked and not row.lot_name:
                unnamed.append((row, part))
            else:
                lot = tracked and lots._jd_get(
                    move.product_id, row.lot_name, self.company_id, row.expires_on
                )
                parts.append(part | {"lot": lot})
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
