"""Stock, level changes and JD's own counts: documents 1612, 1854 and 1576."""

from dataclasses import replace
from itertools import chain

from .. import clock
from ..api import (
    LEVEL_CHANGE_PAGE_SIZE,
    STOCK_COUNT_PAGE_SIZE,
    STOCK_PAGE_SIZE,
    BatchStatus,
    GoodsLevel,
    LevelChange,
    StockCount,
    StockRow,
    StockType,
)
from .fields import (
    Unreadable,
    lot,
    moment,
    quantity,
    read_page,
    required,
    text,
    words,
)
from .gateway import Call

# https://open.jdl.com, unit 367
_QUERY = Call("queryStock", "/integratedsupplychain/stock/query/v1", question=True)
_LEVEL_CHANGES = Call(
    "queryGoodsLevelChange",
    "/integratedsupplychain/stock/levelchange/query/v1",
    question=True,
)
# Its address speaks of shelf life, which the call has nothing to do with.
_COUNTS = Call(
    "queryCheckStock",
    "/integratedsupplychain/stock/shelflifegoods/query/v1",
    question=True,
)

CALLS = {
    "stock": _QUERY,
    "stock_by_lot": _QUERY,
    "level_changes": _LEVEL_CHANGES,
    "stock_counts": _COUNTS,
}

_BY_WAREHOUSE, _BY_LOT = "1", "2"
# JD has two switches for rows without stock; warehouse stock obeys both.
_ZERO_ROWS = {True: "0", False: "1"}
_ZERO_ROWS_OF_WAREHOUSE = {True: "2", False: "1"}
# What `stockStatus` says of rows that name no level.
_LEVELS = {"1": GoodsLevel.GOOD, "2": GoodsLevel.DEFECTIVE, "3": GoodsLevel.SAMPLE}
_GAIN, _LOSS = "1", "2"
_REASONS = ("first", "second", "third")


class StockOperations:
    def stock(
        self,
        department_no,
        warehouse_no,
        *,
        goods_numbers=(),
        stock_type=StockType.SELLABLE,
        with_zero=False,
        page=1,
        page_size=STOCK_PAGE_SIZE,
    ):
        index = {
            "stockIndexes": _BY_WAREHOUSE,
            "warehouseStock": {"returnZeroStock": _ZERO_ROWS_OF_WAREHOUSE[with_zero]},
            "returnZeroStock": _ZERO_ROWS[with_zero],
            "stockType": stock_type,
        }
        place = (department_no, warehouse_no)
        return self._stock(index, place, goods_numbers, page, page_size)

    def stock_by_lot(
        self,
        department_no,
        warehouse_no,
        *,
        goods_numbers=(),
        status=BatchStatus.NORMAL,
        with_zero=False,
        page=1,
        page_size=STOCK_PAGE_SIZE,
    ):
        index = {
            "stockIndexes": _BY_LOT,
            "batchStock": {},
            "returnZeroStock": _ZERO_ROWS[with_zero],
            "stockType": status,
        }
        place = (department_no, warehouse_no)
        return self._stock(index, place, goods_numbers, page, page_size)

    def _stock(self, index, place, goods_numbers, page, page_size):
        department_no, warehouse_no = place
        payload = {
            **index,
            "ownerNo": department_no,
            "warehouseNo": warehouse_no,
            "goodsNo": ",".join(goods_numbers),
            # Text, unlike the pages of goods.
            "currentPage": str(page),
            "pageSize": str(page_size),
        }
        return self._gateway.call(
            _QUERY,
            payload,
            lambda data: read_page(
                data,
                lambda _reading, row: _read_row(row, payload),
                page=page,
                page_size=page_size,
            ),
            number=warehouse_no,
        )

    def level_changes(
        self, department_no, since, until, *, page=1, page_size=LEVEL_CHANGE_PAGE_SIZE
    ):
        payload = {
            "ownerNo": department_no,
            "startDate": clock.to_jd(since),
            "endDate": clock.to_jd(until),
            "currentPage": page,
            "pageSize": page_size,
        }
        return self._gateway.call(
            _LEVEL_CHANGES,
            payload,
            lambda data: _read_documents(
                data, _read_adjustment, page=page, page_size=page_size
            ),
            number=department_no,
        )

    def stock_counts(
        self,
        department_no,
        since,
        until,
        *,
        gain,
        page=1,
        page_size=STOCK_COUNT_PAGE_SIZE,
    ):
        payload = {
            "ownerNo": department_no,
            "orderType": _GAIN if gain else _LOSS,
            "startTime": clock.to_jd(since),
            "endTime": clock.to_jd(until),
            "currentPage": page,
            "pageSize": page_size,
        }
        return self._gateway.call(
            _COUNTS,
            payload,
            # JD documents null for an empty list, too.
            lambda data: _read_documents(
                data,
                lambda reading, row: _read_count(reading, row, 1 if gain else -1),
                page=page,
                page_size=page_size,
                empty_allowed=True,
            ),
            number=department_no,
        )


def _read_row(row, asked):
    """Read a row of stock.

    :raise Unreadable: Also if it answers another question than was asked.
    """
    return StockRow(
        goods_number=required(row, "goodsNo"),
        own_goods_number=text(row, "erpGoodsNo"),
        warehouse_no=_as_asked(row, "warehouseNo", asked),
        level=_read_level(row),
        stock_type=_as_asked(row, "stockType", asked),
        total=quantity(row, "stockNum"),
        usable=quantity(row, "usableNum"),
        lot=lot(row),
    )


def _as_asked(row, name, asked):
    """Return a member that is as asked for, or empty.

    :raise Unreadable: It is another one.
    """
    value = text(row, name)
    if value not in ("", asked[name]):
        raise Unreadable(f"JD's {name} is another than asked for: {value[:20]!r}")
    return value


def _read_level(row):
    level = text(row, "goodsLevel") or _LEVELS.get(text(row, "stockStatus"), "")
    if not level:
        raise Unreadable("JD's goodsLevel is missing")
    return level


def _read_documents(data, read, **options):
    """Return a page of what documents hold; JD counts documents, not their rows.

    :param read: Function of a `Reading` and a document; returns its rows.
    """
    found = read_page(data, read, **options)
    return replace(found, rows=tuple(chain.from_iterable(found.rows)))


def _read_adjustment(reading, row):
    number = required(row, "orderNo")
    return reading.rows(
        row,
        "details",
        lambda position, detail: _read_move(number, row, position, detail),
        numbered=True,
    )


def _read_move(number, row, position, detail):
    return LevelChange(
        number=number,
        goods_number=required(detail, "goodsNo"),
        old_level=required(detail, "preChangeLevel"),
        new_level=required(detail, "changedLevel"),
        quantity=quantity(detail, "quantity"),
        position=position,
        own_goods_number=text(detail, "erpGoodsNo"),
        warehouse_no=text(row, "warehouseNo"),
        at=moment(row, "createTime"),
        reason=_read_reason(detail, "Reason"),
        lot=lot(detail),
    )


def _read_count(reading, row, sign):
    number = required(row, "checkOrderNo")
    return reading.rows(
        row,
        "details",
        lambda position, detail: _read_found(number, row, position, detail, sign),
        numbered=True,
    )


def _read_found(number, row, position, detail, sign):
    pieces = quantity(detail, "quantity")
    return StockCount(
        number=number,
        goods_number=required(detail, "goodsNo"),
        quantity=None if pieces is None else sign * pieces,
        position=position,
        warehouse_no=text(row, "warehouseNo"),
        at=moment(row, "createTime"),
        reason=_read_reason(detail, "LevelReason"),
        lot=lot(detail),
    )


def _read_reason(detail, suffix):
    """Return JD's reasons, the coarsest first, each of them once."""
    found = (words(detail, f"{which}{suffix}") for which in _REASONS)
    return ", ".join(dict.fromkeys(filter(None, found)))
