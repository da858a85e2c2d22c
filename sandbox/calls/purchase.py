"""Purchase inbound orders (CGRK).

The page of ``addPoOrder`` v2 is not public: what it takes is our convention [U],
written down in ``facts.json`` after the answer of its query and the older protocol.
"""

from .. import receiving, walk
from ..orders import INBOUND
from .common import (
    asks_for,
    batch_rows,
    by_level,
    check_order_lines,
    find_goods,
    find_order,
    goods_of,
    lines,
    present,
    require,
    serial_rows,
    take_order,
    taken_before,
    times,
    warehouse,
)
from .suppliers import check_supplier

SENT, DONE = 20, 70
NO_SUCH_ORDER, NOT_IN_PARTS, NOT_SENT_YET = "2005", "2007", "2009"


def create(visit, request):
    department = visit.department(request["ownerNo"])
    before = taken_before(visit, INBOUND, department, request["erpPurchaseNo"])
    if before:
        return _answer(before)
    check_supplier(visit, department, request)
    kept_in = warehouse(visit, department, request["warehouseInfo"])
    made = lines(visit, department, request["cargoInfos"])
    order = take_order(
        visit, INBOUND, request["erpPurchaseNo"], department, kept_in.no, made, request
    )
    return _answer(order)


def query(visit, request):
    """Tell of an order; ``data`` is null when there is none."""
    _check_numbers(visit, request, "2001")
    order = find_order(visit, INBOUND, request, "purchaseNo", "erpPurchaseNo")
    if not order or request.get("batchPurchaseNo"):
        return None
    data = _head(visit, order)
    done = order.completed and order.status == DONE
    if asks_for(request, "purchaseItemFlag"):
        data["purchaseItemModelList"] = [
            row for line in order.lines for row in _items(line)
        ]
        if done:
            data["purchaseItemModelDiffList"] = _differences(visit, order)
    if request.get("purchaseBatAttrFlag"):
        data["purchaseBatAttrModelList"] = batch_rows(visit, order, "batchQty")
    if request.get("purchaseItemRejectFlag"):
        data["purchaseItemRejectList"] = _rejected(order) if done else []
    if request.get("serialNoModelFlag"):
        data["serialNoModelList"] = serial_rows(order)
    return data


def close(visit, request):
    """End an order that is received in parts; what did not come counts as short."""
    _check_numbers(visit, request, "2002")
    order = find_order(visit, INBOUND, request, "purchaseNo", "erpPurchaseNo")
    if not order:
        visit.call.refuse(NO_SUCH_ORDER, "no such order")
    if not order.request.get("multiReceivingFlag"):
        visit.call.refuse(NOT_IN_PARTS, order.no)
    if order.status < SENT:
        visit.call.refuse(NOT_SENT_YET, order.no)
    if not walk.RULES[INBOUND].over(order):
        receiving.close(order)
        walk.enter(visit.sandbox, order, DONE)


def update(visit, request):
    """Change the planned quantity of lines, as long as nothing was received [U]."""
    department = visit.department(request["ownerNo"])
    order = find_order(visit, INBOUND, request, "purchaseNo", "erpPurchaseNo")
    if not order:
        visit.call.refuse("4000", "no such order")
    if order.status > SENT or any(line.real for line in order.lines):
        visit.call.refuse("4000", f"{order.no} is at {order.status}")
    by_no = {line.order_line: line for line in order.lines}
    check_order_lines(visit, request["goodsDetailRequestList"])
    changes = []
    for asked in request["goodsDetailRequestList"]:
        require(visit, asked, "goodsNo", "erpGoodsNo")
        goods, line = (
            find_goods(visit, department, asked),
            by_no.get(asked["orderLine"]),
        )
        if not line or line.goods_no != goods.no:
            visit.call.refuse("value", f"line {asked['orderLine']}")
        changes.append((line, asked))
    for line, asked in changes:
        line.plan, line.level = asked["planQuantity"], asked["goodsLevel"]


def _answer(order):
    return {"purchaseNo": order.no, "erpPurchaseNo": order.erp_no}


def _check_numbers(visit, request, code):
    if not (request.get("purchaseNo") or "EPL").startswith("EPL"):
        visit.call.refuse(code, request["purchaseNo"])
    if not (request.get("ownerNo") or "EBU").startswith("EBU"):
        visit.call.refuse("2002", request["ownerNo"])


def _head(visit, order):
    return present(
        {
            "purchaseNo": order.no,
            "erpPurchaseNo": order.erp_no,
            "ownerNo": order.department_no,
            "warehouseNo": order.warehouse_no,
            "erpWarehouseNo": visit.books.warehouses[order.warehouse_no].erp_no,
            "supplierNo": order.request.get("supplierNo"),
            "createUser": order.pin,
            "purchaseOrderStatus": str(order.status),
            **times(order),
        }
    )


def _items(line):
    """Return a row per level the goods really had; only the first carries the plan.

    That damaged goods are told in a row of their own is our reading [U].
    """
    rows = []
    for index, (level, count) in enumerate(by_level(line)):
        row = {
            **goods_of(line),
            "orderLine": line.order_line,
            "goodsLevel": line.level,
            "planQuantity": 0 if index else line.plan,
            "goodsPrice": line.price,
        }
        if line.real is not None:
            row |= {"realGoodsLevel": level, "realQuantity": count}
        rows.append(present(row))
    return rows


def _differences(visit, order):
    """Return a row per goods that did not come as planned, wrong goods among them."""
    rows = []
    for line in order.lines:
        if line.short or line.over or line.damaged or line.refused:
            counts = {"shortQuantity": line.short, "excessQuantity": line.over}
            counts |= {"damagedQuantity": line.damaged, "otherQuantity": line.refused}
            told = {**goods_of(line), "diffQuantity": line.real - line.plan}
            rows.append({**told, **counts})
    for extra in order.wrong:
        goods = visit.books.goods.by_no.get(extra["goodsNo"])
        rows.append(
            {
                "goodsNo": extra["goodsNo"],
                "erpGoodsNo": goods.erp_no if goods else "",
                "diffQuantity": extra["quantity"],
                "errorQuantity": extra["quantity"],
                "diffRemark": "not on the order, sent away",
            }
        )
    return rows


def _rejected(order):
    rows = [
        (line.goods_no, line.level, line.refused, "refused at receipt")
        for line in order.lines
        if line.refused
    ]
    rows += [
        (extra["goodsNo"], "100", extra["quantity"], "not on the order")
        for extra in order.wrong
    ]
    names = ("goodsNo", "goodsLevel", "rejectQuantity", "rejectReason")
    return [dict(zip(names, row, strict=True)) for row in rows]
