"""Orders made at JD by hand or by other software, without a transfer in Odoo."""

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ... import const, statuses
from ...lib.api import GoodsLevel, StatusChange
from ..order.jd_order import NOT_AT_JD

# The cause of activities about orders made at JD, until all are decided.
UNDECIDED = "undecided"


class JdForeignOrder(models.Model):
    """An order made at JD, for a user to link with its transfer or to ignore."""

    _name = "jd.foreign.order"
    _description = "Order Made at JD"
    _inherit = ["jd.retention.mixin", "jd.technical.mixin", "jd.worker.mixin"]
    _order = "id desc"
    _rec_name = "jd_number"
    _jd_technical = frozenset({"asked_at", "moved_rows"})

    connector_id = fields.Many2one(
        "jd.connector",
        string="JD Connection",
        required=True,
        readonly=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(related="connector_id.company_id", store=True)
    warehouse_id = fields.Many2one(
        "stock.warehouse",
        required=True,
        readonly=True,
        ondelete="cascade",
    )
    kind = fields.Selection(
        selection=lambda self: (
            self.env["jd.order"]._fields["kind"]._description_selection(self.env)
        ),
        required=True,
        readonly=True,
    )
    jd_number = fields.Char(string="JD Number", required=True, readonly=True)
    own_number = fields.Char(
        string="Other Number",
        readonly=True,
        help="The number that the software or person who made the order gave it.",
    )
    status_code = fields.Char(string="JD Status Code", readonly=True)
    status_name = fields.Char(string="JD Status", compute="_compute_status_name")
    made_at = fields.Datetime(string="Made On", readonly=True)
    state = fields.Selection(
        selection=[("new", "To Decide"), ("linked", "Linked"), ("ignored", "Ignored")],
        string="Status",
        required=True,
        readonly=True,
        default="new",
    )
    moved_rows = fields.Json(
        readonly=True,
        help="What JD moved: goods number, level and pieces of each line. Stock checks "
        "ask for it.",
    )
    moved_at = fields.Datetime(readonly=True, help="When JD moved the goods.")
    line_ids = fields.One2many(
        "jd.foreign.order.line", "foreign_id", string="Goods", readonly=True
    )
    goods = fields.Char(
        string="Goods at JD",
        compute="_compute_goods",
        help="What JD was asked to move with this order.",
    )
    asked_at = fields.Datetime(
        string="Goods Asked For",
        readonly=True,
        help="When JD was asked last for the goods of this order.",
    )
    order_id = fields.Many2one("jd.order", string="JD Order", readonly=True)
    picking_id = fields.Many2one(related="order_id.picking_id", string="Transfer")

    _number_uniq = models.Constraint(
        "UNIQUE(connector_id, jd_number)", "This order is listed already."
    )
    # Few of all that JD ever made wait for a decision, or for their goods.
    _undecided_idx = models.Index("(id) WHERE state = 'new'")

    # === COMPUTES === #

    @api.depends("kind", "status_code")
    def _compute_status_name(self):
        for row in self:
            status = statuses.find(row.kind, row.status_code)
            row.status_name = str(status.name) if status else row.status_code

    @api.depends("line_ids.planned", "line_ids.product_id")
    def _compute_goods(self):
        for row in self:
            row.goods = ", ".join(row.line_ids.mapped("display_name")) or False

    # === ACTIONS === #

    def action_link(self):
        """Open the dialog to link this order with the transfer it carries out."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Link %(number)s", number=self.jd_number),
            "res_model": "jd.foreign.link",
            "view_mode": "form",
            "target": "new",
            "context": {"default_foreign_id": self.id},
        }

    def action_ignore(self):
        """Mark orders as ignored: they concern no transfer in Odoo."""
        self._decide("new", "ignored")

    def action_reconsider(self):
        """Put ignored orders back among those to decide."""
        self._decide("ignored", "new")

    def action_view_picking(self):
        return self.order_id.action_view_picking()

    def _decide(self, before, after):
        self.check_access("read")
        # sudo: users trigger this without write access
        rows_sudo = self.sudo().filtered(lambda row: row.state == before)
        rows_sudo.state = after
        rows_sudo.connector_id._close_if_decided()

    # === BUSINESS === #

    @api.model
    def _upsert_listed(self, connector, rows):
        """List the orders that Odoo does not know; update those listed before.

        :param list rows: `lib.api.OrderRow`.
        """
        self = self.with_context(lang=connector._get_responsible_lang())
        rows = [row for row in rows if row.number]
        known = self._get_known_numbers(connector, rows)
        listed = self.search(
            [
                ("connector_id", "=", connector.id),
                ("jd_number", "in", [row.number for row in rows]),
            ]
        ).grouped("jd_number")
        fresh = {}
        for row in rows:
            if row.number in listed:
                listed[row.number].status_code = row.status
            elif row.number not in known and row.own_number not in known:
                warehouse = self._find_warehouse(connector, row)
                if warehouse and row.kind in statuses.KINDS:
                    fresh[row.number] = self._prepare_values(warehouse, row)
        created = self._create_isolated(list(fresh.values()), connector._report_error)
        if connector.restored_at:
            created._link_unsent()
        if created := created.filtered(lambda foreign: foreign.state == "new"):
            connector._request_attention(
                self.env._(
                    "JD has orders that Odoo does not know: %(numbers)s. Link each to "
                    "its transfer, create one, or ignore it, under JD Fulfillment ▸ "
                    "Orders Made at JD.",
                    numbers=", ".join(created.mapped("jd_number")),
                ),
                const.MADE_AT_JD_ACTIVITY,
                cause=UNDECIDED,
            )

    @api.model
    def _find_warehouse(self, connector, row):
        """Return the warehouse of a listed order; empty where it is not clear.

        No transfer can belong to a warehouse that is not used in Odoo. Departments may
        share one of JD's; where a message does not name which, the list does later.

        :param row: A `lib.api.OrderRow`.
        """
        found = connector.warehouse_ids.filtered(
            lambda warehouse: (
                warehouse.jd_warehouse_no == row.warehouse_no
                and row.department_no in ("", warehouse.jd_department_no)
            )
        )
        return found if len(found) == 1 else found.browse()

    @api.model
    def _forget(self, domain):
        """Remove the orders of a domain from the list: they are ours."""
        rows = self.search(domain & Domain("state", "!=", "linked"))
        connectors = rows.connector_id
        rows.unlink()
        connectors._close_if_decided()

    @api.model
    def _get_known_numbers(self, connector, rows):
        """Return the set of JD's and our numbers of the orders that Odoo knows.

        After a restored backup, not those that were not sent when it was made.
        """
        orders = self.env["jd.order"].search(
            Domain("connector_id", "=", connector.id)
            & (
                Domain("jd_number", "in", [row.number for row in rows])
                | Domain("name", "in", [row.own_number for row in rows])
            )
        )
        if connector.restored_at:
            orders = orders.filtered(lambda order: not order._is_unsent())
        known = {*orders.mapped("jd_number"), *orders.mapped("name")} - {False, ""}
        parts = orders._find_by_parts(connector, [row.number for row in rows])
        return known.union(parts)

    @api.model
    def _prepare_values(self, warehouse, row):
        return {
            "connector_id": warehouse.jd_connector_id.id,
            "warehouse_id": warehouse.id,
            "kind": row.kind,
            "jd_number": row.number,
            "own_number": row.own_number,
            "status_code": row.status,
            "made_at": row.created_at,
        }

    def _is_open_at_jd(self):
        """Tell whether JD may still move goods with this order."""
        return not self.moved_rows and not self._has_ended_without_goods()

    def _has_ended_without_goods(self):
        """Tell whether JD has ended this order, of which nothing is known to move."""
        status = statuses.find(self.kind, self.status_code)
        return not self.moved_rows and bool(status and status.effect in statuses.ENDS)

    def _record_report(self, report):
        """Record the goods, and what JD has moved once it has moved all of it.

        :param report: JD's `lib.api.Report` of it.
        """
        rules = statuses.KINDS[self.kind]
        reached = [
            (change.at, statuses.find(self.kind, change.status))
            for change in (*report.history, StatusChange(report.status))
        ]
        moved = [
            at
            for at, status in reached
            if status and status.rank and status.rank >= rules.moved_rank
        ]
        rows = [
            [row.goods_number, row.level or GoodsLevel.GOOD, row.done]
            for row in report.lines
            if row.done
        ]
        self.status_code = report.status or self.status_code
        self._record_goods(report)
        if moved and rows:
            known = [at for at in (*moved, report.completed_at) if at]
            moved_at = min(known, default=self.made_at)
            self.write({"moved_rows": rows, "moved_at": moved_at})

    @api.autovacuum
    def _gc_decided(self):
        """Delete old orders, except undecided ones and what stock checks need."""
        accounted = self.env["jd.stock.check"]._get_accounted_foreign_domain()
        return self._delete_created_before(
            self._get_kept_since("foreign_orders"),
            Domain("state", "!=", "new") & accounted,
        )

    # === LINK === #

    def _link_unsent(self):
        """Link orders with the transfers for which Odoo has their number, but has not
        sent them: it was restored from a backup.
        """
        orders = self.env["jd.order"].search(
            Domain("connector_id", "in", self.connector_id.ids)
            & Domain("name", "in", self.filtered("own_number").mapped("own_number"))
            & Domain("state", "in", NOT_AT_JD)
        )
        orders = {order.name: order for order in orders}
        for foreign in self.filtered(lambda foreign: foreign.own_number in orders):
            is_over = foreign._process_one(
                lambda foreign: foreign._link(orders[foreign.own_number].picking_id),
                lambda foreign, error: orders[foreign.own_number]._hold_unlinked(error),
            )
            if not is_over:  # another transaction was faster
                self._trigger("list_orders", fields.Datetime.now() + const.ASK_DELAY)

    @api.model
    def _link_left(self):
        """Link what `_link_unsent` could not link when it was listed."""
        left = self.search(
            [("state", "=", "new"), ("connector_id.restored_at", "!=", False)]
        )
        left._link_unsent()

    def _link(self, picking):
        """Create the `jd.order` that follows this order for a transfer; return it.

        :raise UserError: This order cannot carry out the transfer.
        """
        if self._has_ended_without_goods():
            raise UserError(
                self.env._(
                    "JD does not carry out %(number)s (%(status)s): ignore it.",
                    number=self.jd_number,
                    status=self.status_name,
                )
            )
        fits = self._get_candidates(Domain("id", "in", picking.ids))
        if self.state != "new" or not fits:
            raise UserError(
                self.env._(
                    "%(transfer)s cannot be linked with %(number)s: it must be open, "
                    "of the same kind and warehouse, and not at JD yet.",
                    transfer=picking.name or self.env._("No transfer"),
                    number=self.jd_number,
                )
            )
        # sudo: users trigger this without write access
        orders_sudo = picking.sudo().jd_order_ids
        orders_sudo.filtered(lambda o: o.state in NOT_AT_JD)._withdraw()
        picking.sudo().jd_on_hold = False  # JD has it
        orders_sudo.flush_recordset()  # a transfer may have one open order only
        order_sudo = orders_sudo._create_for_made_at_jd(picking.sudo(), self.jd_number)
        self.sudo().write({"state": "linked", "order_id": order_sudo.id})
        self.sudo().connector_id._close_if_decided()
        return order_sudo
