"""A restored backup: nothing is sent until somebody has compared Odoo with JD.

JD has what was sent after the backup was made, under numbers that this database does
not know. What it would send by itself may be the same transfers once more.
"""

from odoo import fields, models
from odoo.exceptions import UserError

CAUSE = "restored"


class JdConnector(models.Model):
    _inherit = "jd.connector"

    # === ACTIONS === #

    def action_declare_restored(self):
        """Declare this database the live one, restored from a backup."""
        moved = self._get_moved()
        # Also those signed out: somebody will sign in again. sudo: of all companies.
        every_sudo = self.sudo().with_context(active_test=False)
        every_sudo.search([("state", "!=", "draft")])._wait_for_comparison()
        moved._go_on(
            self.env._(
                "This is the live database, restored from a backup: JD is called "
                "again, and nothing is sent until somebody has compared the orders. "
                "Numbers of new orders have a new part."
            )
        )

    def action_compared(self):
        """Send again, after somebody has compared the orders with JD's.

        :raise UserError: Nobody can have compared them yet.
        """
        self.check_access("write")
        restored = self.filtered("restored_at")
        for connector in restored:
            connector._check_comparable()
        restored.sudo().restored_at = False  # the module's own mark
        for connector in restored:
            connector.message_post(
                body=self.env._("The orders were compared with JD's: sending goes on.")
            )
        restored._close_attention(CAUSE)
        self.env["jd.order"]._trigger("push_orders")

    # === BUSINESS === #

    def _wait_for_comparison(self):
        """Send nothing for these connections until somebody has compared the orders."""
        self.restored_at = fields.Datetime.now()
        self._get_departments()._list_orders_anew()
        for connector in self.filtered("active"):
            told = connector.with_context(lang=connector._get_responsible_lang())
            told._request_attention(told._get_restored_notice(), cause=CAUSE)

    def _get_departments(self):
        return self.env["jd.department"].search([("connector_id", "in", self.ids)])

    def _check_comparable(self):
        """Check that all of JD's orders are listed and decided on.

        :raise UserError: They are not.
        """
        if self.pause_reason or self.state != "connected":
            raise UserError(
                self.env._(
                    "Sign in at JD first: the orders can be compared once JD has "
                    "listed them."
                )
            )
        departments_sudo = self.sudo()._get_departments()  # closed to most users
        if departments_sudo.filtered(
            lambda each: not each.listed_at or each.listed_at < self.restored_at
        ):
            raise UserError(
                self.env._(
                    "JD has not listed all its orders yet, which takes up to an hour. "
                    "Compare them then."
                )
            )
        undecided = [("connector_id", "=", self.id), ("state", "=", "new")]
        if self.env["jd.foreign.order"].search_count(undecided, limit=1):
            raise UserError(
                self.env._(
                    "Some orders are still to decide on under JD Fulfillment ▸ Orders "
                    "Made at JD: link each to its transfer, or ignore it."
                )
            )

    def _get_restored_notice(self):
        """Return what a person must do after a restored backup, and why."""
        return self.env._(
            "Odoo was restored from a backup: JD may have orders that were sent after "
            "it was made, so nothing is sent. Within an hour, those that Odoo does not "
            "know are under JD Fulfillment ▸ Orders Made at JD. Link each to its "
            "transfer, compare with JD's own pages, then click “Compared, Go On” on "
            "the connection %(pin)s.",
            pin=self.pin,
        )
