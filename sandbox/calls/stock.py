"""JD's stock, by warehouse, batch, shop or logical factor."""

import json
from typing import NamedTuple

from .. import clock
from ..books import Warehouse
from ..goods import Goods
from ..stock import GOOD, SELLABLE, Batch, status_of
from .common import listed, page, present, require

PAGING = ("currentPage", "pageSize")
# Of batch stock, stockType is how near the expiry is; the days are ours [U].
NORMAL, WARNING, NEAR_EXPIRY, EXPIRED = BATCH_STATUSES = ("1", "2", "3", "4")
WARNING_DAYS, NEAR_EXPIRY_DAYS = 60, 30
DATES = ("productDate", "expireDate")


class Entry(NamedTuple):
    """One row of an answer, before it is written out."""

    goods: Goods
    level: str
    total: int
    usable: int
    stock_type: str = SELLABLE
    warehouse: Warehouse | None = None
    batch: Batch | None = None


def query(visit, request):
    department = visit.department(request["ownerNo"], unknown="2001")
    index = request["stockIndexes"]
    if index != "3":
        require(visit, request, "warehouseNo")
    if index in ("2", "3"):
        require(visit, request, "currentPage")
        require(visit, request, "pageSize")
    entries = _entries(visit, department, request)
    size = request.get("pageSize") or ("10" if index == "2" else "100")
    current = request.get("currentPage") or "1"
    shown = page(entries, current, size)
    return {
        "totalNum": len(entries),
        "resultList": [_row(department, entry) for entry in shown],
    }


def _entries(visit, department, request):
    """Return all rows of an answer; asking for page after page counts them once."""
    asked = {key: request[key] for key in request if key not in PAGING}
    find = INDEXES[request["stockIndexes"]]
    return visit.books.stock_answers.get(
        (visit.books.stock.changes, _today()),
        json.dumps(asked, sort_keys=True),
        lambda: find(visit, department, request),
    )


def _today():
    return clock.now().date()


def _by_warehouse(visit, department, request):
    asked = request.get("warehouseStock")
    if asked is None:
        visit.call.refuse("missing", "warehouseStock")
    hide_zero = asked.get("returnZeroStock") != "2"
    hide_zero = hide_zero or request.get("returnZeroStock") == "1"
    kind, entries = request.get("stockType") or SELLABLE, []
    for kept_in, goods, level, batches in _kept(visit, department, request, kind):
        if asked.get("stockStatus") not in (None, "", status_of(level)):
            continue
        rows = [row for row in batches.values() if row.has(kind)]
        total = sum([row.of(kind) for row in rows])
        if total or (rows and not hide_zero):
            # What is held or on its way cannot be ordered [U].
            usable = sum([row.usable for row in rows]) if kind == SELLABLE else 0
            entries.append(Entry(goods, level, total, usable, kind, kept_in))
    return entries


def _by_batch(visit, department, request):
    """One row per batch, of all that lies there whatever it is kept for [U].

    ``cursor`` and the two times are taken and not used.
    """
    if request.get("batchStock") is None:
        visit.call.refuse("missing", "batchStock")
    status = request.get("stockType") or NORMAL
    if status not in BATCH_STATUSES:
        visit.call.refuse("2003", f"stockType {status} of batch stock")
    hide_zero, today = request.get("returnZeroStock") == "1", _today()
    return [
        Entry(goods, level, row.lying, row.usable, status, kept_in, batch)
        for kept_in, goods, level, batches in _kept(visit, department, request)
        if goods.batched
        for batch, row in batches.items()
        if batch_status(batch, today) == status and (row.lying or not hide_zero)
    ]


def batch_status(batch, today):
    """Return how near a batch is to its expiry; what does not expire is normal."""
    expires = _moment(batch.expireDate)
    if not expires:
        return NORMAL
    left = (expires.date() - today).days
    if left < 0:
        return EXPIRED
    if left <= NEAR_EXPIRY_DAYS:
        return NEAR_EXPIRY
    return WARNING if left <= WARNING_DAYS else NORMAL


def _by_shop(visit, department, request):
    """What a shop of the department may sell: good stock of all its warehouses."""
    shop = request.get("shopStock")
    if shop is None:
        visit.call.refuse("missing", "shopStock")
    require(visit, shop, "shopNo")
    if shop["shopNo"] not in department.shops:
        return []
    usable = {}
    for each in visit.books.warehouses_of(department.no):
        wanted = request | {"warehouseNo": each.no, "goodsLevel": GOOD}
        for _kept_in, goods, _level, batches in _kept(visit, department, wanted):
            count = sum([row.usable for row in batches.values()])
            usable[goods.no] = usable.get(goods.no, 0) + count
    goods = visit.books.goods.by_no
    return [Entry(goods[no], GOOD, count, count) for no, count in usable.items()]


def _by_factor(visit, department, request):
    if not (request.get("logicalStock") or {}).get("factors"):
        visit.call.refuse("2002", "factors")
    return []


INDEXES = {"1": _by_warehouse, "2": _by_batch, "3": _by_shop, "4": _by_factor}


def _kept(visit, department, request, stock_type=SELLABLE):
    """Yield what a department keeps in a warehouse, as far as it was asked for."""
    kept_in = visit.books.warehouses.get(request["warehouseNo"])
    if not kept_in or department.no not in kept_in.departments:
        return
    only = request.get("goodsLevel")
    for goods in _goods(visit.books, department, kept_in, request, stock_type):
        levels = visit.books.stock.levels(kept_in.no, goods.no)
        for level, batches in levels.items():
            if not only or level == only:
                yield kept_in, goods, level, batches


def _goods(books, department, kept_in, request, stock_type):
    """Return the goods a query names, or all that were ever in the warehouse."""
    numbers, erp_numbers = (
        listed(request.get(name)) for name in ("goodsNo", "erpGoodsNo")
    )
    by_no = books.goods.by_no
    if numbers:
        found = [by_no.get(no) for no in dict.fromkeys(numbers)]
    elif erp_numbers:
        find = books.goods.by_erp_no
        found = [find(department.no, no) for no in dict.fromkeys(erp_numbers)]
    else:
        found = [by_no[no] for no in books.stock.goods_in(kept_in.no, stock_type)]
    return [
        goods
        for goods in found
        if goods
        and goods.department_no == department.no
        and (not numbers or not erp_numbers or goods.erp_no in erp_numbers)
    ]


def _row(department, entry):
    goods, kept_in = entry.goods, entry.warehouse
    return present(
        {
            "ownerNo": department.no,
            "ownerName": department.name,
            "sellerNo": department.seller_no,
            "sellerName": department.seller_name,
            "shopNo": None if kept_in else department.shop_no,
            "warehouseNo": kept_in and kept_in.no,
            "warehouseName": kept_in and kept_in.name,
            "goodsNo": goods.no,
            "erpGoodsNo": goods.erp_no,
            "goodsName": goods.name,
            "barCodes": ",".join(goods.barcodes),
            "goodsLevel": entry.level,
            "stockStatus": status_of(entry.level),
            "stockType": entry.stock_type,
            "stockNum": str(entry.total),
            "usableNum": str(entry.usable),
            "batchInfos": entry.batch and _infos(entry.batch),
        }
    )


def _infos(batch):
    """Return a batch as this call tells it: its dates are time stamps."""
    infos = batch.infos()
    for name in DATES:
        moment = _moment(infos.get(name, ""))
        if moment:
            infos[name] = str(int(moment.timestamp() * 1000))
    return infos


def _moment(day):
    """Return the beginning of a batch's day; None for what the merchant misspelt."""
    try:
        return clock.parse(day[:10], "yyyy-MM-dd")
    except ValueError:
        return None
