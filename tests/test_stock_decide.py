from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import Form, tagged

from .. import const
from ..lib.stock_diff import Place
from ..models.check.jd_stock_check_explanation import HEALING, KINDS
from .jd_case import QUICK_WAREHOUSE
from .stock_check_case import StockCheckCase


@tagged("post_install", "-at_install")
class TestAccept(StockCheckCase):
    """JD's number becomes Odoo's: as an inventory adjustment, once."""

    def test_only_what_nothing_explains_is_posted(self):
        line = self.make_line(
            self.product, 1005, 1000, [("received", 3), ("shipped", -1)]
        )
        self.accept(line)
        self.assertAccepted(line)
        self.assertEqual(self.get_stock(self.product), 1003)
        [move] = line.move_ids
        self.assertEqual(
            (move.state, move.is_inventory, move.quantity), ("done", True, 3)
        )
        self.assertEqual(move.reference, f"JD stock check {self.check.name}")
        self.assertFalse(move.jd_odoo_only_connector_id, "JD's books have it")
        self.assertEqual(line.decided_by, self.manager)
        self.assertTrue(line.decided_at)

    def test_the_check_ends_and_its_history_says_who_and_what(self):
        first = self.make_line(self.products[0], 1002, 1000)
        second = self.make_line(self.products[1], 999, 1000)
        self.check._request_decisions()
        self.assertTrue(self.check.activity_ids)
        self.accept(first)
        self.assertEqual(self.check.state, "review")
        self.accept(second)
        self.assertEqual(self.check.state, "done")
        self.assertFalse(self.check.activity_ids)
        self.assertPosted(self.check, "jd_manager")
        self.assertPosted(self.check, f"{self.products[1].display_name}: -1")

    def test_what_is_missing_is_taken_from_where_it_lies_free_pieces_first(self):
        soap = self.make_stocked(4)
        shelf = self.env["stock.location"].create(
            {"name": "Shelf", "location_id": self.stock.id}
        )
        package = self.env["stock.package"].create({"name": "PACK1"})
        owner = self.supplier
        self.put(soap, 5, shelf, package_id=package, owner_id=owner)
        self.connector.push_policy = "manual"
        delivery = self.make_delivery(4, products=soap, location_id=self.stock.id)
        reserved = delivery.move_line_ids.filtered(
            lambda line: line.location_id == self.stock
        )
        self.assertEqual(sum(reserved.mapped("quantity")), 4)
        line = self.make_line(soap, 6, 9)
        self.accept(line)
        self.assertAccepted(line)
        [moved] = line.move_ids.move_line_ids
        self.assertEqual(
            (moved.location_id, moved.package_id, moved.owner_id, moved.quantity),
            (shelf, package, owner, 3),
        )
        self.assertEqual(delivery.state, "assigned")

    def test_each_lot_and_level_gets_its_own_number(self):
        lot = self.make_lot("L1", 5)
        self.make_lot("L2", 5)
        self.put(self.cream, 2, self.defective, lot_id=lot)
        lines = [
            self.make_line(self.cream, 3, 5, lot_name="L1", lot_id=lot.id),
            self.make_line(self.cream, 4, 0, lot_name="L3"),
            self.make_line(self.cream, 1, 2, lot_name="L1", level="200"),
            self.make_line(self.cream, 7, 0, lot_name="L1", level="300"),
        ]
        self.accept(*lines)
        self.assertAccepted(*lines)
        samples = self.warehouse._jd_get_location("300")
        for place, expected in (
            (self.stock, {"L1": 3, "L2": 5, "L3": 4}),
            (self.defective, {"L1": 1}),
            (samples, {"L1": 7}),
        ):
            quants = self.env["stock.quant"]._gather(self.cream, place)
            found = {each.lot_id.name: each.quantity for each in quants}
            self.assertEqual(found, expected)

    def test_the_lot_of_another_company_is_not_named(self):
        self.make_lot("L1", company_id=self.other_company.id)
        place = Place(self.cream.id, "100", "L1")
        self.assertFalse(self.check._find_lots([place]))
        own = self.make_lot("L1", company_id=self.company.id)
        found = self.check._find_lots([place])
        self.assertEqual(list(found.values()), own.ids)

    def test_a_location_of_a_level_that_was_archived_is_used_again(self):
        place = self.defective
        place.active = False
        self.env.invalidate_all()
        line = self.make_line(self.make_stocked(0), 2, 0, level="200")
        self.accept(line)
        self.assertAccepted(line)
        self.assertEqual(line.move_ids.location_dest_id, place)
        self.assertTrue(place.active)

    def test_where_lots_are_not_compared_what_lies_without_one_is_filled_up(self):
        self.make_lot("L1", 5)
        more = self.make_line(self.cream, 8, 5)
        self.accept(more)
        self.assertAccepted(more)
        self.assertEqual(self.get_stock(self.cream), 8)
        unnamed = (
            self.env["stock.quant"]
            .search([("product_id", "=", self.cream.id), ("lot_id", "=", False)])
            .filtered(lambda quant: quant.location_id == self.stock)
        )
        self.assertEqual(unnamed.quantity, 3)

    def test_pieces_without_a_lot_are_taken_from_those_alone(self):
        self.make_lot("L1", 5)
        self.put(self.cream, 2)
        line = self.make_line(self.cream, 0, 2)
        self.accept(line)
        self.assertAccepted(line)
        [quant] = (
            self.env["stock.quant"]._gather(self.cream, self.stock).filtered("quantity")
        )
        self.assertEqual((quant.lot_id.name, quant.quantity), ("L1", 5))

    def test_a_negative_stock_is_filled_up_first(self):
        soap = self.make_stocked(0)
        shelf = self.env["stock.location"].create(
            {"name": "Shelf", "location_id": self.stock.id}
        )
        self.put(soap, -3, shelf)
        line = self.make_line(soap, 2, -3)
        self.accept(line)
        self.assertAccepted(line)
        quants = self.env["stock.quant"]._gather(soap, self.stock)
        self.assertEqual(sum(quants.mapped("quantity")), 2)
        self.assertFalse(quants.filtered(lambda quant: quant.quantity < 0))

    def test_what_cannot_be_taken_over_says_why_and_the_others_go_on(self):
        serial = self.make_stocked(0, tracking="serial")
        service = self.env["product.product"].create({"name": "Advice"})
        old = self.make_check(taken_at=fields.Datetime.now() - timedelta(days=2))
        reading = self.make_check(state="stopped")
        nobody = self.env["product.product"]
        rows = {}
        for words, product, values in (
            ("belong to no product", nobody, {}),
            ("does not name these goods", self.make_stocked(1), {"is_reported": False}),
            ("serial numbers", serial, {}),
            ("keeps no stock of Advice", service, {}),
            ("moved while the books", self.make_stocked(1), {"state": "moving"}),
            ("being counted again", self.make_stocked(1), {"state": "counting"}),
            ("explain all", self.make_stocked(1), {"explained": [("shipped", 4)]}),
            ("more than a day old", self.make_stocked(1), {"check": old}),
            ("no result", self.make_stocked(1), {"check": reading}),
            ("has changed since", self.make_stocked(2), {}),
        ):
            odoo = 1 if product.is_storable and product != serial else 0
            values = {"explained": ()} | values
            line = self.make_line(product, odoo + 4, odoo, **values)
            rows[line] = words
        good = self.make_line(self.product, 1004, 1000)
        shown = self.accept(*rows, good)
        self.assertIn("1 accepted; 10 not", shown["message"])
        self.assertAccepted(good)
        for line, words in rows.items():
            with self.subTest(words):
                self.assertNotAccepted(line, words, line.state)
        self.assertEqual(self.check.state, "review")

    def test_what_is_explained_is_accepted_only_where_no_document_will_close(self):
        for kind, _name in KINDS:
            with self.subTest(kind):
                soap = self.make_stocked(5)
                line = self.make_line(soap, 3, 5, [(kind, -2)], state="explained")
                self.assertEqual(line.is_acceptable, kind not in HEALING)
                self.accept(line)
                if kind in HEALING:
                    self.assertNotAccepted(line, "explain all", "explained")
                else:
                    self.assertAccepted(line)
                    self.assertEqual(soap.qty_available, 3)

    def test_what_odoo_refuses_says_why_and_the_others_go_on(self):
        soap = self.make_stocked(1)
        bad, good = self.make_line(soap, 2, 1), self.make_line(self.product, 1004, 1000)
        self.env.flush_all()
        # A product that became another company's, which Odoo does not allow.
        self.env.cr.execute(
            "UPDATE product_template SET company_id = %s WHERE id = %s",
            [self.other_company.id, soap.product_tmpl_id.id],
        )
        self.env.invalidate_all()
        self.accept(bad, good)
        self.assertAccepted(good)
        self.assertNotAccepted(bad, "could not adjust its stock.*inconsistencies")

    def test_goods_that_moved_in_odoo_since_are_refused(self):
        soap, other = self.make_stocked(5), self.make_stocked(5)
        line, free = self.make_line(soap, 7, 5), self.make_line(other, 7, 5)
        self.adjust_by_hand(soap, 6)
        self.adjust_by_hand(soap, 5)  # the sum is what it was
        self.accept(line, free)
        self.assertNotAccepted(line, "moved in Odoo since.*Count")
        self.assertAccepted(free)

    def test_goods_of_which_jd_reported_an_order_since_are_refused(self):
        delivery = self.make_delivery(5)
        order = self.announce(delivery)
        line = self.make_line(self.product, 995, 1000)
        free = self.make_line(self.products[1], 999, 1000)
        self.sandbox.do("advance", orders=[order.jd_number], to="10020")
        order.action_pull()
        self.run_cron("follow_orders")
        self.assertNotEqual(delivery.state, "done")
        self.accept(line, free)
        self.assertNotAccepted(line, "JD has reported")
        self.assertAccepted(free)
        self.run_cron("close_orders")
        self.assertEqual(self.get_stock(self.product), 995)

    def test_goods_that_somebody_counts_in_odoo_are_left_to_them(self):
        soap = self.make_stocked(5)
        quant = self.env["stock.quant"]._gather(soap, self.stock)
        quant.inventory_quantity = 8
        line = self.make_line(soap, 7, 5)
        self.accept(line)
        self.assertNotAccepted(line, "counting these goods in Odoo")
        self.assertEqual(quant.inventory_quantity, 8)

    def test_a_newer_check_is_the_one_to_decide_in(self):
        line = self.make_line(self.product, 1002, 1000)
        newer = self.make_check(is_partial=True, taken_at=fields.Datetime.now())
        other = self.make_line(self.products[1], 1002, 1000)
        newer.product_ids = self.product
        self.accept(line, other)
        self.assertNotAccepted(line, "newer check")
        self.assertAccepted(other)

    def test_a_second_click_posts_nothing(self):
        line = self.make_line(self.product, 1002, 1000)
        self.accept(line)
        self.accept(line)
        self.assertAccepted(line)
        self.assertEqual(self.get_stock(self.product), 1002)

    def test_who_asked_or_kept_ours_may_think_better_of_it(self):
        line = self.make_line(self.product, 1002, 1000)
        self.as_user(line, self.manager).action_ask()
        self.assertEqual(self.check.state, "done")
        self.accept(line)
        self.assertAccepted(line)
        known = self.make_line(
            self.products[1], 1003, 1000, [("decided", 3)], state="kept"
        )
        self.accept(known)
        self.assertEqual(self.get_stock(self.products[1]), 1003)

    def test_an_order_made_at_jd_moves_its_goods_once(self):
        product, linked = self.products[:2]
        lines, orders = [], self.env["jd.foreign.order"].sudo()
        for each in (product, linked):
            line = self.make_line(
                each, 1005, 1000, [("foreign_order", 5)], state="explained"
            )
            orders += orders.create(
                {
                    "connector_id": self.connector.id,
                    "warehouse_id": self.warehouse.id,
                    "kind": "inbound",
                    "jd_number": f"EPL{each.id}",
                }
            )
            line.explanation_ids.res_model = orders._name
            line.explanation_ids.res_id = orders[-1].id
            lines.append(line)
        orders[1].state = "linked"  # since the check
        self.accept(*lines)
        self.assertAccepted(lines[0])
        self.assertEqual(orders[0].state, "ignored", "it could be linked later")
        self.assertNotAccepted(lines[1], "Documents explain", state="explained")
        self.assertEqual(self.get_stock(linked), 1000)

    def test_all_open_differences_of_a_check_are_accepted_at_once(self):
        lines = [
            self.make_line(self.products[0], 1002, 1000),
            self.make_line(self.products[1], 990, 1000),
        ]
        asked = self.make_line(self.cream, 3, 0, state="asked")
        self.as_user(self.check, self.manager).action_accept_all()
        self.assertAccepted(*lines)
        self.assertEqual(asked.state, "asked")
        self.assertEqual(self.check.state, "done")

    def test_many_are_accepted_by_the_scheduled_action(self):
        count = const.STOCK_ACCEPT_AT_ONCE + 1
        products = self.env["product.product"].create(
            [{"name": f"P{n}", "is_storable": True} for n in range(count)]
        )
        lines = [self.make_line(product, 2, 0) for product in products]
        lines[0].odoo_quantity = 1  # moved since
        lines[0].write({"state": "asked", "decided_by": self.stock_user.id})
        shown = self.accept(*lines)
        self.assertIn(str(count), shown["message"])
        self.assertEqual(lines[1].state, "open")
        self.run_cron("accept_stock")
        self.assertAccepted(*lines[1:])
        self.assertEqual(lines[1].decided_by, self.manager)
        self.assertNotAccepted(lines[0], "has changed since", state="asked")
        self.assertFalse(lines[0].is_accepting)
        self.assertEqual(lines[0].decided_by, self.stock_user)

    def test_all_that_jd_holds_becomes_the_opening_stock(self):
        opening = self.make_check(is_opening=True)
        soap = self.make_stocked(0)
        lines = [
            self.make_line(soap, 20, 0, check=opening),
            self.make_line(soap, 2, 0, check=opening, level="200"),
            self.make_line(self.cream, 6, 0, check=opening, lot_name="L1"),
            self.make_line(self.cream, 7, 0, check=opening, lot_name="L2"),
        ]
        self.as_user(opening, self.manager).action_accept_opening()
        self.assertAccepted(*lines)
        self.assertEqual(self.get_stock(soap), 20)
        self.assertEqual(self.get_stock(soap, self.defective), 2)
        self.assertEqual(self.get_stock(self.cream), 13)
        self.assertEqual(opening.state, "done")
        with self.assertRefused("has stock in this warehouse already"):
            self.as_user(self.check, self.manager).action_accept_opening()


@tagged("post_install", "-at_install")
class TestDecide(StockCheckCase):
    """Ask JD, keep ours, count again, stop: and who may."""

    def test_jd_is_asked_in_chinese_and_english_with_all_it_needs(self):
        line = self.make_line(
            self.cream, 3, 5, [("shipped", -1)], lot_name="L7", level="200"
        )
        line.explanation_ids.document_name = "WH/OUT/00042"
        action = self.as_user(line, self.manager).action_ask()
        self.assertEqual(line.state, "asked")
        self.assertEqual(line.decided_by, self.manager)
        dialog = self.env["jd.stock.check.question"].with_context(**action["context"])
        text = (
            self.as_user(dialog, self.manager)
            .with_context(**action["context"])
            .create({})
            .text
        )
        self.assertEqual(text, line.question)
        for language in text.split("Hello"):
            for part in (
                *("EBU0000000000101", "110000101", "EMG1", "L7", "(200)"),
                *("3", "5", "-2", "WH/OUT/00042"),
            ):
                self.assertIn(part, language)
        self.assertIn("库存", text)

    def test_one_text_asks_about_many(self):
        lines = self.make_line(self.product, 1, 2, goods_no="EMG1")
        lines += self.make_line(self.products[1], 3, 4, goods_no="EMG2")
        text = lines._write_question()
        self.assertEqual(text.count("Hello"), 1)
        self.assertEqual(text.count("EMG2"), 2)

    def test_jd_is_asked_about_what_is_explained_and_no_document_ends(self):
        counted = self.make_line(
            self.products[0], 995, 1000, [("jd_count", -5)], state="explained"
        )
        shipped = self.make_line(
            self.products[1], 995, 1000, [("shipped", -5)], state="explained"
        )
        self.as_user(counted + shipped, self.manager).action_ask()
        self.assertEqual((counted.state, shipped.state), ("asked", "explained"))
        self.accept(counted)
        self.assertAccepted(counted)

    def test_ours_is_kept_with_a_reason(self):
        line = self.make_line(self.product, 1002, 1000)
        action = self.as_user(line, self.manager).action_keep()
        wizards = self.as_user(self.env["jd.stock.check.keep"], self.manager)
        with Form(wizards.with_context(**action["context"])) as form:
            form.reason = "  Counted on Friday "
        form.record.action_confirm()
        self.assertEqual((line.state, line.reason), ("kept", "Counted on Friday"))
        self.assertEqual(self.check.state, "done")
        self.assertEqual(self.get_stock(self.product), 1000)

    def test_ours_is_not_kept_without_one(self):
        line = self.make_line(self.product, 1002, 1000)
        with self.assertRefused("Say why"):
            line._keep("  ")
        self.accept(line)
        with self.assertRefused("nothing left to decide"):
            line._keep("Counted")

    def test_these_goods_alone_are_counted_again(self):
        self.connector.stock_check_nightly = False
        over = self.make_line(self.products[0], 1002, 1000)
        same = self.make_line(self.products[1], 1002, 1000)
        goods = {"erpGoodsNo": self.products[1].default_code, "quantity": 1003}
        self.sandbox.do("stock", warehouse=QUICK_WAREHOUSE, rows=[goods])
        self.as_user(over + same, self.manager).action_count_again()
        self.assertEqual((over + same).mapped("state"), ["counting", "counting"])
        self.run_cron("check_stock")
        self.assertEqual((over.state, same.state), ("over", "replaced"))
        self.assertEqual(self.check.state, "done")
        again = self.env["jd.stock.check"].search([("is_partial", "=", True)])
        self.assertEqual(again.line_ids.product_id, self.products[1])
        self.accept(again.line_ids)
        self.assertAccepted(again.line_ids)
        self.assertEqual(self.get_stock(self.products[1]), 1003)

    def test_goods_that_wait_to_be_counted_are_counted_at_once_if_somebody_asks(self):
        line = self.make_line(self.product, 1002, 1000, state="moving")
        waiting = self.env["jd.stock.check"]._start(self.warehouse, self.product)
        waiting.retry_at = fields.Datetime.now() + timedelta(minutes=15)
        self.as_user(line, self.manager).action_count_again()
        self.run_cron("check_stock")
        self.assertEqual((waiting.state, line.state), ("done", "over"))

    def test_goods_that_odoo_does_not_know_are_matched_first(self):
        nobody = self.env["product.product"]
        line = self.make_line(nobody, 4, 0)
        with self.assertRefused("matched with a product first"):
            self.as_user(line, self.manager).action_count_again()
        self.assertEqual(line.state, "open")

    def test_what_was_counted_again_is_over_or_decided_in_the_newer_check(self):
        over = self.make_line(self.products[0], 1002, 1000, state="counting")
        same = self.make_line(self.products[1], 1002, 1000, state="counting")
        other = self.make_line(self.cream, 2, 0)
        again = self.make_check(is_partial=True)
        again.product_ids = self.products
        self.make_line(self.products[1], 1003, 1000, check=again)
        again._settle_recounted()
        self.assertEqual(
            (over + same + other).mapped("state"), ["over", "replaced", "open"]
        )
        self.assertEqual(self.check.state, "review")
        self.make_check()._settle_recounted()
        self.assertEqual((other.state, self.check.state), ("over", "done"))

    def test_what_could_not_be_counted_again_is_to_decide(self):
        line = self.make_line(self.product, 1002, 1000, state="counting")
        self.check.state = "done"
        again = self.make_check(is_partial=True, state="reading")
        again.product_ids = self.product
        self.as_user(again, self.manager).action_stop()
        self.assertEqual(again.state, "stopped")
        self.assertTrue(again.finished_at)
        self.assertEqual((line.state, self.check.state), ("open", "review"))
        self.assertTrue(self.check.activity_ids)

    def test_what_could_not_be_counted_again_is_as_it_was_before(self):
        lines = [
            self.make_line(self.products[0], 1002, 1000, state="moving"),
            self.make_line(self.products[1], 1002, 1000),
            self.make_line(self.cream, 2, 0),
        ]
        lines[1]._keep("Counted")
        lines[2]._ask()
        before = [line.state for line in lines]
        self.env["jd.stock.check.line"].union(*lines)._count_again()
        again = self.env["jd.stock.check"].search([("is_partial", "=", True)])
        self.as_user(again, self.manager).action_stop()
        self.assertEqual([line.state for line in lines], before)
        self.assertNotEqual(self.check.state, "review")

    def test_an_archived_product_is_counted_again(self):
        line = self.make_line(self.product, 1002, 1000)
        self.product.active = False
        line._count_again()
        self.run_cron("check_stock")
        self.assertEqual(line.state, "over")

    def test_a_check_is_named_by_the_day_of_its_warehouse(self):
        self.warehouse.partner_id.tz = "Asia/Shanghai"
        check = self.make_check(taken_at="2026-01-05 19:00:00")  # 3 at night
        self.assertEqual(check.name, f"{self.warehouse.name} 2026-01-06")

    def test_a_check_that_has_ended_is_not_stopped(self):
        self.as_user(self.check, self.manager).action_stop()
        self.assertEqual(self.check.state, "review")

    def test_one_activity_asks_for_a_decision(self):
        self.check._request_decisions()
        self.assertFalse(self.check.activity_ids, "nothing to decide")
        self.make_line(self.product, 1002, 1000)
        self.check._request_decisions()
        self.make_line(self.products[1], 1002, 1000)
        self.check._request_decisions()
        [activity] = self.check.activity_ids
        self.assertEqual(
            activity.activity_type_id, self.env.ref(const.STOCK_CHECK_ACTIVITY)
        )

    def test_only_jd_managers_of_the_company_decide(self):
        line = self.make_line(self.product, 1002, 1000)
        stock_manager = self.make_user("stock_manager", "stock.group_stock_manager")
        for user in (self.stock_user, stock_manager, self.other_manager):
            for records, name in (
                *((line, f"action_{each}") for each in ("accept", "ask", "keep")),
                (line, "action_count_again"),
                *((self.check, f"action_{each}") for each in ("stop", "accept_all")),
                (self.check, "action_accept_opening"),
            ):
                with (
                    self.subTest(f"{name} by {user.login}"),
                    self.assertRaises(AccessError),
                ):
                    getattr(self.as_user(records, user), name)()
        self.assertEqual((line.state, self.check.state), ("open", "review"))


@tagged("post_install", "-at_install")
class TestSmall(StockCheckCase):
    """Within limits, and if the merchant allows it, nobody is asked."""

    def setUp(self):
        super().setUp()
        self.connector.write(
            {
                "stock_check_auto": True,
                "stock_check_units": 5,
                "stock_check_percent": 10,
                "stock_check_value": 50,
            }
        )

    def decide(self, jd, odoo, value=0, explained=(), **category):
        """Return what becomes of a difference by itself."""
        categories = self.env["product.category"]
        parent = categories.create({"name": "Care", **category})
        own = categories.create({"name": "Soap", "parent_id": parent.id})
        product = self.make_stocked(odoo, categ_id=own.id)
        line = self.make_line(product, jd, odoo, explained, value=value)
        self.check._decide_small()
        return line

    def test_what_is_within_all_limits_is_accepted_by_nobody(self):
        line = self.decide(95, 100, value=-50, explained=())
        self.assertAccepted(line)
        self.assertFalse(line.decided_by)
        self.assertEqual(self.check.state, "done")
        self.assertPosted(self.check, "Within the limits")

    def test_what_is_beyond_one_of_them_is_left_to_a_person(self):
        for jd, odoo, value in (
            (94, 100, 1),  # units
            (35, 40, 1),  # per cent
            (99, 100, -51),
            (2, 0, 1),  # of nothing
        ):
            with self.subTest((jd, odoo, value)):
                line = self.decide(jd, odoo, value)
                self.assertEqual((line.state, line.problem), ("open", False))

    def test_the_whole_difference_does_not_count_but_what_nothing_explains(self):
        line = self.decide(89, 100, explained=[("shipped", -8)])
        self.assertAccepted(line)
        self.assertEqual(self.get_stock(line.product_id), 97)

    def test_what_jd_counted_is_left_to_a_person(self):
        line = self.decide(97, 100, value=-1, explained=[("jd_count", -2)])
        self.assertEqual(line.state, "open")

    def test_a_limit_of_zero_always_asks(self):
        for name in ("units", "percent", "value"):
            with self.subTest(name):
                before = self.connector[f"stock_check_{name}"]
                self.connector[f"stock_check_{name}"] = 0
                self.assertEqual(self.decide(99, 100).state, "open")
                self.connector[f"stock_check_{name}"] = before

    def test_nothing_is_accepted_where_the_merchant_does_not_allow_it(self):
        self.connector.stock_check_auto = False
        self.assertEqual(self.decide(99, 100).state, "open")

    def test_the_nearest_category_with_limits_of_its_own_overrides(self):
        limits = {
            "jd_stock_check_own_limits": True,
            "jd_stock_check_units": 20,
            "jd_stock_check_percent": 50,
            "jd_stock_check_value": 500,
        }
        self.assertAccepted(self.decide(85, 100, value=400, **limits))
        limits["jd_stock_check_units"] = 0
        self.assertEqual(self.decide(99, 100, **limits).state, "open")
