"""JD's documents of every kind, and how they are found again."""

from dataclasses import dataclass, field
from datetime import datetime

from . import clock

OUTBOUND, INBOUND, RETURN_IN, RETURN_OUT = "XSCK", "CGRK", "THRK", "TGCK"

# How JD's numbers of each kind look: prefix and digits.
NUMBERS = {
    OUTBOUND: ("ESL", 17),
    INBOUND: ("EPL", 17),
    RETURN_IN: ("ESR", 17),
    RETURN_OUT: ("EBS", 17),
}


@dataclass
class Line:
    """One line: what was asked for and, once it happened, what was done."""

    goods_no: str
    erp_goods_no: str
    order_line: str
    level: str
    plan: int
    price: float | None = None
    asked_batch: tuple = ()
    serials: list = field(default_factory=list)  # announced, then really moved
    expected: list = field(default_factory=list)  # picks of what comes back
    picks: list = field(default_factory=list)  # set aside, then really moved
    real: int | None = None
    reported: bool = True
    lots_reported: bool = True
    short: int = 0
    over: int = 0
    damaged: int = 0
    refused: int = 0

    @property
    def missing(self):
        return max(0, self.plan - (self.real or 0))


@dataclass
class Parcel:
    package_no: str
    waybill_no: str
    weight: float
    items: dict  # goods no. → quantity


@dataclass
class Happening:
    status: int
    time: datetime


@dataclass
class Order:
    """One of JD's documents."""

    kind: str
    no: str
    erp_no: str
    department_no: str
    warehouse_no: str
    pin: str
    app_key: str
    request: dict = field(repr=False)
    lines: list
    status: int = -1
    history: list = field(default_factory=list)
    waybills: list = field(default_factory=list)  # the first is the order's
    parcels: list = field(default_factory=list)
    arranged: dict = field(default_factory=dict)  # how it shall go; see walk.ARRANGE
    asked: int = 1  # how often it was asked for: repeats give the same number
    created: datetime = field(default_factory=clock.now)
    completed: datetime | None = None
    related_no: str = ""  # a customer return's outbound order
    parts: list = field(default_factory=list)  # JD's numbers, if it was split
    wrong: list = field(default_factory=list)  # goodsNo, quantity: came unannounced
    problem: dict = field(default_factory=dict)  # why it stands still, as JD tells it
    due: float = field(default=0.0, repr=False)

    @property
    def waybill_no(self):
        return self.waybills[0] if self.waybills else ""

    def reached(self, status):
        return any(each.status == status for each in self.history)


class OrderList:
    """All documents, found by JD's number or the merchant's."""

    def __init__(self):
        self.by_no = {}
        self._by_erp_no = {}
        self._by_platform_no = {}

    def add(self, order):
        self.by_no[order.no] = order
        key = order.kind, order.department_no, order.erp_no
        self._by_erp_no.setdefault(key, []).append(order)
        platform_no = order.request.get("channelInfo", {}).get(
            "salesPlatformDeliveryNo"
        )
        if platform_no:
            self._by_platform_no[order.kind, platform_no] = order

    def by_erp_no(self, kind, department_no, erp_no):
        """Return the newest order under the merchant's number, if there is one."""
        found = self._by_erp_no.get((kind, department_no, erp_no))
        return found[-1] if found else None

    def by_platform_no(self, kind, platform_no):
        return self._by_platform_no.get((kind, platform_no))

    def named(self, name):
        """Return every order JD or the merchant calls ``name``."""
        if name in self.by_no:
            return [self.by_no[name]]
        return [order for order in self.by_no.values() if order.erp_no == name]
