"""Which transfers an order made at JD may carry out, and a new one made from it."""

from collections import defaultdict

from odoo import models
from odoo.exceptions import UserError
from odoo.fields import Command, Domain

from ..order.jd_order import NOT_AT_JD


class JdForeignOrder(models.Model):
    _inherit = "jd.foreign.order"

    # === FIND === #

    def _get_candidates(self, domain=Domain.TRUE):
        """Return the open transfers of the same kind and warehouse, not at JD.

        :param domain: Only those of these transfers.
        """
        pickings = self.env["stock.picking"]
        domain &= (
            Domain("company_id", "=", self.company_id.id)
            & Domain("state", "in", ("confirmed", "waiting", "assigned"))
            & pickings._jd_get_place_domain()
        )
        return pickings.search(domain, order="scheduled_date, id").filtered(
            lambda picking: (
                picking.jd_kind == self.kind
                and picking.jd_warehouse_id == self.warehouse_id
                and picking.jd_order_id.state in (False, "cancelled", *NOT_AT_JD)
            )
        )

    def _get_fitting(self):
        """Return the transfers that this order may carry out: they share its goods.

        Where none of its goods is known, all open ones of its kind and warehouse.
        """
        products = self.line_ids.product_id
        if not products:
            return self._get_candidates()
        return self._get_candidates(Domain("move_ids.product_id", "in", products.ids))

    def _get_exact(self, pickings):
        """Return those of some transfers that have just the goods of this order."""
        wanted = defaultdict(int)
        for line in self.line_ids:
            wanted[line.product_id] += line.planned
        return pickings.filtered(lambda picking: _count_goods(picking) == wanted)

    # === CREATE === #

    def action_create_transfer(self):
        """Create the transfer that this order carries out, link it and open it."""
        self.ensure_one()
        self.check_access("read")
        self._check_can_create()
        picking = self.env["stock.picking"].create(self._prepare_transfer())
        # JD has the order: it must not get the transfer once more. sudo: users may
        # not set it.
        picking.sudo().jd_on_hold = True
        picking.action_confirm()
        return self._link(picking).sudo(False).action_view_picking()

    def _check_can_create(self):
        """Check that a transfer can be made from what JD has named.

        :raise UserError: It cannot; the message says what to do.
        """
        if not self.line_ids:
            raise UserError(
                self.env._(
                    "JD has not named the goods of %(number)s yet. Odoo asks for them "
                    "within the hour; or link a transfer of yours.",
                    number=self.jd_number,
                )
            )
        unmatched = self.line_ids.filtered(lambda line: not line.product_id)
        if unmatched:
            raise UserError(
                self.env._(
                    "These JD goods are matched with no product: %(goods)s. Match them "
                    "first, under JD Fulfillment ▸ Goods; or link a transfer of yours.",
                    goods=", ".join(unmatched.mapped("goods_no")),
                )
            )

    def _prepare_transfer(self):
        operation, source, destination = self._get_route()
        return {
            "picking_type_id": operation.id,
            "location_id": source.id,
            "location_dest_id": destination.id,
            "origin": self.own_number or self.jd_number,
            "move_ids": [
                Command.create(self._prepare_move(line, source, destination))
                for line in self.line_ids
                if line.planned
            ],
        }

    def _get_route(self):
        """Return operation type, source and destination of this kind of order."""
        warehouse = self.warehouse_id
        stock = warehouse.lot_stock_id
        customers, suppliers = (
            self.env.ref(f"stock.stock_location_{name}")
            for name in ("customers", "suppliers")
        )
        return {
            "outbound": (warehouse.out_type_id, stock, customers),
            "inbound": (warehouse.in_type_id, suppliers, stock),
            "customer_return": (warehouse.in_type_id, customers, stock),
            "supplier_return": (warehouse.out_type_id, stock, suppliers),
        }[self.kind]

    def _prepare_move(self, line, source, destination):
        stock = self.warehouse_id.lot_stock_id
        shelf = self.warehouse_id._jd_get_location(line.level)
        return {
            "product_id": line.product_id.id,
            "product_uom_qty": line.planned,
            "product_uom": line.product_id.uom_id.id,
            "location_id": (shelf if source == stock else source).id,
            "location_dest_id": (shelf if destination == stock else destination).id,
        }


def _count_goods(picking):
    """Return product → quantity of a transfer, in the products' own units."""
    counted = defaultdict(float)
    for move in picking.move_ids.filtered(lambda move: move.state != "cancel"):
        counted[move.product_id] += move.product_qty
    return counted
