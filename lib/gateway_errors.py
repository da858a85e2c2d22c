"""Turns refusals by JD's gateway into errors; `jdl.codes` does so for its calls.

JOS documents the codes; that JDL's gateway uses the same ones is our assumption.
"""

import re

from .api import (
    ClockRefused,
    CredentialsRefused,
    OutcomeUnknown,
    PermissionRefused,
    Refused,
    Throttled,
    TokenRefused,
)

# JD does not say how long its limit lasts: the minute is our choice.
_PAUSE_SECONDS = 60
_CODE = re.compile("[0-9A-Za-z_]{1,20}")

# https://open.jd.com, error codes of the platform
_CLASSES = {
    "2": Throttled,  # calls limited
    "4": Refused,  # version missing
    "5": Refused,  # version not supported
    "7": ClockRefused,  # time missing
    "8": ClockRefused,  # time too far from JD's
    "11": CredentialsRefused,  # signature missing
    "12": CredentialsRefused,  # signature wrong
    "14": Refused,  # method missing
    "15": Refused,  # method unknown
    "18": TokenRefused,  # token missing
    "19": TokenRefused,  # token wrong or expired
    "20": CredentialsRefused,  # application key missing
    "21": CredentialsRefused,  # application key wrong
    "24": PermissionRefused,  # the application may not use this call
    # JD gave up waiting for what stands behind its gateway, which may have done it.
    "65": OutcomeUnknown,
    "66": OutcomeUnknown,
}

_ADVICE = {
    "7": "check this server's clock",
    "8": "check this server's clock",
    "12": "check the application's secret",
    "24": "ask JD to open this call to the application",
}


def from_answer(refusal, *, call):
    """Return the error for an `error_response` of the gateway.

    :param dict refusal: The member `error_response` of the answer. Without a readable
        code, the outcome of the call is unknown.
    :param str call: JD's name of the call.
    """
    if not is_readable(refusal):
        return OutcomeUnknown("JD's gateway gave no readable error", call=call)
    code = read_code(refusal["code"])
    message = _read_words(refusal) or "JD's gateway refused the call"
    if code in _ADVICE:
        message = f"{message}: {_ADVICE[code]}"
    error_class = _CLASSES.get(code, Refused)
    extra = {"wait_seconds": _PAUSE_SECONDS} if error_class is Throttled else {}
    request_id = read_request_id(refusal)
    return error_class(message, code=code, call=call, request_id=request_id, **extra)


def is_readable(refusal):
    """Tell whether an `error_response` has an error code."""
    # In JOS, 0 is the code of success.
    return isinstance(refusal, dict) and read_code(refusal.get("code")) not in ("", "0")


def read_code(value):
    """Return a code from JD as text; empty where it is no code."""
    # To Python, a bool is an int: `true` must not become a code.
    if isinstance(value, bool) or not isinstance(value, str | int):
        return ""
    text = str(value).strip()
    return text if _CODE.fullmatch(text) else ""


def read_request_id(answer):
    """Return JD's id of a request, which has two spellings; empty without one."""
    for name in ("requestId", "requestID"):
        value = answer.get(name)
        if isinstance(value, str | int) and not isinstance(value, bool):
            return str(value)
    return ""


def _read_words(refusal):
    words = (refusal.get(name) for name in ("en_desc", "zh_desc", "msg"))
    return next((text for text in words if text and isinstance(text, str)), "")
