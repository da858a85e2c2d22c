"""A warehouse in which much differs at once: each piece explained, the rest posted."""

import os
from collections import Counter

from odoo.fields import Command
from odoo.tests import tagged

from ..models.check.jd_stock_check_explanation import KINDS
from .jd_case import QUICK_DEPARTMENT, QUICK_WAREHOUSE
from .test_stock_claims import StockClaimsCase

# JD_STOCK_GOODS=2000 plays it in a large warehouse.
GOODS = int(os.environ.get("JD_STOCK_GOODS", "120"))


@tagged("post_install", "-at_install")
class TestWholeWarehouse(StockClaimsCase):
    PRODUCTS = GOODS
    maxDiff = None

    def setUp(self):
        super().setUp()
        self.connector.stock_check_nightly = False
        self.check.sudo().state = "stopped"  # the claims' tests need none that runs
        names = (
            *("shipped", "received", "returned", "left", "both", "counted"),
            *("adjusted", "cancelled", "by_hand", "ordered", "packed"),
            *("lost", "found", "damaged", "kept", "closed_late", "shared", "sharing"),
        )
        for name, product in zip(names, self.products, strict=False):
            setattr(self, name, product)

    def run_check(self):
        check = self.env["jd.stock.check"].sudo()._start(self.warehouse)
        self.run_cron("check_stock")
        self.assertIn(check.state, ("review", "done"), check.problem)
        return check

    def adjust_at_jd(self, product, pieces, command="adjust_stock", **values):
        self.sandbox.do(
            command,
            warehouse=QUICK_WAREHOUSE,
            rows=[{"erpGoodsNo": product.default_code, "quantity": pieces}],
            **values,
        )

    def adjust_in_odoo(self, product, pieces):
        quant = self.env["stock.quant"]._gather(product, self.stock)
        quant.inventory_quantity = quant.quantity + pieces
        quant.action_apply_inventory()

    # === WHAT HAPPENS === #

    def let_things_happen(self):
        self.keep_one_difference()
        self.let_documents_wait()
        self.let_goods_change()
        self.let_goods_be_unclear()

    def keep_one_difference(self):
        """Have the check of another day find a difference that somebody keeps."""
        self.adjust_at_jd(self.kept, -4)
        check = self.run_check()
        self.assertEqual(self.read(check), {self.kept: ({}, -4)})
        line = check.line_ids.with_user(self.manager)
        keep = self.env["jd.stock.check.keep"].with_user(self.manager)
        keep.create({"line_ids": line.ids, "reason": "Counted twice"}).action_confirm()
        self.assertEqual(line.state, "kept")

    def let_documents_wait(self):
        self.close_one_meanwhile()
        returning = self.make_shipped_delivery(3, products=self.returned)
        for product in (self.shipped, self.both):
            self.ask(self.deliver(product, 5), "10020")
        receipt = self.make_receipt(7, products=self.received)
        receipt.action_jd_send()
        self.ask(self.announce(receipt), "70")
        back = self.make_return(returning, 3)
        back.action_jd_send()
        self.ask(self.announce(back), "200")
        self.ask(self.announce(self.make_supplier_return(4, products=self.left)), "200")
        self.give_up_two_transfers()
        self.make_order_at_jd()

    def let_goods_change(self):
        self.adjust_in_odoo(self.adjusted, 4)
        self.adjust_at_jd(self.counted, -3, "count_stock", reasons=["broken"])
        dozen = self.env.ref("uom.product_uom_dozen")
        self.packed.product_tmpl_id.uom_ids = [Command.link(dozen.id)]
        self.adjust_at_jd(self.packed, -24)
        for product, pieces in ((self.lost, -2), (self.found, 3), (self.both, -1)):
            self.adjust_at_jd(product, pieces)
        self.sandbox.do(
            "change_level",
            warehouse=QUICK_WAREHOUSE,
            goods=self.get_goods_no(self.damaged),
            quantity=6,
        )
        self.late = self.make_late_product()

    def let_goods_be_unclear(self):
        """Have lots mixed up, goods with two products, and goods with none."""
        for name, here, there in (("A", 10, 12), ("B", 10, 8)):
            self.make_lot(name, here)
            self.set_stock_at_jd({"lot": name, "quantity": there})
        self.share_goods()
        self.unknown = self.make_goods_at_jd("NOBODY", 9)

    def make_goods_at_jd(self, reference, pieces):
        goods = [{"erpGoodsNo": reference}]
        made = self.sandbox.do("goods", department=QUICK_DEPARTMENT, goods=goods)
        row = {"goodsNo": made[reference], "quantity": pieces}
        self.sandbox.do("stock", warehouse=QUICK_WAREHOUSE, rows=[row])
        return made[reference]

    def make_late_product(self):
        """Return a product that Odoo got to know after JD changed its goods' level."""
        goods = self.make_goods_at_jd("LATE", 9)
        self.sandbox.do(
            "change_level", warehouse=QUICK_WAREHOUSE, goods=goods, quantity=4
        )
        self.run_cron("pull_level_changes")
        product = self.env["product.product"].create(
            {"name": "Late", "default_code": "LATE", "is_storable": True}
        )
        self.put(product, 9)
        self.connector.action_match_goods()
        self.run_cron("match_goods")
        return product

    def put(self, product, pieces):
        self.env["stock.quant"]._update_available_quantity(product, self.stock, pieces)

    def share_goods(self):
        """Have two connections of a department count the same goods as two products."""
        goods = self.env["jd.goods"].sudo()
        goods._get_goods(self.warehouse, self.sharing)[self.sharing.id].unlink()
        goods.create(
            {
                "connector_id": self.make_connector(pin="jd_demo_other").id,
                "department_no": QUICK_DEPARTMENT,
                "product_id": self.sharing.id,
                "goods_no": self.get_goods_no(self.shared),
                "state": "matched",
            }
        )
        self.adjust_at_jd(self.shared, self.STOCK)
        self.adjust_at_jd(self.sharing, -self.STOCK)

    def close_one_meanwhile(self):
        """Have a delivery close while JD's pages come, which do not show it yet."""
        delivery = self.make_shipped_delivery(5, products=self.closed_late)
        self.adjust_at_jd(self.closed_late, 5)
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE stock_move_line SET date = date + interval '1 hour'"
            " WHERE picking_id = %s",
            [delivery.id],
        )
        self.env.invalidate_all()

    def give_up_two_transfers(self):
        """Cancel one here, and close another by hand; JD ships both all the same."""
        first, second = orders = self.deliver(self.cancelled, 6) + self.deliver(
            self.by_hand, 6
        )
        orders.with_user(self.manager).action_release()
        first.picking_id.action_cancel()
        second.picking_id.move_ids.quantity = 4
        second.picking_id.move_ids.picked = True
        second.picking_id.with_context(skip_backorder=True).button_validate()
        for order in orders:
            self.ask(order, "10020")

    def make_order_at_jd(self):
        made = self.sandbox.do(
            "make_order",
            kind="CGRK",
            department=QUICK_DEPARTMENT,
            warehouse=QUICK_WAREHOUSE,
            lines=[{"erpGoodsNo": self.ordered.default_code, "quantity": 8}],
        )
        self.sandbox.do("advance", orders=[made["orderNo"]], to="70")
        self.run_cron("list_orders")

    # === WHAT IS FOUND === #

    def read(self, check):
        """Return place → what explains its difference, and the rest.

        A place is the product, JD's goods or the lot; or one of these with a level
        other than good.
        """
        found = {}
        for line in check.line_ids:
            place = line.lot_name or line.product_id or line.goods_no
            found[place if line.level == "100" else (place, line.level)] = (
                {row.kind: row.quantity for row in line.explanation_ids},
                line.unexplained,
            )
        return found

    def read_books(self):
        """Return (goods, level, lot) → pieces: JD's, and Odoo's, of what is matched."""
        numbers = {
            row.product_id: row.goods_no
            for row in self.env["jd.goods"].search([("state", "=", "matched")])
        }
        jd = Counter()
        for row in self.sandbox.get("stock_list", warehouse=QUICK_WAREHOUSE):
            place = row["goodsNo"], row["goodsLevel"], row.get("lot") or ""
            jd[place] += row["onHand"]
        odoo = Counter()
        for level, ids in self.warehouse._jd_get_locations_by_level().items():
            for quant in self.env["stock.quant"].search([("location_id", "in", ids)]):
                goods = numbers[quant.product_id]
                odoo[goods, level, quant.lot_id.name or ""] += quant.quantity
        return +jd, +odoo

    def test_each_piece_is_explained_and_the_rest_is_posted_once(self):
        self.let_things_happen()
        check = self.run_check()
        found = self.read(check)
        self.assertEqual(
            found,
            {
                self.kept: ({"decided": -4}, 0),
                self.shipped: ({"shipped": -5}, 0),
                self.both: ({"shipped": -5}, -1),
                self.received: ({"received": 7}, 0),
                self.returned: ({"returned": 3}, 0),
                self.left: ({"left_to_supplier": -4}, 0),
                self.cancelled: ({"shipped_cancelled": -6}, 0),
                self.by_hand: ({"changed_by_hand": -2}, 0),
                self.ordered: ({"foreign_order": 8}, 0),
                self.closed_late: ({"closed_after": 5}, 0),
                self.adjusted: ({"odoo_only": -4}, 0),
                self.counted: ({"jd_count": -3}, 0),
                self.packed: ({"unit": -24}, 0),
                self.late: ({"level_change": -4}, 0),
                (self.late, "200"): ({"level_change": 4}, 0),
                "A": ({"lot": 2}, 0),
                "B": ({"lot": -2}, 0),
                self.shared: ({"shared_goods": self.STOCK}, 0),
                self.sharing: ({"shared_goods": -self.STOCK}, 0),
                self.lost: ({}, -2),
                self.found: ({}, 3),
                self.unknown: ({"unknown_goods": 9}, 0),
            },
        )
        kinds = {kind for explained, _rest in found.values() for kind in explained}
        self.assertEqual(kinds, {kind for kind, _name in KINDS})
        self.assertEqual(check.unexplained_units, 6)
        check.with_user(self.manager).action_accept_all()
        self.close_documents()
        check.line_ids.filtered(
            lambda line: (
                line.product_id
                in self.cancelled + self.by_hand + self.counted + self.cream
            )
        ).with_user(self.manager).action_accept()
        self.assertBooksAgree(self.run_check())

    def close_documents(self):
        """Have what waits for Odoo happen."""
        self.adjust_at_jd(self.closed_late, -5)  # JD's next pages show it
        self.run_cron("close_orders")
        waiting = self.env["jd.level.change"].search([("state", "=", "to_fix")])
        waiting.with_user(self.manager).action_move()

    def assertBooksAgree(self, check):
        """Expect that only what a person must put right elsewhere differs still."""
        rest = self.kept + self.adjusted + self.ordered + self.packed
        rest += self.shared
        self.assertEqual(set(self.read(check)), {*rest, self.sharing, self.unknown})
        self.assertFalse(check.unexplained_units)
        jd, odoo = self.read_books()
        numbers = {self.get_goods_no(product) for product in rest} | {self.unknown}
        for books in (jd, odoo):
            for place in [place for place in books if place[0] in numbers]:
                del books[place]
        self.assertEqual(jd, odoo)
