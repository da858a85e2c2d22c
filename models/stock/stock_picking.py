from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import split_every

from ... import const
from ..mixins.jd_worker import lock_available
from ..order.jd_order import NOT_AT_JD

_UNRESERVED = ("confirmed", "partially_available")


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
        help="The waybill of another carrier, where you have one already. JD puts it "
        "on the parcel.",
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
            picking.jd_status_name = (told and order.status_name) or labels.get(
                order.state
            )

    # === CRUD === #

    def write(self, vals):
        res = super().write(vals)
        if not {"jd_own_waybill", "carrier_tracking_ref", "partner_id"}.isdisjoint(
            vals
        ):
            # sudo: whoever notes a waybill may cause an order to JD, not edit it.
            self.sudo()._jd_send_ready()
        return res

    @api.ondelete(at_uninstall=False)
    def _unlink_except_at_jd(self):
        if self.sudo().jd_order_ids.filtered("is_known_to_jd"):
            raise UserError(
                self.env._("JD knows of this transfer: it stays as the record of it.")
            )

    # === ACTIONS === #

    def action_jd_send(self):
        """Send these transfers to JD now, whatever the policy and the hold say."""
        return self._jd_send_by_hand()

    def action_jd_send_reserved(self):
        """Send what is reserved of these transfers, without waiting for the rest."""
        return self._jd_send_by_hand(is_partial_allowed=True)

    def _jd_send_by_hand(self, **values):
        self.check_access("write")
        self.jd_on_hold = False
        # sudo: stock users may send a transfer, not edit what was sent.
        self_sudo = self.sudo()
        orders_sudo = self_sudo.jd_order_id.filtered(
            lambda order: order.state in ("draft", "refused")
        )
        waiting_sudo = self_sudo.filtered(lambda picking: picking._jd_can_be_ordered())
        orders_sudo += orders_sudo.create(
            [
                orders_sudo._prepare_order_values(picking_sudo)
                for picking_sudo in waiting_sudo
            ]
        )
        orders_sudo.write(values)
        return orders_sudo._retry()

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
        self._jd_check_not_at_jd()
        # sudo: whoever closes a transfer need not know JD.
        orders_sudo = self.sudo().jd_order_ids
        orders_sudo.filtered(lambda order: order.state in NOT_AT_JD)._withdraw()
        return super()._action_done()

    def _create_backorder_picking(self):
        """Hold what JD was told and did not move until somebody decides about it.

        So is the rest of what was closed by hand while JD should have had it.
        """
        backorder = super()._create_backorder_picking()
        order_sudo = self.sudo().jd_order_id  # whoever closes need not know JD
        by_jd = order_sudo.state == "done"
        backorder.jd_on_hold = bool(order_sudo) and (
            not by_jd or order_sudo._is_short()
        )
        return backorder

    # === READY === #

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
        drafts = self.jd_order_id.filtered(lambda order: order.state == "draft")
        drafts._check_and_queue()
        unknown = self.filtered(lambda p: p.jd_order_id.state in (False, "cancelled"))
        ready = unknown.filtered_domain(self._jd_get_ready_domain())
        due = ready.filtered(lambda picking: picking.jd_kind and picking._jd_is_due())
        if due:
            self.env["jd.order"]._create_for_pickings(due)

    @api.model
    def _jd_send_unseen(self):
        """Tell JD of a batch of ready transfers that no hook has seen.

        :return: How many are left.
        """
        domain = self._jd_get_ready_domain() & self._jd_get_policy_domain()
        found = self.search(domain, order="id")
        due = self.browse()
        for page in split_every(const.CHECK_BATCH, found.ids, self.browse):
            due += page.filtered(lambda p: p.jd_kind and p._jd_is_due())
            if len(due) > const.CHECK_BATCH:
                break
        batch = due[: const.CHECK_BATCH]
        lock_available(batch)._jd_send_ready()
        self.env["ir.cron"]._commit_progress(len(batch))
        return len(due - batch)

    @api.model
    def _jd_get_policy_domain(self):
        """Leave out what the policies leave to people: nothing hides behind it."""
        connector = "picking_type_id.warehouse_id.jd_connector_id"
        has_waybill = Domain("jd_own_waybill", "!=", False)
        if "carrier_tracking_ref" in self._fields:
            has_waybill |= Domain("carrier_tracking_ref", "!=", False)
        incoming = Domain("picking_type_id.code", "=", "incoming")
        manual = Domain.OR(
            [
                incoming & Domain(f"{connector}.receipt_policy", "=", "manual"),
                ~incoming & Domain(f"{connector}.push_policy", "=", "manual"),
                ~incoming
                & Domain(f"{connector}.push_policy", "=", "waybill")
                & ~has_waybill,
            ]
        )
        return ~manual

    def _jd_is_due(self):
        if self._jd_is_refused_parcel():
            return False
        if self.jd_kind in ("inbound", "customer_return"):
            return self.jd_connector_id.receipt_policy == "confirmed"
        policy = self.jd_connector_id.push_policy
        if policy == "waybill":
            return bool(self._jd_get_own_waybill())
        return policy == "ready"

    def _jd_is_refused_parcel(self):
        """Whether JD brings these goods back by itself."""
        return self.return_id.jd_order_id.is_returning

    def _jd_can_be_ordered(self):
        return (
            self.jd_kind
            and not self._jd_is_refused_parcel()
            and self.state in ("assigned", "confirmed", "waiting")
            and (not self.jd_order_id or self.jd_order_id.state == "cancelled")
        )

    def _jd_get_own_waybill(self):
        """Return the waybill that the merchant already has, or an empty string."""
        if self.jd_own_waybill:
            return self.jd_own_waybill
        if "carrier_tracking_ref" in self._fields:
            return self.carrier_tracking_ref or ""
        return ""

    # === AT JD === #

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

    def _jd_cancel_requested_moves(self):
        """JD agreed: cancel the moves this was asked for, send the others anew."""
        asked = self.move_ids.filtered("jd_cancel_requested")
        asked.jd_cancel_requested = False
        asked._action_cancel()
        left = self.filtered(lambda p: p.state not in ("done", "cancel"))
        # What was lowered may have lost its reservation.
        left.move_ids.filtered(lambda move: move.state in _UNRESERVED)._action_assign()
        again = left.filtered(lambda picking: picking._jd_can_be_ordered())
        # It was sent before: no policy is asked again.
        self.env["jd.order"]._create_for_pickings(again)

    def _jd_receive_in_full(self):
        """Close transfers with all that was planned."""
        pickings = self.filtered(lambda p: p.state not in ("done", "cancel"))
        for move in pickings.move_ids:
            move.quantity = move.product_uom_qty
        pickings.move_ids.picked = True
        pickings.with_context(cancel_backorder=True)._action_done()
