"""Suppliers of a department."""

from ..books import Supplier
from .common import listed, present, require

UNKNOWN, NAME_TAKEN = "3010", "2002"


def upsert(visit, request):
    """Create a supplier, or change the one whose number is given.

    What JD answers beside the envelope is not public: nothing.
    """
    if request.get("supplierNo"):
        supplier = visit.books.suppliers.get(request["supplierNo"])
        if not supplier:
            visit.call.refuse(UNKNOWN, request["supplierNo"])
        visit.department(supplier.department_no)
    else:
        for name in ("ownerNo", "erpSupplierNo", "supplierName"):
            require(visit, request, name)
        if request.get("status"):
            visit.call.refuse("value", "status is for modifying only")
        department = visit.department(request["ownerNo"])
        supplier = _known(visit, department, request)
    _check_name(visit, supplier, request)
    visit.books.suppliers[supplier.no] = supplier
    _change(supplier, request)


def query(visit, request):
    department = visit.department(request["ownerNo"])
    numbers, erp_numbers = (
        listed(request.get(name)) for name in ("supplierNos", "isvSupplierNos")
    )
    if numbers and erp_numbers and len(numbers) != len(erp_numbers):
        visit.call.refuse("value", "isvSupplierNos must go one to one with supplierNos")
    return [
        _row(department, supplier)
        for supplier in visit.books.suppliers.values()
        if supplier.department_no == department.no
        and (not numbers or supplier.no in numbers)
        and (not erp_numbers or supplier.erp_no in erp_numbers)
    ]


def check_supplier(visit, department, request):
    """Refuse a supplier that is not the department's, if one is named."""
    if request.get("supplierNo"):
        supplier = visit.books.suppliers.get(request["supplierNo"])
        if not supplier or supplier.department_no != department.no:
            visit.call.refuse(UNKNOWN, f"no supplier {request['supplierNo']}")


def _known(visit, department, request):
    """Return the supplier the merchant's number made before, or a new one."""
    erp_no = request["erpSupplierNo"]
    for supplier in visit.books.suppliers.values():
        if (supplier.department_no, supplier.erp_no) == (department.no, erp_no):
            return supplier
    return Supplier(visit.books.next_no("EMS"), erp_no, department.no)


def _check_name(visit, supplier, request):
    taken = [
        other.name
        for other in visit.books.suppliers.values()
        if other.department_no == supplier.department_no and other.no != supplier.no
    ]
    if request.get("supplierName") in taken:
        visit.call.refuse(NAME_TAKEN, request["supplierName"])


def _change(supplier, request):
    supplier.name = request.get("supplierName") or supplier.name
    supplier.status = request.get("status") or supplier.status
    supplier.address |= request.get("supplierAddress") or {}


def _row(department, supplier):
    return present(
        {
            "ownerNo": department.no,
            "ownerName": department.name,
            "erpSupplierNo": supplier.erp_no,
            "supplierNo": supplier.no,
            "supplierName": supplier.name,
            "supplierType": "1",
            "status": supplier.status,
            "supplierAddress": supplier.address or None,
        }
    )
