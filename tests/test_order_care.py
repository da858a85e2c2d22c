"""What people delete, archive, copy or restore while orders are open."""

from odoo.tests import tagged
from odoo.tools import file_open, mute_logger

from .order_case import JdOrderCase


@tagged("post_install", "-at_install")
class TestOrderCare(JdOrderCase):
    def setUp(self):
        super().setUp()
        self.picking = self.make_delivery(3, 2)
        self.order = self.picking.jd_order_id

    # === DELETING === #

    def test_a_transfer_that_jd_knows_is_not_deleted(self):
        self.send()
        with self.assertRefused("JD knows of this|already picked|JD knows of these"):
            self.picking.unlink()
        self.assertTrue(self.picking.exists())

    def test_a_move_that_jd_knows_is_not_deleted(self):
        self.send()
        with self.assertRefused("JD knows of these goods"):
            self.picking.move_ids[0].unlink()

    def test_a_transfer_that_jd_never_knew_takes_its_order_along(self):
        self.picking.action_cancel()
        self.picking.unlink()
        self.assertFalse(self.order.exists())

    def test_an_order_that_jd_knows_stays_as_the_record_of_it(self):
        self.send()
        with self.assertRefused("stays as the record of it"):
            self.order.sudo().unlink()

    def test_nobody_edits_orders_by_hand(self):
        for user in (self.stock_user, self.manager):
            with self.assertRefused("not allowed to modify", error=Exception):
                self.order.with_user(user).state = "done"

    def test_copying_a_transfer_does_not_copy_its_order(self):
        self.send()
        copy = self.picking.copy()
        self.assertFalse(copy.jd_order_id)
        copy.action_confirm()
        self.assertEqual(self.send(copy).state, "accepted")
        self.assertNotEqual(copy.jd_order_id.name, self.order.name)

    # === ARCHIVING === #

    def test_an_archived_product_is_still_shipped(self):
        self.send()
        self.products.active = False
        self.ship(self.order)
        self.assertEqual(self.picking.state, "done")

    def test_a_warehouse_with_open_orders_is_not_archived(self):
        self.send()
        with self.assertRefused("open orders that depend on"):
            self.warehouse.active = False

    def test_what_open_orders_were_made_from_stays_until_they_are_closed(self):
        stock = self.warehouse.lot_stock_id
        own = self.env["stock.warehouse"].create(
            {"name": "Our own", "code": "OWN", "company_id": self.company.id}
        )
        shelf = stock.create({"name": "A1", "location_id": stock.id})
        rack = stock.create({"name": "B", "location_id": stock.id})
        lines = self.picking.move_line_ids
        lines[0].location_id = shelf
        changes = {
            "another warehouse of the type": (
                self.picking.picking_type_id,
                {"warehouse_id": own.id},
            ),
            "another kind of the type": (
                self.picking.picking_type_id,
                {"code": "incoming"},
            ),
            "the stock in another warehouse": (
                stock,
                {"location_id": own.view_location_id.id},
            ),
            "a shelf in another warehouse": (
                shelf,
                {"location_id": own.lot_stock_id.id},
            ),
            "another stock of the warehouse": (
                self.warehouse,
                {"lot_stock_id": own.lot_stock_id.id},
            ),
        }
        self.send()
        for name, (record, values) in changes.items():
            with (
                self.subTest(name),
                self.assertRefused(f"such as {self.picking.name}"),
                self.env.cr.savepoint(),
            ):
                record.write(values)
        shelf.location_id = rack  # JD knows no shelves
        self.ship(self.order)
        self.assertEqual(self.picking.state, "done")
        shelf.location_id = own.lot_stock_id

    def test_a_connection_with_open_orders_is_not_deleted(self):
        self.send()
        with self.assertRefused("has warehouses and their history"):
            self.connector.unlink()

    def test_a_connection_that_was_disconnected_goes_on_where_it_stopped(self):
        self.send()
        self.advance(self.order, "10019")
        self.connector.action_disconnect()
        self.order.pull_at = "2020-01-01"
        self.run_cron("follow_orders")
        self.assertEqual(self.order.state, "accepted")
        self.connect(self.connector)
        self.run_cron("follow_orders")
        self.run_cron("close_orders")
        self.assertEqual(self.picking.state, "done")

    def test_a_login_that_ends_while_orders_are_followed_loses_nothing(self):
        orders = self.send(*(self.make_delivery(1) for _ in range(5))) + self.order
        for order in orders:
            self.advance(order, "10019")
        self.sandbox.do("tokens", expire=True)
        self.pull(orders)
        self.assertEqual(self.connector.state, "expired")
        self.connect(self.connector)
        self.pass_time(hours=1)
        self.run_cron("follow_orders")
        self.run_cron("close_orders")
        self.assertEqual(set(orders.mapped("state")), {"done"})

    def test_a_cancel_waits_for_the_login(self):
        self.send()
        self.sandbox.do("tokens", expire=True)
        self.picking.action_cancel()
        self.run_cron("push_orders")
        self.assertEqual(self.order.state, "cancelling")
        self.connect(self.connector)
        self.pass_time(minutes=1)
        self.run_cron("push_orders")
        self.assertEqual(self.picking.state, "cancel")

    # === COPIES OF THE DATABASE === #

    def test_a_neutralized_copy_tells_jd_nothing(self):
        with file_open("jd_fulfillment/data/neutralize.sql") as script:
            self.env.flush_all()
            self.env.cr.execute(script.read())
            self.env.invalidate_all()
        before = self.count_calls("addSoOrder")
        self.send()
        self.run_cron("follow_orders")
        self.assertEqual(self.order.state, "queued")
        self.assertEqual(self.count_calls("addSoOrder"), before)

    # === GOODS === #

    @mute_logger("odoo.models.unlink")
    def test_goods_that_were_unlinked_while_jd_has_the_order_do_not_matter(self):
        self.send()
        self.order.line_ids.goods_id.sudo().unlink()
        self.ship(self.order)
        self.assertEqual(self.picking.state, "done")
        self.assertEqual(self.picking.move_ids.mapped("quantity"), [3, 2])
