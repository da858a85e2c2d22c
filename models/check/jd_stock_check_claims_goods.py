"""What goods that are matched twice explain of a check's differences."""

from collections import defaultdict

from odoo import models
from odoo.fields import Domain

from .jd_stock_check import COMPARED


class JdStockCheck(models.Model):
    _inherit = "jd.stock.check"

    def _add_shared_goods(self, causes):
        """Add the stock of products that share JD's goods with those that differ.

        Within a connection, a department's goods have one product. Two connections may
        match the same goods with two products, or keep one product's stock in two
        warehouses that are one at JD: JD reports the sum of both.
        """
        shared = self._get_shared_goods(causes)
        others = {other for own, rest in shared for other in (own, *rest)}
        twins = self._get_twins()
        stock = self._get_stock_of({row.product_id.id for row in others}, twins)
        for own, rest in shared:
            for other in rest:
                self._add_shared_stock(causes, own, other, twins, stock)

    def _add_shared_stock(self, causes, own, other, twins, stock):
        mine, theirs = own.product_id, other.product_id
        for (product, warehouse, level), quantity in stock.items():
            if product != theirs.id:
                continue
            is_twin = warehouse in twins.ids
            if is_twin or mine != theirs:
                causes.add("shared_goods", other, mine.id, level, False, quantity)
            if not is_twin and mine != theirs:
                causes.add("shared_goods", own, theirs.id, level, False, -quantity)

    def _add_other_departments(self, causes):
        """Add what differs the other way round in other departments of the warehouse.

        A product has goods in each department; JD keeps their stock apart.
        """
        departments = self.env["stock.warehouse"].search(
            [
                ("company_id", "=", self.company_id.id),
                ("jd_connector_id", "!=", False),
                ("jd_warehouse_no", "=", self.warehouse_id.jd_warehouse_no),
                ("jd_department_no", "!=", self.warehouse_id.jd_department_no),
            ]
        )
        latest = self._read_group(
            Domain("warehouse_id", "in", departments.ids)
            & Domain("state", "in", COMPARED),
            ["warehouse_id"],
            ["id:max"],
        )
        lines = self.env["jd.stock.check.line"].search(
            [
                ("check_id", "in", [check_id for _warehouse, check_id in latest]),
                ("product_id", "in", causes.product_ids),
                ("unexplained", "!=", 0),
                ("state", "not in", ("accepted", "over")),
            ]
        )
        for line in lines:
            causes.add(
                "shared_goods",
                line,
                line.product_id.id,
                line.level,
                line.lot_name,
                -line.unexplained,
            )

    def _get_shared_goods(self, causes):
        """Return (goods of this connection, those of others with the same number)."""
        goods = self.env["jd.goods"].with_context(active_test=False)
        in_department = Domain("company_id", "=", self.company_id.id) & Domain(
            "department_no", "=", self.warehouse_id.jd_department_no
        )
        numbers = goods.search(
            in_department & Domain("product_id", "in", causes.product_ids)
        ).mapped("goods_no")
        rows = goods.search(in_department & Domain("goods_no", "in", numbers))
        found = []
        for same in rows.filtered("goods_no").grouped("goods_no").values():
            own = same.filtered(lambda row: row.connector_id == self.connector_id)
            if own and len(same) > 1:
                found.append((own, same - own))
        return found

    def _get_twins(self):
        """Return the company's other warehouses that are the same warehouse at JD."""
        return self.env["stock.warehouse"].search(
            [
                ("company_id", "=", self.company_id.id),
                ("id", "!=", self.warehouse_id.id),
                ("jd_connector_id", "!=", False),
                ("jd_department_no", "=", self.warehouse_id.jd_department_no),
                ("jd_warehouse_no", "=", self.warehouse_id.jd_warehouse_no),
            ]
        )

    def _get_stock_of(self, product_ids, twins):
        """Return (product id, warehouse id, level) → what Odoo has on hand there."""
        if not product_ids:
            return {}
        levels = {}
        for warehouse in self.warehouse_id | twins:
            for level, ids in warehouse._jd_get_locations_by_level().items():
                levels |= dict.fromkeys(ids, (warehouse.id, level))
        rows = self.env["stock.quant"]._read_group(
            Domain("product_id", "in", list(product_ids))
            & Domain("location_id", "in", list(levels)),
            ["product_id", "location_id"],
            ["quantity:sum"],
        )
        stock = defaultdict(float)
        for product, location, quantity in rows:
            stock[(product.id, *levels[location.id])] += quantity
        return stock

    def _explain_shared(self, cause, pieces):
        if cause.document._name == "jd.stock.check.line":
            return self.env._(
                "Matched in two departments of one JD warehouse: the last check of "
                "%(warehouse)s found the opposite, “%(words)s”.",
                warehouse=cause.document.warehouse_id.display_name,
                words=cause.document.words,
            )
        return self.env._(
            "JD's goods %(number)s are also %(product)s of the connection %(other)s: "
            "Odoo keeps %(pieces)s apart that are one stock at JD.",
            pieces=f"{abs(pieces):g}",
            number=cause.document.goods_no,
            product=cause.document.product_id.display_name,
            other=cause.document.connector_id.display_name,
        )
