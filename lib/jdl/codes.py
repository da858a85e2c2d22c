"""Turns JD's business codes into errors; a code differs from call to call."""

from ..api import (
    NotFound,
    OutcomeUnknown,
    PermissionRefused,
    RefusalReason,
    Refused,
    RetryLater,
    Throttled,
)

# In every call: JD's system failed, perhaps after it carried the call out.
_SYSTEM_ERROR = "4000"

_CLASSES = {
    # https://open.jdl.com, unit 367, document 1603
    ("queryOwnerInfo", "2001"): PermissionRefused,
    # document 1602
    ("queryWarehouseInfo", "2001"): PermissionRefused,
    # document 1605
    ("queryShopInfo", "2001"): PermissionRefused,
    # document 1610
    ("queryGoodsInfo", "2007"): NotFound,
    ("queryGoodsInfo", "2020"): PermissionRefused,
    # document 1609
    ("saveGoodsInfo", "2005"): RetryLater,  # being added right now
    ("saveGoodsInfo", "2020"): PermissionRefused,
    # document 1612
    ("queryStock", "2001"): PermissionRefused,  # no such department
    ("queryStock", "2004"): PermissionRefused,
    # document 1596; a repeat is refused only where the department wants it so, and
    # then JD has the order already.
    ("addSoOrder", "2006"): PermissionRefused,
    ("addSoOrder", "2218"): OutcomeUnknown,
    # document 1632
    ("querySoOrder", "2006"): PermissionRefused,
    ("querySoOrder", "2342"): NotFound,
    # document 1552
    ("cancelOrder", "2003"): PermissionRefused,
    # document 1571
    ("queryPoOrderDetail", "2003"): PermissionRefused,
    ("queryPoOrderDetail", "2004"): PermissionRefused,
    # document 1607
    ("closePoOrder", "2005"): NotFound,
    ("closePoOrder", "2008"): PermissionRefused,
    # document 1575; an unknown number as a third party saw it
    ("queryReturnToSupplier", "3009"): PermissionRefused,
    ("queryReturnToSupplier", "3010"): NotFound,
    # document 1909
    ("queryExceptionOrderList", "3009"): PermissionRefused,
    ("queryExceptionOrderList", "3031"): PermissionRefused,
    # document 1854
    ("queryGoodsLevelChange", "3009"): PermissionRefused,
    # document 1576
    ("queryCheckStock", "2001"): PermissionRefused,  # no such department
    ("queryCheckStock", "2004"): PermissionRefused,
    ("queryCheckStock", "2005"): PermissionRefused,
}

_REASONS = {
    # document 1609
    ("saveGoodsInfo", "2003"): RefusalReason.CONTENT_CHECK,
    ("saveGoodsInfo", "2017"): RefusalReason.SHELF_LIFE,
    ("saveGoodsInfo", "2018"): RefusalReason.GOODS_NAME,
    # document 1574
    ("addRtsOrder", "2052"): RefusalReason.NOT_IN_STOCK,
}

# Seconds to wait before the same call, where JD's page names them.
_PAUSES = {
    # document 1596: busy, again after ten minutes
    ("addSoOrder", "2002"): 600,
}


def error_for(call, code, *, message, request_id):
    """Return the error for a business code other than success.

    :param str call: JD's name of the call.
    """
    fields = {"code": code, "call": call, "request_id": request_id}
    if (call, code) in _PAUSES:
        return Throttled(message, wait_seconds=_PAUSES[call, code], **fields)
    if code == _SYSTEM_ERROR:
        return OutcomeUnknown(message, **fields)
    error_class = _CLASSES.get((call, code), Refused)
    if issubclass(error_class, Refused):
        fields["reason"] = _REASONS.get((call, code), "")
    return error_class(message, **fields)
