"""What orders made at JD, by hand or by other software, moved without Odoo."""

from odoo import api, fields, models
from odoo.fields import Domain

from ... import const
from .jd_stock_check import COMPARED


class JdStockCheck(models.Model):
    _inherit = "jd.stock.check"

    # === ASK === #

    def _ask_foreign_orders(self):
        """Ask JD what orders made there have moved, each until JD has moved its goods.

        What JD does not answer now explains nothing, and is asked with the next check.
        Commits.
        """
        connector = self.connector_id
        orders = self._get_foreign_orders_to_ask()._lock_available()
        orders._ask(connector, connector._get_operations())

    def _get_foreign_orders_to_ask(self):
        """Return orders made at JD, without a transfer, that may have moved by now."""
        oldest = fields.Datetime.now() - const.FOLLOW_SHIPPED
        orders = self.env["jd.foreign.order"].search(
            [
                ("warehouse_id", "=", self.warehouse_id.id),
                ("state", "!=", "linked"),
                ("made_at", ">", oldest),
            ],
            order="id",
        )
        open_orders = orders.filtered(lambda order: order._is_open_at_jd())
        return open_orders[: const.STOCK_FOREIGN_ORDERS]

    # === KEEP === #

    @api.model
    def _get_accounted_foreign_domain(self):
        """Return the domain of orders made at JD that no check needs any more.

        They moved nothing, or were compared since, and explain no difference.
        """
        explaining = self.env["jd.stock.check.explanation"].search(
            [("res_model", "=", "jd.foreign.order"), ("check_id.is_latest", "=", True)]
        )
        compared = self._read_group(
            [("state", "in", COMPARED), ("is_partial", "=", False)],
            ["warehouse_id"],
            ["taken_at:max"],
        )
        return Domain("id", "not in", explaining.mapped("res_id")) & Domain.OR(
            [
                Domain("moved_at", "=", False),
                *(
                    Domain("warehouse_id", "=", warehouse.id)
                    & Domain("moved_at", "<", taken_at)
                    for warehouse, taken_at in compared
                ),
            ]
        )

    # === CLAIMS === #

    def _add_foreign_orders(self, causes):
        """Add what JD is known to have moved with orders made there."""
        orders = self.env["jd.foreign.order"].search(
            [
                ("warehouse_id", "=", self.warehouse_id.id),
                ("state", "!=", "linked"),
                ("moved_at", ">=", causes.earliest),
            ]
        )
        numbers = {number for order in orders for number, *_rest in order.moved_rows}
        products = self._find_products(numbers)
        for order in orders:
            sign = 1 if order.kind in ("inbound", "customer_return") else -1
            for number, level, pieces in order.moved_rows:
                causes.add(
                    "foreign_order",
                    order,
                    products.get(number, number),
                    self.warehouse_id._jd_get_level_group(level),
                    False,  # JD lists lots apart from lines
                    sign * pieces,
                    since=order.moved_at,
                )
