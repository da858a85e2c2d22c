"""What a person is told about an order: on the order itself and on its transfer."""

from odoo import api, fields, models
from odoo.tools import format_datetime, html2plaintext

from .jd_order import AT_JD, MAYBE_AT_JD


class JdOrder(models.Model):
    _inherit = "jd.order"

    notice = fields.Text(compute="_compute_notice")

    @api.depends("state", "retry_at", "connector_id.state", "is_closable")
    def _compute_notice(self):
        for order in self:
            order.notice = order._get_notice()

    def _get_notice(self):
        """Return what happens next and why nothing seems to happen, or False."""
        if self.state == "queued":
            return self._get_queued_notice()
        if self.is_closable:
            return self.env._("JD has carried it out; the transfer is being closed.")
        return {
            "sending": self.env._("Being sent to JD just now."),
            "unknown": self.env._(
                "JD did not answer in time. Odoo asks whether JD has it before "
                "anything is sent again: nothing is sent twice."
            ),
            "accepted": self._get_progress_notice(),
            "in_progress": self._get_progress_notice(),
            "cancelling": self.env._(
                "JD is asked to cancel. Until it agrees, the transfer stays as it is."
            ),
        }.get(self.state, False)

    def _get_queued_notice(self):
        if self.connector_id.state != "connected":
            return self.connector_id._get_pause_notice()
        call = self.connector_id._get_call_name("create_order", self.kind)
        if not self.connector_id._get_allowance(call, 1):
            return self.env._(
                "Waiting: today's calls to JD are used up. It goes on at midnight in "
                "Beijing."
            )
        if self.retry_at:
            return self.env._(
                "JD could not take it just now. Next try: %(time)s.",
                time=format_datetime(self.env, self.retry_at),
            )
        return self.env._("Waiting to be sent to JD, which takes a few seconds.")

    def _get_progress_notice(self):
        return self.env._(
            "JD is at work on it. The transfer closes by itself, with what JD really "
            "moves."
        )


class JdConnector(models.Model):
    _inherit = "jd.connector"

    def _get_pause_notice(self):
        return self.env._(
            "Waiting: the connection %(pin)s is not signed in at JD. It goes on by "
            "itself once somebody has clicked Reconnect there.",
            pin=self.pin,
        )


class StockPicking(models.Model):
    _inherit = "stock.picking"

    jd_notice = fields.Text(compute="_compute_jd_notice")
    jd_attention = fields.Text(compute="_compute_jd_attention")
    jd_is_busy = fields.Boolean(
        compute="_compute_jd_is_busy", help="JD is at work on it, or may be."
    )
    jd_is_partly_reserved = fields.Boolean(compute="_compute_jd_is_partly_reserved")

    @api.depends("jd_order_id.state")
    def _compute_jd_is_busy(self):
        for picking in self:
            picking.jd_is_busy = picking.jd_state in (*MAYBE_AT_JD, *AT_JD)

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

    @api.depends("jd_order_id.activity_ids.note", "jd_state")
    def _compute_jd_attention(self):
        """Tell on the transfer, too, what somebody is asked to look at in its order."""
        for picking in self:
            order_sudo = picking.jd_order_id.sudo()  # part of the transfer
            told = order_sudo.state not in ("draft", "refused")  # `problems` tell those
            notes = order_sudo.activity_ids.mapped("note") if told else []
            picking.jd_attention = "\n".join(map(html2plaintext, filter(None, notes)))

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
        if self.jd_on_hold:
            return self.env._(
                "Held back from JD. “Send to JD” has it carried out, “Cancel” drops it."
            )
        order_sudo = self.jd_order_id.sudo()  # part of the transfer, like its state
        if order_sudo and order_sudo.state != "cancelled":
            return order_sudo.notice
        # sudo: whoever sees the transfer may know why JD does not have it.
        connector_sudo = self.jd_connector_id.sudo()
        if connector_sudo.state != "connected":
            return connector_sudo._get_pause_notice()
        incoming = self.jd_kind in ("inbound", "customer_return")
        policy = connector_sudo["receipt_policy" if incoming else "push_policy"]
        if policy == "manual":
            return self.env._("JD gets it when somebody clicks “Send to JD”.")
        if self.state != "assigned" and incoming:
            return self.env._("JD gets it once the goods are on their way.")
        if self.state != "assigned":
            return self.env._("JD gets it once its goods are reserved.")
        if policy == "waybill" and not self._jd_get_own_waybill():
            return self.env._(
                "JD gets it once it has a waybill: enter it on the JD tab, or click "
                "“Send to JD” to have JD make one."
            )
        return self.env._("JD gets it in a few minutes.")
