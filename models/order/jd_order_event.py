from odoo import api, fields, models

from ... import statuses


class JdOrderEvent(models.Model):
    """A status that JD reported of an order, recorded once."""

    _name = "jd.order.event"
    _description = "JD Order Event"
    # By rank too: JD's times have no fractions, and may be equal.
    _order = "happened_at desc, rank desc, id desc"

    order_id = fields.Many2one(
        "jd.order", required=True, index=True, ondelete="cascade"
    )
    code = fields.Char(required=True)
    rank = fields.Integer(compute="_compute_rank", store=True)
    name = fields.Char(string="Event", compute="_compute_name")
    happened_at = fields.Datetime(required=True)
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
