"""The health page of a connection: each check's result, and what to do."""

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

from . import self_test
from .buttons import BUTTONS
from .checks import CHECKS, SELF_TEST, TITLES
from .finding import ATTENTION, GOOD, UNKNOWN
from .jd_answers import JdAnswers

URGENCY = (ATTENTION, UNKNOWN, GOOD)
RELOAD = {"type": "ir.actions.client", "tag": "soft_reload"}


class JdHealth(models.TransientModel):
    """What the checks found of a connection when the page was opened."""

    _name = "jd.health"
    _description = "JD Connection Health"
    _inherit = ["jd.guarded.mixin"]
    _jd_settable = frozenset({"connector_id"})

    connector_id = fields.Many2one(
        "jd.connector",
        string="Connection",
        required=True,
        ondelete="cascade",
        help="Choose another connection, then click Check Again.",
    )
    company_id = fields.Many2one(related="connector_id.company_id", store=True)
    checked_at = fields.Datetime(readonly=True)
    row_ids = fields.One2many("jd.health.row", "health_id", readonly=True)
    attention_count = fields.Integer(compute="_compute_counts")
    unknown_count = fields.Integer(compute="_compute_counts")

    @api.depends("connector_id")
    def _compute_display_name(self):
        for page in self:
            page.display_name = self.env._(
                "Health of %(pin)s", pin=page.connector_id.display_name or ""
            )

    @api.depends("row_ids.result")
    def _compute_counts(self):
        for page in self:
            results = page.row_ids.mapped("result")
            page.attention_count = results.count(ATTENTION)
            page.unknown_count = results.count(UNKNOWN)

    @api.onchange("connector_id")
    def _onchange_connector_id(self):
        # They are of the other connection.
        self.row_ids = False

    # === ACTIONS === #

    def action_open(self):
        """Check the first connection and open its page; the page offers the others."""
        self.check_access("read")
        connectors = self.env["jd.connector"]
        first = connectors.search([("state", "!=", "draft")], limit=1)
        first = first or connectors.search([], limit=1)
        if not first:
            raise UserError(
                self.env._(
                    "There is no connection to JD yet. Create one first, under "
                    "Configuration ▸ Connections."
                )
            )
        return first.action_view_health()

    def action_check_again(self):
        """Make all checks again."""
        self.ensure_one()
        self.check_access("write")
        self._check()
        return RELOAD

    def action_send_test(self):
        """Send a test message to our own message address; show whether it arrived."""
        self.ensure_one()
        self.check_access("write")
        self.connector_id.check_access("write")
        finding = self_test.send(self._get_connector())
        self._write_row(SELF_TEST, finding)
        return RELOAD

    # === BUSINESS === #

    def _check_and_show(self):
        self._check()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Health"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
        }

    def _check(self):
        """Make all checks; what needs attention becomes the first rows of this page."""
        connector_sudo = self._get_connector()
        answers = JdAnswers(connector_sudo)
        found = {check.name: check.find(connector_sudo, answers) for check in CHECKS}
        found[SELF_TEST] = self_test.explain_untested(connector_sudo)
        rows = [self._prepare_row(*each) for each in found.items()]
        rows.sort(key=lambda row: URGENCY.index(row["result"]))
        # sudo: users read rows, and only this page writes them.
        self.sudo().write(
            {
                "checked_at": fields.Datetime.now(),
                "row_ids": [Command.clear(), *map(Command.create, rows)],
            }
        )

    def _get_connector(self):
        """Return the connection as superuser, which the user may see."""
        self.connector_id.check_access("read")
        # sudo: checks read applications, parameters and scheduled actions, which are
        # closed to merchants; what they say holds no secret.
        return self.connector_id.sudo()

    @api.model
    def _prepare_row(self, name, finding):
        return {
            "name": name,
            "result": finding.result,
            "text": finding.text,
            "button": finding.button or False,
        }

    def _write_row(self, name, finding):
        rows_sudo = self.sudo().row_ids  # as in `_check`
        row_sudo = rows_sudo.filtered(lambda row: row.name == name)
        row_sudo.write(self._prepare_row(name, finding))


class JdHealthRow(models.TransientModel):
    """The result of one check."""

    _name = "jd.health.row"
    _description = "JD Connection Health Row"
    _order = "id"

    health_id = fields.Many2one(
        "jd.health", required=True, readonly=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="health_id.company_id", store=True)
    name = fields.Char(required=True, readonly=True, help="A name in `checks.TITLES`.")
    title = fields.Char(compute="_compute_title")
    result = fields.Selection(
        selection=[
            (GOOD, "OK"),
            (ATTENTION, "Needs Attention"),
            (UNKNOWN, "Unknown"),
        ],
        required=True,
        readonly=True,
    )
    text = fields.Text(string="What It Means", readonly=True)
    button = fields.Char(readonly=True, help="A name in `buttons.BUTTONS`.")
    button_label = fields.Char(compute="_compute_button_label")

    @api.depends("name")
    def _compute_title(self):
        for row in self:
            row.title = str(TITLES.get(row.name, row.name or ""))

    @api.depends("button")
    @api.depends_context("uid")
    def _compute_button_label(self):
        for row in self:
            button = BUTTONS.get(row.button)
            is_shown = button and self.env.user.has_group(button.group)
            row.button_label = str(button.label) if is_shown else False

    # === ACTIONS === #

    def action_press(self):
        """Do what the button of this row says."""
        self.ensure_one()
        self.check_access("read")
        if self.button not in BUTTONS:
            return False
        return BUTTONS[self.button].press(self.health_id)
