"""The life of a connection's token: stored, used, renewed, expired, wiped."""

import logging
from functools import cache

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import NO_ACCESS, Domain

from ... import const, lib
from ...lib import api as jd_api
from ...lib.transport import Transport

_logger = logging.getLogger(__name__)


@cache
def get_transport():
    """Return this process's connections to JD."""
    return Transport(pool_size=const.CALLS_AT_ONCE)


class JdConnector(models.Model):
    _inherit = "jd.connector"

    access_token = fields.Char(groups=NO_ACCESS, copy=False, exportable=False)
    refresh_token = fields.Char(groups=NO_ACCESS, copy=False, exportable=False)
    refresh_expires_at = fields.Datetime(groups=NO_ACCESS, copy=False)
    token_database_uuid = fields.Char(groups=NO_ACCESS, copy=False, exportable=False)
    # The token acts for the application it was issued to, whatever `mode` says by now.
    token_application_id = fields.Many2one(
        "jd.application", copy=False, ondelete="set null", groups="base.group_system"
    )
    is_mode_pending = fields.Boolean(
        compute="_compute_is_mode_pending", compute_sudo=True
    )
    token_expires_at = fields.Datetime(
        string="Login Valid Until",
        readonly=True,
        copy=False,
        help="Until then Odoo may work with JD in your name, unless it is renewed.",
    )
    token_renew_at = fields.Datetime(readonly=True, copy=False, index=True)
    is_renewable = fields.Boolean(
        string="Renews by Itself",
        readonly=True,
        copy=False,
        help="Whether JD lets Odoo renew the login. Where it does not, somebody signs "
        "in again before the login expires.",
    )
    is_expiring = fields.Boolean(
        compute="_compute_is_expiring", search="_search_is_expiring"
    )
    login_user_id = fields.Many2one(
        "res.users",
        string="Connected By",
        readonly=True,
        copy=False,
        help="Who signed in at JD last, and is asked when it must be done again.",
    )
    login_at = fields.Datetime(
        string="Connected On",
        readonly=True,
        copy=False,
        help="When somebody signed in at JD last.",
    )
    is_just_connected = fields.Boolean(compute="_compute_is_just_connected")

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
        """Select what somebody has to sign in for again, days before it expires."""
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

    def action_check_connection(self):
        """Ask JD a harmless question and say what it answered."""
        self.ensure_one()
        self.check_access("write")
        try:
            departments = self._get_operations().departments()
        except jd_api.CredentialsRefused as exc:
            self._expire_login(exc.message)
            return self._notify("danger", self._explain(exc))
        except jd_api.JdError as exc:
            raise UserError(self._explain(exc)) from exc
        return self._notify(
            "success",
            self.env._(
                "JD answers. Departments of this PIN: %(numbers)s",
                numbers=", ".join(row.number for row in departments) or "-",
            ),
        )

    def action_disconnect(self):
        """Forget the login; warehouses and history stay."""
        self.check_access("write")
        self._wipe_token("disconnected")
        self._close_login_activities()

    def _notify(self, kind, message):
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": kind,
                "message": message,
                "sticky": kind == "danger",
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    # === CLIENTS === #

    @api.model
    def _get_protocol(self):
        """Return the key of the protocol that connections speak, one of `lib`'s."""
        return const.PROTOCOL

    @api.model
    def _get_call_name(self, operation, kind=""):
        """Return JD's name of a call; the day's budget is counted by it.

        :param str operation: A method of `lib.api.Operations`.
        :param str kind: The kind of `jd.order`, where each has a call of its own.
        """
        return lib.get_call_name(self._get_protocol(), operation, kind)

    @api.model
    def _get_kind_code(self, kind):
        """Return JD's code of a kind of `jd.order`; our numbers begin with it."""
        return lib.get_kind_code(self._get_protocol(), kind)

    def _get_login(self, application=None):
        """Return JD's login for the application of this mode, or for another.

        :raise lib.api.CredentialsRefused: The application is not ready, or there is no
            such environment; the message is in the user's words.
        """
        if application is None:
            application = self._get_application()
        return lib.login(
            self._get_protocol(),
            endpoints=self._get_endpoints(),
            application=application._get_client_application(),
            transport=get_transport(),
        )

    def _get_operations(self, token=None):
        """Return JD's operations, acting for this connection.

        :param token: A token fresh from the login; otherwise the stored one.
        :raise lib.api.CredentialsRefused: There is nothing to act with; the message is
            in the user's words.
        """
        self.ensure_one()
        connector_sudo = self.sudo()  # token and application are closed to users
        if token:
            application_sudo = self._get_application()
        else:
            token = connector_sudo._get_stored_token()
            application_sudo = connector_sudo.token_application_id
        return lib.connect(
            self._get_protocol(),
            endpoints=self._get_endpoints(),
            application=application_sudo._get_client_application(),
            token=token,
            pin=self.pin,
            transport=get_transport(),
        )

    def _get_stored_token(self):
        """Return the token, to be called on a superuser record.

        :raise lib.api.CredentialsRefused: There is none that may be used here.
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

    # === LIFE CYCLE === #

    def _record_login(self, token):
        """Store a fresh token and be connected."""
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
        """Return what to store of a token, and when to ask for the next."""
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
        """Ask JD for the next token; called with the row locked."""
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
        """Leave the token in use until it expires, and have somebody sign in."""
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
        """Stop working with JD until somebody signs in again."""
        self._wipe_token("expired")
        self._request_login(
            self.env._(
                "The JD login of %(pin)s is over. Orders wait until somebody signs in "
                "again: open the connection and click Reconnect. %(words)s",
                pin=self.pin,
                words=words,
            )
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

    def _request_login(self, note):
        """Raise one activity for whoever connected; a second call changes nothing."""
        self.ensure_one()
        if self.activity_search([const.LOGIN_ACTIVITY], only_automated=True):
            return
        self.activity_schedule(
            const.LOGIN_ACTIVITY,
            date_deadline=fields.Date.context_today(self),
            user_id=self._get_login_responsible().id,
            note=note,
        )

    def _get_login_responsible(self):
        """Return who connected, or somebody else who may where that user is gone."""
        self_sudo = self.sudo()  # whoever triggers this may not list users
        managers = self_sudo.env.ref("jd_fulfillment.group_jd_manager").all_user_ids
        candidates = managers.filtered(
            lambda user: user.active and self_sudo.company_id in user.company_ids
        )
        preferred = (self_sudo.login_user_id | self_sudo.create_uid) & candidates
        return (preferred or candidates or self.env.user)[:1]

    def _close_login_activities(self):
        self.activity_unlink([const.LOGIN_ACTIVITY])

    # === ERRORS === #

    def _explain(self, error):
        """Return what an error of a call means, in the merchant's words."""
        if isinstance(error, jd_api.Throttled):
            return self.env._(
                "JD asks for a pause: it was called too often. Try again later."
            )
        if isinstance(error, jd_api.RetryLater | jd_api.OutcomeUnknown):
            return self.env._("JD does not answer. Try again in a few minutes.")
        if isinstance(error, jd_api.CredentialsRefused) and not error.code:
            return error.message
        if isinstance(error, jd_api.TokenRefused):
            return self.env._("JD no longer accepts the login. Click Reconnect.")
        if isinstance(error, jd_api.CredentialsRefused):
            return self.env._(
                "JD does not accept the application (%(words)s). Check the APP KEY and "
                "APP SECRET, then reconnect.",
                words=error.message,
            )
        return self.env._(
            "JD refused: %(words)s (code %(code)s).",
            words=error.message,
            code=error.code or "-",
        )

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
        """Expire what is over and ask, days before, for the logins that will be."""
        now = fields.Datetime.now()
        over = self.search(
            [("state", "=", "connected"), ("token_expires_at", "<=", now)]
        )
        for connector in over:
            connector._expire_login()
        for connector in self.search(self._get_expiring_domain()):
            connector._request_login(
                self.env._(
                    "The JD login of %(pin)s expires on %(date)s and JD does not renew "
                    "it. Open the connection and click Reconnect before that.",
                    pin=connector.pin,
                    date=connector.token_expires_at.date(),
                )
            )
