"""The stock checks of a connection: what they may do alone, start and open them."""

from odoo import api, models
from odoo.exceptions import ValidationError

HOURS = 24
WHOLE = 100


def check_limits(env, units, percent, value):
    """Check up to which difference JD's number may be accepted without a person.

    :raise ValidationError: A limit is negative, or more than all of the stock.
    """
    if min(units, percent, value) < 0:
        raise ValidationError(
            env._(
                "The limits of small differences cannot be negative. Enter 0 to "
                "always ask somebody."
            )
        )
    if percent > WHOLE:
        raise ValidationError(
            env._(
                "A small difference is at most 100 %% of the stock, not %(share)g %%.",
                share=percent,
            )
        )


class JdConnector(models.Model):
    _inherit = "jd.connector"

    # === CONSTRAINTS === #

    @api.constrains("stock_check_hour")
    def _check_stock_check_hour(self):
        for connector in self:
            if not 0 <= connector.stock_check_hour < HOURS:
                raise ValidationError(
                    self.env._(
                        "The stock check starts at a time of the day: between 00:00 "
                        "and 23:59."
                    )
                )

    @api.constrains("stock_check_units", "stock_check_percent", "stock_check_value")
    def _check_stock_check_limits(self):
        for connector in self:
            check_limits(
                self.env,
                connector.stock_check_units,
                connector.stock_check_percent,
                connector.stock_check_value,
            )

    @api.constrains("stock_check_agreement")
    def _check_stock_check_agreement(self):
        for connector in self:
            if not 0 <= connector.stock_check_agreement <= WHOLE:
                raise ValidationError(
                    self.env._(
                        "The share of products that agree is between 0 and 100 %. "
                        "Enter 0 for no alert."
                    )
                )

    # === COMPUTES === #

    def _compute_stock_open_count(self):
        counts = dict(
            self.env["jd.stock.check.line"]._read_group(
                [("connector_id", "in", self.ids), ("state", "=", "open")],
                ["connector_id"],
                ["__count"],
            )
        )
        for connector in self:
            connector.stock_open_count = counts.get(connector, 0)

    # === ACTIONS === #

    def action_check_stock(self):
        """Start a check of the stock of each warehouse; show the checks."""
        self.ensure_one()
        self.check_access("read")
        warehouses = self.warehouse_ids
        return warehouses._jd_open_stock_checks(warehouses._jd_start_stock_checks())

    def action_view_stock_checks(self):
        """Open the stock checks of the connection's warehouses."""
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "jd_fulfillment.action_jd_stock_check"
        )
        return action | {"domain": [("connector_id", "=", self.id)]}
