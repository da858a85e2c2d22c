"""Small differences: accepted within limits, if the merchant allows it, by nobody."""

from typing import NamedTuple

from odoo import models


class Limits(NamedTuple):
    """Up to which difference nobody is asked; 0: somebody always is."""

    units: float
    percent: float
    value: float


class JdStockCheck(models.Model):
    _inherit = "jd.stock.check"

    def _decide_small(self):
        """Accept the differences that are within all limits, without a person.

        What documents explain is never touched, and neither is an opening stock.
        """
        for check in self.filtered(lambda check: not check.is_opening):
            if check.connector_id.stock_check_auto:
                small = check._get_open_lines().filtered(lambda line: line._is_small())
                if small:
                    small._accept_or_queue(self.env["res.users"])


class JdStockCheckLine(models.Model):
    _inherit = "jd.stock.check.line"

    def _is_small(self):
        """Tell whether nothing explains the pieces, and they are within all limits."""
        limits = self._get_limits()
        pieces = abs(self.unexplained)
        return bool(
            all(limits)
            and self._get_postable() == self.unexplained
            and pieces <= limits.units
            and 100 * pieces <= limits.percent * self.odoo_quantity
            and self.currency_id.compare_amounts(abs(self.value), limits.value) <= 0
        )

    def _get_limits(self):
        """Return the `Limits` of the product: its nearest category's, or in general."""
        category = self.categ_id
        while category and not category.jd_stock_check_own_limits:
            category = category.parent_id
        if category:
            return Limits(
                category.jd_stock_check_units,
                category.jd_stock_check_percent,
                category.jd_stock_check_value,
            )
        connector = self.connector_id
        return Limits(
            connector.stock_check_units,
            connector.stock_check_percent,
            connector.stock_check_value,
        )
