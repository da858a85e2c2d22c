"""Lists of what happened: level changes, counts, documents; serials in stock."""

from .. import clock
from ..stock import GOOD
from .common import listed, page, present

MAX_PAGE = 50
NOTHING = "2001"
GAIN = "1"
REASONS = ("firstLevelReason", "secondLevelReason", "thirdLevelReason")


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


def query_stock_counts(visit, request):
    """JD's own counts of all warehouses: nothing of a level, null for no count."""
    if not request["ownerNo"].startswith("EBU"):
        visit.call.refuse("2010", request["ownerNo"])
    department = visit.department(request["ownerNo"], unknown="2001")
    start, end = _period(request, "startTime", "endTime")
    numbers = listed(request.get("checkOrderNo"))
    found = [
        count
        for count in visit.books.stock_counts
        if count.department_no == department.no
        and count.gain == (request["orderType"] == GAIN)
        and (not numbers or count.no in numbers)
        and (not start or start <= count.time)
        and (not end or count.time <= end)
    ]
    if not found:
        return None
    size = request.get("pageSize") or MAX_PAGE
    rows = page(found, request.get("currentPage") or 1, size)
    return {
        "totalNum": len(found),
        "resultList": [_count(visit, count) for count in rows],
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


def _period(request, start="startDate", end="endDate"):
    given = request.get(start), request.get(end)
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


def _count(visit, count):
    day = f"{count.time.year}/{count.time.month}/{count.time.day}"
    return {
        "checkOrderNo": count.no,
        "warehouseNo": count.warehouse_no,
        "createTime": day if count.day_only else clock.text(count.time),
        "ownerNo": count.department_no,
        "details": [_counted(visit, count, each) for each in count.details],
    }


def _counted(visit, count, counted):
    goods = visit.books.goods.by_no[counted.goods_no]
    reasons = dict(zip(REASONS, count.reasons, strict=False))
    batch = {
        "lot": counted.batch.lot,
        "productionDate": counted.batch.productDate,
        "expirationDate": counted.batch.expireDate,
    }
    return {
        "goodsNo": goods.no,
        "goodsName": goods.name,
        "quantity": counted.quantity,
        **reasons,
    } | ({"batchInfos": present(batch)} if goods.batched else {})
