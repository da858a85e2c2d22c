"""The dialog to link an order made at JD with its transfer."""

from odoo import api, fields, models


class JdForeignLink(models.TransientModel):
    _name = "jd.foreign.link"
    _description = "Link an Order Made at JD"

    foreign_id = fields.Many2one("jd.foreign.order", required=True, readonly=True)
    kind = fields.Selection(related="foreign_id.kind")
    warehouse_id = fields.Many2one(related="foreign_id.warehouse_id")
    candidate_ids = fields.Many2many(
        "stock.picking", compute="_compute_candidate_ids", string="Possible Transfers"
    )
    picking_id = fields.Many2one(
        "stock.picking",
        string="Transfer",
        required=True,
        domain="[('id', 'in', candidate_ids)]",
    )

    @api.depends("foreign_id")
    def _compute_candidate_ids(self):
        for link in self:
            link.candidate_ids = link.foreign_id._get_candidates()

    def action_confirm(self):
        """Link the order with the chosen transfer, and open the transfer."""
        self.ensure_one()
        order_sudo = self.foreign_id._link(self.picking_id)
        return order_sudo.sudo(False).action_view_picking()
