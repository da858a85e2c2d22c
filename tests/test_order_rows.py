"""What JD's rows say in another way than the order: merged, added, doubled."""

from odoo.fields import Command
from odoo.tests import tagged

from .test_order_answers import ITEMS, AnswerCase

PACKAGES = "data.deliveryPackageList"
HISTORY = "data.deliveryStatusList"


@tagged("post_install", "-at_install")
class TestRows(AnswerCase):
    def setUp(self):
        super().setUp()
        self.order = self.send(self.picking)

    def make_two_lines(self):
        """Create a delivery of 3 and 4 of the same goods, which Odoo keeps apart."""
        places = {
            "location_id": self.warehouse.lot_stock_id.id,
            "location_dest_id": self.env.ref("stock.stock_location_customers").id,
        }
        picking = self.make_delivery(
            move_ids=[
                Command.create(
                    {
                        "product_id": self.products[0].id,
                        "product_uom_qty": quantity,
                        "price_unit": quantity,
                        **places,
                    }
                )
                for quantity in (3, 4)
            ]
        )
        self.assertEqual(len(picking.move_ids), 2)
        return picking

    def patch_all(self, *changes):
        self.sandbox.do("clear_faults")
        self.patch(*changes, count=100)

    def close(self, order, status, *changes):
        """Have JD bring an order to a status, and say something else of it."""
        if status:
            self.advance(order, status)
        if changes:
            self.patch_all(*changes)
        self.pull(order)
        self.run_cron("close_orders")

    def row(self, picking, line, **values):
        """Return a change to one of JD's rows, by the place it has there."""
        return [
            {"path": f"{ITEMS}.{line}.{name}", "value": value}
            for name, value in values.items()
        ]

    def test_one_row_for_two_lines_fills_both(self):
        both = {"path": f"{ITEMS}.1", "delete": True}
        for moved, expected, number in (
            (7, [3, 4], "ours"),
            (5, [3, 2], "ours"),
            (9, [5, 4], "ours"),
            (9, [3, 6], "no"),
            (7, [3, 4], "no"),
        ):
            with self.subTest(moved=moved, number=number):
                picking = self.make_two_lines()
                order = self.send(picking)
                row = self.row(picking, 0, realQuantity=moved, planQuantity=7)
                if number == "no":
                    row += self.row(picking, 0, orderLine=None)
                self.close(order, "10020", *row, both)
                self.assertEqual(picking.state, "done", self.get_activity_notes(order))
                self.assertEqual(picking.move_ids.mapped("quantity"), expected)
                self.assertEqual(bool(picking.backorder_ids), moved < 7)
                self.assertEqual(bool(order.activity_ids), moved != 7)
                self.sandbox.do("clear_faults")

    def test_what_jd_puts_on_one_of_two_lines_is_not_short_on_the_other(self):
        picking = self.make_two_lines()
        order = self.send(picking)
        self.close(
            order,
            "10020",
            *self.row(picking, 0, realQuantity=7),
            *self.row(picking, 1, realQuantity=0),
        )
        self.assertEqual(picking.move_ids.mapped("quantity"), [3, 4])
        self.assertFalse(picking.backorder_ids)
        self.assertFalse(order.activity_ids)

    def test_goods_that_left_besides_are_told_by_product_and_count(self):
        picking = self.make_delivery(3)
        order = self.send(picking)
        other = self.products[1]
        goods = self.env["jd.goods"]._get_goods(self.warehouse, other)[other.id]
        for status in ("10020", None):
            self.close(
                order,
                status,
                {
                    "path": f"{ITEMS}.1",
                    "value": {"goodsNo": goods.goods_no, "realQuantity": 7},
                },
            )
        self.assertEqual(picking.state, "done")
        self.assertEqual(picking.move_ids.quantity, 3)
        self.assertOneActivity(
            order, f"does not have.*hand.*7 × .*Goods 2 \\({goods.goods_no}\\) moved"
        )
        self.assertIn("7 × ", order.discrepancies)

    def test_goods_that_left_besides_are_told_also_when_jd_says_so_late(self):
        self.close(self.order, "10020")
        self.assertEqual(self.picking.state, "done")
        stranger = {"goodsNo": "EMG0000000009999", "realQuantity": 7}
        for status in ("10033", None):
            self.close(self.order, status, {"path": f"{ITEMS}.2", "value": stranger})
        self.assertOneActivity(self.order, "7 × EMG0000000009999 .*moved")

    def test_goods_instead_of_ours_move_nothing_and_are_told(self):
        self.close(
            self.order,
            "10020",
            *self.row(self.picking, 1, goodsNo="EMG0000000009999", planQuantity=None),
        )
        self.assertEqual(self.picking.state, "assigned")
        self.assertOneActivity(self.order, "not understood: .*2 × .*EMG0000000009999")

    # === LEFT AND CANCELLED === #

    def cancelled(self, *codes):
        """Return the change to an answer that says the order is cancelled, too."""
        rows = [
            {
                "statusCode": code,
                "statusName": str(code),
                "operateTime": "2026-01-01 10:00:00",
            }
            for code in codes
        ]
        return [
            {"path": "data.status", "value": "10028"},
            {"path": HISTORY, "value": rows},
        ]

    def test_pieces_that_left_count_although_jd_says_cancelled(self):
        for codes in ((10019, 10028), (10018, 10028)):
            for asked in (False, True):
                with self.subTest(codes=codes, asked=asked):
                    picking = self.make_delivery(3, 2)
                    order = self.send(picking)
                    if asked:
                        picking.action_cancel()
                    self.close(
                        order,
                        "10019",
                        *self.cancelled(*codes),
                        *self.row(picking, 0, realQuantity=2),
                        {"path": f"{ITEMS}.1.realQuantity", "delete": True},
                    )
                    self.assertEqual(order.state, "done")
                    self.assertEqual(picking.state, "done")
                    first, *_rest = picking.move_ids
                    self.assertEqual((first.state, first.quantity), ("done", 2))
                    notes = self.get_activity_notes(order)
                    self.assertRegex(notes, "cancelled, and also that goods of it left")
                    self.assertNotRegex(notes, "send it to JD again")
                    rest = picking.backorder_ids
                    self.assertEqual(rest.state == "cancel", asked)
                    self.assertTrue(asked or rest.jd_on_hold)
                    self.sandbox.do("clear_faults")

    def test_a_cancellation_of_what_may_have_left_waits_for_the_quantities(self):
        missing = {"path": f"{ITEMS}.*.realQuantity", "delete": True}
        self.close(self.order, "10019", *self.cancelled(10019, 10028), missing)
        self.assertEqual(self.picking.state, "assigned")
        self.assertEqual(self.order.state, "in_progress")
        self.assertTrue(self.order.pull_at)
        self.assertRegex(
            self.get_activity_notes(self.order), "which is true before you send any"
        )
        self.sandbox.do("clear_faults")
        self.pull(self.order)
        self.run_cron("close_orders")
        self.assertEqual(self.picking.state, "done")

    # === PARCELS === #

    def test_a_parcel_in_two_rows_is_one_parcel(self):
        self.advance(self.order, "10019")
        row = {"packageNo": "JDVD00000000001-1-1-", "packageItemList": []}
        rows = [row, row | {"packageWeight": 2.5}, row]
        self.close(self.order, "10020", {"path": PACKAGES, "value": rows})
        self.assertEqual(self.picking.state, "done")
        self.assertEqual(
            self.order.parcel_ids.mapped(lambda each: (each.package_no, each.weight)),
            [("JDVD00000000001-1-1-", 2.5)],
        )
