from odoo import api, models
from odoo.fields import Domain


class StockPickingType(models.Model):
    _name = "stock.picking.type"
    _inherit = ["stock.picking.type", "jd.settled.mixin"]
    _rec_names_search = ["name", "warehouse_id.name", "warehouse_id.code"]

    # The name of a JD warehouse is so long that only its numbers would be seen.
    @api.depends("warehouse_id.jd_connector_id", "warehouse_id.code")
    def _compute_display_name(self):
        """Show the operation types of JD's warehouses as “JD101: Receipts”."""
        res = super()._compute_display_name()
        for each in self.filtered("warehouse_id.jd_connector_id"):
            each.display_name = f"{each.warehouse_id.code}: {each.name}"
        return res

    @api.model
    def _search_display_name(self, operator, value):
        domain = super()._search_display_name(operator, value)
        code, colon, name = (
            value.partition(": ") if isinstance(value, str) else [""] * 3
        )
        if colon and not operator.startswith(("not", "!")):
            domain |= (
                Domain("warehouse_id.jd_connector_id", "!=", False)
                & Domain("warehouse_id.code", operator, code)
                & Domain("name", operator, name)
            )
        return domain

    # Default places are those of new transfers, which are checked before they are sent;
    # an archived operation type stops none that exist.
    def _jd_get_settled(self):
        return self.warehouse_id, self.code

    def _jd_get_orders_domain(self):
        return Domain("picking_id.picking_type_id", "in", self.ids)
