"""The operations that Odoo's models ask of JD, whatever the protocol behind them."""

from .account import Application, Endpoints, Token
from .errors import (
    CredentialsRefused,
    JdError,
    NotFound,
    OutcomeUnknown,
    PermissionRefused,
    Refused,
    RetryLater,
    Throttled,
    TokenRefused,
)
from .master_data import (
    Address,
    Department,
    Shop,
    ShopStatus,
    Warehouse,
    WarehouseStatus,
)
from .operations import Login, Operations

__all__ = [
    "Address",
    "Application",
    "CredentialsRefused",
    "Department",
    "Endpoints",
    "JdError",
    "Login",
    "NotFound",
    "Operations",
    "OutcomeUnknown",
    "PermissionRefused",
    "Refused",
    "RetryLater",
    "Shop",
    "ShopStatus",
    "Throttled",
    "Token",
    "TokenRefused",
    "Warehouse",
    "WarehouseStatus",
]
