"""What may go wrong between the module and JD, on demand and repeatable.

A fault names a call (``*`` for all; ``oauthToken`` and ``oauthRefresh`` for those
addresses), strikes a ``ratio`` of its requests, at most ``count`` times, for at most
``lasts`` seconds. Each draws from its own seeded source, in the order requests come.
"""

import random
import socket
import time
from dataclasses import dataclass, field

from werkzeug.wrappers import Response

from . import clock
from .errors import Denied, Refusal

KINDS = {
    "timeout_before": "nothing is done; no answer for `seconds`, then the line is cut",
    "timeout_after": "the work is done; no answer for `seconds`, then the line is cut",
    "slow": "the answer comes `seconds` late",
    "html_502": "a proxy's HTML page with status 502; nothing is done",
    "throttle": "gateway code 2, App Call Limited",
    "budget": "gateway code 2, the day's calls are used up",
    "busy": "business code 2002, retry in ten minutes; lasts 600 s unless said",
    "expire_token": "the token expires there and then: gateway code 19",
    "refuse": "business code `code` with `message`",
}
DEFAULT_LASTS = {"busy": 600.0}
BAD_GATEWAY = (
    "<html><head><title>502 Bad Gateway</title></head>"
    "<body><center><h1>502 Bad Gateway</h1></center></body></html>"
)


@dataclass
class Fault:
    """One thing that goes wrong."""

    kind: str
    call: str = "*"
    app_key: str = ""
    ratio: float = 1.0
    count: int = 0
    lasts: float = 0.0
    seconds: float = 0.0
    code: str = "4000"
    message: str = "system error"
    number: int = 0
    struck: int = 0
    ends: float = field(default=0.0, repr=False)
    source: random.Random = field(default=None, repr=False)

    def draws(self, call, app_key):
        """Tell whether this request is struck, and count it when it is."""
        if self.call not in ("*", call) or self.app_key not in ("", app_key):
            return False
        if self.spent() or self.source.random() >= self.ratio:
            return False
        self.struck += 1
        return True

    def spent(self):
        used_up = self.count and self.struck >= self.count
        return used_up or (self.ends and time.monotonic() > self.ends)

    def strike(self, visit, access_token):
        """Refuse an admitted call if this is a fault of JD's own.

        :raise Denied: at the gateway
        :raise Refusal: in the call
        """
        if self.kind == "throttle":
            raise Denied("2", "App Call Limited")
        if self.kind == "budget":
            raise Denied("2", "App Call Limited: the day's calls are used up")
        if self.kind == "expire_token":
            visit.books.tokens[access_token].access_expires = clock.now()
            raise Denied("19", "Invalid access_token: it has expired")
        if self.kind == "busy":
            raise Refusal("2002", "system busy, retry after 10 minutes")
        if self.kind == "refuse":
            raise Refusal(self.code, self.message)


class Faults:
    """The faults in force."""

    def __init__(self, books, settings):
        self.books = books
        self.settings = settings
        self.clear()

    def clear(self):
        self.list = []

    def add(self, kind, **values):
        fault = Fault(kind, **values)
        fault.number = len(self.list) + 1
        fault.lasts = fault.lasts or DEFAULT_LASTS.get(kind, 0.0)
        fault.ends = time.monotonic() + fault.lasts if fault.lasts else 0.0
        fault.source = random.Random(f"{self.settings.seed}/{fault.number}")
        self.list.append(fault)
        return fault

    def draw(self, call, app_key):
        """Return the first fault that strikes this request, if any."""
        if not self.list:
            return None
        with self.books.lock:
            return next((f for f in self.list if f.draws(call, app_key)), None)


def through(fault, request, stopping, work):
    """Do ``work`` and answer as a network with this fault would let it through."""
    kind = fault.kind if fault else None
    if kind == "html_502":
        return Response(BAD_GATEWAY, 502, mimetype="text/html")
    if kind == "timeout_before":
        return _cut(request, stopping, fault.seconds)
    if kind == "slow":
        stopping.wait(fault.seconds)
    answer = work()
    if kind == "timeout_after":
        return _cut(request, stopping, fault.seconds)
    return answer


def _cut(request, stopping, seconds):
    stopping.wait(seconds)
    request.environ["werkzeug.socket"].shutdown(socket.SHUT_RDWR)
    return Response()
