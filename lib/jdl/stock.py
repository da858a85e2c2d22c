"""Stock, and its moves between goods levels."""

from .. import clock
from ..api import (
    LEVEL_CHANGE_PAGE_SIZE,
    STOCK_PAGE_SIZE,
    LevelChange,
    StockPage,
    StockRow,
    StockType,
)
from .fields import count, lot, moment, rows, text
from .gateway import Call

# https://open.jdl.com, unit 367, documents 1612 and 1854
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
        return self._gateway.call(_QUERY, payload, _read, number=warehouse_no)

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
            _LEVEL_CHANGES, payload, _read_changes, number=department_no
        )


def _read(data):
    found = tuple(_read_row(row) for row in rows(data) if text(row, "goodsNo"))
    total = count(data, "totalNum") if isinstance(data, dict) else None
    return StockPage(rows=found, total_rows=total)


def _read_row(row):
    return StockRow(
        goods_number=text(row, "goodsNo"),
        own_goods_number=text(row, "erpGoodsNo"),
        warehouse_no=text(row, "warehouseNo"),
        level=text(row, "goodsLevel"),
        stock_type=text(row, "stockType"),
        total=count(row, "stockNum"),
        usable=count(row, "usableNum"),
        lot=lot(row),
    )


def _read_changes(data):
    return [
        _read_change(change, detail)
        for change in rows(data)
        for detail in rows(change, member="details")
    ]


def _read_change(change, detail):
    reasons = (text(detail, f"{which}Reason") for which in ("first", "second", "third"))
    return LevelChange(
        number=text(change, "orderNo"),
        goods_number=text(detail, "goodsNo"),
        old_level=text(detail, "preChangeLevel"),
        new_level=text(detail, "changedLevel"),
        quantity=count(detail, "quantity"),
        own_goods_number=text(detail, "erpGoodsNo"),
        warehouse_no=text(change, "warehouseNo"),
        at=moment(change, "createTime"),
        reason=", ".join(filter(None, reasons)),
        lot=lot(detail),
    )
