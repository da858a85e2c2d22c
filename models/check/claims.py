"""Adds up what documents explain of a check's differences, by place and document."""

from collections import defaultdict
from typing import NamedTuple

from ...lib.stock_diff import Claim, Place


class Cause(NamedTuple):
    """Pieces with the same cause are one explanation.

    :param document: The record.
    """

    kind: str
    place: Place
    document: object
    at_most: bool = False


class Causes:
    """The pieces that documents explain; those of places that agree are left out.

    :param differences: Place → (JD's number, Odoo's), of the places that differ.
    :param since: Place → when it agreed last. What happened before is accounted for.
    :param start: The same for a place that never agreed.
    """

    def __init__(self, differences, since, start):
        self.differences = differences
        self.pieces = defaultdict(float)
        self.moments = {}
        self._since = {place: since.get(place) or start for place in differences}
        self.earliest = min(self._since.values(), default=start)
        self._places = defaultdict(list)
        for place in differences:
            self._places[place.goods].append(place)

    @property
    def product_ids(self):
        return [goods for goods in self._places if isinstance(goods, int)]

    def add(
        self, kind, document, goods, level, lot, pieces, *, since=None, at_most=False
    ):
        """Add pieces that a document explains; signed as a difference is.

        :param goods: Product id, or JD's goods number.
        :param level: One of the levels that Odoo distinguishes; empty for any.
        :param lot: Its name, or False where it is not known.
        :param since: When it happened, for a cause that is accounted for where the
            books agreed later; None for documents that are still open.
        """
        place = self.find(goods, level, lot or "", since)
        if place and pieces:
            cause = Cause(kind, place, document, at_most)
            self.pieces[cause] += pieces
            if since:
                self.moments[cause] = max(since, self.moments.get(cause, since))

    def find(self, goods, level, lot, since):
        """Return the `Place` that a claim is about, None if it is of no use.

        That is where nothing differs, or where the books agreed after `since`.
        """
        at_level = [p for p in self._places[goods] if level in ("", p.level)]
        # Where JD's lots do not add up to its stock, only the sums are compared.
        if not any(place.lot for place in at_level):
            lot = ""
        found = [place for place in at_level if lot in ("", place.lot)]
        if since:
            found = [place for place in found if since >= self._since[place]]
        return Place(goods, level, lot) if found else None

    def get_claims(self, describe):
        """Return a `Claim` for each cause.

        :param describe: Function of cause, pieces and moment (None for open documents)
            that returns evidence and when the document closes by itself, or None.
        """
        claims = []
        for cause, pieces in self.pieces.items():
            if not round(pieces, 6):
                continue
            kind, place, document, at_most = cause
            evidence, heals_at = describe(cause, pieces, self.moments.get(cause))
            key = (document._name, document.id)
            claims.append(
                Claim(kind, place, pieces, key, evidence, heals_at or None, at_most)
            )
        return claims
