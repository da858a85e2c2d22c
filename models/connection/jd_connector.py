"""The connection to JD: all its fields, and its identity."""

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

# Unicode categories of invisible characters: controls, formats such as the soft hyphen
# or marks of direction, surrogates, separators of lines.
UNSEEN_CATEGORIES = ("Cc", "Cf", "Cs", "Zl", "Zp")
# Invisible characters in the categories of letters and marks: fillers, joiners, variant
# selectors.
UNSEEN = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0"
    "\U000e0000-\U000e0fff]"
)


class JdConnector(models.Model):
    """A merchant's connection to JD: one PIN and its warehouses at JD."""

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
            "promise_hours",
            *("inbound_threshold", "outbound_threshold"),
            *("stock_check_nightly", "stock_check_hour", "stock_check_auto"),
            *("stock_check_units", "stock_check_percent", "stock_check_value"),
            *("stock_check_agreement", "alert_user_ids", "alert_email"),
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
        "Basic: 1,000 orders a day and more, with your own APP KEY and APP SECRET.",
    )
    # How many orders a day, and so which mode (jd_connector_advice.py).
    advised_mode = fields.Selection(
        selection=[("quick", "Quick"), ("basic", "Basic")],
        compute="_compute_mode_advice",
    )
    mode_advice = fields.Text(
        compute="_compute_mode_advice",
        help="How many deliveries leave on a day, and which mode is for so many.",
    )
    is_volume_high = fields.Boolean(
        compute="_compute_mode_advice",
        help="Connected in quick mode, with nearly as many orders a day as it is for.",
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
        help="The system that this connection works with. Choose JD for real orders; "
        "the others are for trials.",
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
        help="How JD sends messages to your application. Ask JD support which one it "
        "uses if no messages arrive.",
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

    # Login (jd_connector_login.py) and token (jd_connector_token.py). Access token and
    # refresh token are in the vault. The nonce only marks which login is open: knowing
    # it is of no use without the signature.
    login_nonce = fields.Char(groups=NO_ACCESS, copy=False, exportable=False)
    login_user_id = fields.Many2one(
        "res.users",
        string="Connected By",
        readonly=True,
        copy=False,
        help="The user who signed in at JD last. This user is asked to sign in again "
        "when the login expires.",
    )
    login_at = fields.Datetime(
        string="Connected On",
        readonly=True,
        copy=False,
        help="When somebody signed in at JD last.",
    )
    login_ended_because = fields.Char(
        readonly=True, copy=False, help="What ended the login, where JD said so."
    )
    is_return_due = fields.Boolean(
        readonly=True,
        copy=False,
        help="Somebody has just signed in at JD and comes back to the connection.",
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
        help="Until then Odoo can work with JD for you. Sign in again before, unless "
        "the login renews by itself.",
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
        help="JD lets Odoo renew the login. If it does not, sign in again before the "
        "login expires.",
    )
    is_expiring = fields.Boolean(
        compute="_compute_is_expiring", search="_search_is_expiring"
    )

    # Pause (jd_connector_pause.py).
    pause_reason = fields.Char(
        compute="_compute_pause",
        compute_sudo=True,
        help="Why Odoo does not call JD at present, and what to do.",
    )
    is_moved = fields.Boolean(compute="_compute_pause", compute_sudo=True)

    # A restored backup (jd_connector_restore.py).
    restored_at = fields.Datetime(
        readonly=True,
        copy=False,
        help="When Odoo was restored from a backup, if nobody has compared its orders "
        "with JD's since: until then nothing is sent.",
    )

    # Warehouses (jd_connector_warehouses.py).
    warehouse_ids = fields.One2many(
        "stock.warehouse", "jd_connector_id", string="JD Warehouses", readonly=True
    )
    warehouse_count = fields.Integer(compute="_compute_warehouse_count")
    has_closed_warehouse = fields.Boolean(compute="_compute_warehouse_count")

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
        help="When a delivery from a JD warehouse is sent to JD as an outbound order. "
        "“Send to JD” on the transfer sends it earlier.",
    )
    receipt_policy = fields.Selection(
        selection=[("confirmed", "When confirmed"), ("manual", "By hand")],
        string="Announce Receipts",
        required=True,
        default="confirmed",
        help="When a receipt or a return into a JD warehouse is announced to JD, as an "
        "inbound order or a customer return.",
    )
    source_no = fields.Char(
        string="Source Number",
        required=True,
        default=jd_api.DOCUMENTED_SOURCE,
        help="JD's number for the software that sends orders: ISV followed by digits. "
        "Keep this one unless JD support gave you another.",
    )
    carrier_no = fields.Char(
        string="Carrier Number",
        required=True,
        default=jd_api.JD_EXPRESS,
        help="JD's number of the carrier that ships your parcels. CYS0000010 is JD's "
        "own express; ask JD support for the others.",
    )
    promise_hours = fields.Integer(
        string="Promised Hours",
        default=48,
        help="Within how many hours JD ships a delivery, from when it was ordered. The "
        "analysis of orders counts those that take longer as late. 0: none is.",
    )
    order_count = fields.Integer(compute="_compute_order_counts")
    order_to_fix_count = fields.Integer(compute="_compute_order_counts")

    odoo_only_count = fields.Integer(compute="_compute_odoo_only_count")

    # Stock checks (jd_connector_stock_check.py).
    currency_id = fields.Many2one(related="company_id.currency_id")
    stock_check_nightly = fields.Boolean(
        string="Check Stock Nightly",
        default=True,
        help="Compare JD's stock with Odoo's in each warehouse once a day.",
    )
    stock_check_hour = fields.Float(
        string="At",
        default=3.0,
        help="When the nightly check starts, in the time zone of the warehouse.",
    )
    stock_check_auto = fields.Boolean(
        string="Accept Small Differences",
        help="Unexplained differences within all of the limits below are taken over "
        "from JD without asking anybody. Explained ones never are.",
    )
    stock_check_units = fields.Float(
        string="Up to Units", help="0: always ask somebody."
    )
    stock_check_percent = fields.Float(
        string="Up to Per Cent",
        help="Of what Odoo has of the product there. 0: always ask somebody.",
    )
    stock_check_value = fields.Monetary(
        string="Up to a Value of", help="At cost. 0: always ask somebody."
    )
    stock_check_agreement = fields.Float(
        string="Alert Below (%)",
        help="Tell somebody when the share of products that agree drops below this. "
        "0: never.",
    )
    stock_open_count = fields.Integer(
        compute="_compute_stock_open_count",
        help="Differences in stock that somebody must decide on.",
    )

    # Alerts (jd_connector_alerts.py, jd_connector_digest.py).
    alert_user_ids = fields.Many2many(
        "res.users",
        "jd_connector_alert_user_rel",
        string="Tell",
        domain="[('share', '=', False), ('company_ids', 'in', company_id)]",
        help="Who gets an activity when orders wait for the same cause, or something "
        "else is to do. Empty: who signed in at JD last.",
    )
    alert_email = fields.Boolean(
        string="Daily E-mail",
        help="They also get an e-mail, at most once a day, with all that needs a "
        "person.",
    )
    alert_emailed_at = fields.Datetime(readonly=True, copy=False)

    # Overview (jd_connector_overview.py).
    waiting_count = fields.Integer(compute="_compute_overview")
    to_fix_count = fields.Integer(compute="_compute_overview")
    at_jd_count = fields.Integer(compute="_compute_overview")
    late_count = fields.Integer(compute="_compute_overview")
    done_today_count = fields.Integer(compute="_compute_overview")
    asked_count = fields.Integer(
        compute="_compute_overview", help="Orders with an open activity."
    )
    needs = fields.Json(
        string="Needs a Person",
        compute="_compute_overview",
        exportable=False,
        help="What waits for a person, each with the list of orders that it opens.",
    )
    last_sent_at = fields.Datetime(string="Last Send", compute="_compute_last_calls")
    last_pulled_at = fields.Datetime(string="Last Pull", compute="_compute_last_calls")
    news_delay = fields.Char(
        compute="_compute_news_delay",
        help="How long it took until Odoo knew of a status, at the median of the last "
        "day. Without messages: until it knew that an order has left.",
    )
    login_days_left = fields.Integer(compute="_compute_login_days_left")
    stock_checked_at = fields.Datetime(
        string="Last Stock Check", compute="_compute_stock_checked"
    )
    stock_agreement = fields.Float(
        compute="_compute_stock_checked",
        digits=(4, 1),
        help="Of 100 products compared, how many agree.",
    )

    # Call budget (jd_connector_budget.py).
    daily_calls = fields.Integer(
        string="Calls a Day",
        required=True,
        default=const.DAILY_CALLS,
        help="How many calls of each kind JD allows your application in a day. Raise "
        "it only after JD has raised the limit.",
    )
    calls_today = fields.Integer(
        compute="_compute_calls",
        compute_sudo=True,
        help="Calls made today, in Beijing time, of the kind of call used most: JD "
        "limits each kind on its own.",
    )
    busiest_call = fields.Char(
        string="Call Used Most",
        compute="_compute_calls",
        compute_sudo=True,
        help="JD's name of the kind of call that was used most today.",
    )
    calls_left = fields.Integer(
        compute="_compute_calls",
        compute_sudo=True,
        help="How many calls of that kind JD still allows today. Connections with the "
        "same application share them.",
    )

    # Messages (jd_connector_message_watch.py).
    subscription_state = fields.Selection(
        selection=[
            ("unknown", "Not Known Yet"),
            ("receiving", "Arriving"),
            ("missing", "Not Arriving"),
        ],
        string="JD Messages",
        required=True,
        readonly=True,
        copy=False,
        default="unknown",
        help="Whether JD's messages arrive. If they do not, reconnect and tick "
        "“subscribe to messages” on JD's login page.",
    )
    is_subscription_confirmed = fields.Boolean(
        readonly=True,
        copy=False,
        help="Who signed in said that “subscribe to messages” was ticked.",
    )
    subscription_notice = fields.Text(
        compute="_compute_subscription_notice",
        help="What is wrong or not known about JD's messages, and what to do.",
    )
    missed_changes = fields.Integer(readonly=True, copy=False)
    last_message_at = fields.Datetime(string="Last Message", readonly=True, copy=False)
    probed_at = fields.Datetime(readonly=True, copy=False)

    # Goods (jd_connector_goods.py).
    create_missing_goods = fields.Boolean(
        help="Products that JD does not have are created there as goods without asking "
        "anybody, also those that are added to Odoo later. Otherwise you choose.",
    )
    goods_category_no = fields.Char(
        string="JD Category",
        required=True,
        default=const.GOODS_CATEGORY,
        help="JD's number of the third-level category for goods that Odoo creates at "
        "JD. It cannot be changed at JD later. You can set another one on a product "
        "category.",
    )
    inbound_threshold = fields.Float(
        string="Shelf Life on Arrival",
        help="For goods that expire: the share of the shelf life that JD checks when "
        "they arrive. Ask JD support which share to use before such goods are created: "
        "it cannot be changed at JD later.",
    )
    outbound_threshold = fields.Float(
        string="Shelf Life on Leaving",
        help="For goods that expire: the share of the shelf life that JD checks when "
        "they leave. Ask JD support which share to use before such goods are created: "
        "it cannot be changed at JD later.",
    )
    goods_request = fields.Integer(
        readonly=True,
        copy=False,
        help="Counts the requests to match all products. Each department keeps the "
        "number of the last one it has carried out.",
    )
    goods_decided_at = fields.Datetime(
        readonly=True,
        copy=False,
        help="When somebody last decided which of the missing goods are created at JD.",
    )
    goods_count = fields.Integer(compute="_compute_goods_counts")
    goods_matched_count = fields.Integer(compute="_compute_goods_counts")
    goods_waiting_count = fields.Integer(compute="_compute_goods_counts")
    goods_missing_count = fields.Integer(
        compute="_compute_goods_counts",
        help="Products that JD does not have and that can be created there.",
    )
    goods_refused_count = fields.Integer(
        compute="_compute_goods_counts",
        help="Products that must be corrected before they can be JD's goods.",
    )
    goods_progress = fields.Float(compute="_compute_goods_counts")

    # Checklist (jd_connector_checklist.py).
    is_checklist_dismissed = fields.Boolean(readonly=True, copy=False)
    is_checklist_shown = fields.Boolean(compute="_compute_checklist")
    is_connected_step_done = fields.Boolean(compute="_compute_checklist")
    is_goods_step_done = fields.Boolean(compute="_compute_checklist")
    is_stock_step_done = fields.Boolean(compute="_compute_checklist")
    is_order_step_done = fields.Boolean(compute="_compute_checklist")

    # Across all companies, archived connections included. The message must not reveal
    # which company has the PIN.
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
        # Always empty: a secret can be entered, never read.
        self.app_secret = False

    @api.depends("company_id")
    def _compute_urls(self):
        for connector in self:
            connector.callback_url = get_address(connector, const.CALLBACK_ROUTE)

    @api.depends("company_id", "own_application_id.message_form")
    def _compute_message_url(self):
        for connector in self:
            # Not that of the shared application, which only administrators register.
            connector.message_url = connector.own_application_id._get_message_url(
                connector
            )

    @api.depends("warehouse_ids.jd_is_closed")
    def _compute_warehouse_count(self):
        for connector in self:
            connector.warehouse_count = len(connector.warehouse_ids)
            closed = connector.warehouse_ids.filtered("jd_is_closed")
            connector.has_closed_warehouse = bool(closed)

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
        # Forms read back the values they saved: the secret must not be among them.
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
        self.check_access("write")  # first: the errors below name the PIN
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
        self.check_access("read")
        action = self.env["ir.actions.actions"]._for_xml_id(
            "stock.action_warehouse_form"
        )
        return action | {"domain": [("jd_connector_id", "=", self.id)]}

    # === BUSINESS === #

    @api.model
    def _normalise(self, vals):
        """Return `vals` with PIN and numbers cleaned of pasted invisible characters.

        Full-width digits of a Chinese keyboard become plain ones in numbers. A PIN
        keeps its letters, in Unicode's composed form.

        :raise ValidationError: A value is no text, or the PIN has no visible character.
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
        """Return a text or whole number as text; None and False as empty.

        :raise ValidationError: The value is of another type.
        """
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
        """Return a text without invisible characters and with single spaces."""
        # First spaces of all kinds: some of them are in the categories removed next.
        text = " ".join(text.split())
        seen = (c for c in text if unicodedata.category(c) not in UNSEEN_CATEGORIES)
        return " ".join(UNSEEN.sub("", "".join(seen)).split())

    @api.model
    def _is_identifier(self, pattern, number):
        return len(number) <= const.IDENTIFIER_LENGTH and re.fullmatch(pattern, number)

    def _check_identity_is_kept(self, vals):
        """Raise where PIN, company or environment change after connecting.

        A system administrator may change the PIN of a disconnected connection, so that
        it can be used elsewhere.
        """
        # The warehouses' stock and numbers at JD belong to that PIN.
        for connector in self.sudo().with_context(active_test=False):
            identity = connector._get_identity()
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

    def _get_identity(self):
        """Return the values by which a login at JD belongs to this connection."""
        return {
            "pin": self.pin,
            "environment": self.environment,
            "company_id": self.company_id.id,
        }

    def _get_form_url(self):
        """Return the path of the record's form; that of the list without a record."""
        return "/odoo/jd-fulfillment" + (f"/{self.id}" if self else "")

    def _write_own_application(self, values):
        """Write or create the connection's own application.

        :raise ValidationError: There is none yet and `values` has no key.
        """
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
