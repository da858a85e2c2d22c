"""Starting stock checks from where a user looks at stock."""

from zoneinfo import ZoneInfo

from odoo import api, models
from odoo.exceptions import AccessError, UserError

from ... import const


class StockWarehouse(models.Model):
    _inherit = "stock.warehouse"

    def action_jd_check_stock(self):
        """Start a check of the warehouse's whole stock and show it."""
        self.ensure_one()
        return self._jd_open_stock_checks(self._jd_start_stock_checks())

    def action_jd_view_stock_checks(self):
        """Open the stock checks of these warehouses."""
        self.check_access("read")
        self.env["jd.stock.check"].check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "jd_fulfillment.action_jd_stock_check"
        )
        return action | {"domain": [("warehouse_id", "in", self.ids)]}

    def _jd_start_stock_checks(self, products=None):
        """Start a check of each of these warehouses; return the checks.

        :param products: Compare these only.
        :raise AccessError: The user decides nothing about JD.
        :raise UserError: A warehouse is not connected.
        """
        self.check_access("read")
        self._jd_check_may_start()
        checks = self.env["jd.stock.check"]
        for warehouse in self:
            if warehouse.jd_connector_id.state != "connected":
                raise UserError(
                    self.env._(
                        "%(warehouse)s is not connected with JD: sign in at JD first.",
                        warehouse=warehouse.display_name,
                    )
                )
            # sudo: only the module writes checks; the role was checked above
            checks |= checks.sudo()._start(warehouse, products)
        return checks.sudo(False)

    @api.model
    def _jd_check_may_start(self):
        """Check that the user may start stock checks.

        :raise AccessError: The user decides nothing about JD.
        """
        if not self.env.user.has_group("jd_fulfillment.group_jd_manager"):
            raise AccessError(
                self.env._("Only JD managers start stock checks: ask one of them.")
            )

    def _jd_to_local(self, moment):
        """Return a naive UTC time as one of the time zone of this warehouse."""
        zone = ZoneInfo(
            self.partner_id.tz or self.company_id.partner_id.tz or const.JD_TZ
        )
        return moment.replace(tzinfo=ZoneInfo("UTC")).astimezone(zone)

    def _jd_open_stock_checks(self, checks):
        """Return the action that shows checks."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "jd_fulfillment.action_jd_stock_check"
        )
        if len(checks) == 1:
            return action | {
                "res_id": checks.id,
                "views": [(False, "form")],
                "view_mode": "form",
            }
        return action | {"domain": [("id", "in", checks.ids)]}
