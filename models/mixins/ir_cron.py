import threading
import time

from odoo import api, fields, models
from odoo.fields import NO_ACCESS
from odoo.tools import SQL

from ... import const
from .jd_worker_mixin import log_unforeseen


class IrCron(models.Model):
    _inherit = "ir.cron"

    jd_last_error = fields.Char(
        groups=NO_ACCESS,
        copy=False,
        help="Of our own actions: where the log has the last error.",
    )

    jd_shared_id = fields.Many2one(
        "ir.cron",
        groups=NO_ACCESS,
        copy=False,
        index="btree_not_null",
        ondelete="cascade",
        help="An action runs once at a time. This one is a further worker for the same "
        "orders; delete it to have one less.",
    )

    jd_patience = fields.Integer(
        string="JD Time Limit",
        groups=NO_ACCESS,
        copy=False,
        help="Of our own actions: how many seconds after the first action that a "
        "worker runs in a row this one begins nothing more.",
    )

    @api.model
    def _jd_add_worker(self):
        """Add a row for each action that works on orders; return the new rows.

        Odoo runs each row once at a time, on whichever process or machine is free.
        """
        added = self.browse()
        for name in const.SHARED_ACTIONS:
            first = self.env.ref(f"jd_fulfillment.ir_cron_{name}")
            number = len(first._jd_get_sharers()) + 2
            row = first.copy({"name": f"{first.name} ({number})"})
            # sudo: nobody reads or writes these by hand
            row.sudo().jd_shared_id = first
            row.sudo().jd_patience = first.sudo().jd_patience
            added += row
        return added

    def _jd_get_sharers(self):
        """Return the further workers of these actions, as superuser.

        Those switched off are included.
        """
        every_sudo = self.sudo().with_context(active_test=False)
        return every_sudo.search([("jd_shared_id", "in", self.ids)])

    def method_direct_trigger(self):
        """Run an action by hand, which is no part of a worker's pass."""
        vars(self.env.cr).pop("jd_started_at", None)
        return super().method_direct_trigger()

    @classmethod
    def _process_job(cls, cron_cr, job):
        """Note until when this action may begin work, see `jd.worker.mixin`.

        Odoo's limit on time is for all actions that a worker runs without a break; it
        opens a cursor for each such pass.
        """
        thread = threading.current_thread()
        started_at = vars(cron_cr).setdefault("jd_started_at", time.monotonic())
        # The column is not there yet while the module is being updated.
        patience = job.get("jd_patience") or const.PASS_PATIENCE
        outer = vars(thread).get("jd_pass_ends_at")  # of an action that runs this one
        thread.jd_pass_ends_at = started_at + patience
        try:
            return super()._process_job(cron_cr, job)
        finally:
            thread.jd_pass_ends_at = outer

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
