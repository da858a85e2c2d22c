"""Where the goods of a warehouse lie, and which of them leave first."""

from collections import defaultdict
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import NamedTuple

from odoo import api, models
from odoo.fields import Domain


class Spot(NamedTuple):
    """What tells pieces of a product apart in stock: the records a quant names."""

    location: models.BaseModel
    lot: models.BaseModel
    package: models.BaseModel
    owner: models.BaseModel


@dataclass
class Lying:
    """Pieces that lie at a spot.

    :param free: Pieces that no transfer has reserved.
    :param held: Pieces that open transfers have reserved.
    """

    spot: Spot
    free: float
    held: float


@dataclass(frozen=True)
class Pick:
    """Pieces to take from a spot.

    :param is_assumed: Whether JD named no lot.
    :param is_missing: Whether Odoo has no such pieces: the stock becomes negative.
    """

    spot: Spot
    quantity: float
    is_assumed: bool = False
    is_missing: bool = False


@dataclass
class _Picker:
    """Takes pieces from where they lie until there are enough."""

    left: float
    picked: dict = field(default_factory=dict)

    def take(self, lying):
        """Take pieces in this order, first what no other transfer has reserved."""
        for member in ("free", "held"):
            for each in lying:
                pieces = min(self.left, getattr(each, member))
                if pieces > 0:
                    setattr(each, member, getattr(each, member) - pieces)
                    self.picked[each.spot] = self.picked.get(each.spot, 0) + pieces
                    self.left -= pieces
        return self


class StockWarehouse(models.Model):
    _inherit = "stock.warehouse"

    def _jd_pick(self, product, places, quantity, lot=False, owner=False):
        """Return from where pieces that JD moved are taken, as a list of `Pick`.

        Without a lot, those of a tracked product are assumed: what expires first leaves
        first. Pieces that lie nowhere are taken from the first place.

        :param places: Locations to take from, with those inside them; the preferred
            ones first.
        :param lot: The lot that JD reports.
        :param owner: Take only goods of this owner.
        """
        lying = self._jd_get_lying(product, places, owner)
        picker = _Picker(quantity)
        unnamed = [each for each in lying if not each.spot.lot]
        if product.tracking == "none":
            picks = self._jd_get_picks(picker.take(lying))
        elif lot:
            named = [each for each in lying if each.spot.lot == lot]
            # Pieces without a lot become pieces of this one, as in core.
            picker.take(named).take(unnamed)
            picks = [
                replace(pick, spot=pick.spot._replace(lot=lot))
                for pick in self._jd_get_picks(picker)
            ]
        else:
            with_lot = [each for each in lying if each.spot.lot]
            picks = self._jd_get_picks(picker.take(self._jd_sort_by_expiry(with_lot)))
            picks = [replace(pick, is_assumed=True) for pick in picks]
            return picks + self._jd_pick_unknown_lots(product, places, picker, unnamed)
        if picker.left > 0:
            picks.append(self._jd_pick_missing(places, picker.left, lot, owner))
        return picks

    def _jd_pick_among(self, quants, quantity):
        """Return which pieces of these quants of a product are taken, as `Pick`s.

        Those that no transfer has reserved come first, then what expires or came first.
        They may be fewer than wanted.
        """
        leaving = defaultdict(float)
        if any(quants.mapped("reserved_quantity")):
            leaving = self._jd_get_leaving(quants.product_id, quants.location_id)
        lying = self._jd_list_lying(quants.sorted("in_date"), leaving)
        picker = _Picker(quantity).take(self._jd_sort_by_expiry(lying))
        return self._jd_get_picks(picker)

    @api.model
    def _jd_get_picks(self, picker):
        return [Pick(spot, pieces) for spot, pieces in picker.picked.items()]

    def _jd_pick_missing(self, places, quantity, lot=False, owner=False):
        """Return the `Pick` of pieces that lie nowhere."""
        spot = Spot(
            places[:1],
            lot or self.env["stock.lot"],
            self.env["stock.package"],
            owner or self.env["res.partner"],
        )
        return Pick(spot, quantity, is_missing=True)

    def _jd_get_lying(self, product, places, owner=False):
        """Return what lies in the places, as `Lying`, in the removal order of each."""
        # sudo: as in core, whoever moves goods need not see all stock
        quants = self.env["stock.quant"].sudo()
        for place in places:
            quants |= quants._gather(product, place, owner_id=owner or None)
        return self._jd_list_lying(quants, self._jd_get_leaving(product, places))

    @api.model
    def _jd_list_lying(self, quants, leaving):
        """Return what these quants hold, as `Lying`, in their order.

        :param leaving: As from `_jd_get_leaving`.
        """
        found = {}
        for quant in quants:
            spot = Spot(
                quant.location_id, quant.lot_id, quant.package_id, quant.owner_id
            )
            quantity, reserved = found.get(spot, (0, 0))
            found[spot] = quantity + quant.quantity, reserved + quant.reserved_quantity
        lying = []
        for spot, (quantity, reserved) in found.items():
            free = max(0, quantity - reserved)
            held = max(0, quantity - free - leaving[spot])
            if free or held:
                lying.append(Lying(spot, free, held))
        return lying

    @api.model
    def _jd_get_leaving(self, product, places):
        """Return spot → pieces that are picked and leave, so that nobody else can."""
        domain = (
            Domain("product_id", "=", product.id)
            & Domain("location_id", "child_of", places.ids)
            & Domain("picked", "=", True)
            & Domain("state", "not in", ("done", "cancel"))
        )
        rows = self.env["stock.move.line"]._read_group(
            domain,
            ["location_id", "lot_id", "package_id", "owner_id"],
            ["quantity_product_uom:sum"],
        )
        leaving = defaultdict(float)
        leaving.update({Spot(*row[:4]): row[4] for row in rows})
        return leaving

    # === LOTS === #

    @api.model
    def _jd_sort_by_expiry(self, lying):
        if "expiration_date" not in self.env["stock.lot"]._fields:
            return lying
        return sorted(
            lying, key=lambda each: each.spot.lot.expiration_date or datetime.max
        )

    def _jd_pick_unknown_lots(self, product, places, picker, unnamed):
        """Return picks of lots that Odoo does not know, for what a picker lacks."""
        if picker.left <= 0:
            return []
        picker.picked = {}
        picks = self._jd_get_picks(picker.take(unnamed))
        if picker.left > 0:
            picks.append(self._jd_pick_missing(places, picker.left))
        lots = self._jd_create_unknown_lots(product, sum(p.quantity for p in picks))
        return [
            replace(
                pick, spot=pick.spot._replace(lot=lot), quantity=each, is_assumed=True
            )
            for pick in picks
            for lot, each in self._jd_divide(product, lots, pick.quantity)
        ]

    @api.model
    def _jd_divide(self, product, lots, quantity):
        """Return (lot, pieces): all in one lot, or one for each serial number."""
        if product.tracking == "lot":
            return [(lots[0], quantity)]
        return [(lots.pop(0), 1) for _each in range(int(quantity))]

    def _jd_create_unknown_lots(self, product, quantity):
        """Return a lot, or serial numbers, for pieces whose lot nobody knows."""
        # JD has moved them: a negative stock of such a lot shows the difference.
        lots = self.env["stock.lot"]
        name = self.env._("Unknown at %(warehouse)s", warehouse=self.code)
        if product.tracking == "lot":
            return [lots._jd_get(product, name, self.company_id)]
        # Numbered on, so that each unknown serial number is one of its own.
        known = lots.search_count(
            [("product_id", "=", product.id), ("name", "like", f"{name} ")]
        )
        return [
            lots._jd_get(product, f"{name} {known + number}", self.company_id)
            for number in range(1, int(quantity) + 1)
        ]
