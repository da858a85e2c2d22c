"""Both sides of a stock check, by place, as of one instant."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date

from odoo import models
from odoo.tools import SQL

from ...lib import api as jd_api
from ...lib.stock_diff import Place


@dataclass
class Stock:
    """JD's side of one place.

    :param holds: Kind of hold → pieces, of what lies there and is not for sale.
    """

    on_hand: int = 0
    usable: int = 0
    holds: dict = field(default_factory=dict)


@dataclass
class Books:
    """Both sides as of one instant, by `Place`.

    :param jd: `Stock`; what is missing here was not reported.
    :param odoo: Pieces on hand and free, in the product's unit.
    :param expiry: Place → the day JD names for the lot.
    :param goods_no: Product id → JD's number of its goods.
    """

    jd: dict
    odoo: dict
    expiry: dict
    goods_no: dict

    def get_jd_quantities(self):
        """Return place → pieces for all places; None where JD reports nothing.

        Of goods that JD does report, a level or lot that it leaves out has none: its
        lots are compared only where they add up to its stock.
        """
        reported = {place.goods for place in self.jd}
        quantities = {
            place: 0 if place.goods in reported else None for place in self.odoo
        }
        quantities.update({place: row.on_hand for place, row in self.jd.items()})
        return quantities

    def get_odoo_quantities(self):
        quantities = dict.fromkeys(self.jd, 0.0)
        quantities.update({place: row[0] for place, row in self.odoo.items()})
        return quantities


class JdStockCheck(models.Model):
    _inherit = "jd.stock.check"

    # === BOTH SIDES === #

    def _read_books(self):
        """Return the `Books` of the goods that this reading is about."""
        # Values, not records: a warehouse may have a hundred thousand goods.
        goods = self._search_goods(self._get_goods_domain())._as_query()
        rows = self.env.execute_query(goods.select("product_id", "goods_no"))
        numbers = dict(rows)
        # Of several products with the same goods, JD's stock is that of the first.
        products = {number: product for product, number in reversed(rows)}
        scope = self._get_scope(numbers)
        jd, expiry = self._read_jd(products)
        odoo = self._read_odoo(scope, {place[:2] for place in jd if place.lot})
        return Books(jd, odoo, expiry, numbers)

    def _get_goods_domain(self):
        if self.again:
            return [("goods_no", "in", list(self.again))]
        return [("product_id", "in", self.product_ids.ids)] if self.is_partial else []

    def _get_scope(self, numbers):
        """Return the ids of the products to compare; None for the whole warehouse.

        :param dict numbers: As `Books.goods_no`.
        """
        if again := self.again:  # a copy, whenever it is read
            return [product for product, no in numbers.items() if no in again]
        return self.product_ids.ids if self.is_partial else None

    def _read_jd(self, products):
        """Return JD's stock by place, and the days on which its lots expire.

        :param dict products: JD's goods number → product id.
        """
        group_of = self.warehouse_id._jd_get_level_group
        stock, untold = defaultdict(Stock), set()
        for part, (number, level, total, usable) in self._get_rows("stock", key=2):
            kind = part.split(":")[1]
            place = Place(products.get(number, number), group_of(level))
            row = stock[place]
            if total is None:
                untold.add(place.goods)
            row.on_hand += total or 0
            if kind == jd_api.StockType.SELLABLE:
                row.usable += usable or 0
            elif total:
                row.holds[kind] = row.holds.get(kind, 0) + total
        lots, expiry = defaultdict(Stock), {}
        tracked = self._get_tracked_products()
        for _part, (number, level, lot, expires, total) in self._get_rows("lot"):
            if products.get(number) in tracked:
                place = Place(products[number], group_of(level), lot)
                lots[place].on_hand += total or 0
                expiry[place] = expires and date.fromisoformat(expires)
        # Without a number, JD has named the goods and does not report their stock.
        told = {place: row for place, row in stock.items() if place.goods not in untold}
        return self._divide_by_lot(told, lots), expiry

    def _get_tracked_products(self):
        """Return the ids of the products of which lots are compared."""
        tracked = self._search_goods([("product_id.tracking", "=", "lot")])
        return set(tracked.product_id.ids)

    def _divide_by_lot(self, stock, lots):
        """Return stock by place, with lots where JD names all of them.

        Where its lots do not add up to its stock, or have no number, only the sum can
        be compared. Lots of which nothing lies there are on their way.
        """
        sums, unnamed = defaultdict(int), set()
        for place, row in lots.items():
            sums[place[:2]] += row.on_hand
            unnamed |= {place[:2]} if not place.lot else set()
        found = {}
        for place, row in stock.items():
            goods = place[:2]
            if goods in unnamed or sums.get(goods) != row.on_hand:
                found[place] = row
        for place, row in lots.items():
            whole = Place(*place[:2])
            if whole in stock and whole not in found:
                found[place] = row
        return found

    def _read_odoo(self, scope, by_lot):
        """Return place → pieces on hand and free in the warehouse's locations.

        :param scope: Product ids, or None for all.
        :param by_lot: (product id, level) of which lots are compared.
        """
        found = defaultdict(lambda: (0.0, 0.0))
        if scope is not None and not scope:
            return found
        levels = self.warehouse_id._jd_get_locations_by_level()
        group_of = {place: level for level, ids in levels.items() for place in ids}
        products = SQL("AND q.product_id = ANY(%s)", scope) if scope else SQL()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT q.product_id, q.location_id, lot.name,
                       SUM(q.quantity), SUM(q.quantity - q.reserved_quantity)
                  FROM stock_quant q
                  LEFT JOIN stock_lot lot ON lot.id = q.lot_id
                 WHERE q.location_id = ANY(%s) %s
              GROUP BY q.product_id, q.location_id, lot.name
                """,
                list(group_of),
                products,
            )
        )
        for product, location, lot, quantity, free in rows:
            level = group_of[location]
            by_name = (product, level) in by_lot
            place = Place(product, level, (lot or "") if by_name else "")
            before = found[place]
            found[place] = before[0] + quantity, before[1] + free
        return found
