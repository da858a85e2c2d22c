"""Tells customers of closed transfers: by e-mail, text message or whatever Odoo has."""

from odoo import api, fields, models

from ... import const


class JdOrder(models.Model):
    _inherit = "jd.order"

    # === CRON === #

    @api.model
    def _cron_send_confirmations(self):
        """Send the confirmations of transfers that JD has carried out."""
        self._search_interrupted_confirmations()._report_confirmation_interrupted()
        due = [("confirmation", "=", "due")]
        orders = self.search(due, limit=const.CONFIRM_BATCH, order="id")
        # Each commit empties the cache: read again for the one order, not for all.
        orders._process_each(lambda order: order.with_prefetch()._confirm())
        self._commit_and_retrigger("send_confirmations", self.search_count(due))

    # === CONFIRM === #

    def _request_confirmation(self):
        """Have customers told of these orders once their transfers are committed."""
        self.confirmation = "due"
        self._trigger("send_confirmations")

    def _confirm(self):
        """Tell the customer of this order. Commits.

        Text messages and carriers are called at once and cannot be undone, so that what
        is interrupted is reported and never repeated.
        """
        free = self._lock_available()
        free.invalidate_recordset(["confirmation"])
        if free.confirmation != "due":
            return  # another worker tells
        self.write({"confirmation": "sending", "confirmation_at": self.env.cr.now()})
        self.env["ir.cron"]._commit_progress()
        is_over = self._process_one(
            lambda order: order._send_confirmation(),
            lambda order, error: order._in_responsible_lang()._report_not_confirmed(
                error
            ),
        )
        if not is_over:
            # Another transaction disturbed it, and some of it may have been sent.
            self.env["ir.cron"]._commit_progress()
            self._report_confirmation_interrupted()

    def _send_confirmation(self):
        picking = self.picking_id.with_company(self.company_id)
        picking.with_context(jd_tells_customer=True)._send_confirmation_email()
        self.confirmation = False

    # === PROBLEMS === #

    def _in_responsible_lang(self):
        return self._with_responsible_lang(self.connector_id)

    def _report_not_confirmed(self, error):
        self.confirmation = False
        self._request_attention(
            self.env._(
                "The transfer is closed, but Odoo failed to tell the customer: "
                "%(reason)s\nNothing is sent again by itself: tell the customer.",
                reason=str(error),
            )
        )

    @api.model
    def _search_interrupted_confirmations(self):
        """Return the orders whose confirmation no living worker can be sending."""
        begun_before = fields.Datetime.now() - const.CONFIRM_PATIENCE
        # Locked: another worker may be reporting the same ones.
        return self.search(
            [("confirmation", "=", "sending"), ("confirmation_at", "<", begun_before)]
        )._lock_available()

    def _report_confirmation_interrupted(self):
        self.confirmation = False
        for order in self:
            order._request_attention(
                order._in_responsible_lang().env._(
                    "Odoo was interrupted while it told the customer of this transfer. "
                    "Nothing is sent again by itself: see in the transfer's messages "
                    "whether the customer knows."
                )
            )
