from datetime import timedelta

from odoo import fields
from odoo.fields import Command
from odoo.tests import tagged

from .inbound_case import JdInboundCase
from .next_to_case import NextToMixin


@tagged("post_install", "-at_install")
class TestBatches(NextToMixin, JdInboundCase):
    """Transfers that Odoo puts into batches by itself, as it does in new warehouses."""

    modules = ("stock_picking_batch", "sale_stock")

    def sell(self, customer, quantity=3):
        sale = self.env["sale.order"].create(
            {
                "partner_id": customer.id,
                "warehouse_id": self.warehouse.id,
                "order_line": [
                    Command.create(
                        {"product_id": self.product.id, "product_uom_qty": quantity}
                    )
                ],
            }
        )
        sale.action_confirm()
        return sale.picking_ids

    def buy(self, supplier):
        return self.make_receipt(3, partner_id=supplier.id)

    def make_batch(self, make, partner):
        """Return two transfers of a partner, in one batch, and their orders."""
        pickings = make(partner) + make(partner)
        self.assertEqual(len(pickings.batch_id), 1)
        self.run_cron("match_goods")
        orders = self.send(*pickings)
        self.assertEqual(set(orders.mapped("state")), {"accepted"})
        return pickings, orders.sorted("id")

    def get_final(self, order):
        return "10020" if order.kind == "outbound" else "70"

    def test_the_next_transfer_is_made_whatever_jd_did_with_a_batch(self):
        ways = {
            "JD moves one of two": self.move_one,
            "JD moves both": self.move_both,
            "JD moves one short": self.move_short,
            "JD cancels one that was asked for": self.cancel_one,
        }
        for make, partner in ((self.sell, self.customer), (self.buy, self.supplier)):
            for way, work in ways.items():
                with self.subTest(way, transfer=make.__name__):
                    self.check_next(make, partner, work)

    def check_next(self, make, partner, work):
        pickings, orders = self.make_batch(make, partner)
        work(orders)
        open_batches = pickings.batch_id.filtered(lambda b: b.state == "in_progress")
        self.assertLessEqual(
            set(open_batches.picking_ids.mapped("state")), {"assigned"}
        )
        following = make(partner)
        self.assertEqual(following.state, "assigned")
        self.assertEqual(following.batch_id.state, "in_progress")

    def move_one(self, orders):
        self.complete(orders[0], self.get_final(orders[0]))
        self.assertEqual(orders.picking_id.mapped("state"), ["done", "assigned"])

    def move_both(self, orders):
        for order in orders:
            self.advance(order, self.get_final(order))
        self.pull(orders)
        self.run_cron("close_orders")
        self.assertEqual(orders.picking_id.mapped("state"), ["done", "done"])

    def move_short(self, orders):
        line = str(orders[0].line_ids.id)
        self.sandbox.do("arrange", orders=[orders[0].name], short={line: 1})
        self.move_one(orders)
        rest = orders[0].picking_id.backorder_ids
        self.assertEqual(rest.move_ids.product_uom_qty, 1)
        self.assertTrue(rest.jd_on_hold)

    def cancel_one(self, orders):
        orders[0].action_cancel()
        self.run_cron("push_orders")
        self.run_cron("follow_orders")
        self.assertEqual(orders.picking_id.mapped("state"), ["cancel", "assigned"])

    def test_parcels_of_one_customer_that_come_back_one_after_the_other(self):
        _pickings, orders = self.make_batch(self.sell, self.customer)
        self.move_both(orders)
        for order in orders:
            self.advance(order, "10035")
        self.pull(orders)
        self.run_cron("close_orders")
        self.assertEqual(len(orders.return_picking_id.batch_id), 1)
        for order in orders:
            for code in ("10036", "10037", "10038"):
                self.advance(order, code)
            self.pull(order)
            self.run_cron("close_orders")
            self.assertEqual(order.return_picking_id.state, "done")
            self.assertTrue(self.buy(self.customer).batch_id)
        self.assertEqual(self.get_stock(self.product), self.STOCK)


@tagged("post_install", "-at_install")
class TestDates(NextToMixin, JdInboundCase):
    """Goods are booked when JD moved them, not when Odoo came to hear of it."""

    modules = ("stock_account",)

    def make_older(self, days):
        """Let days pass: JD's reports and the transfers are so much older."""
        self.pass_time(days=days)
        self.env.cr.execute(
            "UPDATE stock_picking SET create_date = create_date - %s",
            [timedelta(days=days)],
        )
        self.env.invalidate_all()

    def report(self, order, status):
        """Have JD move an order and Odoo hear of it; return when JD says it moved."""
        self.advance(order, status)
        self.pull(order)
        return order

    def get_moment(self, order):
        moved = order.event_ids.filtered(lambda e: e.rank >= order._rules.moved_rank)
        return min(moved.mapped("happened_at"))

    def get_times(self, picking):
        """Return all times at which a transfer is booked."""
        return {
            picking.date_done,
            *picking.move_ids.mapped("date"),
            *picking.move_ids.move_line_ids.mapped("date"),
        }

    def test_a_delivery_heard_of_late_is_booked_when_jd_handed_it_over(self):
        order = self.report(self.send(self.make_delivery(3, 2)), "10034")
        self.make_older(days=2)
        self.run_cron("close_orders")
        handed_over = self.get_moment(order)
        self.assertLess(handed_over, fields.Datetime.now() - timedelta(days=1))
        self.assertEqual(self.get_times(order.picking_id), {handed_over})
        for seconds, left in ((-1, self.STOCK), (1, self.STOCK - 3)):
            at = handed_over + timedelta(seconds=seconds)
            product = self.product.with_context(
                to_date=at, warehouse_id=self.warehouse.id
            )
            self.assertEqual(product.qty_available, left)

    def test_journal_entries_get_the_day_on_which_jd_moved_the_goods(self):
        stock, out = self.env["account.account"].create(
            [
                {
                    "name": name,
                    "code": code,
                    "account_type": "asset_current",
                    "company_ids": [Command.set(self.company.ids)],
                }
                for name, code in (("Stock", "110100"), ("Shipped", "110200"))
            ]
        )
        self.company.account_stock_journal_id = self.env["account.journal"].create(
            {
                "name": "Stock",
                "code": "STJ",
                "type": "general",
                "company_id": self.company.id,
            }
        )
        product = self.product.with_company(self.company)
        product.categ_id = product.categ_id.create(
            {
                "name": "Valued",
                "property_valuation": "real_time",
                "property_stock_valuation_account_id": stock.id,
            }
        )
        product.standard_price = 10
        self.customers.with_company(self.company).valuation_account_id = out
        order = self.report(self.send(self.make_delivery(3)), "10019")
        self.make_older(days=2)
        self.run_cron("close_orders")
        entry = order.picking_id.move_ids.account_move_id
        self.assertEqual(entry.date, self.get_moment(order).date())
        self.assertEqual(entry.amount_total, 30)

    def test_times_that_odoo_cannot_book_are_moved_to_the_next_it_can(self):
        now, day = fields.Datetime.now(), timedelta(days=1)
        for name, at, lock, expected in (
            ("the future", now + day, False, "now"),
            ("before the transfer existed", now - 90 * day, False, "created"),
            ("a locked period", now - day, now, "now"),
        ):
            with self.subTest(name):
                order = self.report(self.send(self.make_delivery(3, 2)), "10019")
                self.make_older(days=5)
                order.event_ids.happened_at = at
                picking = order.picking_id
                picking.scheduled_date = now - 2 * day
                self.company.fiscalyear_lock_date = lock and (lock - day).date()
                self.run_cron("close_orders")
                self.assertEqual(picking.state, "done", order.activity_ids.note)
                [booked] = self.get_times(picking)
                if expected == "created":
                    self.assertEqual(booked, picking.create_date)
                else:
                    self.assertAlmostEqual(booked, now, delta=timedelta(minutes=5))

    def test_a_receipt_is_valued_where_it_belongs_between_other_moves(self):
        self.product.categ_id = self.env["product.category"].create(
            {"name": "Average", "property_cost_method": "average"}
        )
        product = self.product.with_company(self.company)
        product.standard_price = 10
        order = self.announce(self.make_receipt(1000))
        order.picking_id.move_ids.price_unit = 20
        self.report(order, "70")
        self.make_older(days=2)
        later = self.make_delivery(500)
        later.jd_order_id._withdraw()
        later.move_ids.picked = True
        later._action_done()
        self.run_cron("close_orders")
        self.assertEqual(self.get_times(order.picking_id), {self.get_moment(order)})
        price = product.standard_price
        product._update_standard_price()
        self.assertEqual(product.standard_price, price)
