"""The goods of a connection: requests to match them, and the progress."""

from odoo import api, models
from odoo.exceptions import UserError, ValidationError

from ... import const
from ..goods.jd_goods import UNDECIDED
from ..mixins.notification import notify


class JdConnector(models.Model):
    _inherit = "jd.connector"

    # === COMPUTES === #

    def _compute_goods_counts(self):
        counts = {connector.id: {} for connector in self}
        for connector, state, count in self.env["jd.goods"]._read_group(
            [("connector_id", "in", self.ids)],
            ["connector_id", "state"],
            ["__count"],
        ):
            counts[connector.id] = counts[connector.id] | {state: count}
        for connector in self:
            by_state = counts.get(connector.id, {})
            waiting = sum(by_state.get(state, 0) for state in const.GOODS_WAITING)
            connector.goods_count = total = sum(by_state.values())
            connector.goods_matched_count = by_state.get("matched", 0)
            connector.goods_missing_count = by_state.get("missing", 0)
            connector.goods_refused_count = by_state.get("refused", 0)
            connector.goods_waiting_count = waiting
            connector.goods_progress = 100 * (total - waiting) / total if total else 0

    # === CONSTRAINTS === #

    @api.constrains("goods_category_no")
    def _check_goods_category_no(self):
        for connector in self:
            self.env["product.category"]._check_jd_number(connector.goods_category_no)

    @api.constrains("inbound_threshold", "outbound_threshold")
    def _check_thresholds(self):
        for connector in self:
            shares = (connector.inbound_threshold, connector.outbound_threshold)
            if not all(0 <= share <= 1 for share in shares):
                raise ValidationError(
                    self.env._(
                        "A share of the shelf life is between 0 and 100 percent."
                    )
                )

    # === ACTIONS === #

    def action_match_goods(self):
        """Request the matching of all storable products with JD's goods."""
        self.ensure_one()
        self.check_access("write")
        if self.state != "connected":
            raise UserError(
                self.env._("Sign in at JD first: goods are matched while connected.")
            )
        self._request_goods_match()
        return notify(
            "info",
            self.env._("Products are being matched. The progress shows on this page."),
        )

    def action_choose_goods(self):
        """Open the dialog to choose which missing goods are created at JD."""
        self.ensure_one()
        self.check_access("write")
        return self.env["jd.goods.creation"]._open_for(self)

    def action_view_goods(self):
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.actions"]._for_xml_id(
            "jd_fulfillment.action_jd_goods"
        )
        return action | {"domain": [("connector_id", "=", self.id)]}

    # === BUSINESS === #

    def _count_goods(self, state):
        """Return how many of the connection's goods are in a state."""
        return self.env["jd.goods"].search_count(
            [("connector_id", "=", self.id), ("state", "=", state)]
        )

    def _request_goods_match(self):
        """Request the matching of all products, including those JD did not have."""
        # sudo: users have no write access to departments, goods and requests.
        departments_sudo = self.env["jd.department"].sudo()
        for connector_sudo in self.sudo():
            numbers = connector_sudo.warehouse_ids.mapped("jd_department_no")
            departments_sudo._ensure(connector_sudo, numbers)
            connector_sudo.goods_request += 1
        goods_sudo = self.env["jd.goods"].sudo()
        goods_sudo.search(
            [("connector_id", "in", self.ids), ("state", "in", UNDECIDED)]
        )._match_again()
        goods_sudo._trigger_matching()
