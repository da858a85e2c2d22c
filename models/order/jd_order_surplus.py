"""Goods that JD moved with an order although the order does not have them."""

from collections import defaultdict

from odoo import models
from odoo.fields import Domain


class JdOrder(models.Model):
    _inherit = "jd.order"

    def _record_unmatched_lines(self, unmatched_lines):
        """Give somebody an activity about goods JD moved that the order does not have.

        The transfer closes without them where JD reports all that it does have.

        :return: Whether the rest of the report can be used.
        """
        if not unmatched_lines:
            return True
        # What seems to be missing may be among the goods that are not understood.
        if not self.made_at_jd and not all(self.line_ids.mapped("is_reported")):
            self.are_quantities_known = False
            self._request_attention(
                self._explain_unmatched_lines(unmatched_lines), cause="quantities"
            )
            return False
        if self.are_quantities_known:
            self._record_surplus_goods(unmatched_lines)
        return True

    def _explain_unmatched_lines(self, unmatched_lines):
        return self.env._(
            "The quantities JD reports are not understood: this order does not have "
            "the goods %(goods)s. Nothing was changed in Odoo. Ask JD support what has "
            "moved; then a JD manager can release the order and close its transfer by "
            "hand.",
            goods="; ".join(self._name_rows(unmatched_lines)),
        )

    def _record_surplus_goods(self, unmatched_lines):
        """Record goods that moved besides the order's; tell somebody once of each."""
        known = (self.discrepancies or "").splitlines()
        rows = [
            self.env._("%(goods)s moved, not on the transfer", goods=goods)
            for goods in self._name_rows(unmatched_lines)
        ]
        new = [row for row in rows if row not in known]
        if not new:
            return
        self.discrepancies = "\n".join([*known, *new])
        self._request_attention(
            self.env._(
                "JD moved goods that the transfer does not have. Adjust the stock by "
                "hand, and ask JD support why: %(discrepancies)s",
                discrepancies="; ".join(new),
            )
        )

    def _name_rows(self, rows):
        """Return a text for each reported line: its product, and how many moved."""
        pieces = defaultdict(int)
        for row in rows:
            pieces[row.goods_number, row.own_goods_number] += row.done
        numbers = [number for number, _own_number in pieces if number]
        records = self.env["jd.goods"]
        goods = records.search(
            records._get_department_domain(self.connector_id, self._get_department_no())
            & Domain("goods_no", "in", numbers)
        )
        products = {row.goods_no: row.product_id.display_name for row in goods}
        return [
            f"{count} × {products.get(number) or own_number or number or '?'}"
            + (f" ({number})" if number else "")
            for (number, own_number), count in pieces.items()
        ]
