"""JDL's OAuth: https://open.jdl.com, access guide "authorisation"."""

import re
from urllib.parse import urlencode

from .. import clock, gateway_errors, signing
from ..api import CredentialsRefused, OutcomeUnknown, Refused, Token, TokenRefused
from ..gateway_errors import read_code, read_request_id
from ..transport import Request
from . import credentials
from .fields import words
from .headers import HEADERS

# JD does not publish the error codes of its login. By our convention these blame the
# application, all others the code or the token.
_APPLICATION_CODES = {"11", "12", "20", "21", "invalid_client", "unauthorized_client"}
# Those that blame the refresh token.
_TOKEN_CODES = {"18", "19", "invalid_grant", "invalid_token"}
# An error code is a short number, or an OAuth error that is not the server's fault.
_CODE = re.compile(
    "[0-9]{1,5}|access_denied|unsupported_grant_type"
    "|invalid_(client|grant|request|scope|token)|unauthorized_client"
)
# Success, requests to wait and failures of JD itself: none of them is a refusal.
_NO_REFUSAL = re.compile("0|200|1000|4000|429|5[0-9]{2}")
_TOKEN = re.compile("[!-~]{1,2000}")


class JdlLogin:
    """The `api.Login` of JDL."""

    def __init__(self, endpoints, application, transport):
        self._base = endpoints.oauth
        credentials.keep(self, application)
        self._transport = transport

    def authorize_url(self, redirect_uri, state):
        [application] = credentials.get(self)
        query = {
            "client_id": application.key,
            "redirect_uri": redirect_uri,
            "response_type": "code",
            "state": state,
        }
        return f"{self._base}/oauth/authorize?{urlencode(query)}"

    def exchange_code(self, code):
        [application] = credentials.get(self)
        params = {
            "code": code,
            "client_id": application.key,
            "client_secret": application.secret,
        }
        return self._ask("oauth/token", params, secret=code)

    def refresh(self, token):
        [application] = credentials.get(self)
        timestamp = clock.to_jd(self._transport.now())
        fields = {
            "app_key": application.key,
            "refresh_token": token.refresh_token,
            "timestamp": timestamp,
        }
        sign = signing.jdl_refresh(application.secret, **fields)
        try:
            return self._ask(
                "oauth/refresh", {**fields, "sign": sign}, secret=token.refresh_token
            )
        except Refused as error:
            if error.code not in _TOKEN_CODES:
                raise
            refusal = TokenRefused(
                error.message,
                code=error.code,
                call=error.call,
                request_id=error.request_id,
                trace_id=error.trace_id,
            )
        raise refusal

    def _ask(self, call, params, secret):
        """Return the token that JD gives.

        :param secret: The code or token exchanged for it. An answer may repeat it: it
            is masked in errors.
        """
        request = Request(
            call,
            "GET",
            f"{self._base}/{call}",
            params,
            headers=HEADERS,
            is_refusal=lambda answer: _read_refusal(answer, call, secret) is not None,
        )
        now = self._transport.now()
        return self._transport.send(
            request, lambda answer: _read(answer, call, now, secret)
        )


def _read(answer, call, now, secret):
    """Return the token of an answer.

    :raise JdError: JD refused.
    :raise OutcomeUnknown: It is neither a usable token nor a refusal.
    """
    # JD sends a new token's members directly, those of a renewed one inside `data`.
    data = answer.get("data")
    fields = data if isinstance(data, dict) else answer
    if not fields.get("accessToken"):
        refusal = _read_refusal(answer, call, secret)
        raise refusal or OutcomeUnknown("JD's login gave no token", call=call)
    access_token = _read_secret(fields, "accessToken")
    expires_at = _read_expiry(fields, "accessExpire")
    if not access_token or not expires_at:
        raise OutcomeUnknown("JD's token or its expiry is not readable", call=call)
    if expires_at <= now:
        raise OutcomeUnknown("JD's token has expired already", call=call)
    return Token(
        access_token=access_token,
        access_expires_at=expires_at,
        refresh_token=_read_secret(fields, "refreshToken"),
        refresh_expires_at=_read_expiry(fields, "refreshExpire"),
        account=words(fields, "sellerId"),
    )


def _read_secret(fields, name):
    """Return a token; empty where it cannot be stored or sent."""
    value = fields.get(name)
    return value if isinstance(value, str) and _TOKEN.fullmatch(value) else ""


def _read_expiry(fields, name):
    try:
        return clock.expiry_from_jd(fields.get(name))
    except ValueError:
        return None


def _read_refusal(answer, call, secret):
    """Return the error for a refusal, or None where the answer is no refusal."""
    if "error_response" in answer:
        error = gateway_errors.from_answer(answer["error_response"], call=call)
        if not isinstance(error, TokenRefused):
            return error
        # In the login it is the code or the refresh token that is refused.
        return Refused(error.message, code=error.code, call=call)
    code = read_code(answer.get("error")) or read_code(answer.get("code"))
    # The code in an answer may be that of the login, which is a secret.
    if code == secret or not _CODE.fullmatch(code) or _NO_REFUSAL.fullmatch(code):
        return None
    named = ("enMessage", "message", "msg", "error_description", "error")
    message = next(filter(None, (words(answer, name) for name in named)), "")
    error_class = CredentialsRefused if code in _APPLICATION_CODES else Refused
    return error_class(
        (message or "JD's login gave no token").replace(secret or "\0", "***"),
        code=code,
        call=call,
        request_id=read_request_id(answer),
    )
