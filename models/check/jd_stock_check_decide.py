"""What people decide about differences: accept, ask JD, keep ours or check again."""

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain

from ... import const
from ..mixins.notification import notify
from .jd_stock_check import RUNNING
from .jd_stock_check_line import DECIDABLE, PENDING


def check_may_decide(records):
    """Check that the user decides on stock, and may see these records.

    :raise AccessError: Not a JD manager, or the records are not theirs to see.
    """
    if not records.env.user.has_group("jd_fulfillment.group_jd_manager"):
        raise AccessError(
            records.env._("Only a JD manager decides on differences in stock.")
        )
    records.check_access("read")


class JdStockCheckLine(models.Model):
    _inherit = "jd.stock.check.line"

    # === ACTIONS === #

    def action_accept(self):
        """Take JD's number over for these differences, as inventory adjustments.

        Those that cannot be taken over say why; the others go on.
        """
        check_may_decide(self)
        lines_sudo = self.sudo()  # JD managers decide, and write nothing themselves
        return lines_sudo._accept_or_queue(self.env.user)

    def action_ask(self):
        """Mark these differences as asked about; show the text to send to JD."""
        check_may_decide(self)
        lines_sudo = self.sudo()  # as above
        lines_sudo._ask()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Ask JD"),
            "res_model": "jd.stock.check.question",
            "view_mode": "form",
            "target": "new",
            "context": {"default_line_ids": self.ids},
        }

    def action_keep(self):
        """Open the dialog to keep Odoo's numbers, with a reason."""
        check_may_decide(self)
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Keep Ours"),
            "res_model": "jd.stock.check.keep",
            "view_mode": "form",
            "target": "new",
            "context": {"default_line_ids": self.ids},
        }

    def action_count_again(self):
        """Start a check of the products of these differences alone."""
        check_may_decide(self)
        lines_sudo = self.sudo()  # as above
        return lines_sudo._count_again()

    # === ACCEPT === #

    def _accept_or_queue(self, user):
        """Accept these lines now, or soon if they are many; return what to show.

        :param user: Who decided; empty: the limits of the connection.
        """
        lines = self.filtered(lambda line: line.state != "accepted")
        if len(lines) <= const.STOCK_ACCEPT_AT_ONCE:
            return lines._show_accepted(lines._accept(user))
        lines.write(
            {"is_accepting": True, "accepting_user_id": user.id, "problem": False}
        )
        self._trigger("accept_stock")
        return notify(
            "info",
            self.env._(
                "%(count)s differences are being accepted; this takes a few minutes.",
                count=len(lines),
            ),
        )

    @api.model
    def _cron_accept_stock(self):
        """Accept a batch of the lines that wait for it."""
        left = self._process_due(
            Domain("is_accepting", "=", True),
            const.STOCK_ACCEPT_BATCH,
            lambda lines: lines._accept_queued(),
            lambda line, error: line.write(
                {"is_accepting": False, "problem": str(error)}
            ),
        )
        self._commit_and_retrigger("accept_stock", left)

    def _accept_queued(self):
        for user, lines in self.grouped("accepting_user_id").items():
            refused = lines - lines._accept(user)
            refused.is_accepting = False
            refused.check_id._request_decisions()

    def _show_accepted(self, accepted):
        """Return the notification of what was accepted and what was not, and why."""
        refused = self - accepted
        if not refused:
            return notify(
                "success", self.env._("%(count)s accepted.", count=len(accepted))
            )
        if len(self) == 1:
            return notify(
                "warning",
                self.problem
                or self.env._("Somebody else is deciding on it right now."),
            )
        return notify(
            "warning",
            self.env._(
                "%(accepted)s accepted; %(refused)s not: each says why.",
                accepted=len(accepted),
                refused=len(refused),
            ),
        )

    # === ASK, KEEP === #

    def _ask(self):
        """Mark these differences as asked about; also those that no document ends.

        :raise UserError: There is nothing to ask about.
        """
        open_lines = self.filtered(lambda line: line.state in DECIDABLE)
        (open_lines | self.filtered("is_acceptable"))._decide("asked")

    def _keep(self, reason):
        """Keep Odoo's numbers; nobody is asked until the difference changes.

        :raise UserError: There is nothing to keep, or no reason.
        """
        reason = (reason or "").strip()
        if not reason:
            raise UserError(self.env._("Say why Odoo's number is kept."))
        open_lines = self.filtered(lambda line: line.state in DECIDABLE)
        open_lines._decide("kept", reason=reason)

    def _decide(self, state, **values):
        """Set the state that somebody chose, of lines that somebody may decide.

        :raise UserError: There is none.
        """
        if not self:
            raise UserError(
                self.env._("There is nothing left to decide on these differences.")
            )
        self.write(
            {
                "state": state,
                "decided_by": self.env.uid,
                "decided_at": fields.Datetime.now(),
                "is_accepting": False,
                "problem": False,
                "reason": False,
                **values,
            }
        )
        self.check_id._close_if_decided()

    # === COUNT AGAIN === #

    def _replace(self, newer):
        """Close these lines: newer ones, of a later check, say what still differs."""
        places = {line._get_place() for line in newer}
        differing = self.filtered(lambda line: line._get_place() in places)
        differing.state = "replaced"
        (self - differing).state = "over"
        self.is_accepting = False
        self.check_id._close_if_decided()

    def _reopen(self):
        """Put these lines back as they were: they were not counted again."""
        decided = self.filtered("decided_at")
        kept = decided.filtered("reason")
        kept.state = "kept"
        (decided - kept).state = "asked"
        waiting = self - decided
        waiting.state = "open"
        waiting.check_id.filtered(lambda each: each.state == "done").state = "review"
        self.check_id._close_if_decided()
        waiting.check_id._request_decisions()

    def _count_again(self):
        """Start checks of the products of these lines; return what to show.

        :raise UserError: Odoo knows no product of theirs, or nothing is to decide.
        """
        lines = self.filtered(
            lambda line: line.product_id and line.state in (*DECIDABLE, "moving")
        )
        if not lines:
            raise UserError(
                self.env._(
                    "Nothing to check again here. Goods that Odoo does not know are "
                    "matched with a product first, under JD Fulfillment ▸ Goods."
                )
            )
        # What moved stays so: there is nothing to decide if JD does not answer.
        decidable = lines.filtered(lambda line: line.state in DECIDABLE)
        decidable.write({"state": "counting", "is_accepting": False, "problem": False})
        for warehouse, of_warehouse in lines.grouped("warehouse_id").items():
            checks = warehouse._jd_start_stock_checks(of_warehouse.product_id)
            # One may be waiting for goods to stand still.
            checks.with_env(self.env).retry_at = False
        return notify(
            "info",
            self.env._("JD is asked about these goods again; this takes a moment."),
        )


class JdStockCheck(models.Model):
    _inherit = "jd.stock.check"

    # === ACTIONS === #

    def action_stop(self):
        """Stop checks that run; nothing is compared."""
        check_may_decide(self)
        # sudo: JD managers decide, and write nothing themselves
        running_sudo = self.sudo().filtered(lambda check: check.state in RUNNING)
        for check_sudo in running_sudo:
            check_sudo._discard_pages()
        running_sudo.line_ids.unlink()  # of a comparison that was not finished
        running_sudo.write(
            {
                "state": "stopped",
                "retry_at": False,
                "finished_at": fields.Datetime.now(),
            }
        )
        running_sudo._settle_recounted()

    def action_accept_all(self):
        """Take JD's number over for all differences that nobody has decided on."""
        check_may_decide(self)
        lines_sudo = self.sudo()._get_open_lines()  # as above
        return lines_sudo._accept_or_queue(self.env.user)

    def action_accept_opening(self):
        """Take over all that JD holds as the opening stock of an empty warehouse.

        :raise UserError: Odoo has stock there.
        """
        check_may_decide(self)
        if not all(self.mapped("is_opening")):
            raise UserError(
                self.env._(
                    "Odoo has stock in this warehouse already: decide on the "
                    "differences instead."
                )
            )
        return self.action_accept_all()

    # === BUSINESS === #

    def _get_open_lines(self):
        """Return the lines that somebody must decide on."""
        return self.env["jd.stock.check.line"].search(
            [("check_id", "in", self.ids), ("state", "=", "open")]
        )

    def _request_decisions(self):
        """Give somebody an activity about each of these checks with open lines."""
        waiting = self._get_open_lines().filtered(lambda line: not line.is_accepting)
        for check, lines in waiting.grouped("check_id").items():
            if check.state == "review":
                check._request_attention(
                    check._explain_waiting(lines), const.STOCK_CHECK_ACTIVITY
                )

    def _explain_waiting(self, lines):
        """Return what somebody must decide on, for the merchant."""
        if self.is_opening:
            return self.env._(
                "Places where JD holds stock and Odoo has none in this warehouse yet: "
                "%(count)s. Take it over as the opening stock, or decide on each "
                "place.",
                count=len(lines),
            )
        return self.env._(
            "Differences of JD's stock and Odoo's that nothing explains: %(count)s. "
            "Accept JD's numbers, ask JD, keep ours or check again.",
            count=len(lines),
        )

    def _close_if_decided(self):
        """End the checks on whose lines nobody must decide any more."""
        review = self.filtered(lambda check: check.state == "review")
        [(pending,)] = self.env["jd.stock.check.line"]._read_group(
            [("check_id", "in", review.ids), ("state", "in", PENDING)],
            aggregates=["check_id:recordset"],
        )
        decided = review - pending
        decided.state = "done"
        decided._close_attention(const.STOCK_CHECK_ACTIVITY)

    def _settle_recounted(self):
        """Close the lines of earlier checks that these checks, just ended, replace.

        What differs no longer is over; what still does is decided in the newer check.
        Where a check ended without a result, its lines are to decide again.
        """
        for check in self:
            earlier = check._find_earlier_lines()
            if check.state in ("stopped", "incomplete"):
                earlier.filtered(lambda line: line.state == "counting")._reopen()
            else:
                earlier._replace(check.line_ids)

    def _find_earlier_lines(self):
        """Return the lines that earlier checks of these goods left to decide."""
        domain = (
            Domain("warehouse_id", "=", self.warehouse_id.id)
            & Domain("check_id", "!=", self.id)
            & Domain("state", "in", (*PENDING, "moving"))
        )
        if self.taken_at:
            domain &= Domain("taken_at", "<=", self.taken_at)
        if self.is_partial:
            domain &= Domain("product_id", "in", self.product_ids.ids)
        return self.env["jd.stock.check.line"].search(domain)
