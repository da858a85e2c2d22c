from odoo import api, fields, models

from ... import const
from .jd_application import SIGNATURES, USUAL_SIGNATURE


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    jd_app_key = fields.Char(
        string="JD APP KEY",
        help="The application that connections in quick mode share.",
    )
    jd_app_secret = fields.Char(
        string="JD APP SECRET",
        help="Once saved, nobody can read it here again, only replace it.",
    )
    jd_has_app_secret = fields.Boolean()
    jd_app_algorithm = fields.Selection(
        selection=SIGNATURES,
        string="JD Signature",
        help="How JD's console says that requests of the application are signed.",
    )
    jd_callback_url = fields.Char(
        string="JD Callback Address",
        help="Register it with the application in JD's developer console.",
    )
    jd_message_url = fields.Char(
        string="JD Message Address",
        help="Register it with the application, so that JD's messages arrive.",
    )

    # === BUSINESS === #

    @api.model
    def get_values(self):
        values = super().get_values()
        if self.env.user.has_group("base.group_system"):
            shared_sudo = self.env["jd.application"]._get_shared()
            values |= {
                "jd_app_key": shared_sudo.key,
                "jd_has_app_secret": shared_sudo.has_secret,
                "jd_app_algorithm": shared_sudo.algorithm or USUAL_SIGNATURE,
                "jd_callback_url": self.get_base_url() + const.CALLBACK_ROUTE,
                "jd_message_url": self.get_base_url() + const.MESSAGE_ROUTE,
            }
        return values

    def set_values(self):
        res = super().set_values()
        if self.env.user.has_group("base.group_system"):
            self._set_shared_application()
        return res

    def _set_shared_application(self):
        """Store the changes of the shared application; no secret is no change."""
        shared_sudo = self.env["jd.application"]._get_shared()
        changes = shared_sudo._get_changes(
            {
                "key": self.jd_app_key,
                "secret": self.jd_app_secret,
                "algorithm": self.jd_app_algorithm,
            }
        )
        if shared_sudo and changes:
            shared_sudo.write(changes)
        elif "key" in changes:
            shared_sudo.create(changes)
        self.jd_app_secret = False
