"""The return transfers of a refused parcel, which JD itself brings back as a whole."""

from odoo import models

from .jd_order import NOT_AT_JD


class JdOrder(models.Model):
    _inherit = "jd.order"

    def _prepare_parcel_returns(self):
        """Have returns of all that was shipped; return the one to show on the order."""
        self._recall_announced_returns()
        # A user may have seen on JD's site that the parcel comes back, and returned
        # all or some of it by hand.
        by_hand = self._get_parcel_returns()
        missing = self._get_missing_in_returns()
        return (self._create_return(missing) if missing else by_hand)[:1]

    def _recall_announced_returns(self):
        """Take back from JD what was announced of goods that come with the parcel."""
        orders = self._get_living_returns().jd_order_id
        orders.filtered(lambda order: order.state in NOT_AT_JD)._withdraw()
        told = orders.filtered(
            lambda o: o.picking_id._jd_is_told() and not o._is_fixed()
        )
        told.picking_id.move_ids._action_cancel()

    def _get_living_returns(self):
        """Return all returns of the deliveries, also backorders of returns."""
        moves = self.picking_id.move_ids.returned_move_ids
        pickings = self.picking_id.return_ids | moves.picking_id
        return pickings.filtered(lambda picking: picking.state != "cancel")

    def _get_parcel_returns(self):
        """Return the open returns that come with the parcels, not on their own."""
        return self._get_living_returns().filtered(
            lambda picking: picking.state != "done" and not picking._jd_is_told()
        )

    def _get_missing_in_returns(self):
        """Return move → quantity that was shipped and is in no return yet."""
        missing = {}
        for move in self.picking_id.move_ids.filtered(lambda m: m.state == "done"):
            returned = move.returned_move_ids.filtered(
                lambda back: back.state != "cancel" and not back.jd_cancel_requested
            )
            left = move.quantity - sum(
                back.product_uom._compute_quantity(
                    back.quantity if back.state == "done" else back.product_uom_qty,
                    move.product_uom,
                )
                for back in returned
            )
            if move.product_uom.compare(left, 0) > 0:
                missing[move] = left
        return missing

    def _create_return(self, quantities):
        """Create and return the transfer that brings goods back.

        :param dict quantities: Move of the delivery → quantity.
        """
        # With core's wizard, so that the return is linked with its delivery.
        wizard = self.env["stock.return.picking"].create(
            {"picking_id": self.picking_id.id}
        )
        for line in wizard.product_return_moves:
            line.quantity = quantities.get(line.move_id, 0)
        return wizard._create_return()
