"""Asks JD for the goods of orders made there: its list of orders names none."""

from functools import partial

from odoo import api, fields, models
from odoo.fields import Domain

from ... import const
from ...lib import api as jd_api


class JdForeignOrder(models.Model):
    _inherit = "jd.foreign.order"

    @api.model
    def _ask_goods(self):
        """Ask JD for the goods of some orders to decide on, the newest first."""
        asked_before = fields.Datetime.now() - const.FOREIGN_ASKED_AGAIN
        due = (
            Domain("state", "=", "new")
            & Domain("line_ids", "=", False)
            & (Domain("asked_at", "=", False) | Domain("asked_at", "<", asked_before))
        )
        for connector in self.env["jd.connector"]._search_served():
            rows = self._lock_due(
                due & Domain("connector_id", "=", connector.id),
                const.FOREIGN_BATCH,
                "id desc",
            )
            operations = rows and connector._get_operations_or_expire()
            if operations:
                rows._ask(connector, operations)

    def _ask(self, connector, operations):
        """Ask JD for these orders' goods and what was moved of them. Commits."""
        self.asked_at = fields.Datetime.now()
        for kind, rows in self.grouped("kind").items():
            call = connector._get_call_name("report", kind)
            asked = rows[: connector._get_pull_allowance(call, len(rows))]
            connector._count_calls(call, len(asked))
            questions = [row._prepare_question() for row in asked]
            # Nothing is read between this and the answers: rows that change meanwhile
            # could not be locked.
            self.env["ir.cron"]._commit_progress()
            ask = partial(operations.report, kind)
            reports = connector._call_all(
                call,
                lambda question, ask=ask: ask(**question),
                questions,
            )
            answers = dict(zip(asked.ids, reports, strict=True))
            asked._process_when_free(
                lambda rows, answers=answers: rows._record_reports(answers),
                lambda row, error: row.connector_id._report_error(error),
            )
        self.env["ir.cron"]._commit_progress()

    def _record_reports(self, answers):
        """Record JD's answers; one that is missing is asked for again.

        :param dict answers: Id → `lib.api.Report` or the error.
        """
        for row in self:
            if not isinstance(answers[row.id], Exception):
                row._record_report(answers[row.id])

    def _prepare_question(self):
        department_no = self.warehouse_id.jd_department_no
        return {"department_no": department_no, "number": self.jd_number}

    def _record_goods(self, report):
        """Record what JD reports as the goods of this order, if all of it can be read.

        Otherwise JD is asked again.

        :param report: JD's `lib.api.Report` of it.
        """
        if report.odd_rows or any(line.planned is None for line in report.lines):
            return
        self.line_ids.unlink()
        self.env["jd.foreign.order.line"].create(
            [
                {
                    "foreign_id": self.id,
                    "goods_no": line.goods_number,
                    "level": line.level or jd_api.GoodsLevel.GOOD,
                    "planned": line.planned,
                    "moved": line.done or 0,
                }
                for line in report.lines
            ]
        )
