"""The login at JD: opening JD's page, and handling the callback."""

import logging
import secrets
import time
from functools import partial

from odoo import api, models
from odoo.exceptions import LockError, RedirectWarning, UserError
from odoo.service.model import retrying
from odoo.tools import consteq
from odoo.tools.misc import hash_sign, verify_hash_signed

from ... import const
from ...lib import api as jd_api
from . import vault
from .jd_application import Paused, explain_pause

_logger = logging.getLogger(__name__)

STATE_SCOPE = "jd_fulfillment.login"


class LoginFailed(Exception):
    """A login that failed; nothing was created.

    :param str title: What happened, in a few words for the user.
    :param str message: What it means and what to do.
    :param connector: The connection whose form the page links to, if there is one.
    """

    def __init__(self, title, message, connector=None):
        super().__init__(title)
        self.title = title
        self.message = message
        self.connector = connector


class JdConnector(models.Model):
    _inherit = "jd.connector"

    # === ACTIONS === #

    def action_start_connecting(self):
        """Open JD's login page; its callback finishes the login."""
        self.ensure_one()
        self.check_access("write")
        self._check_ready_to_connect()
        try:
            login = self._get_login()
        except jd_api.JdError as exc:
            raise UserError(self._explain(exc)) from exc
        # sudo: the nonce is closed to every user.
        self.sudo().login_nonce = secrets.token_urlsafe(16)
        url = login.authorize_url(self.callback_url, self._sign_login_state())
        return {"type": "ir.actions.act_url", "url": url, "target": "self"}

    # === START === #

    def _check_ready_to_connect(self):
        """Check that the login can start.

        :raise UserError: Something is missing, or this database may not connect; the
            message names all missing fields.
        """
        if not self.active:
            raise UserError(
                self.env._(
                    "This connection is archived. Restore it before you connect."
                )
            )
        application_sudo = self._get_application()
        problem = vault.find_problems(application_sudo, "secret").get(
            application_sudo.id
        )
        if problem:
            raise UserError(explain_pause(self.env, problem))
        if self.mode == "quick" and not application_sudo.has_secret:
            self._raise_shared_application_missing()
        missing = [
            label for name, label in self._get_required_labels() if not self[name]
        ]
        if missing:
            raise UserError(
                self.env._(
                    "Fill in before you connect: %(fields)s.", fields=", ".join(missing)
                )
            )
        if self.environment == "production" and self._is_neutralized():
            raise UserError(
                self.env._(
                    "This database is a neutralized copy and does not connect to JD. "
                    "Connect from the production database."
                )
            )

    def _get_required_labels(self):
        names = ["pin"]
        if self.mode == "quick":
            names += ["department_no", "warehouse_no"]
        else:
            names += ["app_key", "has_app_secret"]
            if self.warehouse_no:
                names.append("department_no")
        labels = self.fields_get(names, ["string"])
        labels.get("has_app_secret", {})["string"] = self.env._("APP SECRET")
        return [(name, labels[name]["string"]) for name in names]

    def _raise_shared_application_missing(self):
        if self.env.user.has_group("base.group_system"):
            raise RedirectWarning(
                self.env._(
                    "Quick connecting uses a JD application that all merchants of this "
                    "database share. Its APP KEY and APP SECRET are not set yet."
                ),
                self.env.ref("stock.action_stock_config_settings").id,
                self.env._("Open the Inventory settings"),
            )
        # sudo: merchants may lack access to users, but need to know whom to ask.
        administrators = self.sudo().env.ref("base.group_system").all_user_ids
        raise UserError(
            self.env._(
                "Quick connecting uses a JD application that is not set up yet. Ask a "
                "system administrator (%(names)s) to enter its APP KEY and APP SECRET "
                "under Settings ▸ Inventory ▸ JD Fulfillment.",
                names=", ".join(administrators.filtered("active")[:3].mapped("name")),
            )
        )

    @api.model
    def _is_neutralized(self):
        # sudo: system parameters are closed to merchants.
        parameters = self.env["ir.config_parameter"].sudo()
        return bool(parameters.get_param("database.is_neutralized"))

    def _sign_login_state(self):
        """Return a signed `state` that names the connection and the user of a login."""
        # JD sends it back: the callback accepts only logins that were started here.
        values = [
            self.id,
            self.env.uid,
            self.pin,
            self.sudo().login_nonce,
            int(time.time() + const.LOGIN_TIME_LIMIT.total_seconds()),
        ]
        # sudo: signing reads the database's secret.
        return hash_sign(self.sudo().env, STATE_SCOPE, values)

    # === CALLBACK === #

    @api.model
    def _finish_login(self, state, code, error):
        """Finish the login after JD's callback: get a token, create the warehouses.

        Commits before it calls JD.

        :param str state: The `state` sent to JD, as it came back.
        :param str code: JD's single-use code; empty if the merchant refused.
        :param str error: JD's error code, if there is no code.
        :return: The connection, connected.
        :raise LoginFailed: The login failed; nothing was created.
        """
        connector = self._consume_login_state(state)
        identity = connector._get_identity()
        # Now the `state` cannot be used again, and nothing is locked while JD answers.
        self.env["ir.cron"]._commit_progress()
        if error or not code:
            connector._raise_login_denied(error)
        token = connector._exchange_code(code)
        try:
            checked = connector._check_with_jd(token)
            # A new transaction: the row may have been changed while JD answered.
            self.env["ir.cron"]._commit_progress()
            retrying(partial(connector._connect, token, checked, identity), self.env)
        except UserError as exc:
            raise LoginFailed(
                self.env._("Signed in, but not connected"), str(exc), connector
            ) from exc
        return connector

    def _connect(self, token, checked, identity):
        """Store the token and create the warehouses that JD confirmed.

        :param dict checked: Department number → JD's warehouses.
        :param dict identity: The `_get_identity` that the token was asked for.
        :raise UserError: The connection has changed, or a warehouse cannot be created;
            nothing is stored.
        """
        if self._get_identity() != identity:
            raise UserError(
                self.env._(
                    "The PIN or the environment of this connection was changed while "
                    "JD answered. Check both and click %(button)s again.",
                    button=self._get_login_button(),
                )
            )
        with self.env.cr.savepoint():
            self._record_login(token)
            self._ensure_warehouses(checked)
            self._record_closed(checked, self.warehouse_ids)

    @api.model
    def _consume_login_state(self, state):
        """Return the connection that a callback's `state` names; mark it as used.

        :raise LoginFailed: The `state` is invalid, used or expired, or of another user.
        """
        connector_id, user_id, pin, nonce, expires = self._read_login_state(state)
        # sudo: to explain it where the connection is deleted or of another company.
        connector_sudo = self.sudo().browse(connector_id).exists()
        if not connector_sudo:
            raise LoginFailed(
                self.env._("The connection is gone"),
                self.env._(
                    "It was deleted while you signed in at JD. Create it again and "
                    "click Start Connecting."
                ),
            )
        self._check_login_user(connector_sudo, user_id)
        self._check_login_is_wanted(connector_sudo)
        connector = connector_sudo.with_env(self.env).with_context(
            allowed_company_ids=connector_sudo.company_id.ids
        )
        connector._check_login_is_open(nonce, expires)
        if pin != connector.pin:
            raise LoginFailed(
                self.env._("The PIN was changed meanwhile"),
                self.env._(
                    "You started to connect the PIN %(old)s, but the connection now "
                    "has another one. Check the PIN and click %(button)s again.",
                    old=pin,
                    button=connector._get_login_button(),
                ),
                connector,
            )
        return connector

    @api.model
    def _read_login_state(self, state):
        """Return the values in a signed `state`, as `_sign_login_state` wrote them.

        :raise LoginFailed: The signature is not ours.
        """
        try:
            # sudo: verifying reads the database's secret.
            values = verify_hash_signed(self.sudo().env, STATE_SCOPE, state or "")
        except ValueError:  # not even of the right form
            values = None
        if not values:
            raise LoginFailed(
                self.env._("This login was not started here"),
                self.env._(
                    "The address that brought you here was not made by this Odoo, or "
                    "it was changed on the way. Open the connection and sign in from "
                    "there."
                ),
            )
        return values

    def _check_login_user(self, connector_sudo, user_id):
        """Raise where another user started the login, or this one may not finish it."""
        user = self.env.user
        if user.id != user_id:
            raise LoginFailed(
                self.env._("Another user started this login"),
                self.env._(
                    "Sign in to Odoo as the user who started it, or start again as "
                    "yourself."
                ),
            )
        if connector_sudo.company_id not in user.company_ids:
            raise LoginFailed(
                self.env._("The connection belongs to another company"),
                self.env._(
                    "You have no access to the company of this connection. Ask your "
                    "Odoo administrator for it, then start again."
                ),
            )
        if not user.has_group("jd_fulfillment.group_jd_manager"):
            raise LoginFailed(
                self.env._("You may not set up JD connections"),
                self.env._("Ask your Odoo administrator for the role JD Manager."),
            )

    def _check_login_is_wanted(self, connector_sudo):
        if not connector_sudo.active:
            raise LoginFailed(
                self.env._("The connection was archived meanwhile"),
                self.env._(
                    "An archived connection does not work with JD. Restore it, then "
                    "click %(button)s again.",
                    button=connector_sudo._get_login_button(),
                ),
                connector_sudo.with_env(self.env),
            )

    def _check_login_is_open(self, nonce, expires):
        """Mark the `state` as used.

        :raise LoginFailed: It was used before, has expired, or is being used.
        """
        connector_sudo = self.sudo()  # the nonce is closed to every user
        try:
            # A message that is being stored names the connection, and is no hindrance.
            connector_sudo.lock_for_update(allow_referencing=True)
        except LockError as exc:
            raise LoginFailed(
                self.env._("This login is being handled already"),
                self.env._("Go back to the connection: it is ready in a moment."),
                self,
            ) from exc
        # Each start makes a new nonce: only the login started last counts.
        open_nonce = connector_sudo.login_nonce
        if not open_nonce or not consteq(open_nonce, nonce):
            raise LoginFailed(
                self.env._("This login was used already"),
                self.env._(
                    "A login at JD counts once, and only the one started last. If the "
                    "connection is not connected, click %(button)s again.",
                    button=self._get_login_button(),
                ),
                self,
            )
        connector_sudo.login_nonce = False
        if time.time() > expires:
            raise LoginFailed(
                self.env._("The login took too long"),
                self.env._(
                    "Signing in at JD must be finished within %(minutes)s minutes. "
                    "Click %(button)s again.",
                    button=self._get_login_button(),
                    minutes=int(const.LOGIN_TIME_LIMIT.total_seconds() // 60),
                ),
                self,
            )

    def _raise_login_denied(self, error):
        if error and error != "access_denied":
            _logger.warning("JD login of connector %s ended: no code", self.id)
        raise LoginFailed(
            self.env._("JD was not allowed to connect"),
            self.env._(
                "On JD's page the access was refused. If that was a slip, click "
                "%(button)s and agree on JD's page.",
                button=self._get_login_button(),
            ),
            self,
        )

    def _exchange_code(self, code):
        """Return JD's token for the callback's code.

        :raise LoginFailed: JD refused the code, or did not answer.
        """
        try:
            return self._get_login().exchange_code(code)
        except jd_api.JdError as exc:
            raise LoginFailed(*self._explain_login_error(exc), self) from exc

    def _explain_login_error(self, error):
        """Return the title and message that explain an error of JD in the login."""
        if isinstance(error, Paused):
            return self.env._("The connection is paused"), error.message
        if isinstance(error, jd_api.RetryLater | jd_api.OutcomeUnknown):
            return self.env._("JD does not answer"), self.env._(
                "You signed in, but JD's service could not finish the login. Wait a "
                "few minutes and click %(button)s again.",
                button=self._get_login_button(),
            )
        # Without a code it is our own error, already in the user's words.
        if isinstance(error, jd_api.CredentialsRefused) and not error.code:
            return self.env._("The connection is not ready"), error.message
        if isinstance(error, jd_api.CredentialsRefused):
            return self.env._("JD does not accept the application"), self.env._(
                "JD refused the APP KEY or APP SECRET: %(words)s. Check both and click "
                "%(button)s again.",
                words=error.message,
                button=self._get_login_button(),
            )
        return self.env._("JD did not accept the login"), self.env._(
            "JD answered: %(words)s. Click %(button)s again.",
            words=error.message,
            button=self._get_login_button(),
        )

    def _get_login_button(self):
        """Return the label of the button that starts a login of this connection now."""
        if self.state == "draft":
            return self.env._("Start Connecting")
        return self.env._("Reconnect")
