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
            for supplier, request in requests.items():
                self._create_supplier(supplier, request)
            # JD answers a creation without a number. Asked for by our number, a
            # supplier is also found after a lost answer: none is created twice.
            self._find_suppliers(suppliers.filtered(lambda s: s.state == "waiting"))
        except jd_api.Refused as exc:
            suppliers.filtered(lambda s: s.state == "waiting")._refuse_by_jd(exc)
        waiting = suppliers.filtered(lambda supplier: supplier.state == "waiting")
        if waiting:
            # JD may still be at work on what it did not answer: ask again later.
            self._pause(const.GOODS_RETRY_DELAY)
        self.env["jd.order"]._recheck_suppliers(suppliers - waiting)

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

    def _create_supplier(self, supplier, request):
        """Create a supplier at JD; its number is asked for later."""
        self._reserve_calls("create_supplier", 1)
        try:
            self.connector_id._get_operations().create_supplier(self.number, request)
        except jd_api.OutcomeUnknown:
            return  # it may exist: `_match_suppliers` looks for it
        except jd_api.Refused as exc:
            supplier._refuse_by_jd(exc)
