"""The checks of the health page, in the order in which they are shown."""

from collections.abc import Callable
from dataclasses import dataclass

from odoo.tools.translate import LazyTranslate

from . import (
    check_actions,
    check_address,
    check_clock,
    check_encryption,
    check_goods,
    check_login,
    check_messages,
    check_warehouses,
    check_workers,
)

_lt = LazyTranslate(__name__)


@dataclass(frozen=True)
class Check:
    """One check.

    :param find: Function of a `jd.connector` as superuser and its `JdAnswers`; returns
        a `Finding`.
    """

    name: str
    title: str
    find: Callable


CHECKS = (
    Check("login", _lt("Login at JD"), check_login.check),
    Check("warehouses", _lt("PIN, Department, Warehouses"), check_warehouses.check),
    Check("goods", _lt("Goods"), check_goods.check),
    Check("actions", _lt("Scheduled Actions"), check_actions.check),
    Check("workers", _lt("Server Processes"), check_workers.check),
    Check("address", _lt("Address of This Odoo"), check_address.check),
    Check("messages", _lt("JD's Messages"), check_messages.check),
    Check("clock", _lt("Clock"), check_clock.check),
    Check("encryption", _lt("Encryption Key"), check_encryption.check),
)
# The only one that is made when somebody asks for it.
SELF_TEST = "self_test"
TITLES = {check.name: check.title for check in CHECKS} | {
    SELF_TEST: _lt("Test Message to Ourselves")
}
