import logging
import threading
import time
import traceback
from datetime import timedelta
from zlib import crc32

from psycopg2 import OperationalError
from psycopg2.errors import SerializationFailure

from odoo import api, fields, models
from odoo.exceptions import ConcurrencyError, LockError, UserError
from odoo.fields import Domain
from odoo.tools import SQL

from odoo.addons.base.models.ir_cron import MIN_TIME_PER_JOB

from ... import const

_logger = logging.getLogger(__name__)

# Another transaction was faster; nothing is wrong with the records.
CONCURRENCY_ERRORS = (OperationalError, ConcurrencyError, LockError)
# How often a record is processed anew at once when that happens.
ATTEMPTS = 3
# After how long Odoo's scheduler is told again of a run that waits.
TOLD_AGAIN = timedelta(seconds=5)
# Seconds before a run begins again that found all of its records with others.
HELD_PAUSE = 1
# Seconds before each attempt to process what others have: messages, for example, are
# applied in batches, which have their orders for a second or two.
FREE_PAUSES = (0, 0.5, 2, 5)


def log_unforeseen(error, record):
    """Log an unexpected error; return a reference to find it by, like `JD-1A2B3C4D`.

    An error raised at the same place gets the same reference again, so that one
    activity is enough for all its repetitions.
    """
    place = traceback.extract_tb(error.__traceback__)[-1:]
    cause = [type(error).__name__, *((each.name, each.lineno) for each in place)]
    reference = f"JD-{crc32(repr(cause).encode()):08X}"
    _logger.error("%s: %s failed", reference, record, exc_info=error)
    return reference


def lock_available(records, limit=None):
    """Lock those records that no other transaction has locked; return them."""
    if not records or limit == 0:
        return records.browse()
    try:
        # PostgreSQL refuses a row changed since this transaction began: only this
        # attempt is undone then.
        with records.env.cr.savepoint(flush=False):
            return _lock_rows(records, limit)
    except SerializationFailure:
        if len(records) == 1:
            return records.browse()  # changed a moment ago; the next run finds it
    # Outside of the handler, so that the errors do not nest.
    half = len(records) // 2
    locked = lock_available(records[:half], limit)
    left = limit and limit - len(locked)
    return locked + lock_available(records[half:], left)


def _lock_rows(records, limit):
    """Lock as core's `try_lock_for_update` does, with nothing in the log where a row
    changed meanwhile: with several workers that is no error.
    """
    query = records._as_query(ordered=True)
    query.limit = limit
    cr = records.env.cr
    lock = SQL("%s FOR NO KEY UPDATE SKIP LOCKED", query.select())
    cr.execute(lock, log_exceptions=False)
    locked = {key for (key,) in cr.fetchall()}
    return records.browse(key for key in records._ids if key in locked)


def to_user_error(records, error):
    """Return an error as `UserError`, which can be shown to users.

    An error that is none becomes a sentence with a reference, under which the log has
    the details.
    """
    if isinstance(error, UserError):
        return error
    reference = log_unforeseen(error, records)
    return UserError(
        records.env._(
            "Something unexpected went wrong. Ask your Odoo administrator to look for "
            "%(reference)s in the log of the server.",
            reference=reference,
        )
    )


class JdWorkerMixin(models.AbstractModel):
    """Helps scheduled actions to process records in batches, with several workers."""

    _name = "jd.worker.mixin"
    _description = "JD Worker"

    # === LOCK === #

    @api.model
    def _lock_due(self, domain, limit, order="id"):
        """Lock up to `limit` records of the domain; return those it could lock.

        Commits first, unless there are none.
        """
        records, _held = self._lock_allowed(domain, lambda: limit, order)
        return records

    @api.model
    def _lock_allowed(self, domain, get_limit, order="id"):
        """Lock records of the domain as `_lock_due` does, as many as JD may be called
        about now.

        :param get_limit: Function that returns how many those are.
        :return: The records, and how many are left to the next run as others have all
            of them. What JD may not be called about any more today is not left to it.
        """
        # Most runs find nothing to do in most of their steps.
        limit = self.search_count(domain, limit=1) and get_limit()
        if not limit:
            return self.browse(), 0
        # In an older transaction, records changed by another worker cannot be locked.
        self.env["ir.cron"]._commit_progress()
        # More than needed: other workers may have locked the first ones.
        candidates = self.search(domain, limit=4 * limit, order=order)
        records = candidates._lock_available(limit)
        return records, 0 if records else self.search_count(domain)

    @api.model
    def _find_next(self, domain, name):
        """Return the first time after now in a field of the domain's records, or None.

        :param str name: The field.
        """
        coming = Domain(domain) & Domain(name, ">", fields.Datetime.now())
        return self.search(coming, order=name, limit=1)[name] or None

    def _lock_available(self, limit=None):
        return lock_available(self, limit)

    # === PROCESS === #

    @api.model
    def _process_due(self, domain, batch_size, work, report):
        """Process a batch of the domain's records; return how many are left.

        If the batch fails, its records are processed one by one.

        :param work: Function of the records to process.
        :param report: Function of a record that fails on its own, and the `UserError`.
        """
        while batch_size:
            records = self._lock_due(domain, batch_size)
            left = self.browse()
            try:
                records = records._prepare_batch()
                if not records:
                    break
                with self.env.cr.savepoint():
                    work(records)
                break
            except CONCURRENCY_ERRORS:
                # Somebody wrote the same records: a smaller batch takes less time and
                # is less likely to be disturbed again.
                self.env.cr.rollback()
                batch_size //= 4
            except Exception:  # noqa: BLE001 - one bad record must not stop the rest
                left = records._process_one_by_one(work, report)
                break
        self.env["ir.cron"]._commit_progress(len(records - left) if batch_size else 0)
        return self.search_count(domain)

    def _prepare_batch(self):
        """Return those of the locked records that may be processed now; a hook."""
        return self

    def _process_each(self, work):
        """Process records one after another, each in a transaction of its own.

        A record that fails is reported with `_report_unforeseen`; the others go on.
        Those left over when the time is up wait for the next regular run, whose first
        ones they should be.

        :param work: Function of a record; may commit.
        """
        # Nothing is reported as left: Odoo would begin again with the first ones.
        for record in self:
            if self._is_patience_over():
                break
            record._process_separately(work)
            self.env["ir.cron"]._commit_progress(1, remaining=0)

    def _process_separately(self, work, left=None):
        """Return the result of `work` for this record; None where it fails.

        Where another transaction was faster, the work begins anew.

        :param left: What to return where other transactions were faster each time.
        """
        for _attempt in range(ATTEMPTS):
            try:
                return self._work_and_flush(work)
            except CONCURRENCY_ERRORS as exc:
                self.env.cr.rollback()
                _logger.info("%s begins anew: %s", self, exc)
        return left

    def _work_and_flush(self, work):
        """Return the result of `work` for this record; None where it fails.

        :raise ConcurrencyError: Another transaction was faster.
        """
        try:
            result = work(self)
            self.env.flush_all()
            return result
        except CONCURRENCY_ERRORS:
            raise
        except Exception as exc:  # noqa: BLE001 - one bad record must not stop the rest
            self.env.cr.rollback()
            reference = log_unforeseen(exc, self)
            self._process_isolated(
                lambda record: record._report_unforeseen(reference),
                lambda record, error: None,  # logged on its way here
            )
        return None

    def _report_unforeseen(self, reference):
        """Notify a user that a scheduled action failed for this record.

        :param str reference: The reference under which the log has the error.
        """
        raise NotImplementedError(self._name)

    def _process_isolated(self, work, report):
        """Process all records together; where that fails, one by one.

        :param work: Function of the records.
        :param report: Function of a record that fails on its own, and the `UserError`.
        :return: The records that are left, as another transaction was faster.
        :raise ConcurrencyError: In a request, which Odoo then repeats. A scheduled
            action leaves the record to its next run.
        """
        if not self:
            return self
        try:
            with self.env.cr.savepoint():
                work(self)
            return self.browse()
        except Exception:  # noqa: BLE001 - one bad record must not stop the rest
            return self._process_one_by_one(work, report)

    def _process_when_free(self, work, report):
        """Process these records as `_process_isolated` does, and commit; also those
        that others have for a moment: what JD answered would be lost.
        """
        left = self
        for pause in FREE_PAUSES:
            time.sleep(pause)
            free = left._lock_available()
            left = (left - free) + free._process_isolated(work, report)
            self.env["ir.cron"]._commit_progress()
            if not left:
                break
        self.env["ir.cron"]._commit_progress(len(self))

    def _process_one_by_one(self, work, report):
        """Process records one by one; return those that are left."""
        _logger.info("%s records of %s go one by one", len(self), self._name)
        return self.filtered(lambda record: not record._process_one(work, report))

    def _process_one(self, work, report):
        """Process this record, or report why it fails; return False where another
        transaction was faster.
        """
        try:
            with self.env.cr.savepoint():
                work(self)
            return True
        except CONCURRENCY_ERRORS:
            if not self._has_next_run():
                raise
            return False
        except Exception as exc:  # noqa: BLE001 - one bad record must not stop the rest
            error = to_user_error(self, exc)
        # What was done for the others must not be undone by its report either.
        try:
            with self.env.cr.savepoint():
                report(self, error)
            return True
        except CONCURRENCY_ERRORS:
            if not self._has_next_run():
                raise
        except Exception as exc:
            if not self._has_next_run():
                raise
            log_unforeseen(exc, self)
            self._put_off()
        return False

    def _put_off(self):
        """Have a record wait that can be neither processed nor reported, where it can:
        else it would be tried all the time.
        """
        if "retry_at" not in self._fields:
            return
        try:
            with self.env.cr.savepoint():
                self.retry_at = fields.Datetime.now() + const.CLOSE_RETRY
        except Exception as exc:  # noqa: BLE001 - nor may this stop the rest
            log_unforeseen(exc, self)

    def _has_next_run(self):
        """Tell whether a record may be left to a next run of this scheduled action.

        In a request, the error is for Odoo, which then repeats the request.
        """
        has_next = "cron_id" in self.env.context  # set by Odoo's scheduler
        if has_next:
            _logger.info("%s %s waits for the next run", self._name, self.id)
        return has_next

    @api.model
    def _create_isolated(self, vals_list, report):
        """Create records together, or those that can be created; return them.

        :param report: Function of the error of each one that cannot be created.
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
        # Outside of the handler, so that the errors do not nest.
        return self.union(
            *(self._create_isolated([vals], report) for vals in vals_list)
        )

    # === SCHEDULED ACTIONS === #

    @api.model
    def _commit_and_retrigger(self, action, remaining, next_at=None):
        """Commit and report progress; trigger the action again for what is left.

        :param str action: As in `_trigger`.
        :param int remaining: How many records are left to process.
        :param next_at: When the first of those is due that wait; naive UTC.
        """
        cron = self.env["ir.cron"]
        if remaining and (self._has_progressed() or self._is_patience_over()):
            self._wake_sharers(action)
        if remaining and self._is_patience_over():
            # Odoo would repeat an action that reports work, up to ten times.
            self._trigger(action)
            cron._commit_progress(remaining=0)
            return
        if remaining and not self._has_progressed():
            # Others have it all. Odoo would begin again at once, and so on; a trigger
            # for a moment later would be noticed up to a minute later.
            cron._commit_progress(remaining=0)
            # The first row goes on by itself with what the further ones cannot have.
            if not self._is_sharer():
                time.sleep(HELD_PAUSE)
            self._trigger(action)
            return
        if next_at:
            self._trigger_once(action, next_at)
        # Without the trigger, Odoo would go on with the rest only a minute later.
        seconds_left = cron._commit_progress(remaining=remaining)
        if remaining and not seconds_left:
            self._trigger(action)

    @api.model
    def _has_progressed(self):
        """Tell whether this run of an action has processed something."""
        key = self.env.context.get("ir_cron_progress_id")  # set by Odoo's scheduler
        return not key or self.env["ir.cron.progress"].sudo().browse(key).done > 0

    @api.model
    def _is_sharer(self):
        """Tell whether a further worker of an action runs this."""
        key = self.env.context.get("cron_id")  # set by Odoo's scheduler
        return bool(key and self.env["ir.cron"].sudo().browse(key).jd_shared_id)

    @api.model
    def _wake_sharers(self, action):
        """Have the further workers of an action take of what it has left."""
        for cron_sudo in self._get_action(action)._jd_get_sharers():
            if cron_sudo.id != self.env.context.get("cron_id"):
                cron_sudo._trigger()

    @api.model
    def _get_patience(self):
        """Return the seconds in which this run of an action may still begin work."""
        ends_at = self.env.context.get("cron_end_time")  # set by Odoo's scheduler
        if ends_at is None:
            return const.RUN_PATIENCE
        now = time.monotonic()
        run_ends_at = ends_at - MIN_TIME_PER_JOB + const.RUN_PATIENCE
        # See `ir.cron._process_job`.
        thread = threading.current_thread()
        pass_ends_at = getattr(thread, "jd_pass_ends_at", None) or run_ends_at
        return max(0, min(run_ends_at, pass_ends_at) - now)

    @api.model
    def _is_patience_over(self):
        return not self._get_patience()

    @api.model
    def _trigger_once(self, action, at):
        """Trigger a scheduled action at a time, unless it runs by then anyway."""
        cron_sudo = self._get_action(action)
        now = fields.Datetime.now()
        known = [
            ("cron_id", "=", cron_sudo.id),
            ("call_at", ">", now),
            ("call_at", "<=", at),
        ]
        # While an action runs, `nextcall` is still that of this run.
        is_regular = now < cron_sudo.nextcall <= at
        if not is_regular and not cron_sudo.env["ir.cron.trigger"].search_count(
            known, limit=1
        ):
            self._trigger(action, at)

    @api.model
    def _trigger(self, action, at=None):
        """Trigger a scheduled action of this module, now or at a time.

        :param str action: Its external id without `ir_cron_`, e.g. `match_goods`.
        :param at: Naive UTC; None for now.
        """
        # As `ir.cron._trigger`, without the ORM, which reads the action twice: this is
        # part of each transaction that confirms a transfer or takes a message.
        now = fields.Datetime.now()
        self.env.cr.execute(
            SQL(
                "INSERT INTO ir_cron_trigger (cron_id, call_at, create_date)"
                " VALUES (%s, %s, %s)",
                *(self._get_action_id(action), at or now, now),
            )
        )
        told = self.env.cr.postcommit.data
        # Once for all of a transaction: each time Odoo connects to PostgreSQL anew.
        if (not at or at <= now) and not told.get("jd_fulfillment.notified"):
            told["jd_fulfillment.notified"] = True
            self.env.cr.postcommit.add(self.env["ir.cron"]._notifydb)

    @api.model
    def _trigger_unless_waiting(self, action):
        """Trigger a scheduled action now, unless a run of it waits already, which finds
        the work of this transaction too.

        Only for transactions that end at once: that run begins after them. It saves
        telling the scheduler, for which Odoo connects to PostgreSQL anew each time.
        """
        cr = self.env.cr
        # A run deletes its triggers first: one that nobody is deleting is of a run that
        # has not begun, and does not as long as the trigger is locked here. The
        # scheduler was told of those that were made for at once, not of future ones.
        # Of older ones it is told again: it may have ended since, or could not be told.
        now = fields.Datetime.now()
        waiting = SQL(
            """SELECT id FROM ir_cron_trigger
                WHERE cron_id = %s AND call_at <= %s AND call_at <= create_date
                  AND create_date > %s
                LIMIT 1 FOR KEY SHARE SKIP LOCKED""",
            *(self._get_action_id(action), now, now - TOLD_AGAIN),
        )
        try:
            with cr.savepoint(flush=False):
                cr.execute(waiting, log_exceptions=False)
                is_waiting = bool(cr.rowcount)
        except SerializationFailure:
            is_waiting = False  # its run has begun and ended meanwhile
        if not is_waiting:
            self._trigger(action)

    @api.model
    def _get_action_id(self, action):
        return self.env["ir.model.data"]._xmlid_to_res_id(
            f"jd_fulfillment.ir_cron_{action}", raise_if_not_found=True
        )

    @api.model
    def _get_action(self, action):
        # sudo: users who cause work may lack access to scheduled actions.
        return self.env.ref(f"jd_fulfillment.ir_cron_{action}").sudo()
