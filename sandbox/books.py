"""What JD holds, in memory: who may come in, where goods lie, what was granted.

Everything here is read and written under ``Books.lock``, which is held for memory
work only: never while waiting for the network or for artificial latency.
"""

import threading
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime

from .errors import Unknown
from .goods import GoodsList
from .orders import OrderList
from .stock import Batch, Stock

INITIAL, ENABLED, DISABLED = "1", "2", "3"


@dataclass
class Application:
    """A client of the open platform: the shared one, or a merchant's own."""

    key: str
    secret: str
    name: str
    redirect_uris: list
    message_url: str = ""
    message_form: str = "signed"  # or another of message_forms.FORMS
    message_key: str = ""  # agreed with JD for the envelope; its secret unless set
    message_body: str = "order"  # or another of message_forms.BODIES
    refresh: str = "works"  # or "no effect" (JD's notes say so) or "refused"
    daily_budget: int | None = None
    forbidden_calls: list = field(default_factory=list)


@dataclass
class Account:
    """A JD account; its login name is its PIN."""

    pin: str
    password: str
    subscribed: set = field(default_factory=set)  # application keys


@dataclass
class Department:
    no: str
    name: str
    pins: set
    seller_no: str
    seller_name: str
    shop_no: str
    carrier_split: bool = True  # False: every order must name its carrier (2123)
    sourcing: bool = False  # True: an order need not name its warehouse
    refuses_repeats: bool = False  # True: 2218 for a number used before
    more_shops: dict = field(default_factory=dict)  # number → name, beside the first

    @property
    def shops(self):
        return {self.shop_no: self.name, **self.more_shops}


@dataclass
class Warehouse:
    no: str
    name: str
    departments: list
    status: str = ENABLED
    erp_no: str = ""
    address: dict = field(default_factory=dict)


@dataclass
class Supplier:
    no: str
    erp_no: str
    department_no: str
    name: str = ""
    status: str = ENABLED
    address: dict = field(default_factory=dict)


@dataclass
class LevelChange:
    """Goods JD moved from one level to another by itself."""

    no: str
    department_no: str
    warehouse_no: str
    goods_no: str
    before: str
    after: str
    quantity: int
    reason: str
    time: datetime


@dataclass
class Counted:
    """What one of JD's own counts found, or missed, of a batch of a goods."""

    goods_no: str
    quantity: int
    batch: Batch


@dataclass
class StockCount:
    """A count of JD's own that changed what it holds."""

    no: str
    department_no: str
    warehouse_no: str
    gain: bool
    details: list
    reasons: list  # up to three, the coarsest first
    time: datetime
    day_only: bool = False  # told as 2019/1/2, as JD's sample shows it


@dataclass
class Code:
    app_key: str
    pin: str
    expires: datetime
    used: bool = False


@dataclass
class Token:
    access: str
    refresh: str
    app_key: str
    pin: str
    access_expires: datetime
    refresh_expires: datetime


class Answers:
    """Answers to questions, kept until what they are about changes.

    A merchant reads all pages of several questions at once.
    """

    LIMIT = 64

    def __init__(self):
        self.clear()

    def clear(self):
        self._state, self._found = None, {}

    def get(self, state, question, make):
        """Return what ``make`` returned for a question as long as ``state`` is so."""
        if state != self._state or len(self._found) >= self.LIMIT:
            self._state, self._found = state, {}
        if question not in self._found:
            self._found[question] = make()
        return self._found[question]


class Books:
    """The whole of what JD holds, empty until ``seed.fill`` or the control API adds."""

    def __init__(self):
        self.lock = threading.RLock()
        self.clear()

    def clear(self):
        self.applications = {}
        self.accounts = {}
        self.departments = {}
        self.warehouses = {}
        self.codes = {}
        self.tokens = {}  # by access token
        self.goods = GoodsList()
        self.stock = Stock()
        self.stock_answers = Answers()
        self.orders = OrderList()
        self.open_orders = {}  # those that may still move, by JD's number
        self.arranged_for_new = {}  # by kind, None for all of them
        self.suppliers = {}
        self.level_changes = []
        self.stock_counts = []
        self.calls = Counter()  # by (day, application key, call)
        self._numbers = Counter()
        self.numbers_given = 0  # by an earlier life, of each kind

    def next_no(self, prefix, digits=13):
        self._numbers[prefix] += 1
        number = self.numbers_given + self._numbers[prefix]
        return f"{prefix}{number:0{digits}d}"

    def departments_of(self, pin):
        return [each for each in self.departments.values() if pin in each.pins]

    def warehouses_of(self, department_no):
        warehouses = self.warehouses.values()
        return [each for each in warehouses if department_no in each.departments]


def get(shelf, key, what):
    """Return ``shelf[key]``.

    :raise Unknown: when there is none, naming ``what`` was looked for
    """
    if key not in shelf:
        raise Unknown(f"no {what} {key}")
    return shelf[key]
