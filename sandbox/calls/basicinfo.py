"""Master data: departments, warehouses, shops."""

from .common import listed, present


def query_owners(visit, request):
    wanted = listed(request.get("ownerNo"))
    for no in wanted:
        visit.department(no)
    departments = visit.books.departments_of(visit.account.pin)
    return [_owner(each) for each in departments if not wanted or each.no in wanted]


def query_warehouses(visit, request):
    department = visit.department(request["ownerNo"])
    wanted, statuses = listed(request.get("warehouseNo")), listed(request.get("status"))
    return [
        _warehouse(each)
        for each in visit.books.warehouses_of(department.no)
        if (not wanted or each.no in wanted)
        and (not statuses or each.status in statuses)
    ]


def query_shops(visit, request):
    department = visit.department(request["ownerNo"])
    wanted = listed(request.get("shopNo"))
    if request.get("erpShopNo"):
        return []
    return [
        _shop(department, no, name)
        for no, name in department.shops.items()
        if not wanted or no in wanted
    ]


def _owner(department):
    return {
        "sellerNo": department.seller_no,
        "sellerName": department.seller_name,
        "ownerNo": department.no,
        "ownerName": department.name,
        "enableTemplate": "2",
        "settlementMode": "2",
        "status": "2",
    }


def _warehouse(warehouse):
    return present(
        {
            "warehouseNo": warehouse.no,
            "warehouseName": warehouse.name,
            "erpWarehouseNo": warehouse.erp_no,
            "status": warehouse.status,
            "warehouseAddress": warehouse.address,
        }
    )


def _shop(department, no, name):
    return {
        "ownerNo": department.no,
        "shopNo": no,
        "shopName": name,
        "salesPlatformSourceNo": "6",
        "type": "4",
        "status": "1",
        "customerCode": f"010K{department.no[-4:]}",
        "outBoundRules": "1000000000",
        "bizType": "1",
    }
