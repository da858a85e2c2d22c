"""Inbound orders (CGRK)."""

import re

from ..api import Discrepancy, InboundReport, Rejection
from .family import Family, amount, cargo
from .fields import count, lot, moment, quantity, text, words
from .gateway import Call

# https://open.jdl.com, unit 367, document 1571
_BASE = "/integratedsupplychain/order/purchase"
_CREATE = Call("addPoOrder", f"{_BASE}/create/v2")
_QUERY = Call("queryPoOrderDetail", f"{_BASE}/query/v1", question=True)

_QUANTITY = "Quantity"
_REASON = re.compile(f"[A-Za-z]{{1,50}}{_QUANTITY}")
_WHOLE_DISCREPANCY = "diff"


def _payload(order):
    """Return the body of addPoOrder for an inbound order.

    JD's page of this call (document 1559) is not public. From other sources we know the
    department, our number, `warehouseInfo`, and in each line the quantity and a level
    of 100, 200 or 300. The other names are our convention, taken from similar calls of
    JD, and are used only here.
    """
    return {
        "ownerNo": order.department_no,
        "erpPurchaseNo": order.number,
        "warehouseInfo": {"warehouseNo": order.warehouse_no},
        "supplierNo": order.supplier_no,
        "bizType": int(order.purpose),
        "multiReceivingFlag": int(order.in_parts),
        "waybillNo": order.waybill,
        "erpRemark": order.remark,
        "cargoInfos": [
            {
                **cargo(line),
                "goodsPrice": amount(line.price),
                "serialNos": line.serials,
            }
            for line in order.lines
        ],
    }


def _read_more(reading, data):
    return {
        "completed_at": moment(data, "completeTime"),
        "supplier_no": reading.optional(text, data, "supplierNo") or "",
        "discrepancies": reading.rows(
            data, "purchaseItemModelDiffList", _read_discrepancy
        ),
        "rejections": reading.rows(data, "purchaseItemRejectList", _read_rejection),
    }


def _read_discrepancy(row):
    """Read a discrepancy; its reasons are in member names, like `damagedQuantity`."""
    reasons = {
        name.removesuffix(_QUANTITY): count(row, name)
        for name in row
        if _REASON.fullmatch(name)
    }
    whole = reasons.pop(_WHOLE_DISCREPANCY, None)
    return Discrepancy(
        goods_number=text(row, "goodsNo"),
        own_goods_number=text(row, "erpGoodsNo"),
        quantity=whole,
        reasons={reason: pieces for reason, pieces in reasons.items() if pieces},
        remark=words(row, "diffRemark"),
    )


def _read_rejection(row):
    return Rejection(
        goods_number=text(row, "goodsNo"),
        quantity=quantity(row, "rejectQuantity"),
        level=text(row, "goodsLevel"),
        reason=words(row, "rejectReason"),
        lot=lot(row),
    )


INBOUND = Family(
    create=_CREATE,
    query=_QUERY,
    number="purchaseNo",
    own_number="erpPurchaseNo",
    payload=_payload,
    flags={"purchaseItemFlag": 1, "purchaseItemRejectFlag": 1},
    lot_flags={"purchaseBatAttrFlag": 1, "serialNoModelFlag": 1},
    report=InboundReport,
    status="purchaseOrderStatus",
    lines="purchaseItemModelList",
    level="realGoodsLevel",
    lots=("purchaseBatAttrModelList", "batchQty"),
    read_more=_read_more,
    null_is_missing=True,
)
