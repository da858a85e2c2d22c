"""Transfers that JD has: what may not change there, and who is told what does."""

from odoo import models
from odoo.exceptions import UserError

from ..mixins.jd_activity_mixin import schedule_once
from ..order.jd_order import NOT_AT_JD, TOLD
from .promise import PROMISED_BY_TRANSFER, find_changed, name_fields


class StockPicking(models.Model):
    _inherit = "stock.picking"

    # === PROMISE === #

    def _jd_is_told(self):
        """Tell whether JD has this transfer, or may have it, and did not report yet."""
        order_sudo = self.sudo().jd_order_id  # users of stock may lack access to JD
        return order_sudo.state in TOLD

    def _jd_check_promise(self, vals):
        """Check that values do not change where JD carries out these transfers.

        :raise UserError: They do; the message says what to do instead.
        """
        names = PROMISED_BY_TRANSFER.intersection(vals)
        for picking in names and self:
            is_done = picking.sudo().jd_order_id.state == picking.state == "done"
            if (is_done or picking._jd_is_told()) and (
                changed := find_changed(picking, names, vals)
            ):
                picking.check_access("write")  # first: the error names it
                raise UserError(picking._jd_explain_kept(changed))

    def _jd_explain_kept(self, names):
        """Return why these fields stay, and what to do, for the user."""
        if self.state == "done":
            return self.move_ids._jd_explain_kept(self, names)
        return self.env._(
            "JD is at work on %(transfer)s: “%(fields)s” cannot be changed there. "
            "Cancel the transfer, which asks JD first, and make a new one.",
            transfer=self.name,
            fields=name_fields(self, names),
        )

    def _jd_follow_place(self, vals):
        """Withdraw unsent orders of transfers that other warehouses carry out now."""
        if PROMISED_BY_TRANSFER.isdisjoint(vals):
            return
        # sudo: stock users may move a transfer, not edit its order.
        orders_sudo = self.sudo().jd_order_id.filtered(
            lambda order: order.state in NOT_AT_JD
        )
        orders_sudo.filtered(
            lambda order: (
                (order.warehouse_id, order.kind)
                != (order.picking_id.jd_warehouse_id, order.picking_id.jd_kind)
            )
        )._withdraw()
        self.sudo()._jd_send_ready()

    def _jd_note_other_tracking(self, vals):
        """Note on transfers that JD has that their tracking is none of JD's waybills.

        Call it before the values are written.
        """
        # This module writes JD's waybills as superuser.
        if "carrier_tracking_ref" not in vals or self.env.su:
            return
        new = vals["carrier_tracking_ref"] or ""
        for picking in self:
            order_sudo = picking.sudo().jd_order_id  # see `_jd_is_told`
            old, waybills = picking.carrier_tracking_ref or "", order_sudo.waybills
            is_told = order_sudo.state in (*TOLD, "done")
            ships = is_told and not order_sudo._is_incoming()
            if ships and new not in (old, waybills):
                picking.check_access("write")  # first: the note names waybills
                picking.message_post(
                    body=self.env._(
                        "The tracking reference was changed from “%(old)s” to "
                        "“%(new)s”, and JD was not told. JD reports the waybill "
                        "“%(waybills)s”. As long as JD has not shipped, it takes a "
                        "waybill of yours from “Own Waybill” on the JD tab.",
                        old=old,
                        new=new,
                        waybills=waybills or "",
                    )
                )

    # === ADDED GOODS === #

    def _jd_get_transfer_of_added(self):
        """Return the transfer for goods that are added to this one, which JD has."""
        self.ensure_one()
        usable = self.backorder_ids.filtered(
            lambda picking: (
                picking.state not in ("done", "cancel")
                and not picking.jd_on_hold
                and not picking._jd_is_told()
            )
        )
        # As core's `_create_backorder_picking`, which our own hook puts on hold.
        return usable[:1] or self.copy(
            {
                "name": "/",
                "move_ids": [],
                "move_line_ids": [],
                "backorder_id": self.id,
            }
        )

    # === RETURNS === #

    def _jd_get_returned(self):
        """Return the transfer whose goods come back with this one, if it is one."""
        # The backorder of a return is linked by its moves alone.
        returned = self.return_id or self.move_ids.origin_returned_move_id.picking_id
        return returned if len(returned) == 1 else returned.browse()

    def _jd_hold_undecided_return(self):
        """Hold back from JD returns that Odoo made by itself; tell somebody of them."""
        for picking in self.filtered("jd_kind"):
            # sudo: a sale that is lowered makes the return.
            picking_sudo = picking.sudo()
            picking_sudo.jd_on_hold = True
            note = self.env._(
                "Odoo made the return %(transfer)s (%(goods)s) because a quantity was "
                "lowered after the goods had left or arrived. Nobody has decided it, "
                "so it is held back from JD: send it to JD if the goods really come "
                "back, or cancel it.",
                transfer=picking_sudo.name,
                goods=picking_sudo._jd_list_goods(),
            )
            picking_sudo._request_attention(note, cause="hold")
            picking_sudo._jd_tell_source(note)

    def _jd_list_goods(self):
        """Return quantity and product of the moves of this transfer as a text."""
        return ", ".join(
            f"{move.product_uom_qty:g} × {move.product_id.display_name}"
            for move in self.move_ids
        )

    def _jd_hold_rest_of_cancelled(self, shipped):
        """Hold back what is left of a transfer that JD did not cancel when asked to.

        :param shipped: The transfer that JD has carried out all the same.
        """
        self_sudo = self.sudo()  # users may not set it
        self_sudo.jd_on_hold = True
        self_sudo._request_attention(
            self.env._(
                "JD was asked to cancel %(transfer)s, and carried out what it had. "
                "What it did not have (%(goods)s) is on hold in %(rest)s: send it to "
                "JD if it is still wanted, or cancel it.",
                transfer=shipped.name,
                goods=self._jd_list_goods(),
                rest=self.name,
            ),
            cause="hold",
        )

    # === DECISIONS === #

    def _jd_close_decided(self):
        """Remove what asks for a decision about held transfers that are over."""
        # sudo: users who cancel or close a transfer may lack access to JD.
        self.sudo().filtered(
            lambda picking: picking.jd_on_hold and picking.state in ("done", "cancel")
        )._jd_close_questions()

    def _jd_close_questions_of_sent(self, orders):
        """Remove the activities that ask what is to become of transfers now sent.

        :param orders: The new orders.
        """
        # Only what was sent before, is left over or came back is ever asked about.
        self.filtered(
            lambda picking: (
                picking.backorder_id
                or picking._jd_get_returned()
                or picking.jd_order_ids - orders
            )
        )._jd_close_questions()

    def _jd_close_questions(self):
        """Remove the activities that ask what is to become of these transfers."""
        self._close_attention("hold")
        self.jd_order_ids._close_attention("hold")
        # An order that is over asks about what it left here.
        left_by = self.backorder_id.filtered(lambda picking: picking.state == "done")
        left_by.jd_order_ids._close_attention("hold", "backorder")

    # === WHO IS TOLD === #

    def _get_attention_candidates(self):
        return self.user_id | self.jd_connector_id._get_attention_candidates()

    def _jd_tell_source(self, note):
        """Give an activity to the salesperson or buyer these transfers are for.

        It is on the sale or purchase: they may have no access to transfers.
        """
        for name in ("sale_id", "purchase_id"):
            for document in self[name] if name in self._fields else ():
                user = document.user_id
                if user.active and document.company_id in user.company_ids:
                    schedule_once(document, user, note)
