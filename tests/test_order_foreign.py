from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .inbound_case import JdInboundCase
from .jd_case import QUICK_DEPARTMENT, QUICK_WAREHOUSE


@tagged("post_install", "-at_install")
class TestForeignOrders(JdInboundCase):
    """Orders that JD knows and Odoo does not: listed, then linked or ignored."""

    def make_at_jd(self, kind, *quantities, warehouse=QUICK_WAREHOUSE, **values):
        """Have a clerk make an order at JD; return JD's number."""
        lines = [
            {"goodsNo": self.get_goods_no(product), "quantity": quantity}
            for product, quantity in zip(self.products, quantities, strict=False)
        ]
        return self.sandbox.do(
            "make_order",
            kind=kind,
            department=QUICK_DEPARTMENT,
            warehouse=warehouse,
            lines=lines,
            **values,
        )["orderNo"]

    def get_listed(self):
        return self.env["jd.foreign.order"].search([], order="id")

    def link(self, foreign, picking, user=None):
        wizard = self.env["jd.foreign.link"].with_user(user or self.env.user)
        wizard.create(
            {"foreign_id": foreign.id, "picking_id": picking.id}
        ).action_confirm()
        return picking.jd_order_id

    def make_unsent_receipt(self, *quantities, **values):
        self.connector.receipt_policy = "manual"
        return self.make_receipt(*quantities, **values)

    # === FOUND === #

    def test_orders_of_every_kind_are_listed_once(self):
        numbers = [
            self.make_at_jd(kind, 2) for kind in ("XSCK", "CGRK", "THRK", "TGCK")
        ]
        self.run_cron("list_orders")
        self.run_cron("list_orders")
        self.assertEqual(self.get_listed().mapped("jd_number"), numbers)
        self.assertEqual(set(self.get_listed().mapped("state")), {"new"})
        self.assertEqual(set(self.get_listed().warehouse_id), {self.warehouse})
        self.assertActivity(self.connector, numbers[0])

    def test_our_own_orders_are_not_listed(self):
        self.announce(self.make_receipt(3))
        self.run_cron("list_orders")
        self.assertFalse(self.get_listed())

    def test_orders_of_warehouses_that_are_not_in_odoo_are_not_listed(self):
        self.make_at_jd("CGRK", 3, warehouse="110000102")
        self.run_cron("list_orders")
        self.assertFalse(self.get_listed())

    def test_all_pages_are_read_and_the_status_is_kept_up_to_date(self):
        for _each in range(101):
            number = self.make_at_jd("CGRK", 1)
        self.run_cron("list_orders")
        self.assertEqual(len(self.get_listed()), 101)
        self.sandbox.do("advance", orders=[number], to=70)
        self.run_cron("list_orders")
        self.assertEqual(self.get_listed()[-1].status_name, "Received in the warehouse")

    def test_a_message_lists_its_order_at_once(self):
        number = self.make_at_jd("CGRK", 3)
        order = self.env["jd.order"].new({"kind": "inbound"})
        self.receive_message(order, "20", order_number=number, own_number="")
        self.follow_messages()
        self.assertEqual(self.get_listed().jd_number, number)
        self.assertEqual(self.get_listed().status_code, "20")

    def test_a_message_without_a_number_of_jd_lists_nothing(self):
        order = self.env["jd.order"].new({"kind": "inbound"})
        self.receive_message(order, "20", order_number="", own_number="OTHER-1")
        self.follow_messages()
        self.assertFalse(self.get_listed())

    # === LINKED === #

    @mute_logger(
        "odoo.addons.jd_fulfillment.models.mixins.jd_worker_mixin", "odoo.sql_db"
    )
    def test_one_message_that_cannot_be_listed_stops_no_other(self):
        bad, good = (self.make_at_jd("CGRK", 3) for _ in range(2))
        order = self.announce(self.make_receipt(1))
        for number in (bad, good):
            self.receive_message(order, "20", order_number=number, own_number="")
        self.env.cr.execute(
            "ALTER TABLE jd_foreign_order ADD CHECK (jd_number != %s)", [bad]
        )
        self.follow_messages()
        self.assertEqual(self.get_listed().mapped("jd_number"), [good])
        self.assertRegex(
            self.get_activity_notes(self.connector), "look for JD-[0-9A-F]{8} in the"
        )

    @mute_logger(
        "odoo.addons.jd_fulfillment.models.mixins.jd_worker_mixin", "odoo.sql_db"
    )
    def test_one_order_that_cannot_be_listed_stops_no_other(self):
        bad, good = (self.make_at_jd("CGRK", 3) for _ in range(2))
        self.env.cr.execute(
            "ALTER TABLE jd_foreign_order ADD CHECK (jd_number != %s)", [bad]
        )
        self.run_cron("list_orders")
        self.assertEqual(self.get_listed().mapped("jd_number"), [good])
        self.assertRegex(
            self.get_activity_notes(self.connector), "look for JD-[0-9A-F]{8} in the"
        )

    def test_a_linked_receipt_is_followed_and_closed_like_any_other(self):
        self.make_at_jd("CGRK", 5, 7)
        self.run_cron("list_orders")
        picking = self.make_unsent_receipt(5, 7)
        order = self.link(self.get_listed(), picking, self.stock_user)
        self.assertEqual(self.get_listed().state, "linked")
        self.assertEqual(self.get_listed().picking_id, picking)
        self.sandbox.do("arrange", orders="all", short=1, damaged=1)
        self.complete(order, "70")
        self.assertEqual(picking.state, "done")
        self.assertEqual(picking.move_ids.mapped("quantity"), [4, 6])
        self.assertEqual(
            self.get_stock(self.product), self.get_stock_at_jd(self.product)
        )
        self.assertEqual(self.get_stock(self.product, self.defective), 1)
        self.run_cron("push_orders")
        self.assertEqual(len(self.sandbox.get("orders", kind="CGRK")), 1)

    def test_a_linked_delivery_gets_its_waybill_and_closes(self):
        self.make_at_jd("XSCK", 4)
        self.run_cron("list_orders")
        self.connector.push_policy = "manual"
        delivery = self.make_delivery(4)
        order = self.link(self.get_listed(), delivery)
        self.complete(order, "10020")
        self.assertEqual(delivery.state, "done")
        self.assertTrue(delivery.jd_waybills)

    def test_goods_that_the_transfer_lacks_are_told_and_not_moved(self):
        self.make_at_jd("CGRK", 5, 7)
        self.run_cron("list_orders")
        order = self.link(self.get_listed(), self.make_unsent_receipt(5))
        self.complete(order, "70")
        self.assertEqual(order.picking_id.state, "done")
        self.assertEqual(self.get_stock(self.products[1]), self.STOCK)
        self.assertActivity(order, "7 × [G-2] Goods 2 (EMG0000000000002) moved")

    def test_an_order_that_is_over_already_closes_its_transfer(self):
        number = self.make_at_jd("CGRK", 5)
        self.sandbox.do("advance", orders=[number], to=70)
        self.run_cron("list_orders")
        picking = self.make_unsent_receipt(5)
        self.link(self.get_listed(), picking)
        self.run_cron("follow_orders")
        self.run_cron("close_orders")
        self.assertEqual(picking.state, "done")

    def test_only_open_transfers_of_the_same_kind_and_warehouse_are_offered(self):
        self.make_at_jd("CGRK", 5)
        self.run_cron("list_orders")
        right = self.make_unsent_receipt(5)
        self.connector.push_policy = "manual"
        delivery = self.make_delivery(1)
        self.assertEqual(self.get_listed()._get_candidates(), right)
        with self.assertRefused("cannot be linked", UserError):
            self.link(self.get_listed(), delivery)
        self.assertFalse(delivery.jd_order_id)

    def test_a_transfer_that_is_to_be_mended_may_be_linked_instead(self):
        self.make_at_jd("XSCK", 4)
        self.run_cron("list_orders")
        self.customer.phone = False
        delivery = self.make_delivery(4)
        self.assertEqual(delivery.jd_order_id.state, "draft")
        order = self.link(self.get_listed(), delivery)
        self.assertEqual(order.state, "accepted")
        self.customer.phone = "+62 21 555 0101"
        self.run_cron("push_orders")
        self.assertEqual(len(self.sandbox.get("orders", kind="XSCK")), 1)

    # === THEIR GOODS === #

    def test_goods_are_shown_and_a_transfer_is_made_of_them(self):
        numbers = {
            kind: self.make_at_jd(kind, 2, 3)
            for kind in ("XSCK", "CGRK", "THRK", "TGCK")
        }
        self.run_cron("list_orders")
        for foreign in self.get_listed():
            with self.subTest(foreign.kind):
                self.assertEqual(foreign.goods, "2 × [G-1] Goods 1, 3 × [G-2] Goods 2")
                action = foreign.with_user(self.stock_user).action_create_transfer()
                picking = self.env["stock.picking"].browse(action["res_id"])
                self.assertEqual(picking.jd_kind, foreign.kind)
                self.assertEqual(picking.move_ids.mapped("product_uom_qty"), [2, 3])
                self.assertEqual(picking.jd_order_id, foreign.order_id)
                self.assertFalse(picking.jd_on_hold)
        orders = self.get_listed().order_id
        self.run_cron("push_orders")
        for kind, number in numbers.items():
            rows = self.sandbox.get("orders", kind=kind)
            self.assertEqual([row["orderNo"] for row in rows], [number])
        for order, to in zip(
            orders.sorted("id"), ("10020", "70", "200", "200"), strict=True
        ):
            self.sandbox.do("advance", orders=[order.jd_number], to=to)
        self.pull(orders)
        self.run_cron("close_orders")
        self.assertEqual(set(orders.picking_id.mapped("state")), {"done"})

    def test_goods_are_asked_for_once_and_within_the_budget(self):
        self.make_at_jd("CGRK", 2)
        self.connector._count_calls("queryPoOrderDetail", 10_000)
        self.run_cron("list_orders")
        self.assertFalse(self.get_listed().goods)
        with self.assertRefused("has not named the goods"):
            self.get_listed().action_create_transfer()
        self.assertEqual(self.count_calls("queryPoOrderDetail"), 0)
        self.env["jd.call"].search([]).unlink()
        self.get_listed().asked_at = False
        for _time in range(2):
            self.run_cron("list_orders")
        self.assertEqual(self.get_listed().goods, "2 × [G-1] Goods 1")
        self.assertEqual(self.count_calls("queryPoOrderDetail"), 1)

    def test_a_transfer_is_made_of_matched_goods_only(self):
        self.make_at_jd("CGRK", 2)
        self.run_cron("list_orders")
        number = self.get_goods_no(self.product)
        self.env["jd.goods"].search([("goods_no", "=", number)]).unlink()
        self.env.invalidate_all()
        self.assertEqual(self.get_listed().goods, f"2 × {number}")
        before = self.env["stock.picking"].search_count([])
        with self.assertRefused(f"matched with no product: {number}"):
            self.get_listed().action_create_transfer()
        self.assertEqual(self.env["stock.picking"].search_count([]), before)

    def test_transfers_that_share_the_goods_are_offered_the_same_one_is_chosen(self):
        self.make_at_jd("CGRK", 5, 7)
        self.run_cron("list_orders")
        exact = self.make_unsent_receipt(5, 7)
        some = self.make_unsent_receipt(5)
        self.products = self.make_others()
        self.make_unsent_receipt(5)
        wizard = self.env["jd.foreign.link"].with_user(self.stock_user)
        link = wizard.create({"foreign_id": self.get_listed().id})
        self.assertEqual(link.candidate_ids, exact + some)
        self.assertEqual(link.picking_id, exact)
        self.assertTrue(link.is_exact)
        link.picking_id = some
        self.assertFalse(link.is_exact)
        self.assertEqual(link.picking_goods, "5 × [G-1] Goods 1")

    def test_each_department_that_shares_a_warehouse_has_its_own_orders(self):
        other = self.warehouse.copy({"name": "Of another", "code": "JDOTH"})
        other.write(
            {
                "jd_connector_id": self.connector.id,
                "jd_department_no": "EBU0000000000999",
                "jd_warehouse_no": QUICK_WAREHOUSE,
            }
        )
        self.env.invalidate_all()
        self.make_at_jd("CGRK", 2)
        self.run_cron("list_orders")
        self.assertEqual(self.get_listed().warehouse_id, self.warehouse)
        told = self.env["jd.order"].new({"kind": "inbound"})
        department = {"department_no": other.jd_department_no}
        number = {"order_number": "EPL00000000000000777", "own_number": ""}
        self.receive_message(told, "20", **number, **department)
        self.follow_messages()
        self.assertEqual(self.get_listed()[-1:].warehouse_id, other)

    def test_goods_of_which_a_part_cannot_be_read_are_asked_for_again(self):
        self.make_at_jd("XSCK", 2, 3)
        path = "data.deliveryItemList.0.planQuantity"
        for odd in ({"path": path, "value": "2.5"}, {"path": path, "delete": True}):
            with self.subTest(odd):
                self.sandbox.do(
                    "fault", kind="patch", call="querySoOrder", patch=[odd], count=1
                )
                self.run_cron("list_orders")
                with self.assertRefused("has not named the goods"):
                    self.get_listed().action_create_transfer()
                self.get_listed().asked_at = False
        self.run_cron("list_orders")
        self.assertRegex(self.get_listed().goods, "2 × .* Goods 1, 3 × .* Goods 2")

    def test_what_jd_moves_of_archived_or_missing_goods_closes_its_transfer(self):
        self.make_at_jd("XSCK", 2, 3)
        self.run_cron("list_orders")
        gone = self.products[1]
        quants = self.env["stock.quant"]
        quants._update_available_quantity(gone, self.stock, -self.STOCK)
        gone.active = False
        self.env.invalidate_all()
        action = self.get_listed().action_create_transfer()
        picking = self.env["stock.picking"].browse(action["res_id"])
        self.complete(picking.jd_order_id, "10020")
        self.assertEqual(picking.state, "done")
        self.assertEqual(picking.move_ids.mapped("quantity"), [2, 3])
        self.assertActivity(picking.jd_order_id, "stock is now negative: 3 ×")

    def test_no_transfer_is_made_of_what_jd_has_cancelled(self):
        number = self.make_at_jd("XSCK", 2)
        self.sandbox.do("advance", orders=[number], to="10028")
        self.run_cron("list_orders")
        before = self.env["stock.picking"].search_count([])
        with self.assertRefused("does not carry out .*ignore it"):
            self.get_listed().action_create_transfer()
        self.assertEqual(self.env["stock.picking"].search_count([]), before)

    def make_others(self):
        return self.env["product.product"].create(
            {"name": "Other", "default_code": "O-1", "is_storable": True}
        )

    # === IGNORED === #

    def test_an_ignored_order_stays_ignored_and_may_be_reconsidered(self):
        self.make_at_jd("CGRK", 5)
        self.run_cron("list_orders")
        foreign = self.get_listed().with_user(self.stock_user)
        foreign.action_ignore()
        self.run_cron("list_orders")
        self.assertEqual(foreign.state, "ignored")
        foreign.action_reconsider()
        self.assertEqual(foreign.state, "new")

    def test_another_company_sees_nothing_of_it(self):
        self.make_at_jd("CGRK", 5)
        self.run_cron("list_orders")
        foreign = self.as_user(self.get_listed(), self.other_manager)
        self.assertFalse(foreign.search([]))
        with self.assertRaises(AccessError):
            foreign.action_ignore()

    def test_with_messages_the_list_is_asked_for_seldom(self):
        self.run_cron("list_orders")
        self.connector.sudo().subscription_state = "receiving"
        self.make_at_jd("CGRK", 5)
        self.run_cron("list_orders")
        self.assertFalse(self.get_listed())
