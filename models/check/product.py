"""Stock checks of products: start them, and say what the last one found."""

from odoo import models
from odoo.exceptions import UserError
from odoo.fields import Domain

from .jd_stock_check import COMPARED

# The states of lines on which both books agree by now.
SETTLED = ("accepted", "over")


class ProductProduct(models.Model):
    _inherit = "product.product"

    # === COMPUTES === #

    def _compute_jd_stock_words(self):
        found = self._jd_get_last_lines()
        for product in self:
            product.jd_stock_words = product._jd_describe_stock(found)

    def _jd_describe_stock(self, found):
        """Return both numbers of these products, or that they agree; False if unknown.

        :param dict found: As from `_jd_get_last_lines`.
        """
        compared = [found[product] for product in self if product in found]
        if not compared:
            return False
        lines = self.env["jd.stock.check.line"].union(*compared)
        if not lines:
            return self.env._("JD agrees")
        jd, odoo = sum(lines.mapped("jd_quantity")), sum(lines.mapped("odoo_quantity"))
        if jd == odoo:  # at another goods level, or in another lot
            return self.env._("JD: differences: %(count)s", count=len(lines))
        if not any(lines.mapped("is_reported")):
            jd = "–"
        # The button is narrow: a number stays with its name.
        return self.env._(
            "JD\u00a0%(jd)s · Odoo\u00a0%(odoo)s", jd=jd, odoo=f"{odoo:g}"
        )

    def _jd_get_last_lines(self):
        """Return product → where its books differ, by the last check of each warehouse.

        A product that no check has compared is not in it.
        """
        checks = self._jd_get_last_checks()
        ids = {check.id for each in checks.values() for check in each}
        lines = self.env["jd.stock.check.line"].search(
            Domain("check_id", "in", ids)
            & Domain("product_id", "in", self.ids)
            & Domain("state", "not in", SETTLED)
        )
        return {
            product: lines.filtered(
                lambda line, product=product, last=last: (
                    line.product_id == product and line.check_id in last
                )
            )
            for product, last in checks.items()
        }

    def _jd_get_last_checks(self):
        """Return product → the last check of each JD warehouse that compared it."""
        whole, partial = self._jd_find_checks()
        found = {}
        for product, warehouses in self._jd_get_check_warehouses().items():
            for warehouse in warehouses:
                check = whole.get(warehouse, self.env["jd.stock.check"])
                newer = partial.get((warehouse, product), check)
                last = newer if newer.id > check.id else check
                if last:
                    found[product] = found.get(product, last) | last
        return found

    def _jd_find_checks(self):
        """Return the last checks: by warehouse of all, by it and product of some."""
        checks = self.env["jd.stock.check"]
        compared = Domain("state", "in", COMPARED)
        whole = checks.search(
            compared & Domain("is_latest", "=", True) & Domain("is_partial", "=", False)
        )
        partial = checks.search(
            compared
            & Domain("is_partial", "=", True)
            & Domain("product_ids", "in", self.ids),
            order="id",
        )
        by_product = {
            (check.warehouse_id, product): check
            for check in partial
            for product in check.product_ids & self
        }
        return {check.warehouse_id: check for check in whole}, by_product

    def _jd_get_check_warehouses(self):
        """Return product → the JD warehouses whose stock may have it."""
        goods = self.env["jd.goods"].search(
            [("product_id", "in", self.ids), ("state", "=", "matched")]
        )
        departments = (
            self.env["stock.warehouse"]
            .search([("jd_connector_id", "in", goods.connector_id.ids)])
            .grouped(lambda each: (each.jd_connector_id, each.jd_department_no))
        )
        nothing = self.env["stock.warehouse"]
        found = {}
        for row in goods:
            more = departments.get((row.connector_id, row.department_no), nothing)
            found[row.product_id] = found.get(row.product_id, nothing) | more
        return found

    # === ACTIONS === #

    def action_jd_check_stock(self):
        """Start checks of these products in the JD warehouses; show the checks.

        :raise UserError: JD has none of them.
        """
        self.check_access("read")
        self.env["stock.warehouse"]._jd_check_may_start()
        warehouses = self._jd_get_check_warehouses()
        by_warehouse = {}
        for product, each in warehouses.items():
            for warehouse in each:
                by_warehouse[warehouse] = by_warehouse.get(warehouse, product) | product
        if not by_warehouse:
            raise UserError(
                self.env._(
                    "None of these products is matched with goods at JD: there is "
                    "nothing to compare. See JD Fulfillment ▸ Goods."
                )
            )
        checks = self.env["jd.stock.check"]
        for warehouse, products in by_warehouse.items():
            checks |= warehouse._jd_start_stock_checks(products)
        return self.env["stock.warehouse"]._jd_open_stock_checks(checks)

    def action_view_jd_stock(self):
        """Open the differences that stock checks found for these products."""
        self.check_access("read")
        self.env["jd.stock.check.line"].check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "jd_fulfillment.action_jd_stock_check_line"
        )
        return action | {"domain": [("product_id", "in", self.ids)], "context": {}}


class ProductTemplate(models.Model):
    _inherit = "product.template"

    def _compute_jd_stock_words(self):
        variants = self.with_context(active_test=False).product_variant_ids
        found = variants._jd_get_last_lines()
        for template in self:
            own = template.with_context(active_test=False).product_variant_ids
            template.jd_stock_words = own._jd_describe_stock(found)

    def action_jd_check_stock(self):
        """Start checks of all variants in the JD warehouses; show the checks."""
        variants = self.with_context(active_test=False).product_variant_ids
        return variants.action_jd_check_stock()

    def action_view_jd_stock(self):
        """Open the differences that stock checks found for all variants."""
        variants = self.with_context(active_test=False).product_variant_ids
        return variants.action_view_jd_stock()
