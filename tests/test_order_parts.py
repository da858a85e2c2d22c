import random
from collections import Counter
from datetime import timedelta

from odoo import fields
from odoo.tests import tagged
from odoo.tools import mute_logger

from .. import const
from .jd_case import QUICK_WAREHOUSE
from .lot_case import JdLotCase


class JdPartsCase(JdLotCase):
    """Receipts that come in parts, counted by JD one after another."""

    def announce_in_parts(self, *quantities, **values):
        """Send a receipt that comes in parts; return it and its order."""
        self.connector.receipt_policy = "manual"
        picking = self.make_receipt(*quantities, jd_in_parts=True, **values)
        return picking, self.send_in_parts(picking)

    def send_in_parts(self, picking):
        """Send a receipt; return its order, which JD is about to count."""
        picking.action_jd_send()
        order = self.announce(picking)
        self.sandbox.do("advance", orders=[order.jd_number], to=20)
        return order

    def count(self, order, *parts, pull=True):
        """Have JD count a part of each line, and Odoo hear of it."""
        lines = map(str, order.line_ids.sorted("id").ids)
        found = {line: part for line, part in zip(lines, parts, strict=False) if part}
        self.sandbox.do("receive", order=order.jd_number, parts=found)
        if pull:
            self.pull_and_close(order)

    def set_company(self, picking, company):
        self.env.cr.execute(
            "UPDATE stock_picking SET company_id = %s WHERE id = %s",
            [company.id, picking.id],
        )
        self.env.invalidate_all()

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
                name = quant.lot_id.name or ""
                # Assumed where JD names no lot.
                name = "" if name.startswith("EPL") else name
                books[level, name] += quant.quantity
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
        self.assertFalse(order.counted)
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
        moves = self.get_transfers(order).move_ids
        self.assertFalse(moves.jd_odoo_only_connector_id)
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

    def test_lines_of_the_same_goods_are_filled_up_in_turn(self):
        self.connector.receipt_policy = "manual"
        picking = self.make_transfer(
            *(self.warehouse.in_type_id, self.suppliers, self.stock, 10, 5),
            products=[self.product, self.product],
            partner_id=self.supplier.id,
            jd_in_parts=True,
        )
        picking.move_ids[1].price_unit = 2  # else Odoo merges them
        picking.action_confirm()
        order = self.send_in_parts(picking)
        self.assertEqual(order.line_ids.sorted("id").mapped("planned"), [10, 5])
        # JD counts for one line what came of both.
        self.count(order, 12)
        self.assertEqual(order.line_ids.sorted("id").mapped("received"), [10, 2])
        self.count(order, 3)
        second = str(order.line_ids.sorted("id")[1].id)
        self.sandbox.do("arrange", orders=[order.jd_number], short={second: 5})
        self.complete(order, "70")
        self.assertEqual(order.line_ids.sorted("id").mapped("received"), [10, 5])
        self.assertEqual(order.state, "done")
        self.assertSameBooks()
        self.assertFalse(order.activity_ids)

    def test_what_was_corrected_is_not_told_again_once_the_order_is_done(self):
        _picking, order = self.announce_in_parts(40)
        self.count(order, 40)
        line = str(order.line_ids.id)
        self.sandbox.do("recount", order=order.jd_number, line=line, quantity=4)
        self.pull_and_close(order)
        self.assertOneActivity(order, "JD reports 36, Odoo received 40")
        self.sandbox.do("arrange", orders=[order.jd_number], short=4)
        self.complete(order, "70")
        self.assertEqual(order.state, "done")
        self.pull_and_close(order)
        self.assertOneActivity(order, "JD reports 36, Odoo received 40")

    def test_an_older_answer_that_is_recorded_later_is_no_correction(self):
        _picking, order = self.announce_in_parts(40)
        self.count(order, 10)
        # One worker asks, and its answer takes longer than that of another one.
        order._postpone_question()
        asked_as = {order.id: (order.pull_at, order.unanswered)}
        operations = self.connector._get_operations_or_expire()
        older = operations.report(**order._prepare_question())
        self.count(order, 5)
        order._record_pull({order.id: older}, asked_as)
        self.assertEqual(order.counted, "15 of 40")
        self.assertFalse(order.corrections)
        self.assertFalse(order.activity_ids)
        self.assertLessEqual(order.pull_at, fields.Datetime.now())
        self.count(order, 5)
        self.assertEqual(order.counted, "20 of 40")
        self.assertSameBooks()

    # === MORE, AND LESS === #

    def test_more_than_ordered_is_received_although_no_transfer_is_open(self):
        _picking, order = self.announce_in_parts(10, 5)
        self.count(order, 10, 2)
        self.assertEqual(order.picking_id.move_ids.product_id, self.products[1])
        self.count(order, 2, 3)
        self.assertEqual(order.picking_id.state, "done")
        self.count(order, 3)
        self.complete(order, "70")
        self.assertEqual(order.state, "done")
        self.assertSameBooks(*self.products)
        self.assertOneActivity(order, "received more than announced: .*G-1")
        self.assertFalse(order.picking_id.backorder_ids)

    def test_a_lower_count_takes_nothing_back_and_is_told_once(self):
        _picking, order = self.announce_in_parts(40)
        self.count(order, 10)
        line = str(order.line_ids.id)
        self.sandbox.do("recount", order=order.jd_number, line=line, quantity=4)
        for _again in range(2):
            self.pull_and_close(order)
            self.assertEqual(self.get_stock(self.product), self.STOCK + 10)
            self.assertOneActivity(order, "JD reports 6, Odoo received 10")
            self.assertIn("G-1", self.get_activity_notes(order))
        order.activity_ids.action_done()
        self.count(order, 3)
        self.assertEqual(self.get_stock(self.product), self.STOCK + 10)
        self.count(order, 3)
        self.assertFalse(order.corrections)
        self.assertSameBooks()

    def test_what_was_found_otherwise_later_is_not_received_twice(self):
        _picking, order = self.announce_in_parts(40)
        self.count(order, 10)
        line = str(order.line_ids.id)
        self.sandbox.do("recount", order=order.jd_number, line=line, quantity=2)
        self.count(order, {"quantity": 2, "damaged": 2})
        self.assertEqual(self.get_books(self.product), {("100", ""): self.STOCK + 10})
        self.assertOneActivity(order, r"Good \(100\): JD reports 8, Odoo received 10")

    # === LEVELS, LOTS AND SERIAL NUMBERS === #

    def test_each_part_has_its_levels_and_lots(self):
        _picking, order = self.announce_in_parts(40, products=self.cream)
        lots = [{"lot": "A", "quantity": 6}, {"lot": "B", "quantity": 4}]
        self.count(order, {"quantity": 10, "damaged": 3, "batches": lots})
        [first] = self.get_transfers(order)[:1]
        self.assertEqual(
            sorted(
                (line.lot_id.name, line.quantity, line.location_dest_id)
                for line in first.move_line_ids
            ),
            [
                ("A", 6, self.stock),
                ("B", 1, self.stock),
                ("B", 3, self.defective),
            ],
        )
        self.assertActivity(order, "in another condition than announced")
        self.assertSameBooks(self.cream)
        lots = [{"lot": "B", "quantity": 5}, {"lot": "C", "quantity": 2}]
        self.count(order, {"quantity": 7, "batches": lots})
        self.complete(order, "70")
        self.assertSameBooks(self.cream)
        rows = order.allocation_ids.grouped("picking_id")
        self.assertEqual(list(rows), list(self.get_transfers(order)))
        self.assertFalse(order.corrections)

    def test_each_part_has_its_serial_numbers(self):
        phone = self.make_tracked("PHONE", "serial", serial=True)
        _picking, order = self.announce_in_parts(6, products=phone)
        first = {"quantity": 3, "damaged": 1, "serials": ["S1", "S2", "S3"]}
        self.count(order, first)
        self.assertSameBooks(phone)
        self.count(order, {"quantity": 2, "serials": ["S4", "S5"]})
        self.assertSameBooks(phone)
        self.count(order, {"quantity": 1, "damaged": 1, "serials": ["S6"]})
        self.complete(order, "70")
        self.assertEqual(order.state, "done")
        self.assertSameBooks(phone)
        self.assertFalse(order.corrections)

    def test_lots_that_jd_never_names_are_assumed_in_each_part(self):
        _picking, order = self.announce_in_parts(10, products=self.cream)
        self.sandbox.do("arrange", orders=[order.jd_number], lots=False)
        self.count(order, 4)
        self.count(order, 6)
        lot = self.env["stock.lot"].search([("product_id", "=", self.cream.id)])
        self.assertEqual(lot.name, order.jd_number)
        self.assertEqual(self.get_stock(self.cream), 10)
        lines = self.get_transfers(order).move_line_ids
        self.assertEqual(set(lines.mapped("jd_lot_assumed")), {True})

    # === ENDS === #

    def test_an_end_closes_only_what_is_left(self):
        for name in (
            "the user cancels",
            "the user cancels, and JD has counted more",
            "the user cancels, and JD counts all",
            "JD cancels",
            "JD cancels, and has counted more",
            "JD ends",
            "close inbound",
        ):
            with self.subTest(name):
                self.check_end(name)

    def check_end(self, name):
        picking, order = self.announce_in_parts(40)
        before = self.get_stock(self.product)
        self.count(order, 10)
        rest = order.picking_id
        if "counted more" in name:
            self.count(order, 5, pull=False)
        if "counts all" in name:
            self.count(order, 30, pull=False)
        if name.startswith("the user cancels"):
            rest.action_cancel()
            self.assertEqual(order.state, "cancelling")
        elif name.startswith("JD cancels"):
            self.sandbox.do("advance", orders=[order.jd_number], to=91)
        elif name == "JD ends":
            self.sandbox.do("arrange", orders=[order.jd_number], short=30)
            self.sandbox.do("advance", orders=[order.jd_number], to=70)
        else:
            rest.action_jd_close_inbound()
        self.run_cron("push_orders")
        self.pull_and_close(order)
        counted = 15 if "more" in name else 40 if "all" in name else 10
        self.assertEqual(self.get_stock(self.product), before + counted)
        self.assertSameBooks()
        self.assertEqual(order.state, "done")
        self.assertEqual(order.counted, f"{counted} of 40")
        self.assertIn(order.picking_id, self.get_transfers(order))
        self.assertEqual(order.picking_id.state, "done")
        self.assertEqual(picking.jd_order_id, order)
        left = (picking | picking.backorder_ids | rest.backorder_ids).filtered(
            lambda p: p.state != "done"
        )
        self.assertEqual(sum(left.move_ids.mapped("product_uom_qty")), 40 - counted)
        self.assertFalse(left.jd_order_id)
        if counted == 40:
            self.assertActivity(order, "counted 40 of 40 of this order before")
        elif name.startswith("the user cancels"):
            self.assertEqual(left.state, "cancel")
        else:
            self.assertEqual(left.state, "assigned")
            self.assertTrue(left.jd_on_hold)
            self.assertTrue(order.activity_ids)
            orders = len(self.get_orders_at_jd())
            left.action_jd_send()
            self.run_cron("push_orders")
            self.assertEqual(left.jd_order_id.state, "accepted")
            self.assertEqual(len(self.get_orders_at_jd()), orders + 1)
            left.action_cancel()
            self.run_cron("push_orders")
            self.pull_and_close(left.jd_order_id)
            self.assertEqual(left.state, "cancel")

    def test_no_rest_is_left_where_the_operation_type_makes_no_backorders(self):
        self.warehouse.in_type_id.create_backorder = "never"
        for to, more in ((70, 0), (70, 5), (91, 0)):
            with self.subTest(to=to, more=more):
                picking, order = self.announce_in_parts(40)
                before = self.get_stock(self.product)
                self.count(order, 10)
                rest = order.picking_id
                self.assertEqual(rest.state, "assigned")  # JD counts on
                if more:
                    self.count(order, more, pull=False)
                short = 30 - more
                self.sandbox.do("arrange", orders=[order.jd_number], short=short)
                self.sandbox.do("advance", orders=[order.jd_number], to=to)
                self.pull_and_close(order)
                self.assertEqual(order.state, "done")
                self.assertEqual(self.get_stock(self.product), before + 10 + more)
                left = (picking | rest | rest.backorder_ids).filtered(
                    lambda p: p.state not in ("done", "cancel")
                )
                self.assertFalse(left)
                self.assertOneActivity(
                    order, f"not expected any more.* creates no .*: {short} of 40"
                )

    def test_pieces_counted_before_the_first_look_are_received_at_the_end(self):
        picking, order = self.announce_in_parts(40)
        self.count(order, 10, pull=False)
        picking.action_cancel()
        self.run_cron("push_orders")
        self.pull_and_close(order)
        self.assertEqual((picking.state, order.state), ("done", "done"))
        self.assertEqual(picking.backorder_ids.state, "cancel")
        self.assertActivity(order, "JD had counted 10 of 40 of this order before")
        self.assertSameBooks()

    def test_what_jd_ended_in_parts_is_not_asked_for_for_ever(self):
        _picking, order = self.announce_in_parts(40)
        self.count(order, 10)
        self.sandbox.do("advance", orders=[order.jd_number], to=91)
        self.pull_and_close(order)
        self.assertEqual(order.state, "done")
        self.assertFalse(order.are_quantities_known)
        order.accepted_at -= const.FOLLOW_SHIPPED + timedelta(days=1)
        self.pull_and_close(order)
        self.assertFalse(order.pull_at)

    def test_a_cancel_that_jd_refuses_goes_on_with_what_is_left(self):
        _picking, order = self.announce_in_parts(40)
        self.count(order, 10)
        self.sandbox.do("arrange", orders=[order.jd_number], cancel="later, refused")
        rest = order.picking_id
        rest.action_cancel()
        self.run_cron("push_orders")
        self.count_at_jd_while_cancelling(order)
        self.assertEqual(order.state, "in_progress")
        self.assertFalse(rest.move_ids.jd_cancel_requested)

    def count_at_jd_while_cancelling(self, order):
        self.sandbox.do("settle", orders=[order.jd_number], agreed=False)
        self.pull_and_close(order)

    def test_a_lowered_rest_is_sent_as_an_order_of_what_is_left(self):
        _picking, order = self.announce_in_parts(40)
        self.count(order, 10)
        rest = order.picking_id
        rest.move_ids.product_uom_qty = 15
        self.run_cron("push_orders")
        self.pull_and_close(order)
        self.run_cron("push_orders")
        self.assertEqual(order.state, "done")
        self.assertNotEqual(rest.jd_order_id, order)
        self.assertEqual(rest.jd_order_id.line_ids.planned, 15)
        self.sandbox.do("advance", orders=[rest.jd_order_id.jd_number], to=70)
        self.pull_and_close(rest.jd_order_id)
        self.assertEqual(self.get_stock(self.product), self.STOCK + 25)
        self.assertSameBooks()

    # === TROUBLE === #

    @mute_logger("odoo.addons.jd_fulfillment.models.mixins.jd_worker_mixin")
    def test_a_part_that_cannot_be_received_is_received_whole_later(self):
        picking, order = self.announce_in_parts(40, 20)
        self.set_company(picking, self.other_company)
        self.count(order, 10, 5)
        self.assertEqual(self.get_stock(self.product), self.STOCK)
        self.assertEqual((picking.state, order.picking_id), ("assigned", picking))
        self.assertEqual(order.state, "in_progress")
        self.assertActivity(order, "could not be closed")
        self.set_company(picking, self.company)
        order.retry_at = False
        self.count(order, 1, 1)
        self.assertEqual(picking.move_ids.mapped("quantity"), [11, 6])
        self.assertSameBooks(*self.products)

    # === RETURNS === #

    def test_a_return_that_jd_counts_in_parts_is_received_in_parts(self):
        delivery = self.make_shipped_delivery(10)
        back = self.make_return(delivery, 10)
        order = self.announce(back)
        self.sandbox.do("advance", orders=[order.jd_number], to=100)
        self.count(order, {"quantity": 4, "damaged": 1})
        self.assertEqual(back.state, "done")
        self.assertSameBooks()
        self.sandbox.do("advance", orders=[order.jd_number], to=500)
        self.pull_and_close(order)
        self.assertEqual(order.state, "done")
        self.assertTrue(back.backorder_ids.jd_on_hold)
        self.assertSameBooks()


@tagged("post_install", "-at_install")
class TestRandomParts(JdPartsCase):
    """Whatever comes in whatever parts, both books hold the same."""

    SEQUENCES = 6

    def test_after_each_sequence_of_parts_both_sides_hold_the_same(self):
        for seed in range(self.SEQUENCES):
            with self.subTest(seed=seed):
                self.run_sequence(random.Random(seed))

    def run_sequence(self, dice):
        products = self.product + self.cream
        planned = [dice.randint(1, 20) for _each in products]
        before = len(self.get_orders_at_jd())
        _picking, order = self.announce_in_parts(*planned, products=products)
        for _step in range(dice.randint(1, 5)):
            parts = [self.make_part(dice, product) for product in products]
            self.count(order, *parts, pull=dice.random() < 0.7)
            self.assertIn(order.state, ("accepted", "in_progress"))
        end = dice.choice(("70", "91", "cancel", "close"))
        if end == "cancel" and order.picking_id.state != "done":
            order.picking_id.action_cancel()
        elif end == "close":
            order.action_close_inbound()
        else:
            to = 91 if end == "91" else 70
            self.sandbox.do("advance", orders=[order.jd_number], to=to)
        self.run_cron("push_orders")
        self.pull_and_close(order)
        self.assertIn(order.state, ("done", "cancelled"))
        self.assertSameBooks(*products)
        self.assertFalse(order.corrections)
        moves = order._get_received_transfers().move_ids
        done = moves.filtered(lambda move: move.state == "done")
        reported = order.line_ids.mapped("reported")
        self.assertEqual(sum(done.mapped("quantity")), sum(reported))
        self.assertEqual(len(self.get_orders_at_jd()), before + 1)

    def make_part(self, dice, product):
        """Return a part of up to eight pieces, some damaged, in up to two lots."""
        pieces = dice.randint(0, 8)
        if not pieces:
            return None
        part = {"quantity": pieces, "damaged": dice.choice((0, 0, 1, pieces))}
        if product.tracking == "lot":
            lots = dice.sample("ABC", 2)
            first = dice.randint(0, pieces)
            part["batches"] = [
                {"lot": lot, "quantity": quantity}
                for lot, quantity in zip(lots, (first, pieces - first), strict=True)
                if quantity
            ]
        return part
