"""Starts stock checks: by a user, or each night at the warehouse's hour."""

from datetime import timedelta
from zoneinfo import ZoneInfo

from odoo import api, fields, models
from odoo.fields import Domain

from ... import const
from .jd_stock_check import RUNNING


class JdStockCheck(models.Model):
    _inherit = "jd.stock.check"

    # === START === #

    @api.model
    def _start(self, warehouse, products=None, is_nightly=False):
        """Return the check of a warehouse's stock that runs, or start one.

        :param products: Compare these products only.
        """
        running = self.search(
            [("warehouse_id", "=", warehouse.id), ("state", "in", RUNNING)]
        ).filtered(lambda check: check.product_ids == (products or check.browse()))
        if not running:
            running = self.create(
                {
                    "warehouse_id": warehouse.id,
                    "is_nightly": is_nightly,
                    "user_id": False if is_nightly else self.env.uid,
                    "product_ids": products and [(6, 0, products.ids)],
                    "is_partial": bool(products),
                }
            )
        self._trigger("check_stock")
        return running[:1]

    @api.model
    def _start_nightly(self):
        """Start the checks of the warehouses whose time of the night has come."""
        connectors = self.env["jd.connector"].search(
            [("state", "=", "connected"), ("stock_check_nightly", "=", True)]
        )
        for warehouse in connectors.warehouse_ids:
            if self._is_night_due(warehouse):
                self._start(warehouse, is_nightly=True)

    @api.autovacuum
    def _gc_checks(self):
        limit = fields.Datetime.now() - const.STOCK_CHECKS_KEPT
        old = Domain("create_date", "<", limit) & Domain("state", "not in", RUNNING)
        # The latest of a warehouse says when its books last agreed.
        self.search(old & Domain("is_latest", "=", False), limit=1_000).unlink()

    @api.model
    def _is_night_due(self, warehouse):
        """Tell whether today's check is due and was not started, in local time."""
        zone = ZoneInfo(
            warehouse.partner_id.tz or warehouse.company_id.partner_id.tz or const.JD_TZ
        )
        now = fields.Datetime.now().replace(tzinfo=ZoneInfo("UTC")).astimezone(zone)
        midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
        due = midnight + timedelta(hours=warehouse.jd_connector_id.stock_check_hour)
        begins = midnight.astimezone(ZoneInfo("UTC")).replace(tzinfo=None)
        return now >= due and not self.search_count(
            [
                ("warehouse_id", "=", warehouse.id),
                ("is_nightly", "=", True),
                ("create_date", ">=", begins),
            ],
            limit=1,
        )
