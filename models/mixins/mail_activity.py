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

    # === CRUD === #

    def unlink(self):
        """Keep what people cancel of ours as done: it is not told again at once."""
        if self.env.su:  # the module takes back what is over
            return super().unlink()
        ours = self.filtered(lambda activity: activity.active and activity.jd_cause)
        ours.check_access("unlink")
        ours.sudo().active = False  # who may delete it may lack access to write it
        return super(MailActivity, self - ours).unlink()
