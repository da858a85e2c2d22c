"""Who may come in, how JD behaves, what goes wrong: commands of the control API."""

import dataclasses

from .. import clock, seed
from ..books import ENABLED, Account, Application, Warehouse, get
from ..faults import KINDS
from ..message_forms import BODIES, FORMS
from ..settings import CHOICES
from . import register

QUERIES, COMMANDS = {}, {}
_query, _command = register(QUERIES), register(COMMANDS)


APPLICATION_CHOICES = {
    "refresh": ("works", "no effect", "refused"),
    "message_form": tuple(FORMS),
    "message_body": tuple(BODIES),
}


def _check_choice(name, value, choices):
    if name in choices and value not in choices[name]:
        raise ValueError(f"{name} is one of: {'; '.join(choices[name])}")


def _change(thing, values):
    """Set the members of ``thing`` that are given (not None)."""
    for name, value in values.items():
        if value is not None:
            setattr(thing, name, value)
    return thing


@_query
def state(sandbox):
    """Everything JD holds."""
    books = sandbox.books
    return {
        "now": clock.text(clock.now()),
        "settings": sandbox.settings,
        "applications": list(books.applications.values()),
        "accounts": list(books.accounts.values()),
        "departments": list(books.departments.values()),
        "warehouses": list(books.warehouses.values()),
        "tokens": list(books.tokens.values()),
        "faults": sandbox.faults.list,
        "calls": calls(sandbox),
    }


@_query
def calls(sandbox):
    """Calls counted per day, application and call."""
    rows = sorted(sandbox.books.calls.items())
    return [
        {"day": day, "appKey": app_key, "call": call, "count": count}
        for (day, app_key, call), count in rows
    ]


@_command
def reset(sandbox):
    """Go back to the seed and to the settings given at start."""
    sandbox.reset()


@_command
def mark(sandbox):
    """Remember what JD holds now; "go_back" returns to it, settings stay."""
    sandbox.mark()


@_command
def go_back(sandbox):
    """Go back to the mark, and forget faults and pushes since."""
    sandbox.go_back()


@_command
def settings(sandbox, **values):
    """Change settings by name; answers all of them."""
    known = {each.name: each.type for each in dataclasses.fields(sandbox.settings)}
    for name, value in values.items():
        if name not in known:
            raise ValueError(f"no setting {name}; there are {', '.join(known)}")
        _check_choice(name, value, CHOICES)
    for name, value in values.items():
        setattr(sandbox.settings, name, value)
    return sandbox.settings


@_command
def application(
    sandbox,
    key,
    secret=None,
    name=None,
    redirect_uris=None,
    message_url=None,
    message_form=None,
    message_key=None,
    message_body=None,
    refresh=None,
    daily_budget=None,
    forbidden_calls=None,
):
    """Register or change an application.

    refresh: works, no effect or refused; message_form: signed, envelope or bare, whose
    message_key signs the envelope; message_body: order or express, see message_forms.
    """
    values = dict(locals())
    del values["sandbox"], values["key"]
    for each, value in values.items():
        if value is not None:
            _check_choice(each, value, APPLICATION_CHOICES)
    shelf = sandbox.books.applications
    if key not in shelf:
        shelf[key] = Application(key, f"{key}-secret", key, list(seed.CALLBACKS))
    return _change(shelf[key], values)


@_command
def account(sandbox, pin, password=None, subscribed=None):
    """Open or change a JD account; subscribed: the application keys it ticked."""
    shelf = sandbox.books.accounts
    if pin not in shelf:
        shelf[pin] = Account(pin, pin)
    subscribed = None if subscribed is None else set(subscribed)
    return _change(shelf[pin], {"password": password, "subscribed": subscribed})


@_command
def department(
    sandbox,
    no,
    name=None,
    pins=None,
    carrier_split=None,
    sourcing=None,
    refuses_repeats=None,
    more_shops=None,
):
    """Open or change a department; pins: all the accounts linked to it; more_shops:
    names of its other shops by their numbers.
    """
    values = dict(locals())
    del values["sandbox"], values["no"]
    values["pins"] = None if pins is None else set(pins)
    shelf = sandbox.books.departments
    for pin in pins or []:
        get(sandbox.books.accounts, pin, "account")
    found = shelf.get(no) or seed.add_department(sandbox.books, no, name or no, [])
    return _change(found, values)


@_command
def warehouse(sandbox, no, name=None, departments=None, status=None, erp_no=None):
    """Open or change a warehouse; status: 1 initial, 2 enabled, 3 disabled."""
    values = dict(locals())
    del values["sandbox"], values["no"]
    shelf = sandbox.books.warehouses
    for each in departments or []:
        get(sandbox.books.departments, each, "department")
    # What is told of its stock depends on whose it is.
    sandbox.books.stock_answers.clear()
    found = shelf.setdefault(no, Warehouse(no, name or no, [], ENABLED))
    return _change(found, values)


@_command
def tokens(
    sandbox,
    pin=None,
    app_key=None,
    access=None,
    expire=False,
    revoke=False,
    seconds=None,
):
    """Expire, revoke, or give so many seconds to, the access tokens that match."""
    shelf = sandbox.books.tokens
    matching = [
        token
        for token in shelf.values()
        if pin in (None, token.pin)
        and app_key in (None, token.app_key)
        and access in (None, token.access)
    ]
    for token in matching:
        if expire or seconds is not None:
            token.access_expires = clock.now() + clock.seconds(seconds or 0)
        if revoke:
            del shelf[token.access]
    return {"tokens": len(matching)}


@_command
def fault(sandbox, kind, **how):
    """Make something go wrong: call, app_key, order, ratio, count, lasts and what the
    kind takes; the kinds are listed by GET faults.
    """
    return sandbox.faults.add(kind, **how)


@_query
def faults(sandbox):
    """The kinds of faults, and those in force with how often they struck."""
    return {"kinds": KINDS, "faults": sandbox.faults.list}


@_command
def clear_faults(sandbox):
    """Let everything go right again."""
    sandbox.faults.clear()
    sandbox.messenger.clear_faults()
