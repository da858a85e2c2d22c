import logging

from psycopg2 import OperationalError
from psycopg2.errors import SerializationFailure

from odoo import api, models

_logger = logging.getLogger(__name__)


def lock_available(rows, limit=None):
    """Lock those of these rows that nobody else has in hand, and return them."""
    if not rows:
        return rows
    try:
        with rows.env.cr.savepoint(flush=False):
            return rows.try_lock_for_update(limit=limit, allow_referencing=True)
    except SerializationFailure:
        return rows.browse()  # changed a moment ago; the next run finds them


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
        return candidates._lock_available(limit)

    def _lock_available(self, limit=None):
        return lock_available(self, limit)

    @api.model
    def _process_due(self, domain, batch_size, work, report):
        """Have a batch of the due rows worked on at once.

        Whoever changes the same records at the same time makes PostgreSQL undo the
        batch. A smaller one is quicker, and less likely to be disturbed again.

        :param work: Takes rows.
        :param report: Takes a row that fails also alone, and why.
        """
        while batch_size:
            rows = self._lock_due(domain, batch_size)
            try:
                rows = rows._prepare_batch()
                if not rows:
                    return
                with self.env.cr.savepoint():
                    work(rows)
            except OperationalError:
                self.env.cr.rollback()
                batch_size //= 4
                continue
            except Exception:  # noqa: BLE001 - one bad row must not stop the rest
                rows._process_one_by_one(work, report)
            self.env["ir.cron"]._commit_progress(len(rows))
            return

    def _prepare_batch(self):
        """Return those of these locked rows that may be worked on now."""
        return self

    def _process_isolated(self, work, report):
        """Have all rows worked on together; where that fails, each alone.

        :param work: Takes rows.
        :param report: Takes a row that fails also alone, and why.
        """
        if not self:
            return
        try:
            with self.env.cr.savepoint():
                work(self)
        except Exception:  # noqa: BLE001 - one bad row must not stop the rest
            self._process_one_by_one(work, report)

    def _process_one_by_one(self, work, report):
        _logger.info("%s rows of %s go one by one", len(self), self._name)
        for row in self:
            row._process_one(work, report)

    def _process_one(self, work, report):
        try:
            with self.env.cr.savepoint():
                work(self)
        except OperationalError:
            # Another transaction was faster: the next run finds what it left.
            _logger.info("%s %s waits for the next run", self._name, self.id)
        except Exception as exc:
            _logger.warning("%s %s is left out", self._name, self.id, exc_info=True)
            report(self, exc)
