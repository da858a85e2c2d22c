"""Lists of what happened: level changes, documents of a period, serials in stock."""

from .. import clock
from ..stock import GOOD
from .common import page

MAX_PAGE = 50
NOTHING = "2001"


def query_level_changes(visit, request):
    department = visit.department(request["ownerNo"])
    start, end = _period(request)
    numbers = request.get("orderNoList")
    size = request.get("pageSize") or MAX_PAGE
    found = [
        change
        for change in visit.books.level_changes
        if change.department_no == department.no
        and (not numbers or change.no in numbers)
        and request.get("preChangeLevel") in (None, "", change.before)
        and request.get("changedLevel") in (None, "", change.after)
        and (not start or start <= change.time)
        and (not end or change.time <= end)
    ]
    rows = page(found, request.get("currentPage") or 1, size)
    return {
        "totalNum": len(found),
        "resultList": [_change(visit, change) for change in rows],
    }


def query_order_numbers(visit, request):
    """The page of this call is not public: our convention [U], in ``facts.json``."""
    department = visit.department(request["ownerNo"])
    start, end = _period(request)
    found = [
        order
        for order in visit.books.orders.by_no.values()
        if order.kind == request["orderType"]
        and order.department_no == department.no
        and request.get("warehouseNo") in (None, "", order.warehouse_no)
        and request.get("status") in (None, "", str(order.status))
        and start <= order.created <= end
    ]
    rows = page(found, request["currentPage"], request["pageSize"])
    return {
        "totalNum": len(found),
        "resultList": [
            {
                "orderNo": order.no,
                "erpOrderNo": order.erp_no,
                "warehouseNo": order.warehouse_no,
                "status": str(order.status),
                "createTime": clock.text(order.created),
            }
            for order in rows
        ],
    }


def query_serials(visit, request):
    """The serial numbers of a goods that lie in any warehouse."""
    goods = visit.books.goods.by_no.get(request["goodsNo"])
    if not goods:
        visit.call.refuse(NOTHING, request["goodsNo"])
    visit.department(goods.department_no)
    serials = [
        serial
        for each in visit.books.warehouses_of(goods.department_no)
        for row in visit.books.stock.batches(each.no, goods.no, GOOD).values()
        for serial in row.serials
    ]
    if not serials:
        visit.call.refuse(NOTHING, goods.no)
    current, size = request["currentPage"], request["pageSize"]
    paging = {"totalNum": len(serials), "currentPage": current, "pageSize": size}
    return {**paging, "serialNos": page(serials, current, size)}


def _period(request):
    given = request.get("startDate"), request.get("endDate")
    return [clock.parse(value) if value else None for value in given]


def _change(visit, change):
    goods = visit.books.goods.by_no[change.goods_no]
    return {
        "ownerNo": change.department_no,
        "warehouseNo": change.warehouse_no,
        "orderNo": change.no,
        "createTime": clock.text(change.time),
        "details": [
            {
                "goodsNo": goods.no,
                "erpGoodsNo": goods.erp_no,
                "goodsName": goods.name,
                "preChangeLevel": change.before,
                "changedLevel": change.after,
                "quantity": change.quantity,
                "firstReason": change.reason,
            }
        ],
    }
