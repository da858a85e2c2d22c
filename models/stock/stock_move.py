"""Moves that JD knows are a promise: they are kept, or JD is asked to cancel them."""

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..order.jd_order import NOT_AT_JD, TOLD
from .promise import PROMISED_BY_MOVE, find_changed, name_fields

# Order and move are done: the move is the record of what JD moved.
_CARRIED_OUT = ("done", "done")


class StockMove(models.Model):
    _name = "stock.move"
    _inherit = ["stock.move", "jd.guarded.mixin", "jd.order.content.mixin"]
    _jd_content = frozenset(
        {
            "product_id",
            "product_uom_qty",
            "product_uom",
            "picking_id",
            "location_id",
            "location_dest_id",
        }
    )

    jd_cancel_requested = fields.Boolean(
        string="Cancellation Requested",
        copy=False,
        help="JD is asked to cancel. The move stays until JD confirms.",
    )

    jd_odoo_only_connector_id = fields.Many2one(
        "jd.connector",
        string="Moved in Odoo Only",
        readonly=True,
        copy=False,
        index="btree_not_null",
        check_company=True,
        help="The JD connection whose stock this move changed without JD, or with "
        "other quantities, lots or places than JD reported: JD's books do not have it.",
    )

    # === CRUD === #

    def write(self, vals):
        self._jd_check_promise(vals)
        if "product_uom_qty" in vals:
            self.check_access("write")  # first: the errors name the transfer
            self._jd_request_cancel_of_lowered(vals["product_uom_qty"])
        # Goods that wait for a decision wait for it wherever they are moved.
        is_held = "picking_id" in vals and any(self.picking_id.mapped("jd_on_hold"))
        res = super().write(vals)
        if is_held:
            self.picking_id.sudo().jd_on_hold = True  # sudo: users may not set it
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
        pickings_sudo = self.picking_id.sudo()  # confirming a sale may create an order
        known_sudo = pickings_sudo.jd_order_id
        before = {move: move.quantity for move in self}
        quiet = self.with_context(jd_notes_change=False)
        res = super(StockMove, quiet)._action_assign(force_qty=force_qty)
        pickings_sudo._jd_send_ready()
        # Once for all lines, and not where the order was made with them.
        changed = self.filtered(lambda move: move.quantity != before[move])
        noted = changed.picking_id.with_context(jd_notes_change=True)
        noted.filtered(
            lambda picking: picking.sudo().jd_order_id <= known_sudo
        )._jd_note_change()
        return res

    def _action_cancel(self):
        """Cancel moves that JD does not have; for the others, ask JD to cancel."""
        held = self._jd_request_cancel()
        res = super(StockMove, self - held)._action_cancel()
        self.sudo().picking_id._jd_close_decided()  # see `_jd_request_cancel`
        return res

    def _prepare_move_split_vals(self, qty):
        """Have what is left over of a move be cancelled with it."""
        vals = super()._prepare_move_split_vals(qty)
        # Named only where it is set: users, who may not set it, split moves as well.
        if self.jd_cancel_requested:
            vals["jd_cancel_requested"] = True
        return vals

    def _split(self, qty, restrict_partner_id=False):
        """Refuse to split what JD has: it carries out the whole."""
        promised = self._jd_get_promised()
        if promised:
            raise UserError(promised._jd_explain_kept(promised, ["picking_id"]))
        return super()._split(qty, restrict_partner_id=restrict_partner_id)

    # === DONE === #

    def _jd_book_moved_at(self):
        """Date these moves, just done, to when JD received their goods.

        Odoo values them next, by the order in which goods came and left. What leaves
        has its value already, and its date once the transfer has it.
        """
        for move in self.filtered(lambda move: move.picking_code == "incoming"):
            if moved_at := move.picking_id.jd_moved_at:
                move.date = moved_at

    # === PROMISE === #

    def _jd_get_told_lines(self):
        """Return the lines of the orders that JD has, or may have, of these moves.

        Also those that JD has carried out, of moves that are done.
        """
        # An order is done before its transfer is closed: then this module writes.
        # sudo: whoever changes a move may lack access to JD.
        lines_sudo = self.env["jd.order.line"].sudo()
        moves_sudo = self.sudo().filtered(
            lambda move: (
                (order := move.picking_id.jd_order_id)
                and (order.state in TOLD or (order.state, move.state) == _CARRIED_OUT)
            )
        )
        if not moves_sudo:
            return lines_sudo
        return lines_sudo.search(
            [
                ("move_id", "in", moves_sudo.ids),
                ("order_id", "in", moves_sudo.picking_id.jd_order_id.ids),
            ]
        )

    def _jd_get_promised(self):
        """Return those of these moves that JD carries out, may, or has carried out."""
        return self & self._jd_get_told_lines().move_id.sudo(self.env.su)

    def _jd_check_promise(self, vals):
        """Check that values do not change what JD was told of these moves.

        :raise UserError: They do; the message says what to do instead.
        """
        names = PROMISED_BY_MOVE.intersection(vals)
        for move in names and self._jd_get_promised():
            # How much was moved may be corrected; somebody is told.
            kept = names - {"quantity"} if move.state == "done" else names
            if changed := find_changed(move, kept, vals):
                move.check_access("write")  # first: the error names the transfer
                raise UserError(move._jd_explain_kept(move, changed))

    def _jd_explain_kept(self, record, names):
        """Return why these moves stay as they are, and what to do, for the user.

        :param record: What somebody wants to change, with the names of its fields.
        """
        transfers = ", ".join(self.picking_id.mapped("name"))
        if "done" in self.mapped("state"):
            return self.env._(
                "JD has carried out %(transfers)s: it stays as the record of what was "
                "moved. Move the goods with a transfer of their own.",
                transfers=transfers,
            )
        if {"picking_id", "move_id"}.intersection(names):
            return self.env._(
                "JD is at work on %(transfers)s as a whole: its goods cannot be split "
                "off, merged or moved to another transfer. To send less, lower the "
                "demand: JD is asked to cancel, and what is left is sent anew.",
                transfers=transfers,
            )
        return self.env._(
            "JD is at work on %(transfers)s: “%(fields)s” of %(products)s cannot be "
            "changed there. Lower the demand or cancel the transfer, which asks JD "
            "first, and make a new one.",
            transfers=transfers,
            fields=name_fields(record, names),
            products=", ".join(self.product_id.mapped("display_name")),
        )

    # === CANCEL === #

    def _jd_request_cancel(self):
        """Ask JD to cancel the orders of these moves; return the moves that wait.

        :raise UserError: JD has already picked or received the goods.
        """
        living = self.filtered(lambda move: move.state not in ("done", "cancel"))
        # sudo: cancelling a sale may request a cancellation from JD.
        living_sudo = living.sudo()
        # Orders JD does not have yet can simply change.
        living_sudo._jd_withdraw(
            living_sudo.picking_id.jd_order_id.filtered(
                lambda order: order.state in NOT_AT_JD
            )
        )
        # Goods that were added since are no concern of JD's.
        held_sudo = living_sudo._jd_get_promised()
        at_jd_sudo = held_sudo.picking_id.jd_order_id
        at_jd_sudo._check_may_cancel()
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
        """Ask JD to cancel the orders that have more of these moves than is wanted.

        :raise UserError: JD has already picked or received the goods.
        """
        # JD cannot change an order: what is left is sent as a new one.
        lowered = self.filtered(
            lambda move: (
                move.state not in ("draft", "done", "cancel")
                and move.product_uom.compare(quantity, move.product_uom_qty) < 0
            )
        )
        lines_sudo = lowered._jd_get_told_lines()
        too_much_sudo = lines_sudo.order_id.browse()
        for move, lines in lines_sudo.grouped("move_id").items():
            wanted = lines.order_id._in_units(move, quantity)
            if lines.order_id._is_less(wanted, lines._get_told_pieces()):
                too_much_sudo |= lines.order_id
        too_much_sudo._check_may_cancel()
        too_much_sudo.filtered(lambda o: not o.cancel_requested)._request_cancel()
