"""Calling JD: application, protocol and operations; explaining its errors."""

import re
from functools import cache

from odoo import api, fields, models
from odoo.exceptions import UserError

from ... import const, lib
from ...lib import api as jd_api
from ...lib.transport import Transport
from ..mixins.jd_worker_mixin import log_unforeseen
from ..mixins.notification import notify
from .jd_application import Paused, get_client_application
from .jd_connector_token import get_stored_token

# Only this machine: no other one may pose as a sandbox and receive orders.
SANDBOX_URL = re.compile(r"http://(?:127\.0\.0\.1|localhost|\[::1\])(?::([0-9]{1,5}))?")
HIGHEST_PORT = 65_535


@cache
def get_transport():
    """Return the HTTP client of this process, shared by all connections."""
    return Transport(pool_size=const.CALLS_AT_ONCE)


class JdConnector(models.Model):
    _inherit = "jd.connector"

    # === ACTIONS === #

    def action_check_connection(self):
        """Test the connection: ask JD for the departments of the PIN and show them."""
        self.ensure_one()
        self.check_access("write")
        try:
            departments = self._get_operations().departments()
        except jd_api.CredentialsRefused as exc:
            self._expire_login(exc.message, exc.token_fingerprint)
            return notify("danger", self._explain(exc), sticky=True)
        except jd_api.JdError as exc:
            raise UserError(self._explain(exc)) from exc
        return notify(
            "success",
            self.env._(
                "JD answers. Departments of this PIN: %(numbers)s",
                numbers=", ".join(row.number for row in departments) or "-",
            ),
        )

    # === PROTOCOL === #

    @api.model
    def _get_protocol(self):
        """Return the protocol of connections, a key of `lib._PROTOCOLS`."""
        return const.PROTOCOL

    @api.model
    def _get_call_name(self, operation, kind=""):
        """Return JD's name of a call, by which the day's budget counts it.

        :param str operation: A method of `lib.api.Operations`.
        :param str kind: The kind of `jd.order`, for operations with a call for each.
        """
        return lib.get_call_name(self._get_protocol(), operation, kind)

    @api.model
    def _get_kind_code(self, kind):
        """Return JD's code of a kind of `jd.order`; our numbers begin with it."""
        return lib.get_kind_code(self._get_protocol(), kind)

    # === ENVIRONMENT === #

    def _get_application(self):
        """Return the application for logins in the connection's mode; may be empty."""
        self.ensure_one()
        if self.mode == "basic":
            return self.sudo().own_application_id  # closed to merchants
        return self.env["jd.application"]._get_shared()

    def _get_endpoints(self):
        """Return JD's addresses in this connection's environment.

        :raise lib.api.CredentialsRefused: The sandbox has no address, or one that is
            not on this machine; the message is in the user's words.
        """
        self.ensure_one()
        if self.environment != "sandbox":
            return const.ENDPOINTS[self.environment]
        # sudo: system parameters are closed to merchants.
        parameters = self.env["ir.config_parameter"].sudo()
        url = (parameters.get_param(const.SANDBOX_URL_PARAMETER) or "").rstrip("/")
        found = SANDBOX_URL.fullmatch(url)
        if not found or not 0 < int(found[1] or 80) <= HIGHEST_PORT:
            raise jd_api.CredentialsRefused(
                self.env._(
                    "There is no JD sandbox on this machine. Choose JD as the "
                    "environment of this connection."
                )
            )
        return jd_api.Endpoints(oauth=url, gateway=url)

    # === OPERATIONS === #

    def _get_login(self, application=None):
        """Return the `lib.api.Login` of the mode's application, or of another one.

        :raise lib.api.CredentialsRefused: The application has no secret, or there is no
            such environment; the message is in the user's words.
        :raise Paused: The secret cannot be used until a user decides.
        """
        if application is None:
            application = self._get_application()
        return lib.login(
            self._get_protocol(),
            endpoints=self._get_endpoints(),
            application=get_client_application(application),
            transport=get_transport(),
        )

    def _get_operations(self, token=None):
        """Return the `lib.api.Operations` of this connection.

        :param token: A new token of the login; by default the stored one.
        :raise lib.api.CredentialsRefused: Token or application cannot be used; the
            message is in the user's words.
        :raise Paused: The secrets cannot be used until a user decides.
        """
        self.ensure_one()
        connector_sudo = self.sudo()  # token and application are closed to users
        if token:
            application_sudo = self._get_application()
        else:
            token = get_stored_token(connector_sudo)
            application_sudo = connector_sudo.token_application_id
        return lib.connect(
            self._get_protocol(),
            endpoints=self._get_endpoints(),
            application=get_client_application(application_sudo),
            token=token,
            pin=self.pin,
            transport=get_transport(),
        )

    def _get_operations_or_expire(self):
        """Return the `lib.api.Operations`, or None.

        Where the secrets or the login cannot be used, somebody gets an activity.
        """
        if self.state != "connected":
            return None
        try:
            return self._get_operations()
        except Paused:
            self._request_decision()
            return None
        except jd_api.CredentialsRefused as exc:
            self._expire_login(exc.message)
            return None

    # === ERRORS === #

    def _get_told_since(self):
        # A connection lives for years: the same may happen anew.
        return fields.Date.today() - const.TOLD_AGAIN

    def _report_error(self, error):
        """Log an unexpected error and notify a user."""
        self._report_unforeseen(log_unforeseen(error, self))

    def _report_unforeseen(self, reference):
        self._request_attention(
            self.env._(
                "Something went wrong in Odoo while it worked with JD; it is tried "
                "again. Ask your Odoo administrator to look for %(reference)s in the "
                "server's log.",
                reference=reference,
            )
        )

    def _explain(self, error):
        """Return what a `lib.api.JdError` means and what to do, for the merchant."""
        if isinstance(error, Paused):
            return error.message
        if isinstance(error, jd_api.Throttled):
            return self.env._(
                "JD asks for a pause: it was called too often. Try again later."
            )
        if isinstance(error, jd_api.ClockRefused):
            return self.env._(
                "JD refuses calls because this server's clock differs too much from "
                "its own. Ask your Odoo administrator to set it by a time server (NTP)."
            )
        if isinstance(error, jd_api.RetryLater | jd_api.OutcomeUnknown):
            return self.env._("JD does not answer. Try again in a few minutes.")
        # Without a code it is our own error, already in the user's words.
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
