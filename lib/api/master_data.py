"""Departments, warehouses, shops and suppliers."""

from dataclasses import dataclass


class WarehouseStatus:
    INITIAL = "1"
    ENABLED = "2"
    DISABLED = "3"


@dataclass(frozen=True, repr=False)
class Address:
    """A person's name and address; has no repr, so that it is never logged."""

    name: str = ""
    mobile: str = ""
    phone: str = ""
    email: str = ""
    postcode: str = ""
    province: str = ""
    city: str = ""
    county: str = ""
    town: str = ""
    detail: str = ""


@dataclass(frozen=True)
class Department:
    number: str
    name: str = ""


@dataclass(frozen=True)
class Warehouse:
    """A warehouse as JD describes it to one department.

    :param status: As JD sends it, empty where it does not; compare with
        `WarehouseStatus`.
    :param own_number: The merchant's own number for it, once mapped at JD.
    """

    number: str
    name: str = ""
    status: str = ""
    own_number: str = ""
    address: Address = Address()

    @property
    def is_open(self):
        return self.status not in (WarehouseStatus.INITIAL, WarehouseStatus.DISABLED)


class SupplierStatus:
    ENABLED = "2"
    DISABLED = "3"


@dataclass(frozen=True)
class Supplier:
    """A supplier of a department.

    :param number: JD's number, `EMS…`; empty for one that is still to be created.
    :param own_number: Our number.
    """

    own_number: str
    name: str = ""
    number: str = ""
    status: str = ""
    address: Address = Address()


class ShopStatus:
    ENABLED = "1"
    DISABLED = "2"
    INITIAL = "3"
    IN_REVIEW = "4"
    REJECTED = "5"


@dataclass(frozen=True)
class Shop:
    """A shop of a department; JD requires one on each order of a consumer.

    :param status: As JD sends it, empty where it does not; only
        `ShopStatus.ENABLED` takes orders.
    :param platform: The sales platform's code at JD.
    """

    number: str
    name: str = ""
    status: str = ""
    own_number: str = ""
    platform: str = ""
