"""Compares Odoo with what JD holds, after a random sequence has come to rest."""

from collections import Counter, defaultdict

from odoo.tools import html2plaintext

ENDED = ("done", "cancelled")
BACK = ("customer_return", "supplier_return")
LIVING = ("assigned", "partially_available")


class Books:
    """What two sides say of the same goods.

    :param case: the `JdSequenceCase`
    """

    def __init__(self, case):
        self.case = case
        self.sandbox = case.sandbox

    @property
    def env(self):
        return self.case.env

    # === READ === #

    def read_progress(self):
        """Return something that changes while anything is going on."""
        self.env.invalidate_all()
        orders = self.env["jd.order"].search([], order="id")
        pickings = self.env["stock.picking"].search([], order="id")
        return (
            [(order.id, order.state, order.status_code) for order in orders],
            [(picking.id, picking.state) for picking in pickings],
            [(row["orderNo"], row["status"]) for row in self.sandbox.get("orders")],
        )

    def read_orders_at_jd(self):
        """Return JD's orders by our number of them."""
        found = defaultdict(list)
        for row in self.sandbox.get("orders"):
            found[row["erpOrderNo"]].append(row)
        return found

    def read_stock_at_jd(self, warehouse):
        """Return (product, level, lot) → pieces on hand."""
        rows = self.sandbox.get("stock_list", warehouse=warehouse.jd_warehouse_no)
        products = {self.case.get_goods_no(each): each for each in self.case.goods}
        stock = Counter()
        for row in rows:
            product = products.get(row["goodsNo"])
            if product:
                lot = row.get("lot") or ""
                stock[product.default_code, row["goodsLevel"], lot] += row["onHand"]
        return {key: pieces for key, pieces in stock.items() if pieces}

    def read_stock_here(self, warehouse):
        """Return the same of Odoo."""
        stock = Counter()
        for quant in self._find_quants(warehouse):
            level = warehouse._jd_get_level(quant.location_id)
            code = quant.product_id.default_code
            stock[code, level, quant.lot_id.name or ""] += quant.quantity
        return {key: pieces for key, pieces in stock.items() if pieces}

    def _find_quants(self, warehouse):
        quants = self.env["stock.quant"].search(
            [("product_id", "in", self.case.goods.ids)]
        )
        return quants.filtered(
            lambda quant: (
                warehouse
                in (
                    quant.location_id.warehouse_id,
                    quant.location_id.jd_warehouse_id,
                )
            )
        )

    def read_notes(self, *records):
        """Return what open activities of the records say."""
        activities = [each.sudo().activity_ids for each in records]
        notes = [note for each in activities for note in each.mapped("note")]
        return "\n".join(map(html2plaintext, filter(None, notes)))

    # === DIFFERENCES === #

    def find_differences(self):
        """Return a sentence for each thing that is not as it must be."""
        self.env.invalidate_all()
        return [
            *self._find_unequal_stock(),
            *self._find_negative_stock(),
            *self._find_unequal_reservations(),
            *self._find_doubles(),
            *self._find_unended(),
            *self._find_idle_transfers(),
            *self._find_untold(),
            *self._find_unasked_returns(),
            *self._find_unmet_documents(),
        ]

    def _find_unequal_stock(self):
        for warehouse in self.case.at_jd:
            here = self.read_stock_here(warehouse)
            there = self.read_stock_at_jd(warehouse)
            if self._are_lots_assumed():
                here, there = map(self._leave_out_lots, (here, there))
            for key in sorted(here.keys() | there.keys()):
                if here.get(key, 0) != there.get(key, 0):
                    yield (
                        f"{warehouse.code}, {key}: {here.get(key, 0)} in Odoo, "
                        f"{there.get(key, 0)} at JD"
                    )

    def _are_lots_assumed(self):
        """Tell whether JD moved lots without saying which."""
        lines = self.env["stock.move.line"]
        return lines.search_count([("jd_lot_assumed", "=", True)], limit=1)

    def _leave_out_lots(self, stock):
        counted = Counter()
        for (code, level, _lot), pieces in stock.items():
            counted[code, level, ""] += pieces
        return counted

    def _find_negative_stock(self):
        lots_assumed = self._are_lots_assumed()
        for warehouse in self.case.warehouses:
            for quant in self._find_quants(warehouse):
                # A lot that was assumed wrongly lacks where JD moves that one later.
                if quant.quantity < 0 and not (quant.lot_id and lots_assumed):
                    yield f"{quant.display_name}: {quant.quantity} in stock"

    def _find_unequal_reservations(self):
        open_lines = self.env["stock.move.line"].search(
            [("product_id", "in", self.case.goods.ids), ("state", "in", LIVING)]
        )
        wanted = Counter()
        for line in open_lines:
            if not line.move_id._should_bypass_reservation(line.location_id):
                wanted[self._get_place(line)] += line.quantity_product_uom
        reserved = Counter()
        for warehouse in self.case.warehouses:
            for quant in self._find_quants(warehouse):
                reserved[self._get_place(quant)] += quant.reserved_quantity
        for place in wanted.keys() | reserved.keys():
            if wanted[place] != reserved[place]:
                names = " ".join(each.display_name or "-" for each in place)
                yield (
                    f"{names}: {reserved[place]} reserved, but open moves have "
                    f"{wanted[place]}"
                )

    def _get_place(self, record):
        return (
            *(record.product_id, record.location_id, record.lot_id),
            *(record.package_id, record.owner_id),
        )

    def _find_doubles(self):
        """Find orders at JD that are no order of ours, or two."""
        known = Counter(self.env["jd.order"].search([]).mapped("name"))
        for name, rows in self.read_orders_at_jd().items():
            living = [row for row in rows if not self._is_cancelled(row)]
            if known[name] != 1:
                yield f"JD has {name}, which Odoo knows {known[name]} times"
            if len(living) > 1:
                yield f"JD has {name} {len(living)} times"
        foreign = self.env["jd.foreign.order"].search([])
        for order in foreign:
            yield f"{order.display_name} is said to be made at JD"

    def _is_cancelled(self, row):
        return row["statusName"] in ("cancelled", "pulled back")

    def _find_unended(self):
        for order in self.env["jd.order"].search([("state", "not in", ENDED)]):
            waits_for_somebody = (
                order.state in ("draft", "refused") and order.problems
            ) or (order.is_disputed and order.activity_ids)
            if not waits_for_somebody:
                yield (
                    f"{self._name(order)} is still {order.state}, JD's status is "
                    f"{order.status_name}"
                )

    def _find_idle_transfers(self):
        """Find transfers of JD's warehouses that nothing happens to any more."""
        for picking in self.env["stock.picking"].search(
            [("state", "=", "assigned"), ("jd_on_hold", "=", False)]
        ):
            order = picking.jd_order_id
            if picking.jd_kind and order.state not in ("draft", "refused"):
                yield (f"{picking.name} is ready and waits, its order is {order.state}")

    def _find_untold(self):
        """Find orders that JD carried out otherwise, and nobody was told."""
        for order in self.env["jd.order"].search([("state", "in", ENDED)]):
            is_other = order.state == "done" and any(
                line.reported != line.planned for line in order.line_ids
            )
            if is_other and not self.read_notes(order, order.picking_id):
                yield f"JD moved otherwise than {self._name(order)} says; nobody knows"
        held = self.env["stock.picking"].search(
            [("jd_on_hold", "=", True), ("state", "not in", ("done", "cancel"))]
        )
        for picking in held:
            family = picking | picking.backorder_id | picking.return_id
            if picking.id not in self.case.decided and not self.read_notes(
                family, *family.jd_order_ids, *family.batch_id
            ):
                yield f"{picking.name} is held back from JD, and nobody knows"

    def _find_unasked_returns(self):
        """Find returns that nobody decided and JD was told of nevertheless."""
        for order in self.env["jd.order"].search([("kind", "like", "return")]):
            picking = order.picking_id
            is_decided = picking.id in self.case.decided or (
                picking.return_id.jd_order_ids.filtered("status_code")
            )
            if order.jd_number and not is_decided:
                yield f"JD was told of {self._name(order)}, which nobody decided"

    def _find_unmet_documents(self):
        """Find sales and purchases that JD met otherwise, and nobody was told."""
        at_jd = self.read_orders_at_jd()
        for document in self._find_documents():
            pickings = document.picking_ids
            moved = self._count_moved(pickings.jd_order_ids, at_jd)
            open_pieces = self._count_open(pickings)
            wanted = self._count_wanted(document)
            notes = self.read_notes(document, *pickings, *pickings.jd_order_ids)
            dropped = not self.case.dropped.isdisjoint(pickings.ids)
            is_purchase = document._name == "purchase.order"
            lowered = is_purchase and document.id in self.case.lowered
            for product in self.case.goods:
                name = f"{document.name}, {product.default_code}"
                told = f"{moved[product]} moved, {wanted[product]} wanted"
                missing = wanted[product] - moved[product] - open_pieces[product]
                if moved[product] > wanted[product] and not notes and not lowered:
                    yield f"{name}: {told}, and nobody knows"
                elif missing > 0 and not notes and not dropped:
                    yield f"{name}: {told}, {open_pieces[product]} to come"

    def _find_documents(self):
        """Return the sales and purchases that JD carries out."""
        here = self.case.at_jd
        yield from self.env["sale.order"].search([("warehouse_id", "in", here.ids)])
        yield from self.env["purchase.order"].search(
            [("picking_type_id.warehouse_id", "in", here.ids)]
        )

    def _count_wanted(self, document):
        wanted = Counter()
        for line in document.order_line if document.state != "cancel" else ():
            name = (
                "product_uom_qty" if document._name == "sale.order" else "product_qty"
            )
            wanted[line.product_id] += line[name]
        return wanted

    def _count_open(self, pickings):
        """Return product → pieces that open transfers still move, there and back."""
        count = Counter()
        for move in pickings.move_ids:
            if move.state not in ("done", "cancel"):
                sign = -1 if move.picking_id.jd_kind in BACK else 1
                count[move.product_id] += sign * move.product_uom_qty
        return count

    def _count_moved(self, orders, at_jd):
        """Return product → pieces that JD moved and did not move back."""
        count = Counter()
        products = {each.default_code: each for each in self.case.goods}
        for order in orders:
            for row in at_jd.get(order.name, ()):
                sign = -1 if order.kind in BACK else 1
                if row["statusName"] == "reverse done":
                    sign = 0
                for line in row["lines"]:
                    product = products[line["erpGoodsNo"]]
                    count[product] += sign * (line["realQuantity"] or 0)
        return count

    def _name(self, order):
        return f"{order.name} ({order.kind} of {order.picking_id.name})"
