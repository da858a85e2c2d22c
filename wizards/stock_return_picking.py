from odoo import fields, models

from ..models.stock.stock_picking import HANDOVERS


class StockReturnPicking(models.TransientModel):
    """Core's dialog confirms the return, which then goes to JD within seconds: what JD
    is told of it is asked here.
    """

    _inherit = "stock.return.picking"

    jd_kind = fields.Char(related="picking_id.jd_kind")
    jd_supplier_delivery = fields.Selection(
        selection=HANDOVERS,
        string="Handover",
        default="pick_up",
        help="How the goods get from JD's warehouse back to the supplier.",
    )
    jd_short_allowed = fields.Boolean(
        string="Less Is Allowed",
        default=True,
        help="JD carries out the return even if some of the goods are missing.",
    )

    def _prepare_picking_default_values(self):
        return super()._prepare_picking_default_values() | {
            "jd_supplier_delivery": self.jd_supplier_delivery,
            "jd_short_allowed": self.jd_short_allowed,
        }
