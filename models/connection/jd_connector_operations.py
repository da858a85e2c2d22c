"""How a connection reaches JD: application, protocol, operations and their errors."""

import re
from functools import cache

from odoo import api, models
from odoo.exceptions import UserError

from ... import const, lib
from ...lib import api as jd_api
from ...lib.transport import Transport
from ..mixins.jd_worker_mixin import log_unforeseen
from .jd_application import Paused, get_client_application
from .jd_connector_token import get_stored_token

# The whole address of a sandbox: what it does not name is on no other machine.
SANDBOX_URL = re.compile(r"http://(?:127\.0\.0\.1|localhost|\[::1\])(?::([0-9]{1,5}))?")
HIGHEST_PORT = 65_535


@cache
def get_transport():
    """Return the HTTP client that all connections of this process share."""
    return Transport(pool_size=const.CALLS_AT_ONCE)


class JdConnector(models.Model):
    _inherit = "jd.connector"

    # === ACTIONS === #

    def action_check_connection(self):
        """Ask JD for the departments of the PIN and show the answer."""
        self.ensure_one()
        self.check_access("write")
        try:
            departments = self._get_operations().departments()
        except jd_api.CredentialsRefused as exc:
            self._expire_login(exc.message, exc.token_fingerprint)
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

    # === PROTOCOL === #

    @api.model
    def _get_protocol(self):
        """Return the key of the protocol that connections speak, one of `lib`'s."""
        return const.PROTOCOL

    @api.model
    def _get_call_name(self, operation, kind=""):
        """Return the name by which a call is counted in the day's budget.

        :param str operation: A method of `lib.api.Operations`.
        :param str kind: The kind of `jd.order`, where each has a call of its own.
        """
        return lib.get_call_name(self._get_protocol(), operation, kind)

    @api.model
    def _get_kind_code(self, kind):
        """Return JD's code of a kind of `jd.order`; our numbers begin with it."""
        return lib.get_kind_code(self._get_protocol(), kind)

    # === ENVIRONMENT === #

    def _get_application(self):
        """Return the application that the mode signs in with, or an empty record."""
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
        """Return JD's login calls, for the application of the mode or for another.

        :raise lib.api.CredentialsRefused: The application is not ready, or there is no
            such environment; the message is in the user's words.
        :raise Paused: JD is not called until somebody decides.
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
        """Return JD's operations, called in the name of this connection.

        :param token: A token fresh from the login; otherwise the stored one.
        :raise lib.api.CredentialsRefused: Token or application cannot be used; the
            message is in the user's words.
        :raise Paused: JD is not called until somebody decides.
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
        """Return JD's operations; where they cannot be used, None, and ask for help."""
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

    def _report_error(self, error):
        """Log an error that nobody foresaw, and tell somebody."""
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
        """Return in the merchant's words what an error means, and what to do."""
        if isinstance(error, Paused):
            return error.message
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
