import threading
import time

from odoo import fields, models
from odoo.fields import NO_ACCESS
from odoo.tools import SQL

from .jd_worker_mixin import log_unforeseen


class IrCron(models.Model):
    _inherit = "ir.cron"

    jd_last_error = fields.Char(
        groups=NO_ACCESS,
        copy=False,
        help="Of our own actions: where the log has the last error.",
    )

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

    def _callback(self, cron_name, server_action_id):
        """Log an error of our own actions with a reference to find it by."""
        try:
            return super()._callback(cron_name, server_action_id)
        except Exception as error:
            if self.model_id.model.startswith("jd."):
                # Kept below: here, the row of the action is locked by the scheduler.
                reference = log_unforeseen(error, self)
                threading.current_thread().jd_error = reference
            raise

    def _update_failure_count(self, job, status):
        """Keep the reference of the last error beside Odoo's count of failures."""
        res = super()._update_failure_count(job, status)
        reference = vars(threading.current_thread()).pop("jd_error", None)
        if reference:
            self.env.cr.execute(
                SQL(
                    "UPDATE ir_cron SET jd_last_error = %s WHERE id = %s",
                    *(reference, job["id"]),
                )
            )
        return res
