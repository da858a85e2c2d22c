"""What moves in Odoo explain of a check's differences."""

from odoo import models
from odoo.fields import Domain

from ...lib.api import GoodsLevel


class JdStockCheck(models.Model):
    _inherit = "jd.stock.check"

    def _add_moves_during_check(self, causes):
        """Add what JD moved, and Odoo closed, after JD was asked for its stock.

        A page of JD's may be older than the move.
        """
        since = self._get_asked_at()
        if not since:
            return
        lines = self.env["stock.move.line"].search(
            Domain("product_id", "in", causes.product_ids)
            & Domain("state", "=", "done")
            & Domain("date", ">=", since)
            & Domain("move_id.jd_odoo_only_connector_id", "=", False)
            & Domain("move_id.is_inventory", "=", False)
        )
        for line in lines:
            self._add_move_line(causes, "closed_after", line)

    def _add_moves_in_odoo_only(self, causes):
        """Add adjustments, scraps, manufacturing orders and transfers JD does not have.

        Of a transfer that JD had as an order, and that was closed or corrected by hand,
        the order adds what JD moved itself: what is left is the difference.
        """
        lines = self.env["stock.move.line"].search(
            Domain("product_id", "in", causes.product_ids)
            & Domain("state", "=", "done")
            & Domain("move_id.write_date", ">=", causes.earliest)
            # Of any connection: a move between two of them is noted on one.
            & Domain("move_id.jd_odoo_only_connector_id", "!=", False)
        )
        corrected = {}
        for line in lines:
            move = line.move_id
            if not move._jd_is_moved_by_hand():
                self._add_move_line(causes, "odoo_only", line, since=line.date)
            elif move.picking_id.jd_order_id._has_received():
                corrected[move.picking_id.jd_order_id, move.product_id] = move
            else:
                since = move.write_date
                self._add_move_line(causes, "changed_by_hand", line, since=since)
        for (order, product), move in corrected.items():
            if order.warehouse_id == self.warehouse_id:
                self._add_corrected_receipt(causes, order, product, move)

    def _add_corrected_receipt(self, causes, order, product, move):
        """Add how far the receipts of an order were changed after they were done.

        Of all parts together: the order does not keep which of them received what.
        """
        received = order.line_ids.filtered(lambda row: row.product_id == product)
        done = (order.picking_id | order.part_picking_ids).move_ids.filtered(
            lambda each: each.product_id == product and each.state == "done"
        )
        pieces = sum(received.mapped("received")) - sum(
            each._jd_get_pieces() for each in done
        )
        causes.add(
            "changed_by_hand",
            move.picking_id,
            product.id,
            "",
            False,
            pieces,
            since=move.write_date,
        )

    def _add_move_line(self, causes, kind, line, **options):
        """Add what a line changed in Odoo at its source and its destination."""
        for place, sign in ((line.location_id, 1), (line.location_dest_id, -1)):
            warehouse, level = place._jd_get_stock()
            if warehouse == self.warehouse_id:
                causes.add(
                    kind,
                    line.move_id._jd_get_document(),
                    line.product_id.id,
                    level or GoodsLevel.GOOD,
                    line.lot_id.name,
                    sign * line.quantity_product_uom,
                    **options,
                )

    def _explain_move(self, cause, pieces, facts):
        facts = facts | {"asked_at": self._format_time(self._get_asked_at())}
        if cause.kind == "closed_after":
            return self.env._(
                "%(name)s moved %(pieces)s here after JD was asked for its stock on "
                "%(asked_at)s: JD's number may be older.",
                **facts,
            )
        if cause.kind == "changed_by_hand":
            return self.env._(
                "%(name)s was closed or changed by hand, last on %(time)s: it differs "
                "by %(pieces)s from what JD moved.",
                **facts,
            )
        if pieces > 0:
            return self.env._(
                "%(name)s took %(pieces)s out of Odoo's stock on %(time)s; JD was not "
                "told.",
                **facts,
            )
        return self.env._(
            "%(name)s added %(pieces)s to Odoo's stock on %(time)s; JD was not told.",
            **facts,
        )


class StockMove(models.Model):
    _inherit = "stock.move"

    def _jd_is_moved_by_hand(self):
        """Tell whether a user did or corrected this move of a transfer that JD had."""
        order = self.picking_id.jd_order_id
        return bool(self.jd_odoo_only_connector_id and order.jd_number)

    def _jd_get_document(self):
        """Return the record that a merchant knows this move by."""
        names = (
            "picking_id",
            "scrap_id",
            "production_id",
            "raw_material_production_id",
        )
        for name in names:
            if name in self._fields and self[name]:
                return self[name]
        return self

    def _jd_get_pieces(self):
        """Return how much this move moved, or is to move, in the product's unit."""
        is_done = self.state == "done"
        return self.product_uom._compute_quantity(
            self.quantity if is_done else self.product_uom_qty, self.product_id.uom_id
        )
