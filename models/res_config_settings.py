from odoo import api, fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    jd_app_key = fields.Char(
        string="JD APP KEY",
        help="The application that connections in quick mode share.",
    )
    jd_app_secret = fields.Char(
        string="JD APP SECRET",
        help="Kept unseen: once saved, nobody can read it here again, only replace it.",
    )
    jd_has_app_secret = fields.Boolean()

    # === BUSINESS === #

    @api.model
    def get_values(self):
        values = super().get_values()
        if self.env.user.has_group("base.group_system"):
            shared_sudo = self.env["jd.application"]._get_shared()
            values["jd_app_key"] = shared_sudo.key
            values["jd_has_app_secret"] = shared_sudo.has_secret
        return values

    def set_values(self):
        res = super().set_values()
        if self.env.user.has_group("base.group_system"):
            self._set_shared_application()
        return res

    def _set_shared_application(self):
        """Write what changed; a secret left empty stays as it is."""
        shared_sudo = self.env["jd.application"]._get_shared()
        typed = {"key": self.jd_app_key, "secret": self.jd_app_secret}
        if not shared_sudo:
            if self.jd_app_key:
                shared_sudo.create(typed)
            return
        changed = {
            name: value
            for name, value in typed.items()
            if value and (name == "secret" or value != shared_sudo.key)
        }
        if changed:
            shared_sudo.write(changed)
        self.jd_app_secret = False
