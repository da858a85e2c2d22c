"""Asks JD what it did lately, before goods are said to differ."""

from odoo import models
from odoo.fields import Domain
from odoo.tools import split_every

from ... import const
from ..order.jd_order import TOLD


class JdStockCheck(models.Model):
    _inherit = "jd.stock.check"

    def _ask_open_orders(self):
        """Ask JD about the orders whose goods seem to differ. Commits.

        What left or came an hour ago, and Odoo has not heard of, would look as if it
        were missing or too much.
        """
        connector = self.connector_id
        self._pull_level_changes()
        orders = self._search_open_orders() | self._search_shipped_orders()
        for kind, same in orders[: const.STOCK_ORDERS_ASKED].grouped("kind").items():
            call = connector._get_call_name("report", kind)
            allowed = connector._get_allowance(call, len(same), for_pull=True)
            for ids in split_every(const.PULL_BATCH, same[:allowed].ids):
                asked = same.browse(ids)._leave_other_pin()._lock_available()
                if asked and not self._is_patience_over():
                    asked._pull(connector, call)

    def _pull_level_changes(self):
        """Have Odoo take over the levels that JD changed lately."""
        department = self._get_department()
        if not department._is_paused() and department._lock_available():
            department._run_step(department._pull_level_changes)

    def _search_open_orders(self):
        """Return the orders with goods in question that JD has or may have."""
        at_jd = Domain("state", "in", TOLD)
        return self._search_orders(at_jd, self._get_products_in_question())

    def _search_shipped_orders(self):
        """Return the orders whose parcels may have come back unheard of."""
        shipped = (
            Domain("state", "=", "done")
            & Domain("kind", "=", "outbound")
            & Domain("pull_at", "!=", False)
        )
        return self._search_orders(shipped, self._get_products_in_question())

    def _search_orders(self, domain, products):
        domain &= Domain("warehouse_id", "=", self.warehouse_id.id)
        lines = self.env["jd.order.line"]._search([("product_id", "in", products.ids)])
        return self.env["jd.order"].search(
            domain & Domain("line_ids", "in", lines), order="pulled_at, id"
        )

    def _get_products_in_question(self):
        """Return the products of the goods that are asked for again."""
        goods = self._search_goods([("goods_no", "in", list(self.again or {}))])
        return goods.product_id

    def _get_unheard_goods(self):
        """Return the goods of orders at JD that were not asked about since the pages.

        JD may have moved them, and nobody knows.
        """
        since = self.again_at or self.started_at
        not_asked = Domain("pulled_at", "=", False) | Domain("pulled_at", "<", since)
        lines = self.env["jd.order.line"]._read_group(
            [
                ("order_id.warehouse_id", "=", self.warehouse_id.id),
                ("order_id", "any", Domain("state", "in", TOLD) & not_asked),
            ],
            ["product_id"],
        )
        return {product.id for (product,) in lines}
