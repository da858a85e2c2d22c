"""The analysis of orders: how long each step takes, and what goes wrong."""

from odoo import fields, models
from odoo.models import parse_read_group_spec
from odoo.tools import SQL

from ..order.jd_order import OPEN, STATES

# Aggregate of a duration → which share of the orders took at most so long.
PERCENTILES = {"median": 0.5, "ninth_decile": 0.9}
# Each step with the names of the times at its beginning and end.
STEPS = {
    "accept": ("ordered_at", "accepted_at"),
    "pick": ("accepted_at", "picked_at"),
    "ship": ("picked_at", "moved_at"),
    "deliver": ("moved_at", "delivered_at"),
    "total": ("ordered_at", "moved_at"),
}
# They say nothing of orders made at JD, which Odoo may hear of when they are shipped.
OUR_TIMES = ("ordered_at", "accepted_at")
# Share → what it is a part of; both are sums over the orders of a group.
SHARES = {
    "short_share": ("short", "planned"),
    "damaged_share": ("damaged", "planned"),
    "message_share": ("by_message", "events"),
    "pull_share": ("by_pull", "events"),
}


def _duration(label, aggregator="avg"):
    return fields.Float(string=label, readonly=True, aggregator=aggregator)


class JdOrderReport(models.Model):
    """One row for each order; computed from the orders when asked."""

    _name = "jd.order.report"
    _description = "JD Order Analysis"
    _auto = False
    _order = "ordered_at desc, id desc"
    _depends = {
        "jd.connector": ["promise_hours"],
        "jd.order": [
            *("accepted_at", "are_quantities_known", "company_id", "connector_id"),
            *("create_date", "damaged_pieces", "delivered_at", "kind", "made_at_jd"),
            *("learnt_by_message", "learnt_by_pull", "moved_at", "name", "picked_at"),
            *("picking_id", "planned_pieces", "refusal_code", "refusal_reason"),
            *("refusals", "short_pieces", "state", "warehouse_id"),
        ],
    }

    order_id = fields.Many2one("jd.order", readonly=True)
    name = fields.Char(string="Our Number", readonly=True)
    kind = fields.Selection(
        selection=lambda self: (
            self.env["jd.order"]._fields["kind"]._description_selection(self.env)
        ),
        readonly=True,
    )
    state = fields.Selection(selection=STATES, string="Status", readonly=True)
    warehouse_id = fields.Many2one("stock.warehouse", readonly=True)
    connector_id = fields.Many2one("jd.connector", string="Connection", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    picking_id = fields.Many2one("stock.picking", string="Transfer", readonly=True)

    # Times.
    ordered_at = fields.Datetime(string="Ordered On", readonly=True)
    accepted_at = fields.Datetime(string="Accepted On", readonly=True)
    picked_at = fields.Datetime(string="Picked On", readonly=True)
    moved_at = fields.Datetime(string="Shipped or Received On", readonly=True)
    delivered_at = fields.Datetime(string="Delivered On", readonly=True)

    # Hours of each step. The name of a field decides how the web client sums it up.
    hours_to_accept = _duration("Hours to Accept (Average)")
    hours_to_accept_median = _duration("Hours to Accept (Median)", "median")
    hours_to_accept_ninth = _duration("Hours to Accept (9th Decile)", "ninth_decile")
    hours_to_pick = _duration("Hours to Pick (Average)")
    hours_to_pick_median = _duration("Hours to Pick (Median)", "median")
    hours_to_pick_ninth = _duration("Hours to Pick (9th Decile)", "ninth_decile")
    hours_to_ship = _duration("Hours to Ship (Average)")
    hours_to_ship_median = _duration("Hours to Ship (Median)", "median")
    hours_to_ship_ninth = _duration("Hours to Ship (9th Decile)", "ninth_decile")
    hours_to_deliver = _duration("Hours to Deliver (Average)")
    hours_to_deliver_median = _duration("Hours to Deliver (Median)", "median")
    hours_to_deliver_ninth = _duration("Hours to Deliver (9th Decile)", "ninth_decile")
    hours_to_total = _duration("Hours Overall (Average)")
    hours_to_total_median = _duration("Hours Overall (Median)", "median")
    hours_to_total_ninth = _duration("Hours Overall (9th Decile)", "ninth_decile")

    # Promise.
    late = fields.Integer(
        string="Over Promised Time",
        readonly=True,
        help="Deliveries that JD shipped, or still has not shipped, later than the "
        "connection promises.",
    )
    late_share = fields.Float(
        string="Over Promised Time (%)",
        readonly=True,
        aggregator="avg",
        help="Of the deliveries of which it is known whether they kept the promise.",
    )

    # Refusals.
    refusals = fields.Integer(readonly=True, help="How often JD refused the order.")
    refused_share = fields.Float(
        string="Refused (%)",
        readonly=True,
        aggregator="avg",
        help="Orders that JD refused at least once, whatever became of them.",
    )
    refusal_reason = fields.Selection(
        selection=lambda self: (
            self.env["jd.order"]
            ._fields["refusal_reason"]
            ._description_selection(self.env)
        ),
        readonly=True,
    )
    refusal_code = fields.Char(string="JD's Refusal Code", readonly=True)

    # Pieces.
    planned = fields.Integer(string="Pieces Ordered", readonly=True)
    short = fields.Integer(string="Pieces Short", readonly=True)
    short_share = fields.Float(string="Short (%)", readonly=True, aggregator="share")
    damaged = fields.Integer(
        string="Pieces Damaged",
        readonly=True,
        help="Ordered as good, received at another goods level.",
    )
    damaged_share = fields.Float(
        string="Damaged (%)", readonly=True, aggregator="share"
    )

    # How Odoo learnt of the statuses.
    events = fields.Integer(string="Statuses Learnt", readonly=True)
    by_message = fields.Integer(string="Learnt by Message", readonly=True)
    message_share = fields.Float(
        string="Learnt by Message (%)", readonly=True, aggregator="share"
    )
    by_pull = fields.Integer(string="Learnt by Pull", readonly=True)
    pull_share = fields.Float(
        string="Learnt by Pull (%)", readonly=True, aggregator="share"
    )

    # === ACTIONS === #

    def action_open_order(self):
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "res_model": "jd.order",
            "res_id": self.order_id.id,
            "view_mode": "form",
        }

    # === AGGREGATES === #

    def _read_group_select(self, aggregate_spec, query):
        """Add percentiles, and shares of sums, to Odoo's aggregates."""
        name, _property, aggregate = parse_read_group_spec(aggregate_spec)
        if aggregate in PERCENTILES:
            return SQL(
                "percentile_cont(%s) WITHIN GROUP (ORDER BY %s)",
                PERCENTILES[aggregate],
                self._field_to_sql(self._table, name, query),
            )
        if aggregate == "share" and name in SHARES:
            part, whole = (
                self._field_to_sql(self._table, each, query) for each in SHARES[name]
            )
            return SQL("100.0 * SUM(%s) / NULLIF(SUM(%s), 0)", part, whole)
        return super()._read_group_select(aggregate_spec, query)

    # === QUERY === #

    @property
    def _table_query(self):
        return SQL(
            """
            SELECT o.*, %(hours)s, %(shares)s
              FROM (%(orders)s) AS o
            """,
            hours=self._select_hours(),
            shares=self._select_shares(),
            orders=self._select_orders(),
        )

    def _select_hours(self):
        """Return the columns of all steps: each three times, one per aggregate."""
        columns = []
        for step, (begin, end) in STEPS.items():
            # Our clock and JD's may differ by seconds: no step takes less than none.
            hours = SQL(
                """CASE WHEN o.made_at_jd IS TRUE AND %(is_ours)s THEN NULL
                        WHEN o.%(begin)s <= o.%(end)s
                        THEN EXTRACT(EPOCH FROM o.%(end)s - o.%(begin)s)::float / 3600
                        WHEN o.%(begin)s > o.%(end)s THEN 0
                    END""",
                begin=SQL.identifier(begin),
                end=SQL.identifier(end),
                is_ours=begin in OUR_TIMES,
            )
            columns += [
                SQL("%s AS %s", hours, SQL.identifier(f"hours_to_{step}{suffix}"))
                for suffix in ("", "_median", "_ninth")
            ]
        return SQL(", ").join(columns)

    def _select_shares(self):
        columns = [
            SQL(
                "100.0 * o.%s / NULLIF(o.%s, 0) AS %s",
                *map(SQL.identifier, (part, whole, name)),
            )
            for name, (part, whole) in SHARES.items()
        ]
        return SQL(", ").join(
            [
                *columns,
                SQL("100.0 * o.late AS late_share"),
                # Those that JD decided on, not what was withdrawn before.
                SQL(
                    """CASE WHEN o.refusals > 0 THEN 100.0
                            WHEN o.accepted_at IS NOT NULL
                                 AND o.made_at_jd IS NOT TRUE THEN 0.0
                        END AS refused_share"""
                ),
            ]
        )

    def _select_orders(self):
        # From the orders alone: the 1.5 million events of 200,000 orders take seconds.
        return SQL(
            """
            SELECT o.id, o.id AS order_id, o.name, o.kind, o.state, o.warehouse_id,
                   o.connector_id, o.company_id, o.picking_id,
                   o.create_date AS ordered_at, o.accepted_at, o.picked_at, o.moved_at,
                   o.delivered_at, o.refusals, o.refusal_reason, o.refusal_code,
                   o.short_pieces AS short, o.made_at_jd,
                   CASE WHEN o.are_quantities_known THEN o.planned_pieces END
                       AS planned,
                   CASE WHEN o.are_quantities_known THEN o.damaged_pieces END
                       AS damaged,
                   o.learnt_by_message AS by_message, o.learnt_by_pull AS by_pull,
                   COALESCE(o.learnt_by_message, 0) + COALESCE(o.learnt_by_pull, 0)
                       AS events,
                   %s AS late
              FROM jd_order o
              JOIN jd_connector c ON c.id = o.connector_id
            """,
            self._select_late(),
        )

    def _select_late(self):
        """Return the expression that is 1 for late deliveries, 0 for those in time."""
        return SQL(
            """
            CASE WHEN o.kind != 'outbound' OR COALESCE(c.promise_hours, 0) <= 0
                   OR o.made_at_jd IS TRUE
                   OR (o.moved_at IS NULL AND o.state NOT IN %s) THEN NULL
                 WHEN COALESCE(o.moved_at, now() AT TIME ZONE 'UTC')
                      > o.create_date + make_interval(hours => c.promise_hours) THEN 1
                 WHEN o.moved_at IS NOT NULL THEN 0
             END
            """,
            OPEN,
        )
