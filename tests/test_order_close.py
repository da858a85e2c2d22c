from odoo import fields
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from .order_case import JdOrderCase


@tagged("post_install", "-at_install")
class TestOrderClose(JdOrderCase):
    def setUp(self):
        super().setUp()
        self.picking = self.make_delivery(3, 2)
        self.order = self.send(self.picking)
        self.first, self.second = self.order.line_ids

    def get_stock(self, product=None):
        """Return what lies in the warehouse, here and at JD."""
        product = product or self.products[0]
        here = product.with_context(warehouse_id=self.warehouse.id).qty_available
        [row] = [
            row
            for row in self.sandbox.get(
                "stock_list", warehouse=self.warehouse.jd_warehouse_no
            )
            if row["erpGoodsNo"] == product.default_code
        ]
        return here, row["onHand"]

    # === IN FULL === #

    def test_the_transfer_closes_at_handing_over(self):
        self.ship(self.order, "10019")
        self.assertEqual(self.picking.state, "done")
        self.assertEqual(self.picking.move_ids.mapped("quantity"), [3, 2])
        self.assertEqual(self.order.state, "done")
        self.assertFalse(self.picking.backorder_ids)
        self.assertFalse(self.order.activity_ids)
        self.assertEqual(self.get_stock(), (997, 997))

    def test_the_transfer_closes_when_handing_over_was_never_told(self):
        self.advance(self.order, "10020")
        self.pull(self.order)
        self.run_cron("close_orders")
        self.assertEqual(self.picking.state, "done")
        self.ship(self.order, "10033")
        self.assertEqual(self.picking.move_ids.mapped("quantity"), [3, 2])

    def test_it_does_not_close_before_goods_have_left(self):
        self.ship(self.order, "10018")
        self.assertEqual(self.picking.state, "assigned")
        self.assertEqual(self.order.state, "in_progress")

    def test_two_units_of_measure_are_closed_in_their_own(self):
        dozen = self.env.ref("uom.product_uom_dozen")
        picking = self.make_delivery()
        places = {
            "location_id": picking.location_id.id,
            "location_dest_id": picking.location_dest_id.id,
        }
        picking.move_ids = [
            Command.create(
                {
                    "product_id": product.id,
                    "product_uom": unit.id,
                    "product_uom_qty": 2,
                    **places,
                }
            )
            for product, unit in zip(
                self.products, (dozen, self.products.uom_id), strict=True
            )
        ]
        picking.action_confirm()
        order = self.send(picking)
        line = order.line_ids.filtered(lambda row: row.planned == 24)
        self.ship(order, short={str(line.id): 6})
        self.assertEqual(picking.state, "done")
        self.assertEqual(picking.move_ids.mapped("quantity"), [1.5, 2])
        self.assertEqual(picking.backorder_ids.move_ids.product_uom_qty, 0.5)
        self.assertEqual(picking.backorder_ids.move_ids.product_uom, dozen)

    # === CUSTOMERS === #

    def test_the_customers_e_mail_has_jds_link_once(self):
        self.tell_customers()
        self.ship(self.order)
        self.run_cron("send_confirmations")
        link = f"orderSearch/?waybillCodes={self.order.waybills}"
        bodies = self.picking.message_ids.mapped("body")
        self.assertEqual(
            [str(each).count(link) for each in bodies if link in each], [1]
        )

    # === LESS === #

    def test_what_jd_shipped_short_is_held_back_with_an_activity(self):
        self.ship(self.order, short={str(self.first.id): 1})
        self.assertEqual(self.picking.move_ids.mapped("quantity"), [2, 2])
        rest = self.picking.backorder_ids
        self.assertEqual(rest.move_ids.product_uom_qty, 1)
        self.assertTrue(rest.jd_on_hold)
        told = f"Goods 1: 2 of 3 shipped; 1 on hold in {rest.name}: send it"
        self.assertOneActivity(self.order, told)
        self.assertEqual(self.picking.activity_ids, self.order.activity_ids)
        self.assertEqual(self.picking.jd_held_backorder_id, rest)
        self.send()
        self.assertFalse(rest.jd_order_id)
        self.assertEqual(self.get_stock(), (998, 998))

    def test_users_split_transfers_and_validate_parts_in_every_warehouse(self):
        own = self.env["stock.warehouse"].search(
            [("company_id", "=", self.company.id), ("jd_connector_id", "=", False)]
        )
        self.connector.push_policy = "manual"
        for warehouse, work, held in (
            (own, "button_validate", False),
            (own, "action_split_transfer", False),
            (self.warehouse, "action_split_transfer", True),
        ):
            with self.subTest(warehouse=warehouse.name, work=work):
                places = {"location_id": warehouse.lot_stock_id.id}
                self.env["stock.quant"]._update_available_quantity(
                    self.products[0], warehouse.lot_stock_id, 5
                )
                delivery = self.make_delivery(picking_type_id=warehouse.out_type_id.id)
                delivery.write(places)
                delivery.move_ids = [
                    Command.create(
                        {
                            "product_id": self.products[0].id,
                            "product_uom_qty": 5,
                            "location_dest_id": delivery.location_dest_id.id,
                            **places,
                        }
                    )
                ]
                delivery.action_confirm()
                delivery.action_assign()
                if held:
                    delivery.action_jd_send()
                delivery = self.as_user(delivery, self.stock_user)
                delivery.move_ids.write({"quantity": 2, "picked": True})
                getattr(delivery.with_context(skip_backorder=True), work)()
                rest = delivery.backorder_ids
                self.assertEqual(rest.move_ids.product_uom_qty, 3)
                self.assertIs(rest.jd_on_hold, held)

    def test_backorders_are_made_as_the_operation_type_says(self):
        for policy in ("always", "ask", "never"):
            self.warehouse.out_type_id.create_backorder = policy
            with self.subTest(policy):
                picking = self.make_delivery(3, 2)
                order = self.send(picking)
                first, second = map(str, order.line_ids.ids)
                self.ship(order, short={first: 1, second: 2})
                self.assertEqual(picking.state, "done")
                rest = picking.backorder_ids
                if policy == "never":
                    self.assertFalse(rest)
                    self.assertOneActivity(
                        order, "not sent later, .*Goods 1: 1 of 3, .*Goods 2: 2 of 2"
                    )
                else:
                    self.assertEqual(rest.move_ids.mapped("product_uom_qty"), [2, 1])
                    self.assertTrue(rest.jd_on_hold)
                    self.assertOneActivity(order, f"on hold in {rest.name}")

    def test_the_rest_goes_when_somebody_sends_it(self):
        self.ship(self.order, short={str(self.first.id): 1})
        rest = self.picking.backorder_ids
        rest.action_jd_send()
        order = self.send(rest)
        self.assertEqual(order.state, "accepted", order.problems)
        self.assertNotEqual(order.name, self.order.name)
        self.ship(order)
        self.assertEqual(rest.state, "done")
        self.assertEqual(self.get_stock(), (997, 997))

    def test_the_rest_can_be_cancelled_without_jd(self):
        self.ship(self.order, short={str(self.first.id): 1})
        self.picking.backorder_ids.action_cancel()
        self.assertEqual(self.picking.backorder_ids.state, "cancel")

    def test_what_asks_for_a_decision_ends_with_it(self):
        ways = {
            "sent": lambda held: held.action_jd_send(),
            "cancelled": lambda held: held.action_cancel(),
            "its goods cancelled": lambda held: held.move_ids._action_cancel(),
            "validated by hand": lambda held: held.button_validate(),
        }
        for way, decide in ways.items():
            with self.subTest(way):
                picking, ended = self.make_delivery(3), self.make_delivery(3)
                orders = self.send(picking, ended)
                self.advance(ended.jd_order_id, "10028")
                self.pull(ended.jd_order_id)
                line = picking.jd_order_id.line_ids
                self.ship(picking.jd_order_id, short={str(line.id): 1})
                for held in (picking.backorder_ids, ended):
                    held.action_assign()
                    self.assertTrue(held.jd_on_hold)
                    decide(held)
                self.assertFalse(orders.activity_ids)

    def test_a_line_that_jd_does_not_report_is_not_shipped(self):
        self.ship(self.order, "10020", unreported=[str(self.second.id)])
        self.assertEqual(self.picking.state, "done")
        done = self.picking.move_ids.filtered(lambda move: move.state == "done")
        self.assertEqual(done.product_id, self.products[0])
        self.assertTrue(self.first.is_reported)
        self.assertFalse(self.second.is_reported)
        rest = self.picking.backorder_ids
        self.assertEqual(rest.move_ids.product_id, self.products[1])
        self.assertTrue(rest.jd_on_hold)

    def test_a_line_not_reported_at_handing_over_is_waited_for(self):
        self.ship(self.order, "10019", unreported=[str(self.second.id)])
        self.assertEqual(self.picking.state, "assigned")
        self.advance(self.order, "10020")
        self.pull(self.order)
        self.run_cron("close_orders")
        self.assertEqual(self.picking.state, "done")

    def test_quantities_that_jd_corrects_later_are_told(self):
        self.ship(self.order, "10020", short={str(self.first.id): 1})
        self.first.reported = 3  # as if JD had said so at first
        self.pull(self.order)
        self.pull(self.order)
        self.assertRegex(
            self.get_activity_notes(self.order), "other quantities .*Goods 1: 2"
        )
        self.assertEqual(self.first.reported, 3)
        self.assertEqual(len(self.order.activity_ids), 2)

    def test_quantities_that_are_not_reported_yet_are_asked_for_again(self):
        lines = [str(line.id) for line in self.order.line_ids]
        self.ship(self.order, "10019", unreported=lines)
        self.assertEqual(self.picking.state, "assigned")
        self.assertFalse(self.order.are_quantities_known)
        before = self.count_calls("querySoOrder")
        self.pass_time(minutes=11)
        self.run_cron("follow_orders")
        self.assertEqual(self.count_calls("querySoOrder"), before + 1)
        self.assertEqual(self.picking.state, "assigned")

    def test_quantities_that_never_come_are_told_after_a_day(self):
        lines = [str(line.id) for line in self.order.line_ids]
        self.ship(self.order, "10034", unreported=lines)
        self.assertEqual(self.picking.state, "assigned")
        self.assertFalse(self.order.activity_ids)
        self.pass_time(days=1, minutes=1)
        for _ in range(2):
            self.pull(self.order)
            self.assertOneActivity(self.order, "does not report how many pieces")

    def test_nothing_shipped_at_all_leaves_the_transfer_to_somebody(self):
        short = {str(line.id): line.planned for line in self.order.line_ids}
        self.ship(self.order, short=short)
        self.assertEqual(self.picking.state, "assigned")
        self.assertTrue(self.picking.jd_on_hold)
        self.assertEqual(self.order.state, "cancelled")
        self.advance(self.order, "10034")
        self.receive_message(self.order, "10034")
        self.follow_messages()
        self.assertEqual(self.order.status_code, "10034")
        self.assertOneActivity(self.order, "moved nothing of this order")
        self.picking.action_jd_send()
        self.assertEqual(self.send(self.picking).state, "accepted")

    def test_what_was_added_here_meanwhile_goes_on_by_itself(self):
        self.picking.move_ids[0].product_uom_qty = 5
        self.ship(self.order)
        rest = self.picking.backorder_ids
        self.assertEqual(rest.move_ids.product_uom_qty, 2)
        self.assertFalse(rest.jd_on_hold)
        self.assertEqual(self.send(rest).state, "accepted")

    def test_a_reservation_that_was_lost_meanwhile_does_not_matter(self):
        self.picking.do_unreserve()
        self.ship(self.order)
        self.assertEqual(self.picking.state, "done")
        self.assertEqual(self.picking.move_ids.mapped("quantity"), [3, 2])
        self.assertEqual(self.get_stock(), (997, 997))

    # === PARCELS === #

    def test_parcels_and_waybills_are_on_the_transfer(self):
        self.ship(self.order, parcels=3, waybills=2)
        self.assertEqual(len(self.order.parcel_ids), 3)
        waybills = sorted(set(self.order.parcel_ids.mapped("waybill")))
        self.assertEqual(len(waybills), 2)
        self.assertEqual(sorted(self.picking.jd_waybills.split(", ")), waybills)
        self.assertTrue(all(self.order.parcel_ids.mapped("weight")))

    def test_the_carrier_reference_is_filled_where_there_is_one(self):
        self.ship(self.order)
        has_field = "carrier_tracking_ref" in self.env["stock.picking"]._fields
        module = self.env["ir.module.module"]._get("stock_delivery")
        self.assertEqual(has_field, module.state == "installed")
        if has_field:
            self.assertEqual(
                self.picking.carrier_tracking_ref, self.picking.jd_waybills
            )
        self.assertTrue(self.picking.jd_waybills)

    # === ONE OF MANY === #

    @mute_logger("odoo.addons.jd_fulfillment.models.mixins.jd_worker_mixin")
    def test_one_transfer_that_does_not_close_falls_out_alone(self):
        pickings = [self.make_delivery(1) for _ in range(4)]
        orders = self.send(*pickings)
        for order in orders + self.order:
            self.advance(order, "10019")
        self.pull(orders + self.order)
        self.block(self.picking)
        self.run_cron("close_orders")
        self.assertEqual({picking.state for picking in pickings}, {"done"})
        self.assertEqual(self.picking.state, "assigned")
        self.assertEqual(self.order.state, "in_progress")
        self.assertOneActivity(self.order, "could not be closed: .*company")
        self.run_cron("close_orders")
        self.assertEqual(len(self.order.activity_ids), 1)

    @mute_logger("odoo.addons.jd_fulfillment.models.mixins.jd_worker_mixin")
    def test_a_transfer_that_did_not_close_is_tried_again_in_an_hour(self):
        self.advance(self.order, "10019")
        self.pull(self.order)
        self.block(self.picking)
        self.run_cron("close_orders")
        self.assertEqual(self.picking.state, "assigned")
        self.set_company(self.picking, self.company)
        self.run_cron("close_orders")
        self.assertEqual(self.picking.state, "assigned")
        self.pass_time(hours=1)
        self.run_cron("close_orders")
        self.assertEqual(self.picking.state, "done")
        self.assertFalse(self.order.activity_ids)

    def block(self, picking):
        """Have Odoo refuse to close a transfer: its companies do not fit."""
        self.set_company(picking, self.other_company)

    def set_company(self, picking, company):
        self.env.cr.execute(
            "UPDATE stock_picking SET company_id = %s WHERE id = %s",
            [company.id, picking.id],
        )
        self.env.invalidate_all()

    def test_what_another_module_asks_first_is_named(self):
        # None of Odoo's own asks what is not answered; one that checks quality does.
        with self.assertRefused("asks “Quality Check” .*" + self.picking.name):
            self.picking._jd_check_closed({"name": "Quality Check"})
        self.ship(self.order)
        self.picking._jd_check_closed({"name": "Print"})

    # === REFUSED BY THE RECEIVER === #

    def come_back(self, to):
        self.ship(self.order, "10033")
        self.advance(self.order, "10035")
        for code in ("10036", "10037", "10038"):
            if code <= to:
                self.advance(self.order, code)
        self.pull(self.order)
        self.run_cron("close_orders")
        return self.order.return_picking_id

    def test_a_refused_parcel_gets_a_return_transfer_once(self):
        back = self.come_back("10035")
        self.assertEqual(back.state, "assigned")
        self.assertEqual(back.return_id, self.picking)
        self.assertEqual(back.move_ids.mapped("product_uom_qty"), [3, 2])
        self.assertOneActivity(self.order, "did not take the parcel.*customer")
        self.order.activity_ids.action_done()
        for code in ("10036", "10037"):
            self.advance(self.order, code)
            self.pull(self.order)
            self.run_cron("close_orders")
        self.assertEqual(self.picking.return_ids, back)
        self.assertEqual(back.state, "assigned")
        self.assertEqual(self.get_stock(), (997, 997))
        self.assertFalse(self.order.activity_ids)

    def test_the_return_closes_when_the_parcel_is_back_and_stock_is_right(self):
        back = self.come_back("10038")
        self.assertEqual(back.state, "done")
        self.assertEqual(self.get_stock(), (1000, 1000))
        self.assertEqual(self.get_stock(self.products[1]), (1000, 1000))
        self.assertFalse(self.order.pull_at)

    def test_the_return_of_a_refused_parcel_is_not_announced_to_jd(self):
        back = self.come_back("10036")
        self.send()
        self.assertFalse(back.jd_order_id)
        back.action_jd_send()
        self.send()
        self.assertFalse(back.jd_order_id)
        self.assertEqual(len(self.sandbox.get("orders")), 1)

    def test_a_return_that_somebody_made_by_hand_is_the_one(self):
        self.ship(self.order, "10033")
        self.advance(self.order, "10035")
        self.pull(self.order)
        wizard = self.env["stock.return.picking"].create(
            {"picking_id": self.picking.id}
        )
        for line in wizard.product_return_moves:
            line.quantity = line.move_id.quantity
        by_hand = wizard._create_return()
        self.run_cron("close_orders")
        self.assertEqual(self.order.return_picking_id, by_hand)
        self.send()
        self.assertFalse(by_hand.jd_order_id)

    def test_what_came_back_already_is_not_looked_at_again_and_again(self):
        self.ship(self.order, "10033")
        wizard = self.env["stock.return.picking"].create(
            {"picking_id": self.picking.id}
        )
        for line in wizard.product_return_moves:
            line.quantity = line.move_id.quantity
        by_hand = wizard._create_return()
        by_hand._jd_receive_in_full()
        self.assertEqual(by_hand.state, "done")
        self.advance(self.order, "10035")
        self.pull(self.order)
        self.assertTrue(self.order.is_returning)
        self.run_cron("close_orders")
        self.assertFalse(self.order.return_picking_id)
        self.assertGreater(self.order.retry_at, fields.Datetime.now())

    def test_a_parcel_that_comes_back_short_of_what_was_ordered(self):
        self.sandbox.do(
            "arrange", orders=[self.order.name], short={str(self.first.id): 1}
        )
        back = self.come_back("10038")
        self.assertEqual(back.move_ids.mapped("quantity"), [2, 2])
        self.assertEqual(self.get_stock(), (1000, 1000))
