"""Sales outbound orders (XSCK) as JD takes them."""

from ..books import ENABLED
from ..errors import Refusal
from ..orders import OUTBOUND
from ..stock import Short
from ..warehouse_work import reserve
from .common import (
    SHORT_STOCK,
    lines,
    require,
    take_order,
    warehouse,
)

JD_MALL = "1"


def create(visit, request):
    """Take an order, or answer the number it got when it was sent before."""
    department = visit.department(request["customerInfo"]["ownerNo"])
    if request["sourceNo"] != visit.settings.source_no:
        visit.call.refuse("2055", request["sourceNo"])
    before = visit.books.orders.by_erp_no(
        OUTBOUND, department.no, request["erpDeliveryNo"]
    )
    if before:
        return _repeated(visit, department, before)
    _check_parties(visit, department, request)
    _check_receiver(visit, request["receiverInfo"])
    _check_services(visit, request)
    order = _accept(visit, department, request)
    return _answer(order)


def _repeated(visit, department, order):
    order.asked += 1
    if department.refuses_repeats:
        visit.call.refuse("2218", order.erp_no)
    return _answer(order)


def _answer(order):
    return {"deliveryNo": order.no, "erpDeliveryNo": order.erp_no}


def _check_parties(visit, department, request):
    channel, customer = request["channelInfo"], request["customerInfo"]
    if channel["salesPlatformSource"] == JD_MALL:
        require(visit, channel, "salesPlatformDeliveryNo")
    if request.get("orderType", "1") == "1":
        require(visit, customer, "shopNo")
    if customer.get("shopNo") not in (None, "", *department.shops):
        visit.call.refuse("2059", customer["shopNo"])
    carrier = request.get("carrierInfo") or {}
    if not department.carrier_split and not carrier.get("carrierNo"):
        visit.call.refuse("2123", "carrierNo")
    pickup = request.get("pickupOrder")
    if pickup:
        require(visit, pickup["receiverContact"], "mobile", "phone")


def _check_receiver(visit, receiver):
    require(visit, receiver, "mobile", "phone")
    analysis = receiver.get("addressAnalysis")
    if analysis == 1:
        require(visit, receiver, "customerNo")
    if analysis == 2 or not receiver.get("customerNo"):
        require(visit, receiver, "detailAddress")


def _check_services(visit, request):
    services = request.get("addServices") or {}
    on_delivery = request["orderMark"].startswith("1")
    receivable = services.get("receivable") or 0
    if on_delivery and not receivable > 0:
        visit.call.refuse("2244", "receivable")
    if not on_delivery and receivable:
        visit.call.refuse("value", "receivable without cash on delivery")
    if services.get("signType") == 3:
        require(visit, services, "signIDCode")


def _accept(visit, department, request):
    made = lines(visit, department, request["cargoInfos"], repeated_line="2087")
    _check_dates(visit, made)
    kept_in = _warehouse(visit, department, request)
    return take_order(
        visit,
        OUTBOUND,
        request["erpDeliveryNo"],
        department,
        kept_in.no,
        made,
        request,
        before_start=lambda order: _reserve(visit, order),
    )


def _warehouse(visit, department, request):
    unnamed = not (request.get("warehouseNo") or request.get("erpWarehouseNo"))
    if unnamed and department.sourcing:
        for each in visit.books.warehouses_of(department.no):
            if each.status == ENABLED:
                return each
    return warehouse(visit, department, request)


def _check_dates(visit, made):
    for line in made:
        goods = visit.books.goods.by_no[line.goods_no]
        dated = line.asked_batch.productDate or line.asked_batch.expireDate
        if dated and not goods.dated:
            visit.call.refuse("2227", goods.no)


def _reserve(visit, order):
    try:
        reserve(visit.books, order)
    except Short as short:
        raise Refusal(SHORT_STOCK, f"not enough stock: {short}") from short
