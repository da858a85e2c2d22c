"""The inbox: JD's messages are stored at once and applied by a scheduled action."""

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ... import const, statuses
from ...lib import api as jd_api
from ..order.jd_order import MAYBE_AT_JD


class JdMessage(models.Model):
    _name = "jd.message"
    _description = "JD Message"
    _inherit = ["jd.retention.mixin", "jd.technical.mixin", "jd.worker.mixin"]
    _jd_technical = frozenset({"is_listed", "retry_at"})
    _order = "id desc"
    _rec_name = "message_no"

    connector_id = fields.Many2one(
        "jd.connector", string="Connection", required=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="connector_id.company_id", store=True)
    message_no = fields.Char(string="Message Number", required=True)
    topic = fields.Char()
    kind = fields.Char()
    jd_number = fields.Char(string="JD Number", index="btree_not_null")
    own_number = fields.Char(string="Our Number")
    department_no = fields.Char(string="Department Number")
    warehouse_no = fields.Char()
    code = fields.Char(string="Status Code")
    status_name = fields.Char(string="JD Status", compute="_compute_status_name")
    happened_at = fields.Datetime()
    body = fields.Text(readonly=True)
    state = fields.Selection(
        selection=[
            ("new", "New"),
            ("done", "Applied"),
            ("foreign", "Order Made at JD"),
        ],
        string="Status",
        required=True,
        default="new",
    )
    order_id = fields.Many2one("jd.order", readonly=True, index="btree_not_null")
    needs_attention = fields.Boolean(
        compute="_compute_needs_attention", search="_search_needs_attention"
    )
    retry_at = fields.Datetime(
        readonly=True,
        help="Until then it waits for JD's answer to an order, which it may belong to.",
    )
    is_listed = fields.Boolean(
        readonly=True, help="Its order is in the list of orders made at JD."
    )

    _message_uniq = models.Constraint(
        "UNIQUE(connector_id, message_no)", "This message was received already."
    )
    # For scheduled actions, which ask for the few that are not applied yet.
    _new_idx = models.Index("(id) WHERE state = 'new'")
    _unlisted_idx = models.Index(
        "(id) WHERE state = 'foreign' AND is_listed IS NOT TRUE"
    )

    # === COMPUTES === #

    @api.depends("state", "jd_number")
    def _compute_needs_attention(self):
        found = self.filtered_domain(self._get_attention_domain())
        found.needs_attention = True
        (self - found).needs_attention = False

    def _search_needs_attention(self, operator, value):
        if operator != "in":
            return NotImplemented
        return self._get_attention_domain()

    @api.model
    def _get_attention_domain(self):
        """Return the domain of messages not applied yet, or of undecided orders."""
        undecided = self.env["jd.foreign.order"].search([("state", "=", "new")])
        return Domain("state", "=", "new") | (
            Domain("state", "=", "foreign")
            & Domain("jd_number", "in", undecided.mapped("jd_number"))
        )

    @api.depends("kind", "code")
    def _compute_status_name(self):
        for message in self:
            known = message.kind in statuses.KINDS
            status = known and statuses.find(message.kind, message.code)
            message.status_name = str(status.name) if status else message.code

    # === CRONS === #

    @api.model
    def _cron_process(self):
        """Apply a batch of messages; list orders made at JD; check for silence."""
        remaining = self._apply_batch()
        self._list_made_at_jd()
        self.env["jd.connector"]._check_silence()
        new = Domain("state", "=", "new")
        self._commit_and_retrigger(
            "process_messages", remaining, self._find_next(new, "retry_at")
        )

    # === APPLY === #

    @api.model
    def _apply_batch(self):
        """Apply a batch of new messages to their orders; return how many are left."""
        now = fields.Datetime.now()
        domain = Domain("state", "=", "new") & (
            Domain("retry_at", "=", False) | Domain("retry_at", "<=", now)
        )
        messages = self._lock_due(domain, const.MESSAGE_BATCH)
        if not messages:
            return 0
        messages.connector_id._record_messages_arrived()
        orders = messages._find_orders()
        # Messages of an order that is locked elsewhere stay new, for the next batch.
        locked = self.env["jd.order"].union(*orders.values())._lock_available()
        known = messages.filtered(lambda m: m.id in orders and orders[m.id] in locked)
        for message in known:
            message.write({"order_id": orders[message.id].id, "state": "done"})
        foreign = messages.filtered(lambda message: message.id not in orders)
        held = foreign._hold_back()
        foreign -= held
        foreign.state = "foreign"
        left = known._process_isolated(
            lambda rows: rows._apply(),
            lambda message, error: message.order_id._take_hint(),
        )
        left.state = "new"
        done = len(known - left) + len(foreign) + len(held)
        self.env["ir.cron"]._commit_progress(done)
        return self.search_count(domain)

    def _apply(self):
        """Apply statuses that only inform; schedule a pull of the other orders."""
        hints = self.filtered(lambda message: message._must_ask())
        news = self - hints
        self.env["jd.order"]._apply_status(
            [(row.order_id, row.code, row.happened_at) for row in news], source="push"
        )
        news.order_id._postpone_pull()
        hints.order_id._take_hint()
        # Of those, JD reported the quantities before.
        if news.order_id.filtered("is_closable"):
            self._trigger("close_orders")

    def _hold_back(self):
        """Let messages wait that may be about an order JD has not answered for yet.

        :return: Those messages.
        """
        # JD knows its number of an order before we do; a message may name only that.
        since = fields.Datetime.now() - const.MESSAGE_HELD
        unnamed = self.filtered(
            lambda message: not message.own_number and message.create_date > since
        )
        groups = self.env["jd.order"]._read_group(
            Domain("connector_id", "in", unnamed.connector_id.ids)
            & Domain("state", "in", MAYBE_AT_JD)
            & Domain("jd_number", "=", False)
            & Domain("is_disputed", "=", False),
            ["connector_id"],
        )
        waiting = self.env["jd.connector"].union(*(row for (row,) in groups))
        held = unnamed.filtered(lambda message: message.connector_id in waiting)
        if held:
            held.retry_at = fields.Datetime.now() + const.ASK_DELAY
        return held

    @api.model
    def _apply_again(self, domain):
        """Have messages applied now that waited, or seemed to be of no order here."""
        messages = self.search(domain & Domain("state", "!=", "done"))
        if messages:
            messages.write({"state": "new", "retry_at": False, "is_listed": False})
            self._trigger("process_messages")

    def _find_orders(self):
        """Return message id → `jd.order`, found by JD's number or else by ours."""
        orders = self.env["jd.order"].search(
            Domain("connector_id", "in", self.connector_id.ids)
            & (
                Domain(
                    "jd_number", "in", self.filtered("jd_number").mapped("jd_number")
                )
                | Domain("name", "in", self.filtered("own_number").mapped("own_number"))
            )
        )
        found = {}
        for order in orders:
            found[order.connector_id.id, order.name] = order
            found[order.connector_id.id, order.jd_number] = order
        found = {
            message.id: order
            for message in self
            # JD's number comes last: where both are known, it replaces ours.
            for number in (message.own_number, message.jd_number)
            if number and (order := found.get((message.connector_id.id, number)))
        }
        return self._find_orders_of_parts(found) | found

    def _find_orders_of_parts(self, found):
        """Return message id → the order of whose parts the message tells."""
        rest = self.filtered(lambda message: message.id not in found)
        parts = self.env["jd.order"]._find_by_parts(
            rest.connector_id, rest.mapped("jd_number")
        )
        return {row.id: parts[row.jd_number] for row in rest if row.jd_number in parts}

    def _must_ask(self):
        """Tell whether JD must be asked before this message is applied."""
        order = self.order_id
        status = statuses.find(order.kind, self.code)
        if self.kind != order.kind:
            return True  # its code means something else for this kind
        if not order.jd_number or not status or order.state == "cancelling":
            return True
        if order.split_numbers:
            return True  # one part says little of the whole
        if status.effect == statuses.MOVED:
            return not order.are_quantities_known
        if status.effect == statuses.WAYBILL:
            return not order.waybills
        return status.effect in statuses.ASKED_EFFECTS

    @api.model
    def _list_made_at_jd(self):
        """List the orders made at JD that messages name."""
        domain = Domain("state", "=", "foreign") & Domain("is_listed", "=", False)
        messages = self._lock_due(domain, const.MESSAGE_BATCH)
        messages._process_isolated(
            lambda rows: rows._list_orders(),
            lambda message, error: message.connector_id._report_error(error),
        )
        # Also after an error: `_cron_list_orders` lists them later.
        messages.is_listed = True
        if messages:
            self._trigger("list_orders")  # which asks for their goods

    def _list_orders(self):
        for connector, messages in self.grouped("connector_id").items():
            self.env["jd.foreign.order"]._upsert_listed(
                connector, [each._prepare_row() for each in messages if each.kind]
            )

    def _prepare_row(self):
        return jd_api.OrderRow(
            kind=self.kind,
            number=self.jd_number or "",
            own_number=self.own_number or "",
            department_no=self.department_no or "",
            warehouse_no=self.warehouse_no or "",
            status=self.code or "",
            created_at=self.happened_at,
        )

    # === RECEIVE === #

    @api.model
    def _insert_once(self, connector, message):
        """Store a message unless it is stored already; return whether it is new.

        :param message: A `lib.api.Message`.
        """
        # Without the ORM: `ON CONFLICT` ignores a repeated message also if both arrive
        # at the same time, and no error writes the values to the log.
        values = self._prepare_values(connector, message)
        self.env.cr.execute(
            SQL(
                "INSERT INTO jd_message (%s) VALUES %s"
                " ON CONFLICT (connector_id, message_no) DO NOTHING",
                SQL(", ").join(map(SQL.identifier, values)),
                tuple(values.values()),
            ),
            log_exceptions=False,
        )
        return bool(self.env.cr.rowcount)

    @api.model
    def _prepare_values(self, connector, message):
        now = fields.Datetime.now()
        return {
            "connector_id": connector.id,
            "company_id": connector.company_id.id,
            "message_no": message.number,
            "topic": message.topic,
            "kind": message.kind,
            "jd_number": message.order_number or None,
            "own_number": message.own_number or None,
            "department_no": message.department_no or None,
            "warehouse_no": message.warehouse_no or None,
            "code": message.status or None,
            "happened_at": message.happened_at,
            "body": message.content,
            "state": "new",
            "create_uid": self.env.uid,
            "create_date": now,
            "write_uid": self.env.uid,
            "write_date": now,
        }

    @api.autovacuum
    def _gc_messages(self):
        # Those not applied yet, or of undecided orders, are kept however old they are.
        return self._delete_created_before(
            self._get_kept_since("messages"), ~self._get_attention_domain()
        )
