"""One signed call through JDL's gateway, and what its answer means."""

import json
import re
from dataclasses import dataclass

from .. import clock, gateway_errors, signing
from ..api import CredentialsRefused, JdError, OutcomeUnknown
from ..gateway_errors import read_code, read_request_id
from ..transport import Request
from . import credentials
from .codes import error_for
from .fields import words
from .headers import HEADERS

_DOMAIN = "IntegratedSupplyChain"
_VERSION = "2.0"
_SUCCESS = "1000"
# Every code that JD documents for a call but that of success.
_REFUSAL = re.compile("[2-4][0-9]{3}")


@dataclass(frozen=True)
class Call:
    """One of JD's operations.

    :param question: It changes nothing at JD.
    """

    name: str
    path: str
    question: bool = False


class JdlGateway:
    """Calls in the name of one account.

    :param pin: The account; every call names it besides the token.
    """

    def __init__(self, endpoints, application, token, pin, transport):
        self._base = endpoints.gateway
        credentials.keep(self, application, token)
        self._pin = pin
        self._transport = transport

    def call(self, call, payload, read, *, number=""):
        """Send `payload` and return what `read` makes of the `data` of the answer.

        :param payload: Members that hold nothing are left out.
        :param number: The order or goods it is about, for the log.
        """
        body = _serialize({**payload, "pin": self._pin})
        request = Request(
            call=call.name,
            method="POST",
            url=self._base + call.path,
            params=self._sign(call.path, body),
            body=body,
            number=number,
            question=call.question,
            headers=HEADERS,
            is_refusal=is_refusal,
        )
        try:
            return self._transport.send(
                request, lambda answer: _open(answer, call, read)
            )
        except CredentialsRefused as error:
            _application, token = credentials.get(self)
            error.token_fingerprint = token.fingerprint
            raise

    def _sign(self, path, body):
        application, token = credentials.get(self)
        timestamp = clock.to_jd(self._transport.now())
        sign = signing.jdl_call(
            application.secret,
            algorithm=application.algorithm,
            access_token=token.access_token,
            app_key=application.key,
            path=path,
            body=body,
            timestamp=timestamp,
            version=_VERSION,
        )
        return {
            "LOP-DN": _DOMAIN,
            "access_token": token.access_token,
            "algorithm": application.algorithm,
            "app_key": application.key,
            "sign": sign,
            "timestamp": timestamp,
            "v": _VERSION,
        }


def _serialize(payload):
    """Write the body once: what is signed is what is sent.

    Pure ASCII, so that no machine on the way can read the signed text in another
    character set.
    """
    return json.dumps([_prune(payload)], separators=(",", ":")).encode("ascii")


def _prune(value):
    """Leave out what holds nothing; JD wants some objects even when they are empty."""
    if isinstance(value, dict):
        pruned = {key: _prune(member) for key, member in value.items()}
        kept = {key: member for key, member in pruned.items() if member is not None}
        return kept if kept or not value else None
    if isinstance(value, (list, tuple)):
        return [_prune(member) for member in value] or None
    return None if value == "" else value


def _open(answer, call, read):
    """Return what `read` makes of the `data` of a successful answer.

    :raise JdError: Whatever JD's code for this call stands for.
    """
    if "error_response" in answer:
        raise gateway_errors.from_answer(answer["error_response"], call=call.name)
    code = read_code(answer.get("code"))
    request_id = read_request_id(answer)
    if code == _SUCCESS:
        try:
            # Nothing at all is less than a null, which is an answer to some calls.
            return read(answer.get("data", ""))
        except JdError as error:
            error.request_id = error.request_id or request_id
            raise
    message = words(answer, "message") or "JD gave no reason"
    if not _REFUSAL.fullmatch(code):
        # Not a code of JD's calls, so that nobody knows what it stands for.
        raise OutcomeUnknown(
            f"JD's answer is not understood: {message}",
            code=code,
            call=call.name,
            request_id=request_id,
        )
    raise error_for(call.name, code, message=message, request_id=request_id)


def is_refusal(answer):
    """Tell whether an answer says no in JD's own words."""
    if "error_response" in answer:
        return gateway_errors.is_readable(answer["error_response"])
    return bool(_REFUSAL.fullmatch(read_code(answer.get("code"))))
