"""Posts JD's numbers: inventory adjustments of pieces that no document will move."""

from collections import defaultdict

from odoo import api, fields, models

from ..mixins.jd_worker_mixin import lock_available
from ..stock.stock_warehouse_goods import Spot

# How many of the accepted goods a check's note names.
NAMED = 20


class JdStockCheckLine(models.Model):
    _inherit = "jd.stock.check.line"

    def _accept(self, user):
        """Take JD's number over for these lines; return those for which it was.

        Each of the others gets its `problem`, but for lines that somebody else is at
        work on.

        :param user: Who decided; empty: the limits of the connection.
        """
        accepted = self.browse()
        for check, lines in self.grouped("check_id").items():
            posted = lines._accept_of_check(user)
            if posted:
                check._note_accepted(posted, user)
            check._close_if_decided()
            accepted += posted
        return accepted

    def _accept_of_check(self, user):
        locked, busy = self._lock_stock()
        lines = locked.filtered(lambda line: line.product_id not in busy)
        being_moved = self.env._(
            "Somebody else is deciding on these goods, or they are being moved right "
            "now: try again in a moment."
        )
        (locked - lines).problem = being_moved
        if not lines:
            return lines
        stock = lines._read_stock()
        problems = lines._find_problems(stock)
        for line, problem in problems.items():
            line.problem = problem
        good = lines.filtered(lambda line: line not in problems)

        def report(line, error):
            line.problem = self.env._(
                "Odoo could not adjust its stock: %(reason)s", reason=error
            )

        left = good._process_isolated(lambda lines: lines._post(user, stock), report)
        left.problem = being_moved
        return good.filtered(lambda line: line.state == "accepted")

    # === LOCK === #

    def _lock_stock(self):
        """Lock these lines, and what lies of their goods.

        :return: The lines that were free, and the products of which not all was.
        """
        # Two who accept goods of which nothing lies there meet at the location, where
        # core notes each adjustment: the second begins anew.
        locked = self._lock_available()
        quants = self.env["stock.quant"]
        if locked:
            quants = quants.union(*locked._search_quants().values())
        return locked, (quants - lock_available(quants)).product_id

    # === STOCK === #

    def _search_quants(self):
        """Return goods level → what lies there of these lines' products."""
        quants = self.env["stock.quant"]
        levels = self.warehouse_id._jd_get_locations_by_level()
        return {
            level: quants.search(
                [
                    ("product_id", "in", self.product_id.ids),
                    ("location_id", "in", places),
                ]
            )
            for level, places in levels.items()
        }

    def _read_stock(self):
        """Return line → the quants that it is about."""
        none = self.env["stock.quant"]
        found = {
            level: quants.grouped("product_id")
            for level, quants in self._search_quants().items()
        }
        return {
            line: line._get_scope(found.get(line.level, {}).get(line.product_id, none))
            for line in self.filtered("product_id")
        }

    def _get_scope(self, quants):
        """Return those of the quants of its product and level that the line is about.

        Without a lot: those without one, or all where lots were not compared.
        """
        if self.product_id.tracking == "none":
            return quants
        if self.lot_name:
            return quants.filtered(lambda quant: quant.lot_id.name == self.lot_name)
        unnamed = quants.filtered(lambda quant: not quant.lot_id)
        return unnamed if self._adds_up(unnamed) else quants

    def _adds_up(self, quants):
        """Tell whether quants hold what the check saw."""
        total = sum(quants.mapped("quantity"))
        return not self.product_id.uom_id.compare(total, self.odoo_quantity)

    # === POST === #

    def _post(self, user, stock):
        """Adjust Odoo's stock by the pieces that nothing explains.

        :param user: As in `_accept`.
        :param stock: As from `_read_stock`.
        """
        changes, lines = defaultdict(float), defaultdict(self.browse)
        for line in self:
            for spot, pieces in line._get_changes(stock[line]):
                changes[line.product_id, spot] += pieces
                lines[line.product_id, spot] |= line
        for key, move in self.check_id._adjust(changes).items():
            lines[key].move_ids += move
        self.write(
            {
                "state": "accepted",
                "decided_by": user.id,
                "decided_at": fields.Datetime.now(),
                "is_accepting": False,
                "problem": False,
            }
        )
        self._ignore_foreign_orders()

    def _ignore_foreign_orders(self):
        """Ignore the orders made at JD that were taken over with JD's number.

        Linked with a transfer now, they would move their goods a second time.
        """
        rows = self.explanation_ids.filtered(lambda row: row.kind == "foreign_order")
        orders = self.env["jd.foreign.order"].browse(
            filter(None, rows.mapped("res_id"))
        )
        orders.exists().action_ignore()

    def _get_postable(self):
        """Return the pieces that are posted, signed: those that no document will move.

        What nobody will ever close, such as JD's own count, only a decision ends.
        """
        lasting = self.explanation_ids.filtered(lambda row: row._is_lasting())
        return self.unexplained + sum(lasting.mapped("quantity"))

    def _get_changes(self, quants):
        """Return (`Spot`, signed pieces) of each place that changes.

        :param quants: Those that the line is about.
        """
        pieces = self._get_postable()
        if pieces > 0:
            changes = self._fill(quants, pieces)
        else:
            picks = self.warehouse_id._jd_pick_among(quants, -pieces)
            changes = [(pick.spot, -pick.quantity) for pick in picks]
        # New pieces, or too few: what documents explain is still to come.
        rest = pieces - sum(each for _spot, each in changes)
        if not self.product_id.uom_id.is_zero(rest):
            changes.append((self._get_new_spot(), rest))
        return changes

    @api.model
    def _fill(self, quants, pieces):
        """Return (`Spot`, pieces) of what is negative, as far as the pieces reach."""
        changes = []
        for quant in quants:
            lacking = min(pieces, -quant.quantity)
            if lacking > 0:
                changes.append((get_spot(quant), lacking))
                pieces -= lacking
        return changes

    def _get_new_spot(self):
        """Return where goods lie of which Odoo has none; their lot is created."""
        lots = self.env["stock.lot"]
        if self.lot_name and self.product_id.tracking != "none":
            lots = lots._jd_get(
                self.product_id, self.lot_name, self.company_id, self.expires_on
            )
        place = self.warehouse_id._jd_get_location(self.level)
        return Spot(place, lots, self.env["stock.package"], self.env["res.partner"])


class JdStockCheck(models.Model):
    _inherit = "jd.stock.check"

    def _adjust(self, changes):
        """Post one inventory adjustment; return key → its `stock.move`.

        :param dict changes: (product, `Spot`) → signed pieces.
        """
        changes = {key: pieces for key, pieces in changes.items() if pieces}
        quants = self._find_quants(changes)
        for key, quant in quants.items():
            quant.inventory_quantity = quant.quantity + changes[key]
        counted = self.env["stock.quant"].union(*quants.values())
        last = self.env["stock.move"].search([], order="id desc", limit=1)
        reason = self.env._("JD stock check %(name)s", name=self.name)
        counted.with_company(self.company_id).with_context(
            inventory_name=reason
        )._apply_inventory()
        # Core returns none of them; others' of the same time are not visible here.
        moves = self.env["stock.move"].search(
            [
                ("id", ">", last.id or 0),
                ("is_inventory", "=", True),
                ("product_id", "in", counted.product_id.ids),
            ]
        )
        moves.jd_odoo_only_connector_id = False  # it comes from JD
        return {(move.product_id, get_adjusted(move)): move for move in moves}

    def _find_quants(self, keys):
        """Return key → the quant of a product and `Spot`; create missing ones."""
        keys = list(keys)
        known = {
            (quant.product_id, get_spot(quant)): quant
            for quant in self.env["stock.quant"].search(
                [
                    ("product_id", "in", [product.id for product, _spot in keys]),
                    ("location_id", "in", [spot.location.id for _p, spot in keys]),
                ],
                order="id desc",
            )
        }
        missing = [key for key in keys if key not in known]
        created = self.env["stock.quant"].create(
            [
                {
                    "product_id": product.id,
                    "location_id": spot.location.id,
                    "lot_id": spot.lot.id,
                    "package_id": spot.package.id,
                    "owner_id": spot.owner.id,
                }
                for product, spot in missing
            ]
        )
        known |= dict(zip(missing, created, strict=True))
        return {key: known[key] for key in keys}

    def _note_accepted(self, lines, user):
        """Note in the chatter what was accepted, and who decided it."""
        goods = [f"{line.display_name}: {line._get_postable():+g}" for line in lines]
        named = ", ".join(goods[:NAMED]) + (" …" if len(goods) > NAMED else "")
        if user:
            note = self.env._(
                "%(user)s accepted JD's number of %(count)s: %(goods)s",
                user=user.name,
                count=len(lines),
                goods=named,
            )
        else:
            note = self.env._(
                "Within the limits, JD's number of %(count)s was accepted by itself: "
                "%(goods)s",
                count=len(lines),
                goods=named,
            )
        self.message_post(body=note)


def get_spot(quant):
    return Spot(quant.location_id, quant.lot_id, quant.package_id, quant.owner_id)


def get_adjusted(move):
    """Return the `Spot` that an inventory adjustment changed."""
    line = move.move_line_ids[:1]
    if line.location_id.usage == "inventory":
        place, package = line.location_dest_id, line.result_package_id
    else:
        place, package = line.location_id, line.package_id
    return Spot(place, line.lot_id, package, line.owner_id)
