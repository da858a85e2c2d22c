from odoo.tests import tagged

from .lot_case import JdLotCase
from .next_to_case import NextToMixin
from .test_goods_creation import CreationCase


@tagged("post_install", "-at_install")
class TestCreation(NextToMixin, CreationCase):
    modules = ("product_expiry",)

    def test_an_expiration_time_is_told_with_the_shares_jd_asks_for(self):
        milk = self.make_product(
            "MILK", tracking="lot", use_expiration_date=True, expiration_time=14
        )
        self.match()
        self.assertMatched(milk, self.get_created(milk).number)
        self.assertEqual(self.get_created(milk).shelf_life_days, 14)


@tagged("post_install", "-at_install")
class TestExpiry(NextToMixin, JdLotCase):
    modules = ("product_expiry",)

    def test_what_expires_first_is_assumed_first(self):
        self.make_lot("LATE", 10, expiration_date="2027-09-01 00:00:00")
        self.make_lot("SOON", 3, expiration_date="2027-01-01 00:00:00")
        self.set_stock_at_jd({"lot": "X", "quantity": 20})
        delivery = self.make_shipped_cream(5, lots=False)
        self.assertEqual(
            self.get_moved(delivery), [("LATE", 2, True), ("SOON", 3, True)]
        )

    def test_a_delivery_names_no_date_as_jd_chooses_what_leaves(self):
        # JD refuses a date for goods whose shelf life it does not manage (2227).
        self.make_lot("DATED", 10, expiration_date="2027-09-01 00:00:00")
        self.set_stock_at_jd({"lot": "X", "quantity": 20})
        delivery = self.make_shipped_cream(2, lots=False)
        [cargo] = self.get_order_at_jd(delivery.jd_order_id)["request"]["cargoInfos"]
        self.assertNotIn("batchInfos", cargo)

    def test_expiry_dates_are_announced_and_read_back(self):
        self.cream.use_expiration_date = True
        picking = self.make_lot_receipt(("L1", 6))
        picking.move_line_ids.expiration_date = "2027-05-01 10:00:00"
        order = picking.jd_order_id
        order._back_to_draft()
        order.action_retry()
        self.announce(picking)
        [cargo] = self.get_order_at_jd(order)["request"]["cargoInfos"]
        self.assertIn("2027-05-01", cargo["batchInfos"]["expireDate"])
        found = [{"lot": "L9", "quantity": 6, "expireDate": "2027-08-01"}]
        self.sandbox.do(
            "arrange", orders="all", batches={str(order.line_ids.id): found}
        )
        self.complete(order, "70")
        lot = picking.move_line_ids.lot_id
        self.assertEqual(lot.name, "L9")
        self.assertEqual(str(lot.expiration_date.date()), "2027-08-01")
