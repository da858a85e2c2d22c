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

    jd_messages_kept = fields.Integer(
        string="Messages of JD",
        help="How many days JD's messages are kept; 0 keeps them for ever. Messages "
        "that are not applied yet stay in any case.",
    )
    jd_foreign_orders_kept = fields.Integer(
        string="Orders Made at JD",
        help="How many days the list of orders made at JD keeps those that are linked "
        "or ignored; 0 keeps them for ever. What is to be decided, and what explains a "
        "difference of a stock check, stays in any case.",
    )
    jd_events_kept = fields.Integer(
        string="Timelines of Orders",
        help="How many days the statuses of closed orders are kept; 0 keeps them for "
        "ever. The order itself, and when it was accepted, picked, shipped and "
        "delivered, stay in any case.",
    )

    # === COMPUTES === #

    def _compute_jd_app_secret(self):
        self.jd_app_secret = False

    def _inverse_jd_app_secret(self):
        for settings in self:
            vault.put(settings, app_secret=(settings.jd_app_secret or "").strip())
        self.invalidate_recordset(["jd_app_secret"], flush=False)

    @api.constrains("jd_messages_kept", "jd_foreign_orders_kept", "jd_events_kept")
    def _check_jd_kept(self):
        for name, least in const.RETENTION_LEAST.items():
            field = self._fields[f"jd_{name}_kept"]
            for settings in self:
                if settings[field.name] and settings[field.name] < least.days:
                    raise UserError(
                        self.env._(
                            "Keep “%(what)s” for at least %(days)s days, or 0 for "
                            "ever: until then JD may report more of them.",
                            what=field.get_description(self.env, ["string"])["string"],
                            days=least.days,
                        )
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
                "jd_vault_notice": shared_sudo._get_vault_notice(),
                "jd_callback_url": get_address(self, const.CALLBACK_ROUTE),
                "jd_message_form": shared_sudo.message_form or MessageForm.SIGNED,
                "jd_message_url": shared_sudo._get_message_url(self),
                **self._get_kept_values(),
            }
        return values

    def set_values(self):
        res = super().set_values()
        if self.env.user.has_group("base.group_system"):
            self._set_shared_application()
            self._set_kept_values()
        return res

    @api.model
    def _get_kept_values(self):
        kept = self.env["jd.retention.mixin"]
        return {
            f"jd_{name}_kept": kept._get_kept_days(name) for name in const.RETENTION
        }

    def _set_kept_values(self):
        # Not `config_parameter`: it cannot store a zero.
        kept = self.env["jd.retention.mixin"]
        for name in const.RETENTION:
            kept._set_kept_days(name, self[f"jd_{name}_kept"])

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
