"""Says on transfers, as soon as they are confirmed, what JD does not have as goods."""

from odoo import api, models

from ..goods.jd_goods import CREATABLE


class StockPicking(models.Model):
    _inherit = "stock.picking"

    # === COMPUTES === #

    @api.depends("state", "jd_kind", "move_ids.product_id", "jd_order_id.state")
    def _compute_jd_goods_notice(self):
        for picking in self:
            missing = picking._jd_find_missing_goods()
            picking.jd_goods_notice = (
                picking._jd_explain_missing(missing) if missing else False
            )

    # === ACTIONS === #

    def action_jd_create_goods(self):
        """Request that what JD does not have of these transfers' goods is created."""
        self.check_access("read")
        goods = self.env["jd.goods"].union(
            *(picking._jd_find_missing_goods() for picking in self)
        )
        return goods.action_create_at_jd()

    # === BUSINESS === #

    def _jd_warn_of_missing_goods(self):
        """Look for these transfers' goods at JD; warn the user of what it lacks."""
        missing = self.env["jd.goods"]
        for (warehouse, connector), pickings in self.grouped(
            lambda picking: (picking.jd_warehouse_id, picking.jd_connector_id)
        ).items():
            open_pickings = pickings.filtered(
                lambda picking: (
                    picking._jd_needs_goods()
                    # What is queued was looked for, and found.
                    and picking.sudo().jd_order_id.state != "queued"
                )
            )
            products = open_pickings.move_ids.product_id
            if connector and products:
                missing += missing._look_for(warehouse, products)
        if missing and self.env.user._is_internal():
            self.env.user._bus_send(
                "simple_notification",
                {
                    "type": "warning",
                    "title": self.env._("Not at JD"),
                    "message": self._jd_explain_missing(missing),
                },
            )

    def _jd_find_missing_goods(self):
        """Return the goods of an open transfer that JD does not have."""
        if not self._jd_needs_goods():
            return self.env["jd.goods"]
        rows = self.env["jd.goods"].sudo()  # part of the transfer, as its problems
        found = rows._search_goods(
            self.jd_warehouse_id.sudo(), self.move_ids.product_id
        )
        return found.filtered(lambda row: row.state in CREATABLE).sudo(False)

    def _jd_needs_goods(self):
        """Tell whether JD is still to be told of the goods of this transfer."""
        is_over = self.state in ("draft", "done", "cancel")
        return bool(self.jd_kind) and not is_over and not self.jd_is_busy

    @api.model
    def _jd_explain_missing(self, goods):
        names = self.env["jd.order"]._name_products(goods.sudo().product_id)
        return self.env._(
            "JD does not have these products, and cannot receive or ship them until it "
            "does: %(products)s. A JD manager can have them created there with “Create "
            "at JD” on the transfer.",
            products=names,
        )
