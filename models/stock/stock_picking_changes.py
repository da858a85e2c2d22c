"""Notes changes of a transfer that JD does not have yet on its order."""

from odoo import models
from odoo.tools import SQL


class StockPicking(models.Model):
    _name = "stock.picking"
    _inherit = ["stock.picking", "jd.order.content.mixin"]

    _jd_content = frozenset(
        {
            "partner_id",
            "origin",
            "picking_type_id",
            "location_id",
            "location_dest_id",
            "carrier_tracking_ref",
            "jd_own_waybill",
            "jd_in_parts",
            "jd_supplier_delivery",
            "jd_short_allowed",
        }
    )

    def _jd_get_transfers(self):
        return self

    def _jd_note_change(self):
        """Note a change of what JD is told of these transfers; see the mixin."""
        if not self.env.context.get("jd_notes_change", True):
            return  # whoever set this notes it at the end
        self_sudo = self.sudo()  # users who change a transfer may lack access to JD
        self_sudo.jd_order_id._note_change()
        # The state last: to read it computes it, which elsewhere need not be done yet.
        unsent_sudo = self_sudo.filtered(
            lambda picking: (
                picking.jd_kind
                and not picking.jd_order_id
                and picking.state == "assigned"
            )
        )
        unsent_sudo._jd_lock_row()

    def _jd_lock_row(self):
        """Lock these transfers, so that no order is made of them meanwhile.

        An order made since this transaction began is a conflict: the request is
        repeated.
        """
        if self:
            # Waits: `lock_for_update` would refuse at once.
            self.env.execute_query(
                SQL(
                    "SELECT id FROM stock_picking WHERE id IN %s FOR NO KEY UPDATE",
                    self._ids,
                )
            )
