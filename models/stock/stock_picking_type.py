from odoo import models
from odoo.fields import Domain


class StockPickingType(models.Model):
    _name = "stock.picking.type"
    _inherit = ["stock.picking.type", "jd.settled.mixin"]

    # Default places are those of new transfers, which are checked before they are sent;
    # an archived operation type stops none that exist.
    def _jd_get_settled(self):
        return self.warehouse_id, self.code

    def _jd_get_orders_domain(self):
        return Domain("picking_id.picking_type_id", "in", self.ids)
