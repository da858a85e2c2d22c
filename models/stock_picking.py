from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from .jd_order import NOT_AT_JD


class StockPicking(models.Model):
    _inherit = "stock.picking"

    jd_order_ids = fields.One2many("jd.order", "picking_id", string="JD Orders")
    jd_order_id = fields.Many2one(
        "jd.order", string="JD Order", compute="_compute_jd_order_id", store=True
    )
    jd_state = fields.Selection(related="jd_order_id.state", string="JD Order Status")
    jd_status_name = fields.Char(compute="_compute_jd_status_name", string="JD Status")
    jd_problems = fields.Text(related="jd_order_id.problems")
    jd_number = fields.Char(related="jd_order_id.jd_number")
    jd_waybills = fields.Char(related="jd_order_id.waybills", string="JD Waybills")
    jd_event_ids = fields.One2many(
        related="jd_order_id.event_ids", string="JD Timeline"
    )
    jd_on_hold = fields.Boolean(
        string="Held Back from JD",
        copy=False,
        readonly=True,
        help="Not sent to JD until somebody decides so.",
    )
    jd_own_waybill = fields.Char(
        string="Own Waybill",
        copy=False,
        help="The waybill of another carrier, where you have one already. JD puts it on "
        "the parcel.",
    )

    # === COMPUTES === #

    @api.depends("jd_order_ids.state")
    def _compute_jd_order_id(self):
        for picking in self:
            orders = picking.jd_order_ids.sorted("id")
            living = orders.filtered(lambda order: order.state != "cancelled")
            picking.jd_order_id = (living or orders)[-1:]

    @api.depends("jd_order_id.state", "jd_order_id.status_code")
    def _compute_jd_status_name(self):
        labels = dict(
            self.env["jd.order"]._fields["state"]._description_selection(self.env)
        )
        for picking in self:
            order = picking.jd_order_id.sudo()  # part of the transfer, like its state
            told = order.state in ("accepted", "in_progress", "done")
            picking.jd_status_name = (
                told and order.status_name or labels.get(order.state)
            )

    # === ACTIONS === #

    def action_jd_send(self):
        """Send these transfers to JD now, whatever the policy and the hold say."""
        self.jd_on_hold = False
        told = self.jd_order_ids.filtered(lambda o: o.state in ("draft", "refused"))
        if told:
            return told.action_retry()
        waiting = self.filtered(lambda picking: picking._jd_can_be_ordered())
        # sudo: stock users may send a transfer, not edit what was sent.
        orders = self.env["jd.order"].sudo()._create_for_pickings(waiting)
        if len(orders) == 1 and orders.problems:
            return orders._show_problems()
        return True

    def action_jd_pull(self):
        """Ask JD for news of these transfers."""
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
        """Leave what JD is at work on to JD."""
        self._jd_check_not_at_jd()
        return super().button_validate()

    # === HOOKS === #

    def _action_done(self):
        """A transfer closed by hand is not sent to JD any more."""
        self.jd_order_ids.filtered(lambda order: order.state in NOT_AT_JD).write(
            {"state": "cancelled", "problems": False}
        )
        return super()._action_done()

    def _create_backorder_picking(self):
        """Hold what JD did not ship until somebody decides about it."""
        backorder = super()._create_backorder_picking()
        moved_less = self.jd_order_id.line_ids.filtered(
            lambda line: line.reported < line.planned
        )
        backorder.jd_on_hold = bool(moved_less and self.jd_kind)
        return backorder

    # === BUSINESS === #

    @api.model
    def _jd_get_ready_domain(self):
        """Select the transfers that JD should know of and does not."""
        return (
            Domain("state", "=", "assigned")
            & self._jd_get_place_domain()
            & Domain("jd_on_hold", "=", False)
            & (
                Domain("jd_order_id", "=", False)
                | Domain("jd_order_id.state", "=", "cancelled")
            )
        )

    def _jd_send_ready(self):
        """Tell JD of those of these transfers that are ready and due by the policy."""
        ready = self.filtered_domain(self._jd_get_ready_domain())
        due = ready.filtered(lambda picking: picking.jd_kind and picking._jd_is_due())
        if due:
            self.env["jd.order"]._create_for_pickings(due)

    def _jd_is_due(self):
        if self.return_id.jd_order_id.is_returning:
            return False  # JD brings the parcel back by itself
        if self.jd_kind in ("CGRK", "THRK"):
            return self.jd_connector_id.receipt_policy == "confirmed"
        policy = self.jd_connector_id.push_policy
        if policy == "waybill":
            return bool(self._jd_get_own_waybill())
        return policy == "ready"

    def _jd_can_be_ordered(self):
        return (
            self.jd_kind
            and self.state in ("assigned", "confirmed")
            and (not self.jd_order_id or self.jd_order_id.state == "cancelled")
        )

    def _jd_get_own_waybill(self):
        """Return the waybill that the merchant already has, or an empty string."""
        if self.jd_own_waybill:
            return self.jd_own_waybill
        if "carrier_tracking_ref" in self._fields:
            return self.carrier_tracking_ref or ""
        return ""

    def _jd_check_not_at_jd(self):
        busy = self.filtered("jd_is_busy")
        if busy:
            raise UserError(
                self.env._(
                    "JD is at work on %(names)s. The transfer closes by itself with "
                    "what JD really moves.",
                    names=", ".join(busy.mapped("name")),
                )
            )

    def _jd_cancel_asked_moves(self):
        """JD agreed: cancel the moves this was asked for, send the others anew."""
        asked = self.move_ids.filtered("jd_cancel_asked")
        asked.jd_cancel_asked = False
        asked._action_cancel()
        self._jd_send_ready()
