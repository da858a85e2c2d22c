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
        orders = self._search_orders_in_question()
        for kind, same in orders[: const.STOCK_ORDERS_ASKED].grouped("kind").items():
            call = connector._get_call_name("report", kind)
            allowed = connector._get_pull_allowance(call, len(same))
            for ids in split_every(const.PULL_BATCH, same[:allowed].ids):
                asked = same.browse(ids)._leave_other_pin()._lock_available()
                if asked and not self._is_patience_over():
                    asked._pull(connector, call)

    def _pull_level_changes(self):
        """Have Odoo take over the levels that JD changed lately."""
        department = self._get_department()
        if not department._is_paused() and department._lock_available():
            department._run_step(department._pull_level_changes)

    def _search_orders_in_question(self):
        """Return the orders with goods that are asked for again, open ones first.

        Those that JD has or may have, and shipped ones whose parcels may have come back
        unheard of.
        """
        goods = self._search_goods([("goods_no", "in", list(self.again))])
        in_question = Domain("warehouse_id", "=", self.warehouse_id.id) & Domain(
            "line_ids.product_id", "in", goods.product_id.ids
        )
        shipped = (
            Domain("state", "=", "done")
            & Domain("kind", "=", "outbound")
            & Domain("pull_at", "!=", False)
        )
        orders = self.env["jd.order"]
        for domain in (Domain("state", "in", TOLD), shipped):
            orders |= orders.search(in_question & domain, order="pulled_at, id")
        return orders

    def _get_unheard_goods(self):
        """Return the goods of orders at JD that were not asked about since the pages.

        JD may have moved them, and nobody knows.
        """
        since = self._get_asked_at()
        not_asked = Domain("pulled_at", "=", False) | Domain("pulled_at", "<", since)
        lines = self.env["jd.order.line"]._read_group(
            [
                ("order_id.warehouse_id", "=", self.warehouse_id.id),
                ("order_id", "any", Domain("state", "in", TOLD) & not_asked),
            ],
            ["product_id"],
        )
        return {product.id for (product,) in lines}
