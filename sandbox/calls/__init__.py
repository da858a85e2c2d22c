"""What each call does once the gateway has let it in.

A handler takes the visit and the checked request, and returns ``data`` or refuses.
"""

from . import basicinfo

HANDLERS = {
    "queryOwnerInfo": basicinfo.query_owners,
    "queryWarehouseInfo": basicinfo.query_warehouses,
    "queryShopInfo": basicinfo.query_shops,
}
