"""Outbound orders that JD splits into several: the parts are asked for as well."""

from dataclasses import replace
from itertools import chain

from odoo import api, fields, models
from odoo.tools import SQL

from ... import const, statuses
from ...lib import api as jd_api
from ...lib.splits import combine, find_last_parts

_COMES_BACK = (statuses.RETURNING, statuses.RETURNED)


class JdOrder(models.Model):
    _inherit = "jd.order"

    def _get_part_numbers(self):
        """Return JD's numbers of the orders into which JD split this one.

        Also of those into which it split a part again, after that part.
        """
        return tuple(filter(None, (self.split_numbers or "").split(", ")))

    @api.model
    def _find_by_parts(self, connectors, numbers):
        """Return JD's number of a part → the order that JD split into parts."""
        numbers = list(filter(None, numbers))
        if not numbers:
            return {}
        self.flush_model(["connector_id", "split_numbers"])
        found = self.env.execute_query(
            SQL(
                """SELECT id FROM jd_order
                    WHERE split_numbers IS NOT NULL AND connector_id IN %s
                      AND string_to_array(split_numbers, ', ') && %s::text[]""",
                tuple(connectors.ids) or (0,),
                numbers,
            )
        )
        return {
            number: order
            for order in self.browse([row[0] for row in found])
            for number in order._get_part_numbers()
        }

    def _prepare_questions(self):
        """Return the questions about this order: the order itself, and its parts."""
        question = self._prepare_question()
        parts = [{**question, "number": each} for each in self._get_part_numbers()]
        return [question, *parts]

    def _combine_answers(self, answers):
        """Return order id → `lib.api.Report` of the whole order, or the error.

        :param dict answers: Order id → the answers to its `_prepare_questions`.
        """
        reports = {}
        for order in self:
            whole, *parts = answers[order.id]
            reports[order.id] = order._combine(whole, parts)
        return reports

    def _combine(self, whole, parts):
        errors = [each for each in (whole, *parts) if isinstance(each, Exception)]
        if not parts or errors:
            return errors[0] if errors else whole
        named = dict.fromkeys(chain(*(each.split_numbers for each in (whole, *parts))))
        # Parts of a part: what they are is not known before JD is asked for them.
        if named.keys() - {whole.number, *self._get_part_numbers()}:
            named.pop(whole.number, None)
            return replace(whole, split_numbers=tuple(named))
        parts = find_last_parts(whole, parts)
        self._report_parts_coming_back(parts)
        table = self._rules.table
        return combine(
            whole,
            parts,
            ranks={code: status.rank for code, status in table.items() if status.rank},
            ended={
                code for code, status in table.items() if status.effect in statuses.ENDS
            },
            moved_rank=self._rules.moved_rank,
        )

    def _record_new_split(self, report):
        """Record into which parts JD split this order; return whether that is news.

        What JD says of the whole is not applied then: its parts are asked first.
        """
        known = self._get_part_numbers()
        # Once each, whatever their order: else JD would be asked again and again.
        numbers = dict.fromkeys((*known, *getattr(report, "split_numbers", ())))
        if len(numbers) == len(known):
            return False
        if len(numbers) > const.SPLIT_PARTS_MOST:
            self._dispute(
                self.env._(
                    "JD split this order into %(count)s others, which is more than "
                    "Odoo follows. Nothing was changed, and nothing is sent again: ask "
                    "JD support what became of %(number)s.",
                    count=len(numbers),
                    number=self.jd_number or self.name,
                )
            )
            return True
        self.write(
            {"split_numbers": ", ".join(numbers), "pull_at": fields.Datetime.now()}
        )
        self._trigger("follow_orders")
        return True

    def _report_parts_coming_back(self, parts):
        """Give somebody an activity where only some parts come back to JD."""
        table = self._rules.table
        back = [
            part.number
            for part in parts
            if isinstance(part, jd_api.OutboundReport)
            and part.status in table
            and table[part.status].effect in _COMES_BACK
        ]
        if back and len(back) < len(parts):
            self._request_attention(
                self.env._(
                    "JD split this order, and a part of it comes back: %(numbers)s. "
                    "Create a return for what was in it once JD has it again.",
                    numbers=", ".join(back),
                )
            )
