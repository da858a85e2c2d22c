"""Goods and documents: what JD's clerks do, as commands of the control API."""

from .. import clock, receiving, splitting, walk
from ..books import get
from ..goods import YES, Goods
from ..messages import WAITING
from ..orders import (
    INBOUND,
    NUMBERS,
    OUTBOUND,
    RETURN_IN,
    RETURN_OUT,
    Line,
    Order,
)
from ..stock import GOOD, Short
from ..warehouse_work import ARRANGEMENTS, reserve
from . import register
from .office import calls
from .warehouse import count_units

QUERIES, COMMANDS = {}, {}
_query, _command = register(QUERIES), register(COMMANDS)
SHOWN = 60  # documents and pushes on the page
# What a document made by hand at JD says where nobody asked for it.
BY_HAND = {
    "channelInfo": {"salesPlatformSource": "6"},
    "customerInfo": {},
    "receiverInfo": {"name": "By hand"},
    "orderMark": "0" * 50,
    "deliveryMode": 1,
}


@_query
def orders(sandbox, kind=None, status=None, department=None, warehouse=None):
    """Every document, oldest first."""
    wanted = {"kind": kind, "status": status and int(status)}
    wanted |= {"department_no": department, "warehouse_no": warehouse}
    return [
        order_row(order)
        for order in sandbox.books.orders.by_no.values()
        if all(value in (None, getattr(order, name)) for name, value in wanted.items())
    ]


@_query
def goods_list(sandbox, department):
    """All goods of a department."""
    return [
        {"goodsNo": each.no, "erpGoodsNo": each.erp_no, "goodsName": each.name}
        | {"barcodes": each.barcodes}
        for each in sandbox.books.goods.of(department)
    ]


@_query
def messages(sandbox, order=None):
    """Every push and what became of it."""
    sent = list(sandbox.messenger.sent)
    return [each for each in sent if order in (None, each.order_no)]


@_query
def summary(sandbox):
    """What the sandbox's page shows: all that is small, the newest of what is not."""
    books = sandbox.books
    documents = list(books.orders.by_no.values())
    sent = list(sandbox.messenger.sent)
    return {
        "now": clock.text(clock.now()),
        "settings": sandbox.settings,
        "arrangedForNew": books.arranged_for_new,
        "applications": list(books.applications.values()),
        "accounts": list(books.accounts.values()),
        "departments": [
            {**vars(each), "goods": len(books.goods.of(each.no))}
            for each in books.departments.values()
        ],
        "warehouses": [
            {**vars(each), "units": count_units(books, each.no)}
            for each in books.warehouses.values()
        ],
        "orders": [_brief(order) for order in reversed(documents[-SHOWN:])],
        "orderCount": len(documents),
        "openCount": len(books.open_orders),
        "messages": sent[: -SHOWN - 1 : -1],
        "messageCount": len(sent),
        "waitingCount": sum(each.state == WAITING for each in sent),
        "faults": sandbox.faults.list,
        "pushFaults": sandbox.messenger.faults,
        "calls": calls(sandbox),
    }


@_command
def goods(sandbox, department, goods=(), count=0, prefix="SKU-"):
    """Add goods: each with erpGoodsNo and, if not plain, goodsName, barcode,
    shelfLifeDays, batch, serial (true); or ``count`` of them named ``prefix`` + number.
    Answers JD's numbers by the merchant's.
    """
    get(sandbox.books.departments, department, "department")
    wanted = list(goods) or [
        {"erpGoodsNo": f"{prefix}{number:05d}"} for number in range(1, count + 1)
    ]
    books = sandbox.books
    return {each["erpGoodsNo"]: _add_goods(books, department, each) for each in wanted}


@_command
def advance(
    sandbox,
    orders="all",
    to=None,
    steps=1,
    kind=None,
    status=None,
    department=None,
    limit=None,
):
    """Move documents ``steps`` steps on, or to status ``to`` with all steps between.

    ``orders``: "all" open ones, or a list of JD's or the merchant's numbers; ``kind``,
    ``status``, ``department`` and ``limit`` narrow it. Of "all", those that cannot go
    there stay; a named one that cannot is an error. ``to`` may leave the path: 10028
    JD cancels by itself, 10031 pulled back, 10035 rejected (then 10036 …), 500, 600.
    """
    chosen = _choose(sandbox, orders, kind, status, department)[:limit]
    moved = 0
    for order in chosen:
        if to is None:
            for _ in range(steps):
                walk.step(sandbox, order)
        else:
            try:
                walk.bring(sandbox, order, int(to))
            except ValueError:
                if orders != "all":
                    raise
                continue
        moved += 1
    return {"moved": moved}


@_command
def pass_time(sandbox, seconds):
    """Move what happened to documents so many ``seconds`` further back."""
    earlier = clock.seconds(seconds)
    for order in sandbox.books.orders.by_no.values():
        for happening in order.history:
            happening.time -= earlier
    return {"orders": len(sandbox.books.orders.by_no)}


@_command
def arrange(sandbox, orders="new", kind=None, status=None, **arranged):
    """Say how documents will go: "new" ones from now on, "all" open ones, or a list;
    ``kind`` narrows it. What can be arranged is described in warehouse_work.
    """
    unknown = set(arranged) - ARRANGEMENTS
    if unknown:
        raise ValueError(f"cannot arrange {unknown}; only {sorted(ARRANGEMENTS)}")
    if orders == "new":
        wanted = sandbox.books.arranged_for_new.setdefault(kind, {})
        wanted.update(arranged)
        return wanted
    chosen = _choose(sandbox, orders, kind, status)
    for order in chosen:
        order.arranged.update(arranged)
    return {"arranged": len(chosen)}


@_command
def problem(sandbox, order, reason="", remedy="", code="1001", message=""):
    """Have an order stand still, which queryExceptionOrderList tells of; without a
    reason, solve it. It is solved as well when the order goes on.
    """
    [found] = _choose(sandbox, [order])
    told = {
        "exceptionCode": code,
        "exceptionMessage": message,
        "exceptionReason": reason,
        "solution": remedy,
        "pauseTime": clock.text(clock.now()),
    }
    found.problem = {name: each for name, each in told.items() if each and reason}


@_command
def settle(sandbox, orders="all", agreed=True):
    """Decide the cancels that are pending."""
    pending = [
        order
        for order in _choose(sandbox, orders)
        if order.status == walk.RULES[order.kind].cancelling
    ]
    for order in pending:
        rules = walk.RULES[order.kind]
        status = rules.cancelled if agreed else rules.cancel_failed
        walk.enter(sandbox, order, status)
    return {"settled": len(pending)}


@_command
def receive(sandbox, order, parts):
    """Count a part of what comes in, before the document is done: by order line, or so
    many pieces of each.

    An inbound order must be one taken in parts. That returns are counted in parts as
    well is not documented [U]. What a part may hold is described in receiving.
    """
    found = _find_arriving(sandbox, order)
    if found.kind == INBOUND and not found.request.get("multiReceivingFlag"):
        raise ValueError(f"{found.no} is not received in parts")
    if isinstance(parts, int):
        parts = {line.order_line: min(parts, line.missing) for line in found.lines}
    receiving.receive_part(sandbox.books, found, parts)


@_command
def split(sandbox, order, shares, cancelled=True):
    """Split an outbound order into parts: ``shares`` as in ``splitting``."""
    [found] = _choose(sandbox, [order])
    return {"parts": splitting.split(sandbox, found, shares, cancelled)}


@_command
def recount(sandbox, order, line, quantity, level=""):
    """Correct the count of a part: so many of an order line did not come after all."""
    found = _find_arriving(sandbox, order)
    receiving.recount(sandbox.books, found, line, quantity, level)


def _find_arriving(sandbox, name):
    [found] = _choose(sandbox, [name])
    expected = {INBOUND: 20, RETURN_IN: 100}
    if found.status != expected.get(found.kind):
        raise ValueError(f"{found.no} was not sent to the warehouse to come in")
    return found


@_command
def make_order(sandbox, kind, department, warehouse, lines, erp_no="", pin=None):
    """Make a document by hand at JD, as a clerk would: lines of goodsNo or erpGoodsNo,
    quantity and, if not good, goodsLevel.
    """
    books = sandbox.books
    opened = get(books.departments, department, "department")
    kept_in = get(books.warehouses, warehouse, "warehouse")
    pin = pin or min(opened.pins)
    get(books.accounts, pin, "account")
    made = [_line(books, department, *row) for row in enumerate(lines, 1)]
    order = Order(
        kind,
        "",
        erp_no,
        department,
        kept_in.no,
        pin,
        "",
        dict(BY_HAND),
        made,
    )
    if kind in (OUTBOUND, RETURN_OUT):
        try:
            reserve(books, order)
        except Short as short:
            raise ValueError(str(short)) from short
    order.no = books.next_no(*NUMBERS[kind])
    walk.start(sandbox, order)
    return order_row(order)


@_command
def push_faults(sandbox, duplicate=0.0, reorder=0.0, lose=0.0, late=2.0):
    """Let a ratio of pushes arrive twice, up to ``late`` seconds late, or never."""
    faults = sandbox.messenger.faults
    values = {"duplicate": duplicate, "reorder": reorder, "lose": lose, "late": late}
    for name, value in values.items():
        setattr(faults, name, value)
    return faults


def order_row(order):
    """Return a document as the export shows it."""
    return _brief(order) | {
        "history": [
            {"status": each.status, "time": clock.text(each.time)}
            for each in order.history
        ],
        "lines": [_line_row(line) for line in order.lines],
        "parcels": order.parcels,
        "request": order.request,
    }


def _brief(order):
    return {
        "kind": order.kind,
        "orderNo": order.no,
        "erpOrderNo": order.erp_no,
        "ownerNo": order.department_no,
        "warehouseNo": order.warehouse_no,
        "pin": order.pin,
        "appKey": order.app_key,
        "status": order.status,
        "statusName": walk.RULES[order.kind].names[order.status],
        "over": walk.RULES[order.kind].over(order),
        "units": sum(line.plan for line in order.lines),
        "waybillNo": order.waybill_no,
        "asked": order.asked,
        "arranged": order.arranged,
        "createTime": clock.text(order.created),
    }


def _line_row(line):
    return {
        "goodsNo": line.goods_no,
        "erpGoodsNo": line.erp_goods_no,
        "orderLine": line.order_line,
        "goodsLevel": line.level,
        "planQuantity": line.plan,
        "realQuantity": line.real,
        "shortQuantity": line.short,
        "excessQuantity": line.over,
        "damagedQuantity": line.damaged,
        "refusedQuantity": line.refused,
        "batches": [
            {"quantity": pick.quantity, "goodsLevel": pick.level or line.level}
            | pick.batch.infos()
            for pick in line.picks
        ],
        "serialNos": line.serials,
    }


def _line(books, department, number, row):
    found = books.goods.find(department, row.get("goodsNo"), row.get("erpGoodsNo"))
    level = row.get("goodsLevel", GOOD)
    return Line(found.no, found.erp_no, str(number), level, row["quantity"])


def _add_goods(books, department, wanted):
    basic = {
        "erpGoodsNo": wanted["erpGoodsNo"],
        "goodsName": wanted.get("goodsName", wanted["erpGoodsNo"]),
        "barcode": wanted.get("barcode", wanted["erpGoodsNo"]),
    }
    management = {}
    if wanted.get("shelfLifeDays"):
        period = {"isShelfLifeMgmt": int(YES), "shelfLifeDays": wanted["shelfLifeDays"]}
        management["guaranteePeriod"] = period
    if wanted.get("batch"):
        management["isBatchMgmt"] = YES
    if wanted.get("serial"):
        management["serialNumber"] = {"isSerialNumberMgmt": YES}
    groups = {"basicInfo": basic, "goodsCategory": {"thirdCategoryCode": "4159"}}
    if management:
        groups["management"] = management
    made = Goods(books.next_no("EMG"), wanted["erpGoodsNo"], department, groups)
    books.goods.add(made)
    return made.no


def _choose(sandbox, orders, kind=None, status=None, department=None):
    books = sandbox.books
    if orders == "all":
        chosen = list(books.open_orders.values())
    else:
        names = [orders] if isinstance(orders, str) else orders
        chosen = [order for name in names for order in _named(books, name)]
    return [
        order
        for order in chosen
        if kind in (None, order.kind)
        and status in (None, order.status)
        and department in (None, order.department_no)
    ]


def _named(books, name):
    found = books.orders.named(name)
    if not found:
        raise ValueError(f"no order {name}")
    return found
