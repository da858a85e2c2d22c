"""The operations that Odoo's models ask of JD, whatever the protocol behind them."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol


# === ERRORS: each class says what the caller must do === #


class JdError(Exception):
    """Base of everything that can go wrong with a call.

    :param message: JD's words, or ours where JD said nothing.
    :param code: JD's code as a string; empty where there was none.
    :param call: The name of the operation in JD's documents, e.g. `addSoOrder`.
    :param request_id: JD's id of the request, for its support.
    """

    def __init__(self, message, *, code="", call="", request_id=""):
        super().__init__(message)
        self.message = message
        self.code = str(code)
        self.call = call
        self.request_id = request_id


class RetryLater(JdError):
    """The call certainly had no effect; repeat it unchanged, later."""


class Throttled(RetryLater):
    """JD asks for a pause.

    :param wait_seconds: How long to leave this kind of call alone.
    """

    def __init__(self, message, *, wait_seconds, **kwargs):
        super().__init__(message, **kwargs)
        self.wait_seconds = wait_seconds


class OutcomeUnknown(JdError):
    """The request went out and no usable answer came back: ask before repeating."""


class CredentialsRefused(JdError):
    """Application, signature or token not accepted: stop this connector."""


class TokenRefused(CredentialsRefused):
    """The token is missing, expired or revoked: a new login mends it."""


class Refused(JdError):
    """JD understood and said no: tell the merchant, do not repeat unchanged."""


class NotFound(Refused):
    """JD has nothing under that number."""


class PermissionRefused(Refused):
    """The PIN or the application has no right to that department, warehouse or call."""


# === WHO IS CALLING === #


@dataclass(frozen=True)
class Application:
    """An application registered at JD.

    :param algorithm: One of `signing.ALGORITHMS`.
    """

    key: str
    secret: str = field(repr=False)
    algorithm: str = "md5-salt"


@dataclass(frozen=True)
class Endpoints:
    """Where one of JD's environments answers; base addresses without a last slash."""

    oauth: str
    gateway: str


@dataclass(frozen=True)
class Token:
    """What JD's login gives.

    :param access_expires_at: Naive UTC.
    :param refresh_expires_at: Naive UTC; None where JD does not say.
    :param account: The JD account that signed in; empty where JD does not say.
    """

    access_token: str = field(repr=False)
    access_expires_at: datetime
    refresh_token: str = field(default="", repr=False)
    refresh_expires_at: datetime | None = None
    account: str = ""


# === MASTER DATA === #


class WarehouseStatus:
    INITIAL = "1"
    ENABLED = "2"
    DISABLED = "3"


@dataclass(frozen=True)
class Address:
    name: str = ""
    phone: str = ""
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


# === OPERATIONS === #


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
