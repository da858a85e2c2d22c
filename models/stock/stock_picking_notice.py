"""What a transfer's form says of JD, and the buttons beside it."""

from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import html2plaintext


class StockPicking(models.Model):
    _inherit = "stock.picking"

    # === COMPUTES === #

    @api.depends(
        "activity_ids.note",
        "activity_ids.jd_cause",
        "jd_order_id.activity_ids.note",
        "jd_state",
    )
    def _compute_jd_attention(self):
        """Show what the module asks people to look at, here or on the order."""
        for picking in self:
            # sudo: part of the transfer, whoever is asked
            picking_sudo = picking.sudo()
            order_sudo = picking_sudo.jd_order_id
            activities_sudo = picking_sudo.activity_ids.filtered("jd_cause")
            activities_sudo |= order_sudo.activity_ids
            if order_sudo.state in ("draft", "refused"):
                # `problems` tell those.
                activities_sudo -= order_sudo.activity_ids.filtered(
                    lambda activity: activity.jd_cause == "sending"
                )
            notes = filter(None, activities_sudo.mapped("note"))
            picking.jd_attention = "\n".join(dict.fromkeys(map(html2plaintext, notes)))

    @api.depends("backorder_ids.state", "backorder_ids.jd_on_hold")
    def _compute_jd_held_backorder_id(self):
        for picking in self:
            picking.jd_held_backorder_id = picking.backorder_ids.filtered(
                lambda rest: rest.jd_on_hold and rest.state not in ("done", "cancel")
            )[:1]

    @api.depends(
        "jd_state", "jd_problems", "partner_id.name", "partner_id.phone", "partner_id"
    )
    def _compute_jd_has_wrong_address(self):
        for picking in self:
            order_sudo = picking.jd_order_id.sudo()  # part of the transfer
            is_ours_to_mend = order_sudo.kind == "outbound" and picking.partner_id
            picking.jd_has_wrong_address = is_ours_to_mend and (
                (order_sudo.state == "refused" and order_sudo.refusal_reason == "other")
                or (
                    order_sudo.state == "draft"
                    and any(order_sudo._get_receiver_problems())
                )
            )

    @api.depends(
        "state", "jd_kind", "jd_on_hold", "jd_own_waybill", "jd_order_id.notice"
    )
    def _compute_jd_notice(self):
        for picking in self:
            is_over = picking.state in ("draft", "done", "cancel")
            picking.jd_notice = (
                picking.jd_kind and not is_over and picking._jd_get_notice()
            )

    def _jd_get_notice(self):
        # sudo: whoever sees the transfer may know why JD does not have it.
        connector_sudo = self.jd_connector_id.sudo()
        order_sudo = self.jd_order_id.sudo()  # part of the transfer, like its state
        has_order = order_sudo.state not in (False, "cancelled")
        if connector_sudo.restored_at and not has_order:
            return connector_sudo._get_restored_notice()  # JD may have it
        if self.jd_on_hold:
            return self.env._(
                "On hold: JD does not get it. “Send to JD” has it carried out, "
                "“Cancel” drops it."
            )
        if has_order:
            return order_sudo.notice
        if notice := connector_sudo._get_pause_notice():
            return notice
        incoming = self.jd_kind in ("inbound", "customer_return")
        policy = connector_sudo["receipt_policy" if incoming else "push_policy"]
        if policy == "manual":
            return self.env._("JD gets it when somebody clicks “Send to JD”.")
        if self.state != "assigned" and incoming:
            return self.env._("JD gets it once the goods are on their way.")
        if self.state != "assigned":
            return self.env._("JD gets it once its goods are reserved.")
        if self._jd_waits_for_waybill():
            return self.env._(
                "JD gets it once it has a waybill: enter it on the JD tab, or click "
                "“Send to JD” to have JD make one."
            )
        stalled = connector_sudo._explain_stalled("push_orders")
        return stalled or self.env._("JD gets it in a few minutes.")

    # === ACTIONS === #

    def action_jd_send_backorder(self):
        """Send to JD what it did not move of this transfer."""
        self.ensure_one()
        self.check_access("read")
        rest = self.jd_held_backorder_id
        if not rest:
            raise UserError(
                self.env._("Nothing of %(name)s is on hold.", name=self.name)
            )
        return rest.action_jd_send()

    def action_jd_open_backorder(self):
        """Open what JD did not move of this transfer."""
        self.ensure_one()
        self.check_access("read")
        return self._jd_open(self.jd_held_backorder_id)

    def action_jd_open_return(self):
        """Open the transfer with which JD brings the parcel back."""
        self.ensure_one()
        self.check_access("read")
        return self._jd_open(self.jd_return_id)

    def action_jd_fix_address(self):
        """Open the receiver, to correct what JD does not take."""
        self.ensure_one()
        self.check_access("read")
        return self._jd_open(self.partner_id) | {"target": "new"}

    def _jd_open(self, record):
        return {
            "type": "ir.actions.act_window",
            "name": record.display_name,
            "res_model": record._name,
            "res_id": record.id,
            "views": [(False, "form")],
        }
