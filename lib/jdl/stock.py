"""Stock, and level changes: documents 1612 and 1854."""

from dataclasses import replace
from itertools import chain

from .. import clock
from ..api import (
    LEVEL_CHANGE_PAGE_SIZE,
    STOCK_PAGE_SIZE,
    LevelChange,
    StockRow,
    StockType,
)
from .fields import count, lot, moment, quantity, read_page, required, text, words
from .gateway import Call

# https://open.jdl.com, unit 367
_QUERY = Call("queryStock", "/integratedsupplychain/stock/query/v1", question=True)
_LEVEL_CHANGES = Call(
    "queryGoodsLevelChange",
    "/integratedsupplychain/stock/levelchange/query/v1",
    question=True,
)

CALLS = {
    "stock": _QUERY,
    "stock_by_lot": _QUERY,
    "level_changes": _LEVEL_CHANGES,
}

_BY_WAREHOUSE, _BY_LOT = "1", "2"
_ZERO_ROWS = {True: "2", False: "1"}
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
            "warehouseStock": {"returnZeroStock": _ZERO_ROWS[with_zero]},
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
        page=1,
        page_size=STOCK_PAGE_SIZE,
    ):
        index = {"stockIndexes": _BY_LOT, "batchStock": {}}
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
            lambda data: read_page(data, _read_row, page=page, page_size=page_size),
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
            lambda data: _read_changes(data, page, page_size),
            number=department_no,
        )


def _read_row(_reading, row):
    return StockRow(
        goods_number=required(row, "goodsNo"),
        own_goods_number=text(row, "erpGoodsNo"),
        warehouse_no=text(row, "warehouseNo"),
        level=text(row, "goodsLevel"),
        stock_type=text(row, "stockType"),
        total=count(row, "stockNum"),
        usable=count(row, "usableNum"),
        lot=lot(row),
    )


def _read_changes(data, page, page_size):
    """Return a page of level changes; JD counts adjustments, not their changes."""
    found = read_page(data, _read_adjustment, page=page, page_size=page_size)
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
    reasons = (words(detail, f"{which}Reason") for which in _REASONS)
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
        reason=", ".join(filter(None, reasons)),
        lot=lot(detail),
    )
