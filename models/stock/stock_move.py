from odoo import api, fields, models
from odoo.exceptions import UserError

from ..order.jd_order import AT_JD, MAYBE_AT_JD, NOT_AT_JD


class StockMove(models.Model):
    _name = "stock.move"
    _inherit = ["stock.move", "jd.guarded.mixin"]

    jd_cancel_requested = fields.Boolean(
        copy=False, help="JD is asked to cancel. The move stays until JD confirms."
    )

    jd_odoo_only_connector_id = fields.Many2one(
        "jd.connector",
        string="Moved in Odoo Only",
        readonly=True,
        copy=False,
        index="btree_not_null",
        check_company=True,
        help="The JD connection whose stock this move changed without JD: JD's books "
        "do not have it.",
    )

    # === CRUD === #

    def write(self, vals):
        if "product_uom_qty" in vals:
            self.check_access("write")  # first: the errors name the transfer
            self._jd_request_cancel_of_lowered(vals["product_uom_qty"])
        res = super().write(vals)
        if vals.get("state") == "done" and "date" in vals:
            self._jd_book_moved_at()
        return res

    @api.ondelete(at_uninstall=False)
    def _unlink_except_at_jd(self):
        # sudo: users who delete a move may lack access to JD.
        lines_sudo = (
            self.env["jd.order.line"].sudo().search([("move_id", "in", self.ids)])
        )
        if lines_sudo.order_id.filtered("is_known_to_jd"):
            raise UserError(
                self.env._("JD knows of these goods: they stay as the record of it.")
            )

    # === HOOKS === #

    def _action_assign(self, force_qty=False):
        """Send deliveries to JD as they become ready."""
        res = super()._action_assign(force_qty=force_qty)
        # sudo: confirming a sale may create an order for JD.
        self.picking_id.sudo()._jd_send_ready()
        return res

    def _action_cancel(self):
        """Cancel moves that JD does not have; for the others, ask JD to cancel."""
        held = self._jd_request_cancel()
        return super(StockMove, self - held)._action_cancel()

    def _prepare_move_split_vals(self, qty):
        """Have what is left over of a move be cancelled with it."""
        vals = super()._prepare_move_split_vals(qty)
        return vals | {"jd_cancel_requested": self.jd_cancel_requested}

    def _search_picking_for_assignation_domain(self):
        """Exclude transfers at JD: added goods go to another transfer."""
        domain = super()._search_picking_for_assignation_domain()
        if self.product_uom.compare(self.product_uom_qty, 0) < 0:
            return domain  # a decrease stays with its transfer
        # JD cannot add a line to an order that it has.
        told = [*MAYBE_AT_JD, *AT_JD]
        return [*domain, "!", ("jd_order_id.state", "in", told)]

    # === BUSINESS === #

    def _jd_book_moved_at(self):
        """Date these moves, just done, to when JD received their goods.

        Odoo values them next, by the order in which goods came and left. What leaves
        has its value already, and its date once the transfer has it.
        """
        for move in self.filtered(lambda move: move.picking_code == "incoming"):
            if moved_at := move.picking_id.jd_moved_at:
                move.date = moved_at

    def _jd_request_cancel(self):
        """Ask JD to cancel the orders of these moves; return the moves that wait.

        :raise UserError: JD has already picked or received the goods.
        """
        living = self.filtered(lambda move: move.state not in ("done", "cancel"))
        # sudo: cancelling a sale may request a cancellation from JD.
        living_sudo = living.sudo()
        orders_sudo = living_sudo.picking_id.jd_order_id
        # Orders JD does not have yet can simply change.
        living_sudo._jd_withdraw(
            orders_sudo.filtered(lambda order: order.state in NOT_AT_JD)
        )
        at_jd_sudo = orders_sudo.filtered(
            lambda order: order.state in (*MAYBE_AT_JD, *AT_JD)
        )
        at_jd_sudo._check_may_cancel()
        held_sudo = living_sudo.filtered(
            lambda move: move.picking_id in at_jd_sudo.picking_id
        )
        # Core must not cancel these moves now: JD may still ship them.
        held_sudo.jd_cancel_requested = True
        at_jd_sudo.filtered(lambda order: not order.cancel_requested)._request_cancel()
        return held_sudo.sudo(self.env.su)

    def _jd_withdraw(self, orders):
        """Cancel orders JD does not have, or check them again without these moves."""
        whole = orders.filtered(lambda order: order._get_moves() <= self)
        whole._withdraw()
        part = orders - whole
        part._back_to_draft()
        if part:
            part._trigger("push_orders")

    def _jd_request_cancel_of_lowered(self, quantity):
        """Ask JD to cancel the orders of moves whose quantity is lowered.

        :raise UserError: JD has already picked or received the goods.
        """
        # JD cannot change an order: what is left is sent as a new one.
        lowered_sudo = self.sudo().filtered(  # as in `_jd_request_cancel`
            lambda move: (
                move.state not in ("draft", "done", "cancel")
                and move.product_uom.compare(quantity, move.product_uom_qty) < 0
            )
        )
        at_jd_sudo = lowered_sudo.picking_id.jd_order_id.filtered(
            lambda order: order.state in (*MAYBE_AT_JD, *AT_JD)
        )
        at_jd_sudo._check_may_cancel()
        at_jd_sudo.filtered(lambda order: not order.cancel_requested)._request_cancel()
