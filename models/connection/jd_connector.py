import re
import unicodedata
from urllib.parse import urlsplit

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ... import const
from ...lib import api as jd_api
from .jd_application import SIGNATURES, USUAL_SIGNATURE

# What web pages and chats put into text that is copied from them.
INVISIBLE = dict.fromkeys(
    map(
        ord,
        "\N{ZERO WIDTH SPACE}\N{ZERO WIDTH NON-JOINER}\N{ZERO WIDTH JOINER}"
        "\N{WORD JOINER}\N{ZERO WIDTH NO-BREAK SPACE}",
    )
)


class JdConnector(models.Model):
    """A merchant's connection to JD: one PIN, and the warehouses JD runs for it."""

    _name = "jd.connector"
    _description = "JD Connection"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _rec_name = "pin"
    _order = "company_id, id"
    _check_company_auto = True

    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company",
        required=True,
        readonly=True,
        index=True,
        default=lambda self: self.env.company,
    )
    mode = fields.Selection(
        selection=[("quick", "Quick"), ("basic", "Basic")],
        string="Connection Mode",
        required=True,
        default="quick",
        tracking=True,
        help="Quick: fewer than 1,000 orders a day, with the shared application.\n"
        "Basic: more than 1,000 orders a day, with your own APP KEY and APP SECRET.",
    )
    # draft → connected → expired → connected; connected or expired → disconnected →
    # connected. `is_expiring` is the time before `expired`, not a state of its own.
    state = fields.Selection(
        selection=[
            ("draft", "New"),
            ("connected", "Connected"),
            ("expired", "Login Expired"),
            ("disconnected", "Disconnected"),
        ],
        string="Status",
        required=True,
        readonly=True,
        copy=False,
        default="draft",
        tracking=True,
    )
    pin = fields.Char(
        string="PIN",
        required=True,
        copy=False,
        tracking=True,
        help="The JD account name that JD's staff gave you, for example jd_merchant. "
        "One PIN can be connected once only.",
    )
    department_no = fields.Char(
        string="Department Number",
        copy=False,
        help="JD's number of your department: EBU followed by digits.",
    )
    warehouse_no = fields.Char(
        string="Warehouse Number",
        copy=False,
        help="JD's number of the warehouse that keeps your goods: digits that start "
        "with 11.",
    )
    environment = fields.Selection(
        selection=[
            ("production", "JD"),
            ("test", "JD's test system"),
            ("sandbox", "Sandbox on this machine"),
        ],
        required=True,
        default=lambda self: self._default_environment(),
        help="Where this connection leads. Everything but JD itself is for trials.",
    )
    own_application_id = fields.Many2one(
        "jd.application", copy=False, ondelete="restrict", groups="base.group_system"
    )
    app_key = fields.Char(
        string="APP KEY",
        compute="_compute_app_key",
        inverse="_inverse_own_application",
        compute_sudo=True,
        help="The key of your own application, from JD's developer console.",
    )
    app_secret = fields.Char(
        string="APP SECRET",
        compute="_compute_app_secret",
        inverse="_inverse_own_application",
        exportable=False,
        help="The secret of your own application. It is kept unseen: once saved, "
        "nobody can read it here again, only replace it.",
    )
    has_app_secret = fields.Boolean(compute="_compute_app_key", compute_sudo=True)
    app_algorithm = fields.Selection(
        selection=SIGNATURES,
        string="Signature",
        compute="_compute_app_key",
        inverse="_inverse_own_application",
        compute_sudo=True,
        help="How JD's console says that requests of your application are signed.",
    )
    callback_url = fields.Char(
        string="Callback Address",
        compute="_compute_urls",
        help="Register it with your application in JD's developer console.",
    )
    warehouse_ids = fields.One2many(
        "stock.warehouse", "jd_connector_id", string="JD Warehouses", readonly=True
    )
    warehouse_count = fields.Integer(compute="_compute_warehouse_count")

    # Over all companies and archived rows. The text must not tell who holds the PIN.
    _pin_uniq = models.Constraint(
        "UNIQUE(pin)",
        "This JD PIN cannot be connected here: one PIN belongs to one merchant only, "
        "and it is in use already. Check the PIN. If it is yours, ask your Odoo "
        "administrator to release it.",
    )

    @api.model
    def _default_environment(self):
        # sudo: system parameters are closed to merchants.
        parameters = self.env["ir.config_parameter"].sudo()
        has_sandbox = parameters.get_param(const.SANDBOX_URL_PARAMETER)
        return "sandbox" if has_sandbox else "production"

    # === COMPUTES === #

    @api.depends(
        "own_application_id.key",
        "own_application_id.has_secret",
        "own_application_id.algorithm",
    )
    def _compute_app_key(self):
        for connector in self:
            application = connector.own_application_id
            connector.app_key = application.key
            connector.app_algorithm = application.algorithm or USUAL_SIGNATURE
            connector.has_app_secret = application.has_secret

    def _compute_app_secret(self):
        self.app_secret = False

    @api.depends("company_id")
    def _compute_urls(self):
        for connector in self:
            connector.callback_url = connector.get_base_url() + const.CALLBACK_ROUTE

    @api.depends("warehouse_ids")
    def _compute_warehouse_count(self):
        for connector in self:
            connector.warehouse_count = len(connector.warehouse_ids)

    def _inverse_own_application(self):
        """Keep the own key and secret out of sight; an empty secret stays as it is."""
        for connector in self:
            changes = connector.sudo().own_application_id._get_changes(
                {
                    "key": connector.app_key,
                    "secret": connector.app_secret,
                    "algorithm": connector.app_algorithm,
                }
            )
            if changes:
                connector._write_own_application(changes)
        # The form reads back what it saved: not this.
        self.invalidate_recordset(["app_secret"], flush=False)

    # === CONSTRAINTS === #

    @api.constrains("pin")
    def _check_pin(self):
        for connector in self:
            if not connector.pin:
                raise ValidationError(self.env._("Enter the PIN that JD gave you."))
            if len(connector.pin) > const.IDENTIFIER_LENGTH:
                raise ValidationError(
                    self.env._(
                        "A JD PIN has at most %(length)s characters; this one has "
                        "%(actual)s. Check that only the PIN was pasted.",
                        length=const.IDENTIFIER_LENGTH,
                        actual=len(connector.pin),
                    )
                )

    @api.constrains("department_no")
    def _check_department_no(self):
        for number in self.filtered("department_no").mapped("department_no"):
            if not self._is_identifier(const.DEPARTMENT_PATTERN, number):
                raise ValidationError(
                    self.env._(
                        "“%(number)s” is not a JD department number. It starts with "
                        "EBU and goes on with digits only, for example "
                        "EBU0000000000001.",
                        number=number,
                    )
                )

    @api.constrains("warehouse_no")
    def _check_warehouse_no(self):
        for number in self.filtered("warehouse_no").mapped("warehouse_no"):
            if not self._is_identifier(const.WAREHOUSE_PATTERN, number):
                raise ValidationError(
                    self.env._(
                        "“%(number)s” is not a JD warehouse number. It has digits "
                        "only and starts with 11, for example 110000001.",
                        number=number,
                    )
                )

    @api.constrains("active")
    def _check_archived_is_not_connected(self):
        if self.filtered(lambda c: not c.active and c.state == "connected"):
            raise ValidationError(
                self.env._("Disconnect from JD before you archive the connection.")
            )

    # === CRUD === #

    @api.model_create_multi
    def create(self, vals_list):
        return super().create([self._normalise(vals) for vals in vals_list])

    def write(self, vals):
        self.check_access("write")  # before a refusal says whose connection it is
        vals = self._normalise(vals)
        self._check_identity_is_kept(vals)
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_with_history(self):
        if self.sudo().with_context(active_test=False).warehouse_ids:
            raise UserError(
                self.env._(
                    "This connection has warehouses and their history. Disconnect and "
                    "archive it instead of deleting it."
                )
            )

    # === ACTIONS === #

    def action_view_warehouses(self):
        self.ensure_one()
        action = self.env["ir.actions.actions"]._for_xml_id(
            "stock.action_warehouse_form"
        )
        return action | {"domain": [("jd_connector_id", "=", self.id)]}

    # === BUSINESS === #

    @api.model
    def _normalise(self, vals):
        """Return the values without what comes along when they are pasted.

        Numbers typed with a Chinese keyboard become plain digits; a PIN may hold any
        letters and keeps them.
        """
        vals = dict(vals)
        for name in {"pin", "department_no", "warehouse_no"} & vals.keys():
            text = (vals[name] or "").translate(INVISIBLE).strip()
            if name != "pin":
                text = unicodedata.normalize("NFKC", text).upper()
            vals[name] = text or False
        return vals

    @api.model
    def _is_identifier(self, pattern, number):
        return len(number) <= const.IDENTIFIER_LENGTH and re.fullmatch(pattern, number)

    def _check_identity_is_kept(self, vals):
        """Refuse to turn a connection that works, or worked, into another one.

        A system administrator may release the PIN of a disconnected one.
        """
        for connector in self.sudo().with_context(active_test=False):
            identity = {
                "pin": connector.pin,
                "environment": connector.environment,
                "company_id": connector.company_id.id,
            }
            changed = {
                name
                for name in identity
                if vals.get(name, identity[name]) != identity[name]
            }
            if self.env.is_system() and connector.state == "disconnected":
                changed.discard("pin")
            if changed and (connector.warehouse_ids or connector.state == "connected"):
                raise UserError(
                    self.env._(
                        "This connection belongs to the PIN %(pin)s and its "
                        "warehouses. For another PIN, company or environment create "
                        "another connection.",
                        pin=connector.pin,
                    )
                )

    def _get_form_url(self):
        """Return the address of the form, or of the list for an empty record."""
        return "/odoo/jd-fulfillment" + (f"/{self.id}" if self else "")

    def _write_own_application(self, values):
        # sudo: merchants may set their own key and secret, and never read the secret.
        self_sudo = self.sudo()
        if self_sudo.own_application_id:
            self_sudo.own_application_id.write(values)
        elif values.get("key"):
            self_sudo.own_application_id = self_sudo.own_application_id.create(
                values | {"company_id": self.company_id.id}
            )
        else:
            raise ValidationError(
                self.env._("Enter the APP KEY together with its APP SECRET.")
            )

    def _get_application(self):
        """Return the application this mode signs in with, or an empty record."""
        self.ensure_one()
        if self.mode == "basic":
            return self.sudo().own_application_id  # closed to merchants
        return self.env["jd.application"]._get_shared()

    def _get_endpoints(self):
        """Return where this connection's environment answers.

        :raise lib.api.CredentialsRefused: The sandbox has no address, or one that is
            not on this machine; the message is in the user's words.
        """
        self.ensure_one()
        if self.environment != "sandbox":
            return const.ENDPOINTS[self.environment]
        # sudo: system parameters are closed to merchants.
        parameters = self.env["ir.config_parameter"].sudo()
        url = (parameters.get_param(const.SANDBOX_URL_PARAMETER) or "").rstrip("/")
        if urlsplit(url).hostname not in const.SANDBOX_HOSTS:
            raise jd_api.CredentialsRefused(
                self.env._(
                    "There is no JD sandbox on this machine. Choose JD as the "
                    "environment of this connection."
                )
            )
        return jd_api.Endpoints(oauth=url, gateway=url)
