"""Goods: query (document 1610) and create (document 1609)."""

from ..api import GOODS_PAGE_SIZE, Goods, NotFound, OutcomeUnknown, Page
from .fields import Unreadable, inner, parts, quantity, read_page, required, text, words
from .gateway import Call
from .kinds import is_goods_number

# https://open.jdl.com, unit 367
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
        # JD sends everything that matches a filter on one page.
        size = 0 if numbers or own_numbers or barcodes else page_size
        try:
            return self._gateway.call(
                _QUERY,
                payload,
                lambda data: read_page(data, _read_row, page=page, page_size=size),
                number=department_no,
            )
        except NotFound:
            return Page()  # JD's code for a filter that matches nothing

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
    if not is_goods_number(number):
        raise OutcomeUnknown("JD saved the goods but named no number of goods")
    return number


def _read_row(reading, row):
    """Read a row of goods; members that do not identify it may be unreadable."""
    basic = inner(row, "basicInfo")
    management = inner(row, "management")
    period = inner(management, "guaranteePeriod")
    serial = inner(management, "serialNumber")
    number = required(basic, "goodsNo")
    if not is_goods_number(number):
        raise Unreadable("JD's goodsNo is no number of goods")
    return Goods(
        number=number,
        own_number=text(basic, "erpGoodsNo"),
        name=words(basic, "goodsName"),
        barcodes=parts(basic, "barcode"),
        enabled=_read_flag(basic, "enableFlag"),
        shelf_life_days=reading.optional(quantity, period, "shelfLifeDays"),
        batch_managed=_read_flag(management, "isBatchMgmt"),
        serial_managed=_read_flag(serial, "isSerialNumberMgmt"),
    )


def _read_flag(row, name):
    return _FLAGS.get(words(row, name))
