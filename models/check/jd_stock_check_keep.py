"""Keeps the differences that a stock check found, and since when they are there."""

from collections import defaultdict

from odoo import models
from odoo.fields import Domain

from ... import const
from .jd_stock_check import COMPARED
from .jd_stock_check_books import Stock


class JdStockCheck(models.Model):
    _inherit = "jd.stock.check"

    # === HISTORY === #

    def _get_history(self, places):
        """Return place → its lines in earlier checks of the warehouse.

        A list of (taken at, line or empty), the latest first, of those that compared
        its goods.
        """
        lines = self.env["jd.stock.check.line"]
        products = {place.goods for place in places if isinstance(place.goods, int)}
        numbers = {place.goods for place in places} - products
        compared = self._get_earlier_checks(products)
        known = lines.search(
            Domain("check_id", "in", [check.id for check, _goods in compared])
            & (
                Domain("product_id", "in", list(products))
                | Domain("goods_no", "in", list(numbers))
                & Domain("product_id", "=", False)
            )
        )
        by_check = {(line.check_id, line._get_place()): line for line in known}
        return {
            place: [
                (check.taken_at, by_check.get((check, place), lines))
                for check, goods in compared
                if goods is None or place.goods in goods
            ]
            for place in places
        }

    def _get_earlier_checks(self, products):
        """Return (check, ids of the products that it compared or None for all).

        The latest first, of those that compared any of these products.
        """
        earlier = (
            Domain("warehouse_id", "=", self.warehouse_id.id)
            & Domain("id", "!=", self.id)
            & Domain("state", "in", COMPARED)
        )
        whole, partial = (
            self.search(
                earlier & which,
                order="taken_at desc, id desc",
                limit=const.STOCK_CHECKS_LOOKED_AT,
            )
            for which in (
                Domain("is_partial", "=", False),
                Domain("is_partial", "=", True)
                & Domain("product_ids", "in", list(products)),
            )
        )
        return [
            (check, set(check.product_ids.ids) if check.is_partial else None)
            for check in (whole | partial).sorted("taken_at", reverse=True)
        ]

    def _get_agreed_since(self, places):
        """Return place → since when causes explain it; absent if it never agreed."""
        agreed = {
            place: self._find_agreement(history)
            for place, history in self._get_history(places).items()
        }
        return {
            # What was accepted is settled: the same cause explains no more.
            place: at if is_accepted else at - const.STOCK_AGREED_MARGIN
            for place, (at, is_accepted) in agreed.items()
            if at
        }

    def _find_agreement(self, history):
        """Return when both books last agreed, and whether JD's number was accepted.

        It agrees from then on. The time is False if they never did.
        """
        for taken_at, line in history:
            if line.state == "accepted":
                return line.decided_at, True
            if not line:
                return taken_at, False
        # Earlier checks are not looked at any more: the last one of them says it.
        oldest = history[-1][1] if history else self.env["jd.stock.check.line"]
        return oldest.agreed_on, False

    # === KEEP === #

    def _keep(self, books, found, unsteady):
        """Create a line for each difference, with its explanations.

        :param found: `lib.stock_diff.Difference`s.
        :param unsteady: The goods that moved while they were compared.
        """
        places = [each.place for each in found]
        history = self._get_history(places)
        lots = self._find_lots(places)
        lines = self.env["jd.stock.check.line"].create(
            [
                self._prepare_line(books, each, unsteady)
                | {
                    "since": self._get_since(history[each.place]),
                    "agreed_on": self._find_agreement(history[each.place])[0],
                    "lot_id": lots.get((each.place.goods, each.place.lot)),
                }
                for each in found
            ]
        )
        self._keep_explanations(lines, found)

    def _get_since(self, history):
        """Return when a difference was first seen: in an unbroken row of checks."""
        line = history[0][1] if history else None
        return line.since if line and line.state != "accepted" else self.taken_at

    def _find_lots(self, places):
        """Return (product id, name) → lot id."""
        named = [place for place in places if place.lot]
        lots = self.env["stock.lot"].search(
            [
                ("name", "in", [place.lot for place in named]),
                ("product_id", "in", [place.goods for place in named]),
                ("company_id", "in", [self.company_id.id, False]),
            ]
        )
        return {(lot.product_id.id, lot.name): lot.id for lot in lots}

    def _prepare_line(self, books, found, unsteady):
        place, product = found.place, self.env["product.product"]
        if isinstance(place.goods, int):
            product = product.browse(place.goods)
        unexplained = float(found.unexplained)
        cost = product.with_company(self.company_id).standard_price if product else 0
        return {
            "check_id": self.id,
            "product_id": product.id,
            "goods_no": books.goods_no.get(place.goods)
            or (not product and place.goods),
            "level": place.level,
            "lot_name": place.lot,
            "expires_on": books.expiry.get(place) or False,
            "jd_quantity": found.jd or 0,
            "is_reported": found.jd is not None,
            "odoo_quantity": found.odoo,
            "difference": float(found.difference),
            "explained": float(found.explained),
            "unexplained": unexplained,
            "value": unexplained * cost,
            "state": self._get_line_state(found, unsteady),
            **self._prepare_usable(books, place),
        }

    def _get_line_state(self, found, unsteady):
        if not found.unexplained:
            return "explained"
        return "moving" if found.place.goods in unsteady else "open"

    def _prepare_usable(self, books, place):
        row = books.jd.get(place) or Stock()
        names = self.env["jd.stock.check.line"]._get_hold_names()
        return {
            "jd_usable": row.usable,
            "odoo_free": books.odoo.get(place, (0, 0))[1],
            "holds": ", ".join(
                f"{pieces} {names[kind]}" for kind, pieces in sorted(row.holds.items())
            ),
        }

    def _keep_explanations(self, lines, found):
        parts = [
            (line, part)
            for line, each in zip(lines, found, strict=True)
            for part in each.parts
        ]
        names = self._get_document_names([part.claim.document for _l, part in parts])
        self.env["jd.stock.check.explanation"].create(
            [
                {
                    "line_id": line.id,
                    "kind": part.claim.kind,
                    "quantity": float(part.quantity),
                    "res_model": part.claim.document and part.claim.document[0],
                    "res_id": part.claim.document and part.claim.document[1],
                    "document_name": names.get(part.claim.document)
                    or part.claim.number,
                    "evidence": self._get_evidence(part),
                    "heals_at": part.claim.heals_at,
                }
                for line, part in parts
            ]
        )

    def _get_document_names(self, documents):
        """Return (model, id) → the document's name."""
        by_model = defaultdict(set)
        for model, record_id in filter(None, documents):
            by_model[model].add(record_id)
        return {
            (model, record.id): record.display_name
            for model, ids in by_model.items()
            for record in self.env[model].browse(ids).exists()
        }
