"""One signed call through JDL's gateway, and what its answer means."""

import json
from dataclasses import dataclass

from .. import clock, gateway_errors, signing
from ..api import OutcomeUnknown
from ..transport import Request
from .codes import error_for
from .headers import HEADERS

_DOMAIN = "IntegratedSupplyChain"
_VERSION = "2.0"
_SUCCESS = "1000"


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
        self._application = application
        self._token = token
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
        )
        return self._transport.send(request, lambda answer: read(_open(answer, call)))

    def _sign(self, path, body):
        application = self._application
        timestamp = clock.to_jd(self._transport.now())
        sign = signing.jdl_call(
            application.secret,
            algorithm=application.algorithm,
            access_token=self._token.access_token,
            app_key=application.key,
            path=path,
            body=body,
            timestamp=timestamp,
            version=_VERSION,
        )
        return {
            "LOP-DN": _DOMAIN,
            "access_token": self._token.access_token,
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


def _open(answer, call):
    """Return the `data` of a successful answer.

    :raise JdError: Whatever JD's code for this call stands for.
    """
    refusal = answer.get("error_response")
    if isinstance(refusal, dict):
        raise gateway_errors.from_answer(refusal, call=call.name)
    if "code" not in answer:
        raise OutcomeUnknown("JD's answer carries no code", call=call.name)
    code = str(answer["code"])
    if code == _SUCCESS:
        return answer.get("data")
    raise error_for(
        call.name,
        code,
        message=str(answer.get("message") or "JD gave no reason"),
        request_id=str(answer.get("requestId") or answer.get("requestID") or ""),
    )
