"""Before an order is sent: its lines, and everything that is in the way, at once."""

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import float_is_zero

from .. import const


class JdOrder(models.Model):
    _inherit = "jd.order"

    @api.model
    def _create_for_pickings(self, pickings):
        """Create, check and queue the orders of transfers that have none.

        :param pickings: Transfers out of JD warehouses, ready.
        """
        orders = self.create(
            [self._prepare_order_values(picking) for picking in pickings]
        )
        orders._check_and_queue()
        return orders

    @api.model
    def _prepare_order_values(self, picking):
        return {
            "kind": picking.jd_kind,
            "picking_id": picking.id,
            "warehouse_id": picking.jd_warehouse_id.id,
        }

    def _check_and_queue(self):
        """Bring drafts up to date with their transfers and queue those in order."""
        goods = self._get_goods_of_moves()
        self.line_ids.unlink()
        self.env["jd.order.line"].create(
            [values for order in self for values in order._prepare_lines(goods)]
        )
        ready = self.browse()
        for order in self:
            problems = order._get_problems(goods)
            order.problems = "\n".join(problems)
            if not problems:
                ready += order
        ready.write({"state": "queued", "retry_at": False, "attempts": 0})
        # What is mended elsewhere is noticed without a click, too.
        (self - ready).retry_at = fields.Datetime.now() + const.CHECK_AGAIN
        if ready:
            self._trigger("push")

    @api.model
    def _check_waiting(self):
        """Check drafts that are due and transfers that no hook has seen ready."""
        now = fields.Datetime.now()
        due = Domain("retry_at", "=", False) | Domain("retry_at", "<=", now)
        self._lock_due(
            Domain("state", "=", "draft") & due, const.CHECK_BATCH
        )._check_and_queue()
        pickings = self.env["stock.picking"]
        pickings.search(
            pickings._jd_get_ready_domain(), limit=const.CHECK_BATCH
        )._jd_send_ready()

    @api.model
    def _recheck_waiting(self, jd_products):
        """Check again the drafts that ship goods of which something became known."""
        waiting = self.search(
            [
                ("state", "=", "draft"),
                ("connector_id", "in", jd_products.connector_id.ids),
                ("line_ids.product_id", "in", jd_products.product_id.ids),
            ]
        )
        waiting._check_and_queue()

    # === LINES === #

    def _get_moves(self):
        return self.picking_id.move_ids.filtered(
            lambda move: move.state not in ("cancel", "done", "draft")
        )

    def _get_goods_of_moves(self):
        """Return the goods of these orders: (warehouse id, product id) → `jd.product`."""
        goods = {}
        for warehouse, orders in self.grouped("warehouse_id").items():
            products = orders._get_moves().product_id
            known = self.env["jd.product"]._get_goods(warehouse, products)
            missing = products.filtered(lambda p, known=known: p.id not in known)
            if missing:
                self.env["jd.product"]._request_match(warehouse, missing)
                known = self.env["jd.product"]._get_goods(warehouse, products)
            goods |= {(warehouse.id, key): value for key, value in known.items()}
        return goods

    def _prepare_lines(self, goods):
        self.ensure_one()
        return [
            {
                "order_id": self.id,
                "move_id": move.id,
                "product_id": move.product_id.id,
                "goods_id": goods[self.warehouse_id.id, move.product_id.id].id,
                "planned": planned,
            }
            for move in self._get_moves()
            if (self.warehouse_id.id, move.product_id.id) in goods
            and (planned := int(self._get_planned_units(move)))
        ]

    def _get_planned_units(self, move):
        """Return what JD is told, in the product's own unit.

        That is what is reserved or on its way; of goods that somebody outside sends, all
        that is expected, whatever was typed as received already.
        """
        if self._is_incoming() and move._should_bypass_reservation():
            return move.product_uom._compute_quantity(
                move.product_uom_qty, move.product_id.uom_id, rounding_method="HALF-UP"
            )
        return self._get_units(move)

    @api.model
    def _get_units(self, move):
        """Return what is reserved, in the product's own unit."""
        return move.product_uom._compute_quantity(
            move.quantity, move.product_id.uom_id, rounding_method="HALF-UP"
        )

    # === PROBLEMS === #

    def _get_problems(self, goods):
        """Return all that keeps this order from being sent, in the merchant's words."""
        self.ensure_one()
        return [
            *self._get_place_problems(),
            *self._get_kind_problems(),
            *self._get_move_problems(goods),
        ]

    def _get_kind_problems(self):
        """Return what only this kind of order needs; each kind extends it."""
        return []

    def _get_place_problems(self):
        warehouse = self.warehouse_id
        elsewhere = self._get_moves().filtered(lambda move: not self._is_here(move))
        if elsewhere:
            yield self.env._(
                "This is not between %(warehouse)s and elsewhere: %(products)s. Use a "
                "transfer of its own.",
                warehouse=warehouse.name,
                products=self._name_products(elsewhere.product_id),
            )

    def _is_here(self, move):
        """Whether a move leads into this order's warehouse, or out of it."""
        place = move.location_dest_id if self._is_incoming() else move.location_id
        inside = place._child_of(self.warehouse_id.view_location_id)
        return inside or place.jd_warehouse_id == self.warehouse_id

    def _get_move_problems(self, goods):
        moves = self._get_moves()
        planned = {move: self._get_planned_units(move) for move in moves}
        if all(float_is_zero(units, precision_digits=6) for units in planned.values()):
            yield self.env._("Nothing is reserved for this transfer yet.")
            return
        for move, units in planned.items():
            if units != int(units):
                yield self.env._(
                    "%(product)s: JD ships whole %(unit)s only, not %(quantity)s.",
                    product=move.product_id.display_name,
                    unit=move.product_id.uom_id.name,
                    quantity=units,
                )
        for product in moves.product_id:
            record = goods.get((self.warehouse_id.id, product.id))
            if not record or record.state != "matched":
                yield self._explain_unmatched(product, record)

    def _explain_unmatched(self, product, record):
        if record and record.state == "refused":
            return self.env._(
                "%(product)s is not among JD's goods: %(reason)s",
                product=product.display_name,
                reason=record.reason,
            )
        return self.env._(
            "%(product)s is being matched with JD's goods; the order goes on by itself "
            "when that is done.",
            product=product.display_name,
        )

    @api.model
    def _name_products(self, products):
        return ", ".join(products.mapped("display_name"))
