"""Compares JD's pages with Odoo's stock, as of one instant, and keeps what differs."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date

from odoo import fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ... import const
from ...lib import api as jd_api
from ...lib.stock_diff import Place, compare, explain

# The cause of the activity about a share of agreeing products below the limit.
AGREEMENT = "agreement"


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

    # === COMPARE === #

    def _compare(self):
        """Compare the books; return whether the check is finished with this.

        What moved while the pages came, or stays unexplained, is asked for again alone;
        the second answer counts.

        :raise Contradiction: JD's pages do not fit together.
        """
        # All that is read from here on is of one instant: PostgreSQL's transactions
        # see what was committed when they began.
        now = fields.Datetime.now()
        if not self.again:
            self.taken_at = now
        books = self._read_books()
        if self._is_outage(books):
            self._end_incomplete(
                self.env._(
                    "JD reports no stock at all for this warehouse, and Odoo has goods "
                    "there. Not reported is not zero."
                )
            )
            return True
        result = compare(books.get_jd_quantities(), books.get_odoo_quantities())
        found = self._explain(result.differences)
        moved = self._get_moved_goods(books)
        if not self.again:
            self.write(
                {
                    "goods_count": result.goods,
                    "is_opening": self._is_first() and not any(books.odoo.values()),
                }
            )
            again = self._get_goods_to_ask_again(books, found, moved)
            settled = [each for each in found if each.place.goods not in again]
            self._keep(books, settled, moved)
            if again:
                self._ask_again(books, again, now)
                return False
        else:
            self._keep(books, found, moved | self._get_changed_goods(books))
        self._finish()
        return True

    def _is_outage(self, books):
        """Tell whether JD's list is empty though goods should be there."""
        is_whole = not self.again and not self.is_partial
        if not is_whole or any(row.on_hand for row in books.jd.values()):
            return False
        return any(on_hand > 0 for on_hand, _free in books.odoo.values())

    def _is_first(self):
        """Tell whether the whole warehouse is compared for the first time."""
        return not self.is_partial and not self.search_count(
            [
                ("warehouse_id", "=", self.warehouse_id.id),
                ("id", "!=", self.id),
                ("taken_at", "!=", False),
                ("state", "in", ("review", "done")),
            ],
            limit=1,
        )

    def _explain(self, differences):
        """Return the `lib.stock_diff.Difference`s, each with what explains it."""
        if not differences:
            return ()
        claims = self._get_claims(differences, self._get_counts())
        return explain(differences, claims, self._get_packs(differences))

    def _get_counts(self):
        """Return JD's own counts in this warehouse as `lib.api.StockCount`s."""
        if self.again:  # asked for once, with the first answer
            rows = self.jd_counts or []
        else:
            rows = self.jd_counts = [row for _part, row in self._get_rows("count")]
        return [
            jd_api.StockCount(
                number=number,
                goods_number=goods,
                quantity=quantity,
                at=fields.Datetime.to_datetime(at) or None,
                reason=reason,
                warehouse_no=warehouse_no,
                lot=jd_api.Lot(number=lot) if lot else None,
            )
            for number, goods, quantity, at, reason, warehouse_no, lot in rows
            if warehouse_no in ("", self.warehouse_id.jd_warehouse_no)
        ]

    def _get_packs(self, differences):
        """Return product id → how many units its packagings hold, above one."""
        ids = {place.goods for place in differences if isinstance(place.goods, int)}
        packs = {}
        for product in self.env["product.product"].browse(ids):
            sizes = {
                unit._compute_quantity(1, product.uom_id, round=False)
                for unit in product.uom_ids
            }
            packs[product.id] = sorted(size for size in sizes if size > 1)
        return packs

    # === BOTH SIDES === #

    def _read_books(self):
        """Return the `Books` of the goods that this reading is about."""
        # Values, not records: a warehouse may have a hundred thousand goods.
        goods = self._search_goods(self._get_goods_domain()).read(
            ["goods_no", "product_id"], load=""
        )
        numbers = {row["product_id"]: row["goods_no"] for row in goods}
        # Of several products with the same goods, JD's stock is that of the first.
        products = {row["goods_no"]: row["product_id"] for row in reversed(goods)}
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
        if self.again:
            return [product for product, no in numbers.items() if no in self.again]
        return self.product_ids.ids if self.is_partial else None

    def _read_jd(self, products):
        """Return JD's stock by place, and the days on which its lots expire.

        :param dict products: JD's goods number → product id.
        """
        group_of = self.warehouse_id._jd_get_level_group
        stock = defaultdict(Stock)
        for part, (number, level, total, usable) in self._get_rows("stock"):
            kind = part.split(":")[1]
            row = stock[Place(products.get(number, number), group_of(level))]
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
        return self._divide_by_lot(stock, lots), expiry

    def _get_tracked_products(self):
        """Return the ids of the products of which lots are compared."""
        tracked = self._search_goods([("product_id.tracking", "=", "lot")])
        return set(tracked.product_id.ids)

    def _divide_by_lot(self, stock, lots):
        """Return stock by place, with lots where JD names all of them.

        Where its lots do not add up to its stock, or have no number, only the sum can
        be compared.
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
            if Place(*place[:2]) not in found:
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

    # === GOODS THAT MOVED === #

    def _get_moved_goods(self, books):
        """Return the goods that moved on either side since JD was asked for them."""
        since = self.again_at or self.started_at
        places = self.warehouse_id._jd_get_locations_by_level().values()
        ids = [place for each in places for place in each]
        done = Domain("state", "=", "done") & Domain("write_date", ">=", since)
        inside = Domain("location_id", "in", ids) | Domain(
            "location_dest_id", "in", ids
        )
        lines = self.env["stock.move.line"]._read_group(done & inside, ["product_id"])
        events = self.env["jd.order.event"]._read_group(
            [
                ("order_id.warehouse_id", "=", self.warehouse_id.id),
                ("create_date", ">=", since),
            ],
            ["order_id"],
        )
        orders = self.env["jd.order"].union(*(order for (order,) in events))
        return {row[0].id for row in lines} | set(orders.line_ids.product_id.ids)

    def _get_goods_to_ask_again(self, books, found, moved):
        """Return the goods that differ and that a second answer may put right."""
        if self.is_opening:
            return set()
        again = {
            each.place.goods
            for each in found
            if (each.unexplained or each.place.goods in moved)
            and (each.place.goods in books.goods_no or each.jd is not None)
        }
        return again if len(again) <= const.STOCK_AGAIN_LIMIT else set()

    def _ask_again(self, books, goods, now):
        """Prepare the second reading, of these goods only."""
        again = {}
        for place, row in books.jd.items():
            if place.goods in goods:
                number = books.goods_no.get(place.goods, place.goods)
                again.setdefault(number, []).append([*place[1:], row.on_hand])
        for product in goods:
            if number := books.goods_no.get(product):
                again.setdefault(number, [])
        self.page_ids.unlink()
        self.write({"again": again or False, "again_at": now})

    def _get_changed_goods(self, books):
        """Return the goods of which JD's second answer is another one."""
        now = defaultdict(list)
        for place, row in books.jd.items():
            number = books.goods_no.get(place.goods, place.goods)
            now[number].append([*place[1:], row.on_hand])
        products = {number: goods for goods, number in books.goods_no.items()}
        return {
            products.get(number, number)
            for number, rows in self.again.items()
            if sorted(rows) != sorted(now[number])
        }

    # === HISTORY === #

    def _get_history(self, places):
        """Return place → its lines in earlier checks of the whole warehouse.

        A list of (taken at, line or empty), the latest first, of those that compared
        the warehouse.
        """
        lines = self.env["jd.stock.check.line"]
        checks = self.search(
            [
                ("warehouse_id", "=", self.warehouse_id.id),
                ("id", "!=", self.id),
                ("is_partial", "=", False),
                ("state", "in", ("review", "done")),
            ],
            limit=const.STOCK_CHECKS_LOOKED_AT,
        )
        products = [place.goods for place in places if isinstance(place.goods, int)]
        known = lines.search(
            [("check_id", "in", checks.ids), ("product_id", "in", products)]
        )
        by_check = {(line.check_id, line._get_place()): line for line in known}
        return {
            place: [
                (check.taken_at, by_check.get((check, place), lines))
                for check in checks
            ]
            for place in places
        }

    def _get_agreed_since(self, places):
        """Return place → when both books last agreed; absent if they never did.

        JD's number that was accepted agrees from then on.
        """
        agreed = {}
        for place, history in self._get_history(places).items():
            for taken_at, line in history:
                if not line or line.state == "accepted":
                    agreed[place] = line.decided_at or taken_at
                    break
        return agreed

    # === KEEP === #

    def _keep(self, books, found, unsteady):
        """Create a line for each difference, with its explanations.

        :param found: `lib.stock_diff.Difference`s.
        :param unsteady: The goods that moved while they were compared.
        """
        places = [each.place for each in found]
        agreed = self._get_agreed_since(places)
        history = self._get_history(places)
        lots = self._find_lots(places)
        lines = self.env["jd.stock.check.line"].create(
            [
                self._prepare_line(books, each, unsteady)
                | {
                    "since": self._get_since(history[each.place]),
                    "agreed_on": agreed.get(each.place),
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
                f"{pieces} {names.get(kind, kind)}"
                for kind, pieces in sorted(row.holds.items())
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
                    "document_name": names.get(part.claim.document),
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

    # === FINISH === #

    def _finish(self):
        """Sum up, take over what needs nobody, and tell somebody of the rest."""
        self.page_ids.unlink()
        lines = self.line_ids
        differing = {line.product_id.id or line.goods_no for line in lines}
        open_lines = lines.filtered("unexplained")
        oldest = min(open_lines.filtered("since").mapped("since"), default=False)
        agreeing = self.goods_count - len(differing)
        self.write(
            {
                "state": "review",
                "again": False,
                "jd_counts": False,
                "attempts": 0,
                "problem": False,
                "retry_at": False,
                "finished_at": fields.Datetime.now(),
                "difference_count": len(lines),
                "agreeing_count": agreeing,
                "agreement": 100 * agreeing / (self.goods_count or 1),
                "unexplained_units": sum(abs(each.unexplained) for each in lines),
                "unexplained_value": sum(abs(each.value) for each in lines),
                "oldest_since": oldest,
                "oldest_days": oldest and (self.taken_at - oldest).days,
            }
        )
        self._settle_recounted()
        self._decide_small()
        self._request_decisions()
        self._report_agreement()
        self._close_if_decided()

    def _report_agreement(self):
        """Tell somebody when too few products agree; take it back when they do."""
        connector = self.connector_id
        if self.is_partial or self.is_opening or not self.goods_count:
            return
        cause = f"{AGREEMENT} {self.warehouse_id.id}"
        if self.agreement >= connector.stock_check_agreement:
            connector._close_attention(cause)
            return
        connector._request_attention(
            self.env._(
                "In %(warehouse)s, JD's stock and Odoo's agree for %(share)s %% of the "
                "products only; your limit is %(limit)s %%. Open the stock check of "
                "the warehouse.",
                warehouse=self.warehouse_id.display_name,
                share=f"{self.agreement:.1f}",
                limit=f"{connector.stock_check_agreement:g}",
            ),
            cause=cause,
        )
