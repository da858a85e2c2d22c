"""The HTTP client: every request to JD is sent here."""

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
from datetime import timezone
from email.utils import parsedate_to_datetime
from functools import partial
from http.client import HTTPResponse
from http.cookiejar import DefaultCookiePolicy
from urllib.parse import urlsplit

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
# For the whole answer, also when it comes in slowly.
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
    """One HTTP request to JD.

    :param call: The name of the operation in JD's documents.
    :param headers: HTTP headers that the protocol requires.
    :param is_refusal: Function of the JSON that came with an HTTP error; returns
        whether it is a refusal in JD's own format.
    :param number: The order or goods it is about, for the log.
    :param question: Whether it only reads: after a lost answer it can be repeated.
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

    The environment is ignored: a proxy variable or a `.netrc` meant for another program
    must not see or alter what is signed. A site that needs a proxy passes `proxies`.

    :param pool_size: How many calls may run at once; others wait.
    :param read_timeout: Seconds without a byte.
    :param total_time: Seconds for a whole answer, and for waiting to be sent.
    :param proxies: As in `requests`, e.g. `{"https": "http://proxy:3128"}`.
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
        self._clock_offsets = {}
        self._places = threading.BoundedSemaphore(pool_size)
        timeout = (connect_timeout, read_timeout)
        adapter = TimedAdapter(timeout, total_time, pool_size)
        self._session.mount("https://", adapter)
        self._session.mount("http://", adapter)

    def send(self, request, read):
        """Send a request once and return its result.

        :param Request request:
        :param read: Function of the JSON object that JD answered; returns the result
            or raises a `JdError`.
        :raise RetryLater: Nothing reached JD, or the request only reads.
        :raise OutcomeUnknown: It was sent and no usable answer came back: JD may have
            carried it out.
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

    def get_clock_offset(self, url):
        """Return how far the clock behind an address is ahead of ours, or None.

        It is what the last answer from there said, refusals included; to the second.
        """
        return self._clock_offsets.get(urlsplit(url).netloc)

    def close(self):
        self._session.close()

    def _send_and_read(self, request, read):
        try:
            with self._place(request):
                return self._exchange(request, read)
        except OutcomeUnknown as error:
            if not request.question:
                raise
            # A question changes nothing at JD: it can be repeated safely.
            raise RetryLater(
                error.message,
                code=error.code,
                call=error.call,
                request_id=error.request_id,
                trace_id=error.trace_id,
            ) from None

    @contextmanager
    def _place(self, request):
        """Reserve one of the `pool_size` slots for calls that run at once.

        :raise RetryLater: None became free within `total_time`.
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
            # A redirect would send the token and the order to another address.
            with self._session.send(
                prepared, stream=True, allow_redirects=False
            ) as response:
                trace_id = response.headers.get(_TRACE_HEADER, "")
                self._note_clock(request.url, response.headers.get("Date"))
                return read(_parse(response, self._read_body(response), request))
        except JdError as error:
            error.call = error.call or request.call
            error.trace_id = error.trace_id or make_storable(trace_id, 100)
            raise
        except (requests.RequestException, HTTPError) as error:
            # The exception's own text holds the address with the token in it, so it
            # must not travel on as the cause.
            raise _lost(error, request.call) from None

    def _note_clock(self, url, date):
        with suppress(TypeError, ValueError):  # no such header, or no date in it
            theirs = parsedate_to_datetime(date).astimezone(timezone.utc)
            offset = theirs.replace(tzinfo=None) - self.now()
            self._clock_offsets[urlsplit(url).netloc] = offset

    def _read_body(self, response):
        """Return the decompressed body.

        :raise OutcomeUnknown: It is longer than `max_answer_bytes`, or broken.
        """
        # Not left to urllib3, whose older versions decompress without a limit.
        encoding = response.headers.get("Content-Encoding", "").strip().lower()
        packed = bytearray()
        for chunk in response.raw.stream(_CHUNK_BYTES, decode_content=False):
            packed += chunk
            self._check_length(packed)
        if encoding in ("", "identity"):
            return bytes(packed)
        if encoding not in ("gzip", "x-gzip"):
            raise OutcomeUnknown("JD's answer is compressed in an unknown way")
        return self._unpack(bytes(packed))

    def _unpack(self, packed):
        unpacker = zlib.decompressobj(zlib.MAX_WBITS | 16)  # 16: gzip's header
        try:
            body = unpacker.decompress(packed, self._max_answer_bytes + 1)
        except zlib.error:
            raise OutcomeUnknown("JD's answer cannot be decompressed") from None
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
    """Return an error as text for the log, with the ids that JD support asks for."""
    ids = {"request": error.request_id, "trace": error.trace_id}
    told = " ".join(f"{name}={value!r}" for name, value in ids.items() if value)
    return " ".join(filter(None, [type(error).__name__, error.code, told]))


# === TIME LIMITS === #


class TimedAdapter(HTTPAdapter):
    """Sets time-outs on every request, and never repeats one by itself."""

    def __init__(self, timeout, total_time, pool_size):
        self._timeout = timeout
        self._pools = {
            "http": _bind_pool(HTTPConnectionPool, total_time),
            "https": _bind_pool(HTTPSConnectionPool, total_time),
        }
        super().__init__(
            pool_connections=4,
            pool_maxsize=pool_size,
            max_retries=0,  # a repeated order could be shipped twice
            pool_block=True,
        )

    def init_poolmanager(self, *args, **kwargs):
        res = super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = self._pools
        return res

    def proxy_manager_for(self, *args, **kwargs):
        manager = super().proxy_manager_for(*args, **kwargs)
        manager.pool_classes_by_scheme = self._pools
        return manager

    def send(self, request, **kwargs):
        kwargs["timeout"] = self._timeout
        return super().send(request, **kwargs)


def _bind_pool(pool_class, total_time):
    """Return a pool class whose connections read an answer for `total_time` at most."""

    class Connection(pool_class.ConnectionCls):
        response_class = staticmethod(partial(_TimedResponse, total_time=total_time))

    class Pool(pool_class):
        ConnectionCls = Connection

    return Pool


class _TimedResponse(HTTPResponse):
    """A response that must be complete within `total_time` seconds."""

    def __init__(self, sock, *args, total_time, **kwargs):
        super().__init__(sock, *args, **kwargs)
        raw = self.fp.detach()
        self.fp = io.BufferedReader(_TimedReader(sock, raw, total_time))


class _TimedReader(io.RawIOBase):
    """Reads from a socket until a deadline."""

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
        # A socket's own time-out starts anew with each byte.
        self._socket.settimeout(left if self._pause is None else min(left, self._pause))
        return self._raw.readinto(buffer)

    def close(self):
        self._raw.close()
        return super().close()


# === ANSWERS === #


def _parse(response, body, request):
    """Return the JSON object of an answer.

    :raise Throttled: HTTP 429, whatever the body says.
    :raise OutcomeUnknown: It is a server error, or not in JD's own format.
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
    # Anything else may come from a proxy, before or after JD did the work.
    is_own = isinstance(answer, dict) and (
        status == 200 or (status >= 400 and request.is_refusal(answer))
    )
    if is_own:
        return answer
    if status >= 400:
        raise OutcomeUnknown(f"JD's gateway answered HTTP {status}")
    raise OutcomeUnknown(f"JD's answer is not in its own format (HTTP {status})")


def _read_json(body):
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return None if _is_deep(answer) else answer


def _is_deep(value):
    """Tell whether JSON is nested deeper than any answer of JD."""
    # Level by level: recursion would fail on what this is meant to find.
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
    """Return the seconds to wait by a `Retry-After` header, a number or a date."""
    seconds = _TOO_MANY_REQUESTS_WAIT
    if _SECONDS.fullmatch(text.strip()):
        seconds = int(text)
    elif text:
        with suppress(ValueError, OverflowError):
            until = parsedate_to_datetime(text)
            seconds = math.ceil(until.timestamp() - time.time())
    return min(max(seconds, 1), _LONGEST_WAIT)


def _lost(error, call):
    """Return the error for a failed exchange.

    `RetryLater` only where nothing can have reached JD, else `OutcomeUnknown`.
    """
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
    """Yield an exception and all that requests and urllib3 have wrapped in it."""
    seen = set()
    pending = [error]
    while pending:
        cause = pending.pop()
        if not isinstance(cause, BaseException) or id(cause) in seen:
            continue
        seen.add(id(cause))
        yield cause
        pending += [*cause.args, getattr(cause, "reason", None), cause.__context__]


# === MASKING SECRETS IN THE LOG === #

_SECRET_PARAMETER = re.compile(
    r"\b(access_token|refresh_token|client_secret|app_secret|code|sign)=[^&\s\"']*"
)


def _mask_secrets(record):
    """Mask the secrets in the addresses that urllib3 logs; keep the record."""
    message = record.getMessage()
    masked = _SECRET_PARAMETER.sub(r"\1=***", message)
    if masked != message:
        record.msg, record.args = masked, ()
    return True


logging.getLogger("urllib3.connectionpool").addFilter(_mask_secrets)
