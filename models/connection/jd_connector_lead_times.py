"""Learns how long JD's warehouses take."""

from itertools import chain

from odoo import api, fields, models
from odoo.tools import SQL

from ... import const
from ...lib import lead_times


class JdConnector(models.Model):
    _inherit = "jd.connector"

    # === CRON === #

    @api.model
    def _cron_learn_lead_times(self):
        """Learn anew how long the warehouses of each connection take."""
        connectors = self.search([("state", "=", "connected")])
        connectors._process_each(lambda connector: connector._learn_lead_times())

    # === LEARN === #

    def _learn_lead_times(self):
        """Record on each warehouse how long it takes, as its last orders did.

        A warehouse with few orders takes as long as all of the connection together.
        """
        now = fields.Datetime.now()
        lives = self._find_lives(now)
        together = lead_times.learn(chain(*lives.values()), now)
        for warehouse in self.warehouse_ids.sudo():  # sudo: the module's own field
            own = lead_times.learn(lives[warehouse], now)
            warehouse.jd_lead_times = {
                step: cells or together[step] for step, cells in own.items()
            }

    def _find_lives(self, now):
        """Return warehouse → the `lead_times.Life` of some of its last orders."""
        lives = {warehouse: [] for warehouse in self.warehouse_ids}
        for warehouse_id, *times in self._find_order_times(now):
            warehouse = self.env["stock.warehouse"].browse(warehouse_id)
            if warehouse in lives:
                local = warehouse._jd_to_naive_local
                life = lead_times.Life(*(each and local(each) for each in times))
                lives[warehouse].append(life)
        return lives

    def _find_order_times(self, now):
        """Return the warehouse and the times of some orders of the last weeks.

        Some of each ten minutes, so that all hours are known alike and a merchant with
        many orders waits no longer than others.

        :return: Rows of the id of the warehouse and the members of `lead_times.Life`.
        """
        self.env["jd.order"].flush_model()
        return self.env.execute_query(
            SQL(
                """SELECT o.warehouse_id, o.accepted_at, o.picked_at, o.moved_at,
                          o.delivered_at, o.pulled_at
                     FROM generate_series(%(begin)s, %(end)s, %(slot)s) AS slot
                    CROSS JOIN LATERAL (
                          SELECT warehouse_id, accepted_at, picked_at, moved_at,
                                 delivered_at, pulled_at
                            FROM jd_order
                           WHERE connector_id = %(connector)s AND kind IN %(kinds)s
                             AND accepted_at >= slot AND accepted_at < slot + %(slot)s
                             AND state != 'cancelled' AND pulled_at IS NOT NULL
                           LIMIT %(most)s) AS o""",
                begin=now - const.LEAD_TIMES_LEARNT,
                end=now,
                slot=const.LEAD_TIMES_SLOT,
                connector=self.id,
                kinds=const.LEAD_TIMES_KINDS,
                most=const.LEAD_TIMES_SLOT_ORDERS,
            )
        )
