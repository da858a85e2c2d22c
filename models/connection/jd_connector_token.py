"""The token of a connection: store, renew, expire and delete it."""

from functools import partial

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.service.model import retrying
from odoo.tools import format_datetime

from ... import const
from ...lib import api as jd_api
from . import vault
from .jd_application import Paused, explain_pause


def get_stored_token(connector):
    """Return the `lib.api.Token` of a connection.

    :raise lib.api.TokenRefused: There is none; the message is in the user's words.
    :raise Paused: It cannot be used until a user decides.
    """
    # A function: expressions in templates can call the methods of a record.
    connector_sudo = connector.sudo()  # tokens and their dates are closed to users
    try:
        access_token = vault.get(connector_sudo, "access_token")
        refresh_token = vault.get(connector_sudo, "refresh_token")
    except vault.VaultError as exc:
        raise Paused(explain_pause(connector.env, type(exc))) from exc
    if connector_sudo.state != "connected" or not access_token:
        raise jd_api.TokenRefused(
            connector.env._(
                "The connection %(pin)s is not connected.", pin=connector_sudo.pin
            )
        )
    return jd_api.Token(
        access_token=access_token,
        access_expires_at=connector_sudo.token_expires_at,
        refresh_token=refresh_token,
        refresh_expires_at=connector_sudo.refresh_expires_at or None,
    )


class JdConnector(models.Model):
    _inherit = "jd.connector"

    # === COMPUTES === #

    @api.depends("state", "token_expires_at", "token_renew_at", "is_renewable")
    def _compute_is_expiring(self):
        expiring = self.filtered_domain(self._get_expiring_domain())
        expiring.is_expiring = True
        (self - expiring).is_expiring = False

    def _search_is_expiring(self, operator, value):
        if operator != "in":
            return NotImplemented
        return self._get_expiring_domain()

    @api.depends("state", "login_at")
    def _compute_is_just_connected(self):
        since = fields.Datetime.now() - const.LOGIN_TIME_LIMIT
        for connector in self:
            connector.is_just_connected = (
                connector.state == "connected" and connector.login_at >= since
            )

    @api.depends("mode", "state", "token_application_id", "own_application_id")
    def _compute_is_mode_pending(self):
        for connector in self:
            connector.is_mode_pending = (
                connector.state == "connected"
                and connector.token_application_id != connector._get_application()
            )

    @api.model
    def _get_expiring_domain(self):
        """Return the domain of connections whose login soon ends without renewal."""
        now = fields.Datetime.now()
        return (
            Domain("state", "=", "connected")
            & Domain("token_expires_at", "<=", now + const.EXPIRY_WARNING)
            & (
                Domain("is_renewable", "=", False)
                | Domain("token_renew_at", "<=", now - const.RENEWAL_PATIENCE)
            )
        )

    # === ACTIONS === #

    def action_disconnect(self):
        """Disconnect: delete the token; warehouses and history stay."""
        self.check_access("write")
        self._wipe_token("disconnected")
        self._close_login_activities()

    # === LIFE CYCLE === #

    def _record_login(self, token):
        """Store the token of a new login, mark as connected and resume the orders."""
        # Nobody has said yet whether this database was restored: it may have been.
        if self.is_moved:
            self.sudo()._wait_for_comparison()
        self.sudo().write(  # sudo: tokens are closed to users
            {
                "state": "connected",
                "token_application_id": self._get_application().id,
                "login_user_id": self.env.uid,
                "login_at": fields.Datetime.now(),
                "login_ended_because": False,
                "is_return_due": True,
            }
        )
        self._store_token(token)
        self._close_login_activities()
        self._note_login()
        self._resume_orders()

    def _note_login(self):
        """Note in the chatter who signed in at JD, and until when that lasts."""
        note = self.env._("%(user)s signed in at JD.", user=self.env.user.name)
        if self.token_expires_at:
            note += " " + self.env._(
                "The login lasts until %(time)s.",
                time=format_datetime(self.env, self.token_expires_at),
            )
        self.message_post(body=note)

    def _store_token(self, token):
        """Store a token in the vault, and its dates in the connection."""
        vault.put(
            self, access_token=token.access_token, refresh_token=token.refresh_token
        )
        self.sudo().write(self._prepare_token_values(token))  # closed to users
        self.invalidate_recordset(["pause_reason", "is_moved"], flush=False)

    def _prepare_token_values(self, token):
        """Return the connection's values for a token: when it ends and is renewed."""
        # JD refuses a renewal after either of the two has expired.
        end = min(filter(None, [token.access_expires_at, token.refresh_expires_at]))
        lead = min(
            (end - fields.Datetime.now()) * const.RENEWAL_SHARE,
            const.RENEWAL_LEAD_MAXIMUM,
        )
        renew_at = (end - lead).replace(microsecond=0)
        return {
            "refresh_expires_at": token.refresh_expires_at,
            "token_expires_at": token.access_expires_at,
            "token_renew_at": renew_at if token.refresh_token else False,
            "is_renewable": bool(token.refresh_token),
        }

    def _claim_renewal(self):
        """Claim a due renewal for this worker, and commit; return whether it could."""
        connector = self._lock_due(
            self._get_renewal_domain() & Domain("id", "=", self.id), 1
        )
        connector.write(
            {"is_renewing": True, "renewal_tried_at": fields.Datetime.now()}
        )
        self.env["ir.cron"]._commit_progress()
        return bool(connector)

    @api.model
    def _get_renewal_domain(self):
        """Return the domain of logins that are due and that no worker renews now."""
        now = fields.Datetime.now()
        # A worker may have ended while it renewed: its claim ends after some time.
        return (
            Domain("state", "=", "connected")
            & Domain("token_renew_at", "<=", now)
            & (
                Domain("is_renewing", "=", False)
                | Domain("renewal_tried_at", "<=", now - const.RENEWAL_CLAIM)
            )
        )

    def _renew_token(self):
        """Renew the token at JD, unless another worker does. Commits."""
        if not self._claim_renewal():
            return
        connector_sudo = self.sudo()  # token and application are closed to users
        result = old = None
        try:
            old = get_stored_token(connector_sudo)
            login = self._get_login(connector_sudo.token_application_id)
            # Nothing is locked while JD answers: messages come in, orders are created.
            self.env["ir.cron"]._commit_progress()
            result = login.refresh(old)
        except jd_api.JdError as exc:
            result = exc
        finally:
            # A new transaction: the row may have been changed while JD answered.
            self.env.cr.rollback()
            retrying(partial(self._record_renewal, old, result), self.env)

    def _record_renewal(self, old, result):
        """Record JD's answer to a renewal, if the token is still in use.

        :param lib.api.Token old: The token before; None where it could not be read.
        :param result: The new token, the error, or None after an unexpected error.
        """
        self.sudo().is_renewing = False
        if self.state != "connected" or (old and not self._is_stored(old.fingerprint)):
            return
        if isinstance(result, jd_api.TokenRefused):
            self._give_up_renewal(result.message)
            return
        # Any other error says nothing about the token: it is still due, and the next
        # run asks again.
        if result is None or isinstance(result, jd_api.JdError):
            return
        # In any case: JD may have ended the old token when it gave this one.
        self._store_token(result)
        self._close_login_activities()
        if result.access_expires_at <= old.access_expires_at:
            self._give_up_renewal(self.env._("the new one is not valid for longer"))

    def _is_stored(self, fingerprint):
        """Tell whether this is the token in use, not one that was replaced since."""
        try:
            access_token = vault.get(self, "access_token")
        except vault.VaultError:
            return False
        return jd_api.get_fingerprint(access_token) == fingerprint

    def _give_up_renewal(self, words):
        """Stop renewing; the token stays in use until it expires.

        Before that, `_cron_check_logins` asks somebody to sign in again.
        """
        self.sudo().write({"is_renewable": False, "token_renew_at": False})
        self.message_post(
            body=self.env._(
                "JD did not renew the login (%(words)s). It stays valid until "
                "%(date)s; sign in again before that.",
                words=words,
                date=self.token_expires_at.date(),
            )
        )
        if self.is_expiring:
            self._check_expiry()

    def _expire_login(self, words="", fingerprint=""):
        """Delete the token and ask somebody to sign in again; orders wait until then.

        :param str words: Why, for the merchant.
        :param str fingerprint: That of the token JD refused. If another token is stored
            by now, nothing happens.
        """
        # If it is locked, the next call is refused as well and comes here again.
        connector = self._lock_available()
        if not connector or (fingerprint and not connector._is_stored(fingerprint)):
            return
        connector._wipe_token("expired")
        connector.sudo().login_ended_because = words  # sudo: closed to users
        connector._update_alerts()

    def _wipe_token(self, state):
        for connector in self:
            vault.put(connector, access_token=None, refresh_token=None)
        self.sudo().write(  # sudo: the dates of tokens are closed to users
            {
                "state": state,
                "refresh_expires_at": False,
                "token_renew_at": False,
                "token_application_id": False,
                "login_nonce": False,
                "is_renewable": False,
                "is_renewing": False,
            }
        )

    def _get_attention_candidates(self):
        """Return the JD managers, first who signed in at JD last."""
        managers = super()._get_attention_candidates()
        return ((self.login_user_id | self.create_uid) & managers) | managers

    def _close_login_activities(self):
        self._close_attention(const.LOGIN_ACTIVITY)

    # === CRONS === #

    @api.model
    def _cron_renew_tokens(self):
        """Renew the logins that are due; first those not tried for the longest time."""
        due = self.search(
            self._get_renewal_domain(), order="renewal_tried_at NULLS FIRST, id"
        )
        due._process_each(lambda connector: connector._renew_token())
        self._check_actions()

    @api.model
    def _cron_check_logins(self):
        """Expire logins that have ended; ask for a new login some days before."""
        over = Domain("state", "=", "connected") & Domain(
            "token_expires_at", "<=", fields.Datetime.now()
        )
        due = self.search(over | self._get_expiring_domain())
        due._process_each(lambda connector: connector._check_expiry())
        self._check_volume()

    def _check_expiry(self):
        if self.token_expires_at <= fields.Datetime.now():
            self._expire_login()
            return
        self._update_alerts()
