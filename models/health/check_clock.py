"""Is our clock close enough to JD's? JD refuses calls whose time is too far off."""

from ... import const
from ...lib import api as jd_api
from .finding import attention, good, unknown


def check(connector, jd):
    env = connector.env
    if isinstance(jd.departments, jd_api.ClockRefused):
        return attention(connector._explain(jd.departments))
    offset = jd.clock_offset
    if offset is None:
        return unknown(
            env._("JD has not answered yet since Odoo started, so nobody can compare.")
        )
    if abs(offset) > const.CLOCK_WARNING:
        return attention(
            env._(
                "JD's clock is %(seconds)s seconds ahead of this server's (a minus: "
                "behind). From about six minutes on, JD refuses every call. Ask your "
                "Odoo administrator to set the server's clock by a time server (NTP).",
                seconds=round(offset.total_seconds()),
            )
        )
    return good(
        env._(
            "This server's clock and JD's differ by %(seconds)s seconds; JD accepts "
            "several minutes.",
            seconds=round(abs(offset.total_seconds())),
        )
    )
