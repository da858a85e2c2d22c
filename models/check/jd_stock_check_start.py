"""Starts stock checks: by a user, or each night at the warehouse's hour."""

from datetime import timedelta
from zoneinfo import ZoneInfo

from odoo import api, fields, models
from odoo.fields import Domain

from ... import const
from .jd_stock_check import RUNNING


def created_since(moment):
    """Return the domain of what was created since a moment of any time zone."""
    utc = moment.astimezone(ZoneInfo("UTC")).replace(tzinfo=None)
    return Domain("create_date", ">=", utc)


class JdStockCheck(models.Model):
    _inherit = "jd.stock.check"

    # === START === #

    @api.model
    def _start(self, warehouse, products=None, is_nightly=False):
        """Return the check of a warehouse's stock that runs, or start one.

        :param products: Compare these products only.
        """
        running = self.search(
            [
                ("warehouse_id", "=", warehouse.id),
                ("state", "in", RUNNING),
                ("is_partial", "=", bool(products)),
            ]
        ).filtered(lambda check: not products or check.product_ids == products)
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
        # The latest of a warehouse says when its books last agreed, and what was
        # decided before and still holds.
        needed = Domain("is_latest", "=", True) | Domain("id", "in", self._get_held())
        return self._delete_batch(old & ~needed, 1_000)  # each has thousands of rows

    @api.model
    def _get_held(self):
        """Return the ids of the checks whose decisions explain the latest ones."""
        rows = self.env["jd.stock.check.explanation"].search(
            [("kind", "=", "decided"), ("check_id.is_latest", "=", True)]
        )
        lines = self.env["jd.stock.check.line"].browse(rows.mapped("res_id"))
        return lines.exists().check_id.ids

    @api.model
    def _is_night_due(self, warehouse):
        """Tell whether today's check is due and was not started, in local time.

        A whole check that somebody started since then serves as well: it would lose
        what it offers, such as the opening stock, to another one in the next minute.
        """
        now = warehouse._jd_to_local(fields.Datetime.now())
        midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
        due = midnight + timedelta(hours=warehouse.jd_connector_id.stock_check_hour)
        tonight = Domain("is_nightly", "=", True) & created_since(midnight)
        instead = (
            Domain("is_partial", "=", False)
            & Domain("state", "not in", ("incomplete", "stopped"))
            & created_since(due)
        )
        ours = Domain("warehouse_id", "=", warehouse.id)
        started = self.search_count(ours & (tonight | instead), limit=1)
        return now >= due and not started
