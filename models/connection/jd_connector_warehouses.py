"""The warehouses of a connection: check them at JD, create them in Odoo."""

from contextlib import contextmanager
from dataclasses import replace

from odoo import api, models
from odoo.exceptions import UserError

from ...lib import api as jd_api
from ..mixins.notification import notify


class JdConnector(models.Model):
    _inherit = "jd.connector"

    # === ACTIONS === #

    def action_choose_warehouses(self):
        """Open the list of the PIN's warehouses at JD to choose from."""
        self.ensure_one()
        self.check_access("write")
        return self.env["jd.warehouse.picker"]._open_for(self)

    def action_synchronize_warehouses(self):
        """Compare the warehouses with those that JD runs for the PIN.

        :return: The dialog to choose from where JD has opened some, or a notification.
        """
        self.ensure_one()
        self.check_access("write")
        listed = self._fetch_warehouses()
        by_department = {department.number: rows for department, rows in listed}
        gone = set(self.warehouse_ids.mapped("jd_department_no")) - set(by_department)
        if listed.odd_rows:
            gone = set()  # they may be among those that cannot be read
        listed_now = by_department | dict.fromkeys(gone, jd_api.Page())
        closed = self._record_closed(listed_now, self.warehouse_ids)
        if self._has_new(by_department):
            return self.env["jd.warehouse.picker"]._open_with(self, listed)
        if closed:
            return notify("warning", self._explain_closed(closed), sticky=True)
        return notify(
            "success",
            self.env._(
                "Odoo has all warehouses that JD runs for %(pin)s.", pin=self.pin
            ),
        )

    # === LIST === #

    def _fetch_warehouses(self):
        """Return JD's departments of the PIN, each with its warehouses.

        :return: A `lib.api.Page` of (`lib.api.Department`, a `lib.api.Page` of
            `lib.api.Warehouse`).
        :raise UserError: JD did not answer, or refused.
        """
        with self._explaining_refusal():
            operations = self._get_operations()
            departments = operations.departments()
            return replace(
                departments,
                rows=tuple(
                    (department, operations.warehouses(department.number))
                    for department in departments
                ),
            )

    def _has_new(self, by_department):
        """Tell whether JD runs warehouses that Odoo does not have.

        :param dict by_department: Department number → JD's warehouses.
        """
        known = self._get_known_numbers()
        return any(
            row.is_open and (department_no, row.number) not in known
            for department_no, rows in by_department.items()
            for row in rows
        )

    def _get_known_numbers(self):
        """Return the set of (department number, warehouse number) that Odoo has."""
        return {
            (warehouse.jd_department_no, warehouse.jd_warehouse_no)
            for warehouse in self.warehouse_ids
        }

    # === CHECK === #

    def _check_with_jd(self, token):
        """Check at JD that PIN, department and warehouse belong together.

        :return: Department number → JD's warehouses.
        :rtype: dict[str, list[lib.api.Warehouse]]
        :raise UserError: They do not; the message says which of the three to correct.
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
                # A closed warehouse must not prevent a new login: it is reported in the
                # chatter by `_ensure_warehouses`.
                if not self.warehouse_ids:
                    self._check_usable(operations, department_no, numbers, checked)
        return checked

    def _get_wanted_numbers(self):
        """Return department number → list of warehouse numbers to check at JD.

        Before the first warehouse exists, they are the numbers in the form. These may
        be empty in basic mode: warehouses are then chosen from JD's list.
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
        """Turn errors of JD into a `UserError` that says what to correct."""
        try:
            yield
        except jd_api.PermissionRefused as exc:
            raise UserError(self._explain_permission(token, department_no)) from exc
        except jd_api.JdError as exc:
            raise UserError(self._explain(exc)) from exc

    def _explain_permission(self, token, department_no):
        """Return why the PIN may not use the department, and what to check.

        :param token: The token of a login in progress, which names its account.
        """
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
            "%(department)s. Check both numbers with JD support.",
            pin=self.pin,
            department=department_no or "-",
        )

    def _check_usable(self, operations, department_no, numbers, checked):
        """Check that JD lists all the numbers as open warehouses.

        :raise UserError: One is unknown or closed.
        """
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
                        "closed it. Ask JD support, then click %(button)s again.",
                        button=self._get_login_button(),
                        number=number,
                        name=found[number].name,
                    )
                )

    def _explain_unknown_warehouse(self, operations, department_no, number):
        offered = [row.number for row in operations.warehouses(department_no)]
        return self.env._(
            "The department %(department)s has no warehouse %(number)s at JD. JD "
            "lists: %(offered)s. Correct the warehouse number and click %(button)s "
            "again.",
            button=self._get_login_button(),
            department=department_no,
            number=number,
            offered=", ".join(offered[:10]) or self.env._("none"),
        )

    # === CREATE === #

    def _pick_warehouses(self, numbers_by_department):
        """Check the chosen warehouses at JD and create them.

        :param dict numbers_by_department: Department number → warehouse numbers.
        """
        checked = {}
        for department_no, numbers in numbers_by_department.items():
            with self._explaining_refusal(department_no=department_no):
                operations = self._get_operations()
                checked[department_no] = operations.warehouses(department_no, numbers)
                self._check_usable(operations, department_no, numbers, checked)
        # JD was asked about these only.
        self._record_closed(checked, self._ensure_warehouses(checked))

    def _ensure_warehouses(self, checked):
        """Find or create a warehouse for each of JD's, and return them.

        Those created are reported in the chatter.

        :param dict checked: Department number → JD's warehouses.
        """
        known = self.warehouse_ids
        found = known.browse()
        for department_no, rows in checked.items():
            found |= known._jd_find_or_create(self, department_no, rows)
        self.invalidate_recordset(["warehouse_ids"])
        created = self.warehouse_ids - known
        if created:
            self.message_post(
                body=self.env._(
                    "Warehouse ready: %(names)s",
                    names=", ".join(created.mapped("name")),
                )
            )
        self._request_goods_match()
        return found

    def _record_closed(self, checked, asked):
        """Record which warehouses JD has closed or opened again; return those closed.

        What changed is reported in the chatter.

        :param dict checked: Department number → JD's warehouses.
        :param asked: The warehouses in Odoo that JD was asked about.
        """
        asked = asked.filtered(lambda each: each.jd_department_no in checked)
        closed = asked.filtered(
            lambda each: _is_closed(
                each.jd_warehouse_no, checked[each.jd_department_no]
            )
        )
        newly = closed.filtered(lambda each: not each.jd_is_closed)
        again = (asked - closed).filtered("jd_is_closed")
        # sudo: the module keeps what JD says of warehouses.
        newly.sudo().jd_is_closed = True
        again.sudo().jd_is_closed = False
        if newly:
            self.message_post(body=self._explain_closed(newly))
        if again:
            self.message_post(
                body=self.env._(
                    "JD runs %(names)s again.", names=", ".join(again.mapped("name"))
                )
            )
        return closed

    @api.model
    def _explain_closed(self, warehouses):
        return self.env._(
            "JD no longer runs %(names)s for this PIN. Ask JD support before you plan "
            "deliveries from there.",
            names=", ".join(warehouses.mapped("name")),
        )


def _is_closed(number, listed):
    """Tell whether a list of JD's warehouses says that one is not run any more.

    :param listed: A `lib.api.Page` of `lib.api.Warehouse`.
    """
    found = [row for row in listed if row.number == number]
    # One that is not listed may be in a row that cannot be read.
    return bool(found or not listed.odd_rows) and not any(r.is_open for r in found)
