from odoo import api, fields, models
from odoo.fields import Domain

from ...lib.api import GoodsLevel


class StockLocation(models.Model):
    _name = "stock.location"
    _inherit = ["stock.location", "jd.guarded.mixin", "jd.settled.mixin"]

    jd_warehouse_id = fields.Many2one(
        "stock.warehouse",
        string="JD Warehouse",
        readonly=True,
        copy=False,
        index="btree_not_null",
        check_company=True,
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

    jd_is_at_jd = fields.Boolean(
        string="At JD",
        compute="_compute_jd_is_at_jd",
        compute_sudo=True,  # whoever sees the location may know that JD runs it
        help="The goods here lie in one of JD's warehouses.",
    )

    _jd_level_uniq = models.UniqueIndex(
        "(jd_warehouse_id, jd_level) WHERE jd_warehouse_id IS NOT NULL",
        "A JD warehouse has one location for each goods level.",
    )

    @api.depends(
        "usage", "location_id", "warehouse_id", "jd_warehouse_id.jd_connector_id"
    )
    def _compute_jd_is_at_jd(self):
        for location in self:
            location.jd_is_at_jd = bool(location._jd_get_warehouse())

    def _jd_get_warehouse(self):
        """Return the JD warehouse in which goods at this location lie, or none."""
        level_place = self._jd_get_level_location()
        warehouse = self.warehouse_id or level_place.jd_warehouse_id
        is_at_jd = self.usage == "internal" and warehouse.jd_connector_id
        return warehouse if is_at_jd else warehouse.browse()

    def _jd_get_stock(self):
        """Return of which stock at JD this is a part: JD warehouse and goods level."""
        warehouse = self._jd_get_warehouse()
        return warehouse, bool(warehouse) and self._jd_get_level_location().jd_level

    def _jd_get_level_location(self):
        """Return the location of a goods level that this is or lies in, else empty."""
        place = self
        while place and not place.jd_level:
            place = place.location_id
        return place

    def _jd_get_settled(self):
        level_place = self._jd_get_level_location()
        return self.active, self.usage, self.warehouse_id, level_place

    def _jd_get_orders_domain(self):
        """Return the domain of the orders whose goods lie, or will lie, in here."""
        return Domain.OR(
            Domain(f"picking_id.{records}.{place}", "child_of", self.ids)
            for records in ("move_ids", "move_line_ids")
            for place in ("location_id", "location_dest_id")
        )

    def _jd_get_place(self):
        """Return what JD tells apart: its stock, or the kind of place elsewhere."""
        return (*self._jd_get_stock(), self.usage)
