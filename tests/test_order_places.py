"""Where the goods lie that JD moves: shelf, lot, package, owner, goods level."""

import random
from collections import defaultdict
from itertools import product as combinations

from odoo.tests import tagged

from .lot_case import JdLotCase

EVERYWHERE = ("Stock", "Shelf A", "Shelf B")


class PlacesCase(JdLotCase):
    """A warehouse with shelves, a consignor, and packages."""

    STOCK = 0

    def setUp(self):
        super().setUp()
        self.shelf, self.other_shelf = self.env["stock.location"].create(
            [{"name": name, "location_id": self.stock.id} for name in EVERYWHERE[1:]]
        )
        self.consignor = self.env["res.partner"].create({"name": "Consignor"})

    def make_package(self, name="PACK", **values):
        return self.env["stock.package"].create({"name": name, **values})

    def put(self, product, pieces, place, lot=None, package=None, owner=None):
        """Have so many pieces lie somewhere in Odoo."""
        self.env["stock.quant"]._update_available_quantity(
            product, place, pieces, lot_id=lot, package_id=package, owner_id=owner
        )

    def set_at_jd(self, product, *rows):
        self.set_stock_at_jd(*rows, product=product)

    def get_lying(self, product, place=None):
        """Return (location, lot, package, owner) → pieces, of what lies in Odoo."""
        quants = self.env["stock.quant"].search(
            [
                ("product_id", "=", product.id),
                ("location_id", "child_of", (place or self.stock).id),
                ("quantity", "!=", 0),
            ]
        )
        found = defaultdict(float)
        for quant in quants:
            found[
                quant.location_id.name,
                quant.lot_id.name,
                quant.package_id.name,
                quant.owner_id.name,
            ] += quant.quantity
        return dict(found)

    def assertReservedAsPlanned(self, product):
        """Expect that what is reserved in stock is what open transfers reserve."""
        names = ["location_id", "lot_id", "package_id", "owner_id"]
        quants = self.env["stock.quant"]._read_group(
            [
                ("product_id", "=", product.id),
                ("location_id.usage", "=", "internal"),
                ("reserved_quantity", "!=", 0),
            ],
            names,
            ["reserved_quantity:sum"],
        )
        lines = self.env["stock.move.line"]._read_group(
            [
                ("product_id", "=", product.id),
                ("location_id.usage", "=", "internal"),
                ("state", "not in", ("done", "cancel")),
                ("quantity_product_uom", "!=", 0),
            ],
            names,
            ["quantity_product_uom:sum"],
        )
        self.assertEqual(sorted(map(str, quants)), sorted(map(str, lines)))


@tagged("post_install", "-at_install")
class TestOutgoingPlaces(PlacesCase):
    def test_goods_leave_from_where_they_were_reserved(self):
        package = self.make_package()
        places = combinations(
            ("none", "lot"),
            (self.stock, self.shelf),
            (None, package),
            (None, self.consignor),
            (0, 1),
        )
        deliveries, expected = {}, {}
        for number, (tracking, place, pack, owner, short) in enumerate(places):
            at_jd = {"batch": True} if tracking == "lot" else {}
            product = self.make_tracked(f"P-{number}", tracking, **at_jd)
            lot = self.make_lot("A", product=product) if at_jd else None
            self.put(product, 5, place, lot, pack, owner)
            self.set_at_jd(product, {"quantity": 5, **({"lot": "A"} if lot else {})})
            deliveries[self.make_delivery(3, products=product)] = short
            spot = (place.name, lot and lot.name, pack and pack.name)
            spot = tuple(name or False for name in (*spot, owner and owner.name))
            expected[product] = {spot: 2 + short}
        orders = self.send(*deliveries)
        for delivery, short in deliveries.items():
            name = delivery.jd_order_id.name
            self.sandbox.do("arrange", orders=[name], short=short)
        self.sandbox.do("advance", to=10020)
        self.pull_and_close(orders)
        for delivery, short in deliveries.items():
            self.assertEqual(delivery.state, "done")
            self.assertFalse(short == 0 and delivery.jd_order_id.activity_ids)
        for product, lying in expected.items():
            self.assertEqual(self.get_lying(product), lying)
            self.assertReservedAsPlanned(product)

    def test_another_lot_than_reserved_leaves_from_its_shelf_package_and_owner(self):
        first, second = self.make_lot("A"), self.make_lot("B")
        package = self.make_package()
        self.put(self.cream, 5, self.shelf, first)
        self.put(self.cream, 2, self.other_shelf, second, package, self.consignor)
        self.put(self.cream, 4, self.stock, second)
        self.set_stock_at_jd({"lot": "B", "quantity": 11})
        delivery = self.make_delivery(5, products=self.cream)
        self.complete(self.announce(delivery), "10020")
        self.assertEqual(
            self.get_lying(self.cream),
            {
                ("Shelf A", "A", False, False): 5,
                ("Stock", "B", False, False): 1,
            },
        )
        self.assertFalse(delivery.jd_order_id.activity_ids)
        self.assertReservedAsPlanned(self.cream)

    def test_a_lot_that_another_transfer_reserved_leaves_and_that_one_gets_another(
        self,
    ):
        first, second = self.make_lot("A"), self.make_lot("B")
        self.put(self.cream, 5, self.shelf, first)
        self.put(self.cream, 5, self.other_shelf, second)
        self.set_stock_at_jd({"lot": "B", "quantity": 10})
        delivery = self.make_delivery(5, products=self.cream)
        self.connector.push_policy = "manual"
        waiting = self.make_delivery(5, products=self.cream)
        self.assertEqual(waiting.move_line_ids.lot_id, second)
        self.complete(self.announce(delivery), "10020")
        self.assertEqual(
            self.get_lying(self.cream), {("Shelf A", "A", False, False): 5}
        )
        self.assertEqual(waiting.move_line_ids.lot_id, first)
        self.assertEqual(waiting.state, "assigned")
        self.assertReservedAsPlanned(self.cream)

    def test_orders_closed_together_swap_what_they_reserved(self):
        first, second = self.make_lot("A"), self.make_lot("B")
        self.put(self.cream, 5, self.shelf, first)
        self.put(self.cream, 5, self.other_shelf, second)
        self.set_stock_at_jd({"lot": "B", "quantity": 5})
        deliveries = self.make_delivery(5, products=self.cream)
        self.announce(deliveries)
        self.set_stock_at_jd({"lot": "A", "quantity": 5})
        deliveries += self.make_delivery(5, products=self.cream)
        orders = self.send(*deliveries)
        self.sandbox.do("advance", to=10020)
        self.pull_and_close(orders)
        self.assertEqual(
            [self.get_moved(each) for each in deliveries],
            [[("B", 5, False)], [("A", 5, False)]],
        )
        self.assertEqual(self.get_lying(self.cream), {})
        self.assertFalse(orders.activity_ids)
        self.assertReservedAsPlanned(self.cream)

    def test_what_lies_nowhere_leaves_all_the_same_and_is_told(self):
        self.put(self.product, 2, self.shelf)
        self.set_at_jd(self.product, {"quantity": 9})
        delivery = self.make_delivery(2)
        order = self.announce(delivery)
        self.env["stock.quant"]._update_available_quantity(self.product, self.shelf, -1)
        self.complete(order, "10020")
        self.assertEqual(delivery.state, "done")
        self.assertEqual(sum(self.get_lying(self.product).values()), -1)
        self.assertOneActivity(order, r"1 × .*Goods 1 \(.*Shelf A\)")

    def test_a_lot_that_lies_nowhere_is_told(self):
        self.put(self.cream, 5, self.shelf, self.make_lot("A"))
        self.set_stock_at_jd({"lot": "NEW", "quantity": 5})
        delivery = self.make_delivery(3, products=self.cream)
        self.complete(self.announce(delivery), "10020")
        self.assertEqual(
            self.get_lying(self.cream),
            {("Shelf A", "A", False, False): 5, ("Stock", "NEW", False, False): -3},
        )
        self.assertOneActivity(
            delivery.jd_order_id, r"not have there.* 3 × .*Cream · NEW \(.*Stock\)"
        )

    def test_a_whole_package_shipped_short_is_opened(self):
        package, container = self.make_package(), self.make_package("PALLET")
        sibling = self.make_package("SIBLING")
        (package + sibling).parent_package_id = container
        for product, pack in zip(self.products, (package, sibling), strict=True):
            self.put(product, 5, self.shelf, package=pack)
            self.set_at_jd(product, {"quantity": 5})
        delivery = self.make_delivery(5, 5)
        self.assertEqual(delivery.move_line_ids.result_package_id, package + sibling)
        order = self.announce(delivery)
        first = order.line_ids.filtered(lambda row: row.product_id == self.product)
        self.sandbox.do("arrange", orders=[order.name], short={str(first.id): 2})
        self.complete(order, "10020")
        self.assertEqual(delivery.state, "done")
        self.assertEqual(
            self.get_lying(self.product), {("Shelf A", False, "PACK", False): 2}
        )
        self.assertEqual(self.get_lying(self.products[1]), {})
        self.assertEqual(sibling.location_id, self.customers)
        self.assertFalse(sibling.parent_package_id)
        self.assertEqual(package.parent_package_id, container)

    def test_a_whole_package_shipped_whole_stays_whole(self):
        package = self.make_package()
        for product in self.products:
            self.put(product, 5, self.shelf, package=package)
            self.set_at_jd(product, {"quantity": 5})
        delivery = self.make_delivery(5, 5)
        self.complete(self.announce(delivery), "10020")
        self.assertEqual(package.location_id, self.customers)
        self.assertEqual(sum(package.quant_ids.mapped("quantity")), 10)

    def test_goods_put_in_a_pack_leave_in_it_also_another_lot(self):
        first, second = self.make_lot("A"), self.make_lot("B")
        self.put(self.cream, 5, self.shelf, first)
        self.put(self.cream, 5, self.other_shelf, second)
        self.set_stock_at_jd({"lot": "A", "quantity": 1}, {"lot": "B", "quantity": 4})
        delivery = self.make_delivery(3, products=self.cream)
        package = self.make_package()
        delivery.move_line_ids.result_package_id = package
        self.complete(self.announce(delivery), "10020")
        self.assertEqual(self.get_moved(delivery), [("A", 1, False), ("B", 2, False)])
        self.assertEqual(delivery.move_line_ids.result_package_id, package)

    def test_defective_goods_on_a_shelf_of_their_own_go_back_to_the_supplier(self):
        corner = self.env["stock.location"].create(
            {"name": "Corner", "location_id": self.defective.id}
        )
        self.put(self.product, 5, corner)
        self.put(self.product, 5, self.shelf)
        goods = {"quantity": 5}
        self.set_at_jd(self.product, goods, goods | {"goodsLevel": "200"})
        picking = self.make_supplier_return(3, source=self.defective)
        order = self.announce(picking)
        self.assertEqual(order.line_ids.level, "200")
        self.complete(order, "200")
        self.assertEqual(
            self.get_lying(self.product, self.defective),
            {("Corner", False, False, False): 2},
        )
        self.assertEqual(
            self.get_lying(self.product), {("Shelf A", False, False, False): 5}
        )

    def test_whatever_jd_ships_the_books_stay_the_same(self):
        """Lots lie about anywhere; JD ships any of them, in full, short, or unnamed."""
        dice = random.Random(10)
        spots = list(
            combinations(
                (self.stock, self.shelf, self.other_shelf),
                (None, self.make_package("P1")),
                (None, self.consignor),
            )
        )
        for number in range(8):
            product = self.make_tracked(f"R-{number}", "lot", batch=True)
            at_jd = {}
            for name in "ABC":
                lot = self.make_lot(name, product=product)
                for place, package, owner in dice.sample(spots, 3):
                    pieces = dice.randint(1, 6)
                    self.put(product, pieces, place, lot, package, owner)
                    at_jd[name] = at_jd.get(name, 0) + pieces
            self.set_at_jd(
                product,
                *({"lot": name, "quantity": pieces} for name, pieces in at_jd.items()),
            )
            # Odoo's own order is another one than JD's.
            deliveries = self.env["stock.picking"]
            for _each in range(3):
                deliveries += self.make_delivery(dice.randint(1, 7), products=product)
            orders = self.send(*deliveries)
            for order in orders:
                arranged = dice.choice(({}, {"short": 1}, {"lots": False}))
                self.sandbox.do("arrange", orders=[order.name], **arranged)
            self.sandbox.do("advance", to=10020)
            self.pull_and_close(orders)
            lying = self.get_lying(product)
            self.assertTrue(all(pieces > 0 for pieces in lying.values()), lying)
            self.assertEqual(sum(lying.values()), self.get_stock_at_jd(product))
            self.assertReservedAsPlanned(product)


@tagged("post_install", "-at_install")
class TestIncomingPlaces(PlacesCase):
    def setUp(self):
        super().setUp()
        self.env["stock.putaway.rule"].create(
            {
                "product_id": self.product.id,
                "location_in_id": self.stock.id,
                "location_out_id": self.shelf.id,
            }
        )

    def receive(self, receipt, **arranged):
        order = self.announce(receipt)
        if arranged:
            self.sandbox.do("arrange", orders=[order.name], **arranged)
        self.complete(order, "70")
        self.assertEqual(receipt.state, "done")

    def test_good_pieces_are_put_away_however_many_come_and_however_damaged(self):
        for arranged, good, damaged in (
            ({}, 6, 0),
            ({"short": 2}, 4, 0),
            ({"over": 2}, 8, 0),
            ({"damaged": 1}, 5, 1),
            ({"damaged": 1, "short": 2}, 3, 1),
        ):
            with self.subTest(arranged):
                before = self.get_stock(self.product, self.shelf)
                spoilt = self.get_stock(self.product, self.defective)
                self.receive(self.make_receipt(6), **arranged)
                self.assertEqual(
                    self.get_stock(self.product, self.shelf) - before, good
                )
                self.assertEqual(
                    self.get_stock(self.product, self.defective) - spoilt, damaged
                )
                self.assertEqual(
                    self.get_lying(self.product).keys(),
                    {("Shelf A", False, False, False)},
                )

    def test_the_package_holds_what_is_good_and_the_owner_owns_all(self):
        receipt = self.make_receipt(6, owner_id=self.consignor.id)
        receipt.move_line_ids.result_package_id = self.make_package()
        self.receive(receipt, damaged=1)
        self.assertEqual(
            self.get_lying(self.product),
            {("Shelf A", False, "PACK", "Consignor"): 5},
        )
        self.assertEqual(
            self.get_lying(self.product, self.defective),
            {("Defective", False, False, "Consignor"): 1},
        )

    def test_a_place_that_somebody_chose_stays(self):
        receipt = self.make_receipt(6)
        receipt.move_line_ids.location_dest_id = self.other_shelf
        self.receive(receipt, damaged=1)
        self.assertEqual(
            self.get_lying(self.product), {("Shelf B", False, False, False): 5}
        )

    def test_what_comes_beyond_the_capacity_of_a_shelf_goes_elsewhere(self):
        category = self.env["stock.storage.category"].create({"name": "Small"})
        self.env["stock.storage.category.capacity"].create(
            {
                "storage_category_id": category.id,
                "product_id": self.product.id,
                "quantity": 7,
            }
        )
        self.shelf.storage_category_id = category
        self.receive(self.make_receipt(6), over=2)
        self.assertEqual(
            self.get_lying(self.product),
            {("Shelf A", False, False, False): 6, ("Stock", False, False, False): 2},
        )

    def test_lots_that_jd_found_are_put_where_the_announced_ones_were_to_go(self):
        receipt = self.make_lot_receipt(("L1", 4), ("L2", 2))
        first, _second = receipt.move_line_ids
        first.location_dest_id = self.other_shelf
        order = self.announce(receipt)
        line = order.line_ids.filtered(lambda row: row.lot_name == "L1")
        found = [{"lot": "L1", "quantity": 1}, {"lot": "L9", "quantity": 3}]
        self.sandbox.do("arrange", orders="all", batches={str(line.id): found})
        self.complete(order, "70")
        self.assertEqual(
            self.get_lying(self.cream),
            {
                ("Shelf B", "L1", False, False): 1,
                ("Shelf B", "L9", False, False): 3,
                ("Stock", "L2", False, False): 2,
            },
        )


@tagged("post_install", "-at_install")
class TestLevelChangePlaces(PlacesCase):
    def change(self, product, pieces, before="100", after="200"):
        self.sandbox.do(
            "change_level",
            warehouse=self.warehouse.jd_warehouse_no,
            goods=self.get_goods_no(product),
            quantity=pieces,
            before=before,
            after=after,
        )
        self.run_cron("pull_level_changes")

    def test_goods_turn_defective_where_they_lie(self):
        lot = self.make_lot("A")
        package = self.make_package()
        self.put(self.cream, 5, self.shelf, lot, package, self.consignor)
        self.put(self.product, 5, self.other_shelf)
        self.set_stock_at_jd({"lot": "A", "quantity": 5})
        self.set_at_jd(self.product, {"quantity": 5})
        self.change(self.cream, 2)
        self.change(self.product, 2)
        self.assertEqual(
            self.get_lying(self.cream), {("Shelf A", "A", "PACK", "Consignor"): 3}
        )
        self.assertEqual(
            self.get_lying(self.cream, self.defective),
            {("Defective", "A", False, "Consignor"): 2},
        )
        self.assertEqual(
            self.get_lying(self.product), {("Shelf B", False, False, False): 3}
        )
        self.assertFalse(self.connector.activity_ids)

    def test_goods_that_are_reserved_turn_defective_and_are_reserved_no_more(self):
        self.put(self.product, 5, self.shelf)
        self.set_at_jd(self.product, {"quantity": 5})
        self.connector.push_policy = "manual"
        delivery = self.make_delivery(4)
        self.change(self.product, 3)
        self.assertEqual(
            self.get_lying(self.product), {("Shelf A", False, False, False): 2}
        )
        self.assertEqual(delivery.move_ids.quantity, 2)
        self.assertReservedAsPlanned(self.product)

    def test_goods_that_turn_good_are_put_away(self):
        self.env["stock.putaway.rule"].create(
            {
                "product_id": self.product.id,
                "location_in_id": self.stock.id,
                "location_out_id": self.shelf.id,
            }
        )
        self.put(self.product, 5, self.defective)
        self.set_at_jd(self.product, {"quantity": 5, "goodsLevel": "200"})
        self.change(self.product, 2, before="200", after="100")
        self.assertEqual(
            self.get_lying(self.product), {("Shelf A", False, False, False): 2}
        )

    def test_goods_that_lie_nowhere_are_told(self):
        self.set_at_jd(self.product, {"quantity": 5})
        self.change(self.product, 2)
        self.assertEqual(
            self.get_lying(self.product), {("Stock", False, False, False): -2}
        )
        self.assertRegex(
            self.get_activity_notes(self.connector), "does not have in .*2 × .*Goods 1"
        )
