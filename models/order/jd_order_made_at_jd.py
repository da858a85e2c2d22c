"""Orders taken over from JD: their lines are JD's, so goods tell them apart."""

from odoo import api, fields, models
from odoo.exceptions import UserError

from ...lib.allocation import relabel


class JdOrder(models.Model):
    _inherit = "jd.order"

    made_at_jd = fields.Boolean(
        string="Made at JD",
        readonly=True,
        copy=False,
        help="JD made this order, not Odoo; its lines are matched by their goods.",
    )

    @api.model
    def _create_for_made_at_jd(self, picking, jd_number):
        """Create the order of a transfer that JD carries out already.

        :raise UserError: Some of its products are not known as JD's goods.
        """
        values = self._prepare_order_values(picking)
        order = self.create(values | {"jd_number": jd_number, "made_at_jd": True})
        goods = order._get_goods_of_moves()
        for product in order._get_moves().product_id:
            record = goods.get((order.warehouse_id.id, product.id))
            if not record or record.state != "matched":
                raise UserError(order._explain_unmatched(product, record))
        self.env["jd.order.line"].create(order._prepare_lines(goods))
        order._mark_accepted()
        order._schedule_pull()
        return order

    def _match_report_lines(self, report):
        """Return the report with our line numbers, and the lines that are not ours.

        Where JD made the order, its lines are matched with ours by their goods.
        """
        if not self.made_at_jd:
            return report, []
        ours = [
            (str(row.id), row.goods_id.goods_no, row.planned) for row in self.line_ids
        ]
        return relabel(report, ours)

    def _record_unmatched_lines(self, unmatched_lines):
        """Tell of goods that JD moved and the transfer does not have, once."""
        if not (unmatched_lines and self.are_quantities_known):
            return
        if self.discrepancies:
            return
        rows = [
            self.env._(
                "%(goods)s: %(pieces)s moved, not on the transfer",
                goods=row.own_goods_number or row.goods_number,
                pieces=row.done,
            )
            for row in unmatched_lines
        ]
        self.discrepancies = "\n".join(rows)
        self._request_attention(
            self.env._(
                "JD moved goods that the transfer does not have. Adjust the stock by "
                "hand: %(discrepancies)s",
                discrepancies="; ".join(rows),
            )
        )
