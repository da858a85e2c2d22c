"""Customer returns (THRK) and returns to suppliers (TGCK)."""

from ..api import CustomerReturnReport, SupplierReturnReport
from .family import Family, amount, cargo
from .fields import text
from .gateway import Call

# https://open.jdl.com, unit 367, documents 1572, 1573, 1574 and 1575
_BASE = "/integratedsupplychain/order"
_CREATE_CUSTOMER = Call("addRtwOrder", f"{_BASE}/returntowarehouse/create/v1")
_QUERY_CUSTOMER = Call(
    "queryRtwOrderDetail", f"{_BASE}/returntowarehouse/query/v1", question=True
)
_CREATE_SUPPLIER = Call("addRtsOrder", f"{_BASE}/returntosupplier/create/v1")
_QUERY_SUPPLIER = Call(
    "queryReturnToSupplier", f"{_BASE}/returntosupplier/query/v1", question=True
)

_CONSUMER, _BUSINESS = 1, 2
# Receive at the level found: JD requires it of a business, and does so for consumers.
_BY_FOUND_LEVEL = {"receiveMode": 2}
# Fifty flags; the first allows less than announced to arrive.
_MARK = "0" * 50
_MARK_SHORT = "1" + _MARK[1:]


# === FROM CUSTOMERS === #


def _customer_payload(order):
    return {
        "ownerNo": order.department_no,
        "erpReturnToWarehouseNo": order.number,
        "warehouseNo": order.warehouse_no,
        "relatedOrders": {
            "deliveryNo": order.delivery_number,
            "erpDeliveryNo": order.own_delivery_number,
        },
        "bizType": _BUSINESS if order.from_business else _CONSUMER,
        "returnType": int(order.reason),
        "orderMark": _MARK_SHORT if order.short_allowed else _MARK,
        "warehouseOperationRule": _BY_FOUND_LEVEL if order.from_business else None,
        "packageNo": order.waybill,
        "returnReason": order.words,
        "erpRemark": order.remark,
        "senderInfo": _sender(order.sender),
        "cargoInfos": [cargo(line) for line in order.lines],
    }


def _sender(address):
    if address is None:
        return None
    return {
        "name": address.name,
        "mobile": address.mobile,
        "phone": address.phone,
        "detailAddress": address.detail,
    }


def _read_customer(reading, data):
    return {
        "delivery_number": reading.optional(text, data, "deliveryNo") or "",
        "own_delivery_number": reading.optional(text, data, "erpDeliveryNo") or "",
    }


CUSTOMER_RETURN = Family(
    create=_CREATE_CUSTOMER,
    query=_QUERY_CUSTOMER,
    number="returnToWarehouseNo",
    own_number="erpReturnToWarehouseNo",
    payload=_customer_payload,
    flags={"returnToWarehouseDetailsFlag": 1},
    lot_flags={"returnToWarehouseBatAttrModelFlag": 1, "serialNoModelFlag": 1},
    report=CustomerReturnReport,
    lines="returnToWarehouseDetailsList",
    lots=("returnToWarehouseBatAttrModelList", "batchQuantity"),
    read_more=_read_customer,
    null_is_missing=True,
)


# === TO SUPPLIERS === #


def _supplier_payload(order):
    return {
        "ownerNo": order.department_no,
        "erpReturnToSupplierNo": order.number,
        "warehouseNo": order.warehouse_no,
        "supplierNo": order.supplier_no,
        "orderType": _condition(order.lines),
        "deliveryMode": int(order.delivery_mode),
        "warehouseOperationRule": {"isShortage": int(order.short_allowed)},
        "receiverInfo": _supplier_receiver(order.receiver),
        "remark": order.remark,
        "cargoInfos": [_supplier_cargo(line) for line in order.lines],
    }


def _condition(lines):
    """Return JD's code for the condition of a return: 1 good, 2 defective."""
    defective = all(line.level.startswith("2") for line in lines)
    return 2 if defective else 1


def _supplier_receiver(address):
    if address is None:
        return None
    return {
        "name": address.name,
        "phone": address.phone or address.mobile,
        "email": address.email,
        "province": address.province,
        "city": address.city,
        "county": address.county,
        "town": address.town,
        "detailAddress": address.detail,
    }


def _supplier_cargo(line):
    # The level is a number in this one call.
    told = {**cargo(line), "goodsLevel": int(line.level)}
    return {**told, "price": amount(line.price)}


def _read_supplier(reading, data):
    return {"supplier_no": reading.optional(text, data, "supplierNo") or ""}


SUPPLIER_RETURN = Family(
    create=_CREATE_SUPPLIER,
    query=_QUERY_SUPPLIER,
    number="returnToSupplierNo",
    own_number="erpReturnToSupplierNo",
    payload=_supplier_payload,
    flags={"returnToSupplierDetailFlag": 1},
    lot_flags={"returnToSupplierBatchFlag": 1, "serialNoModelFlag": 1},
    report=SupplierReturnReport,
    lines="returnToSupplierDetailList",
    lots=("returnToSupplierBatchList", "realQuantity"),
    read_more=_read_supplier,
)
