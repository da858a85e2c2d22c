"""Receives incoming orders part by part, as JD counts them.

JD's quantities are cumulative. What was received before is subtracted from each report;
the rest is received with the open transfer, and the order goes on with its backorder.
"""

from odoo import models

from ... import statuses
from ...lib.allocation import relabel
from ...lib.parts import subtract


class JdOrder(models.Model):
    _inherit = "jd.order"

    # === REPORT === #

    def _subtract_received(self, report):
        """Return the report without what was received before; keep JD's corrections.

        :param report: With our line numbers.
        """
        if not self._has_received():
            return report
        rest, corrections = subtract(
            report,
            [part for line in self.line_ids for part in line._get_received()],
            self._get_planned_lines(),
        )
        self._record_corrections(corrections)
        left = [
            (str(row.id), row.goods_no, row.planned - row.received)
            for row in self.line_ids
        ]
        rest, _unmatched_lines = relabel(rest, left)
        return rest

    def _get_planned_lines(self):
        """Return our (line number, goods number, planned pieces) of each line."""
        return [(str(row.id), row.goods_no, row.planned) for row in self.line_ids]

    def _record_corrections(self, corrections):
        """Give somebody an activity, once, about pieces JD no longer reports."""
        warehouses = self.env["stock.warehouse"]
        told = "\n".join(
            self.env._(
                "%(goods)s, %(what)s: JD reports %(reported)s, Odoo received "
                "%(received)s",
                goods=self._name_goods(each.goods_number),
                what=each.lot or warehouses._jd_name_level(each.level),
                reported=each.reported,
                received=each.received,
            )
            for each in corrections
        )
        if told and told != self.corrections:
            self._request_attention(
                self.env._(
                    "JD has corrected what it counted before. Odoo takes nothing back "
                    "by itself: compare the stock with JD's, and adjust it. "
                    "%(corrections)s",
                    corrections="; ".join(told.splitlines()),
                )
            )
        if told != (self.corrections or ""):
            self.corrections = told

    def _name_goods(self, goods_no):
        lines = self.line_ids.filtered(lambda line: line.goods_no == goods_no)
        return self._name_products(lines.product_id) or goods_no

    def _record_whether_counted(self, report):
        """Note whether JD has counted all that came; return it."""
        status = statuses.find(self.kind, report.status)
        # Until then a report has what was counted so far: more may follow.
        is_counted = bool(status and status.effect == statuses.MOVED)
        if not is_counted:
            self.are_quantities_known = False
        return is_counted

    def _update_part_due(self, is_understood):
        """Note whether JD has counted pieces that were not received yet.

        :param bool is_understood: Whether the report fits the order.
        """
        if not self._is_incoming():
            return
        has_due = self._has_due()
        if has_due and self.state == "cancelled":
            self._report_moved_though_cancelled()
        is_due = has_due and is_understood and self.state not in ("done", "cancelled")
        if self.is_part_due != is_due:
            self.is_part_due = is_due

    def _has_due(self):
        """Tell whether JD has moved pieces that Odoo has not moved yet."""
        return any(line._get_due() for line in self.line_ids)

    def _has_received(self):
        """Tell whether Odoo has received some of this order's goods."""
        return any(self.line_ids.mapped("received"))

    def _has_ended(self):
        """Tell whether JD has carried the order out and reports nothing more."""
        has_moved = self.status_rank >= self._rules.moved_rank
        return has_moved and self.are_quantities_known

    # === RECEIVE === #

    def _receive_parts(self):
        """Receive what JD has counted; these orders go on with what is left."""
        states = {order: order.state for order in self}
        self._move_reported(goes_on=True)
        for order, state in states.items():
            for note in order._explain_damage():
                order._request_attention(note)
            # A request to cancel concerns what is left.
            order.state = state if state == "cancelling" else "in_progress"
            if rest := order._get_rest():
                order._go_on_with(rest)

    def _receive_before_end(self):
        """Receive what JD had counted before it cancelled or closed this order."""
        if not self.is_part_due:
            return
        self._receive_parts()
        if self.cancel_requested:
            self._request_attention(
                self.env._(
                    "JD had counted %(counted)s of this order before it was cancelled. "
                    "They are in stock; goods that are not wanted can be returned.",
                    counted=self.counted,
                )
            )

    def _split_rest(self):
        """Move what JD has not counted yet to a backorder; our lines go with it.

        Here and not when the transfer closes: there it depends on the operation type
        whether there is a backorder, and nobody says which move is whose rest.
        """
        for order in self:
            moves = order._get_moves()
            lines = order.line_ids.grouped("move_id")
            rests = moves.filtered(lambda move: not move.picked)
            for move in moves - rests:
                rest = move._create_backorder()
                rest.jd_cancel_requested = move.jd_cancel_requested
                move.jd_cancel_requested = False
                # What was added to the move since is not for this order to receive.
                if rest and any(row._is_expected() for row in lines[move]):
                    lines[move].move_id = rest
                rests += rest
            if rests:
                order.picking_id._create_backorder(backorder_moves=rests)

    def _mark_received(self):
        """Note what the transfers of these orders have received."""
        for order in self:
            order.line_ids._get_due_allocations().picking_id = order.picking_id
            for line in order.line_ids:
                line.received = max(line.received, line.reported)
        self.write({"is_part_due": False})

    def _get_rest(self):
        """Return the open transfer of what is left; empty if there is none."""
        pickings = self.picking_id | self.line_ids.move_id.picking_id
        return pickings.filtered(lambda p: p.state not in ("done", "cancel"))[:1]

    def _go_on_with(self, picking):
        """Receive what is left of this order with another transfer."""
        if picking != self.picking_id:
            self.picking_id.jd_part_order_id = self
            self.picking_id = picking
        picking.jd_on_hold = False

    # === END === #

    def _leave_rest(self):
        """Separate this order, which has received something, from what is left.

        :return: The open transfer of what is left; empty if all was received.
        """
        rest = self._get_rest()
        if rest:
            self.picking_id = self._get_received_transfers()[-1:]
        return rest

    def _get_received_transfers(self):
        """Return the transfers that have received parts, the last one last."""
        pickings = self.picking_id | self.part_picking_ids
        return pickings.filtered(lambda p: p.state == "done").sorted("id")

    def _end_parts(self):
        """End orders of which nothing came since the last part."""
        for order in self:
            rest, note = order._leave_rest(), order._explain_short()
            if rest and note:
                order._leave_undone(rest, note)
            for surplus in order._explain_surplus():
                order._request_attention(surplus)

    def _leave_undone(self, rest, note):
        """Put what is left on hold, or cancel it if the operation type says *never*.

        Somebody is told either way.
        """
        if rest.picking_type_id.create_backorder != "never":
            self._put_on_hold(rest, note)
            return
        rest.action_cancel()
        short = self.line_ids.filtered(lambda line: line._is_expected())
        if short:
            self._request_attention(self._explain_dropped(short), cause="backorder")

    def _get_part_notice(self):
        """Return how much of this order JD has counted, for the merchant."""
        if self.is_part_due:
            return self.env._(
                "JD has counted %(counted)s; they are being received.",
                counted=self.counted,
            )
        texts = [
            self.env._(
                "JD has counted %(counted)s; they are in stock. What is left is "
                "received when JD has counted it.",
                counted=self.counted,
            )
        ]
        if self.in_parts:
            texts.append(
                self.env._("If nothing more comes, click “Close Inbound”."),
            )
        return " ".join(texts)

    # === MORE THAN IS OPEN === #

    def _open_missing_moves(self):
        """Create moves for pieces of goods whose moves were received in full before."""
        for order in self:
            for line in order.line_ids.filtered(lambda row: row._get_due()):
                if line.move_id.state in ("done", "cancel"):
                    line.move_id = order._create_move_again(line)

    def _create_move_again(self, line):
        move = line.move_id
        picking = self._get_rest() or self.picking_id._create_backorder_picking()
        self._go_on_with(picking)
        pieces = move.product_id.uom_id._compute_quantity(
            line._get_due(), move.product_uom, rounding_method="HALF-UP"
        )
        values = move._prepare_move_split_vals(pieces)
        values |= {"picking_id": picking.id, "move_orig_ids": False}
        again = self.env["stock.move"].create(move.copy_data(values))
        return again._action_confirm(merge=False, create_proc=False)
