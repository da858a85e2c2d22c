from odoo import models
from odoo.fields import Domain

# The fields of a receiver that are sent to JD.
RECEIVER_FIELDS = {
    "name",
    "phone",
    "street",
    "street2",
    "city",
    "zip",
    "state_id",
    "country_id",
}


class ResPartner(models.Model):
    _inherit = "res.partner"

    def write(self, vals):
        """Schedule a new check of draft orders when an address changes."""
        res = super().write(vals)
        if not RECEIVER_FIELDS.isdisjoint(vals):
            partner = "picking_id.partner_id"
            self.env["jd.order"]._check_soon(
                Domain(partner, "in", self.ids)
                | Domain(f"{partner}.commercial_partner_id", "in", self.ids)
            )
        return res
