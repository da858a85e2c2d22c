"""Outbound orders (XSCK)."""

import re

from .. import clock
from ..api import OrderKind, OutboundReport, Parcel, StatusChange
from .family import Family, amount, cargo
from .fields import inner, moment, number, parts, quantity, required, text, words
from .gateway import Call
from .kinds import is_order_number

# https://open.jdl.com, unit 367, documents 1596 and 1632
_BASE = "/integratedsupplychain/order/delivery"
_CREATE = Call("addSoOrder", f"{_BASE}/create/v1")
_QUERY = Call("querySoOrder", f"{_BASE}/query/v1", question=True)

# Fifty flags, as in JD's example; the first asks for cash on delivery.
_MARK = "0" * 50
_MARK_CASH = "1" + _MARK[1:]

# A package number is the waybill with a suffix that counts packages: JDVD…-1-1-
_PACKAGE_SUFFIX = re.compile(r"(-\d+){1,2}-?$")


def _payload(order):
    cash = order.cash_on_delivery
    return {
        "sourceNo": order.source_no,
        "erpDeliveryNo": order.number,
        "orderType": "2" if order.to_business else "1",
        "warehouseNo": order.warehouse_no,
        "orderMark": _MARK_CASH if cash else _MARK,
        "channelInfo": _channel(order),
        "customerInfo": {"ownerNo": order.department_no, "shopNo": order.shop_no},
        "receiverInfo": _receiver(order.receiver),
        "carrierInfo": {
            "carrierNo": order.carrier_no,
            "expectDate": order.ship_at and clock.to_jd(order.ship_at),
            "shipmentInfo": {"thirdWaybillNo": order.waybill},
        },
        "addServices": {
            "receivable": amount(cash) if cash else None,
            "isInsuredPrice": 1 if order.insured_value else None,
            "insuredValue": amount(order.insured_value),
        },
        "cargoInfos": [_cargo(line) for line in order.lines],
        "customerRemark": order.buyer_remark,
        "erpRemark": order.remark,
    }


def _channel(order):
    return {
        "salesPlatformSource": order.platform,
        "salesPlatformDeliveryNo": order.platform_number,
        "salesPlatformCreateTime": order.ordered_at and clock.to_jd(order.ordered_at),
    }


def _receiver(address):
    return {
        "name": address.name,
        "mobile": address.mobile,
        "phone": address.phone,
        "email": address.email,
        "postCode": address.postcode,
        "province": address.province,
        "city": address.city,
        "county": address.county,
        "town": address.town,
        "detailAddress": address.detail,
    }


def _cargo(line):
    price = None if line.price is None else float(round(line.price, 4))
    return {**cargo(line), "price": price, "serialNos": line.serials}


def _read_more(reading, data):
    carrier = inner(data, "carrierInfo")
    parcels = reading.rows(
        data, "deliveryPackageList", lambda row: _read_parcel(reading, row)
    )
    splits = reading.optional(parts, data, "splitDeliveryNos") or ()
    # Other kinds have the department at the top level; this one under the customer.
    owner = reading.optional(text, inner(data, "customerInfo"), "ownerNo")
    return {
        "department_no": owner or "",
        "carrier_no": reading.optional(text, carrier, "carrierNo") or "",
        "carrier_name": words(carrier, "carrierName"),
        "waybills": _waybills(reading, carrier, parcels),
        "parcels": parcels,
        "history": reading.rows(data, "deliveryStatusList", _read_change),
        "split_numbers": tuple(
            number for number in splits if is_order_number(OrderKind.OUTBOUND, number)
        ),
    }


def _waybills(reading, carrier, parcels):
    """Return the waybills of an order and its parcels, each once, in JD's order."""
    named = (
        waybill
        for name in ("waybillNo", "tpWaybillNo")
        for waybill in reading.optional(parts, carrier, name) or ()
    )
    return tuple(dict.fromkeys((*named, *(parcel.waybill for parcel in parcels))))


def _read_parcel(reading, row):
    package_no = required(row, "packageNo")
    contents = {}
    for goods_number, pieces in reading.rows(row, "packageItemList", _read_content):
        contents[goods_number] = contents.get(goods_number, 0) + pieces
    return Parcel(
        package_no=package_no,
        waybill=_PACKAGE_SUFFIX.sub("", package_no),
        weight=reading.optional(number, row, "packageWeight"),
        contents=contents,
    )


def _read_content(row):
    return text(row, "goodsNo"), quantity(row, "quantity") or 0


def _read_change(row):
    return StatusChange(
        status=text(row, "statusCode"),
        name=words(row, "statusName"),
        at=moment(row, "operateTime"),
    )


OUTBOUND = Family(
    create=_CREATE,
    query=_QUERY,
    number="deliveryNo",
    own_number="erpDeliveryNo",
    payload=_payload,
    flags={"deliveryItemFlag": 1, "deliveryPackageFlag": 1, "deliveryStatusFlag": 1},
    lot_flags={"deliveryBatchItemFlag": 1, "deliverySerialNoFlag": 1},
    report=OutboundReport,
    lines="deliveryItemList",
    lots=("deliveryBatchItemList", "batchQuantity"),
    serials="serialNoList",
    read_more=_read_more,
)
