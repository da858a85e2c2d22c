from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import tagged

from .. import const
from .inbound_case import JdInboundCase


@tagged("post_install", "-at_install")
class TestReceipts(JdInboundCase):
    """Receipts from suppliers: announced, counted by JD, closed with its count."""

    # === ANNOUNCED === #

    def test_a_receipt_closes_with_what_jd_counted(self):
        picking = self.make_receipt(5, 7)
        self.assertIn("Kain Jaya is being looked up", picking.jd_order_id.problems)
        order = self.announce(picking)
        self.assertTrue(order.jd_number.startswith("EPL"))
        self.complete(order, "70")
        self.assertEqual(picking.state, "done")
        self.assertEqual(picking.move_ids.mapped("quantity"), [5, 7])

    def test_stock_counts_only_once_jd_has_finished_receiving(self):
        picking = self.make_receipt(5)
        order = self.announce(picking)
        self.complete(order, "20")
        self.assertEqual(order.status_code, "20")
        self.assertEqual(self.product.qty_available, self.STOCK)
        with self.assertRefused("JD is at work on"):
            picking.button_validate()
        self.complete(order, "70")
        self.assertEqual(self.product.qty_available, self.STOCK + 5)
        self.assertEqual(
            self.get_stock(self.product), self.get_stock_at_jd(self.product)
        )

    def test_by_hand_nothing_is_announced_until_somebody_says_so(self):
        self.connector.receipt_policy = "manual"
        picking = self.make_receipt(5)
        self.run_cron("push_orders")
        self.assertFalse(picking.jd_order_id)
        picking.action_jd_send()
        self.announce(picking)

    def test_what_was_typed_as_received_does_not_change_what_is_announced(self):
        self.connector.receipt_policy = "manual"
        picking = self.make_receipt(5)
        picking.move_ids.quantity = 2
        picking.action_jd_send()
        order = self.announce(picking)
        self.assertEqual(order.line_ids.planned, 5)
        self.complete(order, "70")
        self.assertEqual(picking.move_ids.quantity, 5)
        self.assertFalse(picking.backorder_ids)

    # === SUPPLIERS === #

    def test_an_order_is_checked_soon_while_its_supplier_is_looked_up(self):
        order = self.make_receipt(5).jd_order_id
        self.assertProblems(order, "is being looked up at JD")
        soon = fields.Datetime.now() + const.CHECK_SOON
        self.assertLessEqual(order.retry_at, soon)
        # Matched by a transaction that did not see this order yet.
        order.partner_id.commercial_partner_id.flush_recordset()
        self.env["jd.supplier"].search([]).supplier_no = "EMS0000000000001"
        self.pass_time(minutes=3)
        self.run_cron("push_orders")
        self.assertNotEqual(order.state, "draft")

    def get_suppliers_at_jd(self):
        return [
            self.get_order_at_jd(order)["request"].get("supplierNo")
            for order in self.env["jd.order"].search([("kind", "=", "inbound")])
        ]

    def test_a_supplier_is_created_once_even_if_jds_answer_is_lost(self):
        self.sandbox.do(
            "fault", kind="timeout_after", call="upsertSupplier", count=1, seconds=0.1
        )
        first = self.make_receipt(1)
        self.announce(first)
        self.announce(self.make_receipt(2))
        [number, other] = self.get_suppliers_at_jd()
        self.assertRegex(number, "^EMS")
        self.assertEqual(number, other)
        supplier = self.env["jd.supplier"].search([])
        self.assertEqual(supplier.supplier_no, number)
        self.assertEqual(supplier.partner_id, self.supplier)

    def test_a_refused_supplier_is_told_once_and_asked_again_when_changed(self):
        self.sandbox.do(
            "fault",
            kind="refuse",
            call="upsertSupplier",
            code="3010",
            message="no such province",
        )
        picking = self.make_receipt(1)
        self.run_cron("match_goods")
        supplier = self.env["jd.supplier"].search([])
        self.assertEqual(supplier.state, "refused")
        self.run_cron("push_orders")
        self.assertIn("no such province", picking.jd_order_id.problems)
        calls = self.count_calls("upsertSupplier")
        self.run_cron("match_goods")
        self.run_cron("push_orders")
        self.assertEqual(self.count_calls("upsertSupplier"), calls)
        self.sandbox.do("clear_faults")
        supplier.refused_at = "2026-01-01 00:00:00"  # before the contact was changed
        picking.jd_order_id.action_retry()
        self.announce(picking)

    def test_a_supplier_without_a_name_stops_no_other(self):
        nameless = self.env["res.partner"].create({"type": "other"})
        suppliers = self.env["jd.supplier"]
        bad, good = (
            suppliers._get_or_request(self.warehouse, partner)
            for partner in (nameless, self.supplier)
        )
        self.run_cron("match_goods")
        self.assertEqual(bad.state, "refused")
        self.assertRegex(bad.reason, "Give the contact a name")
        self.assertRegex(good.supplier_no, "^EMS")

    def count_calls(self, name):
        return sum(
            row["count"] for row in self.sandbox.get("calls") if row["call"] == name
        )

    # === COUNTED OTHERWISE === #

    def test_short_and_damaged_goods_are_held_and_kept_apart(self):
        picking = self.make_receipt(10)
        order = self.announce(picking)
        self.sandbox.do("arrange", orders="all", short=3, damaged=2)
        self.complete(order, "70")
        self.assertEqual(picking.state, "done")
        self.assertEqual(picking.move_ids.quantity, 7)
        self.assertEqual(self.get_stock(self.product), self.STOCK + 5)
        self.assertEqual(self.get_stock(self.product, self.defective), 2)
        self.assertEqual(self.product.qty_available, self.STOCK + 5)
        backorder = picking.backorder_ids
        self.assertTrue(backorder.jd_on_hold)
        self.assertFalse(backorder.jd_order_id)
        held = f"3 on hold in {backorder.name}"
        told = "[G-1] Goods 1: 7 of 10 received, of these 2 × Defective; "
        self.assertActivity(order, told + held)
        self.assertActivity(order, "announced: [G-1] Goods 1: 2 × Defective.")
        self.assertActivity(picking, held)
        self.assertEqual(order.discrepancies, "G-1: short 3, damaged 2")

    def test_more_than_announced_is_in_stock_and_told(self):
        picking = self.make_receipt(10)
        order = self.announce(picking)
        self.sandbox.do("arrange", orders="all", over=4)
        self.complete(order, "70")
        self.assertEqual(picking.move_ids.quantity, 14)
        self.assertEqual(self.get_stock(self.product), self.STOCK + 14)
        self.assertEqual(
            self.get_stock(self.product), self.get_stock_at_jd(self.product)
        )
        self.assertFalse(picking.backorder_ids)
        self.assertActivity(order, "announced: [G-1] Goods 1: 14 instead of 10.")

    def test_wrong_goods_are_listed_and_nothing_is_guessed(self):
        picking = self.make_receipt(10)
        order = self.announce(picking)
        stranger = self.get_goods_no(self.products[1])
        self.sandbox.do(
            "arrange", orders="all", wrong=[{"goodsNo": stranger, "quantity": 3}]
        )
        self.complete(order, "70")
        self.assertEqual(picking.move_ids.product_id, self.product)
        self.assertEqual(self.get_stock(self.products[1]), self.STOCK)
        self.assertIn("G-2: 3 not announced", order.discrepancies)
        self.assertActivity(order, "G-2: 3 not announced")
        before = len(order.activity_ids)
        order.pull_at = "2026-01-01 00:00:00"
        self.run_cron("follow_orders")
        self.assertEqual(len(order.activity_ids), before)

    def test_goods_refused_at_the_door_stay_open(self):
        picking = self.make_receipt(10)
        order = self.announce(picking)
        self.sandbox.do("arrange", orders="all", refused=4)
        self.complete(order, "70")
        self.assertEqual(picking.move_ids.quantity, 6)
        self.assertIn("4 not received: refused at receipt", order.discrepancies)
        self.assertEqual(picking.backorder_ids.move_ids.product_uom_qty, 4)

    def test_nothing_received_leaves_the_receipt_open_and_held(self):
        picking = self.make_receipt(10)
        order = self.announce(picking)
        self.sandbox.do("arrange", orders="all", short=10)
        self.complete(order, "70")
        self.assertEqual(order.state, "cancelled")
        self.assertNotIn(picking.state, ("done", "cancel"))
        self.assertTrue(picking.jd_on_hold)
        self.assertEqual(self.get_stock(self.product), self.STOCK)

    # === CANCEL AND END === #

    def test_a_receipt_is_cancelled_once_jd_agrees(self):
        picking = self.make_receipt(10)
        order = self.announce(picking)
        picking.action_cancel()
        self.assertEqual(order.state, "cancelling")
        self.assertNotEqual(picking.state, "cancel")
        self.run_cron("push_orders")
        # JD agreed, and was asked whether it had counted something before.
        self.assertEqual(order.state, "cancelled")
        self.assertEqual(picking.state, "cancel")
        self.assertEqual(self.get_order_at_jd(order)["status"], 91)

    def test_a_cancel_after_the_count_is_refused_and_the_receipt_closes(self):
        picking = self.make_receipt(10)
        order = self.announce(picking)
        self.sandbox.do("advance", to=70, kind="CGRK")
        picking.action_cancel()
        self.run_cron("push_orders")
        self.assertEqual(order.state, "in_progress")
        self.assertActivity(order, "the goods have arrived already")
        self.pull_and_close(order)
        self.assertEqual(picking.state, "done")

    def test_a_receipt_that_jd_has_counted_cannot_be_cancelled_at_all(self):
        picking = self.make_receipt(10)
        order = self.announce(picking)
        self.sandbox.do("advance", to=70, kind="CGRK")
        order.action_pull()
        self.run_cron("follow_orders")
        with self.assertRefused("JD has received the goods"):
            picking.action_cancel()

    def announce_in_parts(self):
        """Send a receipt of ten that comes in parts; return it and its order."""
        self.connector.receipt_policy = "manual"
        picking = self.make_receipt(10, jd_in_parts=True)
        picking.action_jd_send()
        return picking, self.announce(picking)

    def receive_part(self, order, pieces):
        """Have so many pieces come in at JD, and JD asked about it."""
        self.complete(order, "20")
        line = str(order.line_ids.id)
        self.sandbox.do("receive", order=order.jd_number, parts={line: pieces})
        self.pull_and_close(order)

    def test_after_the_last_part_the_whole_count_is_asked_for(self):
        picking, order = self.announce_in_parts()
        self.receive_part(order, 6)
        self.sandbox.do("advance", orders=[order.jd_number], to=70)
        self.receive_message(order, "70")
        self.follow_messages()
        self.run_cron("close_orders")
        parts = picking | order.picking_id
        self.assertEqual(parts.mapped("state"), ["done", "done"])
        self.assertEqual(parts.move_ids.mapped("quantity"), [6, 4])

    def test_an_end_before_jd_began_is_refused_with_the_advice_to_cancel(self):
        picking, order = self.announce_in_parts()
        picking.action_jd_close_inbound()
        self.run_cron("push_orders")
        self.assertFalse(order.close_inbound_due)
        self.assertEqual(order.state, "accepted")
        self.assertActivity(order, "cancel it instead")

    def test_an_end_that_jd_does_not_answer_is_told_again(self):
        picking, order = self.announce_in_parts()
        self.complete(order, "20")
        self.sandbox.do(
            "fault", kind="timeout_after", call="closePoOrder", count=1, seconds=0.1
        )
        picking.action_jd_close_inbound()
        self.run_cron("push_orders")
        self.assertTrue(order.close_inbound_due)
        order.retry_at = False
        self.run_cron("push_orders")
        self.assertFalse(order.close_inbound_due)
        self.assertEqual(self.get_order_at_jd(order)["status"], 70)


@tagged("post_install", "-at_install")
class TestBetweenWarehouses(JdInboundCase):
    """Goods that go from one of the merchant's warehouses to another."""

    def setUp(self):
        super().setUp()
        self.own = self.env["stock.warehouse"].create(
            {"name": "Own shed", "code": "OWN", "company_id": self.company.id}
        )

    def test_goods_of_our_own_come_in_without_a_supplier(self):
        self.env["stock.quant"]._update_available_quantity(
            self.product, self.own.lot_stock_id, 20
        )
        picking = self.make_transfer(
            self.own.int_type_id, self.own.lot_stock_id, self.stock, 8
        )
        picking.action_confirm()
        picking.action_assign()
        self.assertEqual(picking.jd_kind, "inbound")
        order = self.announce(picking)
        request = self.get_order_at_jd(order)["request"]
        self.assertFalse(request.get("supplierNo"))
        self.assertEqual(request["bizType"], 12)
        self.complete(order, "70")
        self.assertEqual(picking.state, "done")
        self.assertEqual(self.get_stock(self.product), self.STOCK + 8)
        self.assertEqual(self.get_stock(self.product, self.own.lot_stock_id), 12)

    def test_goods_go_from_jd_to_our_own_warehouse_as_a_business_delivery(self):
        picking = self.make_transfer(
            self.warehouse.int_type_id,
            self.stock,
            self.own.lot_stock_id,
            6,
            partner_id=self.customer.id,
        )
        picking.action_confirm()
        picking.action_assign()
        self.assertEqual(picking.jd_kind, "outbound")
        order = self.announce(picking)
        self.assertEqual(str(self.get_order_at_jd(order)["request"]["orderType"]), "2")
        self.complete(order, "10020")
        self.assertEqual(picking.state, "done")
        self.assertEqual(self.get_stock(self.product, self.own.lot_stock_id), 6)
        self.assertEqual(self.get_stock(self.product), self.STOCK - 6)

    def test_two_jd_warehouses_are_not_joined_by_a_direct_transfer(self):
        second = self.connect_second_warehouse()
        picking = self.make_transfer(
            self.warehouse.int_type_id, self.stock, second.lot_stock_id, 6
        )
        with self.assertRefused("Resupply .*110000102.* from", UserError):
            picking.action_confirm()

    def test_many_orders_of_one_warehouse_do_not_keep_those_of_another_waiting(self):
        second = self.connect_second_warehouse()
        many = self.env["stock.picking"].union(
            *(self.make_delivery(1) for _ in range(const.CLOSE_BATCH + 1))
        )
        last = self.make_transfer(
            second.in_type_id, self.suppliers, second.lot_stock_id, 5
        )
        last.partner_id = self.supplier
        last.action_confirm()
        self.announce(last)
        orders = many.jd_order_id + last.jd_order_id
        numbers = many.jd_order_id.mapped("jd_number")
        self.sandbox.do("advance", orders=numbers, to="10020")
        self.sandbox.do("advance", orders=[last.jd_order_id.jd_number], to="70")
        self.pull(orders)
        self.assertEqual(set(orders.mapped("is_closable")), {True})
        self.env.flush_all()
        with self.as_committed(), self.registry.cursor() as cr:
            left = self.env(cr=cr)["jd.order"]._close_batch()
        self.env.invalidate_all()
        self.assertEqual((last.state, left), ("done", 1))

    def resupply(self, destination, source, quantity):
        """Have a warehouse resupplied from another; return delivery and receipt."""
        destination.resupply_wh_ids = source
        route = self.env["stock.route"].search(
            [
                ("supplied_wh_id", "=", destination.id),
                ("supplier_wh_id", "=", source.id),
            ]
        )
        self.env["stock.rule"].run(
            [
                self.env["stock.rule"].Procurement(
                    self.product,
                    quantity,
                    self.product.uom_id,
                    destination.lot_stock_id,
                    "resupply",
                    "resupply",
                    self.company,
                    {"route_ids": route, "warehouse_id": destination},
                )
            ]
        )
        moves = self.env["stock.move"].search([("origin", "=", "resupply")])
        delivery = moves.filtered(lambda m: m.location_id == source.lot_stock_id)
        delivery.picking_id.action_assign()
        return delivery.picking_id, (moves - delivery).picking_id

    def test_a_resupply_leaves_the_one_jd_warehouse_before_the_other_expects_it(self):
        second = self.connect_second_warehouse()
        delivery, receipt = self.resupply(second, self.warehouse, 9)
        self.assertEqual((delivery.jd_kind, receipt.jd_kind), ("outbound", "inbound"))
        order = self.announce(delivery)
        request = self.get_order_at_jd(order)["request"]
        self.assertEqual(str(request["orderType"]), "2")
        self.assertIn("Surabaya", request["receiverInfo"]["detailAddress"])
        self.assertFalse(receipt.jd_order_id)
        self.sandbox.do("arrange", orders="all", short=2)
        self.complete(order, "10020")
        self.assertEqual(delivery.move_ids.quantity, 7)
        inbound = self.announce(receipt)
        self.assertEqual(inbound.warehouse_id, second)
        self.assertEqual(inbound.line_ids.planned, 7)
        self.complete(inbound, "70")
        self.assertEqual(receipt.state, "done")
        for warehouse in (self.warehouse, second):
            self.assertEqual(
                self.get_stock(self.product, warehouse.lot_stock_id),
                self.get_stock_at_jd(self.product, warehouse=warehouse),
            )

    def test_what_the_first_ships_later_is_announced_to_the_second_by_itself(self):
        second = self.connect_second_warehouse()
        delivery, receipt = self.resupply(second, self.warehouse, 9)
        order = self.announce(delivery)
        self.sandbox.do("arrange", orders="all", short=2)
        self.complete(order, "10020")
        self.complete(self.announce(receipt), "70")
        rest = delivery.backorder_ids
        self.assertTrue(rest.jd_on_hold)
        self.assertFalse(receipt.backorder_ids.jd_on_hold)
        rest.action_jd_send()
        self.complete(self.announce(rest), "10020")
        self.complete(self.announce(receipt.backorder_ids), "70")
        self.assertEqual(self.get_stock(self.product, second.lot_stock_id), 9)

    def test_our_own_warehouse_is_resupplied_from_jd(self):
        self.own.partner_id = self.customer
        delivery, receipt = self.resupply(self.own, self.warehouse, 4)
        self.assertEqual(delivery.jd_kind, "outbound")
        self.assertFalse(receipt.jd_kind)
        self.complete(self.announce(delivery), "10020")
        self.assertEqual(delivery.state, "done")
        self.assertEqual(receipt.state, "assigned")

    def test_jd_is_resupplied_from_our_own_warehouse(self):
        self.env["stock.quant"]._update_available_quantity(
            self.product, self.own.lot_stock_id, 20
        )
        delivery, receipt = self.resupply(self.warehouse, self.own, 4)
        self.assertFalse(delivery.jd_kind)
        self.assertFalse(receipt.jd_order_id)
        delivery.button_validate()
        self.complete(self.announce(receipt), "70")
        self.assertEqual(self.get_stock(self.product), self.STOCK + 4)
