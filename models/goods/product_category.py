import re

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ... import const


class ProductCategory(models.Model):
    _inherit = "product.category"

    jd_category_no = fields.Char(
        string="JD Category",
        help="JD's number of the third-level category in which products of this "
        "category are created at JD. Empty: that of the parent category or of the JD "
        "connection.",
    )

    @api.constrains("jd_category_no")
    def _check_jd_category_no(self):
        for category in self.filtered("jd_category_no"):
            self._check_jd_number(category.jd_category_no)

    @api.model
    def _check_jd_number(self, number):
        """Raise unless JD accepts this as a category (saveGoodsInfo, document 1609)."""
        if not re.fullmatch(const.GOODS_CATEGORY_PATTERN, number or ""):
            raise ValidationError(
                self.env._(
                    "“%(number)s” is not a JD category: those are digits only, 20 at "
                    "most.",
                    number=number or "",
                )
            )

    def _get_jd_category_no(self):
        """Return JD's category of this one or of the nearest parent that has one."""
        category = self
        while category and not category.jd_category_no:
            category = category.parent_id
        return category.jd_category_no
