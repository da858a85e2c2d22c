"""Lots of goods that JD moves: found or created by name."""

from datetime import datetime, time

from odoo import api, fields, models
from odoo.fields import Domain


class StockLot(models.Model):
    _inherit = "stock.lot"

    jd_is_assumed = fields.Boolean(
        string="Assumed in a Move",
        compute="_compute_jd_is_assumed",
        search="_search_jd_is_assumed",
        help="JD moved goods without naming the lot, and Odoo assumed this one. "
        "Compare the stock of this lot with JD's.",
    )

    def _compute_jd_is_assumed(self):
        lines = self.env["stock.move.line"].search(
            [("lot_id", "in", self.ids), ("jd_lot_assumed", "=", True)]
        )
        for lot in self:
            lot.jd_is_assumed = lot in lines.lot_id

    @api.model
    def _search_jd_is_assumed(self, operator, value):
        if operator != "in":
            return NotImplemented
        lines = self.env["stock.move.line"]._search([("jd_lot_assumed", "=", True)])
        return Domain("id", "in", lines.subselect("lot_id"))

    @api.model
    def _jd_get(self, product, name, company, expires_on=False):
        """Return the lot with this name; create it if there is none.

        :param expires_on: A date, stored if `product_expiry` provides the field.
        """
        lot = self.search(
            [
                ("product_id", "=", product.id),
                ("name", "=", name),
                ("company_id", "in", [company.id, False]),
            ],
            limit=1,
        )
        values = {"name": name, "product_id": product.id}
        if expires_on and "expiration_date" in self._fields:
            values["expiration_date"] = datetime.combine(expires_on, time())
            if lot and not lot.expiration_date:
                lot.expiration_date = values["expiration_date"]
        return lot or self.with_company(company).create(values)
