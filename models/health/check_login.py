"""Does JD accept the application and the login? One cheap question shows it."""

from odoo.tools import format_date

from ...lib import api as jd_api
from ..connection.jd_application import Paused
from .finding import add_hint, attention, good, unknown


def check(connector, jd):
    env = connector.env
    if connector.state != "connected":
        return _explain_state(connector)
    answer = jd.departments
    if isinstance(answer, Paused):
        return attention(connector._explain(answer), "connection")
    if isinstance(answer, jd_api.CredentialsRefused):
        # As everywhere: JD has ended it, so that orders wait for the next login.
        connector._expire_login(answer.message, answer.token_fingerprint)
        return attention(connector._explain(answer), "reconnect")
    if isinstance(answer, jd_api.PermissionRefused):
        return attention(connector._explain(answer), "connection")
    if isinstance(answer, jd_api.JdError):
        return unknown(connector._explain(answer))
    if connector.is_mode_pending:
        return attention(
            env._(
                "JD answers. The connection mode was changed: the old login stays in "
                "use until somebody signs in at JD once more."
            ),
            "reconnect",
        )
    return _explain_validity(connector)


def _explain_validity(connector):
    env, date = connector.env, format_date(connector.env, connector.token_expires_at)
    if connector.is_expiring:
        return attention(
            env._(
                "JD answers and accepts the login. It is valid until %(date)s and JD "
                "does not renew it: sign in again before that.",
                date=date,
            ),
            "reconnect",
        )
    if connector.is_renewable:
        return good(
            env._(
                "JD answers and accepts the login. It is valid until %(date)s and "
                "renews by itself.",
                date=date,
            )
        )
    return add_hint(
        good(
            env._(
                "JD answers and accepts the login. It is valid until %(date)s.",
                date=date,
            )
        ),
        env._("Odoo reminds somebody before that."),
    )


def _explain_state(connector):
    env = connector.env
    if connector.state == "draft":
        return attention(
            env._("Nobody signed in at JD yet: nothing is exchanged with JD."),
            "connection",
        )
    if connector.state == "expired":
        return attention(
            env._(
                "The login at JD has ended. Orders wait until somebody signs in again; "
                "then they are sent by themselves."
            ),
            "reconnect",
        )
    return attention(
        env._("Somebody disconnected it: nothing is exchanged with JD."), "reconnect"
    )
