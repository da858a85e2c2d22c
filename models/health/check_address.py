"""Can JD reach our address, and does it look as JD needs it?"""

import ipaddress
from urllib.parse import urlsplit

from odoo.http import request
from odoo.tools import config

from .finding import add_hint, attention, good

_FORWARDED = ("X-Forwarded-Proto", "X-Forwarded-Host", "X-Forwarded-For")


def check(connector, jd):
    env = connector.env
    url = connector.get_base_url()
    if _is_behind_unknown_proxy():
        return attention(
            env._(
                "Odoo is reached through a proxy, and its configuration does not say "
                "so: it takes every visitor for the proxy, and http for https. Ask "
                "your Odoo administrator to set proxy_mode = True and to restart Odoo."
            )
        )
    if connector.environment == "sandbox":
        return good(
            env._("%(url)s. The sandbox runs on this machine and reaches it.", url=url),
        )
    if problem := _explain_address(env, url):
        return attention(problem, "parameters")
    return add_hint(
        good(
            env._(
                "%(url)s is an https address. JD sends messages there, and people back "
                "after they signed in. Whether JD comes through, the test message and "
                "the first login show.",
                url=url,
            ),
            "parameters",
        ),
        _warn_of_change(env),
    )


def _explain_address(env, url):
    """Return what is wrong with the address for JD, or None."""
    parts = urlsplit(url)
    if _is_local(parts.hostname or ""):
        return env._(
            "%(url)s can be reached from this network only. JD cannot send messages "
            "there. Set the system parameter web.base.url to the public address of "
            "this Odoo.",
            url=url,
        )
    if parts.scheme != "https":
        return env._(
            "%(url)s is not encrypted. JD's console takes addresses that begin with "
            "https. Set up https, then the system parameter web.base.url.",
            url=url,
        )
    return None


def _warn_of_change(env):
    if env["ir.config_parameter"].get_param("web.base.url.freeze"):
        return ""
    return env._(
        "Odoo changes web.base.url when an administrator signs in at another address: "
        "the system parameter web.base.url.freeze keeps it."
    )


def _is_local(host):
    """Tell whether a host is on this machine, or in a network that JD is not in."""
    try:
        return not ipaddress.ip_address(host).is_global
    except ValueError:
        return "." not in host or host.endswith((".local", ".localhost", ".internal"))


def _is_behind_unknown_proxy():
    """Tell whether a proxy passed this request on, without Odoo being told to expect
    one.
    """
    headers = request.httprequest.headers if request else {}
    return not config["proxy_mode"] and any(name in headers for name in _FORWARDED)
