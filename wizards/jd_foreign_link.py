"""The dialog to link an order made at JD with its transfer."""

from odoo import api, fields, models


class JdForeignLink(models.TransientModel):
    _name = "jd.foreign.link"
    _description = "Link an Order Made at JD"

    foreign_id = fields.Many2one("jd.foreign.order", required=True, readonly=True)
    kind = fields.Selection(related="foreign_id.kind")
    warehouse_id = fields.Many2one(related="foreign_id.warehouse_id")
    goods = fields.Char(related="foreign_id.goods")
    candidate_ids = fields.Many2many(
        "stock.picking", compute="_compute_candidate_ids", string="Possible Transfers"
    )
    picking_id = fields.Many2one(
        "stock.picking",
        string="Transfer",
        compute="_compute_picking_id",
        store=True,
        readonly=False,
        domain="[('id', 'in', candidate_ids)]",
    )
    picking_goods = fields.Char(
        string="Goods of the Transfer", compute="_compute_picking_goods"
    )
    is_exact = fields.Boolean(compute="_compute_picking_goods")

    @api.depends("foreign_id")
    def _compute_candidate_ids(self):
        for link in self:
            link.candidate_ids = link.foreign_id._get_fitting()

    @api.depends("foreign_id")
    def _compute_picking_id(self):
        """Choose the transfer with just the same goods, where there is only one."""
        for link in self:
            exact = link.foreign_id._get_exact(link.candidate_ids)
            link.picking_id = exact if len(exact) == 1 else False

    @api.depends("picking_id")
    def _compute_picking_goods(self):
        for link in self:
            link.picking_goods = link.picking_id._jd_list_goods()
            link.is_exact = bool(link.foreign_id._get_exact(link.picking_id))

    def action_confirm(self):
        """Link the order with the chosen transfer, and open the transfer."""
        self.ensure_one()
        order_sudo = self.foreign_id._link(self.picking_id)
        return order_sudo.sudo(False).action_view_picking()
