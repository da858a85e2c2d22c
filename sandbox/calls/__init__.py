"""What each call does once the gateway has let it in.

A handler takes the visit and the checked request, and returns ``data`` or refuses.
"""

from . import basicinfo, cancel, delivery, delivery_query, goods, stock

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
}
