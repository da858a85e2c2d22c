"""The pause of a connection: its secrets cannot be used until a user decides."""

from odoo import api, models
from odoo.exceptions import AccessError

from ... import const
from . import vault
from .jd_application import explain_pause


class JdConnector(models.Model):
    _inherit = "jd.connector"

    # === COMPUTES === #

    @api.depends("state", "own_application_id", "token_application_id", "mode")
    @api.depends_context("lang")
    def _compute_pause(self):
        tokens = vault.find_problems(self, "access_token")
        applications = {
            connector: connector.token_application_id or connector._get_application()
            for connector in self
        }
        secrets = vault.find_problems(
            self.env["jd.application"].union(*applications.values()), "secret"
        )
        for connector in self:
            problem = tokens.get(connector.id) or secrets.get(
                applications[connector].id
            )
            connector.pause_reason = problem and explain_pause(self.env, problem)
            connector.is_moved = problem is vault.Moved

    # === ACTIONS === #

    def action_declare_live(self):
        """Declare this database the live one, moved: secrets are used here."""
        self._get_moved()._go_on(
            self.env._(
                "This is the live database, after a move: JD is called again. Numbers "
                "of new orders have a new part."
            )
        )

    def action_declare_copy(self):
        """Declare this database a copy: delete the secrets of the original here."""
        moved = self._get_moved()
        vault.forget_moved(self.env)
        moved._wipe_token("disconnected")
        for connector in moved:
            connector.message_post(
                body=self.env._(
                    "This database is a copy: the login was forgotten here. It stays "
                    "valid where it belongs."
                )
            )
        moved._close_decision()

    # === BUSINESS === #

    def _go_on(self, note):
        """Use the stored secrets here; ask JD for all that this database may miss."""
        vault.adopt_moved(self.env)
        for connector in self:
            connector.message_post(body=note)
        self._resume_orders()
        self._close_decision()

    def _get_moved(self):
        """Return the moved connections of all companies, as superuser.

        :raise AccessError: The user is no system administrator.
        """
        if not self.env.is_system():
            raise AccessError(
                self.env._(
                    "Only a system administrator decides whether this is a copy."
                )
            )
        # sudo: the decision is about the whole database, not about a company.
        connected_sudo = self.sudo().search([("state", "=", "connected")])
        return connected_sudo.filtered("is_moved")

    def _request_decision(self):
        """Give a system administrator an activity to decide about the pause.

        There is only one at a time for all connections.
        """
        if not self.pause_reason:
            return
        kind = self.env.ref(const.DECISION_ACTIVITY)
        # sudo: the activity may be on a connection of another company.
        activities_sudo = self.env["mail.activity"].sudo()
        if not activities_sudo.search_count([("activity_type_id", "=", kind.id)]):
            self._request_attention(
                self.pause_reason, const.DECISION_ACTIVITY, self._get_deciders()
            )

    def _get_deciders(self):
        """Return JD managers, first those who are system administrators."""
        self_sudo = self.sudo()  # the user at work may lack access to other users
        administrators = self_sudo.env.ref("base.group_system").all_user_ids
        managers = self_sudo._get_attention_candidates()
        return (managers & administrators) | managers

    def _close_decision(self):
        self._close_attention(const.DECISION_ACTIVITY)
        self.invalidate_recordset(["pause_reason", "is_moved"])
