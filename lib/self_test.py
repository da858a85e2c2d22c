"""Posts a test message to our own address, as JD would."""

import json

import requests
from urllib3.exceptions import HTTPError, ReadTimeoutError

from .transport import TimedAdapter

# JD waits longer; a person waits for this answer, and a worker of Odoo with them.
_CONNECT_TIMEOUT, _READ_TIMEOUT, _TOTAL_TIME = 5, 10, 15
_MAX_ANSWER_BYTES = 64 * 1024


class PostFailure:
    """Why a test message did not get as far as an answer."""

    UNREACHABLE = "unreachable"
    CERTIFICATE = "certificate"
    TIMEOUT = "timeout"


class PostFailed(Exception):
    """A test message got no answer.

    :param reason: One of `PostFailure`.
    """

    def __init__(self, reason):
        super().__init__(reason)
        self.reason = reason


def post(url, posted):
    """Post a test message; return the HTTP status and the JSON object of the answer.

    The object is empty where the answer is none. Redirects are not followed.

    :param url: The address that JD posts to.
    :param PostedMessage posted: As `api.Messages.make_test` returns it.
    :raise PostFailed: There was no answer in time.
    """
    with requests.Session() as session:
        session.trust_env = False  # as in `transport.Transport`
        session.headers["Accept-Encoding"] = "identity"
        adapter = TimedAdapter((_CONNECT_TIMEOUT, _READ_TIMEOUT), _TOTAL_TIME, 1)
        session.mount("https://", adapter)
        session.mount("http://", adapter)
        try:
            with session.post(
                url,
                params=posted.query,
                data=posted.form or posted.body,
                headers={} if posted.form else {"Content-Type": "application/json"},
                stream=True,
                allow_redirects=False,
            ) as response:
                body = response.raw.read(_MAX_ANSWER_BYTES)
                return response.status_code, _read_object(body)
        except (requests.RequestException, HTTPError, OSError) as error:
            # Without its cause, whose text may have the address with its secret part.
            raise PostFailed(_get_reason(error)) from None


def _read_object(body):
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return answer if isinstance(answer, dict) else {}


def _get_reason(error):
    if isinstance(error, requests.exceptions.SSLError):
        return PostFailure.CERTIFICATE
    if isinstance(error, requests.Timeout | ReadTimeoutError | TimeoutError):
        return PostFailure.TIMEOUT
    return PostFailure.UNREACHABLE
