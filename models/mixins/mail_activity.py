from odoo import fields, models


class MailActivity(models.Model):
    _name = "mail.activity"
    _inherit = ["mail.activity", "jd.guarded.mixin"]

    jd_cause = fields.Char(
        readonly=True,
        copy=False,
        help="Why JD Fulfillment gave this activity. When that has ended, it is "
        "removed.",
    )
