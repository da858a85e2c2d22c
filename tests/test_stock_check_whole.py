"""A warehouse in which much differs at once: each piece explained, the rest posted."""

import os

from odoo.fields import Command
from odoo.tests import tagged

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
            *("lost", "found", "damaged"),
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
        self.sandbox.do(
            "goods", department=QUICK_DEPARTMENT, goods=[{"erpGoodsNo": "NOBODY"}]
        )
        row = {"erpGoodsNo": "NOBODY", "quantity": 9}
        self.sandbox.do("stock", warehouse=QUICK_WAREHOUSE, rows=[row])

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
        """Return product or goods → what explains its difference, and the rest."""
        return {
            line.product_id or line.goods_no: (
                {row.kind: row.quantity for row in line.explanation_ids},
                line.unexplained,
            )
            for line in check.line_ids
        }

    def test_each_piece_is_explained_and_the_rest_is_posted_once(self):
        self.let_things_happen()
        check = self.run_check()
        [unknown] = [
            row["goodsNo"]
            for row in self.sandbox.get("goods_list", department=QUICK_DEPARTMENT)
            if row["erpGoodsNo"] == "NOBODY"
        ]
        self.assertEqual(
            self.read(check),
            {
                self.shipped: ({"shipped": -5}, 0),
                self.both: ({"shipped": -5}, -1),
                self.received: ({"received": 7}, 0),
                self.returned: ({"returned": 3}, 0),
                self.left: ({"left_to_supplier": -4}, 0),
                self.cancelled: ({"shipped_cancelled": -6}, 0),
                self.by_hand: ({"changed_by_hand": -2}, 0),
                self.ordered: ({"foreign_order": 8}, 0),
                self.adjusted: ({"odoo_only": -4}, 0),
                self.counted: ({"jd_count": -3}, 0),
                self.packed: ({"unit": -24}, 0),
                self.lost: ({}, -2),
                self.found: ({}, 3),
                unknown: ({"unknown_goods": 9}, 0),
            },
        )
        self.assertEqual(check.unexplained_units, 6)
        check.with_user(self.manager).action_accept_all()
        self.run_cron("close_orders")
        by_hand = check.line_ids.filtered(
            lambda line: line.product_id in self.cancelled + self.by_hand + self.counted
        )
        by_hand.with_user(self.manager).action_accept()
        again = self.run_check()
        # What a person must still put right, and nothing else.
        self.assertEqual(
            set(self.read(again)),
            {self.adjusted, self.ordered, self.packed, unknown},
        )
        self.assertFalse(again.unexplained_units)
