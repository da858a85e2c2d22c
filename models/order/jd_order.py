"""Orders at JD: all fields, the actions of users, and what all kinds share."""

import secrets

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.tools import format_datetime

from ... import const, statuses
from ...lib.api import GoodsLevel
from ..mixins.jd_activity_mixin import find_activities
from ..mixins.notification import notify

# draft --[pre-flight ok]--> queued --[claim]--> sending --[accepted]--> accepted
#   accepted → in_progress → done
# sending --[refused]--> refused --[corrected, tried again]--> queued
# sending --[throttled / unreachable]--> queued (retry_at)
# sending --[no answer]--> unknown --[asked: JD has it]--> accepted
#                                  --[asked: JD has not]--> queued
# accepted|in_progress --[cancel asked]--> cancelling --[JD agrees]--> cancelled
#                                          cancelling --[JD refuses]--> in_progress
STATES = [
    ("draft", "Not Sent Yet"),
    ("queued", "Waiting to Be Sent"),
    ("sending", "Being Sent"),
    ("unknown", "Answer Unknown"),
    ("refused", "Refused by JD"),
    ("accepted", "Accepted"),
    ("in_progress", "In Progress"),
    ("cancelling", "Cancelling"),
    ("done", "Done"),
    ("cancelled", "Cancelled"),
]
AT_JD = ("accepted", "in_progress", "cancelling")
# Not sent, so that they can be changed or withdrawn freely.
NOT_AT_JD = ("draft", "queued", "refused")
# No answer yet: JD may or may not have them.
MAYBE_AT_JD = ("sending", "unknown")
# JD carries them out, or may: what Odoo changes now, JD does not learn by itself.
TOLD = (*MAYBE_AT_JD, *AT_JD)
OPEN = (*NOT_AT_JD, *TOLD)
# The states of a transfer that is still to be carried out.
OPEN_PICKING = ("draft", "waiting", "confirmed", "assigned")


# Letters and digits that cannot be mistaken for each other.
_UNIQUE_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
_UNIQUE_LENGTH = 8


def _make_unique_part():
    """Return random characters that make our number of an order unique.

    After a backup was restored, the id and the tag of the database may repeat. If JD
    already knows a number, it returns the old order and ships nothing.
    """
    return "".join(secrets.choice(_UNIQUE_ALPHABET) for _ in range(_UNIQUE_LENGTH))


class JdOrder(models.Model):
    _name = "jd.order"
    _description = "JD Order"
    _inherit = [
        "mail.thread",
        "mail.activity.mixin",
        "jd.activity.mixin",
        "jd.technical.mixin",
        "jd.worker.mixin",
    ]
    _order = "id desc"
    _check_company_auto = True
    # People cannot write orders, but may discuss them in the chatter.
    _mail_post_access = "read"
    _jd_technical = frozenset(
        {
            *("allocation_ids", "are_quantities_known", "attempts", "claim"),
            *("cancel_due", "cancel_requested", "cancel_requested_at"),
            *("close_inbound_due", "confirmation", "confirmation_at"),
            "events_deleted_until",
            *("is_closable", "is_disputed", "is_known_to_jd", "is_part_due"),
            *("is_partial_allowed", "problem_asked_at", "pull_at", "retry_at"),
            *("revision", "sent_department_no", "sent_pin", "sent_terms"),
            *("status_code", "status_rank", "unanswered", "unanswered_requests"),
        }
    )

    name = fields.Char(
        string="Our Number",
        readonly=True,
        copy=False,
        index="trigram",
        help="Odoo's number of this order at JD; quote it to JD support. It never "
        "changes, so that nothing is sent twice.",
    )
    kind = fields.Selection(
        selection=[
            ("outbound", "Outbound"),
            ("inbound", "Inbound"),
            ("customer_return", "Customer Return"),
            ("supplier_return", "Supplier Return"),
        ],
        required=True,
        readonly=True,
    )
    state = fields.Selection(
        selection=STATES,
        string="Status",
        required=True,
        readonly=True,
        copy=False,
        default="draft",
        group_expand="_expand_states",
    )
    warehouse_id = fields.Many2one(
        "stock.warehouse",
        required=True,
        readonly=True,
        check_company=True,
    )
    connector_id = fields.Many2one(
        related="warehouse_id.jd_connector_id", store=True, precompute=True
    )
    company_id = fields.Many2one(
        related="warehouse_id.company_id", store=True, precompute=True
    )
    picking_id = fields.Many2one(
        "stock.picking",
        string="Transfer",
        readonly=True,
        index="btree_not_null",
        ondelete="cascade",
        check_company=True,
    )
    partner_id = fields.Many2one(related="picking_id.partner_id", string="Receiver")
    scheduled_date = fields.Datetime(related="picking_id.scheduled_date")
    line_ids = fields.One2many("jd.order.line", "order_id", readonly=True, copy=False)
    event_ids = fields.One2many("jd.order.event", "order_id", readonly=True, copy=False)
    events_deleted_until = fields.Datetime(
        readonly=True,
        copy=False,
        help="Statuses until then may have been deleted from the timeline, as old.",
    )
    allocation_ids = fields.One2many("jd.order.allocation", "order_id", readonly=True)
    parcel_ids = fields.One2many("jd.parcel", "order_id", readonly=True, copy=False)
    # Those of the module are on the transfer, where people look.
    activity_ids = fields.One2many(inverse_name="jd_order_id")
    jd_number = fields.Char(
        string="JD Number", readonly=True, copy=False, index="trigram"
    )
    # As sent: calls about the order must name the same, even if the warehouse changes.
    sent_pin = fields.Char(string="Sent with PIN", readonly=True, copy=False)
    sent_department_no = fields.Char(
        string="Sent with Department", readonly=True, copy=False
    )
    sent_terms = fields.Json(
        readonly=True,
        copy=False,
        help="What JD was told beside the goods: name → [key, text].",
    )
    is_disputed = fields.Boolean(
        string="Does Not Fit",
        readonly=True,
        copy=False,
        help="JD's answer does not fit this order, or JD cannot be asked for it. "
        "Nothing is sent until it fits.",
    )
    split_numbers = fields.Char(
        string="Split Into",
        readonly=True,
        copy=False,
        index="btree_not_null",
        help="JD's numbers of the orders into which it split this one. The transfer "
        "closes with what all of them moved.",
    )
    made_at_jd = fields.Boolean(
        string="Made at JD",
        readonly=True,
        copy=False,
        help="This order was made at JD and linked to the transfer. Its lines are "
        "matched by their goods.",
    )
    problems = fields.Text(
        string="What to Do",
        readonly=True,
        copy=False,
        help="Everything to correct before this order can be sent to JD.",
    )
    refusals = fields.Integer(
        readonly=True, copy=False, help="How often JD refused this order."
    )
    refusal_reason = fields.Selection(
        selection=[
            ("not_in_stock", "Not in Stock"),
            ("permission", "No Permission"),
            ("other", "Other"),
        ],
        readonly=True,
        copy=False,
        help="Why JD refused this order last; kept after it was corrected.",
    )
    refusal_code = fields.Char(string="JD's Refusal Code", readonly=True, copy=False)
    notice = fields.Text(compute="_compute_notice")
    is_partial_allowed = fields.Boolean(
        readonly=True,
        copy=False,
        help="A user chose to send what is reserved, without waiting for the rest.",
    )
    in_parts = fields.Boolean(
        related="picking_id.jd_in_parts", help="The goods come in several deliveries."
    )
    part_picking_ids = fields.One2many(
        "stock.picking",
        "jd_part_order_id",
        string="Received Parts",
        readonly=True,
        help="The transfers that received parts of this order.",
    )

    # What JD said last.
    status_code = fields.Char(string="JD Status Code", readonly=True, copy=False)
    status_rank = fields.Integer(readonly=True, copy=False)
    status_at = fields.Datetime(string="JD Status Since", readonly=True, copy=False)
    status_name = fields.Char(string="JD Status", compute="_compute_status_name")
    picked_at = fields.Datetime(string="Picked On", readonly=True, copy=False)
    moved_at = fields.Datetime(
        string="Shipped or Received On", readonly=True, copy=False
    )
    delivered_at = fields.Datetime(string="Delivered On", readonly=True, copy=False)
    learnt_by_message = fields.Integer(
        readonly=True, copy=False, help="How many statuses a message told first."
    )
    learnt_by_pull = fields.Integer(
        readonly=True, copy=False, help="How many statuses a pull found first."
    )
    planned_pieces = fields.Integer(
        compute="_compute_pieces", store=True, precompute=True
    )
    short_pieces = fields.Integer(
        compute="_compute_pieces",
        store=True,
        precompute=True,
        help="Ordered, and not moved by JD, once JD has reported what it moved.",
    )
    damaged_pieces = fields.Integer(
        compute="_compute_pieces",
        store=True,
        precompute=True,
        help="Ordered as good, and moved at another goods level.",
    )
    has_unknown_status = fields.Boolean(
        readonly=True,
        copy=False,
        help="JD sent a status that its documents do not list.",
    )
    are_quantities_known = fields.Boolean(readonly=True, copy=False)
    is_part_due = fields.Boolean(
        readonly=True,
        copy=False,
        help="JD has counted pieces that Odoo has not received yet; more may follow.",
    )
    counted = fields.Char(string="Counted by JD", compute="_compute_counted")
    corrections = fields.Text(
        readonly=True,
        copy=False,
        help="Pieces that were received, and that JD no longer reports.",
    )
    discrepancies = fields.Text(
        readonly=True,
        copy=False,
        help="What JD found different from the order. Contact the supplier, or "
        "adjust the stock.",
    )
    waybills = fields.Char(
        compute="_compute_waybills",
        store=True,
        precompute=True,
        index="trigram",
        copy=False,
    )
    is_closable = fields.Boolean(
        compute="_compute_is_closable", store=True, precompute=True
    )
    is_returning = fields.Boolean(
        readonly=True,
        copy=False,
        help="The parcel is on its way back to JD's warehouse.",
    )
    return_picking_id = fields.Many2one(
        "stock.picking",
        string="Return Transfer",
        readonly=True,
        copy=False,
        index="btree_not_null",
    )
    confirmation = fields.Selection(
        selection=[("due", "To Be Sent"), ("sending", "Being Sent")],
        string="Customer Confirmation",
        readonly=True,
        copy=False,
        index="btree_not_null",
        help="Whether the customer still has to be told of the closed transfer.",
    )
    confirmation_at = fields.Datetime(
        string="Confirmation Begun", readonly=True, copy=False
    )
    is_late = fields.Boolean(compute="_compute_is_late", search="_search_is_late")

    is_known_to_jd = fields.Boolean(
        compute="_compute_is_known_to_jd", search="_search_is_known_to_jd"
    )

    jd_reference = fields.Char(
        string="Reference for JD Support",
        readonly=True,
        copy=False,
        help="JD's numbers of the last failed call. Quote them to JD support.",
    )

    # An order that stands still: why, as JD has told.
    jd_problem = fields.Text(
        string="Problem at JD",
        readonly=True,
        copy=False,
        help="Why JD does not go on with this order, and what it proposes.",
    )
    jd_problem_at = fields.Datetime(
        string="Problem Since", readonly=True, copy=False, help="By JD's clock."
    )
    problem_asked_at = fields.Datetime(
        readonly=True, copy=False, help="When JD was last asked for a problem."
    )

    # Cancelling, and closing what comes in parts.
    cancel_requested = fields.Boolean(readonly=True, copy=False, tracking=True)
    cancel_requested_at = fields.Datetime(readonly=True, copy=False)
    cancel_due = fields.Boolean(
        readonly=True, copy=False, help="JD has not been asked to cancel yet."
    )
    close_inbound_due = fields.Boolean(
        readonly=True, copy=False, help="JD has not been asked to close inbound yet."
    )

    revision = fields.Integer(
        readonly=True,
        copy=False,
        help="How often the transfer was changed before it was sent.",
    )

    # When to do what next.
    claim = fields.Integer(readonly=True, copy=False)
    attempts = fields.Integer(
        readonly=True,
        copy=False,
        help="How often Odoo tried to send it since the last correction.",
    )
    retry_at = fields.Datetime(
        string="Next Try", readonly=True, copy=False, index="btree_not_null"
    )
    accepted_at = fields.Datetime(string="Accepted by JD", readonly=True, copy=False)
    done_at = fields.Datetime(
        string="Done On",
        compute="_compute_done_at",
        store=True,
        precompute=True,
        index="btree_not_null",
        copy=False,
        help="When its transfer was closed with what JD moved.",
    )
    pull_at = fields.Datetime(
        string="Next Pull", readonly=True, copy=False, index="btree_not_null"
    )
    pulled_at = fields.Datetime(string="Last Pull", readonly=True, copy=False)
    unanswered = fields.Integer(
        readonly=True, copy=False, help="How many pulls in a row JD did not answer."
    )
    unanswered_requests = fields.Integer(
        readonly=True,
        copy=False,
        help="How many requests in a row, to cancel or to close inbound, JD did not "
        "answer.",
    )

    _name_uniq = models.Constraint("UNIQUE(name)", "Our number must be unique.")
    _jd_number_uniq = models.UniqueIndex(
        "(connector_id, jd_number) WHERE jd_number IS NOT NULL",
        "JD's number belongs to another order already.",
    )
    _one_open_per_picking = models.UniqueIndex(
        "(picking_id, kind) WHERE state != 'cancelled'",
        "This transfer has an order at JD already.",
    )
    # One for each question that scheduled actions ask again and again: few of all
    # orders are open, and fewer wait for anything. The domain must imply the condition,
    # as the ORM writes it, or PostgreSQL reads the whole history.
    _open_idx = models.Index("(state, id) WHERE state NOT IN ('done', 'cancelled')")
    _closable_idx = models.Index("(id) WHERE is_closable IS TRUE")
    _returning_idx = models.Index("(id) WHERE is_returning IS TRUE")
    _cancel_due_idx = models.Index("(id) WHERE cancel_due IS TRUE")
    _close_inbound_due_idx = models.Index("(id) WHERE close_inbound_due IS TRUE")
    # For the overview, which counts and looks for the last ones of many orders.
    _accepted_idx = models.Index("(connector_id, accepted_at)")
    _pulled_idx = models.Index("(connector_id, pulled_at)")
    _unanswered_idx = models.Index(
        f"(connector_id) WHERE unanswered >= {const.UNANSWERED_TOLD}"
        f" OR unanswered_requests >= {const.UNANSWERED_TOLD}"
    )

    # === COMPUTES === #

    @api.depends("status_code", "kind")
    def _compute_status_name(self):
        for order in self:
            status = statuses.find(order.kind, order.status_code)
            order.status_name = (status and str(status.name)) or order.status_code

    @api.depends("state", "jd_number")
    def _compute_is_known_to_jd(self):
        known = self.filtered_domain(self._get_known_to_jd_domain())
        known.is_known_to_jd = True
        (self - known).is_known_to_jd = False

    def _search_is_known_to_jd(self, operator, value):
        if operator != "in":
            return NotImplemented
        return self._get_known_to_jd_domain()

    @api.model
    def _get_known_to_jd_domain(self):
        """Return the domain of orders that JD has or had, or may have."""
        return Domain("jd_number", "!=", False) | Domain("state", "in", MAYBE_AT_JD)

    @api.depends("state")
    def _compute_done_at(self):
        now = fields.Datetime.now()
        for order in self:
            order.done_at = order.state == "done" and (order.done_at or now)

    @api.depends("parcel_ids.waybill")
    def _compute_waybills(self):
        for order in self:
            waybills = dict.fromkeys(filter(None, order.parcel_ids.mapped("waybill")))
            order.waybills = ", ".join(waybills) or False

    @api.depends("kind", "state", "status_rank", "are_quantities_known", "is_part_due")
    def _compute_is_closable(self):
        for order in self:
            order.is_closable = order.state in AT_JD and (
                order.is_part_due or order._has_ended()
            )

    @api.depends(
        "are_quantities_known",
        "line_ids.planned",
        "line_ids.reported",
        "line_ids.level",
        "allocation_ids.level",
        "allocation_ids.quantity",
    )
    def _compute_pieces(self):
        for order in self:
            lines, group_of = order.line_ids, order.warehouse_id._jd_get_level_group
            order.planned_pieces = sum(lines.mapped("planned"))
            order.short_pieces = order.are_quantities_known and sum(
                max(line.planned - line.reported, 0) for line in lines
            )
            order.damaged_pieces = sum(
                row.quantity
                for row in order.allocation_ids
                if group_of(row.line_id.level) == GoodsLevel.GOOD
                and group_of(row.level) == GoodsLevel.DEFECTIVE
            )

    @api.depends("kind", "line_ids.planned", "line_ids.reported")
    def _compute_counted(self):
        for order in self:
            pieces = order._is_incoming() and sum(order.line_ids.mapped("reported"))
            order.counted = bool(pieces) and self.env._(
                "%(counted)s of %(planned)s",
                counted=pieces,
                planned=sum(order.line_ids.mapped("planned")),
            )

    @api.depends(
        *("state", "are_quantities_known"),
        *("picking_id.state", "picking_id.scheduled_date"),
    )
    def _compute_is_late(self):
        late = self.filtered_domain(self._get_late_domain())
        late.is_late = True
        (self - late).is_late = False

    def _search_is_late(self, operator, value):
        if operator != "in":
            return NotImplemented
        return self._get_late_domain()

    @api.model
    def _get_late_domain(self):
        """Return the domain of open orders whose scheduled day is over."""
        return (
            Domain("state", "in", OPEN)
            & Domain("are_quantities_known", "=", False)
            # The few open ones, not all that are long done.
            & Domain("picking_id.state", "in", OPEN_PICKING)
            & Domain("picking_id.scheduled_date", "<", self._get_start_of_today())
        )

    @api.depends(
        "state",
        "retry_at",
        "connector_id.state",
        "is_closable",
        "is_disputed",
        "counted",
        "problems",
    )
    def _compute_notice(self):
        for order in self:
            order.notice = order._get_notice()

    def _get_notice(self):
        """Return what happens next with the order, for the merchant, or False."""
        is_unchecked = self.state == "draft" and not self.problems
        if self.state == "queued" or is_unchecked:
            return self._get_queued_notice()
        if self.state == "unknown" and self.is_disputed:
            return self.env._(
                "What JD knows of this order is not clear. Nothing is sent and nothing "
                "moved until it is: ask JD support, then pull the status."
            )
        if self.is_closable and self._has_ended():
            return self.connector_id._explain_stalled("close_orders") or self.env._(
                "JD has carried it out; the transfer is being closed."
            )
        action = "push_orders" if self.cancel_due else "follow_orders"
        stalled = self.connector_id._explain_stalled(action)
        if stalled and self.state in TOLD:
            return stalled
        if self.state in TOLD and self._is_unanswered():
            return self._get_unanswered_notice()
        return {
            "sending": self.env._("Being sent to JD just now."),
            "unknown": self.env._(
                "JD did not answer in time. Odoo asks whether JD has it before "
                "anything is sent again: nothing is sent twice."
            ),
            "accepted": self._get_progress_notice(),
            "in_progress": self._get_progress_notice(),
            "cancelling": self.env._(
                "JD is asked to cancel. Until it confirms, the transfer stays as it is."
            ),
        }.get(self.state, False)

    def _is_unanswered(self):
        return max(self.unanswered, self.unanswered_requests) >= const.UNANSWERED_TOLD

    def _get_unanswered_notice(self):
        return self.env._(
            "JD was asked about %(number)s %(count)s times and gave no answer that can "
            "be read. Odoo goes on asking; ask JD support what became of it.",
            number=self.jd_number or self.name,
            count=max(self.unanswered, self.unanswered_requests),
        )

    def _get_queued_notice(self):
        if notice := self.connector_id._get_pause_notice():
            return notice
        call = self.connector_id._get_call_name("create_order", self.kind)
        if not self.connector_id._get_allowance(call, 1):
            return self.env._(
                "Waiting: today's calls to JD are used up. The order is sent after "
                "midnight in Beijing."
            )
        if self.retry_at:
            return self.env._(
                "JD could not accept it just now. Next try: %(time)s.",
                time=format_datetime(self.env, self.retry_at),
            )
        stalled = self.connector_id._explain_stalled("push_orders")
        return stalled or self.env._(
            "Waiting to be sent to JD, which takes a few seconds."
        )

    def _get_progress_notice(self):
        if self.counted:
            return self._get_part_notice()
        return self.env._(
            "JD is at work on it. The transfer closes by itself, with what JD really "
            "moves."
        )

    @api.model
    def _expand_states(self, states, _domain):
        """Return the states in use, in their order: a phone shows the first column."""
        return [state for state, _label in STATES if state in states]

    # === CRUD === #

    @api.model_create_multi
    def create(self, vals_list):
        self.check_access("create")  # first: what follows reads the values
        # The unique index must see that an earlier order of the transfer is cancelled.
        self.flush_model(["state"])
        # No note in the chatter: thousands of orders are created, and nobody reads it.
        quiet = self.with_context(mail_create_nolog=True, mail_create_nosubscribe=True)
        orders = super(JdOrder, quiet).create(
            [{"name": self._make_name(vals)} | vals for vals in vals_list]
        )
        orders = orders.with_env(self.env)
        orders.picking_id._jd_close_questions_of_sent(orders)
        return orders

    @api.model
    def _make_name(self, vals):
        """Return a new number of ours for an order that is created with these values.

        It has the id of the transfer, which is known before the order has its own: so
        that the order is written once.
        """
        warehouse = self.env["stock.warehouse"].browse(vals["warehouse_id"])
        code = warehouse.jd_connector_id._get_kind_code(vals["kind"])
        tag = self.env["jd.application"]._get_database_tag()
        transfer = vals.get("picking_id") or 0
        return f"{code}-{tag}-{transfer:07d}-{_make_unique_part()}"

    @api.ondelete(at_uninstall=False)
    def _unlink_except_known_to_jd(self):
        if self.filtered("is_known_to_jd"):
            raise UserError(
                self.env._("JD knows of this order: it stays as the record of it.")
            )

    # === ACTIONS === #

    def action_retry(self):
        """Check these orders again and queue those without problems."""
        self.check_access("read")
        orders_sudo = self.sudo()  # users trigger this without write access
        return orders_sudo._retry()

    def action_pull(self):
        """Ask JD for the status of these orders as soon as possible."""
        self.check_access("read")
        orders_sudo = self.sudo()  # users trigger this without write access
        for connector_sudo in orders_sudo.connector_id:
            if connector_sudo.state != "connected" or connector_sudo.pause_reason:
                raise UserError(connector_sudo._get_pause_notice())
        return self._show_asked(len(orders_sudo._schedule_pull()))

    def action_cancel(self):
        """Cancel the transfers of these orders; JD is asked first where it has them."""
        self.picking_id.action_cancel()

    def action_release(self):
        """Release orders that JD does not go on with, as JD support has confirmed.

        Their transfers are put on hold, to be sent again, cancelled or, where goods
        have moved, closed by hand.
        """
        if not self.env.user.has_group("jd_fulfillment.group_jd_manager"):
            raise AccessError(
                self.env._("Only a JD manager may release an order from JD.")
            )
        self.check_access("read")
        orders_sudo = self.sudo()  # users trigger this without write access
        for order_sudo in orders_sudo.filtered(
            lambda order: (
                order.state in AT_JD or (order.is_disputed and order.state == "unknown")
            )
        ):
            order_sudo._apply_cancellation(
                order_sudo._explain_release(self.env.user.name)
            )

    def action_view_picking(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "stock.picking",
            "res_id": self.picking_id.id,
            "view_mode": "form",
        }

    def action_view_parts(self):
        """Open the transfers that receive this order: its parts, and what is left."""
        self.ensure_one()
        pickings = self.part_picking_ids | self.picking_id
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Transfers of %(order)s", order=self.name),
            "res_model": "stock.picking",
            "view_mode": "list,form",
            "domain": [("id", "in", pickings.ids)],
        }

    # === BUSINESS === #

    @property
    def _rules(self):
        """The `statuses.Kind` of this order: its statuses and milestones."""
        return statuses.KINDS[self.kind]

    def _call_kind(self, name, *args):
        """Call the method of the order's kind, e.g. `_outbound_<name>`, if it has one.

        The names are `get_problems`, `is_supplier_awaited`, `prepare_request`,
        `get_terms`, `record_report`, `explain_refusal`, `explain_end`,
        `explain_too_late` and `explain_cancel_refusal`.

        :return: The method's result; None where the kind has no such method.
        """
        # By name, as core's delivery.carrier finds `<type>_rate_shipment`.
        method = getattr(self, f"_{self.kind}_{name}", None)
        return method(*args) if method else None

    def _is_incoming(self):
        return self.kind in ("inbound", "customer_return")

    def _prepare_request_lines(self):
        return tuple(line._prepare_request() for line in self.line_ids)

    def _explain_release(self, user):
        """Return what to do with an order that a JD manager, by name, has released."""
        has_moved = self.status_rank >= self._rules.moved_rank
        if has_moved or any(self.line_ids.mapped("reported")):
            return self.env._(
                "%(user)s released this order, of which JD reports that goods have "
                "moved. The transfer is on hold: close it by hand with what has moved, "
                "as JD support confirms.",
                user=user,
            )
        return self.env._(
            "%(user)s released this order: JD support confirmed that JD will not carry "
            "it out. The transfer is on hold: send it again, or cancel it.",
            user=user,
        )

    def _show_problems(self):
        message = (
            self.problems
            if len(self) == 1
            else self.env._(
                "Each of these transfers says what to do: %(names)s.",
                names=", ".join(self.picking_id.mapped("name")),
            )
        )
        title = self.env._("Not sent to JD yet")
        return notify("warning", message, title=title, sticky=True)

    def _show_asked(self, count):
        message = self.env._("JD is being asked; its answer appears here in a moment.")
        if not count:
            message = self.env._("JD has none of these orders: nothing to ask.")
        return notify("info", message)

    def _retry(self):
        self.filtered(lambda order: order.state == "refused")._back_to_draft()
        drafts = self.filtered(lambda order: order.state == "draft")
        # Checked at once: whoever clicked sees what is still missing.
        drafts._check_and_queue()
        stuck = drafts.filtered(lambda order: order.state == "draft")
        if stuck:
            return stuck._show_problems()
        others = self - drafts
        others.filtered(lambda order: order.state == "queued")._try_now()
        return others._show_notices() if others else True

    def _try_now(self):
        """Have these queued orders sent at once, whenever their next try is due."""
        self.retry_at = False
        self._trigger("push_orders")

    def _show_notices(self):
        """Show what happens next with orders for which nothing is left to click."""
        notices = dict.fromkeys(filter(None, self.mapped("notice")))
        return notify(
            "info", "\n".join(notices) or self.env._("There is nothing to send.")
        )

    def _back_to_draft(self):
        self.write(
            {"state": "draft", "problems": False, "retry_at": False, "attempts": 0}
        )
        self._close_attention("sending")

    def _is_unsent(self):
        """Tell whether JD does not have the order, by what this database knows."""
        return self.state in (*NOT_AT_JD, "cancelled") and not self.jd_number

    def _withdraw(self):
        """Cancel orders that JD does not have."""
        self.write({"state": "cancelled", "problems": False, "retry_at": False})
        self._close_attention("sending")

    def _schedule_pull(self):
        """Schedule a pull now of the orders that JD may have; return those."""
        known = self.filtered("is_known_to_jd")
        known.pull_at = fields.Datetime.now()
        self._trigger("follow_orders")
        return known

    def _take_hint(self):
        """Schedule a pull now of the orders that JD has reported by a message."""
        # JD has more than it told: its answer to the create was lost, or no answer.
        sent = self.filtered("sent_pin")
        sent.filtered(lambda order: order.state in NOT_AT_JD)._mark_unknown()
        known = self.filtered("is_known_to_jd")
        known |= sent.filtered(lambda order: order.state == "cancelled")
        known.pull_at = fields.Datetime.now()
        self._trigger("follow_orders")

    # === WHO IS TOLD === #

    def _request_attention(self, note, activity_type=None, candidates=None, cause=None):
        activity_sudo = super()._request_attention(
            note, activity_type, candidates, cause
        )
        activity_sudo.jd_order_id = self
        return activity_sudo

    def _get_attention_record(self):
        return self.picking_id or self

    def _find_activities(self):
        return find_activities(self, [("jd_order_id", "in", self.ids)])

    def _get_attention_candidates(self):
        pickings = self.picking_id | self.part_picking_ids
        return pickings.user_id | self.connector_id._get_attention_candidates()
