"""What lies in JD's warehouses and what becomes of it there, with no order at all."""

import contextlib

from .. import clock
from ..books import Counted, LevelChange, StockCount, get
from ..errors import Unknown
from ..stock import DEFECTIVE, GOOD, SELLABLE, TYPES, Batch, Pick, Short
from . import register

QUERIES, COMMANDS = {}, {}
_query, _command = register(QUERIES), register(COMMANDS)

# How JD's numbers of counts begin. Its page shows CP asked for with gains, and CL; that
# CL is a loss is ours [U].
COUNT_PREFIXES = {True: "CP", False: "CL"}


@_query
def stock_list(sandbox, warehouse):
    """Everything that lies, or once lay, in a warehouse: onHand is all of it,
    otherTypes what of it is not for sale, and what is on its way.
    """
    by_no = sandbox.books.goods.by_no
    return [
        {"goodsNo": goods_no, "erpGoodsNo": by_no[goods_no].erp_no}
        | {"goodsLevel": level, **batch.infos()}
        | {"onHand": row.lying, "reserved": row.reserved, "serialNos": row.serials}
        | {"otherTypes": {kind: count for kind, count in row.others.items() if count}}
        for goods_no, level, batches in sandbox.books.stock.rows(warehouse)
        for batch, row in batches.items()
    ]


@_query
def shelf(sandbox, warehouse, limit=50):
    """What lies in a warehouse as the sandbox's page shows it: the first goods, each
    with its pieces by level and its lots.
    """
    shown = {}
    for goods_no, level, batches in sandbox.books.stock.rows(warehouse):
        goods = sandbox.books.goods.by_no[goods_no]
        row = shown.setdefault(
            goods_no,
            {
                "goodsNo": goods_no,
                "erpGoodsNo": goods.erp_no,
                "goodsName": goods.name,
                "department": goods.department_no,
                "levels": {},
                "lots": set(),
            },
        )
        row["levels"][level] = sum(each.lying for each in batches.values())
        row["lots"] |= {batch.lot for batch in batches if batch.lot}
        if len(shown) > int(limit):
            shown.popitem()
            break
    return list(shown.values())


@_command
def stock(sandbox, warehouse, rows=(), each=None, level=GOOD):
    """Set what is there: rows of goodsNo or erpGoodsNo, quantity, goodsLevel,
    stockType, lot, productDate, expireDate, serialNos; or ``each`` of all goods at
    ``level``.
    """
    kept_in = get(sandbox.books.warehouses, warehouse, "warehouse")
    shelf = sandbox.books.goods
    wanted = list(rows)
    if each is not None:
        wanted += [
            {"goodsNo": found.no, "quantity": each, "goodsLevel": level}
            for department in kept_in.departments
            for found in shelf.of(department)
        ]
    for row in wanted:
        _set_stock(sandbox.books, kept_in, row)
    return {"rows": len(wanted)}


@_command
def adjust_stock(sandbox, warehouse, rows):
    """Have pieces turn up, or vanish (quantity below zero), that no document tells of:
    rows as in ``stock``. What is reserved stays; a row of more than there is ends it.
    """
    kept_in = get(sandbox.books.warehouses, warehouse, "warehouse")
    for row in rows:
        _adjust(sandbox.books, kept_in, row)


@_command
def count_stock(
    sandbox, warehouse, rows, reasons=("count difference",), day_only=False
):
    """Count as JD does and tell of it in queryCheckStock: rows as in ``adjust_stock``,
    up to three reasons, the coarsest first. What was found and what is missing are
    counts of their own; day_only: with a date as JD's sample shows it.
    """
    books = sandbox.books
    kept_in = get(books.warehouses, warehouse, "warehouse")
    made = {}
    for row in rows:
        found, picks = _adjust(books, kept_in, row)
        gain = row["quantity"] > 0
        counted = [Counted(found.no, pick.quantity, pick.batch) for pick in picks]
        made.setdefault((found.department_no, gain), []).extend(counted)
    counts = [
        StockCount(
            books.next_no(COUNT_PREFIXES[gain]),
            department_no,
            kept_in.no,
            gain,
            details,
            list(reasons),
            clock.now(),
            day_only,
        )
        for (department_no, gain), details in made.items()
    ]
    books.stock_counts += counts
    return {"counts": [count.no for count in counts]}


@_command
def change_type(
    sandbox, warehouse, goods, quantity, before=SELLABLE, after="4", level=GOOD
):
    """Keep pieces as another of JD's types of stock, such as a hold; the goods by JD's
    or the merchant's number. What is reserved cannot be held.
    """
    kept_in = get(sandbox.books.warehouses, warehouse, "warehouse")
    found = _named_goods(sandbox.books, kept_in, goods)
    for each in (before, after):
        _check_type(each)
    place = kept_in.no, found.no, level
    with _enough():
        sandbox.books.stock.retype(*place, quantity, before, after)


@_command
def change_level(
    sandbox, warehouse, goods, quantity, before=GOOD, after=DEFECTIVE, reason="found so"
):
    """Move stock from one goods level to another, by JD's or the merchant's number."""
    books = sandbox.books
    kept_in = get(books.warehouses, warehouse, "warehouse")
    found = _named_goods(books, kept_in, goods)
    with _enough():
        books.stock.relevel(kept_in.no, found.no, before, after, quantity)
    change = LevelChange(
        books.next_no("ELC"),
        found.department_no,
        kept_in.no,
        found.no,
        before,
        after,
        quantity,
        reason,
        clock.now(),
    )
    books.level_changes.append(change)
    return change


def count_units(books, warehouse_no):
    """Return how many pieces lie in a warehouse."""
    rows = books.stock.rows(warehouse_no)
    return sum(row.lying for _, _, batches in rows for row in batches.values())


@contextlib.contextmanager
def _enough():
    """Say in words that there is less than asked for."""
    try:
        yield
    except Short as short:
        raise ValueError(str(short)) from short


def _check_type(stock_type):
    if stock_type not in TYPES:
        raise ValueError(f"no type of stock {stock_type}; there are 1 to 23, as texts")


def _set_stock(books, kept_in, row):
    place, batch, kind = _place(books, kept_in, row)
    kept = books.stock.put(*place, 0, batch, stock_type=kind)
    kept.add(kind, row["quantity"] - kept.of(kind))
    if kind == SELLABLE:
        kept.serials = list(row.get("serialNos", ()))


def _adjust(books, kept_in, row):
    """Change what is there and return the goods and the picks of what changed."""
    place, batch, kind = _place(books, kept_in, row)
    quantity = row["quantity"]
    if quantity > 0:
        books.stock.put(*place, quantity, batch, row.get("serialNos", ()), kind)
        picks = [Pick(batch, quantity)]
    else:
        with _enough():
            picks, _serials = books.stock.remove(*place, -quantity, batch, kind)
    return books.goods.by_no[place[1]], picks


def _place(books, kept_in, row):
    """Return where a row's goods lie, its batch and its type."""
    found = _stocked_goods(books, kept_in, row)
    kind = row.get("stockType", SELLABLE)
    _check_type(kind)
    place = kept_in.no, found.no, row.get("goodsLevel", GOOD)
    return place, Batch.of(row), kind


def _named_goods(books, kept_in, number):
    name = "goodsNo" if number.startswith("EMG") else "erpGoodsNo"
    return _stocked_goods(books, kept_in, {name: number})


def _stocked_goods(books, kept_in, row):
    """Return the goods of any department of the warehouse that a row names."""
    *others, last = kept_in.departments
    names = row.get("goodsNo"), row.get("erpGoodsNo")
    for department in others:
        with contextlib.suppress(Unknown):
            return books.goods.find(department, *names)
    return books.goods.find(last, *names)
