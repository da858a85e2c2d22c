from odoo import fields, models


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

    _package_uniq = models.Constraint(
        "UNIQUE(order_id, package_no)", "One parcel per package number."
    )
