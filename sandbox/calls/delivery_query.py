"""Sales outbound orders (XSCK) as JD tells of them."""

from .. import clock, walk
from ..orders import OUTBOUND
from ..stock import Batch
from .common import batch_rows, find_order, goods_of, present

NOT_FOUND = "2342"
JD_MALL = "1"
PACKED = 10018


def query(visit, request):
    order = _find(visit, request)
    if not order:
        visit.call.refuse(NOT_FOUND, "no such order")
    data = _head(visit, order)
    # Documented as always present, whatever deliveryItemFlag says.
    data["deliveryItemList"] = [_item(visit, order, line) for line in order.lines]
    if request.get("deliveryPackageFlag") and order.parcels:
        data["deliveryPackageList"] = [_package(parcel) for parcel in order.parcels]
    if request.get("deliveryBatchItemFlag"):
        data["deliveryBatchItemList"] = _batches(visit, order)
    if request.get("deliverySerialNoFlag"):
        data["serialNoList"] = [
            {"goodsNo": line.goods_no, "serialNo": serial}
            for line in order.lines
            if line.real is not None
            for serial in line.serials
        ]
    return data


def query_package(visit, request):
    order = visit.books.orders.by_no.get(request["orderNo"])
    if not order or order.kind != OUTBOUND:
        visit.call.refuse(NOT_FOUND, request["orderNo"])
    visit.department(order.department_no)
    parcels = {parcel.package_no: parcel for parcel in order.parcels}
    parcel = parcels.get(request["packageNo"])
    if not parcel or request.get("packagesType") == 2:
        visit.call.refuse("2005", request["packageNo"])
    return {
        "packageNo": parcel.package_no,
        "type": 1,
        "weight": parcel.weight,
        "weightUnit": "kg",
        "packageDetailList": [{"goodsNo": goods_no} for goods_no in parcel.items],
    }


def _find(visit, request):
    platform_no = request.get("salesPlatformDeliveryNo")
    if platform_no and not (request.get("deliveryNo") or request.get("erpDeliveryNo")):
        order = visit.books.orders.by_platform_no(OUTBOUND, platform_no)
        if order:
            visit.department(order.department_no)
        return order
    return find_order(visit, OUTBOUND, request, "deliveryNo", "erpDeliveryNo")


def _head(visit, order):
    told = order.request
    carrier = told.get("carrierInfo") or {}
    shipment = carrier.get("shipmentInfo") or {}
    return present(
        {
            "deliveryNo": order.no,
            "erpDeliveryNo": order.erp_no,
            "customerInfo": present(
                {
                    "ownerNo": order.department_no,
                    "shopNo": told["customerInfo"].get("shopNo"),
                }
            ),
            "warehouseNo": order.warehouse_no,
            "erpWarehouseNo": visit.books.warehouses[order.warehouse_no].erp_no,
            "carrierInfo": present(
                {
                    "carrierNo": carrier.get("carrierNo") or "CYS0000010",
                    "carrierName": "JD Express",
                    "expectDate": carrier.get("expectDate"),
                    "waybillNo": order.waybill_no,
                    "tpWaybillNo": (shipment.get("thirdWaybillNo") or "")[:20],
                }
            ),
            "channelInfo": told["channelInfo"],
            "receiverInfo": _receiver(told),
            "addServices": _cash_on_delivery(told),
            "customerRemark": told.get("customerRemark"),
            "orderMark": told["orderMark"],
            "pinAccount": order.pin,
            "isSplit": "1" if order.parts else "0",
            "splitDeliveryNos": ",".join(order.parts) or None,
            "status": str(order.status),
            "warehouseType": "1",
            "packCount": len(order.parcels) or None,
            "orderWeight": _weight(order),
            # The status list comes back whatever the flag says, as documented.
            "deliveryStatusList": [_status(each) for each in order.history],
            "deliveryProductInfoList": [],
        }
    )


def _receiver(told):
    """JD hides the receiver of its own mall's orders from July 2026 on."""
    receiver = told["receiverInfo"]
    if told["channelInfo"]["salesPlatformSource"] != JD_MALL:
        return receiver
    masked = ("name", "mobile", "phone", "email")
    return receiver | {
        name: f"{receiver[name][:1]}***" for name in masked if receiver.get(name)
    }


def _cash_on_delivery(told):
    if not told["orderMark"].startswith("1"):
        return None
    return {"receivable": told["addServices"]["receivable"]}


def _weight(order):
    weight = sum(parcel.weight for parcel in order.parcels)
    return f"{weight:.3f}" if order.parcels else None


def _status(happening):
    return {
        "statusCode": happening.status,
        "statusName": walk.RULES[OUTBOUND].names[happening.status],
        "operateTime": clock.text(happening.time),
        "operateUser": "sandbox",
    }


def _item(visit, order, line):
    goods = visit.books.goods.by_no[line.goods_no]
    batch = Batch(*(line.picks[0][0] if line.picks else line.asked_batch))
    shown = present(
        {
            **goods_of(line),
            "orderLine": line.order_line,
            "price": line.price,
            "planQuantity": line.plan,
        }
    )
    if goods.batched:
        shown["batchInfos"] = batch.infos()
    if line.real is not None and line.reported:
        shown["realQuantity"] = line.real
    return shown


def _package(parcel):
    return {
        "packageNo": parcel.package_no,
        "packageWeight": parcel.weight,
        "packageItemList": [
            {"goodsNo": goods_no, "quantity": quantity}
            for goods_no, quantity in parcel.items.items()
        ],
    }


def _batches(visit, order):
    rows = batch_rows(visit, order, "batchQuantity")
    dropped = ("batchNo", "goodsLevel")
    return [
        {name: value for name, value in row.items() if name not in dropped}
        for row in rows
    ]
