"""The check before an order is sent: update its lines, find its problems."""

from collections import defaultdict
from math import floor

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import float_compare, float_is_zero

from ... import const
from ...lib import api as jd_api
from ..goods.jd_goods import UNDECIDED
from .jd_order import NOT_AT_JD


class JdOrder(models.Model):
    _inherit = "jd.order"

    # === CREATE === #

    @api.model
    def _create_for_pickings(self, pickings):
        """Create an order for each transfer, and check and queue them; return them.

        Where they are many, the scheduled action that sends them checks them first.

        :param pickings: Ready transfers of JD warehouses, without an open order.
        """
        orders = self.create(
            [self._prepare_order_values(picking) for picking in pickings]
        )
        if len(orders) > const.CHECK_AT_ONCE:
            self._trigger("push_orders")
        else:
            orders._check_and_queue()
        return orders

    @api.model
    def _prepare_order_values(self, picking):
        return {
            "kind": picking.jd_kind,
            "picking_id": picking.id,
            "warehouse_id": picking.jd_warehouse_id.id,
        }

    @api.model
    def _create_for_made_at_jd(self, picking, jd_number):
        """Create the order that follows an order made at JD; schedule its pull.

        :param str jd_number: JD's number of the order that carries out the transfer.
        :raise UserError: Some products are not matched with JD's goods.
        """
        values = self._prepare_order_values(picking)
        values |= self._prepare_sent_values(picking.jd_warehouse_id)
        order = self.create(values | {"jd_number": jd_number, "made_at_jd": True})
        goods = order._get_goods_of_moves()
        for product in order._get_moves().product_id:
            record = goods.get((order.warehouse_id.id, product.id))
            if not record or record.state != "matched":
                raise UserError(order._explain_unmatched(product, record))
        self.env["jd.order.line"].create(order._prepare_lines(goods))
        order._mark_accepted()
        order._schedule_pull()
        return order

    # === CHECK === #

    def _check_and_queue(self):
        """Update the lines of these orders and queue those without problems."""
        if self._check_isolated():
            self._trigger("push_orders")
        soon = fields.Datetime.now() + const.CHECK_SOON
        times = self.filtered("retry_at").mapped("retry_at")
        if times and min(times) <= soon:
            self._trigger_once("push_orders", min(times))

    def _check_isolated(self):
        """Check orders so that an error affects only its own; return those queued."""
        # Those left were not looked at: what they are queued with may be outdated.
        left = self._process_isolated(
            lambda orders: orders._check(),
            lambda order, error: order._set_problems([str(error)]),
        )
        return (self - left).filtered(lambda order: order.state == "queued")

    def _check(self):
        """Update the lines; queue orders without problems, set those of the others."""
        goods = self._get_goods_of_moves()
        self._update_lines(goods)
        ready = self.browse()
        for order in self:
            problems = order._get_problems(goods)
            if problems:
                order._set_problems(problems, order._get_check_delay(goods))
            else:
                ready += order
        ready.filtered(lambda order: order.state != "queued").write(
            {"state": "queued", "problems": False, "retry_at": False}
        )

    def _set_problems(self, problems, delay=const.CHECK_AGAIN):
        """Put the order back to draft with its problems, to be checked after a delay.

        :param list problems: In the merchant's words.
        """
        self.write(
            {
                "state": "draft",
                "problems": "\n".join(problems),
                # A correction made elsewhere is noticed without a click.
                "retry_at": fields.Datetime.now() + delay,
            }
        )

    def _get_check_delay(self, goods):
        """Return the time until the next check; short while goods are being matched."""
        # Matching also has the drafts checked that wait for it, but misses one that
        # another transaction has not committed yet.
        awaited = any(
            record.state in const.GOODS_WAITING
            for product in self._get_moves().product_id
            if (record := goods.get((self.warehouse_id.id, product.id)))
        )
        if awaited or self._call_kind("is_supplier_awaited"):
            return const.CHECK_SOON
        return const.CHECK_AGAIN

    @api.model
    def _check_waiting(self):
        """Check drafts that are due; send ready transfers that were not sent yet.

        :return: How many drafts and transfers are left.
        """
        domain = Domain("state", "=", "draft") & self._get_retry_domain()
        # Drafts first: a user may have corrected one and wait for it.
        if drafts := self._lock_due(domain, const.CHECK_BATCH):
            drafts._check_and_queue()
            self.env["ir.cron"]._commit_progress(len(drafts))
        return self.search_count(domain) + self.env["stock.picking"]._jd_send_unseen()

    @api.model
    def _check_soon(self, domain):
        """Schedule a new check, now, of the draft orders in a domain."""
        # sudo: users who correct a contact or a warehouse may lack access to JD.
        orders_sudo = self.sudo().search(Domain("state", "=", "draft") & domain)
        orders_sudo._check_drafts_soon()

    def _check_drafts_soon(self):
        """Schedule a new check, now, of those of these orders that are drafts."""
        if drafts := self.filtered(lambda order: order.state == "draft"):
            drafts.retry_at = False
            self._trigger("push_orders")

    def _note_change(self):
        """Note that the content of those orders changed that JD does not have."""
        for order in self.filtered(lambda order: order.state in NOT_AT_JD):
            order.revision += 1

    @api.model
    def _recheck_waiting(self, jd_goods):
        """Schedule a new check, now, of the draft orders that contain these goods."""
        self._check_soon(
            Domain("connector_id", "in", jd_goods.connector_id.ids)
            & Domain("picking_id.move_ids.product_id", "in", jd_goods.product_id.ids)
        )

    # === LINES === #

    def _get_moves(self):
        moves = self.picking_id.move_ids
        living = moves.filtered(lambda m: m.state not in ("cancel", "done", "draft"))
        # `filtered` loses the prefetch of the batch: without it, each order would be
        # read with queries of its own.
        return living.with_prefetch(moves._prefetch_ids)

    def _get_goods_of_moves(self):
        """Return (warehouse id, product id) → `jd.goods`; request missing matches."""
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
                # New goods are matched before all others, refused ones once more.
                self.env["jd.goods"]._request_match(warehouse, unmatched)
                known = self.env["jd.goods"]._get_goods(warehouse, products)
            goods |= {(warehouse.id, key): value for key, value in known.items()}
        return goods

    def _update_lines(self, goods):
        """Update the lines of these orders from their moves."""
        # Prefetch for the whole batch.
        self._get_moves().mapped("move_line_ids.quantity")
        lines = self.env["jd.order.line"]
        surplus, missing = lines.browse(), []
        for order in self:
            # A line that stays keeps its id, which is its number at JD.
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
        """Return the values of this order's lines, one for each move, level and lot.

        :param dict goods: See `_get_goods_of_moves`.
        """
        self.ensure_one()
        lines = []
        for move in self._get_moves():
            record = goods.get((self.warehouse_id.id, move.product_id.id))
            planned = round(self._get_planned_units(move))
            if record and planned:
                line = {
                    "order_id": self.id,
                    "move_id": move.id,
                    "product_id": move.product_id.id,
                    "goods_id": record.id,
                    "goods_no": record.goods_no,
                    "level": jd_api.GoodsLevel.GOOD,
                    "lot_name": False,
                    "expires_on": False,
                    "planned": planned,
                }
                lines += self._split_by_lot(line, move)
        return lines

    def _split_by_lot(self, line, move):
        """Return one line per lot and level of a move, and one for the rest."""
        left = line["planned"]
        rows = []
        for (level, name, expiry), counted in self._count_by_lot(move).items():
            pieces = min(counted, left)
            left -= pieces
            told = {"level": level, "lot_name": name, "expires_on": expiry}
            if pieces:
                rows.append(line | told | {"planned": pieces})
        return rows + ([line | {"planned": left}] if left > 0 else [])

    def _count_by_lot(self, move):
        """Return (level, lot name, expiry) → pieces, except good stock without a lot.

        Which lot leaves with a delivery is for JD to choose.
        """
        parts = defaultdict(int)
        for move_line in move.move_line_ids:
            name = move_line.lot_id.name or move_line.lot_name or False
            level = self.warehouse_id._jd_get_level(move_line.location_id)
            # JD picks deliveries by its own rules; a lot asked for would be refused.
            if self.kind == "outbound":
                name = False
            if name or level != jd_api.GoodsLevel.GOOD:
                expiry = name and self._get_expiry(move_line)
                parts[level, name, expiry] += int(move_line.quantity_product_uom)
        return parts

    @api.model
    def _get_expiry(self, move_line):
        """Return the expiry date of a move line, or False without `product_expiry`."""
        if "expiration_date" not in move_line._fields:
            return False
        date = move_line.lot_id.expiration_date or move_line.expiration_date
        return date and date.date()

    def _get_planned_units(self, move):
        """Return the quantity to order at JD, in the product's own unit.

        It is the reserved quantity, or what is in transit; for goods from suppliers and
        customers the whole demand, as for what JD moves although Odoo has none of it.
        """
        # Nothing is reserved of these: the quantity is what a user entered as received.
        wanted = self._in_units(move, move.product_uom_qty)
        if self._is_incoming() and move._should_bypass_reservation():
            return wanted
        units = self._get_units(move)
        if self.made_at_jd and not units:
            return wanted
        # Odoo may reserve 10.92 of a dozen where 11 lie: JD can take 10.
        return floor(units + 1e-6) if self._is_less(units, wanted) else units

    @api.model
    def _get_units(self, move):
        """Return the reserved quantity of a move in the product's own unit."""
        # Not the move's own quantity, which is rounded in its unit.
        return sum(move.move_line_ids.mapped("quantity_product_uom"))

    @api.model
    def _in_units(self, move, quantity):
        return move.product_uom._compute_quantity(
            quantity, move.product_id.uom_id, rounding_method="HALF-UP"
        )

    # === PROBLEMS === #

    def _get_problems(self, goods):
        """Return all problems that prevent sending, in the merchant's words."""
        self.ensure_one()
        return [
            *self._get_place_problems(),
            *(self._call_kind("get_problems") or []),
            *self._get_quantity_problems(),
            *self._get_goods_problems(goods),
        ]

    def _get_place_problems(self):
        warehouse = self.warehouse_id
        elsewhere = self._get_moves().filtered(
            lambda move: not self._is_in_warehouse(move)
        )
        if elsewhere:
            yield self.env._(
                "These goods do not leave or enter %(warehouse)s: %(products)s. Move "
                "them with a transfer of their own.",
                warehouse=warehouse.name,
                products=self._name_products(elsewhere.product_id),
            )

    def _is_in_warehouse(self, move):
        """Tell whether a move goes into this order's warehouse or out of it."""
        place = move.location_dest_id if self._is_incoming() else move.location_id
        # Locations of other goods levels are outside of the warehouse's view location.
        inside = place._child_of(self.warehouse_id.view_location_id)
        level_place = place._jd_get_level_location()
        return inside or level_place.jd_warehouse_id == self.warehouse_id

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
        """Tell whether a move must be reserved in full before it is sent."""
        # What is in transit has left the sender: the rest will not come with it.
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
        if record and record.state in UNDECIDED:
            return self.env._(
                "%(product)s is not among JD's goods: %(reason)s",
                product=product.display_name,
                reason=record.reason,
            )
        if not record:
            return self.env._(
                "%(product)s cannot be JD goods: JD keeps no services, kits or "
                "products of other companies. Remove it from the transfer.",
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
