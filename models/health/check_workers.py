"""Can the server run scheduled actions, and for long enough?"""

from odoo.tools import config

from ... import const
from .finding import add_hint, attention, good


def check(connector, jd):
    env = connector.env
    if not config["max_cron_threads"]:
        return attention(
            env._(
                "This server runs no scheduled actions (max_cron_threads = 0). Unless "
                "another one does for the same database, nothing is sent to JD."
            )
        )
    limits = [*_explain_limits(env)]
    if limits:
        return attention("\n".join(limits))
    if config["workers"] == 1:
        return attention(
            env._(
                "Odoo has one worker (workers = 1): while it serves somebody, JD's "
                "messages wait, and people too. Set two at least."
            )
        )
    return add_hint(good(_describe(env), "add_worker"), _describe_sharers(connector))


def _explain_limits(env):
    """Yield which limits end scheduled actions before they are done."""
    if not config["workers"]:
        return  # Odoo applies them to its worker processes
    real = config["limit_time_real_cron"]
    if real < 0:
        real = config["limit_time_real"]
    limits = {
        "limit_time_real_cron": (real, const.ACTION_TIME_LEAST),
        "limit_time_cpu": (config["limit_time_cpu"], const.ACTION_CPU_LEAST),
    }
    for name, (seconds, least) in limits.items():
        if 0 < seconds < least.total_seconds():
            yield env._(
                "%(name)s is %(seconds)s seconds: Odoo ends scheduled actions before "
                "they are done. Set %(least)s at least.",
                name=name,
                seconds=seconds,
                least=int(least.total_seconds()),
            )


def _describe_sharers(connector):
    """Return how many workers an action that works on orders has, if there are more."""
    env, first = connector.env, connector._get_action("push_orders")
    count = 1 + len(first._jd_get_sharers().filtered("active"))
    if count == 1:
        return ""
    text = env._(
        "%(count)s workers share the sending, following and closing of orders.",
        count=count,
    )
    if count <= config["max_cron_threads"]:
        return text
    few = env._(
        "On this server, no more than %(cron)s actions run at once (max_cron_threads).",
        cron=config["max_cron_threads"],
    )
    return f"{text} {few}"


def _describe(env):
    if not config["workers"]:
        return env._(
            "Odoo runs in one process (workers = 0), with %(cron)s threads for "
            "scheduled actions. Small shops need no more; workers use more cores.",
            cron=config["max_cron_threads"],
        )
    return env._(
        "%(workers)s workers serve people and JD's messages, %(cron)s run scheduled "
        "actions.",
        workers=config["workers"],
        cron=config["max_cron_threads"],
    )
