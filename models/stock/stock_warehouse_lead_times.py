"""How long a JD warehouse takes, and so when it is worth asking JD about an order."""

from odoo import models
from odoo.tools import ormcache

from ...lib import lead_times


class StockWarehouse(models.Model):
    _inherit = "stock.warehouse"

    def _jd_find_wait(self, step, began, now):
        """Return how long to wait before JD is asked about an order again, or None.

        :param str step: As in `lead_times.LeadTimes.find_wait`.
        :param began: When the step began; naive UTC.
        :return: None where too few orders are known to tell.
        """
        learnt = self._jd_get_lead_times()
        if step == lead_times.DELIVER:
            price = lead_times.PRICES[-1]  # nobody waits for it
        else:
            price = learnt.find_price(self.jd_connector_id._get_questions_per_order())
        local = self._jd_to_naive_local
        return learnt.find_wait(step, local(began), local(now), price)

    @ormcache("self.id")
    def _jd_get_lead_times(self):
        """Return the `lead_times.LeadTimes` of this warehouse."""
        return lead_times.LeadTimes(self.sudo().jd_lead_times or {})

    def _jd_to_naive_local(self, moment):
        return self._jd_to_local(moment).replace(tzinfo=None)
