from odoo import api, fields, models

from .tracking import get_tracking_url


class JdParcel(models.Model):
    _name = "jd.parcel"
    _description = "JD Parcel"

    order_id = fields.Many2one(
        "jd.order", required=True, index=True, ondelete="cascade"
    )
    package_no = fields.Char()
    waybill = fields.Char()
    weight = fields.Float(string="Weight (kg)")
    is_expected = fields.Boolean(
        help="JD has assigned the waybill, but not packed the parcel yet."
    )

    tracking_url = fields.Char(string="Track", compute="_compute_tracking_url")

    _package_uniq = models.Constraint(
        "UNIQUE(order_id, package_no)", "One parcel per package number."
    )

    @api.depends("waybill")
    def _compute_tracking_url(self):
        for parcel in self:
            parcel.tracking_url = parcel.waybill and get_tracking_url(parcel.waybill)
