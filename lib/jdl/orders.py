"""Orders of every kind: create, query, list, cancel and close inbound."""

from .. import clock
from ..api import (
    ORDER_PAGE_SIZE,
    PROBLEM_KINDS,
    PROBLEM_LIMIT,
    Cancellation,
    CancelResult,
    OrderKind,
    OrderProblem,
    OrderRow,
    Refused,
)
from .fields import Unreadable, moment, read_page, required, text, words
from .gateway import Call
from .inbound import INBOUND
from .kinds import CODES, is_order_number
from .limits import find_invalid
from .outbound import OUTBOUND
from .returns import CUSTOMER_RETURN, SUPPLIER_RETURN

# https://open.jdl.com, unit 367, documents 1552 and 1607
_CANCEL = Call("cancelOrder", "/integratedsupplychain/order/cancel/v1")
_CLOSE_INBOUND = Call("closePoOrder", "/integratedsupplychain/order/purchase/close/v1")
# JD's page of this call (document 1581) is not public: the member names are our
# convention, taken from similar calls of JD.
_LIST = Call(
    "queryOrderNosByPage",
    "/integratedsupplychain/order/queryordernosbypage/v1",
    question=True,
)

# document 1909
_PROBLEMS = Call(
    "queryExceptionOrderList",
    "/integratedsupplychain/order/exception/query/v1",
    question=True,
)
# Its codes of the kinds are others than those of all other calls.
_PROBLEM_CODES = dict(zip(PROBLEM_KINDS, ("1", "2", "3"), strict=True))

_FAMILIES = {
    OrderKind.INBOUND: INBOUND,
    OrderKind.OUTBOUND: OUTBOUND,
    OrderKind.CUSTOMER_RETURN: CUSTOMER_RETURN,
    OrderKind.SUPPLIER_RETURN: SUPPLIER_RETURN,
}

_CANCEL_RESULTS = {
    "0": CancelResult.CANCELLED,
    "1": CancelResult.CANCELLING,
    "2": CancelResult.FAILED,
}
# JD may also refuse with a code that means one of these results.
_CANCEL_CODES = {
    "2005": CancelResult.CANCELLING,
    "2019": CancelResult.FAILED,
    "2515": CancelResult.FAILED,
}


def get_calls(kind):
    """Return operation → `Call`, for the operations with a call for each kind."""
    family = _FAMILIES[kind]
    return {"create_order": family.create, "report": family.query}


CALLS = {
    "cancel": _CANCEL,
    "close_inbound": _CLOSE_INBOUND,
    "list_orders": _LIST,
    "order_problems": _PROBLEMS,
}


class OrderOperations:
    def create_order(self, order):
        family = _FAMILIES[order.kind]
        # Refused here, not cut: a shortened address would send the parcel elsewhere.
        for problem in find_invalid(order):
            problem.call = family.create.name
            raise problem
        return self._gateway.call(
            family.create,
            family.payload(order),
            lambda data: family.read_created(data, order),
            number=order.number,
        )

    def report(self, kind, department_no, *, number="", own_number="", with_lots=False):
        family = _FAMILIES[kind]
        return self._gateway.call(
            family.query,
            family.question(department_no, number, own_number, with_lots),
            family.read_report,
            number=own_number or number,
        )

    def list_orders(
        self, kind, department_no, since, until, *, page=1, page_size=ORDER_PAGE_SIZE
    ):
        payload = {
            "ownerNo": department_no,
            "orderType": CODES[kind],
            "startDate": clock.to_jd(since),
            "endDate": clock.to_jd(until),
            "currentPage": page,
            "pageSize": page_size,
        }
        return self._gateway.call(
            _LIST,
            payload,
            lambda data: read_page(
                data,
                lambda reading, row: _read_row(kind, department_no, row),
                page=page,
                page_size=page_size,
            ),
            number=department_no,
        )

    def order_problems(self, kind, department_no, numbers):
        payload = {
            "ownerNo": department_no,
            "orderType": _PROBLEM_CODES[kind],
            "orderNoList": list(numbers),
            "currentPage": 1,
            "pageSize": PROBLEM_LIMIT,
        }
        return self._gateway.call(
            _PROBLEMS,
            payload,
            lambda data: read_page(
                data,
                lambda reading, row: _read_problem(row),
                page_size=PROBLEM_LIMIT,
                empty_allowed=True,
            ),
            number=department_no,
        )

    def cancel(self, kind, department_no, *, number="", own_number=""):
        payload = {
            "orderType": CODES[kind],
            "ownerNo": department_no,
            "orderNo": number,
            "erpOrderNo": "" if number else own_number,
        }
        try:
            return self._gateway.call(
                _CANCEL, payload, _read_cancelled, number=own_number or number
            )
        except Refused as refusal:
            if refusal.code not in _CANCEL_CODES:
                raise
            return Cancellation(_CANCEL_CODES[refusal.code], refusal.message)

    def close_inbound(self, department_no, *, number="", own_number=""):
        payload = {
            "ownerNo": department_no,
            "purchaseNo": number,
            "erpPurchaseNo": "" if number else own_number,
        }
        self._gateway.call(
            _CLOSE_INBOUND, payload, lambda data: None, number=own_number or number
        )


def _read_row(kind, department_no, row):
    number = required(row, "orderNo")
    if not is_order_number(kind, number):
        raise Unreadable("JD's orderNo is no number of such an order")
    return OrderRow(
        kind=kind,
        number=number,
        own_number=text(row, "erpOrderNo"),
        department_no=department_no,
        warehouse_no=text(row, "warehouseNo"),
        status=text(row, "status"),
        created_at=moment(row, "createTime"),
    )


def _read_problem(row):
    told = [words(row, name) for name in ("exceptionMessage", "exceptionReason")]
    return OrderProblem(
        number=required(row, "orderNo"),
        own_number=text(row, "erpOrderNo"),
        code=text(row, "exceptionCode"),
        reason=": ".join(dict.fromkeys(filter(None, told))),
        remedy=words(row, "solution"),
        since=moment(row, "pauseTime"),
    )


def _read_cancelled(data):
    """Return the result of a cancellation.

    JD documents three results; any other is read as not cancelled yet.
    """
    result = text(data, "resultType") if isinstance(data, dict) else ""
    return Cancellation(_CANCEL_RESULTS.get(result, CancelResult.CANCELLING))
