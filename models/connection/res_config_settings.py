from odoo import api, fields, models
from odoo.exceptions import UserError

from ... import const
from ...lib.api import MessageForm
from . import vault
from .jd_application import MESSAGE_FORMS, SIGNATURES, USUAL_SIGNATURE, get_address


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    jd_app_key = fields.Char(
        string="JD APP KEY",
        help="The application that connections in quick mode share.",
    )
    # Kept in the vault until the settings are saved: a column would show it in clear.
    jd_app_secret = fields.Char(
        string="JD APP SECRET",
        compute="_compute_jd_app_secret",
        inverse="_inverse_jd_app_secret",
        exportable=False,
        help="Once saved, nobody can read it here again, only replace it.",
    )
    jd_has_app_secret = fields.Boolean()
    jd_vault_notice = fields.Char()
    jd_app_algorithm = fields.Selection(
        selection=SIGNATURES,
        string="JD Signature",
        help="How JD's console says that requests of the application are signed.",
    )
    jd_message_form = fields.Selection(
        selection=MESSAGE_FORMS,
        string="JD Message Form",
        help="How JD sends messages to the application. Ask JD support which one it "
        "uses if no messages arrive.",
    )
    jd_callback_url = fields.Char(
        string="JD Callback Address",
        help="Register it with the application in JD's developer console.",
    )
    jd_message_url = fields.Char(
        string="JD Message Address",
        help="Register it with the application in JD's developer console, so that JD's "
        "messages arrive.",
    )

    # === COMPUTES === #

    def _compute_jd_app_secret(self):
        self.jd_app_secret = False

    def _inverse_jd_app_secret(self):
        for settings in self:
            vault.put(settings, app_secret=(settings.jd_app_secret or "").strip())
        self.invalidate_recordset(["jd_app_secret"], flush=False)

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
                "jd_vault_notice": shared_sudo._get_vault_notice(),
                "jd_callback_url": get_address(self, const.CALLBACK_ROUTE),
                "jd_message_form": shared_sudo.message_form or MessageForm.SIGNED,
                "jd_message_url": shared_sudo._get_message_url(self),
            }
        return values

    def set_values(self):
        res = super().set_values()
        if self.env.user.has_group("base.group_system"):
            self._set_shared_application()
        return res

    def _set_shared_application(self):
        """Store the changes of the shared application; an empty secret is no change."""
        shared_sudo = self.env["jd.application"]._get_shared()
        try:
            secret = vault.get(self, "app_secret")
        except vault.VaultError as exc:
            raise UserError(self.env._("Enter the APP SECRET again.")) from exc
        changes = shared_sudo._get_changes(
            {
                "key": self.jd_app_key,
                "secret": secret,
                "algorithm": self.jd_app_algorithm,
                "message_form": self.jd_message_form,
            }
        )
        if shared_sudo and changes:
            shared_sudo.write(changes)
        elif "key" in changes:
            shared_sudo.create(changes)
        elif secret:
            raise UserError(
                self.env._("Enter the APP KEY together with its APP SECRET.")
            )
        vault.put(self, app_secret=None)
