"""Ends what is told about orders made at JD once all of them are decided."""

from odoo import models

from .jd_foreign_order import UNDECIDED


class JdConnector(models.Model):
    _inherit = "jd.connector"

    def _close_if_decided(self):
        """Remove the activities of connections without an order to decide."""
        for connector in self:
            left = [("connector_id", "=", connector.id), ("state", "=", "new")]
            if not self.env["jd.foreign.order"].search_count(left, limit=1):
                connector._close_attention(UNDECIDED)
