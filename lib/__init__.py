"""JD's protocols in plain Python: no Odoo import, nothing but strings and dataclasses.

`api` names the operations and the errors, `transport` is the one place that sends,
`signing` holds the pure signing functions, and every sub-package is one of JD's
protocols behind the operations of `api`.
"""

from . import jdl
from .api import MessageForm

_PROTOCOLS = {"jdl": jdl}


def login(protocol, *, endpoints, application, transport):
    """Return the `api.Login` of an application."""
    return _PROTOCOLS[protocol].JdlLogin(endpoints, application, transport)


def connect(protocol, *, endpoints, application, token, pin, transport):
    """Return the `api.Operations` of a JD account."""
    return _PROTOCOLS[protocol].JdlOperations(
        endpoints, application, token, pin, transport
    )


def get_call_name(protocol, operation, kind=""):
    """Return JD's name of the call behind an operation; JD limits calls by it.

    :param str operation: A method of `api.Operations`.
    :param kind: The `api.OrderKind`, for operations with a call for each kind.
    """
    return _PROTOCOLS[protocol].get_call_name(operation, kind)


def get_kind_code(protocol, kind):
    """Return JD's code of an `api.OrderKind`."""
    return _PROTOCOLS[protocol].CODES[kind]


def get_level_group(protocol, level):
    """Return the `api.GoodsLevel` under which Odoo keeps one of JD's levels."""
    return _PROTOCOLS[protocol].get_level_group(level)


def get_messages(protocol, form=MessageForm.SIGNED):
    """Return the `api.Messages` that reads and answers messages of a form."""
    return _PROTOCOLS[protocol].get_messages(form)


def find_invalid(protocol, order):
    """Return an `api.Invalid` for each member of an `api.Order` JD would refuse."""
    return _PROTOCOLS[protocol].find_invalid(order)
