"""Makes signed calls to JDL's gateway and reads the envelope of the answers."""

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
# All codes that JD documents for its calls, except success.
_REFUSAL = re.compile("[2-4][0-9]{3}")


@dataclass(frozen=True)
class Call:
    """A call of JDL's gateway.

    :param path: The part of the address after the host.
    :param question: Whether it only reads: it may be repeated.
    """

    name: str
    path: str
    question: bool = False


class JdlGateway:
    """Makes calls for one JD account.

    :param pin: The account; JD requires it in every call, besides the token.
    """

    def __init__(self, endpoints, application, token, pin, transport):
        self._base = endpoints.gateway
        credentials.keep(self, application, token)
        self._pin = pin
        self._transport = transport

    def call(self, call, payload, read, *, number=""):
        """Send `payload` and return the `data` of the answer as read by `read`.

        :param dict payload: Empty members are left out.
        :param read: Function of `data`; returns the result or raises a `JdError`.
        :param number: The order or goods it is about, for the log.
        :raise JdError: JD did not answer with success.
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
            # The caller expires the login only if it still uses this token.
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
    """Return the body as bytes; these very bytes are signed and sent."""
    # JD expects the parameters in a list. ASCII: a proxy cannot re-encode it, which
    # would break the signature.
    return json.dumps([_prune(payload)], separators=(",", ":")).encode("ascii")


def _prune(value):
    """Return a value without its empty members; None where nothing is left."""
    if isinstance(value, dict):
        pruned = {key: _prune(member) for key, member in value.items()}
        kept = {key: member for key, member in pruned.items() if member is not None}
        # An object given as empty stays: JD requires some of those.
        return kept if kept or not value else None
    if isinstance(value, (list, tuple)):
        return [_prune(member) for member in value] or None
    return None if value == "" else value


def _open(answer, call, read):
    """Return the `data` of a successful answer as read by `read`.

    :raise JdError: The error for JD's code in this call.
    """
    if "error_response" in answer:
        raise gateway_errors.from_answer(answer["error_response"], call=call.name)
    code = read_code(answer.get("code"))
    request_id = read_request_id(answer)
    if code == _SUCCESS:
        try:
            # Missing is not null: null is a valid answer to some calls.
            return read(answer.get("data", ""))
        except JdError as error:
            error.request_id = error.request_id or request_id
            raise
    message = words(answer, "message") or "JD gave no reason"
    if not _REFUSAL.fullmatch(code):
        # No code that JD documents for calls: it may have been carried out.
        raise OutcomeUnknown(
            f"JD's answer is not understood: {message}",
            code=code,
            call=call.name,
            request_id=request_id,
        )
    raise error_for(call.name, code, message=message, request_id=request_id)


def is_refusal(answer):
    """Tell whether an answer is a refusal in JD's own format."""
    if "error_response" in answer:
        return gateway_errors.is_readable(answer["error_response"])
    return bool(_REFUSAL.fullmatch(read_code(answer.get("code"))))
