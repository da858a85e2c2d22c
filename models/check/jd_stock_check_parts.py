"""What JD is asked for in a stock check: its lists, and what is kept of their rows."""

from dataclasses import dataclass

from odoo import fields, models
from odoo.fields import Domain
from odoo.tools import split_every

from ... import const
from ...lib import api as jd_api


@dataclass(frozen=True)
class Part:
    """One of JD's lists, read page by page.

    :param operation: A method of `lib.api.Operations` that takes `page`.
    :param pack: Function of a row; returns what is kept of it, as JSON.
    :param is_needed: Without the whole list there is no comparison.
    """

    operation: str
    arguments: tuple
    options: dict
    page_size: int
    pack: object
    is_needed: bool = True


def _pack_stock(row):
    return [row.goods_number, row.level, row.total, row.usable]


def _pack_lot(row):
    lot = row.lot or jd_api.Lot()
    expires = lot.expires_on and lot.expires_on.isoformat()
    return [row.goods_number, row.level, lot.number, expires or "", row.total]


def _pack_count(row):
    at = row.at and fields.Datetime.to_string(row.at)
    lot = row.lot.number if row.lot else ""
    return [
        *(row.number, row.goods_number, row.quantity, at),
        *(row.reason, row.warehouse_no, lot),
    ]


class JdStockCheck(models.Model):
    _inherit = "jd.stock.check"

    # === PARTS === #

    def _get_parts(self):
        """Return name → `Part`: what JD is asked for."""
        numbers = self._get_goods_numbers()
        chunks = (
            [()] if numbers is None else split_every(jd_api.STOCK_FILTER_LIMIT, numbers)
        )
        parts = {}
        for index, chunk in enumerate(chunks):
            parts.update(self._get_stock_parts(index, tuple(chunk)))
        if not self.again:
            parts.update(self._get_count_parts())
        return parts

    def _get_stock_parts(self, index, numbers):
        warehouse = self.warehouse_id
        place = (warehouse.jd_department_no, warehouse.jd_warehouse_no)
        size = jd_api.STOCK_PAGE_SIZE
        parts = {}
        for kind in jd_api.StockType.IN_WAREHOUSE:
            # Goods of which nothing is left are named only in the stock for sale.
            options = {
                "stock_type": kind,
                "with_zero": kind == jd_api.StockType.SELLABLE,
                "goods_numbers": numbers,
            }
            parts[f"stock:{kind}:{index}"] = Part(
                "stock", place, options, size, _pack_stock
            )
        if self._has_lots():
            for status in jd_api.BatchStatus.ALL:
                options = {"status": status, "goods_numbers": numbers}
                parts[f"lot:{status}:{index}"] = Part(
                    "stock_by_lot", place, options, size, _pack_lot
                )
        return parts

    def _get_count_parts(self):
        """Return the parts for JD's own counts since the books last agreed."""
        since = self._get_counts_since()
        until = self.started_at + const.CLOCK_MARGIN
        place = (self.warehouse_id.jd_department_no, since, until)
        return {
            f"count:{gain}": Part(
                "stock_counts",
                place,
                {"gain": gain},
                jd_api.STOCK_COUNT_PAGE_SIZE,
                _pack_count,
                is_needed=False,
            )
            for gain in (True, False)
        }

    def _get_counts_since(self):
        """Return since when JD's own counts may explain a difference."""
        [(agreed_at,)] = self.env["jd.stock.check"]._read_group(
            [
                ("warehouse_id", "=", self.warehouse_id.id),
                ("state", "=", "done"),
                ("difference_count", "=", 0),
                ("is_partial", "=", False),
            ],
            aggregates=["taken_at:max"],
        )
        oldest = self.started_at - const.STOCK_COUNTS_KEPT
        return max(agreed_at or self.warehouse_id.create_date, oldest)

    def _get_goods_numbers(self):
        """Return the numbers of the goods to ask for; None for the whole warehouse."""
        if self.again:
            return sorted(self.again)
        if not self.is_partial:
            return None
        goods = self._search_goods([("product_id", "in", self.product_ids.ids)])
        return sorted(set(goods.mapped("goods_no")))

    def _has_lots(self):
        """Tell whether products of which JD keeps lots may lie in the warehouse."""
        return bool(self._search_goods([("product_id.tracking", "=", "lot")], limit=1))

    def _search_goods(self, domain, limit=None):
        """Return the matched `jd.goods` of the warehouse's department."""
        matched = Domain("goods_no", "!=", False) & Domain("state", "=", "matched")
        return (
            self.env["jd.goods"]
            .with_context(active_test=False)
            .search(
                self._get_department()._get_rows_domain() & matched & Domain(domain),
                limit=limit,
                order="id",
            )
        )

    def _get_department(self):
        warehouse = self.warehouse_id
        return self.env["jd.department"]._ensure(
            warehouse.jd_connector_id, [warehouse.jd_department_no]
        )
