from odoo import models
from odoo.fields import Domain

# What JD is told of a receiver.
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
        """Schedule another check of the orders that wait for an address."""
        res = super().write(vals)
        if not RECEIVER_FIELDS.isdisjoint(vals):
            partner = "picking_id.partner_id"
            self.env["jd.order"]._check_soon(
                Domain(partner, "in", self.ids)
                | Domain(f"{partner}.commercial_partner_id", "in", self.ids)
            )
        return res
