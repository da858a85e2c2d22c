"""How a connection works with JD: what it may call, and whether messages come."""

from odoo import api, fields, models

from .. import const
from ..lib import api as jd_api
from ..lib.clock import AHEAD_OF_UTC


class JdCall(models.Model):
    """Calls counted in batches as they are made: rows are added, never changed."""

    _name = "jd.call"
    _description = "JD Calls"
    _order = "id desc"

    connector_id = fields.Many2one("jd.connector", required=True, ondelete="cascade")
    application_id = fields.Many2one(
        "jd.application", ondelete="cascade", groups="base.group_system"
    )
    company_id = fields.Many2one(
        related="connector_id.company_id", store=True, index=True
    )
    day = fields.Date(required=True, help="By JD's clock.")
    call = fields.Char(required=True)
    count = fields.Integer(required=True)

    _day_idx = models.Index("(day, call, connector_id)")


class JdConnector(models.Model):
    _name = "jd.connector"
    _inherit = ["jd.connector", "jd.worker"]

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
        "Keep the one given here unless JD's staff gave you another.",
    )
    carrier_no = fields.Char(
        string="Carrier Number",
        required=True,
        default=jd_api.JD_EXPRESS,
        help="JD's number of the carrier: CYS0000010 is JD's own express.",
    )
    daily_calls = fields.Integer(
        string="Calls a Day",
        required=True,
        default=const.DAILY_CALLS,
        help="How many calls of each kind JD allows an application in a day.",
    )
    calls_today = fields.Integer(
        compute="_compute_calls_today",
        help="Calls made today, by JD's clock, of the kind that was used most.",
    )
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

    # === CALL BUDGET === #

    @api.model
    def _get_jd_day(self):
        return (fields.Datetime.now() + AHEAD_OF_UTC).date()

    def _compute_calls_today(self):
        self.calls_today = 0
        for connector, _call, count in self.env["jd.call"]._read_group(
            [("connector_id", "in", self.ids), ("day", "=", self._get_jd_day())],
            ["connector_id", "call"],
            ["count:sum"],
        ):
            connector.calls_today = max(connector.calls_today, count)

    def _count_calls(self, call, count):
        self.env["jd.call"].sudo().create(  # sudo: nobody writes the count by hand
            {
                "connector_id": self.id,
                "application_id": self.sudo().token_application_id.id,
                "day": self._get_jd_day(),
                "call": call,
                "count": count,
            }
        )

    def _get_allowance(self, call, wanted, for_pull=False):
        """Return how many calls of this kind may be made now, `wanted` at most.

        The application's budget is shared by all its connections. Pulls leave a reserve
        for questions that must be asked, and run ahead of the day's clock by a share of
        the budget only, so that the evening's orders are followed too.

        :param str call: JD's name of the call.
        """
        budget = self.daily_calls
        if for_pull:
            now = fields.Datetime.now() + AHEAD_OF_UTC
            day_share = (now.hour * 60 + now.minute) / (24 * 60)
            share = min(day_share + const.PULL_HEAD_START, 1 - const.RESERVED_SHARE)
            budget = int(budget * share)
        return max(0, min(wanted, budget - self._get_used_calls(call)))

    def _get_used_calls(self, call):
        # sudo: the application may serve connections of other companies.
        [(used,)] = (
            self.env["jd.call"]
            .sudo()
            ._read_group(
                [
                    ("application_id", "=", self.sudo().token_application_id.id),
                    ("day", "=", self._get_jd_day()),
                    ("call", "=", call),
                ],
                aggregates=["count:sum"],
            )
        )
        return used or 0

    def _get_operations_or_expire(self):
        """Return JD's operations, or None after asking for a new login."""
        try:
            return self._get_operations()
        except jd_api.CredentialsRefused as exc:
            self._expire_login(exc.message)
            return None

    # === SUBSCRIPTION SENTINEL === #

    def _note_messages(self):
        """Messages arrive: pulls may rest."""
        for connector in self._lock_free():
            values = {"last_message_at": fields.Datetime.now(), "missed_changes": 0}
            if connector.subscription_state != "receiving":
                values["subscription_state"] = "receiving"
            connector.write(values)

    def _note_pull_news(self, events):
        """Count the changes that a pull found and no message had told of.

        :param events: The `jd.order.event` that the pull brought.
        """
        grace = fields.Datetime.now() - const.MESSAGE_GRACE
        missed = len(events.filtered(lambda event: event.happened_at < grace))
        for connector in self._lock_free() if missed else self.browse():
            connector.missed_changes += missed
            if (
                connector.missed_changes >= const.MISSED_MESSAGES
                and connector.subscription_state != "missing"
            ):
                connector.subscription_state = "missing"
                connector.message_post(
                    body=connector.env._(
                        "JD's messages do not arrive; Odoo pulls more often instead. To "
                        "get them, reconnect and tick “subscribe to messages” on JD's "
                        "page."
                    )
                )

    @api.autovacuum
    def _gc_calls(self):
        limit = fields.Date.subtract(self._get_jd_day(), days=60)
        self.env["jd.call"].search([("day", "<", limit)], limit=10_000).unlink()
