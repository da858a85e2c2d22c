"""Reads JD's lists page by page, in several runs where JD is slow."""

from odoo import fields, models

from ...lib import api as jd_api


class JdDepartment(models.Model):
    _inherit = "jd.department"

    def _begin_list(self, operation):
        """Return until when a list is read: now, or as when its reading began.

        :param str operation: A method of `lib.api.Operations` that takes `page`.
        """
        until = self._get_reading(operation).get("until")
        if not until:
            until = fields.Datetime.to_string(fields.Datetime.now())
        self._keep_reading(operation, until=until, stopped=False)
        return fields.Datetime.to_datetime(until)

    def _read_pages(self, operation, record, activity_type, *args):
        """Record all pages of one of JD's lists, from where the last run stopped.

        Commits after each page, so that what was recorded is not locked while JD is
        asked for the next. Rows that cannot be read are told.

        :param str operation: As in `_begin_list`.
        :param record: Function of a `lib.api.Page`.
        :param str activity_type: As in `_report_odd_rows`.
        :param args: What the operation takes besides; the first names the part of the
            list.
        :raise lib.api.NotSent: The time of this run is up; the next one goes on.
        """
        ask = getattr(self.connector_id._get_operations(), operation)
        part = args[0]
        while page := self._get_reading(operation).get(part, 1):
            if self._is_patience_over():
                self._keep_reading(operation, stopped=True)
                raise jd_api.NotSent("the rest of the list is read later")
            self._reserve_calls(operation, 1)
            found = ask(*args, page=page)
            record(found)
            self._keep_reading(operation, **{part: 0 if found.is_last else page + 1})
            if found.odd_rows:
                self._keep_reading(operation, odd=True)
                self._report_odd_rows(found.odd_rows, activity_type)
            self._commit_and_relock()

    def _end_list(self, operation):
        """Record that a list is read; return whether rows of it could not be."""
        had_odd_rows = bool(self._get_reading(operation).get("odd"))
        self.reading = {
            key: value
            for key, value in (self.reading or {}).items()
            if key != operation
        }
        return had_odd_rows

    def _is_stopped(self, operation):
        """Tell whether a list waits only for the next run to be read on."""
        return self._get_reading(operation).get("stopped") and not self._is_paused()

    def _get_reading(self, operation):
        return (self.reading or {}).get(operation, {})

    def _keep_reading(self, operation, **values):
        kept = {**self._get_reading(operation), **values}
        self.reading = {**(self.reading or {}), operation: kept}
