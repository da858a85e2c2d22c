from odoo import fields, models
from odoo.exceptions import UserError

from .jd_order import AT_JD, MAYBE_AT_JD


class StockMove(models.Model):
    _inherit = "stock.move"

    jd_cancel_asked = fields.Boolean(
        copy=False, help="JD is asked to cancel; until it agrees, this move stands."
    )

    # === HOOKS === #

    def _action_assign(self, force_qty=False):
        """Tell JD of deliveries as they become ready."""
        res = super()._action_assign(force_qty=force_qty)
        # sudo: whoever confirms a sale may cause an order to JD, not edit it.
        self.picking_id.sudo()._jd_send_ready()
        return res

    def _action_cancel(self):
        """Cancel what JD does not have; ask JD about what it has."""
        held = self._jd_ask_cancel()
        return super(StockMove, self - held)._action_cancel()

    # === BUSINESS === #

    def _jd_ask_cancel(self):
        """Ask JD to cancel the orders of these moves and return those that wait for it.

        :raise UserError: The goods are off JD's shelf already.
        """
        living = self.filtered(lambda move: move.state not in ("done", "cancel"))
        orders = living.picking_id.jd_order_id.sudo()
        self._jd_withdraw(
            orders.filtered(lambda o: o.state in ("draft", "queued", "refused"))
        )
        at_jd = orders.filtered(lambda o: o.state in (*MAYBE_AT_JD, *AT_JD))
        picked = at_jd.filtered(lambda o: o.status_rank >= o._rules.fixed_rank)
        if picked:
            raise UserError("\n".join(order._explain_too_late() for order in picked))
        held = living.filtered(lambda move: move.picking_id in at_jd.picking_id)
        held.jd_cancel_asked = True
        at_jd.filtered(lambda order: not order.cancel_asked)._ask_cancel()
        return held

    def _jd_withdraw(self, orders):
        """JD has nothing of these orders yet: what remains of them is checked anew."""
        for order in orders:
            if order.picking_id.move_ids <= self:
                order.write({"state": "cancelled", "problems": False})
            else:
                order._back_to_draft()
                order._trigger("push")
