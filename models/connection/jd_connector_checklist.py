"""The first hour of a connection: its checklist, and what shows after a login."""

from odoo import api, models
from odoo.fields import Command, Domain

from ..mixins.notification import notify

ACCEPTED = Domain("state", "=", "accepted")


class JdConnector(models.Model):
    _inherit = "jd.connector"

    # === COMPUTES === #

    @api.depends("state", "warehouse_ids", "goods_decided_at", "is_checklist_dismissed")
    def _compute_checklist(self):
        for connector in self:
            steps = [
                bool(connector.state == "connected" and connector.warehouse_ids),
                connector._are_goods_decided(),
                connector._is_stock_compared(),
                connector._has_shipped(),
            ]
            (
                connector.is_connected_step_done,
                connector.is_goods_step_done,
                connector.is_stock_step_done,
                connector.is_order_step_done,
            ) = steps
            connector.is_checklist_shown = (
                connector.state in ("draft", "connected")
                and not connector.is_checklist_dismissed
                and not all(steps)
            )

    def _are_goods_decided(self):
        """Tell whether goods are matched, and what is missing was decided on."""
        is_over = self.goods_matched_count and not self.goods_waiting_count
        return bool(is_over and (self.goods_decided_at or not self.goods_missing_count))

    def _is_stock_compared(self):
        """Tell whether each warehouse has its opening stock, or both books agree."""
        ours = Domain("warehouse_id", "in", self.warehouse_ids.ids)
        # An earlier check is done as well where a later one took its place.
        agreeing = self.env["jd.stock.check"].search_fetch(
            ours
            & Domain("is_latest", "=", True)
            & Domain("is_partial", "=", False)
            & Domain("state", "=", "done"),
            ["warehouse_id"],
        )
        taken_over = self.env["jd.stock.check.line"]._read_group(
            ours & Domain("check_id.is_opening", "=", True) & ACCEPTED,
            ["warehouse_id"],
        )
        done = agreeing.warehouse_id.union(*(row[0] for row in taken_over))
        return bool(self.warehouse_ids) and self.warehouse_ids <= done

    def _has_shipped(self):
        return bool(
            self.env["jd.order"].search_count(
                [
                    ("connector_id", "in", self.ids),
                    ("kind", "=", "outbound"),
                    ("state", "=", "done"),
                ],
                limit=1,
            )
        )

    @api.model
    def _end_checklists(self):
        """Hide for good what is done: later goods or checks are no first hour."""
        begun = [("state", "=", "connected"), ("is_checklist_dismissed", "=", False)]
        done = self.search(begun).filtered(lambda row: not row.is_checklist_shown)
        # Messages and calls write the same rows: it begins anew where they were faster.
        done._process_each(
            lambda row: row.sudo().write({"is_checklist_dismissed": True})
        )

    # === ACTIONS === #

    def action_dismiss_checklist(self):
        """Hide the checklist for good."""
        self.check_access("write")
        self.sudo().is_checklist_dismissed = True  # users set no field of its kind

    def action_new_delivery(self):
        """Open a new delivery from the first of the connection's warehouses: a piece of
        what lies there, to the user.
        """
        self.ensure_one()
        self.check_access("read")
        warehouse = self.warehouse_ids[:1]
        stocked = self.env["stock.quant"].search(
            [
                ("location_id", "child_of", warehouse.lot_stock_id.ids),
                ("quantity", ">=", 1),
            ],
            limit=1,
        )
        piece = {"product_id": stocked.product_id.id, "product_uom_qty": 1}
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("New Delivery"),
            "res_model": "stock.picking",
            "views": [(False, "form")],
            "context": {
                "default_picking_type_id": warehouse.out_type_id.id,
                "default_company_id": self.company_id.id,
                "default_partner_id": self.env.user.partner_id.id,
                "default_move_ids": [Command.create(piece)] if stocked else [],
            },
        }

    def action_after_login(self):
        """Return what to show who comes back from JD's login page, once.

        :return: A client action that says what the login means and, where there are no
            warehouses yet, opens the choice of them; False where there is nothing to
            show.
        """
        self.ensure_one()
        self.check_access("read")
        if not self.is_return_due or self.login_user_id != self.env.user:
            return False
        self.check_access("write")
        self.sudo().is_return_due = False  # the module's own mark
        if not self.is_just_connected:
            return False
        has_to_choose = self.state == "connected" and not self.warehouse_ids
        return notify(
            "success",
            self.env._("Orders and stock are exchanged from now on."),
            title=self.env._("Connected to JD"),
            next=self.action_choose_warehouses() if has_to_choose else False,
        )
