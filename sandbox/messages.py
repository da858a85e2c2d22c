"""Pushes: JD tells an application's message address that a document moved.

JD's own format is not public. This is our convention [U]: JSON by POST; the query
holds ``app_key``, ``method`` (the topic), ``timestamp``, ``v``, ``algorithm`` and
``sign``, the gateway's recipe over the raw body without a token. HTTP 200 with code
"1000" accepts; anything else is delivered again, later and later.
"""

import heapq
import http.client
import itertools
import json
import logging
import random
import threading
import time
from dataclasses import dataclass, field
from urllib.parse import urlencode, urlsplit

from . import clock, signing

_logger = logging.getLogger("sandbox")
TOPIC = "order.status"
WAITING, DELIVERED, LOST, GIVEN_UP = "waiting", "delivered", "lost", "given up"


@dataclass
class Message:
    """One push and what became of it."""

    id: str
    app_key: str
    order_no: str
    status: str
    url: str
    body: bytes = field(repr=False)
    secret: str = field(repr=False)
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
            url = application.message_url or self.sandbox.settings.message_url
            if url:
                self._post(_message(books.next_no("MSG", 12), application, order, url))

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
    try:
        connection.request(
            "POST",
            f"{parts.path or '/'}?{urlencode(_signed_query(message))}",
            message.body,
            {"Content-Type": "application/json;charset=utf-8"},
        )
        response = connection.getresponse()
        return _verdict(response.status, response.read())
    except (OSError, http.client.HTTPException) as error:
        return False, type(error).__name__
    finally:
        connection.close()


def _signed_query(message):
    query = {
        "app_key": message.app_key,
        "method": TOPIC,
        "timestamp": clock.text(clock.now()),
        "v": "2.0",
        "algorithm": "md5-salt",
    }
    sign = signing.sign_message(message.secret, query, message.body)
    return query | {"sign": sign}


def _verdict(status, body):
    try:
        code = str(json.loads(body)["code"])
    except (ValueError, KeyError, TypeError):
        code = "-"
    return status == 200 and code == "1000", f"HTTP {status} code {code}"


def _message(number, application, order, url):
    return Message(
        number,
        application.key,
        order.no,
        str(order.status),
        url,
        _body(number, order),
        application.secret,
    )


def _body(number, order):
    content = {
        "messageId": number,
        "pin": order.pin,
        "ownerNo": order.department_no,
        "warehouseNo": order.warehouse_no,
        "orderType": order.kind,
        "orderNo": order.no,
        "erpOrderNo": order.erp_no,
        "status": str(order.status),
        "operateTime": clock.text(order.history[-1].time),
    }
    return json.dumps(content, ensure_ascii=False).encode()
