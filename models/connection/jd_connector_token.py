"""The life of a connection's token: stored, used, renewed, expired, wiped."""

from odoo import api, fields, models
from odoo.fields import Domain

from ... import const
from ...lib import api as jd_api


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
        """Select the connections somebody must sign in for again in the coming days."""
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
        """Wipe the token; warehouses and history stay."""
        self.check_access("write")
        self._wipe_token("disconnected")
        self._close_login_activities()

    # === LIFE CYCLE === #

    def _get_stored_token(self):
        """Return the stored token; call it on a superuser record.

        :raise lib.api.TokenRefused: There is none, or another database got it; the
            message is in the user's words.
        """
        if self.state != "connected" or not self.access_token:
            raise jd_api.TokenRefused(
                self.env._("The connection %(pin)s is not connected.", pin=self.pin)
            )
        if self.token_database_uuid != self.token_application_id._get_database_uuid():
            raise jd_api.TokenRefused(
                self.env._(
                    "This database is a copy of the one that signed in at JD. Sign in "
                    "again here if the copy is to work with JD."
                )
            )
        return jd_api.Token(
            access_token=self.access_token,
            access_expires_at=self.token_expires_at,
            refresh_token=self.refresh_token or "",
            refresh_expires_at=self.refresh_expires_at or None,
        )

    def _record_login(self, token):
        """Store a token fresh from the login, be connected and resume the orders."""
        self.sudo().write(  # sudo: tokens are closed to users
            self._prepare_token_values(token)
            | {
                "state": "connected",
                "token_application_id": self._get_application().id,
                "token_database_uuid": self.env["jd.application"]._get_database_uuid(),
                "login_user_id": self.env.uid,
                "login_at": fields.Datetime.now(),
            }
        )
        self._close_login_activities()
        self._resume_orders()

    def _prepare_token_values(self, token):
        """Return the values to store of a token, with the time of its renewal."""
        end = min(filter(None, [token.access_expires_at, token.refresh_expires_at]))
        lead = min(
            (end - fields.Datetime.now()) * const.RENEWAL_SHARE,
            const.RENEWAL_LEAD_MAXIMUM,
        )
        renew_at = (end - lead).replace(microsecond=0)
        return {
            "access_token": token.access_token,
            "refresh_token": token.refresh_token,
            "refresh_expires_at": token.refresh_expires_at,
            "token_expires_at": token.access_expires_at,
            "token_renew_at": renew_at if token.refresh_token else False,
            "is_renewable": bool(token.refresh_token),
        }

    def _renew_token(self):
        """Exchange the token for the next one; call it with the record locked."""
        connector_sudo = self.sudo()  # token and application are closed to users
        try:
            old = connector_sudo._get_stored_token()
            new = self._get_login(connector_sudo.token_application_id).refresh(old)
        except (jd_api.RetryLater, jd_api.OutcomeUnknown):
            return  # still due: the next run asks again
        except jd_api.JdError as exc:
            self._give_up_renewal(exc.message)
        else:
            if new.access_expires_at <= old.access_expires_at:
                self._give_up_renewal(self.env._("the new one is not valid for longer"))
            else:
                connector_sudo.write(self._prepare_token_values(new))

    def _give_up_renewal(self, words):
        """Stop renewing: the token stays in use until it expires.

        `_cron_check_logins` asks somebody to sign in before that.
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

    def _expire_login(self, words=""):
        """Wipe the token and ask somebody to sign in again; orders wait until then."""
        self._wipe_token("expired")
        self._request_attention(
            self.env._(
                "The JD login of %(pin)s is over. Orders wait until somebody signs in "
                "again: open the connection and click Reconnect. %(words)s",
                pin=self.pin,
                words=words,
            ),
            const.LOGIN_ACTIVITY,
        )

    def _wipe_token(self, state):
        self.sudo().write(  # sudo: tokens are closed to users
            {
                "state": state,
                "access_token": False,
                "refresh_token": False,
                "refresh_expires_at": False,
                "token_renew_at": False,
                "token_application_id": False,
                "login_nonce": False,
                "is_renewable": False,
            }
        )

    def _get_attention_candidates(self):
        """Return the JD managers, first the one who signed in at JD last."""
        managers = super()._get_attention_candidates()
        return ((self.login_user_id | self.create_uid) & managers) | managers

    def _close_login_activities(self):
        self.activity_unlink([const.LOGIN_ACTIVITY])

    # === CRONS === #

    @api.model
    def _cron_renew_tokens(self):
        """Renew the logins that are due, each under its own lock and commit."""
        due = self.search(
            [
                ("state", "=", "connected"),
                ("token_renew_at", "<=", fields.Datetime.now()),
            ]
        )
        cron = self.env["ir.cron"]
        cron._commit_progress(remaining=len(due))
        for connector in due:
            locked = connector.try_lock_for_update()
            if locked and connector.token_renew_at <= fields.Datetime.now():
                locked._renew_token()
            if not cron._commit_progress(1):
                break

    @api.model
    def _cron_check_logins(self):
        """Expire the logins that are over; ask for a new login days before that."""
        now = fields.Datetime.now()
        over = self.search(
            [("state", "=", "connected"), ("token_expires_at", "<=", now)]
        )
        for connector in over:
            connector._expire_login()
        for connector in self.search(self._get_expiring_domain()):
            connector._request_attention(
                self.env._(
                    "The JD login of %(pin)s expires on %(date)s and JD does not renew "
                    "it. Open the connection and click Reconnect before that.",
                    pin=connector.pin,
                    date=connector.token_expires_at.date(),
                ),
                const.LOGIN_ACTIVITY,
            )
