"""JD's codes for the kinds of orders, and the patterns of its numbers."""

import re
from itertools import chain

from ..api import OrderKind

# `orderType` of the calls for all kinds: https://open.jdl.com, unit 367, document 1552
CODES = {
    OrderKind.OUTBOUND: "XSCK",
    OrderKind.INBOUND: "CGRK",
    OrderKind.CUSTOMER_RETURN: "THRK",
    OrderKind.SUPPLIER_RETURN: "TGCK",
}
KINDS = {code: kind for kind, code in CODES.items()}

# The prefixes of JD's numbers of each kind: access guide of unit 367, documents 1571,
# 1572 (ESR of a consumer's return, EBR of a business's).
_PREFIXES = {
    OrderKind.OUTBOUND: ("ESL",),
    OrderKind.INBOUND: ("EPL",),
    OrderKind.CUSTOMER_RETURN: ("ESR", "EBR"),
    OrderKind.SUPPLIER_RETURN: ("EBS",),
}
_NUMBERS = {
    kind: re.compile(f"(?:{'|'.join(prefixes)})[0-9]{{1,30}}")
    for kind, prefixes in _PREFIXES.items()
}
_ANY_NUMBER = re.compile(
    rf"(?<![0-9A-Za-z])(?:{'|'.join(chain.from_iterable(_PREFIXES.values()))})"
    r"[0-9]{1,30}(?![0-9A-Za-z])"
)
_SUPPLIER_NUMBER = re.compile("EMS[0-9]{1,30}")
_GOODS_NUMBER = re.compile("EMG[0-9]{1,30}")


def is_order_number(kind, text):
    """Tell whether text looks like JD's number of an order of that kind."""
    return bool(_NUMBERS[kind].fullmatch(text))


def is_goods_number(text):
    """Tell whether text looks like JD's number of goods."""
    return bool(_GOODS_NUMBER.fullmatch(text))


def is_supplier_number(text):
    """Tell whether text looks like JD's number of a supplier."""
    return bool(_SUPPLIER_NUMBER.fullmatch(text))


def find_order_numbers(text):
    """Return all of JD's order numbers that occur in a text."""
    return _ANY_NUMBER.findall(text)


def get_kind_of_number(text):
    """Return the `OrderKind` of one of JD's order numbers; empty for other text."""
    return next((kind for kind in _NUMBERS if is_order_number(kind, text)), "")
