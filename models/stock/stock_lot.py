"""Lots of what JD moves: found or created by name, or assumed by expiry."""

from collections import defaultdict
from datetime import datetime, time

from odoo import api, fields, models
from odoo.fields import Domain


class StockLot(models.Model):
    _inherit = "stock.lot"

    jd_is_assumed = fields.Boolean(
        string="Assumed in a Move",
        compute="_compute_jd_is_assumed",
        search="_search_jd_is_assumed",
        help="JD moved goods without naming the lot, and Odoo assumed this one.",
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
        """Return the lot of this name, created where JD knows it and Odoo does not.

        :param expires_on: A date, kept where `product_expiry` provides the field.
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


class StockWarehouse(models.Model):
    _inherit = "stock.warehouse"

    def _jd_pick_lots(self, product, level, quantity, lot_name=False, used=None):
        """Return which lots so many pieces come from, first-expired-first-out.

        :param str level: JD's goods level.
        :param lot_name: The lot where JD names it; nothing is assumed then.
        :param dict used: Lot → pieces that are taken already.
        :return: Tuples of lot (empty for untracked products), pieces, and whether the
            lot is assumed; one for each serial number.
        """
        lots = self.env["stock.lot"]
        if product.tracking == "none":
            return [(lots, quantity, False)]
        if lot_name:
            return [(lots._jd_get(product, lot_name, self.company_id), quantity, False)]
        taken = []
        for lot, available in self._jd_get_lots_by_expiry(product, level):
            pieces = min(quantity, available - (used or {}).get(lot, 0))
            if pieces > 0:
                taken.append((lot, pieces, True))
                quantity -= pieces
        return taken + self._jd_create_unknown_lots(product, quantity)

    def _jd_create_unknown_lots(self, product, quantity):
        """Return lots for what JD moved and Odoo knew nothing of.

        JD's word stands; that there is less than nothing of these lots shows it.
        """
        lots = self.env["stock.lot"]
        name = self.env._("Unknown at %(warehouse)s", warehouse=self.code)
        if not quantity:
            return []
        if product.tracking == "lot":
            return [(lots._jd_get(product, name, self.company_id), quantity, True)]
        known = lots.search_count(
            [("product_id", "=", product.id), ("name", "like", f"{name} ")]
        )
        return [
            (
                lots._jd_get(product, f"{name} {known + number}", self.company_id),
                1,
                True,
            )
            for number in range(1, quantity + 1)
        ]

    def _jd_get_lots_by_expiry(self, product, level):
        """Return (lot, pieces) of what lies at a level and nothing has taken yet."""
        here = Domain("product_id", "=", product.id) & Domain("lot_id", "!=", False)
        here &= Domain("location_id", "child_of", self._jd_get_location(level).id)
        quants = self.env["stock.quant"].search(
            here & Domain("quantity", ">", 0), order="in_date, id"
        )
        if "expiration_date" in self.env["stock.lot"]._fields:
            quants = quants.sorted(lambda q: q.lot_id.expiration_date or datetime.max)
        leaving = defaultdict(
            float,
            self.env["stock.move.line"]._read_group(
                here
                & Domain("picked", "=", True)
                & Domain("state", "not in", ("done", "cancel")),
                ["lot_id"],
                ["quantity_product_uom:sum"],
            ),
        )
        return [
            (lot, int(sum(rows.mapped("quantity")) - leaving[lot]))
            for lot, rows in quants.grouped("lot_id").items()
        ]
