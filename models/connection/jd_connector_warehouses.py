"""Which of JD's warehouses a connection works with: asked of JD, then made in Odoo."""

from contextlib import contextmanager

from odoo import models
from odoo.exceptions import UserError

from ...lib import api as jd_api


class JdConnector(models.Model):
    _inherit = "jd.connector"

    # === ACTIONS === #

    def action_choose_warehouses(self):
        """Show what JD lists for the PIN, to tick."""
        self.ensure_one()
        self.check_access("write")
        return self.env["jd.warehouse.picker"]._open_for(self)

    # === CHECK === #

    def _check_with_jd(self, token):
        """Ask JD whether PIN, department and warehouse belong together.

        A connection that has warehouses already is not held back by one that JD closed
        in the meantime: `_ensure_warehouses` says so in the chatter.

        :return: Department number → JD's warehouses.
        :rtype: dict[str, list[lib.api.Warehouse]]
        :raise UserError: They do not; the text says which of the three is wrong.
        """
        operations = self._get_operations(token)
        wanted = self._get_wanted_numbers()
        if not wanted:
            with self._explaining_refusal(token):
                operations.departments()
        checked = {}
        for department_no, numbers in wanted.items():
            with self._explaining_refusal(token, department_no):
                checked[department_no] = operations.warehouses(department_no, numbers)
                if not self.warehouse_ids:
                    self._check_usable(operations, department_no, numbers, checked)
        return checked

    def _get_wanted_numbers(self):
        """Return department number → numbers of the warehouses to work with.

        The typed ones count until the first warehouse exists; in basic mode they may
        be left for picking.
        """
        if not self.warehouse_ids:
            if self.department_no and self.warehouse_no:
                return {self.department_no: [self.warehouse_no]}
            return {}
        by_department = self.warehouse_ids.grouped("jd_department_no")
        return {
            department_no: warehouses.mapped("jd_warehouse_no")
            for department_no, warehouses in by_department.items()
        }

    @contextmanager
    def _explaining_refusal(self, token=None, department_no=""):
        """Turn JD's errors into words about the PIN and the department."""
        try:
            yield
        except jd_api.PermissionRefused as exc:
            raise UserError(self._explain_permission(token, department_no)) from exc
        except jd_api.JdError as exc:
            raise UserError(self._explain(exc)) from exc

    def _explain_permission(self, token, department_no):
        account = token.account if token else ""
        if account and account != self.pin:
            return self.env._(
                "You signed in at JD as %(account)s, but this connection is for the "
                "PIN %(pin)s. Sign in with the account of that PIN, or correct the "
                "PIN.",
                account=account,
                pin=self.pin,
            )
        return self.env._(
            "JD says that the PIN %(pin)s has no access to the department "
            "%(department)s. Check both numbers with JD's staff.",
            pin=self.pin,
            department=department_no or "-",
        )

    def _check_usable(self, operations, department_no, numbers, checked):
        found = {row.number: row for row in checked[department_no]}
        for number in numbers:
            if number not in found:
                raise UserError(
                    self._explain_unknown_warehouse(operations, department_no, number)
                )
            if not found[number].is_open:
                raise UserError(
                    self.env._(
                        "JD has not opened the warehouse %(number)s (%(name)s), or has "
                        "closed it. Ask JD's staff, then click Start connecting again.",
                        number=number,
                        name=found[number].name,
                    )
                )

    def _explain_unknown_warehouse(self, operations, department_no, number):
        offered = [row.number for row in operations.warehouses(department_no)]
        return self.env._(
            "The department %(department)s has no warehouse %(number)s at JD. JD "
            "lists: %(offered)s. Correct the warehouse number and click Start "
            "connecting again.",
            department=department_no,
            number=number,
            offered=", ".join(offered[:10]) or self.env._("none"),
        )

    # === TAKE UP === #

    def _pick_warehouses(self, numbers_by_department):
        """Ask JD for the picked warehouses once more and take them up.

        :param dict numbers_by_department: Department number → warehouse numbers.
        """
        checked = {}
        for department_no, numbers in numbers_by_department.items():
            with self._explaining_refusal(department_no=department_no):
                operations = self._get_operations()
                checked[department_no] = operations.warehouses(department_no, numbers)
                self._check_usable(operations, department_no, numbers, checked)
        self._ensure_warehouses(checked)

    def _ensure_warehouses(self, checked):
        """Find or create the warehouse of each of JD's rows and say so in the chatter.

        :param dict checked: Department number → JD's warehouses.
        """
        known = self.warehouse_ids
        for department_no, rows in checked.items():
            self.env["stock.warehouse"]._jd_find_or_create(self, department_no, rows)
        self.invalidate_recordset(["warehouse_ids"])
        created = self.warehouse_ids - known
        if created:
            self.message_post(
                body=self.env._(
                    "Warehouse ready: %(names)s",
                    names=", ".join(created.mapped("name")),
                )
            )
        self._note_closed_warehouses(checked)
        self._request_goods_match()

    def _note_closed_warehouses(self, checked):
        open_numbers = {
            row.number for rows in checked.values() for row in rows if row.is_open
        }
        closed = self.warehouse_ids.filtered(
            lambda warehouse: (
                warehouse.jd_department_no in checked
                and warehouse.jd_warehouse_no not in open_numbers
            )
        )
        if closed:
            self.message_post(
                body=self.env._(
                    "JD no longer runs %(names)s for this PIN. Ask JD's staff before "
                    "you plan deliveries from there.",
                    names=", ".join(closed.mapped("name")),
                )
            )
