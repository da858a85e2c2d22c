"""JD's protocols in plain Python: no Odoo import, nothing but strings and dataclasses.

`api` names the operations and the errors, `transport` is the one place that sends,
`signing` holds the pure signing functions, and every sub-package is one of JD's
protocols behind the operations of `api`.
"""

from .jdl import JdlLogin, JdlOperations

_LOGINS = {"jdl": JdlLogin}
_OPERATIONS = {"jdl": JdlOperations}


def login(protocol, *, endpoints, application, transport):
    """Return the `api.Login` of an application."""
    return _LOGINS[protocol](endpoints, application, transport)


def connect(protocol, *, endpoints, application, token, pin, transport):
    """Return the `api.Operations` of a JD account."""
    return _OPERATIONS[protocol](endpoints, application, token, pin, transport)
