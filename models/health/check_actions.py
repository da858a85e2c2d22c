"""Do the scheduled actions run, and what was their last error?"""

from odoo import fields
from odoo.tools import format_datetime

from ... import const
from .finding import attention, good


def check(connector, jd):
    env = connector.env
    actions = [connector._get_action(name) for name in sorted(const.ACTIONS)]
    problems = [*filter(None, (_explain(env, action) for action in actions))]
    if problems:
        advice = env._(
            "Until that is fixed, the work of these actions waits. Ask your Odoo "
            "administrator to look at them and, where one failed, into the log of the "
            "server."
        )
        return attention("\n".join([*problems, advice]), "actions")
    last = max(filter(None, (action.lastcall for action in actions)), default=None)
    if not last:
        return good(env._("All are on and not late; none had to run yet."), "actions")
    return good(
        env._(
            "All %(count)s run: they send orders, follow them and close transfers. The "
            "last one ran on %(time)s.",
            count=len(actions),
            time=format_datetime(env, last),
        ),
        "actions",
    )


def _explain(env, action):
    """Return what is wrong with a scheduled action, or None."""
    if not action.active:
        return env._("“%(name)s” is switched off.", name=action.name)
    if action.failure_count:
        return env._(
            "“%(name)s” fails since %(time)s; runs so far: %(count)s (%(error)s in the "
            "log).",
            name=action.name,
            count=action.failure_count,
            time=format_datetime(env, action.first_failure_date),
            error=action.jd_last_error or "-",
        )
    if action.nextcall < fields.Datetime.now() - const.ACTION_OVERDUE:
        return env._(
            "“%(name)s” should have run on %(time)s and has not.",
            name=action.name,
            time=format_datetime(env, action.nextcall),
        )
    return None
