"""Where the goods that JD moved are taken from and put, line by line of a move."""

from dataclasses import dataclass, replace

from odoo import api, models
from odoo.tools import float_compare

from ...lib.api import GoodsLevel
from ..stock.stock_warehouse_goods import Spot


@dataclass(frozen=True)
class MovedPart:
    """Pieces of a move that JD reports with the same level and lot.

    :param lot: A `stock.lot`; None where there is none, or none is known yet.
    :param is_assumed: Whether JD named no lot although the product has lots.
    """

    quantity: float
    level: str = GoodsLevel.GOOD
    lot: models.BaseModel | None = None
    is_assumed: bool = False


class JdOrder(models.Model):
    _inherit = "jd.order"

    # === WHERE ODOO RESERVED IT === #

    def _keep_lines(self, move, parts):
        """Keep what fits of a move's lines; return the parts that no line holds.

        A line that fits keeps its places, package and owner; of others, what is left
        over is removed, and its reservation with it.
        """
        self._keep_units_whole(move, sum(part.quantity for part in parts))
        room = {line: line.quantity_product_uom for line in move.move_line_ids}
        # The pack that the goods were put into also holds what replaces them.
        pack = self._get_common_pack(move)
        kept = {line: [] for line in room}
        # A line of the very lot is for that lot, whichever comes first.
        for get_lines in (self._get_lines_of_lot, self._get_open_lines):
            rest = []
            for part in parts:
                left = part.quantity
                for line in get_lines(move, part):
                    pieces = min(left, room[line])
                    if pieces > 0:
                        room[line] -= pieces
                        left -= pieces
                        kept[line].append(replace(part, quantity=pieces))
                if left > 0:
                    rest.append(replace(part, quantity=left))
            parts = rest
        self._write_kept(move, kept)
        return [(part, pack) for part in parts]

    def _get_lines_of_lot(self, move, part):
        """Return the lines of a move that are where the part is, in its lot."""
        lines = self._get_lines_at_level(move, part)
        if not part.lot:
            # Unless the lot is assumed: any line of a product without lots.
            return lines.browse() if part.is_assumed else lines
        return lines.filtered(
            lambda line: (line.lot_id.name or line.lot_name) == part.lot.name
        )

    def _get_open_lines(self, move, part):
        """Return the lines of a move that may get the part's lot, or give theirs."""
        lines = self._get_lines_at_level(move, part)
        if part.is_assumed and not part.lot:
            # What expires first leaves first, whatever is reserved.
            has_expiry = "expiration_date" in self.env["stock.lot"]._fields
            return lines.browse() if has_expiry else lines.filtered("lot_id")
        # Nothing lies at suppliers and customers: a line there is only a plan.
        if move._should_bypass_reservation():
            return lines
        return lines.filtered(lambda line: not line.lot_id)

    def _get_lines_at_level(self, move, part):
        if self._is_incoming():
            return move.move_line_ids
        return move.move_line_ids.filtered(
            lambda line: self._is_at_level(line.location_id, part)
        )

    def _get_common_pack(self, move):
        packs = move.move_line_ids.filtered(
            lambda line: line.result_package_id != line.package_id
        ).result_package_id
        return packs if len(packs) == 1 else packs.browse()

    def _write_kept(self, move, kept):
        """Write the parts that lines hold; a line that holds several is divided."""
        new = []
        self.env["stock.move.line"].union(
            *(line for line, parts in kept.items() if not parts)
        ).unlink()
        for line, parts in kept.items():
            # Copied first: the line itself is about to change.
            for part in parts[1:]:
                new.append(
                    line.copy_data(self._prepare_kept(move, line, part))[0]
                    | {"move_id": move.id, "picking_id": move.picking_id.id}
                )
            if parts:
                self._write_changed(line, self._prepare_kept(move, line, parts[0]))
        self.env["stock.move.line"].create(new)

    def _prepare_kept(self, move, line, part):
        """Return the values of a line that holds a part."""
        values = {
            "lot_id": (part.lot or line.lot_id).id,
            "jd_lot_assumed": part.is_assumed,
        }
        if part.lot and line.lot_name and line.lot_name != part.lot.name:
            values["lot_name"] = part.lot.name
        if line.quantity_product_uom != part.quantity:
            values["product_uom_id"] = move.product_id.uom_id.id
            values["quantity"] = part.quantity
        if self._is_incoming() and not self._is_at_level(line.location_dest_id, part):
            values["location_dest_id"] = self._put_away(move, part).id
            # One package lies in one place.
            values["result_package_id"] = False
        return values

    @api.model
    def _write_changed(self, line, values):
        changed = {
            name: value
            for name, value in values.items()
            if line._fields[name].convert_to_write(line[name], line) != value
        }
        if changed:
            line.write(changed)

    # === ELSEWHERE === #

    def _take_elsewhere(self, move, parts):
        """Take parts that no line holds from where they lie.

        :param list parts: Tuples of `MovedPart` and the package to put it into.
        """
        for part, pack in parts:
            for pick in self._get_picks(move, part):
                self._add_pick(move, part, pick, pack)

    def _get_picks(self, move, part):
        """Return from where to take a part, as the warehouse's `Pick`s."""
        warehouse, place = self.warehouse_id, move.location_id
        if move._should_bypass_reservation():
            return [warehouse._jd_pick_missing(place, part.quantity, part.lot)]
        places = place
        if not self._is_incoming():
            own_place = warehouse._jd_get_location(part.level)
            places = own_place | place if self._is_at_level(place, part) else own_place
            # The place that the transfer names comes first, if it is of this level.
            places = places.sorted(lambda each: each != place)
        return warehouse._jd_pick(
            move.product_id,
            places,
            part.quantity,
            lot=part.lot,
            owner=move.picking_id.owner_id,
        )

    def _add_pick(self, move, part, pick, pack):
        """Add pieces to a move's line for the same spot, or to a new one."""
        spot = pick.spot
        values = {
            "location_id": spot.location.id,
            "lot_id": spot.lot.id,
            "package_id": spot.package.id,
            "owner_id": spot.owner.id,
            "jd_lot_assumed": part.is_assumed or pick.is_assumed,
            "location_dest_id": move.location_dest_id.id,
            "result_package_id": pack.id,
        }
        if self._is_incoming():
            values["location_dest_id"] = self._put_away(move, part).id
            if not self._is_at_level(move.location_dest_id, part):
                values["result_package_id"] = False
        unit = move.product_id.uom_id
        same = self._find_same_line(move, values)
        if same and move.product_id.tracking != "serial":
            quantity = same.quantity_product_uom + pick.quantity
            same.write({"product_uom_id": unit.id, "quantity": quantity})
            return
        values |= {
            "move_id": move.id,
            "picking_id": move.picking_id.id,
            "product_id": move.product_id.id,
            "company_id": move.company_id.id,
            "product_uom_id": unit.id,
            "quantity": pick.quantity,
        }
        self.env["stock.move.line"].create(values)

    @api.model
    def _find_same_line(self, move, values):
        return move.move_line_ids.filtered(
            lambda line: all(
                line._fields[name].convert_to_write(line[name], line) == value
                for name, value in values.items()
            )
        )[:1]

    # === NOWHERE === #

    def _report_missing(self):
        """Give somebody an activity about pieces that Odoo does not have there.

        Their stock becomes negative, which shows the difference to JD's.
        """
        lines = self._get_moves().move_line_ids.filtered(
            lambda line: line.picked and not line.move_id._should_bypass_reservation()
        )
        lying = self._read_lying(lines)
        for order in self:
            missing = []
            for line in lines & order.picking_id.move_line_ids:
                lacking = self._take_from(lying, line)
                if lacking > 0:
                    missing.append((line, lacking))
            if missing:
                order._request_attention(order._explain_missing(missing))

    @api.model
    def _read_lying(self, lines):
        """Return (product, `Spot`) → pieces that lie where lines take them from."""
        rows = self.env["stock.quant"]._read_group(
            [
                ("product_id", "in", lines.product_id.ids),
                ("location_id", "in", lines.location_id.ids),
            ],
            ["product_id", "location_id", "lot_id", "package_id", "owner_id"],
            ["quantity:sum"],
        )
        return {(row[0], Spot(*row[1:5])): row[5] for row in rows}

    @api.model
    def _take_from(self, lying, line):
        """Take a line's pieces from what lies where it says; return how many lack."""
        # As core does when it closes the transfer.
        owner = line.picking_id.owner_id or line.owner_id
        spot = Spot(line.location_id, line.lot_id, line.package_id, owner)
        left = line.quantity_product_uom
        # What has no lot becomes of the lot that leaves.
        for each in dict.fromkeys((spot, spot._replace(lot=spot.lot.browse()))):
            taken = min(left, max(0, lying.get((line.product_id, each), 0)))
            if taken:
                lying[line.product_id, each] -= taken
                left -= taken
        return left if line.product_uom_id.compare(left, 0) > 0 else 0

    def _explain_missing(self, missing):
        pieces = [
            f"{lacking:g} × "
            + " · ".join(
                name
                for name in (line.product_id.display_name, line.lot_id.name)
                if name
            )
            + f" ({line.location_id.display_name})"
            for line, lacking in missing
        ]
        return self.env._(
            "JD moved goods that Odoo does not have there, so the stock is now "
            "negative: %(pieces)s. Compare the stock with JD's.",
            pieces=", ".join(pieces),
        )

    # === LEVELS === #

    def _is_at_level(self, place, part):
        """Tell whether a location is for goods of the part's level."""
        warehouse = self.warehouse_id
        return warehouse._jd_get_level(place) == warehouse._jd_get_level_group(
            part.level
        )

    def _put_away(self, move, part):
        """Return where incoming pieces are put, by Odoo's putaway rules."""
        place = move.location_dest_id
        if not self._is_at_level(place, part):
            place = self.warehouse_id._jd_get_location(part.level)
        return place._get_putaway_strategy(
            move.product_id, quantity=part.quantity, packaging=move.packaging_uom_id
        )

    # === UNITS === #

    def _keep_units_whole(self, move, units):
        """Turn a move into the product's own unit where its unit would round.

        JD counts pieces: 11 of a dozen are no whole hundredths of a dozen, and neither
        is the one that is left for a backorder.
        """
        if move.product_uom == move.product_id.uom_id:
            return
        wanted = self._in_units(move, move.product_uom_qty)
        if self._is_exact(move, units) and self._is_exact(move, max(0, wanted - units)):
            return
        note = self.env._(
            "JD counts pieces: %(quantity)s %(unit)s of %(product)s are now %(pieces)s "
            "%(own_unit)s here.",
            quantity=f"{move.product_uom_qty:g}",
            unit=move.product_uom.name,
            product=move.product_id.display_name,
            pieces=f"{wanted:g}",
            own_unit=move.product_id.uom_id.name,
        )
        # Nothing changes but the unit: the reservation stays.
        move.with_context(do_not_unreserve=True, jd_changes_unit=True).write(
            {"product_uom": move.product_id.uom_id.id, "product_uom_qty": wanted}
        )
        self.env.add_to_compute(move._fields["quantity"], move)
        move.picking_id.message_post(body=note)

    @api.model
    def _is_exact(self, move, units):
        """Tell whether the move's unit can express a quantity in the product's."""
        unit = move.product_id.uom_id
        converted = unit._compute_quantity(
            units, move.product_uom, rounding_method="HALF-UP"
        )
        back = move.product_uom._compute_quantity(converted, unit, round=False)
        return float_compare(back, units, precision_digits=6) == 0
