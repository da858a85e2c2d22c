"""The one place that sends anything to JD."""

import json
import logging
import re
import ssl
import time
from dataclasses import dataclass, field
from http.cookiejar import DefaultCookiePolicy

import requests
from requests.adapters import HTTPAdapter
from urllib3.exceptions import NewConnectionError

from .api import JdError, OutcomeUnknown, RetryLater, Throttled
from .clock import utc_now

_logger = logging.getLogger(__name__)

# JD documents answers within 5, 8 and 10 seconds, depending on the call.
READ_TIMEOUT = 15
CONNECT_TIMEOUT = 5
MAX_ANSWER_BYTES = 16 * 1024 * 1024
_CHUNK_BYTES = 64 * 1024
_TOO_MANY_REQUESTS_WAIT = 60


@dataclass(frozen=True)
class Request:
    """One call as it goes over the wire.

    :param call: The name of the operation in JD's documents.
    :param headers: What the protocol sends with it.
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


class Transport:
    """Pooled connections to JD, safe to share between threads, not between processes.

    Nothing is taken from the environment: a proxy variable or a `.netrc` meant for
    another program must not see or alter what is signed. A site that reaches JD
    through a proxy names it.

    :param pool_size: The most calls that are under way at once.
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
        adapter = _TimedAdapter((connect_timeout, read_timeout), pool_size)
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
            outcome = f"{type(error).__name__} {error.code}".strip()
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
            return read(self._exchange(request))
        except OutcomeUnknown as error:
            error.call = error.call or request.call
            if not request.question:
                raise
            raise RetryLater(
                error.message,
                code=error.code,
                call=error.call,
                request_id=error.request_id,
            ) from None

    def _exchange(self, request):
        prepared = self._session.prepare_request(
            requests.Request(
                request.method,
                request.url,
                params=request.params,
                data=request.body,
                headers=request.headers,
            )
        )
        try:
            with self._session.send(
                prepared, stream=True, allow_redirects=False
            ) as response:
                return _parse(response, self._read_body(response), request.call)
        except requests.RequestException as error:
            # The exception's own text holds the address with the token in it, so it
            # must not travel on as the cause.
            raise _lost(error, request.call) from None

    def _read_body(self, response):
        body = bytearray()
        for chunk in response.iter_content(_CHUNK_BYTES):
            body += chunk
            if len(body) > self._max_answer_bytes:
                raise OutcomeUnknown(
                    f"JD's answer is longer than {self._max_answer_bytes} bytes"
                )
        return bytes(body)


class _TimedAdapter(HTTPAdapter):
    """Sends nothing without time-outs, and nothing twice."""

    def __init__(self, timeout, pool_size):
        self._timeout = timeout
        super().__init__(
            pool_connections=4,
            pool_maxsize=pool_size,
            max_retries=0,
            pool_block=True,
        )

    def send(self, request, **kwargs):
        kwargs["timeout"] = self._timeout
        return super().send(request, **kwargs)


# === WHAT CAME BACK === #


def _parse(response, body, call):
    """Return the JSON object of an answer.

    A server error says nothing about what had been done before it; a client error
    without JD's JSON comes from a machine in front of JD that let nothing through.
    """
    status = response.status_code
    if status >= 500:
        raise OutcomeUnknown(f"JD answered HTTP {status}", call=call)
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        answer = None
    if isinstance(answer, dict):
        return answer
    if status == 429:
        raise Throttled(
            "JD answered HTTP 429 (too many requests)",
            wait_seconds=_TOO_MANY_REQUESTS_WAIT,
            call=call,
        )
    if 400 <= status < 500:
        raise RetryLater(f"JD's front door answered HTTP {status}", call=call)
    raise OutcomeUnknown(
        f"JD's answer is not in its own format (HTTP {status})", call=call
    )


def _lost(error, call):
    """Say what a failed exchange means for the caller."""
    if isinstance(error, requests.ConnectTimeout):
        return RetryLater("JD did not take the connection in time", call=call)
    causes = list(_causes(error))
    if any(isinstance(cause, NewConnectionError) for cause in causes):
        return RetryLater("JD cannot be reached", call=call)
    if any(isinstance(cause, ssl.SSLCertVerificationError) for cause in causes):
        return RetryLater("JD's certificate is not trusted", call=call)
    if any(isinstance(cause, TimeoutError) for cause in causes):
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
