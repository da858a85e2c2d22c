from psycopg2.errors import SerializationFailure

from odoo import api, models


class JdWorker(models.AbstractModel):
    """Rows that scheduled actions work on, several workers side by side."""

    _name = "jd.worker"
    _description = "JD Worker"

    @api.model
    def _lock_due(self, domain, limit, order="id"):
        """Return up to `limit` rows of the domain that no other worker works on.

        Commits first: on the snapshot of an older transaction, a row that another
        worker finished since could not be locked.
        """
        if not limit:
            return self.browse()
        self.env["ir.cron"]._commit_progress()
        candidates = self.search(domain, limit=4 * limit, order=order)
        return candidates._lock_free(limit)

    def _lock_free(self, limit=None):
        """Lock those of these rows that nobody else has in hand, and return them."""
        if not self:
            return self
        try:
            with self.env.cr.savepoint(flush=False):
                return self.try_lock_for_update(limit=limit, allow_referencing=True)
        except SerializationFailure:
            return self.browse()  # changed a moment ago; the next run finds them
