"""The maximum lengths of members of an order, checked before it is sent.

Longer values are reported, never cut. The lengths are from JD's pages of the calls:
https://open.jdl.com, unit 367, documents 1596, 1572, 1574 and 1609. The page of
addPoOrder (1559) is not public: its lengths are those of similar calls. Our own numbers
are limited by cancelOrder (1552).
"""

import re

from ..api import Invalid, OrderKind

_OWN_NUMBER = 50
_LINE = {"line": 50}
_RECEIVER = {
    "name": 20,
    "mobile": 30,
    "phone": 30,
    "email": 100,
    "postcode": 20,
    **dict.fromkeys(("province", "city", "county", "town", "detail"), 100),
}
_SUPPLIER_RECEIVER = {
    "name": 100,
    "mobile": 100,  # sent as the phone number where there is none
    "phone": 100,
    "email": 50,
    **dict.fromkeys(("province", "city", "county", "town"), 100),
    "detail": 200,
}
_SENDER = {"name": 50, "mobile": 50, "phone": 50, "detail": 200}

# Kind of order → member → length; addresses and lines have their own tables.
LIMITS = {
    OrderKind.OUTBOUND: {
        "number": _OWN_NUMBER,
        "platform_number": 200,
        "waybill": 200,
        "buyer_remark": 500,
        "remark": 200,
        "receiver": _RECEIVER,
        "lines": {**_LINE, "lot": 50},
    },
    OrderKind.INBOUND: {
        "number": _OWN_NUMBER,
        "waybill": 200,
        "remark": 200,
        "lines": {**_LINE, "lot": 50},
    },
    OrderKind.CUSTOMER_RETURN: {
        "number": _OWN_NUMBER,
        "waybill": 200,
        "words": 400,
        "remark": 100,
        "sender": _SENDER,
        "lines": {**_LINE, "lot": 100},
    },
    OrderKind.SUPPLIER_RETURN: {
        "number": _OWN_NUMBER,
        "supplier_no": 50,
        "remark": 200,
        "receiver": _SUPPLIER_RECEIVER,
        "lines": {**_LINE, "lot": 50},
    },
}
# Refused by addRtwOrder with the code 2001.
_CHINESE = re.compile("[\u3000-\u9fff\uf900-\ufaff\uff00-\uffef]")


def find_invalid(order):
    """Return an `Invalid` for each member of an order that JD would refuse.

    :param lib.api.Order order:
    :rtype: list[Invalid]
    """
    limits = dict(LIMITS[order.kind])
    line_limits = limits.pop("lines")
    found = list(_check(order, limits, ""))
    for position, line in enumerate(order.lines):
        found += _check_line(line, line_limits, f"lines[{position}].")
    if order.kind == OrderKind.CUSTOMER_RETURN and _CHINESE.search(order.waybill):
        found.append(
            Invalid("JD accepts no Chinese characters in waybills", member="waybill")
        )
    return found


def _check(record, limits, prefix):
    for member, limit in limits.items():
        value = getattr(record, member)
        if isinstance(limit, dict):
            if value is not None:
                yield from _check(value, limit, f"{prefix}{member}.")
        elif len(value) > limit:
            yield _too_long(f"{prefix}{member}", limit)


def _check_line(line, limits, prefix):
    yield from _check(line, {"line": limits["line"]}, prefix)
    if line.lot and len(line.lot.number) > limits["lot"]:
        yield _too_long(f"{prefix}lot", limits["lot"])
    if line.quantity <= 0:
        yield Invalid("JD accepts whole pieces above zero", member=f"{prefix}quantity")


def _too_long(member, limit):
    return Invalid(
        f"JD accepts at most {limit} characters of {member}", member=member, limit=limit
    )
