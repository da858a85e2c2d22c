import threading
import time

from odoo import models


class IrCron(models.Model):
    _inherit = "ir.cron"

    def method_direct_trigger(self):
        """Run an action by hand, which is no part of a worker's pass."""
        vars(self.env.cr).pop("jd_started_at", None)
        return super().method_direct_trigger()

    @classmethod
    def _process_job(cls, cron_cr, job):
        """Note since when this worker runs actions without a break.

        Odoo's limit on time is for all of them together; it opens a cursor for each
        such pass. See `jd.worker.mixin`.
        """
        thread = threading.current_thread()
        started_at = vars(cron_cr).setdefault("jd_started_at", time.monotonic())
        thread.jd_pass_started_at = started_at
        try:
            return super()._process_job(cron_cr, job)
        finally:
            del thread.jd_pass_started_at
