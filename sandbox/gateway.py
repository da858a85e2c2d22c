"""JD's gateway: who calls, with which right, and is the request as documented?

The gateway's own codes are those of JD's older gateway: no list of them is public for
this one [U].
"""

from dataclasses import dataclass

from . import clock, facts, payload, signing
from .books import Account, Application
from .calls import HANDLERS
from .errors import Denied, Refusal
from .grants import check_timestamp
from .replies import business, gateway_error

NEEDED = [
    ("v", "4", "Missing version"),
    ("timestamp", "7", "Missing timestamp"),
    ("app_key", "20", "Missing app_key"),
    ("access_token", "18", "Missing access_token"),
    ("sign", "11", "Missing signature"),
]


@dataclass
class Visit:
    """One authenticated call, as its handler sees it."""

    sandbox: object
    call: facts.Call
    application: Application
    account: Account

    @property
    def books(self):
        return self.sandbox.books

    @property
    def settings(self):
        return self.sandbox.settings

    def department(self, no, unknown="owner"):
        """Return the department ``no`` if the caller's PIN is linked to it.

        :raise Refusal: when it is not, or ``unknown`` when there is no such department
        """
        department = self.books.departments.get(no)
        if not department:
            self.call.refuse(unknown, no)
        if self.account.pin not in department.pins:
            self.call.refuse("owner", f"{no} and this pin")
        return department


def serve(sandbox, request, fault):
    """Answer one gateway call."""
    body = request.get_data(cache=False)
    try:
        with sandbox.books.lock:
            visit = _admit(sandbox, request, body)
            _spend(sandbox, visit)
            if fault:
                fault.strike(visit, request.args["access_token"])
            data = HANDLERS[visit.call.name](visit, _read(visit, request, body))
    except Denied as denied:
        return gateway_error(denied.code, denied.text)
    except Refusal as refusal:
        return business(refusal.code, refusal.message)
    return business("1000", "success", data, visit.call.request_id)


def _admit(sandbox, request, body):
    call = facts.BY_PATH.get(request.path)
    query = request.args
    domain = query.get("LOP-DN") or request.headers.get("LOP-DN")
    if not domain:
        raise Denied("14", "Missing LOP-DN")
    if not call or request.method != "POST" or domain != facts.LOP_DN:
        raise Denied("15", "Unsupported method")
    for name, code, text in NEEDED:
        if not query.get(name):
            raise Denied(code, text)
    if query["v"] != "2.0":
        raise Denied("5", "Unsupported version")
    check_timestamp(query["timestamp"], sandbox.settings.skew)
    application = _verify(sandbox.books, request, body)
    token = sandbox.books.tokens.get(query["access_token"])
    if not token or token.app_key != application.key:
        raise Denied("19", "Invalid access_token")
    if token.access_expires <= clock.now():
        raise Denied("19", "Invalid access_token: it has expired")
    if call.name in application.forbidden_calls:
        raise Denied("24", "No right to call this API")
    return Visit(sandbox, call, application, sandbox.books.accounts[token.pin])


def _verify(books, request, body):
    query = request.args
    application = books.applications.get(query["app_key"])
    if not application:
        raise Denied("21", "Invalid app_key")
    algorithm = query.get("algorithm") or "md5-salt"
    if algorithm not in signing.ALGORITHMS:
        raise Denied("12", "Invalid signature: unknown algorithm")
    expected = signing.sign_call(application.secret, query, request.path, body)
    if not signing.same(query["sign"], expected, algorithm):
        raise Denied("12", "Invalid signature")
    return application


def _spend(sandbox, visit):
    """Count the call and refuse it when the day's budget is used up."""
    day = clock.text(clock.now())[:10]
    counted = (day, visit.application.key, visit.call.name)
    budget = visit.application.daily_budget
    if budget is None:
        budget = sandbox.settings.daily_budget
    if budget and sandbox.books.calls[counted] >= budget:
        raise Denied("2", "App Call Limited: the day's calls are used up")
    sandbox.books.calls[counted] += 1


def _read(visit, request, body):
    """Return the one request of the body, checked against what JD documents."""
    try:
        arguments = payload.read(request.headers, body)
    except ValueError as error:
        visit.call.refuse("type", str(error))
    if not isinstance(arguments, list) or len(arguments) != 1:
        visit.call.refuse("type", "the body must be a JSON array with one object")
    [asked] = arguments
    visit.call.check(asked)
    if asked.get("pin") not in (None, "", visit.account.pin):
        visit.call.refuse("pin", "another pin than that of the access_token")
    return asked
