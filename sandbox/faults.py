"""What may go wrong between the module and JD, on demand and repeatable.

A fault names a call (``*`` for all; ``oauthToken`` and ``oauthRefresh`` for those
addresses), may be meant for one ``order`` only (JD's or the merchant's number of it, or
any other text the request must hold) and for requests ``where`` members have values,
such as ``{"currentPage": "2"}``, strikes a ``ratio`` of its requests, at most
``count`` times, for at most ``lasts`` seconds. Each draws from its own seeded source,
in the order requests come. ``KINDS`` says what each does and takes; the answers made up
for a test, ``answer`` and ``patch``, are described in ``odd_answers``.
"""

import random
import socket
import time
from dataclasses import dataclass, field

from werkzeug.wrappers import Response

from . import clock, odd_answers, payload
from .errors import Denied, Refusal
from .replies import too_many_requests, traced

KINDS = {
    "timeout_before": "nothing is done; no answer for `seconds`, then the line is cut",
    "timeout_after": "the work is done; no answer for `seconds`, then the line is cut",
    "slow": "the answer comes `seconds` late",
    "drip": "the answer comes `piece` bytes at a time, `seconds` before each",
    "html_502": "a proxy's HTML page with status 502; nothing is done",
    "http_429": "status 429 with Retry-After `retry_after` and JSON; nothing is done",
    "throttle": "gateway code 2, App Call Limited",
    "budget": "gateway code 2, the day's calls are used up",
    "busy": "business code 2002, retry in ten minutes; lasts 600 s unless said",
    "expire_token": "the token expires there and then: gateway code 19",
    "refuse": "business code `code` with `message`",
    "answer": "once unless `count` is given: the answer is `status`, `headers` and "
    "`body` (or `body_base64`); the work is done unless `carried_out` is false",
    "patch": "once unless `count` is given: the work is done, and `patch`, a list of "
    "changes, is applied to JD's answer",
    "contradict": "a page contradicts the others; `how`: `total` counts one more, "
    "`twice` has its first row also in place of its last, `short` lacks its last row",
}
DEFAULT_LASTS = {"busy": 600.0}
DEFAULT_COUNTS = {"answer": 1, "patch": 1}
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
    order: str = ""
    where: dict = field(default_factory=dict)
    ratio: float = 1.0
    count: int | None = None
    lasts: float = 0.0
    seconds: float = 0.0
    code: str = "4000"
    message: str = "system error"
    piece: int = 1
    retry_after: str = "60"
    status: int = 200
    headers: dict = field(default_factory=dict)
    body: str = ""
    body_base64: str = ""
    carried_out: bool = True
    patch: list = field(default_factory=list)
    how: str = "total"
    number: int = field(default=0, init=False)
    struck: int = field(default=0, init=False)
    problem: str = field(default="", init=False)  # why a patch did not fit
    ends: float = field(default=0.0, init=False, repr=False)
    source: random.Random = field(default=None, init=False, repr=False)

    def begin(self, number, seed):
        """Set what depends on when it begins.

        :raise ValueError: when what it shall answer is no answer
        """
        self.number = number
        if self.count is None:
            self.count = DEFAULT_COUNTS.get(self.kind, 0)
        self.lasts = self.lasts or DEFAULT_LASTS.get(self.kind, 0.0)
        self.ends = time.monotonic() + self.lasts if self.lasts else 0.0
        self.source = random.Random(f"{seed}/{number}")
        odd_answers.check(self)

    def meant_for(self, call, app_key):
        if self.call not in ("*", call) or self.app_key not in ("", app_key):
            return False
        return not self.spent()

    def draws(self):
        """Tell whether a request it is meant for is struck, and count it when it is."""
        if self.source.random() >= self.ratio:
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
        """Put a fault in force; its members are those of `Fault`.

        :raise ValueError: when there is no such kind, or its answer is none
        """
        if kind not in KINDS:
            raise ValueError(f"no kind of fault {kind}; there are {', '.join(KINDS)}")
        fault = Fault(kind, **values)
        fault.begin(len(self.list) + 1, self.settings.seed)
        self.list.append(fault)
        return fault

    def draw(self, call, app_key, request):
        """Return the first fault that strikes this request, if any."""
        if not self.list:
            return None
        with self.books.lock:
            for fault in self.list:
                meant = fault.meant_for(call, app_key)
                if meant and self._concerns(fault, request) and fault.draws():
                    return fault
        return None

    def _concerns(self, fault, request):
        """Tell whether a request is one of those a fault is meant for.

        An order is named by either number.
        """
        if fault.where and not payload.has_members(request, fault.where):
            return False
        if not fault.order:
            return True
        orders = self.books.orders.named(fault.order)
        names = {fault.order} | {order.no for order in orders}
        names |= {order.erp_no for order in orders if order.erp_no}
        return not names.isdisjoint(payload.named_in(request))


def through(fault, request, stopping, work):
    """Do ``work`` and answer as a network with this fault would let it through."""
    if not fault:
        return work()
    if fault.kind in WITHOUT_WORK:
        return WITHOUT_WORK[fault.kind](fault, request, stopping)
    if fault.kind == "answer" and not fault.carried_out:
        return odd_answers.raw(fault)
    if fault.kind == "slow":
        stopping.wait(fault.seconds)
    answer = work()
    if fault.kind == "timeout_after":
        return _cut(fault, request, stopping)
    if fault.kind == "drip":
        return _drip(fault, answer, stopping)
    return odd_answers.instead_of(answer, fault)


def _cut(fault, request, stopping):
    stopping.wait(fault.seconds)
    request.environ["werkzeug.socket"].shutdown(socket.SHUT_RDWR)
    return Response()


def _bad_gateway(fault, request, stopping):
    return Response(BAD_GATEWAY, 502, mimetype="text/html")


def _too_many(fault, request, stopping):
    return traced(too_many_requests(fault.retry_after))


def _drip(fault, answer, stopping):
    body = answer.get_data()

    def pieces():
        for start in range(0, len(body), fault.piece):
            stopping.wait(fault.seconds)
            yield body[start : start + fault.piece]

    answer.response = pieces()
    return answer


WITHOUT_WORK = {
    "timeout_before": _cut,
    "html_502": _bad_gateway,
    "http_429": _too_many,
}
