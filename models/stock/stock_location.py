from odoo import api, fields, models

from ...lib.api import GoodsLevel


class StockLocation(models.Model):
    _inherit = "stock.location"

    jd_warehouse_id = fields.Many2one(
        "stock.warehouse",
        string="JD Warehouse",
        readonly=True,
        copy=False,
        index="btree_not_null",
    )
    jd_level = fields.Selection(
        selection=[
            (GoodsLevel.DEFECTIVE, "Defective"),
            (GoodsLevel.SAMPLE, "Sample"),
        ],
        string="JD Goods Level",
        readonly=True,
        copy=False,
    )

    _jd_level_uniq = models.UniqueIndex(
        "(jd_warehouse_id, jd_level) WHERE jd_warehouse_id IS NOT NULL",
        "A JD warehouse has one location for each goods level.",
    )


class StockWarehouse(models.Model):
    _inherit = "stock.warehouse"

    jd_level_location_ids = fields.One2many("stock.location", "jd_warehouse_id")

    def _jd_get_location(self, level):
        """Return the location of JD's goods level, created when first needed.

        Good stock lies in the warehouse. The other levels lie outside its view
        location, so that nothing counts them as available: they belong to the company
        and are not for sale.

        :param str level: JD's level, e.g. "100" or "210".
        """
        self.ensure_one()
        group = _get_level_group(level)
        if group == GoodsLevel.GOOD:
            return self.lot_stock_id
        found = self.jd_level_location_ids.filtered(lambda loc: loc.jd_level == group)
        return found or self._jd_create_level_location(group)

    def _jd_create_level_location(self, group):
        # sudo: JD reports damaged goods to scheduled actions and merchants alike.
        locations_sudo = self.env["stock.location"].sudo()
        levels = locations_sudo._fields["jd_level"]
        names = dict(levels._description_selection(self.env))
        parent_sudo = self.jd_level_location_ids.location_id or locations_sudo.create(
            {
                "name": self.env._("%(code)s not for sale", code=self.code),
                "usage": "view",
                "company_id": self.company_id.id,
            }
        )
        return locations_sudo.create(
            {
                "name": names[group],
                "usage": "internal",
                "location_id": parent_sudo[:1].id,
                "company_id": self.company_id.id,
                "jd_warehouse_id": self.id,
                "jd_level": group,
            }
        )

    @api.model
    def _jd_name_level(self, level):
        """Return JD's goods level as people read it, e.g. "Good (100)"."""
        names = {
            GoodsLevel.GOOD: self.env._("Good"),
            GoodsLevel.DEFECTIVE: self.env._("Defective"),
            GoodsLevel.SAMPLE: self.env._("Sample"),
        }
        return level and f"{names[_get_level_group(level)]} ({level})"

    def _jd_get_level(self, location):
        """Return JD's level of what lies in a location of this warehouse."""
        return location.jd_level or GoodsLevel.GOOD


def _get_level_group(level):
    """Return the level Odoo keeps apart for JD's finer one: 100-199 is good stock."""
    if level.startswith("1") and len(level) == 3:
        return GoodsLevel.GOOD
    if level.startswith("3"):
        return GoodsLevel.SAMPLE
    return GoodsLevel.DEFECTIVE
