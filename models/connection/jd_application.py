import hashlib
import secrets

from odoo import api, fields, models

from ... import const
from ...lib import api as jd_api
from ...lib import signing
from ...lib.api import MessageForm
from . import vault

MESSAGE_FORMS = [
    (MessageForm.SIGNED, "Signed like a request"),
    (MessageForm.ENVELOPE, "Form with a token"),
    (MessageForm.PLAIN, "JSON to a secret address"),
]
SIGNATURES = [(name, name) for name in signing.ALGORITHMS]
USUAL_SIGNATURE = signing.ALGORITHMS[0]


class Paused(jd_api.RetryLater):
    """The secrets cannot be used until a user decides or corrects something.

    JD is not called until then; orders wait. The message is in the user's words.
    """


def get_address(records, route):
    """Return the full address of a route of this database."""
    return records.get_base_url().rstrip("/") + route


def explain_pause(env, problem):
    """Return in the user's words why JD is not called, and what to do.

    :param type problem: The `vault.VaultError` class.
    """
    if issubclass(problem, vault.Moved):
        return env._(
            "This database was moved, restored or copied. A system administrator "
            "opens the connection and says which it is: until then JD is not called."
        )
    if issubclass(problem, vault.BadKey):
        return env._(
            "The %(option)s in Odoo's configuration is not an encryption key. Until it "
            "is corrected, JD is not called.",
            option=vault.OPTION,
        )
    return env._(
        "The APP SECRET or the login was encrypted with a key that Odoo's "
        "configuration no longer has. Put the key back, or enter the APP SECRET again "
        "and click Reconnect: until then JD is not called."
    )


def get_client_application(application):
    """Return the `lib.api.Application` to sign calls with.

    :raise lib.api.CredentialsRefused: The secret is missing; the message is in the
        user's words.
    :raise Paused: The secret cannot be used until a user decides.
    """
    # A function: expressions in templates can call the methods of a record.
    application_sudo = application.sudo()  # closed to merchants
    try:
        secret = vault.get(application_sudo, "secret")
    except vault.VaultError as exc:
        raise Paused(explain_pause(application.env, type(exc))) from exc
    if not secret:
        raise jd_api.CredentialsRefused(
            application.env._(
                "The APP SECRET of the JD application %(key)s must be entered: it is "
                "missing.",
                key=application_sudo.key or "-",
            )
        )
    return jd_api.Application(
        key=application_sudo.key,
        secret=secret,
        algorithm=application_sudo.algorithm,
    )


class JdApplication(models.Model):
    """An application registered at JD: the shared one, or a merchant's own.

    `create` and `write` accept its APP SECRET as `secret`. This is no field: it is
    stored in the vault and cannot be read back.
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
    algorithm = fields.Selection(
        selection=SIGNATURES,
        string="Signature",
        required=True,
        default=USUAL_SIGNATURE,
        help="How JD's console says that requests of this application are signed.",
    )
    message_form = fields.Selection(
        selection=MESSAGE_FORMS,
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
    has_secret = fields.Boolean(compute="_compute_has_secret", compute_sudo=True)

    _shared_uniq = models.UniqueIndex(
        "((company_id IS NULL)) WHERE company_id IS NULL",
        "There is one shared JD application only.",
    )

    # === COMPUTES === #

    def _compute_has_secret(self):
        problems = vault.find_problems(self, "secret")
        for application in self:
            application.has_secret = problems.get(application.id, True) is None

    @api.depends("message_form")
    def _compute_message_path(self):
        for application in self:
            # Kept once made: JD has been given the address.
            application.message_path = (
                application.message_path or secrets.token_urlsafe(24)
            )

    # === CRUD === #

    @api.model_create_multi
    def create(self, vals_list):
        pairs = [self._split(vals) for vals in vals_list]
        applications = super().create([vals for _secret, vals in pairs])
        for application, (secret, _vals) in zip(applications, pairs, strict=True):
            application._store_secret(secret)
        return applications

    def write(self, vals):
        self.check_access("write")  # the vault asks for none
        secret, vals = self._split(vals)
        renamed = self.filtered(lambda app: vals.get("key", app.key) != app.key)
        res = super().write(vals)
        if secret is not None:
            for application in self:
                application._store_secret(secret)
        else:
            for application in renamed:
                application._store_secret("")  # the stored one belongs to the old key
        renamed._expire_logins()
        return res

    # === BUSINESS === #

    @api.model
    def _split(self, vals):
        """Return the secret of `vals`, None where it has none, and the other values."""
        vals = dict(vals)
        secret = vals.pop("secret", None)
        if "key" in vals:
            vals["key"] = (vals["key"] or "").strip()
        return secret if secret is None else (secret or "").strip(), vals

    def _store_secret(self, secret):
        vault.put(self, secret=secret)
        self.invalidate_recordset(["has_secret"])
        self.modified(["has_secret"])

    @api.model
    def _get_database_tag(self):
        """Return six characters that are part of our numbers at JD.

        They differ between databases, and change when one is copied, moved or restored.
        """
        place = vault.get_place(self.env)
        return hashlib.sha256(place.encode()).hexdigest()[:6].upper()

    @api.model
    def _get_vault_notice(self):
        """Return a warning for administrators if secrets are in clear, or False."""
        try:
            has_key = vault.has_key()
        except vault.BadKey as exc:
            return explain_pause(self.env, type(exc))
        if not has_key:
            return self.env._(
                "APP SECRETs and logins are stored in clear: Odoo's configuration has "
                "no %(option)s. Set one, as the administrator's handbook of the module "
                "says.",
                option=vault.OPTION,
            )
        count = vault.count_clear(self.env)
        if count:
            return self.env._(
                "%(count)s APP SECRETs and logins were stored before there was a key, "
                "and are still in clear. Encrypt them, as the administrator's handbook "
                "of the module says.",
                count=count,
            )
        return False

    @api.model
    def _rotate_encryption_key(self):
        """Encrypt all secrets with the first configured key; return how many."""
        return vault.rotate(self.env)

    @api.model
    def _get_shared(self):
        """Return the shared application as superuser, or an empty record."""
        # sudo: only system administrators may see applications; merchants use them.
        return self.sudo().search([("company_id", "=", False)], limit=1)

    def _get_message_url(self, records):
        """Return the address to which JD sends the messages of this application.

        :param records: Records whose base address is used; the application may be
            empty.
        """
        url = get_address(records, const.MESSAGE_ROUTE)
        is_plain = self.message_form == MessageForm.PLAIN
        return f"{url}/{self.message_path}" if is_plain else url

    def _get_changes(self, typed):
        """Return the values typed into a form that are not empty and not stored yet."""
        known = {
            "key": self.key,
            "algorithm": self.algorithm or USUAL_SIGNATURE,
            "message_form": self.message_form or MessageForm.SIGNED,
        }
        return {
            name: value
            for name, value in typed.items()
            if value and value != known.get(name)
        }

    def _expire_logins(self):
        """Expire the logins of connections that signed in with these applications."""
        # sudo: connections of all companies may share the application.
        connectors_sudo = self.env["jd.connector"].sudo()
        for connector_sudo in connectors_sudo.search(
            [("token_application_id", "in", self.ids), ("state", "=", "connected")]
        ):
            connector_sudo._expire_login(
                self.env._("The APP KEY of its JD application was changed.")
            )
