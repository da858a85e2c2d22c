"""Matches a department's suppliers with JD's, and creates missing ones at JD."""

from odoo import models
from odoo.fields import Domain

from ... import const
from ...lib import api as jd_api


class JdDepartment(models.Model):
    _inherit = "jd.department"

    # === STEPS === #

    def _get_next_supplier_step(self):
        return self._match_suppliers if self._search_waiting_suppliers(1) else None

    def _search_waiting_suppliers(self, limit):
        domain = Domain("department_id", "=", self.id) & Domain("state", "=", "waiting")
        return self.env["jd.supplier"].search(domain, limit=limit)

    def _match_suppliers(self):
        """Find a batch of suppliers at JD; create those that JD does not know."""
        suppliers = self._search_waiting_suppliers(const.SUPPLIER_BATCH)
        try:
            requests = self._find_suppliers(suppliers)._prepare_requests()
            self._commit_and_relock()  # the suppliers that were found or refused
            self._create_suppliers(requests)
            # JD answers a creation without a number. Asked for by our number, a
            # supplier is also found after a lost answer: none is created twice.
            self._find_suppliers(suppliers.filtered(lambda s: s.state == "waiting"))
        except jd_api.Refused as exc:
            suppliers.filtered(lambda s: s.state == "waiting")._refuse_by_jd(exc)
        waiting = suppliers.filtered(lambda supplier: supplier.state == "waiting")
        # Receipts confirmed while JD answered are not in this snapshot.
        self._commit_and_relock()
        self.env["jd.order"]._recheck_suppliers(suppliers - waiting)
        if waiting:
            # JD may still be at work on what it did not answer.
            raise jd_api.RetryLater("JD does not list the suppliers yet")

    def _find_suppliers(self, suppliers):
        """Set JD's numbers of suppliers; return those that JD does not know."""
        if not suppliers:
            return suppliers
        self._reserve_calls("suppliers", 1)
        by_number = {supplier._get_own_number(): supplier for supplier in suppliers}
        known = self.connector_id._get_operations().suppliers(
            self.number, own_numbers=list(by_number)
        )
        for row in known:
            if row.own_number in by_number:
                by_number[row.own_number].supplier_no = row.number
        return suppliers.filtered(lambda supplier: not supplier.supplier_no)

    def _create_suppliers(self, requests):
        """Create suppliers at JD; their numbers are asked for later.

        :param dict requests: `jd.supplier` → `lib.api.Supplier`.
        :raise lib.api.JdError: JD does not take calls now.
        """
        if not requests:
            return
        self._reserve_calls("create_supplier", len(requests))
        department_no = self.number
        operations = self.connector_id._get_operations()
        results = self.connector_id._call_all(
            self.connector_id._get_call_name("create_supplier"),
            lambda request: operations.create_supplier(department_no, request),
            list(requests.values()),
        )
        for supplier, result in zip(requests, results, strict=True):
            if isinstance(result, jd_api.Refused):
                supplier._refuse_by_jd(result)
        # What got no answer may exist: `_match_suppliers` looks for it.
        settled = (jd_api.Refused, jd_api.OutcomeUnknown, jd_api.NotSent)
        for result in results:
            if isinstance(result, Exception) and not isinstance(result, settled):
                raise result
