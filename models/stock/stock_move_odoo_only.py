"""Moves of goods that lie at JD which JD is not told of: Odoo's books change alone."""

from odoo import models


class StockMove(models.Model):
    _inherit = "stock.move"

    def _action_done(self, cancel_backorder=False):
        """Mark moves that changed the stock of a JD warehouse without JD.

        By an inventory adjustment, a scrap, a manufacturing order, or a transfer that
        was validated by hand. The stock of both sides then differs by them.
        """
        done = super()._action_done(cancel_backorder=cancel_backorder)
        # sudo: users who move goods may lack access to JD's orders.
        for move in done.sudo()._jd_filter_odoo_only():
            source, destination = move.location_id, move.location_dest_id
            warehouse = source._jd_get_warehouse() or destination._jd_get_warehouse()
            move.jd_odoo_only_connector_id = warehouse.jd_connector_id
        return done

    def _jd_filter_odoo_only(self):
        """Return the moves that change the stock of a JD warehouse without JD."""
        moves = self.filtered(
            lambda m: (
                m.location_id._jd_get_stock() != m.location_dest_id._jd_get_stock()
            )
        )
        moves = moves.filtered(
            lambda m: (
                not m.picking_id.jd_order_ids.filtered(
                    lambda order: (
                        order.state != "cancelled"
                        and (order.are_quantities_known or order.is_part_due)
                    )
                )
            )
        )
        # Parcels that came back, as JD reports: these transfers have no order.
        return moves.filtered(lambda m: not m.picking_id._jd_came_with_parcel())
