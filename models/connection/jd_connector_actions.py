"""Watches whether the scheduled actions run; without them nothing reaches JD."""

from odoo import api, fields, models
from odoo.tools import format_datetime

from ... import const


class JdConnector(models.Model):
    _inherit = "jd.connector"

    # === BUSINESS === #

    def _explain_stalled(self, action):
        """Return why a scheduled action does nothing, for the merchant, or False.

        :param str action: As in `_trigger`.
        """
        cron_sudo = self._get_action(action)
        if not cron_sudo.active:
            return self.env._(
                "Waiting: the scheduled action “%(name)s” is switched off. Ask your "
                "Odoo administrator to switch it on under Settings ▸ Technical ▸ "
                "Scheduled Actions.",
                name=cron_sudo.name,
            )
        if cron_sudo.nextcall < fields.Datetime.now() - const.ACTION_OVERDUE:
            return self.env._(
                "Waiting: the scheduled action “%(name)s” should have run at %(time)s "
                "and has not. Ask your Odoo administrator whether scheduled actions "
                "run on the server.",
                name=cron_sudo.name,
                time=format_datetime(self.env, cron_sudo.nextcall),
            )
        return False

    @api.model
    def _check_actions(self):
        """Tell somebody of each company whose connections wait for an action."""
        connected = self.search([("state", "=", "connected")], order="id")
        for connectors in connected.grouped("company_id").values():
            lang = connectors[0]._get_responsible_lang()
            teller = connectors[0].with_context(lang=lang)
            explained = map(teller._explain_if_stalled, sorted(const.ACTIONS))
            if reasons := [*filter(None, explained)]:
                teller._request_attention("\n".join(reasons), cause="actions")
            else:
                connectors._close_attention("actions")
        self.env["ir.cron"]._commit_progress()

    @api.model
    def _explain_if_stalled(self, action):
        """Return why an action does nothing, if others do something, or False."""
        last = self.env.context.get("lastcall")  # of this action, set by the scheduler
        cron_sudo = self._get_action(action)
        # After a stop of the server all actions are late, and nothing is wrong.
        if cron_sudo.active and (not last or cron_sudo.nextcall >= last):
            return False
        return self._explain_stalled(action)
