"""JD's goods: one record for each product in each department."""

from psycopg2.errors import UniqueViolation

from odoo import api, fields, models
from odoo.exceptions import ConcurrencyError, UserError
from odoo.fields import Domain

from ... import const
from ..mixins.notification import notify

# to_match --[JD has it]--> matched
#          --[JD has not]--> missing: somebody decides
#          --[JD has not, and nobody ships it]--> unneeded
#          --[JD has not, and it was asked to be created]--> to_create
# to_create --[created]--> matched
#           --[no answer]--> to_match: asked before repeated
# to_match, to_create --[JD refuses, or the product is incomplete]--> refused
# missing, unneeded --[“Create at JD”]--> to_match: it may be there by now
# missing, unneeded, refused --[product corrected, or “Match Again”]--> to_match
STATES = [
    ("to_match", "Waiting"),
    ("to_create", "To Create"),
    ("matched", "Matched"),
    ("missing", "Not at JD"),
    ("unneeded", "Not Needed"),
    ("refused", "To Fix"),
]
# The states of products without goods at JD, in which nothing happens by itself.
UNDECIDED = ("missing", "unneeded", "refused")
# Those in which the goods can be asked to be created.
CREATABLE = ("missing", "unneeded")


class JdGoods(models.Model):
    """A product as goods of one of JD's departments, with JD's goods number."""

    _name = "jd.goods"
    _description = "JD Goods"
    _inherit = ["jd.guarded.mixin", "jd.technical.mixin", "jd.worker.mixin"]
    _rec_name = "goods_no"
    _order = "department_no, id"
    _jd_technical = frozenset(
        {"candidates", "is_awaited", "is_sought", "matched_code", "refused_at"}
    )

    connector_id = fields.Many2one(
        "jd.connector",
        string="JD Connection",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(
        related="connector_id.company_id", store=True, index=True
    )
    department_no = fields.Char(
        string="Department Number",
        required=True,
        readonly=True,
        help="JD's number of the department that these goods belong to.",
    )
    product_id = fields.Many2one(
        "product.product",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    # Archived with the product: the number stays taken, as JD keeps the goods.
    active = fields.Boolean(related="product_id.active", store=True)
    categ_id = fields.Many2one(related="product_id.categ_id")
    default_code = fields.Char(related="product_id.default_code")
    barcode = fields.Char(related="product_id.barcode")
    goods_no = fields.Char(
        string="JD Goods Number",
        readonly=True,
        copy=False,
        index="trigram",
        help="JD's own number of these goods: EMG followed by digits.",
    )
    state = fields.Selection(
        selection=STATES,
        string="Status",
        required=True,
        readonly=True,
        copy=False,
        default="to_match",
        index=True,
    )
    reason = fields.Text(
        string="What to Do",
        readonly=True,
        copy=False,
        help="Why this product is not among JD's goods, and what to do.",
    )
    other_product_id = fields.Many2one(
        "product.product",
        string="Conflicting Product",
        readonly=True,
        copy=False,
        index="btree_not_null",
        help="The product with the same internal reference, barcode or JD goods. "
        "Correct one of the two.",
    )
    refused_at = fields.Datetime(
        readonly=True, copy=False, help="When JD was found not to have these goods."
    )
    origin = fields.Selection(
        selection=[("found", "Found"), ("created", "Created")],
        string="How It Came",
        compute="_compute_origin",
        store=True,
        help="Found: JD had these goods already. Created: Odoo created them there.",
    )

    matched_code = fields.Char(
        readonly=True,
        copy=False,
        help="The internal reference, or else the barcode, that the product had when "
        "it was matched.",
    )

    # For the scheduled action.
    is_awaited = fields.Boolean(
        readonly=True,
        copy=False,
        help="A transfer waits for these goods: they are matched first.",
    )
    is_sought = fields.Boolean(
        readonly=True,
        copy=False,
        help="To be found in JD's list, which is read page by page.",
    )
    candidates = fields.Char(
        readonly=True,
        copy=False,
        help="Numbers of JD's goods with the same barcode, found so far.",
    )
    is_creation_asked = fields.Boolean(
        readonly=True,
        copy=False,
        help="Somebody asked to have these goods created at JD.",
    )
    is_creation_sent = fields.Boolean(
        readonly=True,
        copy=False,
        help="JD was asked to create these goods, and may have done so.",
    )
    created_no = fields.Char(
        readonly=True,
        copy=False,
        help="The number of the goods that Odoo created at JD.",
    )

    _product_uniq = models.Constraint(
        "UNIQUE(connector_id, department_no, product_id)",
        "This product has its JD goods in this department already.",
    )
    _goods_uniq = models.UniqueIndex(
        "(connector_id, department_no, goods_no) WHERE goods_no IS NOT NULL",
        "These JD goods belong to another product already.",
    )
    _work_idx = models.Index(
        "(connector_id, department_no, state) WHERE state IN ('to_match', 'to_create')"
    )

    # === COMPUTES === #

    @api.depends("goods_no", "product_id")
    def _compute_display_name(self):
        for row in self:
            row.display_name = row.goods_no or row.product_id.display_name

    @api.depends("goods_no", "created_no")
    def _compute_origin(self):
        for row in self:
            created = row.goods_no == row.created_no
            row.origin = row.goods_no and ("created" if created else "found")

    # === ACTIONS === #

    def action_create_at_jd(self):
        """Request that those of these goods that JD does not have are created there."""
        self.check_access("write")
        rows = self.filtered(lambda row: row.state in CREATABLE)
        if not rows:
            raise UserError(
                self.env._(
                    "None of these can be created at JD: JD has them, or what to do "
                    "stands beside them."
                )
            )
        rows._request_creation()
        return notify("info", rows._explain_creation_asked())

    def action_match_again(self):
        """Request that these goods are matched again, whatever their status."""
        self.check_access("write")
        self.sudo()._match_again()  # users trigger this without write access
        self._trigger_matching()

    # === BUSINESS === #

    @api.model
    def _get_goods(self, warehouse, products):
        """Return the goods of products in a warehouse's department, matched or not.

        :return: Product id → `jd.goods`; without products that have none.
        :rtype: dict[int, models.Model]
        """
        rows = self._search_goods(warehouse, products)
        return {row.product_id.id: row for row in rows}

    @api.model
    def _search_goods(self, warehouse, products):
        domain = self._get_department_domain(
            warehouse.jd_connector_id, warehouse.jd_department_no
        )
        return self.with_context(active_test=False).search_fetch(
            domain & Domain("product_id", "in", products.ids),
            ["connector_id", "product_id", "goods_no", "state"],
        )

    @api.model
    def _request_match(self, warehouse, products):
        """Request that products of a transfer are matched before all others.

        Goods that JD did not have are matched again after const.GOODS_REFUSAL_KEPT, or
        as soon as the merchant corrects the product (`_match_again_if_waiting`).
        """
        # sudo: users who confirm a transfer have no write access to goods.
        rows_sudo = self.sudo()._search_goods(warehouse, products)
        department_sudo = (
            self.env["jd.department"]
            .sudo()
            ._ensure(warehouse.jd_connector_id, [warehouse.jd_department_no])
        )
        stale = fields.Datetime.now() - const.GOODS_REFUSAL_KEPT
        rows_sudo.filtered(
            lambda row: (
                row.state == "unneeded"  # now it is shipped
                or (row.state in UNDECIDED and row.refused_at < stale)
            )
        )._match_again()
        missing = products - rows_sudo.product_id
        rows_sudo += self.sudo()._create_rows(department_sudo, missing)
        waiting_sudo = rows_sudo.filtered(
            lambda row: row.state in const.GOODS_WAITING and not row.is_awaited
        )
        waiting_sudo.is_awaited = True
        if waiting_sudo:
            self._trigger_matching()

    @api.model
    def _look_for(self, warehouse, products):
        """Return those of a transfer's goods that JD lacks; look for unknown ones."""
        rows_sudo = self.sudo()._search_goods(warehouse, products)
        known = rows_sudo.filtered(
            lambda row: row.state not in ("to_match", "unneeded")
        )
        if unknown := products - known.product_id:
            self._request_match(warehouse, unknown)
        return rows_sudo.filtered(lambda row: row.state in CREATABLE).sudo(False)

    @api.model
    def _create_rows(self, department, products):
        """Create and return the goods of those products that JD can keep.

        :param products: Products without goods in the department.
        :raise ConcurrencyError: Another transaction creates some of them; Odoo repeats
            the request, which then finds them.
        """
        domain = self._get_products_domain(department.company_id)
        values = [
            {
                "connector_id": department.connector_id.id,
                "department_no": department.number,
                "product_id": product.id,
            }
            for product in products.filtered_domain(domain)
        ]
        try:
            with self.env.cr.savepoint():
                return self.create(values)
        except UniqueViolation as exc:
            raise ConcurrencyError("JD goods are being created already") from exc

    @api.model
    def _get_department_domain(self, connector, department_no):
        return Domain("connector_id", "=", connector.id) & Domain(
            "department_no", "=", department_no
        )

    @api.model
    def _get_products_domain(self, company):
        """Return the domain of the products that a company's warehouses can keep."""
        domain = Domain("type", "=", "consu") & Domain(
            "company_id", "in", [False, company.id]
        )
        # A kit is no goods: its components are moved instead.
        if "is_kits" in self.env["product.product"]._fields:  # with mrp
            domain &= Domain("is_kits", "=", False)
        return domain

    @api.model
    def _match_again_if_waiting(self, products):
        """Match goods again that these products, now changed, may have prevented."""
        # sudo: users who change a product may lack access to JD.
        self.sudo()._hint_at_changed(products)
        rows_sudo = self.sudo().search(
            Domain("state", "in", ("to_create", *UNDECIDED))
            & (
                Domain("product_id", "in", products.ids)
                | Domain("other_product_id", "in", products.ids)
            )
        )
        if rows_sudo:
            rows_sudo._match_again()
            self._trigger_matching()

    def _request_creation(self):
        """Request that these goods are created at JD, unless it has them by now."""
        # sudo: users ask for this without write access.
        self.sudo().write({"is_creation_asked": True})
        self.sudo()._match_again()
        self._trigger_matching()
        for connector, rows in self.grouped("connector_id").items():
            connector.message_post(
                body=self.env._(
                    "Products to be created at JD: %(count)s.", count=len(rows)
                )
            )

    def _match_again(self):
        self.write(self._prepare_cleared_values() | {"state": "to_match"})

    @api.model
    def _prepare_cleared_values(self):
        """Return values that remove all results of an earlier match."""
        return {
            "goods_no": False,
            "reason": False,
            "other_product_id": False,
            "refused_at": False,
            "is_sought": False,
            "candidates": False,
            "matched_code": False,
        }

    @api.model
    def _trigger_matching(self, at=None):
        self._trigger("match_goods", at)
