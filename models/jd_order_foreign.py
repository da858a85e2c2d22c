"""Orders taken over from JD: their lines are JD's, so goods tell them apart."""

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..lib.allocation import relabel


class JdOrder(models.Model):
    _inherit = "jd.order"

    is_foreign = fields.Boolean(
        string="Made at JD",
        readonly=True,
        copy=False,
        help="JD made this order, not Odoo; its lines are matched by their goods.",
    )

    @api.model
    def _take_over(self, picking, jd_number):
        """Create the order of a transfer that JD carries out already.

        :raise UserError: Some of its products are not known as JD's goods.
        """
        values = self._prepare_order_values(picking)
        order = self.create(values | {"jd_number": jd_number, "is_foreign": True})
        goods = order._get_goods_of_moves()
        for product in order._get_moves().product_id:
            record = goods.get((order.warehouse_id.id, product.id))
            if not record or record.state != "matched":
                raise UserError(order._explain_unmatched(product, record))
        self.env["jd.order.line"].create(order._prepare_lines(goods))
        order._mark_accepted()
        order._hint()
        return order

    def _record_report(self, report):
        """Read JD's lines as ours, goods by goods, where JD made the order."""
        if not self.is_foreign:
            super()._record_report(report)
            return
        ours = [
            (str(row.id), row.goods_id.goods_no, row.planned) for row in self.line_ids
        ]
        report, strangers = relabel(report, ours)
        super()._record_report(report)
        if strangers and self.are_quantities_known and not self.differences:
            self._record_strangers(strangers)

    def _record_strangers(self, strangers):
        """Tell of goods that JD moved and the transfer does not have."""
        rows = [
            self.env._(
                "%(goods)s: %(pieces)s moved, not on the transfer",
                goods=row.own_goods_number or row.goods_number,
                pieces=row.done,
            )
            for row in strangers
        ]
        self.differences = "\n".join(rows)
        self._request_attention(
            self.env._(
                "JD moved goods that the transfer does not have. Adjust the stock by "
                "hand: %(differences)s",
                differences="; ".join(rows),
            )
        )
