"""Departments, warehouses and shops."""

from dataclasses import replace

from ..api import Department, Shop, Warehouse
from .fields import inner, read_address, read_page, required, text, words
from .gateway import Call

# https://open.jdl.com, unit 367, documents 1603, 1602 and 1605
_BASE = "/integratedsupplychain/basicinfo"
_QUERY_OWNERS = Call("queryOwnerInfo", f"{_BASE}/owner/query/v1", question=True)
_QUERY_WAREHOUSES = Call(
    "queryWarehouseInfo", f"{_BASE}/warehouse/query/v1", question=True
)
_QUERY_SHOPS = Call("queryShopInfo", f"{_BASE}/shop/query/v1", question=True)

CALLS = {
    "departments": _QUERY_OWNERS,
    "warehouses": _QUERY_WAREHOUSES,
    "shops": _QUERY_SHOPS,
}


class MasterData:
    def departments(self):
        return self._gateway.call(_QUERY_OWNERS, {}, _read_departments)

    def warehouses(self, department_no, numbers=()):
        # JD's own filter is not clear about how many numbers it takes.
        found = self._gateway.call(
            _QUERY_WAREHOUSES,
            {"ownerNo": department_no},
            _read_warehouses,
            number=department_no,
        )
        kept = (row for row in found if not numbers or row.number in numbers)
        return replace(found, rows=tuple(kept))

    def shops(self, department_no):
        return self._gateway.call(
            _QUERY_SHOPS, {"ownerNo": department_no}, _read_shops, number=department_no
        )


def _read_departments(data):
    return read_page(data, _read_department)


def _read_department(_reading, row):
    return Department(number=required(row, "ownerNo"), name=words(row, "ownerName"))


def _read_warehouses(data):
    return read_page(data, _read_warehouse)


def _read_warehouse(_reading, row):
    return Warehouse(
        number=required(row, "warehouseNo"),
        name=words(row, "warehouseName"),
        status=text(row, "status"),
        own_number=text(row, "erpWarehouseNo"),
        address=read_address(inner(row, "warehouseAddress")),
    )


def _read_shops(data):
    return read_page(data, _read_shop)


def _read_shop(_reading, row):
    return Shop(
        number=required(row, "shopNo"),
        name=words(row, "shopName"),
        status=text(row, "status"),
        own_number=text(row, "erpShopNo"),
        platform=text(row, "salesPlatformSourceNo"),
    )
