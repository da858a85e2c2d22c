"""JD's suppliers: one record for each contact in each department."""

from psycopg2.errors import UniqueViolation

from odoo import api, fields, models
from odoo.exceptions import ConcurrencyError

from ... import const
from ...lib import api as jd_api
from ..mixins.jd_worker_mixin import log_unforeseen


class JdSupplier(models.Model):
    """A contact as supplier of one of JD's departments, with JD's number."""

    _name = "jd.supplier"
    _description = "JD Supplier"
    _inherit = ["jd.worker.mixin"]
    _rec_name = "supplier_no"
    _order = "id desc"

    department_id = fields.Many2one(
        "jd.department",
        string="JD Department",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    connector_id = fields.Many2one(related="department_id.connector_id")
    company_id = fields.Many2one(
        related="department_id.company_id", store=True, index=True
    )
    partner_id = fields.Many2one(
        "res.partner",
        string="Supplier",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    supplier_no = fields.Char(
        string="JD Supplier Number",
        readonly=True,
        help="JD's own number of this supplier: EMS followed by digits.",
    )
    state = fields.Selection(
        selection=[
            ("waiting", "Waiting"),
            ("matched", "Matched"),
            ("refused", "Not at JD"),
        ],
        string="Status",
        compute="_compute_state",
        store=True,
    )
    reason = fields.Text(
        string="What to Do",
        readonly=True,
        help="Why this contact is not a supplier at JD, and what to do.",
    )
    refused_at = fields.Datetime(readonly=True)

    _partner_uniq = models.Constraint(
        "UNIQUE(department_id, partner_id)", "This supplier is known already."
    )

    # === COMPUTES === #

    @api.depends("supplier_no", "reason")
    def _compute_state(self):
        for supplier in self:
            refused = "refused" if supplier.reason else "waiting"
            supplier.state = "matched" if supplier.supplier_no else refused

    @api.depends("supplier_no", "partner_id")
    def _compute_display_name(self):
        for supplier in self:
            name = supplier.partner_id.display_name
            number = supplier.supplier_no
            supplier.display_name = f"{name} ({number})" if number else name

    # === ACTIONS === #

    def action_match_again(self):
        """Request that these suppliers are looked up at JD again."""
        self.check_access("read")
        self.sudo()._match_again()  # users trigger this without write access

    # === BUSINESS === #

    @api.model
    def _get_or_request(self, warehouse, partner):
        """Return the supplier of a contact; create it, to be matched, if there is none.

        A supplier refused earlier is matched again where that may help now.
        """
        [department] = self.env["jd.department"]._ensure(
            warehouse.jd_connector_id, [warehouse.jd_department_no]
        )
        # One supplier for a company, whichever of its contacts sends the goods.
        contact = partner.commercial_partner_id
        supplier = self.search(
            [("department_id", "=", department.id), ("partner_id", "=", contact.id)]
        ) or self._create_for(department, contact)
        if supplier._is_worth_asking():
            supplier._match_again()
        return supplier

    @api.model
    def _create_for(self, department, contact):
        """Create a contact's supplier.

        :raise ConcurrencyError: Another transaction creates it; Odoo repeats the
            request, which then finds it.
        """
        try:
            with self.env.cr.savepoint():
                supplier = self.create(
                    {"department_id": department.id, "partner_id": contact.id}
                )
        except UniqueViolation as exc:
            raise ConcurrencyError("The supplier is being created already") from exc
        self.env["jd.goods"]._trigger_matching()
        return supplier

    def _is_worth_asking(self):
        """Tell whether a refused supplier may be accepted now.

        That is after its contact was changed, or after const.SUPPLIER_REFUSAL_KEPT.
        """
        if self.state != "refused":
            return False
        stale = fields.Datetime.now() - const.SUPPLIER_REFUSAL_KEPT
        return self.refused_at < max(stale, self.partner_id.write_date)

    def _match_again(self):
        self.write({"supplier_no": False, "reason": False, "refused_at": False})
        self.env["jd.goods"]._trigger_matching()

    def _refuse_by_jd(self, error):
        for supplier in self:
            supplier._refuse(supplier.connector_id._explain(error))

    def _refuse(self, reason):
        """Mark as refused.

        :param str reason: Why, and what to do, for the merchant.
        """
        self.write({"reason": reason, "refused_at": fields.Datetime.now()})

    def _get_obstacle(self):
        """Return why this supplier cannot be created at JD, or None."""
        if (self.partner_id.name or "").strip():
            return None
        return self.env._("Give the contact a name: JD asks for one of each supplier.")

    def _get_own_number(self):
        """Return our number of the supplier at JD.

        It has the database's tag: other databases may use the same department.
        """
        tag = self.env["jd.application"]._get_database_tag()
        return f"{tag}-{self.partner_id.id}"

    def _prepare_requests(self):
        """Return `jd.supplier` → `lib.api.Supplier`; refuse those with an obstacle."""
        for supplier in self:
            if obstacle := supplier._get_obstacle():
                supplier._refuse(obstacle)
        requests = {}
        self.filtered(lambda supplier: not supplier.reason)._process_isolated(
            lambda suppliers: requests.update(
                {supplier: supplier._prepare_new() for supplier in suppliers}
            ),
            lambda supplier, error: supplier._refuse_unforeseen(error),
        )
        return requests

    def _refuse_unforeseen(self, error):
        self._refuse(
            self.env._(
                "Odoo could not create it at JD. Ask your Odoo administrator to look "
                "for %(reference)s in the server's log.",
                reference=log_unforeseen(error, self),
            )
        )

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
