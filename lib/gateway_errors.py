"""The gateway's own refusals, told apart from those of the warehouse behind it.

JOS documents the numbers; that JDL's gateway uses the same ones is our assumption.
"""

from .api import (
    CredentialsRefused,
    OutcomeUnknown,
    PermissionRefused,
    Refused,
    RetryLater,
    Throttled,
    TokenRefused,
)

_PAUSE_SECONDS = 60

# https://open.jd.com, error codes of the platform
_CLASSES = {
    "2": Throttled,  # calls limited
    "4": Refused,  # version missing
    "5": Refused,  # version not supported
    "7": RetryLater,  # time missing
    "8": RetryLater,  # time too far from JD's
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
    """Return the error that a gateway's `error_response` stands for.

    :param refusal: The member `error_response` of the answer.
    """
    code = str(refusal.get("code", ""))
    words = [str(refusal.get(key) or "") for key in ("en_desc", "zh_desc", "msg")]
    message = next(filter(None, words), "JD's gateway refused the call")
    if code in _ADVICE:
        message = f"{message}: {_ADVICE[code]}"
    error_class = _CLASSES.get(code, Refused)
    extra = {"wait_seconds": _PAUSE_SECONDS} if error_class is Throttled else {}
    request_id = str(refusal.get("requestId") or refusal.get("requestID") or "")
    return error_class(message, code=code, call=call, request_id=request_id, **extra)
