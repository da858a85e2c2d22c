"""Why JD's number cannot be taken over: in the merchant's words, line by line."""

from odoo import api, fields, models
from odoo.fields import Domain

from ... import const
from ..order.jd_order import AT_JD
from .jd_stock_check import COMPARED
from .jd_stock_check_line import DECIDABLE


class JdStockCheckLine(models.Model):
    _inherit = "jd.stock.check.line"

    def _find_problems(self, stock):
        """Return line → why JD's number cannot be taken over, for the merchant.

        Lines without a problem are not in it. Call it with lines of one check, which
        are locked.

        :param dict stock: As from `_read_stock`.
        """
        problems = {}
        left = self
        for find in (
            lambda lines: {line: line._get_own_problem() for line in lines},
            lambda lines: lines._find_compared_since(),
            lambda lines: {line: line._get_stock_problem(stock) for line in lines},
            lambda lines: lines._find_moved_in_odoo(),
            lambda lines: lines._find_moved_at_jd(),
        ):
            found = {line: problem for line, problem in find(left).items() if problem}
            problems |= found
            left = left.filtered(lambda line, found=found: line not in found)
        return problems

    @api.model
    def _get_oldest_acceptable(self):
        return fields.Datetime.now() - const.STOCK_ACCEPT_LIMIT

    def _get_own_problem(self):
        """Return why the line itself cannot be accepted, or False."""
        return self._get_state_problem() or self._get_goods_problem()

    def _get_state_problem(self):
        if self.state == "moving":
            return self.env._(
                "These goods moved while the books were compared: count them again."
            )
        if self.state == "counting":
            return self.env._("These goods are being counted again: wait for that.")
        if not self._get_postable():
            return self.env._(
                "Documents explain all of it: it heals when they close. If it were "
                "accepted now, Odoo's stock would be changed twice."
            )
        if self.state not in (*DECIDABLE, "explained"):
            return self.env._("This difference is settled: nothing to accept.")
        if self.check_id.state not in COMPARED:
            return self.env._("This check has no result to decide on: check again.")
        if self.taken_at < self._get_oldest_acceptable():
            return self._ask_to_count_again(
                self.env._("These numbers are more than a day old.")
            )
        return False

    def _get_goods_problem(self):
        product = self.product_id
        if not product:
            return self.env._(
                "JD's goods %(number)s belong to no product: match them under JD "
                "Goods, then check again.",
                number=self.goods_no,
            )
        if not product.is_storable:
            return self.env._(
                "Odoo keeps no stock of %(product)s: track its inventory, or ignore "
                "this.",
                product=product.display_name,
            )
        if not self.is_reported:
            return self.env._(
                "JD does not name these goods in its stock, which does not say that it "
                "has none: ask JD."
            )
        if product.tracking == "serial":
            return self.env._(
                "%(product)s has serial numbers, and JD's stock does not say which "
                "pieces it means: have them counted, and correct Odoo's stock by hand.",
                product=product.display_name,
            )
        return False

    @api.model
    def _ask_to_count_again(self, why):
        return self.env._("%(why)s Count these goods again.", why=why)

    # === SINCE THE CHECK === #

    def _find_compared_since(self):
        """Return line → that a newer check has its goods."""
        if not self:
            return {}
        newer = self.env["jd.stock.check"].search(
            [
                ("warehouse_id", "in", self.warehouse_id.ids),
                ("taken_at", ">", self.check_id.taken_at),
                ("state", "in", COMPARED),
            ]
        )
        why = self.env._("A newer check has compared these goods: decide there.")
        is_whole = any(not each.is_partial for each in newer)
        return {
            line: why
            for line in self
            if is_whole or line.product_id in newer.product_ids
        }

    def _get_stock_problem(self, stock):
        """Return why the line's stock in Odoo is not what the check saw, or False."""
        quants = stock[self]
        if not self._adds_up(quants):
            return self._ask_to_count_again(
                self.env._("Odoo's stock has changed since the books were compared.")
            )
        if any(quants.mapped("inventory_quantity_set")):
            return self.env._(
                "Somebody is counting these goods in Odoo: apply or clear that count "
                "under Physical Inventory, then check again here."
            )
        return False

    def _get_as_of(self):
        """Return when the books were compared that say the numbers of this line."""
        check = self.check_id
        # Goods that JD was asked about again are compared when it has answered.
        is_second = check.again_at and self.create_date >= check.again_at
        return check.again_at if is_second else check.taken_at

    def _find_moved_in_odoo(self):
        """Return line → that its goods were moved in Odoo since they were compared."""
        moved = self._read_moved_at()
        why = self._ask_to_count_again(
            self.env._("These goods were moved in Odoo since the books were compared.")
        )
        return {
            line: why
            for line in self
            if (
                (at := moved.get((line.product_id, line.level, line.lot_name or None)))
                and at > line._get_as_of()
            )
        }

    def _read_moved_at(self):
        """Return (product, level, lot) → when it was last moved, of these goods.

        A lot is a name; None stands for any, and "" for pieces without one.
        """
        moved = {}
        for line in self._search_moved_lines():
            places = line.location_id, line.location_dest_id
            stocks = [place._jd_get_stock() for place in places]
            if stocks[0] == stocks[1]:
                continue
            # A transfer may be dated to when JD moved the goods.
            at = max(line.date, line.write_date)
            for place, (warehouse, _level) in zip(places, stocks, strict=True):
                if warehouse and warehouse in self.warehouse_id:
                    level = warehouse._jd_get_level(place)
                    for lot in (line.lot_id.name or "", None):
                        key = line.product_id, level, lot
                        moved[key] = max(at, moved.get(key, at))
        return moved

    def _search_moved_lines(self):
        """Return the move lines of these products done since the check."""
        if not self:
            return self.env["stock.move.line"]
        since = self.check_id.taken_at
        found = self.env["stock.move.line"].search(
            Domain("product_id", "in", self.product_id.ids)
            & Domain("state", "=", "done")
            & (Domain("date", ">", since) | Domain("write_date", ">", since))
        )
        # What was accepted of the same check was of other places.
        accepted = self.search(
            Domain("check_id", "in", self.check_id.ids)
            & Domain("product_id", "in", self.product_id.ids)
            & Domain("state", "=", "accepted")
        )
        return found.filtered(lambda line: line.move_id not in accepted.move_ids)

    def _find_moved_at_jd(self):
        """Return line → that JD has reported something about its goods since."""
        if not self:
            return {}
        moved = {}
        for product, at in (*self._read_reported(), *self._read_level_changes()):
            moved[product] = max(at, moved.get(product, at))
        why = self._ask_to_count_again(
            self.env._(
                "JD has reported what it did with these goods since the books were "
                "compared."
            )
        )
        return {
            line: why
            for line in self
            if line.product_id in moved
            # The check has itself asked about open orders before it compared.
            and moved[line.product_id] > line.create_date
        }

    def _read_reported(self):
        """Return (product, when) of orders of which JD has reported pieces since."""
        # An answer counts from when JD was asked: what it says is stored a bit later.
        since = self.check_id.taken_at - const.CLOCK_MARGIN
        reported = Domain("is_reported", "=", True) & Domain("write_date", ">", since)
        # It has left or come in, and JD has not said how many.
        unknown = (
            Domain("order_id.are_quantities_known", "=", False)
            & Domain("order_id.state", "in", AT_JD)
            & Domain("order_id.status_at", ">", since)
        )
        lines = self.env["jd.order.line"].search(
            Domain("product_id", "in", self.product_id.ids)
            & Domain("order_id.warehouse_id", "in", self.warehouse_id.ids)
            & (reported | unknown)
        )
        return [
            (line.product_id, max(line.write_date, line.order_id.status_at or since))
            for line in lines
            if line.is_reported
            or line.order_id.status_rank >= line.order_id._rules.moved_rank
        ]

    def _read_level_changes(self):
        """Return (product, when) of the level changes that JD has reported since."""
        since = self.check_id.taken_at - const.CLOCK_MARGIN
        changes = self.env["jd.level.change"].search(
            Domain("product_id", "in", self.product_id.ids)
            & Domain("warehouse_id", "in", self.warehouse_id.ids)
            & Domain("create_date", ">", since)
        )
        return [(change.product_id, change.create_date) for change in changes]
