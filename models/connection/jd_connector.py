"""A connection: all its fields, and what it is identified by."""

import re
import unicodedata

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import NO_ACCESS

from ... import const
from ...lib import api as jd_api
from ...lib.api import MessageForm
from . import vault
from .jd_application import MESSAGE_FORMS, SIGNATURES, USUAL_SIGNATURE, get_address

# Unicode's categories of what is not seen: controls, formats such as the soft hyphen
# or marks of direction, halves of characters, separators of lines.
UNSEEN_CATEGORIES = ("Cc", "Cf", "Cs", "Zl", "Zp")
# And what is not seen though it counts as a letter or a mark: fillers, joiners,
# selectors of a variant.
UNSEEN = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0"
    "\U000e0000-\U000e0fff]"
)


class JdConnector(models.Model):
    """A merchant's connection to JD: one PIN, and the warehouses JD runs for it."""

    _name = "jd.connector"
    _description = "JD Connection"
    _inherit = [
        "mail.thread",
        "mail.activity.mixin",
        "jd.activity.mixin",
        "jd.guarded.mixin",
        "jd.worker.mixin",
    ]
    _rec_name = "pin"
    _order = "company_id, id"
    _check_company_auto = True
    _jd_settable = frozenset(
        {
            *("active", "company_id", "mode", "environment"),
            *("pin", "department_no", "warehouse_no"),
            *("app_key", "app_secret", "app_algorithm", "app_message_form"),
            *("push_policy", "receipt_policy", "source_no", "carrier_no"),
            *("create_missing_goods", "goods_category_no", "daily_calls"),
            *("inbound_threshold", "outbound_threshold"),
        }
    )

    # Identity.
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
        help="The JD account name that JD gave you, for example jd_merchant. "
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

    # Application.
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
        help="The secret of your own application. Once saved, nobody can read it here "
        "again, only replace it.",
    )
    has_app_secret = fields.Boolean(compute="_compute_app_key", compute_sudo=True)
    app_message_form = fields.Selection(
        selection=MESSAGE_FORMS,
        string="Message Form",
        compute="_compute_app_key",
        inverse="_inverse_own_application",
        compute_sudo=True,
        help="How JD sends messages to your application: ask JD support if none "
        "arrive.",
    )
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
    message_url = fields.Char(
        string="Message Address",
        compute="_compute_message_url",
        compute_sudo=True,
        groups="jd_fulfillment.group_jd_manager",
        help="Register it with your application in JD's developer console, so that "
        "JD's messages arrive.",
    )

    # Login (jd_connector_login.py) and token (jd_connector_token.py); access token and
    # refresh token are in the vault. The nonce says which signed `state` is awaited: it
    # opens nothing.
    login_nonce = fields.Char(groups=NO_ACCESS, copy=False, exportable=False)
    login_user_id = fields.Many2one(
        "res.users",
        string="Connected By",
        readonly=True,
        copy=False,
        help="Who signed in at JD last. This user is asked to sign in again when the "
        "login expires.",
    )
    login_at = fields.Datetime(
        string="Connected On",
        readonly=True,
        copy=False,
        help="When somebody signed in at JD last.",
    )
    is_just_connected = fields.Boolean(compute="_compute_is_just_connected")
    refresh_expires_at = fields.Datetime(groups=NO_ACCESS, copy=False)
    # The token acts for the application it was issued to, whatever `mode` says by now.
    token_application_id = fields.Many2one(
        "jd.application", copy=False, ondelete="set null", groups="base.group_system"
    )
    is_mode_pending = fields.Boolean(
        compute="_compute_is_mode_pending", compute_sudo=True
    )
    token_expires_at = fields.Datetime(
        string="Login Valid Until",
        readonly=True,
        copy=False,
        help="Until then Odoo may work with JD in your name, unless it is renewed.",
    )
    token_renew_at = fields.Datetime(readonly=True, copy=False, index=True)
    is_renewing = fields.Boolean(
        readonly=True, copy=False, help="A worker is waiting for JD's next token."
    )
    renewal_tried_at = fields.Datetime(readonly=True, copy=False)
    is_renewable = fields.Boolean(
        string="Renews by Itself",
        readonly=True,
        copy=False,
        help="Whether JD lets Odoo renew the login. Where it does not, somebody signs "
        "in again before the login expires.",
    )
    is_expiring = fields.Boolean(
        compute="_compute_is_expiring", search="_search_is_expiring"
    )

    # Pause (jd_connector_pause.py).
    pause_reason = fields.Char(
        compute="_compute_pause",
        compute_sudo=True,
        help="Why JD is not called until somebody decides.",
    )
    is_moved = fields.Boolean(compute="_compute_pause", compute_sudo=True)

    # Warehouses (jd_connector_warehouses.py).
    warehouse_ids = fields.One2many(
        "stock.warehouse", "jd_connector_id", string="JD Warehouses", readonly=True
    )
    warehouse_count = fields.Integer(compute="_compute_warehouse_count")

    # Orders (jd_connector_orders.py).
    push_policy = fields.Selection(
        selection=[
            ("ready", "When the transfer is ready"),
            ("waybill", "When it has a waybill"),
            ("manual", "By hand"),
        ],
        string="Send Deliveries",
        required=True,
        default="ready",
        help="When a delivery from a JD warehouse is sent to JD.",
    )
    receipt_policy = fields.Selection(
        selection=[("confirmed", "When confirmed"), ("manual", "By hand")],
        string="Announce Receipts",
        required=True,
        default="confirmed",
        help="When a receipt or a return into a JD warehouse is announced to JD.",
    )
    source_no = fields.Char(
        string="Source Number",
        required=True,
        default=jd_api.DOCUMENTED_SOURCE,
        help="JD's number for the software that sends orders: ISV followed by digits. "
        "Keep the one given here unless JD support gave you another.",
    )
    carrier_no = fields.Char(
        string="Carrier Number",
        required=True,
        default=jd_api.JD_EXPRESS,
        help="JD's number of the carrier: CYS0000010 is JD's own express.",
    )
    order_count = fields.Integer(compute="_compute_order_counts")
    order_to_fix_count = fields.Integer(compute="_compute_order_counts")

    # Call budget (jd_connector_budget.py).
    daily_calls = fields.Integer(
        string="Calls a Day",
        required=True,
        default=const.DAILY_CALLS,
        help="How many calls of each kind JD allows an application in a day.",
    )
    calls_today = fields.Integer(
        compute="_compute_calls",
        compute_sudo=True,
        help="Calls made today, by JD's clock, of the kind that was used most.",
    )
    calls_left = fields.Integer(
        compute="_compute_calls",
        compute_sudo=True,
        help="How many calls of that kind JD still allows today. All connections of "
        "one application share them.",
    )

    # Messages (jd_connector_message_watch.py).
    subscription_state = fields.Selection(
        selection=[
            ("unknown", "Not known yet"),
            ("receiving", "Arriving"),
            ("missing", "Not arriving"),
        ],
        string="JD Messages",
        required=True,
        readonly=True,
        copy=False,
        default="unknown",
        help="Whether JD's messages arrive. They do if “subscribe to messages” was "
        "ticked on JD's login page.",
    )
    missed_changes = fields.Integer(readonly=True, copy=False)
    last_message_at = fields.Datetime(string="Last Message", readonly=True, copy=False)
    probed_at = fields.Datetime(readonly=True, copy=False)

    # Goods (jd_connector_goods.py).
    create_missing_goods = fields.Boolean(
        default=True,
        help="Products that JD does not list yet are created there as goods. Without "
        "this, they wait until JD lists them.",
    )
    goods_category_no = fields.Char(
        string="JD Category",
        required=True,
        default=const.GOODS_CATEGORY,
        help="JD's number of the third-level category for goods that are created. A "
        "product category may have one of its own. JD never changes it later.",
    )
    inbound_threshold = fields.Float(
        string="Shelf Life on Arrival",
        help="For goods that expire: the share of the shelf life that JD checks when "
        "they arrive. Ask JD support before goods that expire are created: JD never "
        "changes it later.",
    )
    outbound_threshold = fields.Float(
        string="Shelf Life on Leaving",
        help="For goods that expire: the share of the shelf life that JD checks when "
        "they leave. Ask JD support before goods that expire are created: JD never "
        "changes it later.",
    )
    goods_request = fields.Integer(
        readonly=True,
        copy=False,
        help="How often all products were to be matched. Each department keeps the "
        "last number it has carried out.",
    )
    goods_count = fields.Integer(compute="_compute_goods_counts")
    goods_matched_count = fields.Integer(compute="_compute_goods_counts")
    goods_waiting_count = fields.Integer(compute="_compute_goods_counts")
    goods_refused_count = fields.Integer(compute="_compute_goods_counts")
    goods_progress = fields.Float(compute="_compute_goods_counts")

    # Across all companies, archived connections included. The text must not tell whose
    # the PIN is.
    _pin_uniq = models.Constraint(
        "UNIQUE(pin)",
        "This JD PIN cannot be connected here: one PIN belongs to one merchant only, "
        "and it is in use already. Check the PIN. If it is yours, ask your Odoo "
        "administrator to release it.",
    )

    def init(self):
        vault.create_table(self.env.cr)

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
        "own_application_id.message_form",
    )
    def _compute_app_key(self):
        for connector in self:
            application = connector.own_application_id
            connector.app_key = application.key
            connector.app_algorithm = application.algorithm or USUAL_SIGNATURE
            connector.app_message_form = application.message_form or MessageForm.SIGNED
            connector.has_app_secret = application.has_secret

    def _compute_app_secret(self):
        self.app_secret = False

    @api.depends("company_id")
    def _compute_urls(self):
        for connector in self:
            connector.callback_url = get_address(connector, const.CALLBACK_ROUTE)

    @api.depends("company_id", "own_application_id.message_form")
    def _compute_message_url(self):
        for connector in self:
            # The shared application's address is the administrator's alone.
            connector.message_url = connector.own_application_id._get_message_url(
                connector
            )

    @api.depends("warehouse_ids")
    def _compute_warehouse_count(self):
        for connector in self:
            connector.warehouse_count = len(connector.warehouse_ids)

    def _inverse_own_application(self):
        """Store the typed key, secret and signature; an empty secret is no change."""
        for connector in self:
            changes = connector.sudo().own_application_id._get_changes(
                {
                    "key": connector.app_key,
                    "secret": connector.app_secret,
                    "algorithm": connector.app_algorithm,
                    "message_form": connector.app_message_form,
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

    @api.constrains("active", "state")
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
        res = super().write(vals)
        if not {"create_missing_goods", "goods_category_no"}.isdisjoint(vals):
            self.filtered("warehouse_ids")._request_goods_match()
        return res

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
        """Return the values without blanks and invisible characters from pasting.

        Full-width digits of a Chinese keyboard become plain ones. A PIN may hold any
        letters and keeps them, each in its one composed form.

        :raise ValidationError: One is no text, or there is nothing to see of the PIN.
        """
        vals = dict(vals)
        for name in {"pin", "department_no", "warehouse_no"} & vals.keys():
            text = self._get_seen(self._get_text(vals[name]))
            if name == "pin":
                text = unicodedata.normalize("NFC", text)
                if not text:
                    raise ValidationError(self.env._("Enter the PIN that JD gave you."))
            else:
                text = unicodedata.normalize("NFKC", text).upper()
            vals[name] = text or False
        return vals

    @api.model
    def _get_text(self, value):
        """Return what was sent as text: a number by its digits, nothing as empty."""
        if value is None or value is False:
            return ""
        if isinstance(value, str):
            return value
        if isinstance(value, int) and value is not True:
            return str(value)
        raise ValidationError(
            self.env._("Enter PIN, department number and warehouse number as text.")
        )

    @api.model
    def _get_seen(self, text):
        """Return what a reader sees of a text, with single spaces."""
        text = " ".join(text.split())
        seen = (c for c in text if unicodedata.category(c) not in UNSEEN_CATEGORIES)
        return " ".join(UNSEEN.sub("", "".join(seen)).split())

    @api.model
    def _is_identifier(self, pattern, number):
        return len(number) <= const.IDENTIFIER_LENGTH and re.fullmatch(pattern, number)

    def _check_identity_is_kept(self, vals):
        """Refuse another PIN, company or environment once there are warehouses.

        A system administrator may release the PIN of a disconnected connection.
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
        """Return the path of the form, or of the list for an empty record."""
        return "/odoo/jd-fulfillment" + (f"/{self.id}" if self else "")

    def _write_own_application(self, values):
        """Write or create the connection's own application."""
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
