import logging
import traceback
from zlib import crc32

from psycopg2 import OperationalError
from psycopg2.errors import SerializationFailure

from odoo import api, models
from odoo.exceptions import ConcurrencyError, UserError

_logger = logging.getLogger(__name__)

# Another transaction was faster; nothing is wrong with the records.
CONCURRENCY_ERRORS = (OperationalError, ConcurrencyError)


def log_unforeseen(error, record):
    """Log an error that nobody foresaw and return a reference to quote.

    It is the same each time that the error comes from the same place.
    """
    place = traceback.extract_tb(error.__traceback__)[-1:]
    cause = [type(error).__name__, *((each.name, each.lineno) for each in place)]
    reference = f"JD-{crc32(repr(cause).encode()):08X}"
    _logger.error("%s: %s failed", reference, record, exc_info=error)
    return reference


def lock_available(records, limit=None):
    """Lock the records that no other transaction has locked, and return them."""
    if not records:
        return records
    try:
        with records.env.cr.savepoint(flush=False):
            return records.try_lock_for_update(limit=limit, allow_referencing=True)
    except SerializationFailure:
        return records.browse()  # changed a moment ago; the next run finds them


def to_user_error(records, error):
    """Return an error that people may read.

    One that was not written for people becomes one sentence with a reference; the log
    has the rest under the same reference.
    """
    if isinstance(error, UserError):
        return error
    reference = log_unforeseen(error, records)
    return UserError(
        records.env._(
            "Something unforeseen went wrong. Ask your Odoo administrator to look for "
            "%(reference)s in the log of the server.",
            reference=reference,
        )
    )


class JdWorkerMixin(models.AbstractModel):
    """Records that scheduled actions process in batches, several workers at a time."""

    _name = "jd.worker.mixin"
    _description = "JD Worker"

    # === LOCK === #

    @api.model
    def _lock_due(self, domain, limit, order="id"):
        """Lock up to `limit` records of the domain that nobody else has, return them.

        Commits first: on the snapshot of an older transaction, a record that another
        worker finished since could not be locked.
        """
        if not limit:
            return self.browse()
        self.env["ir.cron"]._commit_progress()
        candidates = self.search(domain, limit=4 * limit, order=order)
        return candidates._lock_available(limit)

    def _lock_available(self, limit=None):
        return lock_available(self, limit)

    # === PROCESS === #

    @api.model
    def _process_due(self, domain, batch_size, work, report):
        """Process a batch of the domain's records; return how many are left.

        Whoever writes the same records at the same time makes PostgreSQL undo the
        batch. A smaller one is quicker, and less likely to be disturbed again.

        :param work: Takes records, in a transaction that begins with them.
        :param report: Takes a record that fails also alone, and the error for people.
        """
        while batch_size:
            records = self._lock_due(domain, batch_size)
            try:
                records = records._prepare_batch()
                if not records:
                    break
                with self.env.cr.savepoint():
                    work(records)
                break
            except OperationalError:
                self.env.cr.rollback()
                batch_size //= 4
            except Exception:  # noqa: BLE001 - one bad record must not stop the rest
                records._process_one_by_one(work, report)
                break
        self.env["ir.cron"]._commit_progress(len(records) if batch_size else 0)
        return self.search_count(domain)

    def _prepare_batch(self):
        """Return those of these locked records that may be processed now."""
        return self

    def _process_each(self, work):
        """Process records one after another, each in transactions of its own.

        One that fails is reported by `_report_unforeseen` and stops no other. Ends when
        the time of the scheduled action is up.

        :param work: Takes a record; may commit.
        """
        cron = self.env["ir.cron"]
        cron._commit_progress(remaining=len(self))
        for record in self:
            record._process_separately(work)
            if not cron._commit_progress(1):
                break

    def _process_separately(self, work):
        """Return what `work` returns of this record, or None where it fails."""
        try:
            result = work(self)
            self.env.flush_all()
            return result
        except CONCURRENCY_ERRORS as exc:
            self.env.cr.rollback()
            _logger.info("%s waits for the next run: %s", self, exc)
        except Exception as exc:  # noqa: BLE001 - one bad record must not stop the rest
            self.env.cr.rollback()
            reference = log_unforeseen(exc, self)
            self._process_isolated(
                lambda record: record._report_unforeseen(reference),
                lambda record, error: log_unforeseen(error, record),
            )
        return None

    def _report_unforeseen(self, reference):
        """Tell somebody that a scheduled action failed for this record.

        :param str reference: What the log has the error under.
        """
        raise NotImplementedError(self._name)

    def _process_isolated(self, work, report):
        """Process all records together; where that fails, one by one.

        :param work: Takes records.
        :param report: Takes a record that fails also alone, and the error.
        :raise ConcurrencyError: In a request, which Odoo repeats then. A scheduled
            action leaves the record to its next run.
        """
        if not self:
            return
        try:
            with self.env.cr.savepoint():
                work(self)
        except Exception:  # noqa: BLE001 - one bad record must not stop the rest
            self._process_one_by_one(work, report)

    def _process_one_by_one(self, work, report):
        _logger.info("%s records of %s go one by one", len(self), self._name)
        for record in self:
            record._process_one(work, report)

    def _process_one(self, work, report):
        try:
            with self.env.cr.savepoint():
                work(self)
        except CONCURRENCY_ERRORS:
            if "cron_id" not in self.env.context:  # set by Odoo's scheduler
                raise
            _logger.info("%s %s waits for the next run", self._name, self.id)
        except Exception as exc:  # noqa: BLE001 - one bad record must not stop the rest
            report(self, to_user_error(self, exc))

    @api.model
    def _create_isolated(self, vals_list, report):
        """Create records together; where that fails, one by one.

        :param report: Takes the error of each that cannot be created.
        """
        try:
            with self.env.cr.savepoint():
                return self.create(vals_list)
        except CONCURRENCY_ERRORS:
            raise
        except Exception as exc:  # noqa: BLE001 - one bad row must not stop the rest
            if len(vals_list) == 1:
                report(exc)
                return self.browse()
        return self.union(
            *(self._create_isolated([vals], report) for vals in vals_list)
        )

    # === SCHEDULED ACTIONS === #

    @api.model
    def _commit_and_retrigger(self, action, remaining):
        """Report what a scheduled action leaves, and have it woken again for that.

        Odoo's scheduler runs an action for some seconds. What is left then would wait
        for its next look, a minute later.

        :param str action: As `_trigger` takes it.
        """
        seconds_left = self.env["ir.cron"]._commit_progress(remaining=remaining)
        if remaining and not seconds_left:
            self._trigger(action)

    @api.model
    def _trigger(self, action, at=None):
        """Wake a scheduled action of this module, now or at a time.

        :param str action: Its external id without `ir_cron_`: `match_goods`.
        """
        # sudo: whoever causes work may wake the action that does it.
        self.env.ref(f"jd_fulfillment.ir_cron_{action}").sudo()._trigger(at)
