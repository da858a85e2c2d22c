"""Do JD's messages arrive?"""

from odoo.tools import format_datetime

from .finding import attention, good, unknown


def check(connector, jd):
    env = connector.env
    if connector.state != "connected":
        return unknown(env._("Messages come only while connected."))
    if connector.subscription_state == "receiving":
        return good(
            env._(
                "They arrive, the last one on %(time)s.",
                time=format_datetime(env, connector.last_message_at),
            ),
            "messages",
        )
    if connector.subscription_state == "missing":
        return attention(f"{_explain_missing(env)}\n{_list_causes(env)}", "reconnect")
    return unknown(
        env._(
            "None has arrived yet, and none was missed: JD had nothing to tell. The "
            "first orders show it."
        ),
        "messages",
    )


def _explain_missing(env):
    return env._(
        "JD's messages do not arrive, so Odoo pulls the status of orders more often, "
        "and it arrives later. Look at these four, one after the other:"
    )


def _list_causes(env):
    return "\n".join(
        [
            env._("1. Reconnect, and tick “subscribe to messages” on JD's login page."),
            env._(
                "2. In JD's console, the application must have subscribed to the "
                "messages of orders, by HTTP."
            ),
            env._(
                "3. The customer group of that subscription must have this PIN in it."
            ),
            env._(
                "4. Its callback address must be the message address that the "
                "connection or the settings show. The test message tries that address."
            ),
        ]
    )
