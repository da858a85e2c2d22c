from odoo import api, fields, models


class MailActivity(models.Model):
    _name = "mail.activity"
    _inherit = ["mail.activity", "jd.guarded.mixin"]

    jd_cause = fields.Char(
        readonly=True,
        copy=False,
        help="Why JD Fulfillment gave this activity. When that has ended, it is "
        "removed.",
    )
    jd_order_id = fields.Many2one(
        "jd.order",
        string="JD Order",
        compute="_compute_jd_order_id",
        store=True,
        precompute=True,
        readonly=False,
        copy=False,
        index="btree_not_null",
        ondelete="cascade",
        help="The JD order that this activity is about; it is on its transfer.",
    )

    @api.depends("res_model", "res_id")
    def _compute_jd_order_id(self):
        """Keep what is on a transfer; what somebody plans on an order is about that."""
        for activity in self.filtered(lambda row: row.res_model == "jd.order"):
            activity.jd_order_id = activity.res_id
