"""The orders and moves of a connection: count and open them, resume after a login."""

import random

from odoo import api, models

from ..order.jd_order import AT_JD, OPEN


class JdConnector(models.Model):
    _inherit = "jd.connector"

    # === COMPUTES === #

    def _compute_order_counts(self):
        counts = {
            (connector, state): count
            for connector, state, count in self.env["jd.order"]._read_group(
                [("connector_id", "in", self.ids), ("state", "in", OPEN)],
                ["connector_id", "state"],
                ["__count"],
            )
        }
        for connector in self:
            connector.order_count = sum(counts.get((connector, s), 0) for s in OPEN)
            connector.order_to_fix_count = sum(
                counts.get((connector, state), 0) for state in ("draft", "refused")
            )

    def _compute_odoo_only_count(self):
        counts = dict(
            self.env["stock.move"]._read_group(
                [("jd_odoo_only_connector_id", "in", self.ids)],
                ["jd_odoo_only_connector_id"],
                ["__count"],
            )
        )
        for connector in self:
            connector.odoo_only_count = counts.get(connector, 0)

    # === ACTIONS === #

    def action_pull_orders(self):
        """Request a pull of all open orders that JD has, or may have."""
        self.ensure_one()
        self.check_access("read")
        return self._search_orders(*AT_JD, "unknown").action_pull()

    def action_view_orders(self):
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.actions"]._for_xml_id(
            "jd_fulfillment.action_jd_order"
        )
        return action | {
            "domain": [("connector_id", "=", self.id)],
            "context": {"search_default_open": 1},
        }

    def action_view_odoo_only(self):
        """Open the moves that changed the stock of JD's warehouses without JD."""
        self.ensure_one()
        self.check_access("read")
        # Not core's own action, which opens an analysis.
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Moved in Odoo Only"),
            "res_model": "stock.move",
            "views": [(self.env.ref("stock.view_move_tree").id, "list")],
            "domain": [("jd_odoo_only_connector_id", "=", self.id)],
        }

    def action_view_messages(self):
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.actions"]._for_xml_id(
            "jd_fulfillment.action_jd_message"
        )
        return action | {"domain": [("connector_id", "=", self.id)]}

    # === BUSINESS === #

    @api.model
    def _search_served(self):
        """Return the connections that orders are exchanged with, in a random order.

        Where the time of a run ends with one, the next run begins with any of them.
        """
        connected = self.search([("state", "=", "connected")])
        return self.browse(random.sample(connected.ids, len(connected)))

    def _resume_orders(self):
        """Resume orders after a login; watch anew whether messages arrive."""
        # The new login may have another subscription to messages than the last one.
        self.sudo().write(  # sudo: users have no write access to these fields
            {
                "subscription_state": "unknown",
                "is_subscription_confirmed": False,
                "missed_changes": 0,
            }
        )
        # While nobody was signed in, JD went on: all orders are asked about at once,
        # whenever each of them would have been due. sudo: as above.
        self.sudo()._search_orders(*AT_JD, "unknown")._schedule_pull()
        self.sudo()._search_orders("queued")._try_now()
        for name in ("push_orders", "close_orders", "update_alerts"):
            self.env["jd.order"]._trigger(name)

    def _search_orders(self, *states):
        """Return the connections' orders in some states."""
        return self.env["jd.order"].search(
            [("connector_id", "in", self.ids), ("state", "in", states)]
        )

    def _get_pause_notice(self):
        """Return why all orders wait, for the merchant, or False: the pause, a restored
        backup, or the missing login.
        """
        if self.pause_reason:
            return self.pause_reason
        if self.restored_at:
            return self._get_restored_notice()
        if self.state != "connected":
            return self.env._(
                "Waiting: the connection %(pin)s is not signed in at JD. Click "
                "Reconnect there; orders then go on by themselves.",
                pin=self.pin,
            )
        return False
