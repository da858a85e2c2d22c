"""The lists of orders that the overview and the alerts count and open, by name."""

from odoo import api, fields, models
from odoo.fields import Domain

from ... import const
from ..goods.jd_goods import UNDECIDED
from .jd_order import AT_JD, OPEN, TOLD


class JdOrder(models.Model):
    _inherit = "jd.order"

    @api.model
    def _get_list_domains(self, connectors):
        """Return name → domain; a number and the list that it opens have the same.

        :param connectors: The connections whose orders are listed.
        """
        tries = const.UNANSWERED_TOLD  # as in `_is_unanswered`
        drafts = Domain("state", "=", "draft")
        asked_about = Domain("state", "in", TOLD) | Domain("cancel_due", "=", True)
        lacking = Domain("goods_id.state", "in", UNDECIDED)
        # Goods and suppliers that are being looked up need nobody.
        awaited = lacking | Domain("goods_id.state", "in", const.GOODS_WAITING)
        return {
            "open": Domain("state", "in", OPEN),
            "waiting": Domain("state", "in", ("queued", "sending")),
            "to_fix": Domain("state", "in", ("draft", "refused")),
            "at_jd": Domain("state", "in", ("unknown", *AT_JD)),
            "late": self._get_late_domain(),
            "done_today": Domain("done_at", ">=", self._get_start_of_today()),
            # Without those that are done, which are archived.
            "asked": Domain("activity_ids", "any", [("active", "=", True)]),
            # What many orders may wait for together.
            "held": Domain("state", "in", ("queued", *TOLD)),
            "out_of_calls": Domain("state", "=", "queued")
            & self._get_out_of_calls_domain(connectors),
            "not_accepted": Domain("state", "=", "queued")
            & Domain("attempts", ">=", const.NOT_ACCEPTED_TOLD),
            "unanswered": asked_about
            & (
                Domain("unanswered", ">=", tries)
                | Domain("unanswered_requests", ">=", tries)
            ),
            "without_goods": drafts & Domain("line_ids", "any", lacking),
            "to_correct": drafts
            & Domain("line_ids", "not any", awaited)
            & ~self._get_supplier_awaited_domain(connectors),
        }

    @api.model
    def _get_out_of_calls_domain(self, connectors):
        """Return the domain of the orders of kinds that JD takes no more of today."""
        spent = connectors._find_spent_kinds()
        return Domain.OR(
            Domain("connector_id", "=", connector.id) & Domain("kind", "in", kinds)
            for connector, kinds in spent.items()
            if kinds
        )

    @api.model
    def _get_supplier_awaited_domain(self, connectors):
        """Return the domain of orders whose supplier is being looked up at JD."""
        waiting = self.env["jd.supplier"].search(
            Domain("department_id.connector_id", "in", connectors.ids)
            & Domain("state", "=", "waiting")
        )
        partners = waiting.partner_id.ids
        return Domain("kind", "in", ("inbound", "supplier_return")) & Domain(
            "picking_id.partner_id.commercial_partner_id", "in", partners
        )

    @api.model
    def _get_start_of_today(self):
        """Return when today began for the user; naive UTC."""
        now = fields.Datetime.now()
        here = fields.Datetime.context_timestamp(self, now).replace(tzinfo=None)
        midnight = here.replace(hour=0, minute=0, second=0, microsecond=0)
        return now - (here - midnight)

    @api.model
    def _count_lists(self, connectors, names):
        """Return (list, connection) → how many orders; those without any are left out.

        :param names: Keys of `_get_list_domains`.
        """
        domains = self._get_list_domains(connectors)
        ours = Domain("connector_id", "in", connectors.ids)
        return {
            (name, connector): count
            for name in names
            for connector, count in self._read_group(
                ours & domains[name], ["connector_id"], ["__count"]
            )
        }
