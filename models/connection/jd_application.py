import secrets

from odoo import api, fields, models
from odoo.fields import NO_ACCESS

from ...lib import api as jd_api
from ...lib import signing
from ...lib.api import MessageForm

SIGNATURES = [(name, name) for name in signing.ALGORITHMS]
USUAL_SIGNATURE = signing.ALGORITHMS[0]


class JdApplication(models.Model):
    """An application registered at JD: the shared one, or a merchant's own.

    No user can read the secret back. It is bound to the database it was typed into,
    so that a restored copy cannot use it.
    """

    _name = "jd.application"
    _description = "JD Application"
    _inherit = ["jd.guarded.mixin"]
    _rec_name = "key"

    company_id = fields.Many2one(
        "res.company",
        ondelete="cascade",
        index=True,
        help="Empty for the application that all companies share.",
    )
    key = fields.Char(string="APP KEY", required=True)
    secret = fields.Char(
        string="APP SECRET", groups=NO_ACCESS, copy=False, exportable=False
    )
    algorithm = fields.Selection(
        selection=SIGNATURES,
        string="Signature",
        required=True,
        default=USUAL_SIGNATURE,
        help="How JD's console says that requests of this application are signed.",
    )
    message_form = fields.Selection(
        selection=[
            (MessageForm.SIGNED, "Signed like a request"),
            (MessageForm.ENVELOPE, "Form with a token"),
            (MessageForm.PLAIN, "JSON to a secret address"),
        ],
        required=True,
        default=MessageForm.SIGNED,
        help="How JD sends messages to this application.",
    )
    message_path = fields.Char(
        string="Secret Part of the Message Address",
        compute="_compute_message_path",
        store=True,
        copy=False,
    )
    database_uuid = fields.Char(groups=NO_ACCESS, copy=False, exportable=False)
    has_secret = fields.Boolean(compute="_compute_has_secret", compute_sudo=True)

    _shared_uniq = models.UniqueIndex(
        "((company_id IS NULL)) WHERE company_id IS NULL",
        "There is one shared JD application only.",
    )

    # === COMPUTES === #

    @api.depends("secret", "database_uuid")
    def _compute_has_secret(self):
        database_uuid = self._get_database_uuid()
        for application in self:
            application.has_secret = bool(
                application.secret and application.database_uuid == database_uuid
            )

    @api.depends("message_form")
    def _compute_message_path(self):
        for application in self:
            application.message_path = (
                application.message_path or secrets.token_urlsafe(24)
            )

    # === CRUD === #

    @api.model_create_multi
    def create(self, vals_list):
        return super().create([self._bind_secret(vals) for vals in vals_list])

    def write(self, vals):
        vals = self._bind_secret(vals)
        renamed = self.filtered(lambda app: vals.get("key", app.key) != app.key)
        if renamed and not vals.get("secret"):
            vals["secret"] = False  # it was the secret of another key
        res = super().write(vals)
        renamed._expire_logins()
        return res

    # === BUSINESS === #

    @api.model
    def _bind_secret(self, vals):
        """Return the values stripped of blanks, a secret bound to this database."""
        vals = dict(vals)
        for name in {"key", "secret"} & vals.keys():
            vals[name] = (vals[name] or "").strip()
        if vals.get("secret"):
            vals["database_uuid"] = self._get_database_uuid()
        return vals

    @api.model
    def _get_database_uuid(self):
        # sudo: system parameters are closed to users; the uuid itself stays here.
        return self.env["ir.config_parameter"].sudo().get_param("database.uuid")

    @api.model
    def _get_database_tag(self):
        """Return six characters that tell our numbers at JD from other databases'."""
        return self._get_database_uuid().replace("-", "")[:6].upper()

    @api.model
    def _get_shared(self):
        """Return the shared application as superuser, or an empty record."""
        # sudo: only system administrators may see applications; merchants use them.
        return self.sudo().search([("company_id", "=", False)], limit=1)

    def _get_changes(self, typed):
        """Return the changed values of a form; an empty field is no change."""
        known = {"key": self.key, "algorithm": self.algorithm or USUAL_SIGNATURE}
        return {
            name: value
            for name, value in typed.items()
            if value and value != known.get(name)
        }

    def _expire_logins(self):
        """Expire the logins that were issued to these applications."""
        # sudo: connections of all companies may share the application.
        connectors_sudo = self.env["jd.connector"].sudo()
        for connector_sudo in connectors_sudo.search(
            [("token_application_id", "in", self.ids), ("state", "=", "connected")]
        ):
            connector_sudo._expire_login(
                self.env._("The APP KEY of its JD application was changed.")
            )

    def _get_client_application(self):
        """Return key, secret and algorithm to sign with.

        :raise lib.api.CredentialsRefused: The secret is missing or was entered in
            another database; the message is in the user's words.
        """
        application_sudo = self.sudo()  # the secret is closed to every user
        if not application_sudo.has_secret:
            raise jd_api.CredentialsRefused(
                self.env._(
                    "The APP SECRET of the JD application %(key)s must be entered "
                    "again: it is missing, or this database is a copy of the one it "
                    "was entered in.",
                    key=application_sudo.key or "-",
                )
            )
        return jd_api.Application(
            key=application_sudo.key,
            secret=application_sudo.secret,
            algorithm=application_sudo.algorithm,
        )
