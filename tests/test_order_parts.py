import random
from collections import Counter

from odoo.tests import tagged

from .jd_case import QUICK_WAREHOUSE
from .lot_case import JdLotCase


class JdPartsCase(JdLotCase):
    """Receipts that come in parts, counted by JD one after another."""

    def announce_in_parts(self, *quantities, **values):
        """Send a receipt that comes in parts; return it and its order."""
        self.connector.receipt_policy = "manual"
        picking = self.make_receipt(*quantities, jd_in_parts=True, **values)
        picking.action_jd_send()
        order = self.announce(picking)
        self.sandbox.do("advance", orders=[order.jd_number], to=20)
        return picking, order

    def count(self, order, *parts, pull=True):
        """Have JD count a part of each line, and Odoo hear of it."""
        lines = map(str, order.line_ids.sorted("id").ids)
        found = {
            line: part for line, part in zip(lines, parts, strict=False) if part
        }
        self.sandbox.do("receive", order=order.jd_number, parts=found)
        if pull:
            self.pull_and_close(order)

    def get_transfers(self, order):
        return (order.part_picking_ids | order.picking_id).sorted("id")

    def get_orders_at_jd(self):
        return self.sandbox.get("orders", kind="CGRK")

    def assertSameBooks(self, *products):
        """Expect what Odoo has of each level and lot to be what JD counted."""
        for product in products or (self.product,):
            self.assertEqual(self.get_books(product), self.get_books_at_jd(product))

    def get_books(self, product):
        """Return (level, lot or serial number) → pieces."""
        books = Counter()
        for level, place in (("100", self.stock), ("200", self.defective)):
            for quant in self.env["stock.quant"]._gather(product, place):
                books[level, quant.lot_id.name or ""] += quant.quantity
        return {key: pieces for key, pieces in books.items() if pieces}

    def get_books_at_jd(self, product):
        books = Counter()
        for row in self.sandbox.get("stock_list", warehouse=QUICK_WAREHOUSE):
            if row["goodsNo"] != self.get_goods_no(product):
                continue
            names = row["serialNos"] or [row.get("lot", "")]
            for name in names:
                books[row["goodsLevel"], name] += row["onHand"] / len(names)
        return {key: pieces for key, pieces in books.items() if pieces}


@tagged("post_install", "-at_install")
class TestParts(JdPartsCase):
    """Each part is received when JD has counted it, at the same order of JD's."""

    def test_each_part_is_in_stock_once_jd_has_counted_it(self):
        picking, order = self.announce_in_parts(40)
        self.count(order, 10)
        self.assertEqual((picking.state, picking.move_ids.quantity), ("done", 10))
        self.assertEqual(self.get_stock(self.product), self.STOCK + 10)
        self.assertEqual(order.state, "in_progress")
        rest = order.picking_id
        self.assertEqual(rest.backorder_id, picking)
        self.assertEqual(rest.move_ids.product_uom_qty, 30)
        self.assertEqual(rest.state, "assigned")
        self.assertFalse(rest.jd_on_hold)
        self.assertEqual(picking.jd_order_id, order)
        self.assertEqual(rest.jd_order_id, order)
        self.assertIn("JD has counted 10 of 40", rest.jd_notice)
        self.assertEqual(picking.jd_counted, "10 of 40")
        self.count(order, 15)
        self.complete(order, "70")
        self.assertEqual(order.state, "done")
        self.assertEqual(
            self.get_transfers(order).move_ids.mapped("quantity"), [10, 15, 15]
        )
        self.assertEqual(set(self.get_transfers(order).mapped("state")), {"done"})
        self.assertEqual(len(self.get_orders_at_jd()), 1)
        self.assertFalse(order.activity_ids)
        self.assertSameBooks()

    def test_what_is_left_is_not_sent_as_a_second_order(self):
        self.connector.receipt_policy = "confirmed"
        _picking, order = self.announce_in_parts(40)
        self.connector.receipt_policy = "confirmed"
        self.count(order, 10)
        self.run_cron("push_orders")
        order.picking_id.action_jd_send()
        self.run_cron("push_orders")
        with self.assertRefused("JD is at work on"):
            order.picking_id.button_validate()
        self.assertEqual(len(self.get_orders_at_jd()), 1)

    def test_a_repeated_report_adds_nothing(self):
        _picking, order = self.announce_in_parts(40)
        self.count(order, 10)
        for _again in range(2):
            self.pull_and_close(order)
        order._close()
        self.assertEqual(len(self.get_transfers(order)), 2)
        self.assertSameBooks()
