"""JD's answers to the questions that several checks share."""

from functools import cached_property

from ...lib import api as jd_api
from ..connection.jd_connector_operations import get_transport


class JdAnswers:
    """Asks JD on first use, and each question once.

    After an error, JD is asked nothing more: a page must not wait for it again.
    """

    def __init__(self, connector):
        self._connector = connector

    @cached_property
    def departments(self):
        """The `lib.api.Department` rows of the PIN, or the `JdError`."""
        try:
            return self._ask("departments")
        except jd_api.JdError as error:
            return error

    @cached_property
    def warehouses(self):
        """Department number → `lib.api.Warehouse` rows of its warehouses in Odoo, or
        the `JdError`.
        """
        if isinstance(self.departments, jd_api.JdError):
            return self.departments
        by_department = self._connector.warehouse_ids.grouped("jd_department_no")
        try:
            return {
                number: self._ask(
                    "warehouses", number, warehouses.mapped("jd_warehouse_no")
                )
                for number, warehouses in by_department.items()
            }
        except jd_api.JdError as error:
            return error

    @property
    def clock_offset(self):
        """How far JD's clock is ahead of ours by its last answer, or None."""
        try:
            url = self._connector._get_endpoints().gateway
        except jd_api.JdError:
            return None
        return get_transport().get_clock_offset(url)

    def _ask(self, operation, *arguments):
        """Return JD's answer to a question, which counts against the day's budget.

        :raise JdError: There is none.
        """
        operations = self._connector._get_operations()
        call = self._connector._get_call_name(operation)
        self._connector._count_calls(call, 1)
        return getattr(operations, operation)(*arguments)
