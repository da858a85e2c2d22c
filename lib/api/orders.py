"""Orders of every kind: what JD is told, and what it tells of them."""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import ClassVar

from .goods import GoodsLevel, Lot
from .master_data import Address
from .pages import OddRow

ORDER_PAGE_SIZE = 100
JD_EXPRESS = "CYS0000010"
OTHER_PLATFORM = "6"
# The one value JD documents; applications are seen with others.
DOCUMENTED_SOURCE = "ISV0020008045424"


class OrderKind:
    """The kinds of orders; each protocol has codes of its own for them."""

    INBOUND = "inbound"
    OUTBOUND = "outbound"
    CUSTOMER_RETURN = "customer_return"
    SUPPLIER_RETURN = "supplier_return"


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


class InboundPurpose:
    PURCHASE = "1"
    TRANSFER = "12"


@dataclass(frozen=True)
class InboundOrder:
    """Goods announced to a warehouse.

    :param supplier_no: JD's number, `EMS…`.
    :param waybill: Of what is on its way.
    :param in_parts: It may arrive in several deliveries; only such an order can be
        closed.
    """

    kind: ClassVar[str] = OrderKind.INBOUND

    number: str
    department_no: str
    warehouse_no: str
    lines: tuple[OrderLine, ...]
    supplier_no: str = ""
    purpose: str = InboundPurpose.PURCHASE
    waybill: str = ""
    in_parts: bool = False
    remark: str = ""


class ReturnReason:
    AFTER_SALE = "1"
    EXCHANGE = "2"
    REJECTED = "3"
    SHORT = "4"
    SHIP_AGAIN = "5"
    HALF_RECEIVED = "6"


@dataclass(frozen=True)
class CustomerReturn:
    """Goods that come back from a customer.

    :param delivery_number: JD's number of the delivery they left with; without it
        (nor ours, `own_delivery_number`) JD wants every line in full.
    :param short_allowed: Less than announced may arrive.
    :param words: The customer's reason.
    """

    kind: ClassVar[str] = OrderKind.CUSTOMER_RETURN

    number: str
    department_no: str
    warehouse_no: str
    lines: tuple[OrderLine, ...] = ()
    delivery_number: str = ""
    own_delivery_number: str = ""
    reason: str = ReturnReason.AFTER_SALE
    from_business: bool = False
    short_allowed: bool = True
    waybill: str = ""
    sender: Address | None = None
    words: str = ""
    remark: str = ""


class DeliveryMode:
    PICK_UP = "1"
    JD_TRANSFER_CENTRE = "2"
    JD_WAREHOUSE = "3"
    JD_RETAIL = "4"
    PICK_UP_AT_WAREHOUSE = "6"
    JD_TO_THE_DOOR = "7"


@dataclass(frozen=True)
class SupplierReturn:
    """Goods that go back to a supplier; one goods can go at one level only.

    :param receiver: Wanted by JD when JD delivers.
    """

    kind: ClassVar[str] = OrderKind.SUPPLIER_RETURN

    number: str
    department_no: str
    warehouse_no: str
    lines: tuple[OrderLine, ...]
    supplier_no: str = ""
    delivery_mode: str = DeliveryMode.PICK_UP
    receiver: Address | None = None
    short_allowed: bool = True
    remark: str = ""


Order = OutboundOrder | InboundOrder | CustomerReturn | SupplierReturn


# === WHAT JD TELLS === #


@dataclass(frozen=True)
class ReportedLine:
    """One line of an order at JD.

    JD may tell what it received in several rows of one line, one for each level it
    found; only the first of them carries the plan.

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
    :param history: Where JD tells more than the status it is at.
    :param odd_rows: What JD tells besides and nobody understands: with any, a line that
        is missing has not stood still.
    :param completed_at: Naive UTC, like the times of `history`.
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
    history: tuple[StatusChange, ...] = ()
    parcels: tuple[Parcel, ...] = ()
    waybills: tuple[str, ...] = ()
    completed_at: datetime | None = None
    odd_rows: tuple[OddRow, ...] = ()


@dataclass(frozen=True)
class OutboundReport(Report):
    """:param split_numbers: JD's numbers of the orders it made of this one."""

    kind: ClassVar[str] = OrderKind.OUTBOUND

    carrier_no: str = ""
    carrier_name: str = ""
    split_numbers: tuple[str, ...] = ()


@dataclass(frozen=True)
class Discrepancy:
    """What JD counted otherwise than planned, for one goods of an inbound order.

    :param reasons: Pieces by JD's name of the reason, e.g. `short`, `damaged`,
        `excess`, `error`; those that are zero are left out.
    """

    goods_number: str
    own_goods_number: str = ""
    quantity: int | None = None
    reasons: dict[str, int] = field(default_factory=dict)
    remark: str = ""


@dataclass(frozen=True)
class Rejection:
    """Pieces that JD did not take in."""

    goods_number: str
    quantity: int | None = None
    level: str = ""
    reason: str = ""
    lot: Lot | None = None


@dataclass(frozen=True)
class InboundReport(Report):
    kind: ClassVar[str] = OrderKind.INBOUND

    supplier_no: str = ""
    discrepancies: tuple[Discrepancy, ...] = ()
    rejections: tuple[Rejection, ...] = ()


@dataclass(frozen=True)
class CustomerReturnReport(Report):
    kind: ClassVar[str] = OrderKind.CUSTOMER_RETURN

    delivery_number: str = ""
    own_delivery_number: str = ""


@dataclass(frozen=True)
class SupplierReturnReport(Report):
    kind: ClassVar[str] = OrderKind.SUPPLIER_RETURN

    supplier_no: str = ""


@dataclass(frozen=True)
class OrderRow:
    """An order in a list.

    :param own_number: Empty for one that was made at JD by hand.
    :param created_at: Naive UTC.
    """

    kind: str
    number: str
    own_number: str = ""
    warehouse_no: str = ""
    status: str = ""
    created_at: datetime | None = None


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
