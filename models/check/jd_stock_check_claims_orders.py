"""What orders at JD explain of a check's differences."""

from odoo import models
from odoo.fields import Domain

from ... import statuses
from ...lib.api import GoodsLevel
from ..order.jd_order import TOLD

_OPEN_KINDS = {
    "outbound": "shipped",
    "inbound": "received",
    "customer_return": "returned",
    "supplier_return": "left_to_supplier",
}

# What changes when an order that has ended here begins to explain a difference.
_MOMENTS = ("order_id.status_at", "order_id.pulled_at", "move_id.write_date")


class JdStockCheck(models.Model):
    _inherit = "jd.stock.check"

    # === OPEN === #

    def _add_open_orders(self, causes):
        """Add what JD has moved of orders whose transfers are still open.

        Also of orders that do not fit any more: what JD reported before has moved.
        """
        lines = self.env["jd.order.line"].search(
            Domain("order_id.warehouse_id", "=", self.warehouse_id.id)
            & Domain("order_id.state", "in", TOLD)
            & Domain("product_id", "in", causes.product_ids)
        )
        for line in lines:
            kind = _OPEN_KINDS[line.order_id.kind]
            if line._is_closed_by_hand():
                continue  # see `_add_ended_orders`
            if line._get_due():
                self._add_line(causes, kind, line, line._get_due())
            elif line._may_have_left():
                self._add_line(causes, kind, line, line.planned, at_most=True)

    def _add_line(self, causes, kind, line, pieces, *, document=None, **options):
        """Add pieces that JD moved of a line, by the levels and lots that it named."""
        order = line.order_id
        sign = 1 if order._is_incoming() else -1
        for level, lot, part in line._divide_moved(pieces):
            causes.add(
                kind,
                document or order,
                line.product_id.id,
                self.warehouse_id._jd_get_level_group(level or GoodsLevel.GOOD),
                lot,
                sign * part,
                **options,
            )

    def _add_parcels(self, causes):
        """Add refused parcels that JD has back and whose returns are still open."""
        orders = self.env["jd.order"].search(
            [
                ("warehouse_id", "=", self.warehouse_id.id),
                ("state", "=", "done"),
                ("is_returning", "=", True),
                ("status_rank", ">=", statuses.RETURNED_RANK),
                ("line_ids.product_id", "in", causes.product_ids),
            ]
        )
        for order in orders:
            for move, pieces in order._get_parcel_pieces().items():
                # Which lots are in which parcel nobody knows.
                causes.add(
                    "returned",
                    order,
                    move.product_id.id,
                    GoodsLevel.GOOD,
                    False,
                    pieces,
                )

    # === ENDED === #

    def _add_ended_orders(self, causes):
        """Add what JD moved of orders that are cancelled here, or closed by hand."""
        ended = (
            Domain("order_id.state", "=", "cancelled")
            | Domain("move_id.state", "=", "cancel")
            | Domain("move_id.jd_odoo_only_connector_id", "!=", False)
        )
        recent = Domain.OR(Domain(moment, ">=", causes.earliest) for moment in _MOMENTS)
        lines = self.env["jd.order.line"].search(
            Domain("order_id.warehouse_id", "=", self.warehouse_id.id)
            & Domain("order_id.jd_number", "!=", False)
            & Domain("product_id", "in", causes.product_ids)
            & ended
            & recent
        )
        for line in lines.filtered(
            lambda row: row.order_id.state == "cancelled" or row._is_closed_by_hand()
        ):
            self._add_ended_line(causes, line)

    def _add_ended_line(self, causes, line):
        order, move = line.order_id, line.move_id
        options = {"since": order.moved_at or order.pulled_at or order.status_at}
        kind, pieces = "shipped_cancelled", line._get_due()
        if not pieces and line._may_have_left():
            pieces, options["at_most"] = line.planned, True
        # What was moved by hand is added to this: the difference is left.
        if move.state == "done" and move._jd_is_moved_by_hand():
            kind, options["document"] = "changed_by_hand", move.picking_id
            options["since"] = move.write_date
        if pieces:
            self._add_line(causes, kind, line, pieces, **options)

    # === EVIDENCE === #

    def _describe_order(self, cause, facts, next_run):
        """Return the evidence of an order, and when it is due to close or None."""
        order = cause.document
        heals_at = cause.kind != "shipped_cancelled" and order._get_heals_at(next_run)
        facts = facts | {
            "status": order.status_name or "",
            "moved_at": self._format_time(order.moved_at or order.status_at),
            "asked_at": self._format_time(order.pulled_at),
            "parts": order.split_numbers or "",
            "transfer": order.picking_id.name or "",
        }
        if cause.kind == "shipped_cancelled":
            return self._explain_cancelled(facts), None
        if cause.at_most:
            return self._explain_may_have_left(order, facts), heals_at
        return self._explain_open(order, cause, facts), heals_at

    def _explain_cancelled(self, facts):
        return self.env._(
            "%(transfer)s is cancelled here, or no longer at JD; JD moved %(pieces)s "
            "with %(name)s all the same, by its status “%(status)s” of %(moved_at)s.",
            **facts,
        )

    def _explain_may_have_left(self, order, facts):
        if order.split_numbers:
            return self.env._(
                "JD split %(name)s into %(parts)s. Until all parts have left, it does "
                "not say which pieces have: up to %(pieces)s.",
                **facts,
            )
        return self.env._(
            "JD's last status of %(name)s is “%(status)s”, asked on %(asked_at)s: up "
            "to %(pieces)s may have left since, and JD has not named the pieces.",
            **facts,
        )

    def _explain_open(self, order, cause, facts):
        if order.is_disputed:
            return self.env._(
                "JD reported %(pieces)s moved with %(name)s, and its answers no longer "
                "fit this order: %(transfer)s stays open until that is clear.",
                **facts,
            )
        texts = {
            "shipped": self.env._(
                "JD shipped %(pieces)s with %(name)s on %(moved_at)s; %(transfer)s is "
                "still open.",
                **facts,
            ),
            "received": self.env._(
                "JD counted %(pieces)s of %(name)s, asked on %(asked_at)s; "
                "%(transfer)s has not received them yet.",
                **facts,
            ),
            "returned": self.env._(
                "JD has %(pieces)s back with %(name)s, asked on %(asked_at)s; their "
                "return transfer is still open.",
                **facts,
            ),
            "left_to_supplier": self.env._(
                "%(pieces)s left JD for the supplier with %(name)s on %(moved_at)s; "
                "%(transfer)s is still open.",
                **facts,
            ),
        }
        return texts[cause.kind]


class JdOrder(models.Model):
    _inherit = "jd.order"

    def _get_heals_at(self, next_run):
        """Return when this order's transfer is due to close, False if by a person.

        :param next_run: When transfers are closed next.
        """
        if self.is_closable or self.state == "done":
            return max(self.retry_at or next_run, next_run)
        return not self.is_disputed and self.pull_at

    def _get_parcel_pieces(self):
        """Return move → pieces of a returned parcel that no return has received.

        Returns that JD was told of as orders of their own are left out.
        """
        left = {}
        for move in self.picking_id.move_ids.filtered(lambda m: m.state == "done"):
            counted = move.returned_move_ids.filtered(
                lambda back: back.state == "done" or back.picking_id._jd_is_told()
            )
            pieces = move._jd_get_pieces() - sum(
                back._jd_get_pieces() for back in counted
            )
            left[move] = max(0, pieces)
        return left


class JdOrderLine(models.Model):
    _inherit = "jd.order.line"

    def _is_closed_by_hand(self):
        """Tell whether the transfer was closed without what JD moved of this line."""
        is_closed = self.move_id.state in ("done", "cancel")
        return is_closed and not self.order_id._has_received()

    def _may_have_left(self):
        """Tell whether pieces of an outgoing line may have left uncounted.

        JD has picked the goods and named no pieces yet, or has split the order: what
        left with a part is reported once all of them have.
        """
        order = self.order_id
        if self.is_reported or order.are_quantities_known or order._is_incoming():
            return False
        rank = order.status_rank
        if order.state == "cancelled":
            return rank >= order._rules.moved_rank
        return rank >= order._rules.fixed_rank or bool(order.split_numbers)

    def _divide_moved(self, pieces):
        """Yield (level, lot or False, pieces) of pieces that JD moved of this line.

        As JD named them in allocations that no transfer has received; the rest as it
        was ordered.
        """
        for row in self._get_due_allocations():
            part = min(pieces, row.quantity)
            pieces -= part
            yield row.level, row.lot_name, part
        if pieces:
            yield self.level, self.lot_name, pieces
