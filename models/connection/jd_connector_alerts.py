"""Alerts: what many orders wait for together, told once, with their number."""

from typing import NamedTuple

from odoo import api, models
from odoo.tools import html2plaintext

from ... import const
from ..mixins.jd_activity_mixin import OVER

# The lists of `jd.order` whose numbers alerts name.
LISTS = (
    *("held", "out_of_calls", "not_accepted", "unanswered"),
    *("without_goods", "to_correct"),
)
# All causes of alerts: `_find_alerts` decides whether they last.
CAUSES = {
    *(const.LOGIN_ACTIVITY, const.DECISION_ACTIVITY, "disconnected"),
    *("budget", "not_accepted", "unanswered", "messages"),
    *("without_goods", "to_correct"),
}


class Alert(NamedTuple):
    """Something that a person should know of, with the number of what waits for it.

    :param str cause: One of `CAUSES`; also that of its activities.
    :param str text: What waits, why, and what to do; for the merchant.
    :param str listed: The list of orders that it opens, see `jd.order`; or empty.
    """

    cause: str
    text: str
    listed: str = ""


class JdConnector(models.Model):
    _inherit = "jd.connector"

    # === CRON === #

    @api.model
    def _cron_update_alerts(self):
        """Tell people of new alerts, update numbers and end what is over."""
        # Of archived ones as well: their orders wait on, and their alerts end.
        every = self.with_context(active_test=False).search([("state", "!=", "draft")])
        connectors = every.with_env(self.env)
        connectors._process_each(lambda connector: connector._update_alerts())
        self._end_checklists()

    def _update_alerts(self):
        """Bring the activities of this connection's alerts up to date."""
        if self.state == "connected" and self.pause_reason:
            self._request_decision()  # one for all connections, of administrators
        users = self._get_alert_users()
        lasting = set()
        for lang, readers in users.grouped("lang").items():
            alerts = self.with_context(lang=lang)._find_alerts()[self]
            lasting.update(alert.cause for alert in alerts)
            for alert in alerts:
                self._update_alert(alert, readers, users)
        self._close_attention(*(CAUSES - lasting))
        self._send_alert_emails(users)

    def _update_alert(self, alert, readers, users):
        if alert.cause == const.DECISION_ACTIVITY:
            return
        activity_type = alert.cause if alert.cause == const.LOGIN_ACTIVITY else None
        self._keep_attention(alert.text, alert.cause, readers, users, activity_type)

    def _get_alert_users(self):
        """Return the users who are told of alerts: those chosen, or else one."""
        self_sudo = self.sudo()  # the user at work may lack access to other users
        chosen = self_sudo.alert_user_ids.filtered(
            lambda user: (
                user.active
                and self_sudo.company_id in user.company_ids
                and user.has_group("stock.group_stock_user")
            )
        )
        return chosen or self_sudo._get_attention_user()

    def _get_responsible_lang(self):
        """Return the language of who is told about this connection."""
        return self._get_alert_users()[:1].lang

    def _get_attention_users(self, candidates=None):
        if candidates:
            return super()._get_attention_users(candidates)
        return self._get_alert_users()

    # === WHAT WAITS === #

    def _find_alerts(self):
        """Return connection → its alerts, with today's numbers."""
        counts = self.env["jd.order"]._count_lists(self, LISTS)
        return {
            connector: [
                *connector._find_standstill(counts),
                *connector._find_delays(counts),
                *connector._find_corrections(counts),
            ]
            for connector in self
        }

    def _find_standstill(self, counts):
        """Yield the alert why nothing is exchanged with JD, or soon will not be."""
        held = counts.get(("held", self), 0)
        if self.state == "connected" and self.pause_reason:
            yield self._make_standstill(
                const.DECISION_ACTIVITY, held, self.pause_reason
            )
        elif self.state == "expired":
            yield self._make_standstill(
                const.LOGIN_ACTIVITY,
                held,
                self._explain_expired(),
            )
        elif self.state == "disconnected" and held:
            yield self._make_standstill(
                "disconnected",
                held,
                self.env._(
                    "%(pin)s is disconnected from JD: open the connection and click "
                    "Reconnect.",
                    pin=self.pin,
                ),
            )
        elif self.is_expiring:
            yield Alert(const.LOGIN_ACTIVITY, self._explain_expiring())

    def _make_standstill(self, cause, count, reason):
        """Return the alert of orders that wait until JD can be called again."""
        if not count:
            return Alert(cause, reason)
        text = self.env._(
            "%(orders)s. %(reason)s", orders=self._say_waiting(count), reason=reason
        )
        return Alert(cause, text, "held")

    def _find_delays(self, counts):
        """Yield the alerts of what JD does not take or not answer at present."""
        if self.state != "connected" or self.pause_reason:
            return
        if count := counts.get(("out_of_calls", self)):
            yield Alert(
                "budget",
                self.env._(
                    "%(orders)s because today's calls to JD are used up. They are sent "
                    "after midnight in Beijing.",
                    orders=self._say_waiting(count),
                ),
                "out_of_calls",
            )
        if count := counts.get(("not_accepted", self)):
            yield Alert(
                "not_accepted",
                self.env._(
                    "%(orders)s because JD could not accept them at several attempts. "
                    "Odoo goes on trying; ask JD support whether JD is in order.",
                    orders=self._say_waiting(count),
                ),
                "not_accepted",
            )
        if count := counts.get(("unanswered", self)):
            yield Alert("unanswered", self._explain_unanswered(count), "unanswered")
        if self.subscription_state == "missing":
            yield Alert("messages", self._summarise_missing_messages())

    def _find_corrections(self, counts):
        """Yield the alerts of orders that cannot be sent as they are."""
        if count := counts.get(("without_goods", self)):
            yield Alert(
                "without_goods",
                self.env._(
                    "%(orders)s because JD does not have their products. See JD "
                    "Fulfillment ▸ Goods, which says of each what to do.",
                    orders=self._say_waiting(count),
                ),
                "without_goods",
            )
        if count := counts.get(("to_correct", self)):
            yield Alert(
                "to_correct",
                self.env._(
                    "%(orders)s for a correction: what to do stands on each order. "
                    "Odoo sends it by itself once it is in order.",
                    orders=self._say_waiting(count),
                ),
                "to_correct",
            )

    # === WORDS === #

    def _say_waiting(self, count):
        if count == 1:
            return self.env._("1 order waits")
        return self.env._("%(count)s orders wait", count=f"{count:,}")

    def _explain_expired(self):
        text = self.env._(
            "The JD login of %(pin)s has ended: open the connection and click "
            "Reconnect.",
            pin=self.pin,
        )
        return f"{text} {self.login_ended_because or ''}".strip()

    def _explain_expiring(self):
        return self.env._(
            "The JD login of %(pin)s expires on %(date)s and JD does not renew it. "
            "Open the connection and click Reconnect before that.",
            pin=self.pin,
            date=self.token_expires_at.date(),
        )

    def _explain_unanswered(self, count):
        if count == 1:
            return self.env._(
                "JD gives no readable answer about 1 order. Odoo goes on asking; ask "
                "JD support what became of it."
            )
        return self.env._(
            "JD gives no readable answer about %(count)s orders. Odoo goes on asking; "
            "ask JD support what became of them.",
            count=f"{count:,}",
        )

    def _summarise_missing_messages(self):
        return self.env._(
            "%(pin)s: JD's messages do not arrive, so Odoo pulls the status of orders "
            "more often, and it arrives later. Reconnect and tick “subscribe to "
            "messages” on JD's page.",
            pin=self.pin,
        )

    # === WHAT NEEDS A PERSON === #

    def _find_needs(self):
        """Return connection → list of (text, list of orders or empty).

        These are its alerts, and whatever else somebody has been asked to do about it.
        """
        needs = {
            connector: [(alert.text, alert.listed) for alert in alerts]
            for connector, alerts in self._find_alerts().items()
        }
        # sudo: it counts for everybody that somebody was asked.
        asked_sudo = self.env["mail.activity"].sudo()
        for activity_sudo in asked_sudo.search(self._get_other_causes_domain()):
            connector = self.browse(activity_sudo.res_id)
            need = (html2plaintext(activity_sudo.note), "")
            if need not in needs[connector]:
                needs[connector].append(need)
        return needs

    def _get_other_causes_domain(self):
        return [
            ("res_model", "=", self._name),
            ("res_id", "in", self.ids),
            ("jd_cause", "not in", [False, OVER, *CAUSES]),
        ]
