"""Cancelling a document of any kind, and finding it by the merchant's number."""

from .. import splitting, walk
from .common import require

CANCELLED, CANCELLING, FAILED = "0", "1", "2"
AT_ONCE = "at once"


def cancel(visit, request):
    if not request.get("orderNo"):
        require(visit, request, "ownerNo")
        require(visit, request, "erpOrderNo")
    if request.get("ownerNo") and not request["ownerNo"].startswith("EBU"):
        visit.call.refuse("2002", request["ownerNo"])
    order = _find(visit, request)
    rules = walk.RULES[order.kind]
    if order.parts and splitting.cancel(visit.sandbox, order):
        return _answer(order, CANCELLED)
    if order.parts:
        return _refuse(visit, order)
    if order.status == rules.cancelling:
        visit.call.refuse("2005", order.no)
    if order.status == rules.cancelled:
        return _answer(order, CANCELLED)
    if rules.over(order) or not rules.may_cancel(order):
        return _refuse(visit, order)
    if order.arranged.get("cancel", visit.settings.cancel) == AT_ONCE:
        walk.enter(visit.sandbox, order, rules.cancelled)
        return _answer(order, CANCELLED)
    walk.enter(visit.sandbox, order, rules.cancelling)
    return _answer(order, CANCELLING)


def find_no(visit, request):
    """Answer JD's number for the merchant's."""
    department = visit.department(request["ownerNo"])
    order = visit.books.orders.by_erp_no(
        request["orderType"], department.no, request["erpOrderNo"]
    )
    if not order:
        visit.call.refuse("2001", request["erpOrderNo"])
    return {"orderNo": order.no}


def _find(visit, request):
    orders = visit.books.orders
    if request.get("orderNo"):
        order = orders.by_no.get(request["orderNo"])
    else:
        visit.department(request["ownerNo"])
        order = orders.by_erp_no(
            request["orderType"], request["ownerNo"], request["erpOrderNo"]
        )
    if not order or order.kind != request["orderType"]:
        visit.call.refuse("2515", "no such order")
    visit.department(order.department_no)
    return order


def _refuse(visit, order):
    # Which of its two ways of refusing JD takes is not documented: settable.
    if order.kind == "CGRK" and order.completed:
        visit.call.refuse("2019", order.no)
    if visit.settings.late_cancel == "code":
        visit.call.refuse("2515", f"{order.no} is at {order.status}")
    return _answer(order, FAILED)


def _answer(order, result):
    return {"orderNo": order.no, "erpOrderNo": order.erp_no, "resultType": result}
