"""Matches a department's goods with JD's, and creates missing ones at JD."""

from itertools import chain

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import split_every

from ... import const
from ...lib import api as jd_api
from ...lib.threads import run_all

WAITING = Domain("state", "=", "to_match")
# To be found in JD's whole list, which is read page by page.
SOUGHT = WAITING & Domain("is_sought", "=", True)
NOT_SOUGHT = WAITING & Domain("is_sought", "=", False)
TO_CREATE = Domain("state", "=", "to_create")


class JdDepartment(models.Model):
    _inherit = "jd.department"

    # === STEPS === #

    def _get_next_matching_step(self):
        """Return the method that runs the next step of matching, or None."""
        # A few are asked about by code first: the goods of a transfer must not wait
        # until the whole list is read.
        few = len(self._search_rows(NOT_SOUGHT, limit=const.GOODS_ASK_BATCH + 1))
        if 0 < few <= const.GOODS_ASK_BATCH:
            return self._ask_by_number
        if self.next_page:
            return self._read_list
        if self._search_rows(SOUGHT, limit=1):
            return self._decide_sought
        if few:
            return self._start_reading
        if self._search_rows(TO_CREATE, limit=1):
            return self._create_goods
        return None

    def _ask_by_number(self):
        """Match a few goods: ask JD by reference, then by barcode, then decide."""
        rows = self._search_rows(NOT_SOUGHT, limit=const.GOODS_ASK_BATCH)
        self.has_odd_goods = False
        # Write only after all calls: a written row stays locked while JD answers.
        goods = self._ask_by_codes("own_numbers", rows.mapped("default_code"))
        known = {each.own_number for each in goods}
        left = rows.filtered(lambda row: row._get_reference() not in known)
        goods += self._ask_by_codes("barcodes", left.mapped("barcode"))
        rows._compare(goods)
        rows.filtered_domain(WAITING)._decide(may_create=not self.has_odd_goods)
        self._recheck_orders(rows)

    def _ask_by_codes(self, code_filter, codes):
        """Return JD's goods with one of the codes, as a list of `lib.api.Goods`.

        :param str code_filter: `own_numbers` or `barcodes`.
        """
        askable = [code for code in codes if code and self._is_askable(code)]
        chunks = split_every(jd_api.GOODS_FILTER_LIMIT, askable)
        questions = [{code_filter: numbers} for numbers in chunks]
        return list(chain.from_iterable(self._ask(questions))) if questions else []

    def _is_askable(self, code):
        return self.env["jd.goods"]._is_code(code)

    def _start_reading(self):
        """Start reading JD's whole list for all waiting goods."""
        self._search_rows(NOT_SOUGHT).is_sought = True
        self.has_odd_goods = False
        self.next_page = 1

    def _read_list(self):
        """Read the next pages of JD's list and match the goods on them."""
        # Most lists have one page: the first is read alone, to save calls.
        count = 1 if self.next_page == 1 else const.GOODS_PAGES_AT_ONCE
        pages = range(self.next_page, self.next_page + count)
        lists = self._ask([{"page": page} for page in pages])
        goods = list(chain.from_iterable(lists))
        # Products first: joined, PostgreSQL may compare every row with every product.
        products = self.env["product.product"].search(
            Domain("default_code", "in", [row.own_number for row in goods])
            | Domain("barcode", "in", [code for row in goods for code in row.barcodes])
        )
        rows = self._search_rows(SOUGHT & Domain("product_id", "in", products.ids))
        rows._compare(goods)
        # Only an empty page is the end: JD does not say how many there are, and may
        # send fewer rows per page than asked for.
        self.next_page = pages.stop if all(page.came for page in lists) else 0
        self._recheck_orders(rows)

    def _decide_sought(self):
        """Match by barcode or create: goods whose reference JD's list does not have."""
        rows = self._search_rows(SOUGHT, limit=const.GOODS_DECIDE_BATCH)
        rows._decide(may_create=not self.has_odd_goods)
        self._recheck_orders(rows)

    def _create_goods(self):
        """Create a batch of goods at JD and record the answers. Commits."""
        rows = self._claim_missing()
        if not rows:
            return
        department_no = self.number
        operations = self.connector_id._get_operations()
        results = self.connector_id._call_all(
            self.connector_id._get_call_name("create_goods"),
            lambda goods: operations.create_goods(department_no, goods),
            [row._prepare_new_goods() for row in rows],
        )
        # The rows were not locked meanwhile, so that transfers with them could be
        # confirmed; only now they are.
        self.env["ir.cron"]._commit_progress()
        self._record_created(dict(zip(rows, results, strict=True)))
        self._raise_if_stuck(results)

    def _claim_missing(self):
        """Return a batch of goods to create at JD; commit them as `to_match`."""
        rows = self._search_rows(
            TO_CREATE, limit=const.GOODS_CREATE_BATCH, order="is_awaited desc, id"
        )._lock_available()
        for row in rows:
            if obstacle := row._get_obstacle():
                row._refuse(obstacle)
            elif not row._is_creation_allowed():  # by now
                row._refuse(row._explain_missing(), state="missing")
        self._recheck_orders(rows)
        # Locked again: the check has committed.
        ready = rows.filtered_domain(TO_CREATE)._lock_available()
        if not ready:
            return ready
        call = self.connector_id._get_call_name("create_goods")
        allowed = self.connector_id._get_allowance(call, len(ready))
        # At least one: without budget, reserving it pauses the department.
        ready = ready[: max(allowed, 1)]
        self._reserve_calls("create_goods", len(ready))
        # If the process ends before the answers are recorded, JD is asked about these
        # goods before they are created again. The lock keeps other workers away.
        ready.write({"state": "to_match", "is_creation_sent": True})
        self._commit_and_relock()
        return ready.filtered_domain(WAITING)

    def _record_created(self, results):
        """Record JD's answers to creations; rows changed meanwhile are matched again.

        :param dict results: `jd.goods` → JD's number, or the error.
        """
        rows = self.env["jd.goods"].union(*results)._lock_available()
        waiting = rows.filtered_domain(WAITING)
        waiting._record_created({row: results[row] for row in waiting})
        self._recheck_orders(waiting)

    # === CALLS === #

    def _ask(self, questions):
        """Ask JD for goods in threads; return a `lib.api.Page` for each question.

        :param list questions: Keyword arguments of `lib.api.Operations.goods`.
        :raise lib.api.JdError: One of the calls failed.
        """
        self._reserve_calls("goods", len(questions))
        department_no = self.number
        operations = self.connector_id._get_operations()
        results = run_all(
            lambda question: operations.goods(department_no, **question),
            questions,
            const.CALLS_AT_ONCE,
        )
        for result in results:
            if isinstance(result, Exception):
                raise result
        odd_rows = list(chain.from_iterable(page.odd_rows for page in results))
        if odd_rows:
            self.has_odd_goods = True
            self._report_odd_rows(odd_rows, const.GOODS_ACTIVITY)
        return results

    @api.model
    def _raise_if_stuck(self, results):
        """Raise an error of the results that would stop further creations as well.

        :param list results: JD's numbers and errors.
        """
        made = [each for each in results if not isinstance(each, jd_api.NotSent)]
        errors = [
            result
            for result in made
            if isinstance(result, jd_api.JdError)
            and not isinstance(result, jd_api.Refused)
        ]
        stops = (jd_api.CredentialsRefused, jd_api.Throttled)
        stopped_by = [error for error in errors if isinstance(error, stops)]
        if stopped_by or (errors and len(errors) == len(made)):
            raise (stopped_by or errors)[0]
