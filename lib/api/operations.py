"""What the models ask of JD, whatever the protocol behind it."""

from typing import Protocol

from .account import Token
from .master_data import Department, Shop, Warehouse


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
    """Business operations; each is one call to JD unless it says otherwise."""

    def departments(self) -> list[Department]:
        """List the departments of the PIN."""

    def warehouses(self, department_no: str, numbers=()) -> list[Warehouse]:
        """List a department's warehouses, or those of them that are named.

        :raise PermissionRefused: The PIN is not linked to the department.
        """

    def shops(self, department_no: str) -> list[Shop]:
        """List a department's shops.

        :raise PermissionRefused: The PIN is not linked to the department.
        """
