"""What JD's business codes mean, which differs from call to call."""

from ..api import OutcomeUnknown, PermissionRefused, Refused, Throttled

# In every call: JD's system failed, and does not say before or after the work.
_SYSTEM_ERROR = "4000"

_CLASSES = {
    # https://open.jdl.com, unit 367, document 1603
    ("queryOwnerInfo", "2001"): PermissionRefused,
    # document 1602
    ("queryWarehouseInfo", "2001"): PermissionRefused,
    # document 1605
    ("queryShopInfo", "2001"): PermissionRefused,
}

# How long to leave the call alone, where JD says so.
_PAUSES = {}


def error_for(call, code, *, message, request_id):
    """Return the error of an answer that is not a success."""
    fields = {"code": code, "call": call, "request_id": request_id}
    if (call, code) in _PAUSES:
        return Throttled(message, wait_seconds=_PAUSES[call, code], **fields)
    if code == _SYSTEM_ERROR:
        return OutcomeUnknown(message, **fields)
    return _CLASSES.get((call, code), Refused)(message, **fields)
