"""JD's suppliers: who of a department's suppliers is which contact of ours."""

from odoo import api, fields, models
from odoo.fields import Domain

from .. import const
from ..lib import api as jd_api


class JdSupplier(models.Model):
    """A contact as a supplier of a department; created at JD once, then kept."""

    _name = "jd.supplier"
    _description = "JD Supplier"
    _rec_name = "supplier_no"

    department_id = fields.Many2one(
        "jd.department", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        related="department_id.company_id", store=True, index=True
    )
    partner_id = fields.Many2one(
        "res.partner", string="Supplier", required=True, index=True, ondelete="restrict"
    )
    supplier_no = fields.Char(string="JD Supplier Number", readonly=True)
    reason = fields.Text(readonly=True, help="Why JD does not take this supplier.")

    _partner_uniq = models.Constraint(
        "UNIQUE(department_id, partner_id)", "This supplier is known already."
    )

    # === BUSINESS === #

    @api.model
    def _get_or_request(self, warehouse, partner):
        """Return the supplier of a contact; one that is new is matched by a cron."""
        department = self.env["jd.department"]._ensure(
            warehouse.jd_connector_id, [warehouse.jd_department_no]
        )
        contact = partner.commercial_partner_id
        supplier = self.search(
            [("department_id", "=", department.id), ("partner_id", "=", contact.id)]
        )
        if not supplier:
            supplier = self.create(
                {"department_id": department.id, "partner_id": contact.id}
            )
        if not supplier.supplier_no:
            supplier.reason = False
            self.env["jd.product"]._trigger_matching()
        return supplier

    def _get_own_number(self):
        """Return our number of the supplier at JD: it never changes, and is no other database's."""
        tag = self.env["jd.application"]._get_database_tag()
        return f"{tag}-{self.partner_id.id}"

    def _prepare_new(self):
        partner = self.partner_id
        return jd_api.Supplier(
            own_number=self._get_own_number(),
            name=partner.name,
            address=jd_api.Address(
                name=partner.name[:50],
                phone=(partner.phone or "")[:50],
                province=partner.state_id.name or "",
            ),
        )


class JdDepartment(models.Model):
    _inherit = "jd.department"

    supplier_ids = fields.One2many("jd.supplier", "department_id")

    def _get_next_step(self):
        step = super()._get_next_step()
        if step or self.connector_id.state != "connected" or self._is_paused():
            return step
        return self._match_suppliers if self._search_new_suppliers(1) else None

    def _search_new_suppliers(self, limit):
        return self.env["jd.supplier"].search(
            Domain("department_id", "=", self.id)
            & Domain("supplier_no", "=", False)
            & Domain("reason", "=", False),
            limit=limit,
        )

    def _match_suppliers(self):
        """Find a batch of suppliers at JD, and create those it does not know.

        JD does not say what number it gave: it is asked for by ours.
        """
        suppliers = self._search_new_suppliers(const.SUPPLIER_BATCH)
        created = self.env["jd.supplier"]
        for supplier in self._find_suppliers(suppliers):
            if self._create_supplier(supplier):
                created += supplier
        self._find_suppliers(created)
        self.env["jd.order"]._recheck_suppliers(suppliers)

    def _find_suppliers(self, suppliers):
        """Take over JD's numbers and return the suppliers that JD does not know."""
        if not suppliers:
            return suppliers
        self._spend(const.SUPPLIER_QUERY_CALL, 1)
        by_number = {supplier._get_own_number(): supplier for supplier in suppliers}
        known = self.connector_id._get_operations().suppliers(
            self.number, own_numbers=list(by_number)
        )
        for row in known:
            by_number[row.own_number].supplier_no = row.number
        return suppliers.filtered(lambda supplier: not supplier.supplier_no)

    def _create_supplier(self, supplier):
        """Create a supplier at JD; return whether JD may have it now."""
        self._spend(const.SUPPLIER_SAVE_CALL, 1)
        try:
            self.connector_id._get_operations().create_supplier(
                self.number, supplier._prepare_new()
            )
        except jd_api.OutcomeUnknown:
            return True
        except jd_api.Refused as exc:
            supplier.reason = self.connector_id._explain(exc)
            return False
        return True
