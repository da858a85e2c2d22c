from collections import defaultdict
from datetime import datetime, time

from odoo import api, models


class StockLot(models.Model):
    _inherit = "stock.lot"

    @api.model
    def _jd_get(self, product, name, expires_on=False):
        """Return the lot of this name, created where JD knows it and Odoo does not.

        :param expires_on: A date, kept where `product_expiry` provides the field.
        """
        lot = self.search(
            [
                ("product_id", "=", product.id),
                ("name", "=", name),
                ("company_id", "in", [self.env.company.id, False]),
            ],
            limit=1,
        )
        if lot:
            return lot
        values = {"name": name, "product_id": product.id}
        if expires_on and "expiration_date" in self._fields:
            values["expiration_date"] = datetime.combine(expires_on, time())
        return self.create(values)


class StockWarehouse(models.Model):
    _inherit = "stock.warehouse"

    def _jd_take_lots(self, product, level, quantity, lot_name=False, used=None):
        """Return which lots so many pieces come from, first-expired-first-out.

        :param str level: JD's goods level.
        :param lot_name: The lot where JD names it; nothing is assumed then.
        :param dict used: Lot → pieces that are taken already.
        :return: Tuples of lot (empty for untracked products), pieces, and whether the
            lot is assumed; one for each serial number.
        """
        if product.tracking == "none":
            return [(self.env["stock.lot"], quantity, False)]
        if lot_name:
            return [(self.env["stock.lot"]._jd_get(product, lot_name), quantity, False)]
        used = used or defaultdict(int)
        taken = []
        for quant in self._jd_get_quants_by_expiry(product, level):
            pieces = min(quantity, int(quant.quantity) - used[quant.lot_id])
            if pieces > 0:
                taken.append((quant.lot_id, pieces, True))
                quantity -= pieces
        if quantity:
            # More than Odoo knew of: JD's word stands, the stock check will tell.
            unknown = self.env["stock.lot"]._jd_get(product, self.env._("JD, unknown"))
            taken.append((unknown, quantity, True))
        if product.tracking == "serial":
            return [(lot, 1, True) for lot, pieces, _ in taken for _piece in range(pieces)]
        return taken

    def _jd_get_quants_by_expiry(self, product, level):
        place = self._jd_get_location(level)
        quants = self.env["stock.quant"].search(
            [
                ("product_id", "=", product.id),
                ("location_id", "child_of", place.id),
                ("lot_id", "!=", False),
                ("quantity", ">", 0),
            ],
            order="in_date, id",
        )
        if "expiration_date" not in self.env["stock.lot"]._fields:
            return quants
        return quants.sorted(lambda quant: quant.lot_id.expiration_date or datetime.max)
