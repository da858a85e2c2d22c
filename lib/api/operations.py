"""The operations that every protocol offers to the models."""

from datetime import datetime
from typing import Protocol

from .account import Token
from .goods import (
    GOODS_PAGE_SIZE,
    LEVEL_CHANGE_PAGE_SIZE,
    STOCK_COUNT_PAGE_SIZE,
    STOCK_PAGE_SIZE,
    BatchStatus,
    Goods,
    LevelChange,
    NewGoods,
    StockCount,
    StockRow,
    StockType,
)
from .master_data import Department, Shop, Supplier, Warehouse
from .orders import (
    ORDER_PAGE_SIZE,
    Cancellation,
    Order,
    OrderProblem,
    OrderRow,
    Report,
)
from .pages import Page


class Login(Protocol):
    """The login that makes an application act for a JD account."""

    def authorize_url(self, redirect_uri: str, state: str) -> str:
        """Return the address of JD's login page.

        :param state: Comes back with the callback.
        """

    def exchange_code(self, code: str) -> Token:
        """Exchange the callback's single-use code for a token.

        :raise Refused: The code is wrong, used or expired.
        """

    def refresh(self, token: Token) -> Token:
        """Renew a token before it expires.

        :raise TokenRefused: JD does not renew it: somebody must sign in again.
        :raise JdError: Any other error says nothing about the token.
        """


class Operations(Protocol):
    """Business operations; each is one call to JD unless it says otherwise.

    Each raises a `JdError` if JD does not answer with success, or cannot be understood.
    A row of a list that cannot be read does not affect the others: see `Page.odd_rows`.
    """

    def departments(self) -> Page[Department]:
        """List the departments of the PIN."""

    def warehouses(self, department_no: str, numbers=()) -> Page[Warehouse]:
        """List a department's warehouses, or those with the given numbers.

        :raise PermissionRefused: The PIN is not linked to the department.
        """

    def shops(self, department_no: str) -> Page[Shop]:
        """List a department's shops.

        :raise PermissionRefused: The PIN is not linked to the department.
        """

    def suppliers(
        self, department_no: str, *, numbers=(), own_numbers=()
    ) -> Page[Supplier]:
        """List a department's suppliers, or those with the given numbers."""

    def create_supplier(self, department_no: str, supplier: Supplier) -> str:
        """Create a supplier and return JD's number.

        JD may return none: then the number is empty, and `suppliers` finds the
        supplier by our own number.
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
        """List one page of a department's goods, or of those with the given codes.

        JD does not say how many pages there are: an empty page is the end. Only one of
        the three filters can be used, with at most `GOODS_FILTER_LIMIT` codes.
        """

    def create_goods(self, department_no: str, goods: NewGoods) -> str:
        """Create goods and return JD's number; a repeat returns the same number.

        :raise OutcomeUnknown: Call `goods` with `own_numbers` before repeating.
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
        """List one page of a warehouse's stock of a type, a row per goods and level.

        A row of another type or warehouse, without a level, or below zero is odd.

        :param goods_numbers: At most `STOCK_FILTER_LIMIT`; these come in pages as well.
        :param with_zero: Also list goods that lay there once.
        """

    def stock_by_lot(
        self,
        department_no: str,
        warehouse_no: str,
        *,
        goods_numbers=(),
        status=BatchStatus.NORMAL,
        with_zero=False,
        page=1,
        page_size=STOCK_PAGE_SIZE,
    ) -> Page[StockRow]:
        """List one page of the stock of goods with lots, a row per level and lot.

        JD lists lots of one `BatchStatus` at a time, whatever their `StockType`. Rows
        are odd and arguments limited as in `stock`.
        """

    def level_changes(
        self,
        department_no: str,
        since: datetime,
        until: datetime,
        *,
        page=1,
        page_size=LEVEL_CHANGE_PAGE_SIZE,
    ) -> Page[LevelChange]:
        """List one page of the level changes between two times in naive UTC.

        JD counts adjustments per page, each of which may have several changes or none.
        """

    def stock_counts(
        self,
        department_no: str,
        since: datetime,
        until: datetime,
        *,
        gain: bool,
        page=1,
        page_size=STOCK_COUNT_PAGE_SIZE,
    ) -> Page[StockCount]:
        """List one page of JD's own counts between two times in naive UTC.

        JD counts its counts per page, each of which may have several goods or none, of
        all warehouses.

        :param gain: List what was found, otherwise what is missing.
        """

    # --- orders of every kind, named by `OrderKind`

    def create_order(self, order: Order) -> str:
        """Create an order at JD and return JD's number.

        :raise Invalid: JD would refuse one of its values; nothing was sent.
        :raise OutcomeUnknown: Call `report` before repeating.
        :raise Throttled: Also if JD is busy, with a pause of ten minutes.
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
        """Return an order as JD has it, found by JD's number or else by ours.

        :param with_lots: Also return its lots and serial numbers.
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
        """List one page of the orders created at JD between two times in naive UTC."""

    def order_problems(
        self, kind: str, department_no: str, numbers
    ) -> Page[OrderProblem]:
        """List why JD does not go on with some orders; the others are left out.

        :param kind: One of `PROBLEM_KINDS`.
        :param numbers: JD's, at most `PROBLEM_LIMIT`.
        """

    def cancel(
        self, kind: str, department_no: str, *, number="", own_number=""
    ) -> Cancellation:
        """Ask JD to cancel an order, named by JD's number or else by ours.

        :raise OutcomeUnknown: Call `report` to see whether it was cancelled.
        """

    def close_inbound(self, department_no: str, *, number="", own_number="") -> None:
        """Close an inbound order that arrives in several deliveries.

        It is named by JD's number or by ours. No further goods are received on it.

        :raise NotFound: JD has no such order.
        :raise Refused: It was not created with `in_parts`, or the warehouse has not
            begun with it: then it can be cancelled instead.
        """
