"""Reads JD's stock page by page, many pages at once, until a check has them all."""

from dataclasses import dataclass, field
from datetime import timedelta
from math import ceil

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ... import const
from ...lib import api as jd_api
from ..connection.jd_application import Paused
from .jd_stock_check import RUNNING

# Pages in one call of `run_all`: more than threads, so that none waits for the others.
_BATCH = 2 * const.STOCK_PAGES_AT_ONCE


class Contradiction(Exception):
    """JD's pages do not fit together; the message says how, for the merchant."""


@dataclass
class Pages:
    """What is known of the pages of a part that were read."""

    came: dict = field(default_factory=dict)
    totals: set = field(default_factory=set)

    def get_missing(self, size):
        """Return the numbers of the pages to read next; empty at the end of the list.

        :raise Contradiction: The pages are not of one list.
        """
        if not self.came:
            return [1]
        if len(self.totals) > 1:
            raise Contradiction(" / ".join(map(str, sorted(self.totals))))
        [total] = self.totals
        if total < 0:  # JD does not count: a page that is not full is the last
            last = max(self.came)
            return [last + 1] if self.came[last] >= size else []
        wanted = range(1, max(1, ceil(total / size)) + 1)
        missing = [number for number in wanted if number not in self.came]
        if not missing and sum(self.came.values()) != total:
            raise Contradiction(f"{sum(self.came.values())} / {total}")
        return missing

    def count(self, size):
        """Return how many pages there are, as far as is known."""
        total = max(self.totals, default=0)
        return max(len(self.came), 1, ceil(total / size))


class JdStockCheck(models.Model):
    _inherit = "jd.stock.check"

    # === CRON === #

    @api.model
    def _cron_check_stock(self):
        """Start the checks that are due, and go on with those that run."""
        self._start_nightly()
        now = fields.Datetime.now()
        running = Domain("state", "in", RUNNING)
        due = running & (Domain("retry_at", "=", False) | Domain("retry_at", "<=", now))
        self.search(due, order="retry_at NULLS FIRST, id")._process_each(
            lambda check: check._lock_available() and check._advance_in_lang()
        )
        if self.search_count(due, limit=1):
            self._trigger("check_stock")
        elif next_at := self._find_next(running, "retry_at"):
            self._trigger_once("check_stock", next_at)

    def _report_unforeseen(self, reference):
        self._end_incomplete(
            self.env._(
                "Something unexpected went wrong. Ask your Odoo administrator to look "
                "for %(reference)s in the log of the server, then check again.",
                reference=reference,
            )
        )

    def _advance_in_lang(self):
        """Go on in the language of who is told about this check."""
        lang = self.connector_id._get_responsible_lang()
        self.with_context(lang=lang)._advance()

    def _advance(self):
        """Read the pages that are missing; compare once they are all there. Commits."""
        try:
            self._read()
        # Before `RetryLater`, of which these are kinds.
        except jd_api.NotSent:
            return  # the time of this run is up; the next one goes on
        except jd_api.Throttled as exc:
            self._wait_for_calls(exc)
        except Paused as exc:
            self.connector_id._request_decision()
            self._end_incomplete(self.connector_id._explain(exc))
        except jd_api.CredentialsRefused as exc:
            self.connector_id._expire_login(exc.message, exc.token_fingerprint)
            self._end_incomplete(self.connector_id._explain(exc))
        except Contradiction as exc:
            self._try_again(
                self.env._(
                    "JD's pages of its stock contradict each other (%(numbers)s): they "
                    "are not of one moment.",
                    numbers=exc,
                )
            )
        except (jd_api.RetryLater, jd_api.OutcomeUnknown) as exc:
            self._try_again(self.connector_id._explain(exc))
        except jd_api.Refused as exc:
            self._end_incomplete(self.connector_id._explain(exc))

    def _read(self):
        """Read and compare, with the goods that need it asked for again.

        :raise lib.api.JdError: JD did not answer, or the time of this run is up.
        """
        self._begin()
        while self.state in RUNNING:
            if self.again:
                self._commit_and_relock()
                self._ask_foreign_orders()
                self._commit_and_relock()
            self._read_pages()
            if self.again:
                self._ask_open_orders()
                self._commit_and_relock()
            self._compare()

    def _begin(self):
        """Begin the reading, or begin anew what takes too long to be of one moment."""
        now = fields.Datetime.now()
        if self.started_at and now - self.started_at > const.STOCK_READING_LIMIT:
            self._try_again(
                self.env._(
                    "JD answers too slowly: its stock could not be read as of one "
                    "moment."
                )
            )
        if self.state in RUNNING and not self.started_at:
            self.write({"state": "reading", "started_at": now, "retry_at": False})

    # === PAGES === #

    def _read_pages(self):
        """Read all pages of all parts that are still missing; commits after each batch.

        :raise Contradiction: The pages are not of one list.
        :raise lib.api.JdError: As in `_read`.
        """
        operations = self.connector_id._get_operations()
        parts, known = self._get_parts(), self._get_known_pages()
        while True:
            questions = [
                (name, number)
                for name, part in parts.items()
                for number in known.setdefault(name, Pages()).get_missing(
                    part.page_size
                )
            ]
            self.pages_expected = sum(
                pages.count(parts[name].page_size) for name, pages in known.items()
            )
            if not questions:
                return
            self._ask(operations, parts, known, questions[:_BATCH])
            self._commit_and_relock()

    def _ask(self, operations, parts, known, questions):
        """Read these pages and keep what JD answers.

        :raise lib.api.JdError: One of the calls failed; the others are kept.
        """
        errors = []
        # One call of JD after another: each has a budget of its own.
        for operation in dict.fromkeys(parts[name].operation for name, _n in questions):
            mine = [each for each in questions if parts[each[0]].operation == operation]
            errors += self._ask_one_call(operations, parts, known, operation, mine)
        if errors:
            self.env["ir.cron"]._commit_progress()
            raise min(errors, key=lambda error: isinstance(error, jd_api.NotSent))

    def _ask_one_call(self, operations, parts, known, operation, questions):
        self._get_department()._reserve_calls(operation, len(questions))
        ask = getattr(operations, operation)

        def read(question):
            part = parts[question[0]]
            return ask(*part.arguments, **part.options, page=question[1])

        results = self.connector_id._call_all(
            self.connector_id._get_call_name(operation), read, questions
        )
        answered, errors = [], []
        for (name, number), page in zip(questions, results, strict=True):
            if isinstance(page, jd_api.Refused) and not parts[name].is_needed:
                page = jd_api.Page()
            if isinstance(page, Exception):
                errors.append(page)
                continue
            answered.append(self._prepare_page(parts[name], name, number, page))
            known[name].came[number] = page.came
            known[name].totals.add(answered[-1]["total_rows"])
        self.env["jd.stock.check.page"].create(answered)
        self.pages_read += len(answered)
        return errors

    def _prepare_page(self, part, name, number, page):
        if page.odd_rows and part.is_needed:
            raise Contradiction(page.odd_rows[0].reason)
        asked = part.options.get("goods_numbers")
        others = {row.goods_number for row in page.rows}.difference(asked or ())
        if asked and others:
            raise Contradiction(min(others))
        total = -1 if page.total_rows is None else page.total_rows
        return {
            "check_id": self.id,
            "part": name,
            "number": number,
            "rows": [part.pack(row) for row in page.rows],
            "came": page.came,
            "total_rows": total,
        }

    def _get_known_pages(self):
        known = {}
        for part, number, came, total in self.env["jd.stock.check.page"]._read_group(
            [("check_id", "=", self.id)], ["part", "number", "came", "total_rows"]
        ):
            pages = known.setdefault(part, Pages())
            pages.came[number] = came
            pages.totals.add(total)
        return known

    def _get_rows(self, prefix, key=0):
        """Yield (part, kept row) of the parts whose name begins with a prefix.

        :param int key: How many of the first members identify a row; 0: rows repeat.
        :raise Contradiction: JD sent a row twice.
        """
        pages = self.env["jd.stock.check.page"].search(
            [("check_id", "=", self.id), ("part", "=like", f"{prefix}:%")],
            order="part, number",
        )
        pages.flush_model(["rows"])
        seen = set()
        # One page at a time, a warehouse may have a hundred thousand rows; and not by
        # the field, which copies each of its values whenever it is read.
        for page in pages:
            [(part, rows)] = self.env.execute_query(
                SQL("SELECT part, rows FROM jd_stock_check_page WHERE id = %s", page.id)
            )
            for row in rows or ():
                if key:
                    name = (part, *row[:key])
                    if name in seen:
                        raise Contradiction(row[0])
                    seen.add(name)
                yield part, row

    # === ENDS === #

    def _commit_and_relock(self):
        """Commit; lock the check again, unless somebody stopped it meanwhile.

        :raise lib.api.NotSent: It was stopped, or another worker has it.
        """
        self.env["ir.cron"]._commit_progress()
        self.invalidate_recordset()
        if not self._lock_available() or self.state not in RUNNING:
            raise jd_api.NotSent("stopped")

    def _discard_pages(self):
        self.page_ids.unlink()
        self.write(
            {
                "started_at": False,
                "again_at": False,
                "again": False,
                "pages_read": 0,
                "pages_expected": 0,
            }
        )

    def _begin_anew(self, delay):
        """Throw away what was read: after a pause it is not of one moment."""
        self._discard_pages()
        self.write({"state": "waiting", "retry_at": fields.Datetime.now() + delay})

    def _wait_for_calls(self, error):
        """Begin anew when JD allows calls again; end as incomplete after two days."""
        now = fields.Datetime.now()
        if now - self.create_date > const.STOCK_CALLS_PATIENCE:
            self._end_incomplete(self.connector_id._explain(error))
        else:
            self._begin_anew(timedelta(seconds=error.wait_seconds))

    def _try_again(self, why):
        """Begin anew in a while; end as incomplete after several attempts."""
        self.attempts += 1
        if self.attempts < const.STOCK_READING_ATTEMPTS:
            self._begin_anew(const.STOCK_RETRY_DELAY)
        else:
            self._end_incomplete(why)

    def _end_incomplete(self, why):
        """End without a result: nothing is proposed, and somebody is told."""
        self._discard_pages()
        self.line_ids.unlink()
        self.write(
            {
                "state": "incomplete",
                "finished_at": fields.Datetime.now(),
                "retry_at": False,
                "problem": self.env._(
                    "%(why)s Nothing was compared and nothing is proposed. Check again "
                    "later; ask JD support if it stays like this.",
                    why=why,
                ),
            }
        )
        self._settle_recounted()
        self._request_attention(self.problem, cause="incomplete")
