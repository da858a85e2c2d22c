"""JD's codes for the kinds of orders: `orderType` of the calls for all kinds."""

from ..api import OrderKind

# https://open.jdl.com, unit 367, document 1552
CODES = {
    OrderKind.OUTBOUND: "XSCK",
    OrderKind.INBOUND: "CGRK",
    OrderKind.CUSTOMER_RETURN: "THRK",
    OrderKind.SUPPLIER_RETURN: "TGCK",
}
KINDS = {code: kind for kind, code in CODES.items()}
