"""Which of JD's kinds of documents a transfer is, if any."""

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain


class StockPicking(models.Model):
    _inherit = "stock.picking"

    jd_warehouse_id = fields.Many2one(
        "stock.warehouse",
        string="JD Warehouse",
        compute="_compute_jd_kind",
        help="The JD warehouse that carries this transfer out.",
    )
    jd_connector_id = fields.Many2one(
        "jd.connector", string="JD Connection", compute="_compute_jd_kind"
    )
    jd_kind = fields.Char(
        compute="_compute_jd_kind", help="The kind of JD order this transfer makes."
    )
    jd_supplier_delivery = fields.Selection(
        selection=[("pick_up", "The supplier picks up"), ("jd", "JD delivers")],
        string="Handover",
        default="pick_up",
        help="How the goods get from JD's warehouse back to the supplier.",
    )
    jd_short_allowed = fields.Boolean(
        string="Less Is Allowed",
        default=True,
        help="JD carries the return out even where some of the goods are missing.",
    )
    jd_in_parts = fields.Boolean(
        string="Comes in Parts",
        help="The goods arrive at JD in several deliveries. JD counts until all is "
        "there or until it is told that nothing more will come; the receipt closes "
        "then.",
    )

    # === COMPUTES === #

    @api.depends("picking_type_id", "location_id", "location_dest_id", "return_id")
    def _compute_jd_kind(self):
        for picking in self:
            warehouse, kind = picking._jd_get_warehouse_and_kind()
            is_jd = bool(warehouse.jd_connector_id)
            picking.jd_warehouse_id = is_jd and warehouse
            picking.jd_connector_id = warehouse.jd_connector_id
            picking.jd_kind = is_jd and kind

    def _jd_get_warehouse_and_kind(self):
        """Return the warehouse that works on this transfer and JD's kind of order."""
        warehouse = self.picking_type_id.warehouse_id
        if self.picking_type_code == "outgoing":
            to_supplier = self.location_dest_id.usage == "supplier"
            return warehouse, "supplier_return" if to_supplier else "outbound"
        if self.picking_type_code == "incoming":
            from_customer = self.location_id.usage == "customer"
            return warehouse, "customer_return" if from_customer else "inbound"
        source, destination = self._jd_get_places()
        if source == destination:
            return warehouse.browse(), False
        if destination.jd_connector_id:
            return destination, "inbound"
        return source, "outbound"

    def _jd_get_places(self):
        """Return the warehouses this transfer leads from and to, levels included."""
        source, destination = self.location_id, self.location_dest_id
        return (
            source.warehouse_id or source.jd_warehouse_id,
            destination.warehouse_id or destination.jd_warehouse_id,
        )

    # === ACTIONS === #

    def action_jd_close_inbound(self):
        """Have JD told that no more goods of these receipts will come."""
        self.jd_order_id.action_close_inbound()

    # === HOOKS === #

    def action_confirm(self):
        """Keep a transfer from being two of JD's documents at once."""
        for picking in self.filtered(lambda p: p.picking_type_code == "internal"):
            source, destination = picking._jd_get_places()
            if (
                source != destination
                and source.jd_connector_id
                and destination.jd_connector_id
            ):
                raise UserError(
                    self.env._(
                        "%(sender)s and %(receiver)s are both run by JD, which needs a "
                        "delivery from the one and a receipt into the other. Resupply "
                        "%(receiver)s from %(sender)s: that makes both, in the right "
                        "order.",
                        sender=source.name,
                        receiver=destination.name,
                    )
                )
        return super().action_confirm()

    # === BUSINESS === #

    @api.model
    def _jd_get_place_domain(self):
        """Select the transfers that JD warehouses work on."""
        by_type = Domain("picking_type_id.warehouse_id.jd_connector_id", "!=", False)
        inside = [
            Domain(f"{place}.warehouse_id.jd_connector_id", "!=", False)
            for place in ("location_id", "location_dest_id")
        ]
        return Domain.OR([by_type, *inside])

    def _jd_is_with_supplier(self):
        return "supplier" in (self.location_id.usage, self.location_dest_id.usage)

    def _jd_is_between_warehouses(self):
        """Whether this delivery goes to a warehouse of the merchant's own."""
        return self.location_dest_id.usage in ("internal", "transit")
