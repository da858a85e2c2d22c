"""Suppliers: query (document 1618) and create (document 1617)."""

from ..api import OutcomeUnknown, Supplier
from .fields import inner, read_address, read_page, required, text, words
from .gateway import Call
from .kinds import is_supplier_number

# https://open.jdl.com, unit 367
_BASE = "/integratedsupplychain/basicinfo/supplier"
_QUERY = Call("querySupplier", f"{_BASE}/query/v1", question=True)
_SAVE = Call("upsertSupplier", f"{_BASE}/create/v1")

CALLS = {"suppliers": _QUERY, "create_supplier": _SAVE}


class SupplierOperations:
    def suppliers(self, department_no, *, numbers=(), own_numbers=()):
        payload = {
            "ownerNo": department_no,
            "supplierNos": ",".join(numbers),
            "isvSupplierNos": ",".join(own_numbers),
        }
        # JD documents no code for an unknown supplier: it may answer with null.
        named = bool(numbers or own_numbers)
        return self._gateway.call(
            _QUERY,
            payload,
            lambda data: read_page(data, _read_row, empty_allowed=named),
            number=department_no,
        )

    def create_supplier(self, department_no, supplier):
        address = supplier.address
        payload = {
            "ownerNo": department_no,
            "erpSupplierNo": supplier.own_number,
            "supplierName": supplier.name,
            # JD's page has no members for a street.
            "supplierAddress": {
                "name": address.name,
                "phone": address.phone or address.mobile,
                "email": address.email,
                "province": address.province,
                "city": address.city,
            },
        }
        return self._gateway.call(
            _SAVE, payload, _read_number, number=supplier.own_number
        )


def _read_number(data):
    """Return JD's number of a new supplier, empty where JD names none.

    JD's page does not document the `data` of this answer.
    """
    number = text(data, "supplierNo") if isinstance(data, dict) else ""
    if number and not is_supplier_number(number):
        raise OutcomeUnknown("JD saved the supplier but named no number of a supplier")
    return number


def _read_row(_reading, row):
    return Supplier(
        number=required(row, "supplierNo"),
        own_number=text(row, "erpSupplierNo"),
        name=words(row, "supplierName"),
        status=text(row, "status"),
        address=read_address(inner(row, "supplierAddress")),
    )
