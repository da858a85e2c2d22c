"""Orders that JD does not go on with, and what it proposes."""

from .. import clock
from ..orders import INBOUND, OUTBOUND, RETURN_IN
from .common import page

KINDS = {"1": OUTBOUND, "2": INBOUND, "3": RETURN_IN}
ACCEPTED = "2"  # the stage after acceptance, which is asked for by default
SIZE = 50


def query(visit, request):
    kind = KINDS.get(request.get("orderType") or "1")
    stage = request.get("bizType") or ACCEPTED
    if request.get("ownerNo"):
        visit.department(request["ownerNo"])
    found = [
        order
        for order in visit.books.open_orders.values()
        if order.problem and order.kind == kind and stage == ACCEPTED
        if visit.account.pin in visit.books.departments[order.department_no].pins
        if _is_asked_for(order, request)
    ]
    size = request.get("pageSize") or SIZE
    rows = page(found, request.get("currentPage") or 1, size)
    return {
        "totalNum": len(found),
        "resultList": [_row(visit, order) for order in rows],
    }


def _is_asked_for(order, request):
    numbers, own = request.get("orderNoList"), request.get("erpOrderNoList")
    start, end = (
        clock.parse(request[name]) if request.get(name) else None
        for name in ("startDate", "endDate")
    )
    code = order.problem["exceptionCode"]
    return (
        request.get("ownerNo") in (None, "", order.department_no)
        and (not numbers or order.no in numbers)
        and (not own or order.erp_no in own)
        and request.get("exceptionCode") in (None, "", code)
        and (not start or start <= order.created)
        and (not end or order.created <= end)
    )


def _row(visit, order):
    return {
        "orderNo": order.no,
        "erpOrderNo": order.erp_no,
        "ownerName": visit.books.departments[order.department_no].name,
        "warehouseName": visit.books.warehouses[order.warehouse_no].name,
        "createTime": clock.text(order.created),
        # JD's sample shows the name of the kind here, not its number.
        "orderType": {OUTBOUND: "销售出库", INBOUND: "采购入库"}.get(
            order.kind, "退货入库"
        ),
        **order.problem,
    }
