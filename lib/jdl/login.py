"""JDL's OAuth: https://open.jdl.com, access guide "authorisation"."""

from urllib.parse import urlencode

from .. import clock, gateway_errors, signing
from ..api import CredentialsRefused, OutcomeUnknown, Refused, Token, TokenRefused
from ..transport import Request
from .headers import HEADERS

# JD does not publish how its login refuses; what names the application rather than
# the code or the token is told apart by these, our own convention.
_APPLICATION_CODES = {"11", "12", "20", "21", "invalid_client", "unauthorized_client"}


class JdlLogin:
    def __init__(self, endpoints, application, transport):
        self._base = endpoints.oauth
        self._application = application
        self._transport = transport

    def authorize_url(self, redirect_uri, state):
        query = {
            "client_id": self._application.key,
            "redirect_uri": redirect_uri,
            "response_type": "code",
            "state": state,
        }
        return f"{self._base}/oauth/authorize?{urlencode(query)}"

    def exchange_code(self, code):
        params = {
            "code": code,
            "client_id": self._application.key,
            "client_secret": self._application.secret,
        }
        return self._ask("oauth/token", params)

    def refresh(self, token):
        timestamp = clock.to_jd(self._transport.now())
        fields = {
            "app_key": self._application.key,
            "refresh_token": token.refresh_token,
            "timestamp": timestamp,
        }
        sign = signing.jdl_refresh(self._application.secret, **fields)
        return self._ask("oauth/refresh", {**fields, "sign": sign})

    def _ask(self, call, params):
        request = Request(call, "GET", f"{self._base}/{call}", params, headers=HEADERS)
        return self._transport.send(request, lambda answer: _read(answer, call))


def _read(answer, call):
    """Read a token: flat when a code is exchanged, in an envelope when renewed."""
    data = answer.get("data")
    fields = data if isinstance(data, dict) else answer
    if not fields.get("accessToken"):
        raise _refusal(answer, call)
    try:
        return Token(
            access_token=str(fields["accessToken"]),
            access_expires_at=clock.from_jd(fields["accessExpire"]),
            refresh_token=str(fields.get("refreshToken") or ""),
            refresh_expires_at=_time_or_none(fields.get("refreshExpire")),
            account=str(fields.get("sellerId") or ""),
        )
    except (KeyError, TypeError, ValueError):
        raise OutcomeUnknown("JD's token has no readable expiry", call=call) from None


def _time_or_none(text):
    return clock.from_jd(text) if text else None


def _refusal(answer, call):
    if isinstance(answer.get("error_response"), dict):
        error = gateway_errors.from_answer(answer["error_response"], call=call)
        if not isinstance(error, TokenRefused):
            return error
        # Here it is the login's code or the refresh token that is no good.
        return Refused(error.message, code=error.code, call=call)
    code = str(answer.get("code") or answer.get("error") or "")
    words = ("enMessage", "message", "msg", "error_description", "error")
    message = next((str(answer[key]) for key in words if answer.get(key)), "")
    error_class = CredentialsRefused if code in _APPLICATION_CODES else Refused
    return error_class(message or "JD's login gave no token", code=code, call=call)
