"""Each difference between JD's books and Odoo's is explained by its document."""

from datetime import timedelta

from odoo.fields import Command, Datetime
from odoo.tests import tagged

from .. import const
from ..lib.api import GoodsLevel, Lot, StockCount
from ..lib.stock_diff import Place, explain
from .jd_case import QUICK_DEPARTMENT, QUICK_WAREHOUSE
from .lot_case import JdLotCase

GOOD, DEFECTIVE = GoodsLevel.GOOD, GoodsLevel.DEFECTIVE


class StockClaimsCase(JdLotCase):
    """A warehouse with many goods, compared without asking JD for its stock."""

    PRODUCTS = 8

    def setUp(self):
        super().setUp()
        self.connector.receipt_policy = "manual"
        self.began = Datetime.now()
        self.check = self.env["jd.stock.check"]._start(self.warehouse)
        self.differences = {}

    @classmethod
    def make_products(cls, _count):
        return super().make_products(cls.PRODUCTS)

    # === TRANSFERS === #

    def deliver(self, product, pieces, **values):
        """Return the order of a delivery that JD has."""
        delivery = self.make_delivery(pieces, products=product, **values)
        return self.announce(delivery)

    def ask(self, order, status=None):
        """Have JD bring an order to a status and Odoo hear of it, no more."""
        if status:
            self.sandbox.do("advance", orders=[order.jd_number], to=status)
        order.action_pull()
        self.run_cron("follow_orders")

    # === EXPLANATIONS === #

    def expect(self, product, pieces, level=GOOD, lot=""):
        """Note by how much JD's number of a product differs."""
        self.differences[Place(product.id, level, lot)] = (pieces, 0.0)

    def explain(self, *args, **values):
        """Return place → its `Difference`."""
        claims = self.check._get_claims(self.differences, *args, **values)
        return {row.place: row for row in explain(self.differences, claims, {})}

    def assertExplained(self, found, product, *expected, level=GOOD, lot="", rest=0):
        """Expect tuples of kind, pieces, document and words of the evidence."""
        row = found[Place(product.id, level, lot)]
        parts = [
            (part.claim.kind, part.quantity, part.claim.document) for part in row.parts
        ]
        documents = [
            (kind, pieces, document and (document._name, document.id))
            for kind, pieces, document, _words in expected
        ]
        self.assertEqual((parts, row.unexplained), (documents, rest))
        for part, (_kind, _pieces, _document, words) in zip(
            row.parts, expected, strict=True
        ):
            self.assertRegex(part.claim.evidence, words)


@tagged("post_install", "-at_install")
class TestClaimsOfOrders(StockClaimsCase):
    def test_what_jd_has_moved_is_explained_by_the_open_transfer(self):
        shipped, received, returned, left, picked, *_more = self.products
        returning = self.make_shipped_delivery(3, products=returned)
        order = self.deliver(shipped, 5)
        self.ask(order, "10020")
        receipt = self.make_receipt(7, products=received)
        receipt.action_jd_send()
        self.ask(self.announce(receipt), "70")
        back = self.make_return(returning, 3)
        back.action_jd_send()
        self.ask(self.announce(back), "200")
        to_supplier = self.announce(self.make_supplier_return(4, products=left))
        self.ask(to_supplier, "200")
        on_the_way = self.deliver(picked, 6)
        self.ask(on_the_way, "10018")
        for product, pieces in (
            *((shipped, -5), (received, 7), (returned, 3), (left, -4), (picked, -2)),
        ):
            self.expect(product, pieces)

        found = self.explain()

        expected = (
            (shipped, "shipped", -5, order, r"JD shipped 5 with .* still open"),
            (received, "received", 7, receipt.jd_order_id, r"JD counted 7 of"),
            (returned, "returned", 3, back.jd_order_id, r"JD has 3 back"),
            (left, "left_to_supplier", -4, to_supplier, r"4 left JD for the supplier"),
            (picked, "shipped", -2, on_the_way, r"“Packed”, .* up to 6 may have left"),
        )
        for product, kind, pieces, document, words in expected:
            with self.subTest(kind):
                self.assertExplained(found, product, (kind, pieces, document, words))
                (part,) = found[Place(product.id, GOOD)].parts
                self.assertTrue(part.claim.heals_at)
        # Once the transfers are closed, none of it explains anything.
        self.run_cron("close_orders")
        self.differences.pop(Place(picked.id, GOOD))
        self.assertFalse(any(row.parts for row in self.explain().values()))

    def test_a_refused_parcel_is_explained_until_its_return_is_closed(self):
        product = self.products[0]
        delivery = self.make_shipped_delivery(4, products=product)
        order = delivery.jd_order_id
        for status in ("10035", "10036", "10037", "10038"):
            self.ask(order, status)
        self.expect(product, 4)
        self.assertExplained(
            self.explain(), product, ("returned", 4, order, "JD has 4 back")
        )
        self.run_cron("close_orders")
        self.assertExplained(self.explain(), product, rest=4)

    def test_only_what_a_receipt_in_parts_has_not_received_counts(self):
        product = self.products[0]
        dozen = self.env.ref("uom.product_uom_dozen")
        receipt = self.make_receipt(4, products=product, jd_in_parts=True)
        receipt.move_ids.product_uom = dozen
        receipt.action_jd_send()
        order = self.announce(receipt)
        self.sandbox.do("advance", orders=[order.jd_number], to=20)
        number = str(order.line_ids.id)
        self.count_part(order, {number: 12})
        self.run_cron("close_orders")
        self.count_part(order, {number: {"quantity": 7, "damaged": 2}})
        self.expect(product, 5)
        self.expect(product, 2, level=DEFECTIVE)

        found = self.explain()

        self.assertExplained(found, product, ("received", 5, order, "JD counted 5"))
        self.assertExplained(
            found, product, ("received", 2, order, "JD counted 2"), level=DEFECTIVE
        )

    def count_part(self, order, parts):
        self.sandbox.do("receive", order=order.jd_number, parts=parts)
        self.ask(order)

    def test_lots_are_explained_one_by_one_where_they_are_compared(self):
        one, two = self.make_lot("A", 10), self.make_lot("B", 10)
        self.set_stock_at_jd({"quantity": 10, "lot": "A"}, {"quantity": 10, "lot": "B"})
        order = self.deliver(self.cream, 12)
        self.ask(order, "10020")
        moved = {row.lot_name: -row.quantity for row in order.line_ids.allocation_ids}
        self.assertEqual(sum(moved.values()), -12)
        for lot in (one, two):
            self.expect(self.cream, moved[lot.name], lot=lot.name)
        found = self.explain()
        for lot in (one, two):
            part = ("shipped", moved[lot.name], order, "JD shipped")
            self.assertExplained(found, self.cream, part, lot=lot.name)
        # Where JD's lots do not add up, only their sum is compared.
        self.differences = {}
        self.expect(self.cream, -12)
        self.assertExplained(
            self.explain(), self.cream, ("shipped", -12, order, "JD shipped 12")
        )

    def test_parts_of_a_split_order_may_have_left(self):
        product = self.products[0]
        order = self.deliver(product, 5)
        line = str(order.line_ids.id)
        parts = self.sandbox.do("split", order=order.jd_number, shares=[{line: 2}])
        self.ask(order)
        self.sandbox.do("advance", orders=[parts["parts"][0]], to="10020")
        self.ask(order)
        self.expect(product, -2)
        self.assertExplained(
            self.explain(), product, ("shipped", -2, order, "JD split .* up to 5")
        )

    def test_what_jd_moved_after_the_transfer_was_given_up_is_explained(self):
        cancelled, by_hand, *_more = self.products
        orders = self.env["jd.order"]
        for product in (cancelled, by_hand):
            orders += self.deliver(product, 6)
        orders.with_user(self.manager).action_release()
        first, second = orders.picking_id
        first.action_cancel()
        second.move_ids.quantity = 4
        second.move_ids.picked = True
        second.with_context(skip_backorder=True).button_validate()
        self.assertEqual(second.state, "done")
        for order in orders:
            self.ask(order, "10020")
        self.expect(cancelled, -6)
        self.expect(by_hand, -2)

        found = self.explain()

        self.assertExplained(
            found,
            cancelled,
            ("shipped_cancelled", -6, orders[0], "JD moved 6 .* all the same"),
        )
        self.assertExplained(
            found,
            by_hand,
            ("changed_by_hand", -2, second, "by hand, .* differs by 2 from"),
        )

    def test_what_is_corrected_after_it_was_done_is_explained(self):
        sent, came, *_more = self.products
        delivery = self.make_shipped_delivery(5, products=sent)
        receipt = self.make_receipt(7, products=came)
        receipt.action_jd_send()
        self.complete(self.announce(receipt), "70")
        delivery.move_line_ids.quantity = 4
        receipt.move_line_ids.quantity = 6
        self.expect(sent, -1)
        self.expect(came, 1)
        found = self.explain()
        words = "changed by hand, .* differs by 1 from"
        self.assertExplained(found, sent, ("changed_by_hand", -1, delivery, words))
        self.assertExplained(found, came, ("changed_by_hand", 1, receipt, words))
        # Another warehouse of the same connection has none of it.
        self.check.warehouse_id = self.warehouse.sudo().copy(
            {
                "name": "Another warehouse",
                "code": "JDX",
                "jd_connector_id": self.connector.id,
                "jd_department_no": QUICK_DEPARTMENT,
                "jd_warehouse_no": "110000999",
            }
        )
        self.assertFalse(any(row.parts for row in self.explain().values()))

    def test_an_order_that_no_longer_fits_keeps_what_was_reported(self):
        product = self.products[0]
        order = self.deliver(product, 5)
        self.ask(order, "10020")
        order._dispute("Another order's answer")
        self.expect(product, -5)
        found = self.explain()
        self.assertExplained(
            found, product, ("shipped", -5, order, "no longer fit this order")
        )
        (part,) = found[Place(product.id, GOOD)].parts
        self.assertIsNone(part.claim.heals_at)


@tagged("post_install", "-at_install")
class TestOtherClaims(StockClaimsCase):
    def adjust(self, product, quantity):
        """Count a product in Odoo; return the move."""
        quant = self.env["stock.quant"]._gather(product, self.stock)
        quant.inventory_quantity = quantity
        quant.action_apply_inventory()
        return self.env["stock.move"].search(
            [("product_id", "=", product.id)], order="id desc", limit=1
        )

    def test_what_odoo_alone_moved_is_explained_by_its_document(self):
        counted, scrapped, moved, *_more = self.products
        move = self.adjust(counted, self.STOCK + 4)
        scrap = self.env["stock.scrap"].create(
            {
                "product_id": scrapped.id,
                "scrap_qty": 1,
                "product_uom_id": self.env.ref("uom.product_uom_dozen").id,
                "location_id": self.stock.id,
            }
        )
        scrap.do_scrap()
        picking = self.make_transfer(
            self.warehouse.int_type_id, self.stock, self.defective, 3, products=moved
        )
        picking.action_confirm()
        picking.action_assign()
        picking.button_validate()
        self.assertEqual(picking.state, "done")
        self.expect(counted, -4)
        self.expect(scrapped, 12)
        self.expect(moved, 3)
        self.expect(moved, -3, level=DEFECTIVE)

        found = self.explain()

        self.assertExplained(
            found, counted, ("odoo_only", -4, move, "added 4 to Odoo's stock")
        )
        self.assertExplained(
            found, scrapped, ("odoo_only", 12, scrap, "took 12 out of Odoo's stock")
        )
        self.assertExplained(found, moved, ("odoo_only", 3, picking, "took 3 out"))
        self.assertExplained(
            found, moved, ("odoo_only", -3, picking, "added 3"), level=DEFECTIVE
        )

    def test_what_moved_while_jd_was_asked_is_explained(self):
        product = self.products[0]
        self.check.sudo().started_at = self.began
        delivery = self.make_shipped_delivery(5, products=product)
        self.expect(product, 5)
        self.assertExplained(
            self.explain(), product, ("closed_after", 5, delivery, "may be older")
        )

    def test_what_moved_before_jd_was_asked_again_explains_nothing(self):
        product = self.products[0]
        self.check.started_at = Datetime.now() - timedelta(minutes=5)
        self.make_shipped_delivery(3, products=product)
        self.check.again_at = Datetime.now() + timedelta(seconds=1)
        self.expect(product, 3)
        self.assertExplained(self.explain(), product, rest=3)

    def test_a_move_between_two_connections_is_explained_at_both(self):
        product = self.products[0]
        other = self.warehouse.sudo().copy(
            {
                "name": "Another connection",
                "code": "JDX",
                "jd_connector_id": self.make_connector(pin="jd_demo_other").id,
                "jd_department_no": "EBU0000000000999",
                "jd_warehouse_no": "110000999",
            }
        )
        move = self.env["stock.move"].create(
            {
                "product_id": product.id,
                "product_uom_qty": 3,
                "location_id": self.stock.id,
                "location_dest_id": other.lot_stock_id.id,
            }
        )
        move._action_confirm()
        move.quantity = 3
        move.picked = True
        move._action_done()
        for warehouse, pieces in ((self.warehouse, 3), (other, -3)):
            self.check.warehouse_id = warehouse
            self.expect(product, pieces)
            part = ("odoo_only", pieces, move, "JD was not told")
            self.assertExplained(self.explain(), product, part)

    def test_an_adjustment_that_was_taken_back_explains_nothing(self):
        product = self.products[0]
        self.adjust(product, self.STOCK + 5)
        self.adjust(product, self.STOCK)
        self.expect(product, -5)
        self.assertExplained(self.explain(), product, rest=-5)

    def test_a_level_change_that_waits_is_explained_at_both_levels(self):
        goods = self.sandbox.do(
            "goods", department=QUICK_DEPARTMENT, goods=[{"erpGoodsNo": "LATE"}]
        )["LATE"]
        row = {"goodsNo": goods, "quantity": 9}
        self.sandbox.do("stock", warehouse=QUICK_WAREHOUSE, rows=[row])
        self.sandbox.do(
            "change_level", warehouse=QUICK_WAREHOUSE, goods=goods, quantity=4
        )
        self.run_cron("pull_level_changes")
        change = self.env["jd.level.change"].search([("goods_no", "=", goods)])
        product = self.env["product.product"].create(
            {"name": "Late", "default_code": "LATE", "is_storable": True}
        )
        self.connector.action_match_goods()
        self.run_cron("match_goods")
        self.expect(product, -4)
        self.expect(product, 4, level=DEFECTIVE)
        found = self.explain()
        for level, pieces in ((GOOD, -4), (DEFECTIVE, 4)):
            part = ("level_change", pieces, change, r"JD moved 4 from Good \(100\)")
            self.assertExplained(found, product, part, level=level)

    def test_what_jd_counted_and_orders_made_there_are_explained(self):
        counted, ordered, *_more = self.products
        self.sandbox.do(
            "make_order",
            kind="CGRK",
            department=QUICK_DEPARTMENT,
            warehouse=QUICK_WAREHOUSE,
            lines=[{"erpGoodsNo": ordered.default_code, "quantity": 8}],
        )
        self.sandbox.do("advance", orders="all", to="70")
        self.run_cron("list_orders")
        order = self.env["jd.foreign.order"].search([])
        # JD has moved all of it, and need not be asked again.
        self.assertEqual(self.count_calls("queryPoOrderDetail"), 1)
        self.assertFalse(self.check._get_foreign_orders_to_ask())
        number = self.get_goods_no(counted)
        counts = [
            StockCount("CL1", number, -3, at=Datetime.now(), reason="broken"),
            StockCount("CL2", number, -9, at=Datetime.to_datetime("2020-01-01")),
        ]
        self.expect(counted, -3, level=DEFECTIVE)
        self.expect(ordered, 8)

        found = self.explain(counts)

        part = ("jd_count", -3, None, "JD's count CL1 .* -3 pieces.* broken")
        self.assertExplained(found, counted, part, level=DEFECTIVE)
        part = ("foreign_order", 8, order, "made at JD, moved 8")
        self.assertExplained(found, ordered, part)
        # One that has a transfer explains nothing by itself.
        order.state = "linked"
        self.assertExplained(self.explain(counts), ordered, rest=8)

    def test_a_count_explains_nothing_any_more_once_it_was_accepted(self):
        product = self.products[0]
        line = self.make_line(product, -3, state="accepted")
        line.explanation_ids = [
            Command.create({"kind": "jd_count", "quantity": -3, "document_name": "CL7"})
        ]
        # By its day alone, it may be later than the decision.
        at = Datetime.now().replace(hour=16, minute=0, second=0, microsecond=0)
        number = self.get_goods_no(product)
        counts = [StockCount(name, number, -3, at=at) for name in ("CL7", "CL8")]
        self.expect(product, -6)
        part = ("jd_count", -3, None, "CL8")
        self.assertExplained(self.explain(counts), product, part, rest=-3)

    def test_a_count_of_which_jd_names_a_lot_is_of_that_lot(self):
        number = self.get_goods_no(self.cream)
        lot = Lot(number="A")
        counts = [StockCount("CP1", number, 2, at=Datetime.now(), lot=lot)]
        self.expect(self.cream, 2, lot="A")
        self.expect(self.cream, 2, lot="B")
        found = self.explain(counts)
        part = ("jd_count", 2, None, "CP1")
        self.assertExplained(found, self.cream, part, lot="A")
        self.assertExplained(found, self.cream, lot="B", rest=2)

    def test_goods_that_share_a_number_are_explained_by_each_other(self):
        mine, theirs, *_more = self.products
        connector = self.make_connector(pin="jd_demo_other")
        goods = self.env["jd.goods"].sudo()
        goods._get_goods(self.warehouse, theirs)[theirs.id].unlink()
        shared = goods.create(
            {
                "connector_id": connector.id,
                "department_no": QUICK_DEPARTMENT,
                "product_id": theirs.id,
                "goods_no": self.get_goods_no(mine),
                "state": "matched",
            }
        )
        own = goods._get_goods(self.warehouse, mine)[mine.id]
        self.expect(mine, self.STOCK)
        self.expect(theirs, -self.STOCK)
        found = self.explain()
        words = f"are also .* keeps {self.STOCK} apart"
        self.assertExplained(found, mine, ("shared_goods", self.STOCK, shared, words))
        self.assertExplained(found, theirs, ("shared_goods", -self.STOCK, own, words))

    def test_the_opposite_in_another_department_explains(self):
        product = self.products[0]
        other = self.warehouse.sudo().copy(
            {
                "name": "Another department",
                "code": "JDX",
                "jd_connector_id": self.connector.id,
                "jd_department_no": "EBU0000000000999",
                "jd_warehouse_no": self.warehouse.jd_warehouse_no,
            }
        )
        line = self.make_line(product, 5, warehouse=other)
        line.check_id.state = "review"
        self.expect(product, -5)
        self.assertExplained(
            self.explain(),
            product,
            ("shared_goods", -5, line, "Another department found the opposite"),
        )

    def test_goods_without_a_product_are_explained_as_a_whole(self):
        self.differences = {Place("EMG9", GOOD): (7, 0.0)}
        (row,) = self.explain().values()
        (part,) = row.parts
        self.assertEqual((part.claim.kind, part.quantity), ("unknown_goods", 7))
        self.assertIn("JD holds 7 of its goods EMG9", part.claim.evidence)

    def test_a_decision_stays_until_the_difference_changes(self):
        kept, asked, *_more = self.products
        values = {"decided_by": self.manager.id, "decided_at": Datetime.now()}
        lines = self.make_line(kept, -3, state="kept", reason="Counted", **values)
        lines += self.make_line(asked, 2, state="asked", **values)
        self.expect(kept, -3)
        self.expect(asked, 2)
        found = self.explain()
        part = ("decided", -3, lines[0], "The same -3, kept on .* Counted")
        self.assertExplained(found, kept, part)
        part = ("decided", 2, lines[1], r"JD was asked about the same \+2")
        self.assertExplained(found, asked, part)
        self.expect(kept, -4)
        self.assertExplained(self.explain(), kept, rest=-4)

    def make_line(self, product, pieces, warehouse=None, **values):
        """Return a line of an earlier check."""
        checks = self.env["jd.stock.check"].sudo()
        check = checks.create({"warehouse_id": (warehouse or self.warehouse).id})
        return (
            self.env["jd.stock.check.line"]
            .sudo()
            .create(
                {
                    "check_id": check.id,
                    "product_id": product.id,
                    "level": GOOD,
                    "difference": pieces,
                    "unexplained": pieces,
                    **values,
                }
            )
        )

    def test_what_happened_before_the_books_agreed_explains_nothing(self):
        product, other, *_more = self.products
        for each in (product, other):
            self.adjust(each, self.STOCK + 4)
            self.expect(each, -4)
        earlier = self.env["jd.stock.check"].sudo()
        earlier = earlier.create({"warehouse_id": self.warehouse.id})
        later = Datetime.now() + 2 * const.STOCK_AGREED_MARGIN
        earlier.write({"state": "done", "taken_at": later})
        self.assertFalse(any(row.parts for row in self.explain().values()))

    def test_the_number_of_queries_does_not_grow_with_the_places(self):
        def count_queries(products):
            self.differences = {}
            for product in products:
                self.expect(product, -1)
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.explain()
            return self.env.cr.sql_log_count - before

        for product in self.products:
            self.ask(self.deliver(product, 2), "10020")
            self.adjust(product, self.STOCK + 1)
        few = count_queries(self.products[:1])
        self.assertLessEqual(count_queries(self.products), few)

    def test_every_kind_has_its_words(self):
        explanations = self.env["jd.stock.check.explanation"]
        kinds = set(dict(explanations._fields["kind"].selection))
        suggestions = explanations._get_suggestions()
        self.assertEqual(set(suggestions), kinds)
        for text in suggestions.values():
            self.assertNotIn("send", text.lower())

    def test_found_patterns_are_told_in_words(self):
        product = self.products[0]
        values = {"relative_factor": 12, "relative_uom_id": product.uom_id.id}
        box = self.env["uom.uom"].create({"name": "Box of 12", **values})
        product.uom_ids = [Command.link(box.id)]
        lots = self.make_lot("A"), self.make_lot("B")
        self.expect(product, -24)
        self.expect(self.cream, 3, lot="A")
        self.expect(self.cream, -3, lot="B")
        packs = self.check._get_packs(self.differences)
        parts = {
            row.place: part
            for row in explain(self.differences, (), packs)
            for part in row.parts
        }
        texts = {place: self.check._get_evidence(part) for place, part in parts.items()}
        self.assertIn("exactly 2 times a pack of 12", texts[Place(product.id, GOOD)])
        for lot in lots:
            self.assertIn("the sum agrees", texts[Place(self.cream.id, GOOD, lot.name)])
