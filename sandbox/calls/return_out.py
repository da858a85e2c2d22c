"""Returns to a supplier (TGCK)."""

from .. import clock
from ..errors import Refusal
from ..orders import RETURN_OUT
from ..stock import Short
from ..warehouse_work import reserve
from .common import (
    SHORT_STOCK,
    asks_for,
    batch_rows,
    find_order,
    goods_of,
    lines,
    present,
    require,
    serial_rows,
    take_order,
    warehouse,
)
from .suppliers import check_supplier

JD_DELIVERS = (2, 3, 7)
ADDRESS = ("name", "phone", "province", "city", "county", "town", "detailAddress")
NOT_FOUND = "3010"


def create(visit, request):
    department = visit.department(request["ownerNo"])
    erp_no = request["erpReturnToSupplierNo"]
    before = visit.books.orders.by_erp_no(RETURN_OUT, department.no, erp_no)
    if before:
        before.asked += 1
        return _answer(before)
    _check(visit, request)
    check_supplier(visit, department, request)
    kept_in = warehouse(visit, department, request)
    made = lines(visit, department, request["cargoInfos"])
    _check_levels(visit, made)
    order = take_order(
        visit,
        RETURN_OUT,
        erp_no,
        department,
        kept_in.no,
        made,
        request,
        before_start=lambda order: _reserve(visit, order),
    )
    return _answer(order)


def query(visit, request):
    order = find_order(
        visit, RETURN_OUT, request, "returnToSupplierNo", "erpReturnToSupplierNo"
    )
    if not order:
        visit.call.refuse(NOT_FOUND, "no such order")
    data = _head(visit, order)
    if asks_for(request, "returnToSupplierDetailFlag"):
        rows = [_item(visit, line) for line in order.lines]
        data["returnToSupplierDetailList"] = rows
    if request.get("returnToSupplierBatchFlag"):
        rows = batch_rows(visit, order, "realQuantity")
        data["returnToSupplierBatchList"] = rows
    if request.get("serialNoModelFlag"):
        data["serialNoModelList"] = serial_rows(order)
    return data


def _check(visit, request):
    if request["deliveryMode"] in JD_DELIVERS:
        for name in ADDRESS:
            require(visit, request.get("receiverInfo") or {}, name)


def _check_levels(visit, made):
    levels = {}
    for line in made:
        if levels.setdefault(line.goods_no, line.level) != line.level:
            visit.call.refuse("2010", line.goods_no)


def _reserve(visit, order):
    rule = order.request.get("warehouseOperationRule") or {}
    lack_allowed = rule.get("isShortage", 1) == 1
    try:
        reserve(visit.books, order, lack_allowed)
    except Short as short:
        raise Refusal(SHORT_STOCK, f"not enough stock: {short}") from short
    if not any(line.picks for line in order.lines):
        visit.call.refuse(SHORT_STOCK, "nothing in stock")


def _answer(order):
    return {"returnToSupplierNo": order.no, "erpReturnToSupplierNo": order.erp_no}


def _head(visit, order):
    told = order.request
    return present(
        {
            **_answer(order),
            "ownerNo": order.department_no,
            "warehouseNo": order.warehouse_no,
            "deliveryMode": str(told["deliveryMode"]),
            "supplierNo": told.get("supplierNo"),
            "status": str(order.status),
            "operatorTime": clock.text(order.history[-1].time),
            "operatorUser": "sandbox",
            "remark": told.get("remark"),
            "receiverInfo": told.get("receiverInfo"),
        }
    )


def _item(visit, line):
    row = {
        **goods_of(line),
        "goodsName": visit.books.goods.by_no[line.goods_no].name,
        "planQuantity": line.plan,
        "goodsLevel": line.level,
        "orderLine": line.order_line,
    }
    if line.real is not None and line.reported:
        row["realQuantity"] = line.real
    return row
