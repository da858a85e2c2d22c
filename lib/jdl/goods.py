"""Goods."""

from ..api import GOODS_PAGE_SIZE, Goods, NotFound, OutcomeUnknown
from .fields import count, inner, parts, rows, text
from .gateway import Call

# https://open.jdl.com, unit 367, documents 1610 and 1609
_BASE = "/integratedsupplychain/basicinfo/goods"
_QUERY = Call("queryGoodsInfo", f"{_BASE}/query/v1", question=True)
_SAVE = Call("saveGoodsInfo", f"{_BASE}/create/v1")

CALLS = {"goods": _QUERY, "create_goods": _SAVE}

_EVERYTHING = "1"
# In JD's goods, 1 is no and 2 is yes.
_FLAGS = {"1": False, "2": True}
_NO, _YES = "1", "2"


class GoodsOperations:
    def goods(
        self,
        department_no,
        *,
        numbers=(),
        own_numbers=(),
        barcodes=(),
        page=1,
        page_size=GOODS_PAGE_SIZE,
    ):
        payload = {
            "ownerNo": department_no,
            "queryType": _EVERYTHING,
            "goodsNo": ",".join(numbers),
            "erpGoodsNo": ",".join(own_numbers),
            "barCode": ",".join(barcodes),
            "currentPage": page,
            "pageSize": page_size,
        }
        try:
            return self._gateway.call(_QUERY, payload, _read, number=department_no)
        except NotFound:
            return []

    def create_goods(self, department_no, goods):
        payload = {
            "ownerNo": department_no,
            "basicInfo": {
                "erpGoodsNo": goods.own_number,
                "goodsName": goods.name,
                "barcode": ",".join(goods.barcodes),
            },
            "goodsCategory": {"thirdCategoryCode": goods.category},
            "goodsSpecificationsInfo": {
                "length": goods.length,
                "width": goods.width,
                "height": goods.height,
                "grossWeight": goods.gross_weight,
            },
            "management": _management(goods),
        }
        return self._gateway.call(_SAVE, payload, _read_number, number=goods.own_number)


def _management(goods):
    return {
        "isBatchMgmt": _YES if goods.batch_managed else _NO,
        "guaranteePeriod": {
            "shelfLifeDays": goods.shelf_life_days,
            "instoreThreshold": goods.inbound_threshold,
            "outstoreThreshold": goods.outbound_threshold,
        },
        "serialNumber": {"isSerialNumberMgmt": _YES if goods.serial_managed else _NO},
    }


def _read_number(data):
    number = text(data, "goodsNo") if isinstance(data, dict) else ""
    if not number:
        raise OutcomeUnknown("JD saved the goods but named no number")
    return number


def _read(data):
    found = [_read_row(row) for row in rows(data)]
    return [goods for goods in found if goods.number]


def _read_row(row):
    basic = inner(row, "basicInfo")
    management = inner(row, "management")
    period = inner(management, "guaranteePeriod")
    serial = inner(management, "serialNumber")
    return Goods(
        number=text(basic, "goodsNo"),
        own_number=text(basic, "erpGoodsNo"),
        name=text(basic, "goodsName"),
        barcodes=parts(basic, "barcode"),
        enabled=_FLAGS.get(text(basic, "enableFlag")),
        shelf_life_days=count(period, "shelfLifeDays"),
        batch_managed=_FLAGS.get(text(management, "isBatchMgmt")),
        serial_managed=_FLAGS.get(text(serial, "isSerialNumberMgmt")),
    )
