from odoo import models


class ResUsers(models.Model):
    _inherit = "res.users"

    def action_archive(self):
        """Hand the activities of these users about JD on before core deletes them."""
        self._jd_hand_on()
        return super().action_archive()

    def write(self, vals):
        res = super().write(vals)
        if vals.get("active") is False:
            self._jd_hand_on()
        return res

    def _jd_hand_on(self):
        """Give the open activities of these users about JD to somebody who is there."""
        # sudo: whoever archives users may lack access to JD's records.
        activities_sudo = self.env["mail.activity"].sudo()
        ours = [("user_id", "in", self.ids), ("jd_cause", "!=", False)]
        for activity_sudo in activities_sudo.search(ours):
            model_sudo = self.env[activity_sudo.res_model].sudo()
            if not hasattr(model_sudo, "_get_attention_user"):
                continue  # a sale or purchase
            record_sudo = model_sudo.browse(activity_sudo.res_id)
            activity_sudo.user_id = record_sudo._get_attention_user(leaving=self)
