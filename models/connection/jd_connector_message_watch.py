"""Watches whether JD's messages arrive; if not, orders are pulled more often."""

from odoo import api, fields, models

from ... import const


class JdConnector(models.Model):
    _inherit = "jd.connector"

    # === COMPUTES === #

    @api.depends("state", "subscription_state", "is_subscription_confirmed")
    def _compute_subscription_notice(self):
        for connector in self:
            is_asked = not connector.is_subscription_confirmed
            notice = False
            if connector.state == "connected":
                if connector.subscription_state == "missing":
                    notice = self._explain_missing_messages()
                elif connector.subscription_state == "unknown" and is_asked:
                    notice = self._ask_for_subscription()
            connector.subscription_notice = notice

    @api.model
    def _ask_for_subscription(self):
        # JD tells nobody whether the box was ticked; the first message shows it.
        return self.env._(
            "Did you tick “subscribe to messages” on JD's page? JD does not tell Odoo. "
            "Without it, the status of outbound and inbound orders does not arrive in "
            "real time, only when Odoo pulls it. If you did not, click Reconnect and "
            "tick it."
        )

    @api.model
    def _explain_missing_messages(self):
        return self.env._(
            "JD's messages do not arrive, so Odoo pulls the status of orders more "
            "often, and it arrives later. Click Reconnect and tick “subscribe to "
            "messages” on JD's page. If they still do not arrive, check in JD's "
            "console that the application subscribes to the messages of orders, by "
            "HTTP and to the message address of this Odoo, and that this PIN is in the "
            "customer group of that address."
        )

    # === ACTIONS === #

    def action_confirm_subscription(self):
        """Record that “subscribe to messages” was ticked on JD's page."""
        self.check_access("write")
        self.sudo().is_subscription_confirmed = True  # the module's own mark

    def action_go_without_messages(self):
        """Record that messages are not subscribed to, and pull more often at once."""
        self.check_access("write")
        for connector in self.sudo():  # as above
            if connector.subscription_state == "unknown":
                connector._mark_messages_missing()

    # === BUSINESS === #

    def _record_messages_arrived(self):
        """Record that messages arrive; orders are then pulled less often."""
        now = fields.Datetime.now()
        # Not for each batch: logins are recorded in the same row.
        due = self.filtered(
            lambda connector: (
                not connector.last_message_at
                or connector.last_message_at < now - const.MESSAGE_NOTED
                or connector.missed_changes
                or connector.subscription_state != "receiving"
            )
        )
        for connector in due._lock_available():
            values = {"last_message_at": now, "missed_changes": 0}
            if connector.subscription_state != "receiving":
                values["subscription_state"] = "receiving"
            connector.write(values)

    def _count_missed_messages(self, events):
        """Count the changes found by a pull that no message had reported.

        After const.MISSED_MESSAGES of them, messages count as not arriving.

        :param events: The `jd.order.event` that the pull created.
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
        """Return the events that a message should have reported by now."""
        grace = fields.Datetime.now() - const.MESSAGE_GRACE
        # A single message may get lost while later ones arrive: that is no outage.
        since = self.last_message_at
        late = events.filtered(
            lambda event: (
                event.happened_at < grace and (not since or event.happened_at > since)
            )
        )
        messages = self.env["jd.message"].search_fetch(
            [("order_id", "in", late.order_id.ids)], ["order_id", "code"]
        )
        reported = {(message.order_id, message.code) for message in messages}
        return late.filtered(lambda event: (event.order_id, event.code) not in reported)

    def _mark_messages_missing(self):
        """Record in the chatter that messages do not arrive, and pull more often."""
        self.subscription_state = "missing"
        self.env["jd.order"]._pull_sooner(self)
        self._trigger("update_alerts")
        self.message_post(body=self._explain_missing_messages())

    @api.model
    def _check_silence(self):
        """Pull some orders of connections that have had no message for a long time.

        If the pull finds changes, messages are missing (`_count_missed_messages`);
        otherwise JD had nothing to report.
        """
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
        silent._lock_available()._process_isolated(
            lambda connectors: connectors._probe(),
            lambda connector, error: connector._report_error(error),
        )

    def _probe(self):
        self.probed_at = fields.Datetime.now()
        for connector in self:
            self.env["jd.order"]._pull_some(connector, const.PROBE_ORDERS)
