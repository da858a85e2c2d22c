"""Orders of every kind: what JD is told, and what it tells of them."""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import ClassVar

from .goods import GoodsLevel, Lot
from .master_data import Address

# JD's cancel call takes no longer numbers of ours.
OWN_NUMBER_LENGTH = 50
JD_EXPRESS = "CYS0000010"
OTHER_PLATFORM = "6"
# The one value JD documents; applications are seen with others.
DOCUMENTED_SOURCE = "ISV0020008045424"


class OrderKind:
    """JD's names for the kinds of orders."""

    INBOUND = "CGRK"
    OUTBOUND = "XSCK"
    CUSTOMER_RETURN = "THRK"
    SUPPLIER_RETURN = "TGCK"


# === WHAT JD IS TOLD === #


@dataclass(frozen=True)
class OrderLine:
    """One goods of an order.

    :param line: Our number for it, unique within the order.
    :param quantity: Whole pieces, above zero.
    :param price: Of one piece.
    """

    line: str
    goods_number: str
    quantity: int
    level: str = GoodsLevel.GOOD
    price: Decimal | None = None
    lot: Lot | None = None
    serials: tuple[str, ...] = ()


@dataclass(frozen=True)
class OutboundOrder:
    """A delivery to a customer.

    :param number: Ours, unique within the department; JD's key against repeats.
    :param shop_no: Wanted by JD unless `to_business`.
    :param platform: Code of the sales platform, with `platform_number` as the order's
        number there.
    :param ordered_at: Naive UTC, like `ship_at`.
    :param waybill: Of another carrier than JD, where the merchant has one already.
    :param cash_on_delivery: The amount to collect.
    :param source_no: JD's number for the application's maker.
    """

    kind: ClassVar[str] = OrderKind.OUTBOUND

    number: str
    department_no: str
    warehouse_no: str
    receiver: Address
    lines: tuple[OrderLine, ...]
    shop_no: str = ""
    to_business: bool = False
    platform: str = OTHER_PLATFORM
    platform_number: str = ""
    ordered_at: datetime | None = None
    ship_at: datetime | None = None
    carrier_no: str = JD_EXPRESS
    waybill: str = ""
    cash_on_delivery: Decimal | None = None
    insured_value: Decimal | None = None
    buyer_remark: str = ""
    remark: str = ""
    source_no: str = DOCUMENTED_SOURCE


# === WHAT JD TELLS === #


@dataclass(frozen=True)
class ReportedLine:
    """One line of an order at JD.

    :param done: What was really shipped or received; None where JD has not reported
        it, which is not zero.
    :param level: The level really found where JD says so.
    """

    line: str
    goods_number: str
    own_goods_number: str = ""
    level: str = ""
    planned: int | None = None
    done: int | None = None


@dataclass(frozen=True)
class ReportedLot:
    """How much of a goods moved in one lot.

    :param line: Empty where JD does not say.
    """

    goods_number: str
    quantity: int | None
    lot: Lot
    line: str = ""
    level: str = ""


@dataclass(frozen=True)
class ReportedSerial:
    goods_number: str
    serial: str


@dataclass(frozen=True)
class StatusChange:
    """:param at: Naive UTC; None where JD's time is missing or unreadable."""

    status: str
    name: str = ""
    at: datetime | None = None


@dataclass(frozen=True)
class Parcel:
    """:param waybill: The package number without its counting suffix."""

    package_no: str
    waybill: str
    weight: Decimal | None = None
    contents: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Report:
    """An order as JD has it now.

    :param status: JD's code, also one that is not documented.
    :param completed_at: Naive UTC, like the two times of `history`.
    """

    kind: ClassVar[str]

    number: str
    own_number: str
    department_no: str = ""
    warehouse_no: str = ""
    status: str = ""
    lines: tuple[ReportedLine, ...] = ()
    lots: tuple[ReportedLot, ...] = ()
    serials: tuple[ReportedSerial, ...] = ()
    completed_at: datetime | None = None


@dataclass(frozen=True)
class OutboundReport(Report):
    """:param split_numbers: JD's numbers of the orders it made of this one."""

    kind: ClassVar[str] = OrderKind.OUTBOUND

    carrier_no: str = ""
    carrier_name: str = ""
    waybills: tuple[str, ...] = ()
    parcels: tuple[Parcel, ...] = ()
    history: tuple[StatusChange, ...] = ()
    split_numbers: tuple[str, ...] = ()


# === CANCELLING === #


class CancelResult:
    CANCELLED = "cancelled"
    CANCELLING = "cancelling"
    FAILED = "failed"


@dataclass(frozen=True)
class Cancellation:
    """:param reason: JD's words, where it gave any."""

    result: str
    reason: str = ""
