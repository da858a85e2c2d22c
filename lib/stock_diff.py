"""Compares two books of a warehouse, and explains each difference by what caused it.

Pure: what JD holds, what Odoo holds and what could explain a difference are given. All
is counted in millionths of a unit, so that the parts of a difference add up exactly.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

# In the order in which they are applied.
KINDS = (
    *("shipped", "closed_after", "received", "returned", "left_to_supplier"),
    *("shipped_cancelled", "changed_by_hand", "level_change", "jd_count"),
    *("foreign_order", "unit", "shared_goods", "lot", "unknown_goods", "odoo_only"),
    "decided",
)
# JD has done it, and the document in Odoo is open: they count in full, and before all
# others: what is left once these documents are closed is the true difference.
CERTAIN = frozenset(
    {"shipped", "received", "returned", "left_to_supplier", "level_change"}
)

# Each of these claims may be true or not, whatever the others of its kind are.
_SINGLE = frozenset({"closed_after", "decided"})

_MILLION = 1_000_000
_RANKS = {kind: rank for rank, kind in enumerate(KINDS)}


class Place(NamedTuple):
    """What is compared: goods at one goods level, in one lot where lots are compared.

    :param goods: The id of the product; JD's goods number where no product is known.
    :param level: A `GoodsLevel` that Odoo distinguishes. Empty in a claim that may be
        about any level.
    :param lot: Name of the lot; empty where lots are not compared, or where the pieces
        have none. Empty in a claim that may be about any lot.
    """

    goods: int | str
    level: str
    lot: str = ""


@dataclass(frozen=True)
class Claim:
    """What could explain a difference: a document, and its pieces.

    :param kind: One of `KINDS`, except `unit` and `lot`, which `explain` finds.
    :param quantity: Signed: by how much JD's number less Odoo's changes because of it.
    :param document: (model, id); only carried, like the next two.
    :param evidence: What shows it, in the merchant's words.
    :param heals_at: When the document is due to close by itself.
    :param at_most: Whether only some of the pieces may have moved: then the claim
        counts towards zero only, of whatever kind it is.
    :param number: JD's number of what is no document here; only carried.
    """

    kind: str
    place: Place
    quantity: float
    document: tuple[str, int] | None = None
    evidence: str = ""
    heals_at: datetime | None = None
    at_most: bool = False
    number: str = ""

    @property
    def is_certain(self):
        """Whether all of its pieces have moved at JD."""
        return self.kind in CERTAIN and not self.at_most


@dataclass(frozen=True)
class Part:
    """The pieces of a difference, signed, that a claim explains."""

    claim: Claim
    quantity: float


@dataclass(frozen=True)
class Difference:
    """A place on which the books differ, and the parts that are explained.

    :param jd: None where JD does not report the goods, which is not zero.
    """

    place: Place
    jd: int | None
    odoo: float
    parts: tuple[Part, ...] = ()

    @property
    def difference(self):
        """JD's number less Odoo's; what is not reported counts as none."""
        return _subtract(self.jd, self.odoo) / _MILLION

    @property
    def explained(self):
        return self._count_explained() / _MILLION

    @property
    def unexplained(self):
        """What is left: with `explained`, it makes `difference`, to six decimals."""
        return (_subtract(self.jd, self.odoo) - self._count_explained()) / _MILLION

    def _count_explained(self):
        return sum(_count(part.quantity) for part in self.parts)


@dataclass(frozen=True)
class Comparison:
    """The places on which two books differ, and how many goods agree in all places.

    :param differences: Place → (JD's number or None, Odoo's number).
    :param goods: How many goods are in either of the books.
    """

    differences: dict[Place, tuple[int | None, float]]
    agreeing_goods: int
    goods: int


def compare(jd: Mapping, odoo: Mapping) -> Comparison:
    """Compare JD's numbers with Odoo's.

    A place that JD does not name is not reported, unless its number is given as 0: the
    caller knows which of JD's lists are complete. It agrees where Odoo has none.

    :param jd: Place → pieces; None for a place that JD does not report.
    :param odoo: Place → quantity in the product's unit.
    """
    differences = {}
    for place, quantity in odoo.items():
        number = jd.get(place)
        if number != quantity and _subtract(number, quantity):
            differences[place] = (number, quantity)
    for place, number in jd.items():
        if number and place not in odoo:
            differences[place] = (number, 0.0)
    goods = {place.goods for place in odoo}
    goods.update(place.goods for place in jd)
    differing = {place.goods for place in differences}
    return Comparison(differences, len(goods) - len(differing), len(goods))


def explain(
    differences: Mapping, claims: Iterable[Claim], packs: Mapping
) -> tuple[Difference, ...]:
    """Explain differences by claims, each piece of which is used once.

    Certain claims count in full, even where their sum overshoots. After them, others
    count in the order of `KINDS`, as far as they bring what is left towards zero; an
    earlier decision only where it is exactly what is left. What two claims of a kind
    did and undid at one place explains nothing.

    Claims on places that agree are ignored. One that may be about several places is
    spread over those that differ, towards zero first. The result does not depend on the
    order of the input.

    :param differences: `Comparison.differences`.
    :param packs: Goods → sizes of its packs, above 1.
    """
    by_goods = defaultdict(list)
    for place in sorted(differences, key=_get_place_key):
        by_goods[place.goods].append(place)
    claimed = defaultdict(list)
    for claim in claims:
        if claim.place.goods in by_goods:
            claimed[claim.place.goods].append(claim)
    return tuple(
        row
        for goods, places in by_goods.items()
        for row in _explain_goods(
            {place: differences[place] for place in places},
            claimed[goods],
            packs.get(goods, ()),
        )
    )


def find_pack(quantity, sizes):
    """Return the largest size of a pack of which a quantity is an exact multiple.

    :return: None where there is no such size.
    """
    pieces = _count(quantity)
    fitting = [s for s in sizes if s > 1 and pieces and not pieces % _count(s)]
    return max(fitting, default=None)


def _explain_goods(differences, claims, sizes):
    """Return the `Difference` of each place of one goods."""
    rests = _Rests(differences)
    # Those that name their place come first: they leave other places to the others.
    claims = sorted(claims, key=_get_claim_key)
    for claim in claims:
        if claim.is_certain:
            rests.use_in_full(claim)
    others = _cancel_out([claim for claim in claims if not claim.is_certain])
    for kind in KINDS:
        if kind == "unit":
            rests.find_units(sizes)
        elif kind == "lot":
            rests.find_lots()
        for claim, pieces in others:
            if claim.kind == kind:
                rests.use(claim, pieces)
    return rests.get_differences()


def _cancel_out(claims):
    """Return (claim, pieces in millionths) without those that others of them undid.

    Of the claims of a kind about the same place, the first undo each other.
    """
    sums = defaultdict(int)
    for claim in claims:
        sums[_get_undoing(claim)] += _count(claim.quantity)
    undone = {
        (*key, is_more): min(abs(total), abs(sums.get((*key, not is_more), 0)))
        for (*key, is_more), total in sums.items()
    }
    found = []
    for claim in claims:
        key, pieces = _get_undoing(claim), _count(claim.quantity)
        if claim.kind not in _SINGLE and not claim.at_most:
            used = min(abs(pieces), undone[key])
            undone[key] -= used
            pieces -= used if pieces > 0 else -used
        found.append((claim, pieces))
    return found


def _get_undoing(claim):
    """Return what claims that may undo each other share, and the sign."""
    return claim.kind, claim.place, claim.at_most, claim.quantity > 0


class _Rests:
    """What is left of the differences of one goods, in millionths, and the parts."""

    def __init__(self, differences):
        self.differences = differences
        self.left = {place: _subtract(*pair) for place, pair in differences.items()}
        self.parts = {place: [] for place in differences}

    def get_differences(self):
        return [
            Difference(place, *pair, tuple(self.parts[place]))
            for place, pair in self.differences.items()
        ]

    def use_in_full(self, claim):
        """Use all pieces of a claim, also where they overshoot."""
        pieces = self._find_towards_zero(claim.place, _count(claim.quantity))
        if pieces:
            first = next(iter(pieces))
            pieces[first] += _count(claim.quantity) - sum(pieces.values())
        self._add(claim, pieces)

    def use(self, claim, pieces):
        """Use pieces of a claim as far as they bring what is left towards zero."""
        if claim.kind == "decided" and self.left.get(claim.place) != pieces:
            return
        self._add(claim, self._find_towards_zero(claim.place, pieces))

    def find_units(self, sizes):
        """Explain what is left of a place where it is an exact multiple of a pack.

        What cancels out between lots is exchanged, not miscounted.
        """
        for places in self._group_by_level():
            exchanged = self._get_exchanged(places)
            for place in places:
                rest = self.left[place] - exchanged[place]
                if find_pack(rest / _MILLION, sizes):
                    self._add_found("unit", place, rest)

    def find_lots(self):
        """Explain what is left of the lots of a level as far as they cancel out."""
        for places in self._group_by_level():
            for place, pieces in self._get_exchanged(places).items():
                if pieces:
                    self._add_found("lot", place, pieces)

    def _get_exchanged(self, places):
        """Return place → what is left of it as far as all the places cancel out."""
        exchanged = dict.fromkeys(places, 0)
        more = sum(max(0, self.left[place]) for place in places)
        less = sum(max(0, -self.left[place]) for place in places)
        for sign in (1, -1):
            pieces = min(more, less)
            for place in places:
                used = min(pieces, max(0, sign * self.left[place]))
                exchanged[place] += sign * used
                pieces -= used
        return exchanged

    def _group_by_level(self):
        groups = defaultdict(list)
        for place in self.left:
            groups[place.level].append(place)
        return groups.values()

    def _find_towards_zero(self, wanted, pieces):
        """Return place → pieces, for each place that a claim's place may mean."""
        sign = 1 if pieces > 0 else -1
        found = {}
        for place, rest in self.left.items():
            if wanted.level in ("", place.level) and wanted.lot in ("", place.lot):
                used = min(sign * pieces, max(0, sign * rest))
                found[place] = sign * used
                pieces -= sign * used
        return found

    def _add(self, claim, pieces):
        for place, used in pieces.items():
            if used:
                self.left[place] -= used
                self.parts[place].append(Part(claim, used / _MILLION))

    def _add_found(self, kind, place, pieces):
        self._add(Claim(kind, place, pieces / _MILLION), {place: pieces})


def _count(quantity):
    """Return a quantity in millionths."""
    return round(quantity * _MILLION)


def _subtract(jd, odoo):
    return _count(jd or 0) - _count(odoo)


def _get_place_key(place):
    return isinstance(place.goods, str), place.goods, place.level, place.lot


def _get_claim_key(claim):
    """Return what sorts claims of the same goods, whatever order they come in."""
    return (
        (not claim.place.level) + (not claim.place.lot),
        _RANKS[claim.kind],
        claim.place.level,
        claim.place.lot,
        claim.document or ("", 0),
        _count(claim.quantity),
        claim.evidence,
        claim.heals_at or datetime.max,
        claim.at_most,
        claim.number,
    )
