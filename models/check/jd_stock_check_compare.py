"""Compares JD's pages with Odoo's stock, as of one instant, and keeps what differs."""

from collections import defaultdict

from odoo import fields, models
from odoo.fields import Domain

from ... import const
from ...lib import api as jd_api
from ...lib.stock_diff import compare, explain

# The cause of the activity about a share of agreeing products below the limit.
AGREEMENT = "agreement"


class JdStockCheck(models.Model):
    _inherit = "jd.stock.check"

    # === COMPARE === #

    def _compare(self):
        """Compare the books, and finish or prepare a second reading.

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
            return
        result = compare(books.get_jd_quantities(), books.get_odoo_quantities())
        found = self._explain(result.differences)
        unsteady = self._get_moved_goods() | self._get_unheard_goods()
        if not self.again:
            self.write(
                {
                    "goods_count": result.goods,
                    "is_opening": self._is_opening(books),
                }
            )
            again = self._get_goods_to_ask_again(books, found, unsteady)
            settled = [each for each in found if each.place.goods not in again]
            self._keep(books, settled, unsteady)
            if again:
                self._ask_again(books, again, now)
                return
        else:
            self._keep(books, found, unsteady | self._get_changed_goods(books))
        self._finish()

    def _is_outage(self, books):
        """Tell whether JD's list is empty though goods should be there."""
        is_whole = not self.again and not self.is_partial
        if not is_whole or any(row.on_hand for row in books.jd.values()):
            return False
        return any(on_hand > 0 for on_hand, _free in books.odoo.values())

    def _is_opening(self, books):
        """Tell whether Odoo has had no stock in the warehouse since it is connected."""
        if self.is_partial or any(on_hand for on_hand, _free in books.odoo.values()):
            return False
        moved = Domain("state", "=", "done") & Domain(
            "date", ">=", self.connector_id.create_date
        )
        return not self.env["stock.move.line"].search_count(
            moved & self._get_moving_domain(), limit=1
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
        # Archived units as well: goods are packed as they were.
        products = self.env["product.product"].with_context(active_test=False)
        for product in products.browse(ids):
            sizes = {
                unit._compute_quantity(1, product.uom_id, round=False)
                for unit in product.uom_ids
            }
            packs[product.id] = sorted(size for size in sizes if size > 1)
        return packs

    # === GOODS THAT MOVED === #

    def _get_moved_goods(self):
        """Return the goods that moved on either side since JD was asked for them."""
        since = self._get_asked_at()
        done = Domain("state", "=", "done") & Domain("write_date", ">=", since)
        lines = self.env["stock.move.line"]._read_group(
            done & self._get_moving_domain(), ["product_id"]
        )
        events = self.env["jd.order.event"]._read_group(
            [
                ("order_id.warehouse_id", "=", self.warehouse_id.id),
                ("create_date", ">=", since),
            ],
            ["order_id"],
        )
        orders = self.env["jd.order"].union(*(order for (order,) in events))
        return {row[0].id for row in lines} | set(orders.line_ids.product_id.ids)

    def _get_asked_at(self):
        """Return since when JD was asked for the numbers that are compared."""
        return self.again_at or self.started_at

    def _get_moving_domain(self):
        """Return the domain of the move lines from or to where the goods lie."""
        places = self.warehouse_id._jd_get_locations_by_level().values()
        ids = [place for each in places for place in each]
        return Domain("location_id", "in", ids) | Domain("location_dest_id", "in", ids)

    def _get_goods_to_ask_again(self, books, found, unsteady):
        """Return the goods that differ and that a second answer may put right."""
        if self.is_opening:
            return set()
        again = {
            each.place.goods
            for each in found
            if (each.unexplained or each.place.goods in unsteady)
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
        self._recount_later()

    def _recount_later(self):
        """Compare once more, in a while, what moved while all goods were compared."""
        moving = self.line_ids.filtered(lambda line: line.state == "moving")
        if self.is_partial or not moving.product_id:
            return  # one more time only: some goods never stand still
        recount = self._start(self.warehouse_id, moving.product_id)
        if recount.state == "waiting":
            recount.retry_at = fields.Datetime.now() + const.STOCK_RECOUNT_DELAY

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
