"""The overview: a card for each connection, all cards with the same few queries."""

from datetime import timedelta

from babel.dates import format_timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL
from odoo.tools.misc import babel_locale_parse

from ... import const, statuses
from ..check.jd_stock_check import COMPARED

# Number on the card → the list of `jd.order` that it counts and opens.
NUMBERS = {
    "waiting_count": "waiting",
    "to_fix_count": "to_fix",
    "at_jd_count": "at_jd",
    "late_count": "late",
    "done_today_count": "done_today",
    "asked_count": "asked",
}
# How many of the last statuses that JD reported tell how late news is.
NEWS_LOOKED_AT = 1_000
NEWS_SINCE = timedelta(days=1)


class JdConnector(models.Model):
    _inherit = "jd.connector"

    # === COMPUTES === #

    def _compute_overview(self):
        counts = self.env["jd.order"]._count_lists(self, NUMBERS.values())
        needs = self._find_needs()
        for connector in self:
            for number, name in NUMBERS.items():
                connector[number] = counts.get((name, connector), 0)
            connector.needs = [
                {"text": text, "list": name} for text, name in needs[connector]
            ]

    def _compute_last_calls(self):
        """Set when JD last accepted an order, and last answered about one."""
        # For each connection the end of an index, not the maximum of all orders.
        rows = self.env.execute_query(
            SQL(
                """SELECT id,
                     (SELECT max(accepted_at) FROM jd_order
                       WHERE connector_id = connector.id),
                     (SELECT max(pulled_at) FROM jd_order
                       WHERE connector_id = connector.id)
                     FROM jd_connector connector WHERE id = ANY(%s)""",
                self.ids,
            )
        )
        last = {connector_id: times for connector_id, *times in rows}
        for connector in self:
            sent, pulled = last.get(connector.id, (False, False))
            connector.last_sent_at, connector.last_pulled_at = sent, pulled

    def _compute_news_delay(self):
        """Set how long news of JD's took to get here: the median of the last day's.

        Without messages JD is asked when an order may have left, and for all that came
        before not at all: only that it has left counts.
        """
        departures = [
            (kind, statuses.KINDS[kind].moved_rank) for kind in const.LEAD_TIMES_KINDS
        ]
        rows = self.env.execute_query(
            SQL(
                """SELECT jd_order.connector_id, percentile_cont(0.5) WITHIN GROUP (
                            ORDER BY event.create_date - event.happened_at)
                     FROM (SELECT * FROM jd_order_event ORDER BY id DESC LIMIT %s) event
                     JOIN jd_order ON jd_order.id = event.order_id
                     JOIN jd_connector ON jd_connector.id = jd_order.connector_id
                    WHERE event.create_date > %s AND event.source != 'call'
                      AND jd_order.connector_id = ANY(%s)
                      AND (jd_connector.subscription_state = 'receiving'
                           OR (jd_order.kind, event.rank) IN %s)
                 GROUP BY jd_order.connector_id""",
                NEWS_LOOKED_AT,
                fields.Datetime.now() - NEWS_SINCE,
                self.ids,
                tuple(departures),
            )
        )
        delays = dict(rows)
        for connector in self:
            delay = delays.get(connector.id)
            connector.news_delay = delay is not None and self._say_duration(delay)

    @api.model
    def _say_duration(self, duration):
        """Return a duration in words of the user's language, e.g. `2 minutes`."""
        locale = babel_locale_parse(self.env.lang)
        return format_timedelta(max(duration, timedelta(seconds=1)), locale=locale)

    @api.depends("token_expires_at")
    def _compute_login_days_left(self):
        now = fields.Datetime.now()
        for connector in self:
            ends = connector.state == "connected" and connector.token_expires_at
            connector.login_days_left = max(0, (ends - now).days) if ends else 0

    def _compute_stock_checked(self):
        """Set when the last whole check was compared, and how much agreed, in all."""
        checks = self.env["jd.stock.check"]
        rows = checks._read_group(
            [
                ("connector_id", "in", self.ids),
                ("state", "in", COMPARED),
                ("is_partial", "=", False),
            ],
            ["connector_id", "warehouse_id"],
            ["id:max"],
        )
        latest = checks.browse([last for _connector, _warehouse, last in rows])
        for connector in self:
            ours = latest.filtered(lambda c, own=connector: c.connector_id == own)
            times = ours.filtered("taken_at").mapped("taken_at")
            compared = sum(ours.mapped("goods_count"))
            agreeing = sum(ours.mapped("agreeing_count"))
            connector.stock_checked_at = min(times, default=False)
            connector.stock_agreement = 100 * agreeing / (compared or 1)

    # === ACTIONS === #

    @api.model
    def get_empty_list_help(self, help_message=""):
        """Return what an empty overview says, to who may connect and who may not."""
        if self.env.user.has_group("jd_fulfillment.group_jd_manager"):
            return super().get_empty_list_help(help_message)
        return super().get_empty_list_help(
            self.env["ir.qweb"]._render("jd_fulfillment.not_connected_help")
        )

    def action_view_listed(self):
        """Open the orders of this connection in the list that the context names.

        :raise UserError: `jd_list` in the context is no key of `_get_list_domains`.
        """
        self.ensure_one()
        self.check_access("read")
        name = self.env.context.get("jd_list", "open")
        domains = self.env["jd.order"]._get_list_domains(self)
        if name not in domains:
            raise UserError(self.env._("There is no such list of orders."))
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "jd_fulfillment.action_jd_order"
        )
        domain = Domain("connector_id", "=", self.id) & domains[name]
        title = self.env._("JD Orders: %(list)s", list=self._get_list_title(name))
        return action | {"name": title, "domain": list(domain), "context": {}}

    def _get_list_title(self, name):
        titles = {
            "open": self.env._("Open Orders"),
            "waiting": self.env._("Waiting to Be Sent"),
            "to_fix": self.env._("To Fix"),
            "at_jd": self.env._("At JD"),
            "late": self.env._("Late"),
            "done_today": self.env._("Done Today"),
            "asked": self.env._("With Activities"),
        }
        return titles.get(name) or self.env._("Waiting")

    def action_view_differences(self):
        """Open the stock differences of this connection that wait for a decision."""
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "jd_fulfillment.action_jd_stock_check_line"
        )
        domain = [("connector_id", "=", self.id), ("state", "=", "open")]
        return action | {"domain": domain, "context": {}}

    def action_open(self):
        """Open the connection."""
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": self.id,
            "views": [(False, "form")],
        }
