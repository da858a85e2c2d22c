"""What the models ask of JD, whatever the protocol behind it."""

from datetime import datetime
from typing import Protocol

from .account import Token
from .goods import (
    GOODS_PAGE_SIZE,
    LEVEL_CHANGE_PAGE_SIZE,
    STOCK_PAGE_SIZE,
    Goods,
    LevelChange,
    NewGoods,
    StockRow,
    StockType,
)
from .master_data import Department, Shop, Supplier, Warehouse
from .orders import ORDER_PAGE_SIZE, Cancellation, Order, OrderRow, Report
from .pages import Page


class Login(Protocol):
    """The login that makes an application act for a JD account."""

    def authorize_url(self, redirect_uri: str, state: str) -> str:
        """Return the address of JD's own login page."""

    def exchange_code(self, code: str) -> Token:
        """Trade the callback's single-use code for tokens.

        :raise Refused: The code is not, or no longer, good.
        """

    def refresh(self, token: Token) -> Token:
        """Renew a token before it expires.

        :raise Refused: JD does not renew it: a new login is needed.
        """


class Operations(Protocol):
    """Business operations; each is one call to JD unless it says otherwise.

    Every one raises a `JdError` where JD's answer is no success, or is not understood.
    A row of a list that is not understood costs only itself: see `Page.odd_rows`.
    """

    def departments(self) -> Page[Department]:
        """List the departments of the PIN."""

    def warehouses(self, department_no: str, numbers=()) -> Page[Warehouse]:
        """List a department's warehouses, or those of them that are named.

        :raise PermissionRefused: The PIN is not linked to the department.
        """

    def shops(self, department_no: str) -> Page[Shop]:
        """List a department's shops.

        :raise PermissionRefused: The PIN is not linked to the department.
        """

    def suppliers(
        self, department_no: str, *, numbers=(), own_numbers=()
    ) -> Page[Supplier]:
        """List a department's suppliers, or those that are named."""

    def create_supplier(self, department_no: str, supplier: Supplier) -> str:
        """Create a supplier and return JD's number.

        It is empty where JD names none, which it need not: `suppliers` tells it by
        our own number.
        """

    # --- goods and stock

    def goods(
        self,
        department_no: str,
        *,
        numbers=(),
        own_numbers=(),
        barcodes=(),
        page=1,
        page_size=GOODS_PAGE_SIZE,
    ) -> Page[Goods]:
        """List one page of a department's goods, or of those that are named.

        JD does not say how many there are: the end is a page on which none came. At
        most `GOODS_FILTER_LIMIT` can be named, by one of the three kinds of number.
        """

    def create_goods(self, department_no: str, goods: NewGoods) -> str:
        """Create goods and return JD's number; a repeat gives the same number.

        :raise OutcomeUnknown: Ask with `goods` and `own_numbers` first.
        """

    def stock(
        self,
        department_no: str,
        warehouse_no: str,
        *,
        goods_numbers=(),
        stock_type=StockType.SELLABLE,
        with_zero=False,
        page=1,
        page_size=STOCK_PAGE_SIZE,
    ) -> Page[StockRow]:
        """List one page of a warehouse's stock, one row per goods and level."""

    def stock_by_lot(
        self,
        department_no: str,
        warehouse_no: str,
        *,
        goods_numbers=(),
        page=1,
        page_size=STOCK_PAGE_SIZE,
    ) -> Page[StockRow]:
        """List one page of the stock that JD keeps lots of, one row per lot."""

    def level_changes(
        self,
        department_no: str,
        since: datetime,
        until: datetime,
        *,
        page=1,
        page_size=LEVEL_CHANGE_PAGE_SIZE,
    ) -> Page[LevelChange]:
        """List one page of the moves between goods levels, times in naive UTC.

        JD pages by adjustment, each of which may hold several moves or none.
        """

    # --- orders of every kind, named by `OrderKind`

    def create_order(self, order: Order) -> str:
        """Tell JD of an order and return JD's number for it.

        :raise Invalid: It does not fit into what JD takes; nothing was sent.
        :raise OutcomeUnknown: Ask with `report` before telling it again.
        :raise Throttled: Also while JD is busy, which is ten minutes.
        """

    def report(
        self,
        kind: str,
        department_no: str,
        *,
        number="",
        own_number="",
        with_lots=False,
    ) -> Report:
        """Return an order as JD has it, asked for by JD's number or else by ours.

        :param with_lots: Also its lots and serials.
        :raise NotFound: JD has no such order.
        """

    def list_orders(
        self,
        kind: str,
        department_no: str,
        since: datetime,
        until: datetime,
        *,
        page=1,
        page_size=ORDER_PAGE_SIZE,
    ) -> Page[OrderRow]:
        """List one page of the orders JD took between two times in naive UTC."""

    def cancel(
        self, kind: str, department_no: str, *, number="", own_number=""
    ) -> Cancellation:
        """Ask JD to cancel an order, named by JD's number or else by ours.

        :raise OutcomeUnknown: `report` tells what became of it.
        """

    def close_inbound(self, department_no: str, *, number="", own_number="") -> None:
        """End an inbound order that came in parts, named by JD's number or by ours.

        :raise NotFound: JD has no such order.
        :raise Refused: It is not one that comes in parts, or not with the warehouse
            yet: then it is cancelled instead.
        """
