from odoo import api, fields, models
from odoo.fields import Domain

from ... import statuses


class JdOrderEvent(models.Model):
    """A status that JD reported of an order, recorded once."""

    _name = "jd.order.event"
    _description = "JD Order Event"
    _inherit = ["jd.retention.mixin"]
    # By rank too: JD's times have no fractions, and may be equal.
    _order = "happened_at desc, rank desc, id desc"
    # Half of what an order takes on the disk are its events: nobody changes them.
    _log_access = False

    # `_code_uniq` finds those of an order.
    order_id = fields.Many2one("jd.order", required=True, ondelete="cascade")
    code = fields.Char(required=True)
    rank = fields.Integer(compute="_compute_rank", store=True)
    name = fields.Char(string="Event", compute="_compute_name")
    happened_at = fields.Datetime(required=True)
    create_date = fields.Datetime(
        string="Recorded On", default=lambda self: self.env.cr.now()
    )
    source = fields.Selection(
        selection=[("push", "Message"), ("pull", "Pull"), ("call", "Answer")],
        required=True,
    )

    _code_uniq = models.Constraint(
        "UNIQUE(order_id, code)", "One event per status and order."
    )

    @api.depends("code", "order_id.kind")
    def _compute_rank(self):
        for event in self:
            status = statuses.find(event.order_id.kind, event.code)
            event.rank = status and status.rank

    @api.depends("code", "order_id.kind")
    def _compute_name(self):
        for event in self:
            status = statuses.find(event.order_id.kind, event.code)
            event.name = (
                str(status.name)
                if status
                else self.env._("Status %(code)s, not in JD's list", code=event.code)
            )

    # === CRUD === #

    @api.autovacuum
    def _gc_events(self):
        """Delete old events of ended orders that JD is not asked about any more."""
        return self._delete_created_before(
            self._get_kept_since("events"),
            Domain("order_id.state", "in", ("done", "cancelled"))
            & Domain("order_id.pull_at", "=", False)
            & Domain("order_id.is_returning", "=", False),
        )

    def unlink(self):
        """Delete the events; their orders remember that what they tell is no news."""
        until = max(self.mapped("happened_at"), default=False)
        orders = self.order_id.with_context(tracking_disable=True)
        orders.filtered(
            lambda order: (
                not order.events_deleted_until or order.events_deleted_until < until
            )
        ).events_deleted_until = until
        return super().unlink()
