"""How a connection works with JD: what it may call, and whether messages come."""

from collections import defaultdict

from odoo import api, fields, models

from ... import const
from ...lib import api as jd_api
from ...lib.clock import AHEAD_OF_UTC
from ...lib.threads import run_all


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
    _inherit = ["jd.connector", "jd.attention", "jd.worker"]

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

    # === CALL BUDGET === #

    @api.model
    def _get_jd_day(self):
        return (fields.Datetime.now() + AHEAD_OF_UTC).date()

    @api.depends("daily_calls", "token_application_id")
    def _compute_calls(self):
        counts = self.env["jd.call"]._read_group(
            [
                ("application_id", "in", self.token_application_id.ids),
                ("day", "=", self._get_jd_day()),
            ],
            ["application_id", "connector_id", "call"],
            ["count:sum"],
        )
        for connector in self:
            mine, shared = defaultdict(int), defaultdict(int)
            for application, caller, call, count in counts:
                if application == connector.token_application_id:
                    shared[call] += count
                    mine[call] += count if caller == connector else 0
            connector.calls_today = max(mine.values(), default=0)
            used = max(shared.values(), default=0)
            connector.calls_left = max(0, connector.daily_calls - used)

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

    def _call_all(self, call, function, requests):
        """Make a batch of calls at once, counted already as if all were made.

        :return: The result of each request, or the error in its place.
        """
        made = []

        def counted(request):
            made.append(request)
            return function(request)

        results = run_all(counted, requests, const.CALLS_AT_ONCE, const.CALLS_PATIENCE)
        if len(made) < len(requests):
            self._count_calls(call, len(made) - len(requests))
        return results

    def _get_operations_or_expire(self):
        """Return JD's operations, or None after asking for a new login."""
        if self.state != "connected":
            return None
        try:
            return self._get_operations()
        except jd_api.CredentialsRefused as exc:
            self._expire_login(exc.message)
            return None

    def _resume_orders(self):
        """A new login: what has waited goes on, and messages are waited for anew."""
        self.write({"subscription_state": "unknown", "missed_changes": 0})
        for name in ("push", "follow", "close"):
            self.env["jd.order"]._trigger(name)

    def _get_attention_user(self):
        return self._get_login_responsible()

    # === SUBSCRIPTION SENTINEL === #

    def _record_messages_arrived(self):
        """Messages arrive: pulls may rest."""
        for connector in self._lock_available():
            values = {"last_message_at": fields.Datetime.now(), "missed_changes": 0}
            if connector.subscription_state != "receiving":
                values["subscription_state"] = "receiving"
            connector.write(values)

    def _count_missed_messages(self, events):
        """Count the changes that a pull found and no message had told of.

        :param events: The `jd.order.event` that the pull brought.
        """
        missed = len(self._get_events_without_message(events))
        for connector in self._lock_available() if missed else self.browse():
            connector.missed_changes += missed
            if (
                connector.missed_changes >= const.MISSED_MESSAGES
                and connector.subscription_state != "missing"
            ):
                connector._mark_messages_missing()

    def _get_events_without_message(self, events):
        """Return the events that a message should have told of by now.

        What happened before the last message is not counted: one may get lost while the
        others arrive.
        """
        grace = fields.Datetime.now() - const.MESSAGE_GRACE
        since = self.last_message_at
        late = events.filtered(
            lambda event: (
                event.happened_at < grace and (not since or event.happened_at > since)
            )
        )
        messages = self.env["jd.message"].search_fetch(
            [("order_id", "in", late.order_id.ids)], ["order_id", "code"]
        )
        told = {(message.order_id, message.code) for message in messages}
        return late.filtered(lambda event: (event.order_id, event.code) not in told)

    def _mark_messages_missing(self):
        self.subscription_state = "missing"
        self.env["jd.order"]._pull_sooner(self)
        self.message_post(
            body=self.env._(
                "JD's messages do not arrive; Odoo pulls more often instead. To get "
                "them, reconnect and tick “subscribe to messages” on JD's page."
            )
        )

    def _check_silence(self):
        """Where no message came for long, see whether they are missing."""
        now = fields.Datetime.now()
        silent = self.search(
            [
                ("state", "=", "connected"),
                ("subscription_state", "=", "receiving"),
                ("last_message_at", "<", now - const.MESSAGE_SILENCE),
                "|",
                ("probed_at", "=", False),
                ("probed_at", "<", now - const.MESSAGE_SILENCE),
            ]
        )
        for connector in silent._lock_available():
            connector.probed_at = now
            self.env["jd.order"]._pull_some(connector, const.PROBE_ORDERS)

    @api.autovacuum
    def _gc_calls(self):
        limit = fields.Date.subtract(self._get_jd_day(), days=60)
        self.env["jd.call"].search([("day", "<", limit)], limit=10_000).unlink()
