"""What several calls need."""

import itertools

from .. import clock, walk
from ..books import ENABLED
from ..errors import Refusal, Unknown
from ..orders import NUMBERS, Line, Order
from ..stock import GOOD, Batch

# Documented for returns to supplier, where JD checks goods and stock; that outbound
# orders are refused with the same codes is our convention [U].
FOREIGN_GOODS, SHORT_STOCK = "2025", "2052"
# addSoOrder: unknown, the merchant's code not mapped, not open.
WAREHOUSE_CODES = "2130", "2001", "2147"


def listed(value):
    """Return the values of one of JD's comma separated members."""
    return [part for part in (value or "").split(",") if part]


def present(members):
    """Drop the members JD would leave out because there is nothing to say."""
    return {name: value for name, value in members.items() if value not in (None, "")}


def page(rows, current, size):
    """Return the rows of page ``current``, which counts from 1."""
    start = (max(1, int(current)) - 1) * int(size)
    return rows[start : start + int(size)]


def require(visit, request, *names):
    """Refuse unless at least one of the members ``names`` is given."""
    if not any(request.get(name) for name in names):
        visit.call.refuse("missing", " or ".join(names))


def warehouse(visit, department, request, codes=WAREHOUSE_CODES):
    """Return the open warehouse a request names by JD's number or the merchant's.

    :param codes: what this call answers for unknown, not mapped and not open
    """
    require(visit, request, "warehouseNo", "erpWarehouseNo")
    unknown, not_mapped, closed = codes
    no, erp_no = request.get("warehouseNo"), request.get("erpWarehouseNo")
    for each in visit.books.warehouses_of(department.no):
        if each.no == no or (not no and each.erp_no == erp_no):
            if each.status != ENABLED:
                visit.call.refuse(closed, each.no)
            return each
    return visit.call.refuse(unknown if no else not_mapped, no or erp_no)


def find_order(visit, kind, request, no_name, erp_name):
    """Return the newest order a query names, or None; its PIN must have the right.

    JD's number wins; the merchant's needs ``ownerNo`` with it.
    """
    require(visit, request, no_name, erp_name)
    orders = visit.books.orders
    if request.get(no_name):
        order = orders.by_no.get(request[no_name])
    else:
        require(visit, request, "ownerNo")
        visit.department(request["ownerNo"])
        order = orders.by_erp_no(kind, request["ownerNo"], request[erp_name])
    if not order or order.kind != kind:
        return None
    visit.department(order.department_no)
    return order


def asks_for(request, flag):
    """Tell whether a list that comes back by default was asked for."""
    return request.get(flag) != 0


def lines(visit, department, cargo_infos, repeated_line="value"):
    """Return the lines of a request, its goods found and its line numbers unique."""
    named = check_order_lines(visit, cargo_infos, repeated_line)
    free = (str(number) for number in itertools.count(1) if str(number) not in named)
    made = []
    for cargo in cargo_infos:
        require(visit, cargo, "goodsNo", "erpGoodsNo")
        goods = find_goods(visit, department, cargo)
        made.append(
            Line(
                goods.no,
                goods.erp_no,
                cargo.get("orderLine") or next(free),
                str(cargo.get("goodsLevel") or GOOD),
                cargo["planQuantity"],
                cargo.get("price"),
                Batch.of(cargo.get("batchInfos")),
                list(cargo.get("serialNos") or ()),
            )
        )
    return made


def check_order_lines(visit, rows, repeated="value"):
    """Return the line numbers that are given; none may be given twice.

    :param repeated: what this call answers then; only addSoOrder's page has a code for
        it, the others refuse a value [U]
    """
    named = [row["orderLine"] for row in rows if row.get("orderLine")]
    if len(named) != len(set(named)):
        visit.call.refuse(repeated, "orderLine is given twice")
    return named


def find_goods(visit, department, cargo):
    try:
        return visit.books.goods.find(
            department.no, cargo.get("goodsNo"), cargo.get("erpGoodsNo")
        )
    except Unknown as error:
        raise Refusal(FOREIGN_GOODS, str(error)) from error


def take_order(
    visit,
    kind,
    erp_no,
    department,
    warehouse_no,
    made,
    request,
    before_start=None,
    number=None,
):
    """Put a new document into the books and send it on its way.

    :param before_start: what is done with it first, and may refuse it
    :param number: how its number looks, if not as all of its kind
    """
    order = Order(
        kind,
        "",
        erp_no,
        department.no,
        warehouse_no,
        visit.account.pin,
        visit.application.key,
        request,
        made,
    )
    if before_start:
        before_start(order)
    order.no = visit.books.next_no(*(number or NUMBERS[kind]))
    walk.start(visit.sandbox, order)
    return order


def times(order):
    return present(
        {
            "createTime": clock.text(order.created),
            "completeTime": order.completed and clock.text(order.completed),
        }
    )


def taken_before(visit, kind, department, erp_no):
    """Return the order the merchant's number already made, unless it was cancelled.

    JD says only that the newest of several is told [U].
    """
    order = visit.books.orders.by_erp_no(kind, department.no, erp_no)
    if not order or order.status == walk.RULES[kind].cancelled:
        return None
    order.asked += 1
    if department.refuses_repeats:
        visit.call.refuse("2218", erp_no)
    return order


def goods_of(line):
    return {"goodsNo": line.goods_no, "erpGoodsNo": line.erp_goods_no}


def by_level(line):
    """Return (level, quantity) of what really moved, the line's own level first."""
    amounts = {line.level: 0}
    for pick in line.picks:
        level = pick.level or line.level
        amounts[level] = amounts.get(level, 0) + pick.quantity
    told = [(level, count) for level, count in amounts.items() if count]
    return told or [(line.level, 0)]


def batch_rows(visit, order, quantity_name):
    """Return what moved of each batch, for goods JD keeps batches of."""
    return [
        {
            **goods_of(line),
            "orderLine": line.order_line,
            "batchNo": pick.batch.lot,
            "goodsLevel": pick.level or line.level,
            quantity_name: pick.quantity,
            "batchInfos": pick.batch.infos(),
        }
        for line in order.lines
        if line.real is not None and line.lots_reported
        if visit.books.goods.by_no[line.goods_no].batched
        for pick in line.picks
    ]


def serial_rows(order):
    return [
        {"goodsNo": line.goods_no, "serialNos": line.serials[: line.real]}
        for line in order.lines
        if line.real is not None and line.serials
    ]
