from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ..order.jd_order import NOT_AT_JD, TOLD

# What an order tells JD beside its goods (`_get_terms` of the kinds).
TERMS = {"partner_id", "jd_own_waybill", "jd_supplier_delivery", "jd_short_allowed"}
# What an order may wait for that somebody corrects on its transfer.
WAITED_FOR = {
    *("jd_own_waybill", "carrier_tracking_ref", "partner_id", "jd_supplier_delivery")
}
HANDOVERS = [("pick_up", "The supplier picks up"), ("jd", "JD delivers")]


class StockPicking(models.Model):
    _name = "stock.picking"
    _inherit = ["stock.picking", "jd.guarded.mixin", "jd.activity.mixin"]
    _jd_settable = frozenset(
        {
            "jd_own_waybill",
            "jd_in_parts",
            "jd_supplier_delivery",
            "jd_short_allowed",
            "jd_on_hold",
        }
    )

    jd_warehouse_id = fields.Many2one(
        "stock.warehouse",
        string="JD Warehouse",
        compute="_compute_jd_kind",
        # With sale_stock, customers may read their deliveries: not what is ours alone.
        groups="base.group_user",
        help="The JD warehouse that carries this transfer out.",
    )
    jd_connector_id = fields.Many2one(
        "jd.connector",
        string="JD Connection",
        compute="_compute_jd_kind",
        groups="base.group_user",
    )
    jd_kind = fields.Char(
        compute="_compute_jd_kind", help="The kind of JD order this transfer makes."
    )
    jd_supplier_delivery = fields.Selection(
        selection=HANDOVERS,
        string="Handover",
        default="pick_up",
        help="How the goods get from JD's warehouse back to the supplier.",
    )
    jd_short_allowed = fields.Boolean(
        string="Less Is Allowed",
        default=True,
        help="JD carries out the return even if some of the goods are missing.",
    )
    jd_in_parts = fields.Boolean(
        string="Comes in Parts",
        help="The goods arrive at JD in several deliveries. Each part is received when "
        "JD has counted it; the receipt ends when JD has received everything, or when "
        "you close inbound because nothing more will come.",
    )

    jd_order_ids = fields.One2many("jd.order", "picking_id", string="JD Orders")
    jd_order_id = fields.Many2one(
        "jd.order",
        string="JD Order",
        compute="_compute_jd_order_id",
        store=True,
        index="btree_not_null",
    )
    jd_part_order_id = fields.Many2one(
        "jd.order",
        string="JD Order in Parts",
        copy=False,
        readonly=True,
        index="btree_not_null",
        help="The order of which this transfer received a part; it went on with the "
        "backorder.",
    )
    jd_state = fields.Selection(related="jd_order_id.state", string="JD Order Status")
    jd_status_name = fields.Char(compute="_compute_jd_status_name", string="JD Status")
    jd_problems = fields.Text(related="jd_order_id.problems", groups="base.group_user")
    jd_number = fields.Char(related="jd_order_id.jd_number")
    jd_counted = fields.Char(related="jd_order_id.counted")
    jd_waybills = fields.Char(related="jd_order_id.waybills", string="JD Waybills")
    jd_event_ids = fields.One2many(
        related="jd_order_id.event_ids", string="JD Timeline"
    )
    jd_on_hold = fields.Boolean(
        string="Hold Back",
        copy=False,
        help="Not sent to JD until somebody clicks “Send to JD” or unticks this.",
    )
    jd_own_waybill = fields.Char(
        string="Own Waybill",
        copy=False,
        help="The waybill of another carrier, if you have one already. JD puts it on "
        "the parcel.",
    )
    # Set just before a transfer is closed. Backorders get a time of their own.
    jd_moved_at = fields.Datetime(
        string="Moved by JD On",
        copy=False,
        readonly=True,
        help="When JD handed over or counted the goods, by JD's clock, as far as "
        "Odoo's books take that time.",
    )
    jd_notice = fields.Text(compute="_compute_jd_notice", groups="base.group_user")
    jd_goods_notice = fields.Text(
        compute="_compute_jd_goods_notice", groups="base.group_user"
    )
    jd_attention = fields.Text(
        compute="_compute_jd_attention", groups="base.group_user"
    )
    jd_held_backorder_id = fields.Many2one(
        "stock.picking",
        string="Backorder on Hold",
        compute="_compute_jd_held_backorder_id",
        groups="base.group_user",
    )
    jd_return_id = fields.Many2one(
        related="jd_order_id.return_picking_id",
        string="Return of the Parcel",
        groups="base.group_user",
    )
    jd_has_wrong_address = fields.Boolean(
        compute="_compute_jd_has_wrong_address",
        groups="base.group_user",
        help="JD cannot or does not take the name, phone number or address of the "
        "receiver.",
    )
    jd_parcel_ids = fields.One2many(
        related="jd_order_id.parcel_ids", string="JD Parcels", groups="base.group_user"
    )
    jd_is_trackable = fields.Boolean(
        compute="_compute_jd_is_trackable",
        groups="base.group_user",
        help="JD's page shows where the parcels of this transfer are.",
    )
    jd_is_busy = fields.Boolean(
        compute="_compute_jd_is_busy", help="JD is at work on it, or may be."
    )
    jd_is_partly_reserved = fields.Boolean(compute="_compute_jd_is_partly_reserved")

    # === COMPUTES === #

    @api.depends("jd_order_ids.state", "jd_part_order_id")
    def _compute_jd_order_id(self):
        for picking in self:
            orders = picking.jd_order_ids.sorted("id")
            # A cancelled order is shown only until the transfer is sent again.
            living = orders.filtered(lambda order: order.state != "cancelled")
            picking.jd_order_id = living[-1:] or picking.jd_part_order_id or orders[-1:]

    @api.depends("jd_order_id.state", "jd_order_id.status_code")
    def _compute_jd_status_name(self):
        labels = dict(
            self.env["jd.order"]._fields["state"]._description_selection(self.env)
        )
        for picking in self:
            order = picking.jd_order_id.sudo()  # part of the transfer, like its state
            told = order.state in ("accepted", "in_progress", "done")
            picking.jd_status_name = (told and order.status_name) or labels.get(
                order.state
            )

    @api.depends("picking_type_id", "location_id", "location_dest_id")
    def _compute_jd_kind(self):
        for picking in self:
            warehouse, kind = picking._jd_get_warehouse_and_kind()
            is_jd = bool(warehouse.jd_connector_id)
            picking.jd_warehouse_id = is_jd and warehouse
            picking.jd_connector_id = warehouse.jd_connector_id
            picking.jd_kind = is_jd and kind

    def _jd_get_warehouse_and_kind(self):
        """Return the warehouse that carries out the transfer, and the kind of order."""
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
        """Return source and destination warehouse, also of goods level locations."""
        return tuple(
            place.warehouse_id or place._jd_get_level_location().jd_warehouse_id
            for place in (self.location_id, self.location_dest_id)
        )

    @api.depends("jd_order_id.state")
    def _compute_jd_is_busy(self):
        for picking in self:
            picking.jd_is_busy = picking.jd_state in TOLD

    @api.depends("jd_kind", "move_ids.quantity", "move_ids.product_uom_qty")
    def _compute_jd_is_partly_reserved(self):
        for picking in self:
            moves = picking.move_ids.filtered(
                lambda m: m.state not in ("done", "cancel")
            )
            picking.jd_is_partly_reserved = (
                picking.jd_kind
                and any(moves.mapped("quantity"))
                and any(move.quantity < move.product_uom_qty for move in moves)
            )

    # === CRUD === #

    def write(self, vals):
        self._jd_check_promise(vals)
        self._jd_check_hold(vals)
        self._jd_note_other_tracking(vals)
        res = super().write(vals)
        self._jd_follow_place(vals)
        if not WAITED_FOR.isdisjoint(vals):
            # The order may have waited for this. sudo: users may not create orders.
            self.sudo()._jd_send_ready()
        # sudo: see above; the module decides itself what follows where it holds back.
        if "jd_on_hold" in vals and not self.env.su:
            self.sudo()._jd_follow_hold(vals["jd_on_hold"])
        if not TERMS.isdisjoint(vals):
            # sudo: see above.
            self.sudo().jd_order_id._tell_changed_terms()
        return res

    @api.ondelete(at_uninstall=False)
    def _unlink_except_at_jd(self):
        if self.sudo().jd_order_ids.filtered("is_known_to_jd"):
            raise UserError(
                self.env._("JD knows of this transfer: it stays as the record of it.")
            )

    # === ACTIONS === #

    def action_jd_send(self):
        """Send these transfers to JD now, even if they are on hold or sent by hand."""
        return self._jd_send_by_hand()

    def action_jd_send_reserved(self):
        """Send what is reserved of these transfers, without waiting for the rest."""
        return self._jd_send_by_hand(is_partial_allowed=True)

    def _jd_send_by_hand(self, **values):
        self.check_access("write")
        # sudo: stock users may send a transfer, not edit what was sent.
        self_sudo = self.sudo()
        for connector_sudo in self_sudo.jd_connector_id.filtered("restored_at"):
            raise UserError(connector_sudo._get_restored_notice())
        self_sudo.jd_on_hold = False
        known_sudo = self_sudo.jd_order_id
        orders_sudo = known_sudo.filtered(
            lambda order: order.state in ("draft", "refused")
        )
        # Also if nothing is reserved yet: the order then says what is missing.
        waiting_sudo = self_sudo.filtered(lambda picking: picking._jd_can_be_ordered())
        orders_sudo += orders_sudo.create(
            [
                orders_sudo._prepare_order_values(picking_sudo)
                for picking_sudo in waiting_sudo
            ]
        )
        orders_sudo.write(values)
        return (known_sudo | orders_sudo)._retry()

    def action_jd_pull(self):
        """Pull the status of these transfers' orders from JD."""
        return self.jd_order_id.action_pull()

    def action_jd_open_order(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "jd.order",
            "res_id": self.jd_order_id.id,
            "view_mode": "form",
        }

    def button_validate(self):
        """Refuse to validate transfers that JD is working on."""
        self.check_access("read")  # first: the error names the transfers
        self._jd_check_not_at_jd()
        return super().button_validate()

    def action_jd_close_inbound(self):
        """Close inbound: tell JD that no more goods of these receipts will come."""
        self.jd_order_id.action_close_inbound()

    # === HOOKS === #

    def _action_done(self):
        """Cancel unsent orders of these transfers, which are closed by hand."""
        self._jd_check_not_at_jd()
        # sudo: users who close a transfer may lack access to JD.
        orders_sudo = self.sudo().jd_order_ids
        orders_sudo.filtered(lambda order: order.state in NOT_AT_JD)._withdraw()
        res = super()._action_done()
        self._jd_close_decided()
        self._jd_book_moved_at()
        return res

    def _create_backorder_picking(self):
        """Put backorders on hold whose goods JD did not move, or never got.

        A user decides whether they are sent to JD.
        """
        backorder = super()._create_backorder_picking()
        order_sudo = self.sudo().jd_order_id  # see `_action_done`
        by_jd = order_sudo.state == "done"
        if order_sudo and (not by_jd or order_sudo._is_short()):
            backorder.sudo().jd_on_hold = True  # users may not set it
        # What comes in goes on with the same order.
        is_rest = by_jd and order_sudo and not order_sudo._is_incoming()
        if is_rest and order_sudo.cancel_requested_at:
            backorder._jd_hold_rest_of_cancelled(self)
        return backorder

    def action_confirm(self):
        """Refuse transfers from one JD warehouse directly into another."""
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
        res = super().action_confirm()
        self._jd_warn_of_missing_goods()
        return res

    # === PLACES === #

    @api.model
    def _jd_get_place_domain(self):
        """Return the domain of the transfers that JD's warehouses carry out."""
        by_type = Domain("picking_type_id.warehouse_id.jd_connector_id", "!=", False)
        inside = [
            Domain(f"{place}.warehouse_id.jd_connector_id", "!=", False)
            for place in ("location_id", "location_dest_id")
        ]
        return Domain.OR([by_type, *inside])

    def _jd_is_with_supplier(self):
        return "supplier" in (self.location_id.usage, self.location_dest_id.usage)

    def _jd_is_between_warehouses(self):
        """Tell whether this delivery goes to another warehouse of the merchant."""
        return self.location_dest_id.usage in ("internal", "transit")
