import re

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ... import const
from ..connection.jd_connector_stock_check import check_limits


class ProductCategory(models.Model):
    _inherit = "product.category"

    jd_category_no = fields.Char(
        string="JD Category",
        help="JD's number of the third-level category in which products of this "
        "category are created at JD. If empty, the one of the parent category or of "
        "the JD connection is used.",
    )

    jd_stock_check_own_limits = fields.Boolean(
        string="Own Limits for Stock Checks",
        help="Up to which difference JD's number is accepted without asking anybody, "
        "instead of the limits of the JD connection.",
    )
    jd_stock_check_units = fields.Float(
        string="JD Stock Check: Up to Units", help="0: always ask somebody."
    )
    jd_stock_check_percent = fields.Float(
        string="JD Stock Check: Up to Per Cent", help="0: always ask somebody."
    )
    jd_stock_check_value = fields.Float(
        string="JD Stock Check: Up to a Value of",
        help="At cost, in the company's currency. 0: always ask somebody.",
    )

    @api.constrains(
        "jd_stock_check_units", "jd_stock_check_percent", "jd_stock_check_value"
    )
    def _check_jd_stock_check_limits(self):
        for category in self:
            check_limits(
                self.env,
                category.jd_stock_check_units,
                category.jd_stock_check_percent,
                category.jd_stock_check_value,
            )

    @api.constrains("jd_category_no")
    def _check_jd_category_no(self):
        for category in self.filtered("jd_category_no"):
            self._check_jd_number(category.jd_category_no)

    @api.model
    def _check_jd_number(self, number):
        """Check that JD accepts a number as category (saveGoodsInfo, document 1609).

        :raise ValidationError: It is not digits only, or too long.
        """
        if not re.fullmatch(const.GOODS_CATEGORY_PATTERN, number or ""):
            raise ValidationError(
                self.env._(
                    "“%(number)s” is not a JD category: those are digits only, 20 at "
                    "most.",
                    number=number or "",
                )
            )

    def _get_jd_category_no(self):
        """Return the JD category set here or on the nearest parent; False if none."""
        category = self
        while category and not category.jd_category_no:
            category = category.parent_id
        return category.jd_category_no

    # === ACTIONS === #

    def action_jd_check_stock(self):
        """Start stock checks of all products of these categories and those inside."""
        self.check_access("read")
        return (
            self.env["product.product"]
            .search([("categ_id", "child_of", self.ids)])
            .action_jd_check_stock()
        )
