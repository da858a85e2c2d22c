from odoo.tests import tagged

from .lot_case import JdLotCase


@tagged("post_install", "-at_install")
class TestLots(JdLotCase):
    """Lots and serial numbers: JD's where it tells them, assumed where not."""

    # === INBOUND === #

    def test_known_lots_are_announced_and_read_back(self):
        picking = self.make_lot_receipt(("L1", 6), ("L2", 4))
        order = self.announce(picking)
        cargos = self.get_order_at_jd(order)["request"]["cargoInfos"]
        self.assertEqual(
            [(row["batchInfos"]["lot"], row["planQuantity"]) for row in cargos],
            [("L1", 6), ("L2", 4)],
        )
        self.complete(order, "70")
        self.assertEqual(self.get_moved(picking), [("L1", 6, False), ("L2", 4, False)])

    def test_lots_that_jd_found_win_over_those_announced(self):
        picking = self.make_lot_receipt(("L1", 6))
        order = self.announce(picking)
        batches = [{"lot": "L7", "quantity": 4}, {"lot": "L8", "quantity": 2}]
        self.sandbox.do(
            "arrange", orders="all", batches={str(order.line_ids.id): batches}
        )
        self.complete(order, "70")
        self.assertEqual(self.get_moved(picking), [("L7", 4, False), ("L8", 2, False)])

    def test_where_jd_names_no_lot_the_announced_one_is_assumed(self):
        picking = self.make_lot_receipt(("L1", 6))
        order = self.announce(picking)
        self.sandbox.do("arrange", orders="all", lots=False)
        self.complete(order, "70")
        self.assertEqual(self.get_moved(picking), [("L1", 6, True)])

    def test_where_nobody_names_a_lot_it_is_called_after_jds_order(self):
        picking = self.make_receipt(6, products=self.cream)
        order = self.announce(picking)
        self.sandbox.do("arrange", orders="all", lots=False)
        self.complete(order, "70")
        self.assertEqual(picking.state, "done")
        self.assertEqual(self.get_moved(picking), [(order.jd_number, 6, True)])
        self.assertEqual(self.cream.tracking, "lot")

    def test_damaged_pieces_keep_their_lot(self):
        picking = self.make_lot_receipt(("L1", 6))
        order = self.announce(picking)
        self.sandbox.do("arrange", orders="all", damaged=2)
        self.complete(order, "70")
        self.assertEqual(self.get_stock(self.cream), 4)
        [quant] = self.env["stock.quant"]._gather(self.cream, self.defective)
        self.assertEqual((quant.lot_id.name, quant.quantity), ("L1", 2))

    def test_serial_numbers_come_in_one_by_one(self):
        phone = self.make_tracked("PHONE", "serial", serial=True)
        picking = self.make_lot_receipt(("S1", 1), ("S2", 1), ("S3", 1), product=phone)
        order = self.announce(picking)
        cargos = self.get_order_at_jd(order)["request"]["cargoInfos"]
        self.assertEqual([row["serialNos"] for row in cargos], [["S1"], ["S2"], ["S3"]])
        self.complete(order, "70")
        self.assertEqual(
            self.get_moved(picking),
            [("S1", 1, False), ("S2", 1, False), ("S3", 1, False)],
        )

    # === OUTBOUND === #

    def test_what_jd_shipped_replaces_what_was_reserved(self):
        self.make_lot("A", 10)
        self.make_lot("B", 10)
        self.set_stock_at_jd({"lot": "B", "quantity": 20})
        delivery = self.make_delivery(5, products=self.cream)
        self.assertEqual(delivery.move_line_ids.lot_id.name, "A")
        self.complete(self.announce(delivery), "10020")
        self.assertEqual(self.get_moved(delivery), [("B", 5, False)])
        left = {
            quant.lot_id.name: (quant.quantity, quant.reserved_quantity)
            for quant in self.env["stock.quant"]._gather(self.cream, self.stock)
        }
        self.assertEqual(left, {"A": (10, 0), "B": (5, 0)})

    def test_one_line_may_leave_in_several_lots(self):
        self.make_lot("A", 10)
        self.make_lot("B", 10)
        self.set_stock_at_jd({"lot": "A", "quantity": 3}, {"lot": "B", "quantity": 10})
        delivery = self.make_shipped_cream(5)
        self.assertEqual(self.get_moved(delivery), [("A", 3, False), ("B", 2, False)])

    def test_without_jds_lot_the_oldest_is_assumed_and_can_be_searched(self):
        self.make_lot("A", 3)
        self.make_lot("B", 10)
        untouched = self.make_lot("C", 10)
        self.set_stock_at_jd({"lot": "X", "quantity": 20})
        delivery = self.make_shipped_cream(5, lots=False)
        self.assertEqual(self.get_moved(delivery), [("A", 3, True), ("B", 2, True)])
        assumed = self.env["stock.move.line"].search([("jd_lot_assumed", "=", True)])
        self.assertEqual(assumed, delivery.move_line_ids)
        lots = self.env["stock.lot"].search([("jd_is_assumed", "=", True)])
        self.assertEqual(sorted(lots.mapped("name")), ["A", "B"])
        self.assertTrue(all(lots.mapped("jd_is_assumed")))
        self.assertFalse(untouched.jd_is_assumed)

    def test_orders_closed_together_do_not_assume_the_same_pieces(self):
        self.make_lot("A", 4)
        self.make_lot("B", 10)
        self.set_stock_at_jd({"lot": "X", "quantity": 20})
        deliveries = self.env["stock.picking"]
        for _each in range(3):
            deliveries += self.make_delivery(3, products=self.cream)
        self.run_cron("push_orders")
        self.sandbox.do("arrange", orders="all", lots=False)
        self.sandbox.do("advance", to=10020)
        deliveries.action_jd_pull()
        self.run_cron("follow_orders")
        self.run_cron("close_orders")
        self.assertEqual(set(deliveries.mapped("state")), {"done"})
        quants = self.env["stock.quant"]._gather(self.cream, self.stock)
        left = {quant.lot_id.name: quant.quantity for quant in quants if quant.quantity}
        self.assertEqual(left, {"B": 5})

    def test_a_lot_that_odoo_does_not_know_is_created(self):
        self.make_lot("A", 10)
        self.set_stock_at_jd({"lot": "NEW", "quantity": 20})
        delivery = self.make_shipped_cream(5)
        self.assertEqual(self.get_moved(delivery), [("NEW", 5, False)])

    def test_more_than_odoo_holds_stops_no_batch(self):
        self.make_lot("A", 10)
        self.set_stock_at_jd({"lot": "X", "quantity": 20})
        delivery = self.make_delivery(5, products=self.cream)
        plain = self.make_delivery(1)
        self.run_cron("push_orders")
        self.env["stock.quant"]._gather(self.cream, self.stock).sudo().unlink()
        self.sandbox.do("arrange", orders="all", lots=False)
        self.sandbox.do("advance", to=10020)
        (delivery + plain).action_jd_pull()
        self.run_cron("follow_orders")
        self.run_cron("close_orders")
        self.assertEqual((delivery.state, plain.state), ("done", "done"))
        # The lot that was reserved, until it is clear which one JD took.
        self.assertEqual(self.get_moved(delivery), [("A", 5, True)])
        self.assertOneActivity(delivery.jd_order_id, "not have there.* 5 × .*Cream · A")

    def test_what_odoo_holds_in_no_lot_leaves_in_an_unknown_one(self):
        self.make_lot("A", 3)
        self.set_stock_at_jd({"lot": "X", "quantity": 20})
        delivery = self.make_delivery(3, products=self.cream)
        order = self.announce(delivery)
        self.env["stock.quant"]._update_available_quantity(
            self.cream, self.stock, -2, lot_id=delivery.move_line_ids.lot_id
        )
        delivery.move_line_ids.quantity = 1
        self.sandbox.do("arrange", orders="all", lots=False)
        self.complete(order, "10020")
        self.assertEqual(
            self.get_moved(delivery), [("A", 1, True), ("Unknown at JD101", 2, True)]
        )

    def test_serial_numbers_leave_as_jd_tells_them_or_are_assumed(self):
        phone = self.make_tracked("PHONE", "serial", serial=True)
        for name in ("S1", "S2", "S3", "S4"):
            self.make_lot(name, 1, product=phone)
        self.set_stock_at_jd({"quantity": 2, "serialNos": ["S3", "S4"]}, product=phone)
        told = self.make_delivery(2, products=phone)
        self.complete(self.announce(told), "10020")
        self.assertEqual(self.get_moved(told), [("S3", 1, False), ("S4", 1, False)])
        self.set_stock_at_jd({"quantity": 2}, product=phone)
        untold = self.make_delivery(2, products=phone)
        self.complete(self.announce(untold), "10020")
        self.assertEqual(self.get_moved(untold), [("S1", 1, True), ("S2", 1, True)])

    # === BACK === #

    def test_a_lot_comes_back_as_it_left(self):
        self.make_lot("A", 10)
        self.set_stock_at_jd({"lot": "A", "quantity": 10})
        delivery = self.make_shipped_cream(5)
        back = self.make_return(delivery, 2)
        order = self.announce(back)
        self.complete(order, "200")
        self.assertEqual(self.get_moved(back), [("A", 2, False)])
        self.assertEqual(self.get_stock(self.cream), 7)

    def test_a_return_without_jds_lot_is_assumed_to_be_what_left(self):
        self.make_lot("A", 10)
        self.set_stock_at_jd({"lot": "A", "quantity": 10})
        back = self.make_return(self.make_shipped_cream(5), 2)
        order = self.announce(back)
        self.sandbox.do("arrange", orders="all", lots=False)
        self.complete(order, "200")
        self.assertEqual(self.get_moved(back), [("A", 2, True)])

    def test_a_lot_goes_back_to_its_supplier(self):
        self.make_lot("A", 10)
        self.set_stock_at_jd({"lot": "A", "quantity": 10})
        picking = self.make_supplier_return(4, products=self.cream)
        order = self.announce(picking)
        [cargo] = self.get_order_at_jd(order)["request"]["cargoInfos"]
        self.assertEqual(cargo["batchInfos"]["lot"], "A")
        self.complete(order, "200")
        self.assertEqual(self.get_moved(picking), [("A", 4, False)])
