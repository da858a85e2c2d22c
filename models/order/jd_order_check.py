"""Before an order is sent: its lines, and everything that is in the way, at once."""

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import float_compare, float_is_zero

from ... import const


class JdOrder(models.Model):
    _inherit = "jd.order"

    is_partial_allowed = fields.Boolean(
        readonly=True,
        copy=False,
        help="Somebody decided to send what is reserved, without the rest.",
    )

    # === CREATE === #

    @api.model
    def _create_for_pickings(self, pickings):
        """Create, check and queue the orders of transfers that have none.

        :param pickings: Transfers that JD warehouses work on, ready.
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

    # === CHECK === #

    def _check_and_queue(self):
        """Bring orders up to date with their transfers and queue those in order."""
        if self._check_apart():
            self._trigger("push")

    def _check_apart(self):
        """Check each order whatever is wrong with the others; return those in order."""
        self._process_isolated(
            lambda orders: orders._check(),
            lambda order, error: order._set_problems([str(error)]),
        )
        return self.filtered(lambda order: order.state == "queued")

    def _check(self):
        goods = self._get_goods_of_moves()
        self._update_lines(goods)
        ready = self.browse()
        for order in self:
            problems = order._get_problems(goods)
            if problems:
                order._set_problems(problems)
            else:
                ready += order
        ready.filtered(lambda order: order.state != "queued").write(
            {"state": "queued", "problems": False, "retry_at": False}
        )

    def _set_problems(self, problems):
        self.write(
            {
                "state": "draft",
                "problems": "\n".join(problems),
                # What is mended elsewhere is noticed without a click, too.
                "retry_at": fields.Datetime.now() + const.CHECK_AGAIN,
            }
        )

    @api.model
    def _check_waiting(self):
        """Check drafts that are due and transfers that no hook has seen ready.

        :return: How many are left.
        """
        domain = Domain("state", "=", "draft") & self._get_retry_domain()
        drafts = self._lock_due(domain, const.CHECK_BATCH)
        drafts._check_and_queue()
        self.env["ir.cron"]._commit_progress(len(drafts))
        return self.search_count(domain) + self.env["stock.picking"]._jd_send_unseen()

    @api.model
    def _check_soon(self, domain):
        """Have the drafts of the domain checked again: something was mended."""
        # sudo: whoever mends a contact or a warehouse need not know JD.
        orders_sudo = self.sudo().search(Domain("state", "=", "draft") & domain)
        if orders_sudo:
            orders_sudo.retry_at = False
            self._trigger("push")

    @api.model
    def _recheck_waiting(self, jd_goods):
        """Check again the drafts that ship goods of which something became known."""
        self._check_soon(
            Domain("connector_id", "in", jd_goods.connector_id.ids)
            & Domain("picking_id.move_ids.product_id", "in", jd_goods.product_id.ids)
        )

    # === LINES === #

    def _get_moves(self):
        moves = self.picking_id.move_ids
        living = moves.filtered(lambda m: m.state not in ("cancel", "done", "draft"))
        # What is read of one order's moves is read of the whole batch's at once, which
        # `filtered` forgets.
        return living.with_prefetch(moves._prefetch_ids)

    def _get_goods_of_moves(self):
        """Return the orders' goods: (warehouse id, product id) → `jd.goods`."""
        goods = {}
        for warehouse, orders in self.grouped("warehouse_id").items():
            products = orders._get_moves().product_id
            known = self.env["jd.goods"]._get_goods(warehouse, products)
            unmatched = products.filtered(
                lambda product, known=known: (
                    product.id not in known or known[product.id].state != "matched"
                )
            )
            if unmatched:
                # New ones are looked for, before all others; refused ones once more.
                self.env["jd.goods"]._request_match(warehouse, unmatched)
                known = self.env["jd.goods"]._get_goods(warehouse, products)
            goods |= {(warehouse.id, key): value for key, value in known.items()}
        return goods

    def _update_lines(self, goods):
        """Bring lines up to date; one that goes on keeps its number at JD."""
        # Read at once what each order would read by itself.
        self._get_moves().mapped("move_line_ids.quantity")
        lines = self.env["jd.order.line"]
        surplus, missing = lines.browse(), []
        for order in self:
            known = {line._get_key(): line for line in order.line_ids}
            for values in order._prepare_lines(goods):
                key = tuple(values[name] for name in lines._get_key_names())
                line = known.pop(key, None)
                if line is None:
                    missing.append(values)
                elif line._read_values(values) != values:
                    line.write(values)
            surplus = surplus.union(*known.values())
        surplus.unlink()
        lines.create(missing)

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
            and (planned := round(self._get_planned_units(move)))
        ]

    def _get_planned_units(self, move):
        """Return what JD is told, in the product's own unit.

        That is what is reserved or on its way; of goods that somebody outside sends,
        all that is expected, whatever was typed as received already.
        """
        if self._is_incoming() and move._should_bypass_reservation():
            return self._in_units(move, move.product_uom_qty)
        return self._get_units(move)

    @api.model
    def _get_units(self, move):
        """Return what is reserved, in the product's own unit."""
        return self._in_units(move, move.quantity)

    @api.model
    def _in_units(self, move, quantity):
        return move.product_uom._compute_quantity(
            quantity, move.product_id.uom_id, rounding_method="HALF-UP"
        )

    # === PROBLEMS === #

    def _get_problems(self, goods):
        """Return all that keeps this order from being sent, in the merchant's words."""
        self.ensure_one()
        return [
            *self._get_place_problems(),
            *self._get_kind_problems(),
            *self._get_quantity_problems(),
            *self._get_goods_problems(goods),
        ]

    def _get_kind_problems(self):
        """Return what only this kind of order needs; each kind extends it."""
        return []

    def _get_place_problems(self):
        warehouse = self.warehouse_id
        elsewhere = self._get_moves().filtered(
            lambda move: not self._is_in_warehouse(move)
        )
        if elsewhere:
            yield self.env._(
                "This is not between %(warehouse)s and elsewhere: %(products)s. Use a "
                "transfer of its own.",
                warehouse=warehouse.name,
                products=self._name_products(elsewhere.product_id),
            )

    def _is_in_warehouse(self, move):
        """Whether a move leads into this order's warehouse, or out of it."""
        place = move.location_dest_id if self._is_incoming() else move.location_id
        inside = place._child_of(self.warehouse_id.view_location_id)
        return inside or place.jd_warehouse_id == self.warehouse_id

    def _get_quantity_problems(self):
        moves = self._get_moves()
        planned = {move: self._get_planned_units(move) for move in moves}
        if all(float_is_zero(units, precision_digits=6) for units in planned.values()):
            yield self.env._("Nothing is reserved for this transfer yet.")
            return
        for move, units in planned.items():
            wanted = self._in_units(move, move.product_uom_qty)
            if not float_is_zero(units - round(units), precision_digits=6):
                yield self.env._(
                    "%(product)s: JD ships whole %(unit)s only, not %(quantity)s.",
                    product=move.product_id.display_name,
                    unit=move.product_id.uom_id.name,
                    quantity=units,
                )
            elif self._waits_for_all(move) and self._is_less(units, wanted):
                yield self.env._(
                    "%(product)s: only %(reserved)s of %(wanted)s are reserved. The "
                    "order goes on by itself when all are; “Send What Is Reserved” "
                    "does not wait for the rest.",
                    product=move.product_id.display_name,
                    reserved=round(units),
                    wanted=round(wanted),
                )

    def _waits_for_all(self, move):
        """Whether a move is sent only whole; what is on its way comes as it comes."""
        on_its_way = self._is_incoming() and move.location_id.usage == "transit"
        return not (on_its_way or self.is_partial_allowed)

    @api.model
    def _is_less(self, units, wanted):
        return float_compare(units, wanted, precision_digits=6) < 0

    def _get_goods_problems(self, goods):
        for product in self._get_moves().product_id:
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
        if not record:
            return self.env._(
                "%(product)s cannot be JD goods: services, kits and products of other "
                "companies never are.",
                product=product.display_name,
            )
        return self.env._(
            "%(product)s is being matched with JD's goods; the order goes on by itself "
            "when that is done.",
            product=product.display_name,
        )

    @api.model
    def _name_products(self, products):
        return ", ".join(products.mapped("display_name"))


class JdOrderLine(models.Model):
    _inherit = "jd.order.line"

    @api.model
    def _get_key_names(self):
        """Return the fields that tell a line from the others of its order."""
        return ("move_id",)

    def _get_key(self):
        return tuple(self._read_values(self._get_key_names()).values())

    def _read_values(self, names):
        """Return the values of these fields as they would be written."""
        return {
            name: self._fields[name].convert_to_write(self[name], self) or False
            for name in names
        }
