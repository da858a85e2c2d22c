"""Pushes: JD tells an application's message address that a document moved.

How a push looks is the application's form (see ``message_forms``). HTTP 200 with the
acknowledgement of that form accepts it; anything else is delivered again, later and
later. In every form a push keeps its id and its body; the time is that of the attempt.
"""

import dataclasses
import heapq
import http.client
import itertools
import json
import logging
import random
import threading
import time
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from . import clock, walk
from .message_forms import FORMS, News, write_body

_logger = logging.getLogger("sandbox")
BARE = "bare"
WAITING, DELIVERED, LOST, GIVEN_UP = "waiting", "delivered", "lost", "given up"


@dataclass
class Message:
    """One push and what became of it."""

    id: str
    app_key: str
    order_no: str
    status: str
    url: str
    form: str
    body: str = field(repr=False)
    news: News = field(repr=False)
    sender: object = field(repr=False)
    state: str = WAITING
    attempts: int = 0
    answer: str = ""
    time: str = field(default_factory=lambda: clock.text(clock.now()))


@dataclass
class PushFaults:
    """What may happen to pushes on their way, as ratios."""

    duplicate: float = 0.0
    reorder: float = 0.0  # these are late by up to ``late`` seconds
    lose: float = 0.0
    late: float = 2.0
    source: random.Random = field(default=None, repr=False)

    def strikes(self, ratio):
        return bool(ratio) and self.source.random() < ratio


class Messenger:
    """The post: a queue of pushes and the threads that carry them."""

    WORKERS = 4

    def __init__(self, sandbox):
        self.sandbox = sandbox
        self._ready = threading.Condition()
        self._order = itertools.count()
        self.sent = []
        self.clear()

    def clear(self):
        """Forget all pushes; those under way are not tried again."""
        with self._ready:
            for message in self.sent:
                message.state = GIVEN_UP
            self._queue = []  # (when, in which order, message)
            self.sent = []
            self.clear_faults()

    def clear_faults(self):
        seed = f"{self.sandbox.settings.seed}/pushes"
        self.faults = PushFaults(source=random.Random(seed))

    def start(self):
        for number in range(self.WORKERS):
            name = f"messenger {number}"
            threading.Thread(target=self._work, name=name, daemon=True).start()

    def announce(self, order):
        """Queue the news for every application the order's account subscribed for."""
        books = self.sandbox.books
        account = books.accounts.get(order.pin)
        for key in sorted(account.subscribed) if account else ():
            application = books.applications[key]
            url = self._address_of(application)
            if url:
                news = _news(books.next_no("MSG", 12), order)
                self._post(_message(application, news, url))

    def _address_of(self, application):
        """Return where an application takes pushes.

        Nothing signs a bare one, so it goes to an address of its own or nowhere.
        """
        shared = self.sandbox.settings.message_url
        if application.message_form == BARE:
            shared = ""
        return application.message_url or shared

    def _post(self, message):
        faults = self.faults
        lost = faults.strikes(faults.lose)
        late = faults.strikes(faults.reorder)
        twice = faults.strikes(faults.duplicate)
        with self._ready:
            self.sent.append(message)
            if lost:
                message.state = LOST
                return
            delay = faults.source.uniform(0, faults.late) if late else 0.0
            for _ in range(1 + twice):
                self._put(message, delay)

    def _put(self, message, delay):
        heapq.heappush(
            self._queue, (time.monotonic() + delay, next(self._order), message)
        )
        self._ready.notify()

    def _work(self):
        while True:
            self._carry(self._next())

    def _next(self):
        with self._ready:
            while True:
                wait = self._queue[0][0] - time.monotonic() if self._queue else None
                if wait is not None and wait <= 0:
                    return heapq.heappop(self._queue)[2]
                self._ready.wait(wait)

    def _carry(self, message):
        settings, started = self.sandbox.settings, time.monotonic()
        accepted, answer = deliver(message, settings.push_timeout)
        took = (time.monotonic() - started) * 1000
        _logger.info("push %s %s %.0f ms", message.order_no, answer, took)
        with self._ready:
            message.attempts += 1
            message.answer = answer
            if accepted:
                message.state = DELIVERED
            elif message.state != WAITING:
                pass  # the second copy of one that arrived, or forgotten
            elif message.attempts >= settings.push_attempts:
                message.state = GIVEN_UP
            else:
                delay = settings.push_backoff * 2 ** (message.attempts - 1)
                self._put(message, delay)


def deliver(message, timeout):
    """Send one push; return whether it was accepted and what was answered."""
    parts = urlsplit(message.url)
    secure = parts.scheme == "https"
    kind = http.client.HTTPSConnection if secure else http.client.HTTPConnection
    connection = kind(parts.hostname, parts.port, timeout=timeout)
    query, headers, body = message.sender.prepare(message.news, message.body)
    joined = "&".join(each for each in (parts.query, query) if each)
    path = f"{parts.path or '/'}?{joined}" if joined else parts.path or "/"
    try:
        connection.request("POST", path, body, headers)
        response = connection.getresponse()
        return _verdict(message.sender, response.status, response.read())
    except (OSError, http.client.HTTPException) as error:
        return False, type(error).__name__
    finally:
        connection.close()


def _verdict(sender, status, body):
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        answer = None
    if not isinstance(answer, dict):
        return False, f"HTTP {status} code -"
    code = answer.get("code", answer.get("statusCode", "-"))
    return status == 200 and sender.accepts(answer), f"HTTP {status} code {code}"


def _message(application, news, url):
    form = application.message_form
    return Message(
        news.id,
        application.key,
        news.order_no,
        news.status,
        url,
        form,
        write_body(application, news),
        news,
        # As it is now: what is set later is for later pushes.
        FORMS[form](dataclasses.replace(application)),
    )


def _news(number, order):
    return News(
        number,
        order.pin,
        order.department_no,
        order.warehouse_no,
        order.kind,
        order.no,
        order.erp_no,
        order.waybill_no,
        str(order.status),
        walk.RULES[order.kind].names[order.status],
        clock.text(order.history[-1].time),
    )
