"""What each call does once the gateway has let it in.

A handler takes the visit and the checked request, and returns ``data`` or refuses.
"""

from . import (
    basicinfo,
    cancel,
    delivery,
    delivery_query,
    goods,
    lists,
    problems,
    purchase,
    return_in,
    return_out,
    stock,
    suppliers,
)

HANDLERS = {
    "queryOwnerInfo": basicinfo.query_owners,
    "queryWarehouseInfo": basicinfo.query_warehouses,
    "queryShopInfo": basicinfo.query_shops,
    "queryGoodsInfo": goods.query,
    "saveGoodsInfo": goods.save,
    "queryStock": stock.query,
    "addSoOrder": delivery.create,
    "querySoOrder": delivery_query.query,
    "queryPackage": delivery_query.query_package,
    "cancelOrder": cancel.cancel,
    "getEclpNoByOutNo": cancel.find_no,
    "addPoOrder": purchase.create,
    "queryPoOrderDetail": purchase.query,
    "closePoOrder": purchase.close,
    "updatePurchaseOrder": purchase.update,
    "upsertSupplier": suppliers.upsert,
    "querySupplier": suppliers.query,
    "addRtwOrder": return_in.create,
    "queryRtwOrderDetail": return_in.query,
    "addRtsOrder": return_out.create,
    "queryReturnToSupplier": return_out.query,
    "queryGoodsLevelChange": lists.query_level_changes,
    "queryCheckStock": lists.query_stock_counts,
    "queryOrderNosByPage": lists.query_order_numbers,
    "queryExceptionOrderList": problems.query,
    "queryInStockSidBySku": lists.query_serials,
}
