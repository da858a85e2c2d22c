"""What happens in the warehouse when a document reaches a status.

How it shall go may be arranged beforehand (``Order.arranged``). Amounts are a number
for every line, or a mapping of order line to number:

- outbound and supplier return: ``short``; ``unreported``, a list of order lines;
  ``parcels`` and ``waybills``, how many
- inbound and customer return: ``short``, ``over``, ``damaged``, ``refused``; ``level``,
  what it really is; ``wrong``, a list of goodsNo and quantity nobody announced, which
  are sent away; by order line, ``batches``, a list of quantity and lot, productDate or
  expireDate, and ``serials``
- all: ``lots`` false, no lot is reported; ``ends_with`` instead of the last status;
  ``cancel``, "at once", "later, agreed" or "later, refused"
"""

from .orders import INBOUND, OUTBOUND, RETURN_IN, RETURN_OUT, Parcel
from .receiving import amount, receive
from .stock import Batch, Short

ARRANGEMENTS = {
    *("short", "over", "damaged", "refused", "level", "wrong", "batches", "serials"),
    *("unreported", "lots", "parcels", "waybills", "ends_with", "cancel"),
}


def do(books, order, status):
    """Do the work of one status, if it stands for any."""
    work = WORK.get((order.kind, status))
    if work:
        work(books, order)


def reserve(books, order, lack_allowed=False):
    """Set aside what a document will take out, or what there is if it may lack.

    :raise Short: when there is too little; nothing is set aside then
    """
    try:
        for line in order.lines:
            place, wanted = _place(order, line), line.plan
            if lack_allowed:
                wanted = min(wanted, books.stock.usable(*place))
            line.picks = books.stock.reserve(*place, wanted, Batch(*line.asked_batch))
    except Short:
        release(books, order)
        raise


def _place(order, line):
    return order.warehouse_no, line.goods_no, line.level


def release(books, order):
    for line in order.lines:
        books.stock.release(*_place(order, line), line.picks)
        line.picks = []


def _get_waybill(books, order):
    order.waybills.append(books.next_no("JDVD", 11))


def _pack(books, order):
    """Spread what will be shipped over the parcels, the parcels over the waybills."""
    wanted = order.arranged.get("parcels") or 1
    while len(order.waybills) < min(order.arranged.get("waybills") or 1, wanted):
        order.waybills.append(books.next_no("JDVD", 11))
    contents = [_share(order, wanted, each) for each in range(wanted)]
    contents = [items for items in contents if items]
    order.parcels = []
    for index, items in enumerate(contents):
        turn, which = divmod(index, len(order.waybills))
        mates = len(range(which, len(contents), len(order.waybills)))
        number = f"{order.waybills[which]}-{turn + 1}-{mates}-"
        weight = round(0.5 * sum(items.values()), 4)
        order.parcels.append(Parcel(number, order.waybills[which], weight, items))


def _share(order, parcels, index):
    items = {}
    for line in order.lines:
        count, rest = divmod(_to_ship(order, line), parcels)
        count += index < rest
        if count:
            items[line.goods_no] = items.get(line.goods_no, 0) + count
    return items


def _to_ship(order, line):
    set_aside = sum(pick.quantity for pick in line.picks)
    return max(0, min(set_aside, line.plan - amount(order, "short", line)))


def _ship(books, order):
    """Take what leaves out of stock and release what stays behind."""
    for line in order.lines:
        line.real = _to_ship(order, line)
        line.picks, line.serials = books.stock.take(
            *_place(order, line), line.picks, line.real, line.serials
        )
        line.reported = line.order_line not in order.arranged.get("unreported", ())
        line.lots_reported = order.arranged.get("lots", True)


def _hand_over(books, order):
    # Packed again first: how much ships may have been arranged since.
    _pack(books, order)
    _ship(books, order)


def _take_back(books, order):
    for line in order.lines:
        serials = list(line.serials)
        for batch, quantity, _level in line.picks:
            place = _place(order, line)
            books.stock.put(*place, quantity, batch, serials[:quantity])
            del serials[:quantity]


WORK = {
    (OUTBOUND, 100130): _get_waybill,
    (OUTBOUND, 10018): _pack,
    (OUTBOUND, 10019): _hand_over,
    (OUTBOUND, 10028): release,
    (OUTBOUND, 10031): release,
    (OUTBOUND, 10038): _take_back,
    (INBOUND, 70): receive,
    (RETURN_IN, 200): receive,
    (RETURN_OUT, 200): _ship,
    (RETURN_OUT, 400): release,
}
