"""Orders of every kind: as they are sent to JD, and as JD reports them."""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import ClassVar

from .goods import GoodsLevel, Lot
from .master_data import Address
from .pages import OddRow

ORDER_PAGE_SIZE = 100
# Of how many orders `Operations.order_problems` may be asked at once.
PROBLEM_LIMIT = 100
JD_EXPRESS = "CYS0000010"
OTHER_PLATFORM = "6"
# The one value JD documents; applications are seen with others.
DOCUMENTED_SOURCE = "ISV0020008045424"


class OrderKind:
    """The kinds of orders; each protocol has its own codes for them."""

    INBOUND = "inbound"
    OUTBOUND = "outbound"
    CUSTOMER_RETURN = "customer_return"
    SUPPLIER_RETURN = "supplier_return"


# The kinds that JD lists problems of.
PROBLEM_KINDS = (OrderKind.OUTBOUND, OrderKind.INBOUND, OrderKind.CUSTOMER_RETURN)


# === SENT TO JD === #


@dataclass(frozen=True)
class OrderLine:
    """One goods of an order, at one level and in one lot.

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

    :param number: Our number, unique within the department: JD creates only one order
        for it.
    :param shop_no: Required by JD unless `to_business`.
    :param platform: Code of the sales platform, with `platform_number` as the order's
        number there.
    :param ordered_at: Naive UTC, like `ship_at`.
    :param waybill: The waybill of another carrier, if the merchant has one already.
    :param cash_on_delivery: The amount that JD collects.
    :param source_no: JD's number of the software that sends the order.
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
    :param waybill: The waybill that the goods arrive with.
    :param in_parts: Whether the goods may arrive in several deliveries; only such an
        order can be closed.
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

    :param delivery_number: JD's number of the outbound order that is returned.
        Without it, and without ours in `own_delivery_number`, JD requires every line
        in full.
    :param short_allowed: Whether less than announced may arrive.
    :param words: The customer's reason, in the customer's words.
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
    """Goods that go back to a supplier, each at one goods level only.

    :param receiver: Required if JD delivers them.
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


# === REPORTED BY JD === #


@dataclass(frozen=True)
class ReportedLine:
    """One line of an order at JD.

    JD may report several rows for a line, one for each goods level found; only the
    first of them has the planned quantity.

    :param done: Pieces really shipped or received; None until JD reports it, which is
        not zero.
    :param level: The level that JD found; the planned one where JD names no other.
    """

    line: str
    goods_number: str
    own_goods_number: str = ""
    level: str = ""
    planned: int | None = None
    done: int | None = None


@dataclass(frozen=True)
class ReportedLot:
    """The pieces of goods that moved in one lot.

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
    """A status that an order has reached.

    :param at: Naive UTC; None where JD's time is missing or unreadable.
    """

    status: str
    name: str = ""
    at: datetime | None = None


@dataclass(frozen=True)
class Parcel:
    """A parcel of an outbound order.

    :param waybill: The package number without the suffix that counts packages.
    :param weight: Kilograms.
    :param contents: JD's goods number → pieces.
    """

    package_no: str
    waybill: str
    weight: Decimal | None = None
    contents: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Report:
    """An order as JD has it now.

    :param status: JD's code, also one that JD does not document.
    :param history: The statuses so far, where JD reports them.
    :param odd_rows: Rows that could not be read. If there are any, a line that is
        missing may be among them: it must not be taken for one that did not move.
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
    """An outbound order as JD has it now.

    :param split_numbers: JD's numbers of the orders that it split this one into.
    """

    kind: ClassVar[str] = OrderKind.OUTBOUND

    carrier_no: str = ""
    carrier_name: str = ""
    split_numbers: tuple[str, ...] = ()


@dataclass(frozen=True)
class Discrepancy:
    """The difference between planned and counted goods of an inbound order.

    :param reasons: JD's name of the reason → pieces, e.g. `short`, `damaged`,
        `excess`, `error`; without zeros.
    """

    goods_number: str
    own_goods_number: str = ""
    quantity: int | None = None
    reasons: dict[str, int] = field(default_factory=dict)
    remark: str = ""


@dataclass(frozen=True)
class Rejection:
    """Pieces that JD refused to receive."""

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
    """An order as `Operations.list_orders` returns it.

    :param own_number: Empty for an order made at JD by hand.
    :param department_no: Empty where a message does not name it.
    :param created_at: Naive UTC.
    """

    kind: str
    number: str
    own_number: str = ""
    department_no: str = ""
    warehouse_no: str = ""
    status: str = ""
    created_at: datetime | None = None


@dataclass(frozen=True)
class OrderProblem:
    """Why JD does not go on with an order, as `Operations.order_problems` returns it.

    :param number: JD's number of the order.
    :param reason: In JD's words, as is the remedy.
    :param remedy: What JD proposes; empty where it proposes nothing.
    :param since: Naive UTC.
    """

    number: str
    own_number: str = ""
    code: str = ""
    reason: str = ""
    remedy: str = ""
    since: datetime | None = None


# === CANCELLING === #


class CancelResult:
    CANCELLED = "cancelled"
    CANCELLING = "cancelling"
    FAILED = "failed"


@dataclass(frozen=True)
class Cancellation:
    """JD's answer to a cancellation.

    :param result: One of `CancelResult`.
    :param reason: JD's words; empty where it gave none.
    """

    result: str
    reason: str = ""
