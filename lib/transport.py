"""The one place that sends anything to JD."""

import io
import json
import logging
import math
import re
import ssl
import threading
import time
import zlib
from collections.abc import Callable
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from functools import partial
from http.client import HTTPResponse
from http.cookiejar import DefaultCookiePolicy

import requests
from requests.adapters import HTTPAdapter
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import HTTPError, NewConnectionError, ReadTimeoutError

from .api import JdError, OutcomeUnknown, RetryLater, Throttled
from .clock import utc_now
from .text import make_storable

_logger = logging.getLogger(__name__)

# JD documents answers within 5, 8 and 10 seconds, depending on the call.
READ_TIMEOUT = 15
CONNECT_TIMEOUT = 5
# However slowly an answer comes in: the slowest call may take 10 seconds.
TOTAL_TIME = 30
MAX_ANSWER_BYTES = 16 * 1024 * 1024
_CHUNK_BYTES = 64 * 1024
_MAX_DEPTH = 32
_TOO_MANY_REQUESTS_WAIT = 60
_LONGEST_WAIT = 24 * 60 * 60
_SECONDS = re.compile(r"[0-9]{1,9}")
_TRACE_HEADER = "Lop-Trace-Id"


@dataclass(frozen=True)
class Request:
    """One call as it goes over the wire.

    :param call: The name of the operation in JD's documents.
    :param headers: What the protocol sends with it.
    :param is_refusal: Tells whether JSON that came with an HTTP error is a refusal in
        JD's own envelope.
    :param number: The order or goods it is about, for the log.
    :param question: It changes nothing at JD, so that a lost answer may simply be
        asked for again.
    """

    call: str
    method: str
    url: str
    params: dict = field(repr=False)
    body: bytes | None = field(default=None, repr=False)
    number: str = ""
    question: bool = False
    headers: dict = field(default_factory=dict, repr=False)
    is_refusal: Callable = field(default=lambda answer: False, repr=False)


class Transport:
    """Pooled connections to JD, safe to share between threads, not between processes.

    Nothing is taken from the environment: a proxy variable or a `.netrc` meant for
    another program must not see or alter what is signed. A site that reaches JD
    through a proxy names it.

    :param pool_size: The most calls that are under way at once; others wait.
    :param read_timeout: Seconds without a byte.
    :param total_time: Seconds for a whole answer, and for a place among the calls.
    :param proxies: As `requests` takes them, e.g. `{"https": "http://proxy:3128"}`.
    :param session: A `requests` session to use instead of a new one.
    :param now: The clock, naive UTC.
    """

    def __init__(
        self,
        *,
        pool_size=10,
        connect_timeout=CONNECT_TIMEOUT,
        read_timeout=READ_TIMEOUT,
        total_time=TOTAL_TIME,
        max_answer_bytes=MAX_ANSWER_BYTES,
        proxies=None,
        session=None,
        now=utc_now,
    ):
        self.now = now
        self._max_answer_bytes = max_answer_bytes
        self._session = session or requests.Session()
        self._session.trust_env = False
        self._session.proxies = dict(proxies or {})
        # One merchant's cookie must not travel with another merchant's call.
        self._session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=()))
        self._total_time = total_time
        self._places = threading.BoundedSemaphore(pool_size)
        timeout = (connect_timeout, read_timeout)
        adapter = _TimedAdapter(timeout, total_time, pool_size)
        self._session.mount("https://", adapter)
        self._session.mount("http://", adapter)

    def send(self, request, read):
        """Send once and return what `read` makes of JD's answer.

        :param read: Takes the JSON object that JD answered; returns the result or
            raises a `JdError`.
        :raise RetryLater: Nothing reached JD, or a question was not answered.
        :raise OutcomeUnknown: It went out and no usable answer came back.
        """
        started = time.monotonic()
        outcome = "broken"
        try:
            result = self._send_and_read(request, read)
            outcome = "ok"
            return result
        except JdError as error:
            outcome = _describe(error)
            raise
        finally:
            milliseconds = (time.monotonic() - started) * 1000
            _logger.info(
                "JD %s %s: %s, %.0f ms",
                request.call,
                request.number or "-",
                outcome,
                milliseconds,
            )

    def close(self):
        self._session.close()

    def _send_and_read(self, request, read):
        try:
            with self._place(request):
                return self._exchange(request, read)
        except OutcomeUnknown as error:
            if not request.question:
                raise
            raise RetryLater(
                error.message,
                code=error.code,
                call=error.call,
                request_id=error.request_id,
                trace_id=error.trace_id,
            ) from None

    @contextmanager
    def _place(self, request):
        """Hold one of the places for calls under way.

        :raise RetryLater: None became free in the time that a call may take.
        """
        if not self._places.acquire(timeout=self._total_time):
            raise RetryLater("Too many calls to JD are under way", call=request.call)
        try:
            yield
        finally:
            self._places.release()

    def _exchange(self, request, read):
        prepared = self._session.prepare_request(
            requests.Request(
                request.method,
                request.url,
                params=request.params,
                data=request.body,
                headers=request.headers | {"Accept-Encoding": "gzip"},
            )
        )
        trace_id = ""
        try:
            with self._session.send(
                prepared, stream=True, allow_redirects=False
            ) as response:
                trace_id = response.headers.get(_TRACE_HEADER, "")
                return read(_parse(response, self._read_body(response), request))
        except JdError as error:
            error.call = error.call or request.call
            error.trace_id = error.trace_id or make_storable(trace_id, 100)
            raise
        except (requests.RequestException, HTTPError) as error:
            # The exception's own text holds the address with the token in it, so it
            # must not travel on as the cause.
            raise _lost(error, request.call) from None

    def _read_body(self, response):
        """Return the body as it was before it was packed.

        Not left to urllib3, whose older versions unpack without a bound.
        """
        encoding = response.headers.get("Content-Encoding", "").strip().lower()
        packed = bytearray()
        for chunk in response.raw.stream(_CHUNK_BYTES, decode_content=False):
            packed += chunk
            self._check_length(packed)
        if encoding in ("", "identity"):
            return bytes(packed)
        if encoding not in ("gzip", "x-gzip"):
            raise OutcomeUnknown("JD's answer is packed in a way nobody asked for")
        return self._unpack(bytes(packed))

    def _unpack(self, packed):
        unpacker = zlib.decompressobj(zlib.MAX_WBITS | 16)
        try:
            body = unpacker.decompress(packed, self._max_answer_bytes + 1)
        except zlib.error:
            raise OutcomeUnknown("JD's answer cannot be unpacked") from None
        self._check_length(body)
        if not unpacker.eof:
            raise OutcomeUnknown("JD's answer broke off")
        return body

    def _check_length(self, body):
        if len(body) > self._max_answer_bytes:
            raise OutcomeUnknown(
                f"JD's answer is longer than {self._max_answer_bytes} bytes"
            )


def _describe(error):
    """Return what the log tells of an error, with what JD's support asks for."""
    ids = {"request": error.request_id, "trace": error.trace_id}
    told = " ".join(f"{name}={value!r}" for name, value in ids.items() if value)
    return " ".join(filter(None, [type(error).__name__, error.code, told]))


# === HOW LONG === #


class _TimedAdapter(HTTPAdapter):
    """Sends nothing without time-outs, and nothing twice."""

    def __init__(self, timeout, total_time, pool_size):
        self._timeout = timeout
        self._pools = {
            "http": _bind_pool(HTTPConnectionPool, total_time),
            "https": _bind_pool(HTTPSConnectionPool, total_time),
        }
        super().__init__(
            pool_connections=4,
            pool_maxsize=pool_size,
            max_retries=0,
            pool_block=True,
        )

    def init_poolmanager(self, *args, **kwargs):
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = self._pools

    def proxy_manager_for(self, *args, **kwargs):
        manager = super().proxy_manager_for(*args, **kwargs)
        manager.pool_classes_by_scheme = self._pools
        return manager

    def send(self, request, **kwargs):
        kwargs["timeout"] = self._timeout
        return super().send(request, **kwargs)


def _bind_pool(pool_class, total_time):
    """Return a pool whose connections read one answer for `total_time` at most."""

    class Connection(pool_class.ConnectionCls):
        response_class = staticmethod(partial(_TimedResponse, total_time=total_time))

    class Pool(pool_class):
        ConnectionCls = Connection

    return Pool


class _TimedResponse(HTTPResponse):
    """An answer that must be complete in time, however it trickles in."""

    def __init__(self, sock, *args, total_time, **kwargs):
        super().__init__(sock, *args, **kwargs)
        raw = self.fp.detach()
        self.fp = io.BufferedReader(_TimedReader(sock, raw, total_time))


class _TimedReader(io.RawIOBase):
    """Reads from a socket until a deadline.

    A socket's own time-out starts anew with each byte.
    """

    def __init__(self, sock, raw, total_time):
        self._socket = sock
        self._raw = raw
        self._pause = sock.gettimeout()
        self._ends_at = time.monotonic() + total_time

    def readable(self):
        return True

    def readinto(self, buffer):
        left = self._ends_at - time.monotonic()
        if left <= 0:
            raise TimeoutError("timed out")
        self._socket.settimeout(left if self._pause is None else min(left, self._pause))
        return self._raw.readinto(buffer)

    def close(self):
        self._raw.close()
        super().close()


# === WHAT CAME BACK === #


def _parse(response, body, request):
    """Return the JSON object of an answer; the HTTP status comes before the body.

    Too many requests are too many whatever the body says. Any other error is JD's own
    only in JD's own envelope: without it, a machine on the way may have said so before
    or after the work, and a server error says nothing about what had been done.
    """
    status = response.status_code
    if status == 429:
        raise Throttled(
            "JD answered HTTP 429 (too many requests)",
            wait_seconds=_read_pause(response.headers.get("Retry-After", "")),
        )
    if status >= 500:
        raise OutcomeUnknown(f"JD answered HTTP {status}")
    answer = _read_json(body)
    is_own = isinstance(answer, dict) and (
        status == 200 or (status >= 400 and request.is_refusal(answer))
    )
    if is_own:
        return answer
    if status >= 400:
        raise OutcomeUnknown(f"JD's front door answered HTTP {status}")
    raise OutcomeUnknown(f"JD's answer is not in its own format (HTTP {status})")


def _read_json(body):
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return None if _is_deep(answer) else answer


def _is_deep(value):
    """Tell whether objects lie in each other deeper than in any answer of JD's."""
    level = [value]
    for _depth in range(_MAX_DEPTH):
        level = [
            member
            for outer in level
            if isinstance(outer, dict | list)
            for member in (outer.values() if isinstance(outer, dict) else outer)
        ]
        if not level:
            return False
    return True


def _read_pause(text):
    """Return the seconds that a `Retry-After` asks for, which may be a date."""
    seconds = _TOO_MANY_REQUESTS_WAIT
    if _SECONDS.fullmatch(text.strip()):
        seconds = int(text)
    elif text:
        with suppress(ValueError, OverflowError):
            until = parsedate_to_datetime(text)
            seconds = math.ceil(until.timestamp() - time.time())
    return min(max(seconds, 1), _LONGEST_WAIT)


def _lost(error, call):
    """Say what a failed exchange means for the caller."""
    if isinstance(error, requests.ConnectTimeout):
        return RetryLater("JD did not take the connection in time", call=call)
    causes = list(_causes(error))
    if any(isinstance(cause, NewConnectionError) for cause in causes):
        return RetryLater("JD cannot be reached", call=call)
    if any(isinstance(cause, ssl.SSLCertVerificationError) for cause in causes):
        return RetryLater("JD's certificate is not trusted", call=call)
    if any(isinstance(cause, TimeoutError | ReadTimeoutError) for cause in causes):
        return OutcomeUnknown("JD did not answer in time", call=call)
    return OutcomeUnknown("The connection to JD broke off", call=call)


def _causes(error):
    """Walk through the exceptions that requests and urllib3 wrapped in each other."""
    seen = set()
    pending = [error]
    while pending:
        cause = pending.pop()
        if not isinstance(cause, BaseException) or id(cause) in seen:
            continue
        seen.add(id(cause))
        yield cause
        pending += [*cause.args, getattr(cause, "reason", None), cause.__context__]


# === SECRETS OUT OF OTHER PEOPLE'S LOGS === #

_SECRET_PARAMETER = re.compile(
    r"\b(access_token|refresh_token|client_secret|app_secret|code|sign)=[^&\s\"']*"
)


def _mask_secrets(record):
    """Mask what JD wants in the address: urllib3 logs addresses in full."""
    message = record.getMessage()
    masked = _SECRET_PARAMETER.sub(r"\1=***", message)
    if masked != message:
        record.msg, record.args = masked, ()
    return True


logging.getLogger("urllib3.connectionpool").addFilter(_mask_secrets)
