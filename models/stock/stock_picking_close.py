"""Closes transfers as Odoo's button does, with the time at which JD moved the goods."""

from odoo import fields, models
from odoo.exceptions import UserError


class StockPicking(models.Model):
    _inherit = "stock.picking"

    # === VALIDATE === #

    def _jd_validate(self):
        """Validate transfers of any companies with the quantities they have.

        What is left goes to a backorder, or nowhere, as the operation type says.

        :raise UserError: Odoo asks something first that nobody can answer here.
        """
        for (company, day), pickings in self.grouped(
            lambda picking: (picking.company_id, picking._jd_get_accounting_date())
        ).items():
            # The button, not `_action_done`: other modules do things around it, such as
            # taking a transfer out of its batch. JD has moved the goods, so that what
            # the button asks has its answer; customers are told later.
            question = (
                pickings.with_company(company)
                .with_context(
                    skip_backorder=True,
                    skip_expired=True,
                    skip_sms=True,
                    force_period_date=day,
                )
                .button_validate()
            )
            pickings._jd_check_closed(question)

    def _jd_check_closed(self, question):
        """Raise `UserError` if the button asked something instead of closing these.

        :param question: What the button returned: `True`, or an action to show.
        """
        left = self.filtered(lambda picking: picking.state not in ("done", "cancel"))
        # Once they are closed it may still return a report to print.
        if left:
            name = question.get("name") if isinstance(question, dict) else ""
            raise UserError(
                self.env._(
                    "Odoo asks “%(question)s” before it closes %(names)s. Do what it "
                    "asks for on the transfer; Odoo then closes it by itself.",
                    question=name or "?",
                    names=", ".join(left.mapped("name")),
                )
            )

    def _jd_receive_in_full(self):
        """Close transfers with their full planned quantities."""
        pickings = self.filtered(lambda p: p.state not in ("done", "cancel"))
        moves = pickings.move_ids.filtered(lambda m: m.state not in ("done", "cancel"))
        # JD reports that a parcel is back, not its quantities: all of it is received.
        for move in moves:
            move.quantity = move.product_uom_qty
        moves.picked = True
        pickings._jd_validate()

    # === DATES === #

    def _jd_set_moved_at(self, moment):
        """Set when JD moved the goods of this transfer, and what is booked then.

        Never in the future, never before the transfer existed, never in a period that
        is locked: such goods are booked now.

        :param moment: Naive UTC; False if JD did not tell.
        """
        now = fields.Datetime.now()
        moment = max(min(moment or now, now), self.create_date)
        self.jd_moved_at = now if self._jd_is_locked(moment) else moment
        # Odoo closes no transfer whose scheduled date is in a locked period.
        if self._jd_is_locked(self.scheduled_date):
            self.scheduled_date = self.jd_moved_at

    def _jd_is_locked(self, moment):
        """Tell whether the books of the company are locked for a time."""
        company = self.company_id
        if not hasattr(company, "_get_lock_date_violations"):  # of `account`
            return False
        # The same question as `stock_account` asks about a transfer's dates.
        return bool(
            company._get_lock_date_violations(
                moment.date(),
                fiscalyear=True,
                sale=False,
                purchase=False,
                tax=False,
                hard=True,
            )
        )

    def _jd_get_accounting_date(self):
        """Return the date of journal entries for this transfer, False for today."""
        if not self.jd_moved_at:
            return False
        day = fields.Datetime.context_timestamp(self, self.jd_moved_at).date()
        return day < fields.Date.context_today(self) and day

    def _jd_book_moved_at(self):
        """Book these closed transfers at the time at which JD moved the goods."""
        for moment, pickings in self.grouped("jd_moved_at").items():
            if moment:
                pickings.date_done = moment  # and with it the moves and their lines

    # === CUSTOMERS === #

    def _send_confirmation_email(self):
        """Leave it to a scheduled action to tell customers what JD shipped.

        A batch that is undone and repeated would tell them twice.
        """
        # sudo: users who close a transfer may lack access to JD.
        later = self.filtered(
            lambda picking: picking.sudo().jd_order_id.confirmation == "due"
        )
        return super(StockPicking, self - later)._send_confirmation_email()
