"""Customer returns into a warehouse (THRK)."""

from .. import clock
from ..orders import OUTBOUND, RETURN_IN, Line
from ..stock import GOOD, Batch
from .common import (
    asks_for,
    batch_rows,
    by_level,
    find_goods,
    find_order,
    goods_of,
    lines,
    present,
    require,
    serial_rows,
    take_order,
    taken_before,
    warehouse,
)

B2B = 2
B2B_NUMBER = "EBR", 17
MODIFY = 2
NO_OUTBOUND_ORDER = "2003"
# Unknown and not mapped are not in the page of this call [U]; not open is.
WAREHOUSE_CODES = "2130", "2001", "2044"


def create(visit, request):
    _check(visit, request)
    if request.get("operationType") == MODIFY:
        return _answer(_modify(visit, request))
    shipped = _outbound_order(visit, request)
    if not shipped or request.get("bizType") == B2B:
        require(visit, request, "ownerNo")
        require(visit, request, "warehouseNo", "erpWarehouseNo")
    no = request.get("ownerNo") or shipped.department_no
    department = visit.department(no)
    erp_no = request.get("erpReturnToWarehouseNo") or ""
    before = erp_no and taken_before(visit, RETURN_IN, department, erp_no)
    if before:
        return _answer(before)
    named = request
    if not (request.get("warehouseNo") or request.get("erpWarehouseNo")):
        named = {"warehouseNo": shipped.warehouse_no}
    kept_in = warehouse(visit, department, named, WAREHOUSE_CODES)
    made = _lines(visit, department, request, shipped)
    number = B2B_NUMBER if request.get("bizType") == B2B else None
    order = take_order(
        visit, RETURN_IN, erp_no, department, kept_in.no, made, request, number=number
    )
    order.related_no = shipped.no if shipped else ""
    return _answer(order)


def query(visit, request):
    """Tell of a return; ``data`` is null when there is none."""
    order = find_order(
        visit, RETURN_IN, request, "returnToWarehouseNo", "erpReturnToWarehouseNo"
    )
    if not order:
        return None
    data = _head(visit, order)
    if asks_for(request, "returnToWarehouseDetailsFlag"):
        rows = [row for line in order.lines for row in _items(line)]
        data["returnToWarehouseDetailsList"] = rows
    if request.get("returnToWarehouseBatAttrModelFlag"):
        rows = batch_rows(visit, order, "batchQuantity")
        data["returnToWarehouseBatAttrModelList"] = rows
    if request.get("serialNoModelFlag"):
        data["serialNoModelList"] = serial_rows(order)
    return data


def _check(visit, request):
    if request.get("bizType") == B2B:
        if not request.get("cargoInfos"):
            visit.call.refuse("2005", "cargoInfos")
        require(visit, request.get("warehouseOperationRule") or {}, "receiveMode")
    pickup = request.get("pickupShipInfo") or {}
    if pickup.get("synTransPickupOrder"):
        _check_pickup(visit, request, pickup)


def _check_pickup(visit, request, pickup):
    if request.get("bizType") != B2B:
        visit.call.refuse("value", "synTransPickupOrder is for bizType 2 only")
    require(visit, pickup, "shipMainProduct")
    require(visit, pickup, "paymentType")
    require(visit, request, "sustenanceName")
    require(visit, request.get("senderInfo") or {}, "detailAddress")


def _modify(visit, request):
    order = find_order(
        visit, RETURN_IN, request, "returnToWarehouseNo", "erpReturnToWarehouseNo"
    )
    if not order or order.completed:
        visit.call.refuse("value", "no return that may still be changed")
    order.request |= request
    return order


def _outbound_order(visit, request):
    """Return the outbound order that comes back, or None if none is named."""
    related = request.get("relatedOrders")
    if not related:
        return None
    require(visit, related, "deliveryNo", "erpDeliveryNo")
    orders = visit.books.orders
    if related.get("deliveryNo"):
        order = orders.by_no.get(related["deliveryNo"])
    else:
        require(visit, request, "ownerNo")
        order = orders.by_erp_no(OUTBOUND, request["ownerNo"], related["erpDeliveryNo"])
    if not order or order.kind != OUTBOUND:
        visit.call.refuse(NO_OUTBOUND_ORDER, "relatedOrders")
    visit.department(order.department_no)
    return order


def _lines(visit, department, request, shipped):
    """Return what is announced; what an outbound order shipped may stand in."""
    asked = request.get("cargoInfos")
    if not shipped or request.get("bizType") == B2B:
        if not asked:
            visit.call.refuse("missing", "cargoInfos")
        for cargo in asked:
            require(visit, cargo, "planQuantity")
        return lines(visit, department, asked)
    left = {line.goods_no: line for line in shipped.lines}
    if not asked:
        return [_as_shipped(line, line.order_line, GOOD) for line in shipped.lines]
    filled = []
    for cargo in asked:
        goods = find_goods(visit, department, cargo)
        if goods.no not in left:
            visit.call.refuse("value", f"{goods.no} is not in {shipped.no}")
        real = left[goods.no].real or left[goods.no].plan
        filled.append({"goodsNo": goods.no, "planQuantity": real} | cargo)
    made = lines(visit, department, filled)
    for line in made:
        line.expected = left[line.goods_no].picks
    return made


def _as_shipped(line, order_line, level):
    quantity = line.plan if line.real is None else line.real
    made = Line(line.goods_no, line.erp_goods_no, order_line, level, quantity)
    made.asked_batch = Batch()
    made.expected = line.picks
    made.serials = list(line.serials)
    return made


def _answer(order):
    return present(
        {
            "returnToWarehouseNo": order.no,
            "erpReturnToWarehouseNo": order.erp_no,
            "returnWaybillNo": order.request.get("packageNo"),
        }
    )


def _head(visit, order):
    told = order.request
    shipped = visit.books.orders.by_no.get(order.related_no)
    return present(
        {
            "returnToWarehouseNo": order.no,
            "erpReturnToWarehouseNo": order.erp_no,
            "deliveryNo": order.related_no,
            "erpDeliveryNo": shipped and shipped.erp_no,
            "ownerNo": order.department_no,
            "warehouseNo": order.warehouse_no,
            "returnReason": told.get("returnReason"),
            "status": str(order.status),
            "createTime": clock.text(order.created),
            "updateTime": clock.text(order.history[-1].time),
            "createUser": order.pin,
            "packageNo": told.get("packageNo"),
            "shipperName": told.get("shipperName"),
            "senderInfo": told.get("senderInfo"),
            "channelInfo": told.get("channelInfo"),
        }
    )


def _items(line):
    """Return a row per level the goods really had; only the first carries the plan.

    Before it is done the level is the announced one: there is one level member only.
    """
    rows = []
    for index, (level, count) in enumerate(by_level(line)):
        row = {
            **goods_of(line),
            "orderLine": line.order_line,
            "goodsLevel": level,
            "planQuantity": 0 if index else line.plan,
        }
        if line.real is not None:
            row["realQuantity"] = count
        rows.append(row)
    return rows
