"""What happens in the warehouse when a document reaches a status.

How it shall go may be arranged beforehand (``Order.arranged``). Amounts are a number
for every line, or a mapping of order line to number:

- outbound and supplier return: ``short``, ``unreported`` (a list of order lines),
  ``parcels``, ``waybills``
- inbound and customer return: ``short``, ``over``, ``damaged``, ``refused``, ``level``
  (what it really is), ``lots`` false (none is reported), ``wrong`` (a list of goodsNo
  and quantity that nobody announced)
- all: ``ends_with`` instead of the last status, ``cancel`` ("at once", "later, agreed"
  or "later, refused")
"""

from .orders import INBOUND, OUTBOUND, RETURN_IN, RETURN_OUT, Line, Parcel
from .stock import DEFECTIVE, Batch

ARRANGEMENTS = {
    *("short", "over", "damaged", "refused", "level", "lots", "wrong", "unreported"),
    *("parcels", "waybills", "ends_with", "cancel"),
}


def do(books, order, status):
    """Do the work of one status, if it stands for any."""
    work = WORK.get((order.kind, status))
    if work:
        work(books, order)


def reserve(books, order):
    """Set aside what a document will take out.

    :raise stock.Short: when there is too little; nothing is set aside then
    """
    done = []
    try:
        for line in order.lines:
            line.picks = books.stock.reserve(
                *_place(order, line), line.plan, Batch(*line.asked_batch)
            )
            done.append(line)
    finally:
        if len(done) < len(order.lines):
            for line in done:
                books.stock.release(*_place(order, line), line.picks)


def _place(order, line):
    return order.warehouse_no, line.goods_no, line.level


def _amount(order, name, line):
    value = order.arranged.get(name) or 0
    return value.get(line.order_line, 0) if isinstance(value, dict) else value


def _release(books, order):
    for line in order.lines:
        books.stock.release(*_place(order, line), line.picks)
        line.picks = []


def _get_waybill(books, order):
    order.waybill_no = books.next_no("JDVD", 11)


def _pack(books, order):
    """Spread what will be shipped over the parcels, the parcels over the waybills."""
    wanted = order.arranged.get("parcels") or 1
    waybills = [order.waybill_no or books.next_no("JDVD", 11)]
    for _ in range(min(order.arranged.get("waybills") or 1, wanted) - 1):
        waybills.append(books.next_no("JDVD", 11))
    contents = [_share(order, wanted, each) for each in range(wanted)]
    contents = [items for items in contents if items]
    order.parcels = []
    for index, items in enumerate(contents):
        waybill = waybills[index % len(waybills)]
        mates = range(index % len(waybills), len(contents), len(waybills))
        number = f"{waybill}-{index // len(waybills) + 1}-{len(mates)}-"
        weight = round(0.5 * sum(items.values()), 4)
        order.parcels.append(Parcel(number, waybill, weight, items))


def _share(order, parcels, index):
    items = {}
    for line in order.lines:
        count, rest = divmod(_to_ship(order, line), parcels)
        count += index < rest
        if count:
            items[line.goods_no] = items.get(line.goods_no, 0) + count
    return items


def _to_ship(order, line):
    return max(0, line.plan - _amount(order, "short", line))


def _ship(books, order):
    """Take what leaves out of stock and release what stays behind."""
    for line in order.lines:
        line.real = _to_ship(order, line)
        line.picks, line.serials = books.stock.take(
            *_place(order, line), line.picks, line.real, line.serials
        )
        line.reported = line.order_line not in order.arranged.get("unreported", ())


def _ship_parcels(books, order):
    _ship(books, order)
    _pack(books, order)


def _take_back(books, order):
    for line in order.lines:
        serials = list(line.serials)
        for batch, quantity in line.picks:
            place = _place(order, line)
            books.stock.put(*place, quantity, batch, serials[:quantity])
            del serials[:quantity]


def _receive(books, order):
    """Put what really came into stock, damaged goods at the defective level."""
    for line in order.lines:
        more, less = _amount(order, "over", line), _amount(order, "short", line)
        line.refused = min(line.plan, _amount(order, "refused", line))
        came = max(0, line.plan + more - less - line.refused)
        line.damaged = min(came, _amount(order, "damaged", line))
        line.real = came
        line.real_level = order.arranged.get("level") or line.level
        line.lots_reported = order.arranged.get("lots", True)
        _put_away(books, order, line)
    for extra in order.arranged.get("wrong", ()):
        order.lines.append(_unannounced(books, order, extra))


def _put_away(books, order, line):
    batch, serials = Batch(*line.asked_batch), line.serials[: line.real]
    good = line.real - line.damaged
    place = order.warehouse_no, line.goods_no
    books.stock.put(*place, line.real_level, good, batch, serials[:good])
    if line.damaged:
        books.stock.put(*place, DEFECTIVE, line.damaged, batch, serials[good:])
    line.serials = serials
    line.picks = [(batch, line.real)]


def _unannounced(books, order, extra):
    goods = books.goods.find(order.department_no, extra["goodsNo"])
    line = Line(goods.no, goods.erp_no, "", "100", 0)
    line.real, line.real_level = extra["quantity"], line.level
    _put_away(books, order, line)
    return line


WORK = {
    (OUTBOUND, 100130): _get_waybill,
    (OUTBOUND, 10018): _pack,
    (OUTBOUND, 10019): _ship_parcels,
    (OUTBOUND, 10028): _release,
    (OUTBOUND, 10031): _release,
    (OUTBOUND, 10038): _take_back,
    (INBOUND, 70): _receive,
    (RETURN_IN, 200): _receive,
    (RETURN_OUT, 200): _ship,
    (RETURN_OUT, 400): _release,
}
