"""Inbound orders (CGRK)."""

from ..api import Discrepancy, InboundReport, Rejection
from .family import Family, amount, cargo
from .fields import count, lot, moment, rows, text
from .gateway import Call

# https://open.jdl.com, unit 367, document 1571
_BASE = "/integratedsupplychain/order/purchase"
_CREATE = Call("addPoOrder", f"{_BASE}/create/v2")
_QUERY = Call("queryPoOrderDetail", f"{_BASE}/query/v1", question=True)

_QUANTITY = "Quantity"
_WHOLE_DISCREPANCY = "diff"


def _payload(order):
    """Return what JD is told of an inbound order.

    JD's page of this call (document 1559) is not public. Known at second hand are
    the department, our number, `warehouseInfo`, and of each line the quantity and a
    level of 100, 200 or 300; the other names are those of JD's neighbouring calls, by
    our own convention, and stand nowhere but here.
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


def _read_more(data):
    return {
        "completed_at": moment(data, "completeTime"),
        "supplier_no": text(data, "supplierNo"),
        "discrepancies": tuple(
            _read_discrepancy(row)
            for row in rows(data, member="purchaseItemModelDiffList")
        ),
        "rejections": tuple(
            _read_rejection(row) for row in rows(data, member="purchaseItemRejectList")
        ),
    }


def _read_discrepancy(row):
    """Read a row whose members are named after reasons, like `damagedQuantity`."""
    reasons = {
        name.removesuffix(_QUANTITY): count(row, name)
        for name in row
        if name.endswith(_QUANTITY)
    }
    whole = reasons.pop(_WHOLE_DISCREPANCY, None)
    return Discrepancy(
        goods_number=text(row, "goodsNo"),
        own_goods_number=text(row, "erpGoodsNo"),
        quantity=whole,
        reasons={reason: pieces for reason, pieces in reasons.items() if pieces},
        remark=text(row, "diffRemark"),
    )


def _read_rejection(row):
    return Rejection(
        goods_number=text(row, "goodsNo"),
        quantity=count(row, "rejectQuantity"),
        level=text(row, "goodsLevel"),
        reason=text(row, "rejectReason"),
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
)
