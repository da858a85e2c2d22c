from collections import defaultdict

from odoo import api, fields, models

from ...lib import api as jd_api
from ...lib.allocation import Allocation


class JdOrderLine(models.Model):
    """A line of an order at JD: pieces of one move with the same level and lot."""

    _name = "jd.order.line"
    _description = "JD Order Line"

    order_id = fields.Many2one(
        "jd.order", required=True, index=True, ondelete="cascade"
    )
    # Moves of orders that JD knows cannot be deleted (`_unlink_except_at_jd`).
    move_id = fields.Many2one(
        "stock.move", required=True, index=True, ondelete="cascade"
    )
    product_id = fields.Many2one("product.product", required=True)
    goods_id = fields.Many2one("jd.goods", string="JD Goods", index="btree_not_null")
    # Reports name these, whatever the product is matched with since.
    goods_no = fields.Char(
        string="JD Goods Number", help="The goods number JD is told."
    )
    level = fields.Char(
        string="Goods Level Code",
        default=jd_api.GoodsLevel.GOOD,
        help="The goods level that JD is asked to move.",
    )
    lot_name = fields.Char(
        string="Lot or Serial Number",
        help="The lot or serial number that JD is asked to move.",
    )
    expires_on = fields.Date()
    planned = fields.Integer(string="Ordered")
    reported = fields.Integer(string="Moved by JD")
    is_reported = fields.Boolean(help="JD has reported how many pieces it moved.")
    received = fields.Integer(help="Pieces that Odoo has received, of those reported.")
    allocation_ids = fields.One2many("jd.order.allocation", "line_id")

    # === COMPUTES === #

    @api.depends("product_id", "planned")
    def _compute_display_name(self):
        for line in self:
            line.display_name = f"{line.planned} × {line.product_id.display_name}"

    # === BUSINESS === #

    @api.model
    def _get_key_names(self):
        """Return the names of the fields that identify a line within its order."""
        return ("move_id", "level", "lot_name")

    def _get_key(self):
        return tuple(self._read_values(self._get_key_names()).values())

    def _read_values(self, names):
        """Return field name → value, as `write` accepts it."""
        return {
            name: self._fields[name].convert_to_write(self[name], self) or False
            for name in names
        }

    def _get_told_pieces(self):
        """Return how many pieces JD was told of and still is to move."""
        return sum(max(line.planned - line.received, 0) for line in self)

    def _prepare_request(self):
        """Return the `lib.api.OrderLine` to send to JD."""
        lot = jd_api.Lot(number=self.lot_name, expires_on=self.expires_on or None)
        is_serial = self.product_id.tracking == "serial"
        return jd_api.OrderLine(
            line=str(self.id),
            goods_number=self.goods_no,
            quantity=self.planned,
            level=self.level,
            lot=lot if self.lot_name and not is_serial else None,
            serials=(self.lot_name,) if self.lot_name and is_serial else (),
        )

    def _get_due(self):
        """Return how many of the reported pieces Odoo has not moved yet."""
        return max(0, self.reported - self.received)

    def _is_expected(self):
        """Tell whether JD may still count some of the pieces ordered."""
        return self.reported < self.planned

    def _get_due_allocations(self):
        """Return the allocations of pieces that Odoo has not received yet."""
        return self.allocation_ids.filtered(lambda row: not row.picking_id)

    def _get_other_levels(self, transfers=None):
        """Return goods level → pieces that did not come as they were announced.

        :param transfers: Only of what these received, an empty one for what none has.
        """
        warehouses = self.env["stock.warehouse"]
        levels = defaultdict(int)
        for row in self.allocation_ids:
            is_meant = transfers is None or row.picking_id in transfers
            if row.quantity and is_meant and not row._is_as_announced():
                levels[warehouses._jd_name_level_group(row.level)] += row.quantity
        return levels

    def _get_received(self):
        """Return what was received before as `lib.allocation.Allocation` records."""
        rows = self.allocation_ids.filtered("picking_id")
        parts = [row._as_allocation() for row in rows]
        # Without a row of their own: good stock of a product without lots.
        plain = self.received - sum(part.quantity for part in parts)
        return parts + ([Allocation(str(self.id), plain)] if plain > 0 else [])

    def _needs_no_allocation(self, allocation):
        """Tell whether a `lib.allocation.Allocation` adds nothing to the quantity."""
        is_good = allocation.level == self.level == jd_api.GoodsLevel.GOOD
        return is_good and self.product_id.tracking == "none"
