from odoo import models
from odoo.fields import Domain

from ..order.jd_order import OPEN

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
        """Check drafts again when an address changes; tell JD of it, or somebody."""
        res = super().write(vals)
        if not RECEIVER_FIELDS.isdisjoint(vals):
            partner = "picking_id.partner_id"
            theirs = Domain(partner, "in", self.ids) | Domain(
                f"{partner}.commercial_partner_id", "in", self.ids
            )
            # sudo: users who correct a contact may lack access to JD.
            orders_sudo = self.env["jd.order"].sudo()
            open_sudo = orders_sudo.search(Domain("state", "in", OPEN) & theirs)
            open_sudo._note_change()
            open_sudo._check_drafts_soon()
            open_sudo._tell_changed_terms()
        return res
