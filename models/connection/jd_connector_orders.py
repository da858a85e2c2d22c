"""The orders and messages of a connection, as its form shows them."""

from odoo import api, fields, models

from ... import const
from ..order.jd_order import AT_JD, OPEN


class JdConnector(models.Model):
    _inherit = "jd.connector"

    message_url = fields.Char(
        string="Message Address",
        compute="_compute_message_url",
        help="Register it with your application in JD's developer console, so that "
        "JD's messages arrive.",
    )
    order_count = fields.Integer(compute="_compute_order_counts")
    order_to_fix_count = fields.Integer(compute="_compute_order_counts")

    # === COMPUTES === #

    @api.depends("company_id")
    def _compute_message_url(self):
        for connector in self:
            connector.message_url = connector.get_base_url() + const.MESSAGE_ROUTE

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

    # === ACTIONS === #

    def action_pull_orders(self):
        """Ask JD about all orders that it has, or may have."""
        self.ensure_one()
        self.check_access("read")
        orders = self.env["jd.order"].search(
            [("connector_id", "=", self.id), ("state", "in", (*AT_JD, "unknown"))]
        )
        return orders.action_pull()

    def action_view_orders(self):
        self.ensure_one()
        action = self.env["ir.actions.actions"]._for_xml_id(
            "jd_fulfillment.action_jd_order"
        )
        return action | {
            "domain": [("connector_id", "=", self.id)],
            "context": {"search_default_open": 1},
        }

    def action_view_messages(self):
        self.ensure_one()
        action = self.env["ir.actions.actions"]._for_xml_id(
            "jd_fulfillment.action_jd_message"
        )
        return action | {"domain": [("connector_id", "=", self.id)]}

    # === BUSINESS === #

    def _get_pause_notice(self):
        return self.env._(
            "Waiting: the connection %(pin)s is not signed in at JD. It goes on by "
            "itself once somebody has clicked Reconnect there.",
            pin=self.pin,
        )
