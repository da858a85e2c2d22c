"""Two people who accept JD's number at the same instant, in processes of their own;
everything is committed, in a database of its own."""

import time

from odoo import fields
from odoo.service.model import retrying
from odoo.tests import tagged

from . import committed
from .process_case import TwoWorkersCase

STOCK = 100


@tagged("post_install", "-at_install")
class TestStockAtOnce(TwoWorkersCase):
    def test_two_who_accept_the_same_difference_post_it_once(self):
        product = self.first.call(make_product, stock=STOCK)
        line = self.first.call(make_line, product=product, stock=STOCK)
        self.first.begin_call(accept_and_linger, line=line, after=0, seconds=2)
        time.sleep(0.7)
        self.second.call(accept_and_linger, line=line, after=0, seconds=0)
        self.first.finish()
        self.assertEqual(
            self.first.call(read_result, product=product), [STOCK + 3, ["accepted"]]
        )

    def test_two_checks_of_the_same_goods_post_once(self):
        for stock in (STOCK, 0):
            product = self.first.call(make_product, stock=stock)
            line = self.first.call(make_line, product=product, stock=stock)
            # It does not see the newer check, which was not there when it began.
            self.first.begin_call(accept_and_linger, line=line, after=2, seconds=2)
            time.sleep(0.7)
            newer = self.second.call(make_line, product=product, stock=stock)
            time.sleep(2)
            self.second.call(accept_and_linger, line=newer, after=0, seconds=0)
            self.first.finish()
            with self.subTest(stock=stock):
                self.assertEqual(
                    self.first.call(read_result, product=product),
                    [stock + 3, ["accepted", "open"]],
                )

    def test_goods_that_are_being_moved_are_left_alone(self):
        product = self.first.call(make_product, stock=STOCK)
        line = self.first.call(make_line, product=product, stock=STOCK)
        self.first.begin_call(move_and_linger, line=line, seconds=2)
        time.sleep(0.7)
        self.second.call(accept_and_linger, line=line, after=0, seconds=0)
        self.first.finish()
        self.assertEqual(
            self.first.call(read_result, product=product), [STOCK - 1, ["open"]]
        )


# === INSIDE A WORKER === #


def make_product(env, stock):
    """Create a product with so many pieces in JD's warehouse, in Odoo."""
    warehouse = committed.get_connector(env).warehouse_ids
    product = env["product.product"].create({"name": "Soap", "is_storable": True})
    if stock:
        env["stock.quant"]._update_available_quantity(
            product, warehouse.lot_stock_id, stock
        )
    return product.id


def make_line(env, product, stock):
    """Create a check of a product of which JD has three more; return its line."""
    check = env["jd.stock.check"].create(
        {
            "warehouse_id": committed.get_connector(env).warehouse_ids.id,
            "state": "review",
            "taken_at": fields.Datetime.now(),
            "is_partial": True,
            "product_ids": [product],
        }
    )
    line = env["jd.stock.check.line"].create(
        {
            "check_id": check.id,
            "product_id": product,
            "level": "100",
            "jd_quantity": stock + 3,
            "odoo_quantity": stock,
            "difference": 3,
            "unexplained": 3,
        }
    )
    return line.id


def accept_and_linger(env, line, after, seconds):
    """Click on *Accept* in a request that begins before and takes so long to end."""
    merchant = committed.get_merchant(env)
    lines = merchant["jd.stock.check.line"]

    def request():
        lines.browse(line).read(["state"])
        time.sleep(after)
        lines.browse(line).action_accept()
        merchant.flush_all()
        time.sleep(seconds)

    retrying(request, merchant)


def move_and_linger(env, line, seconds):
    """Scrap a piece in a request that takes so long to end."""
    line = env["jd.stock.check.line"].browse(line)

    def request():
        env["stock.scrap"].create(
            {
                "product_id": line.product_id.id,
                "location_id": line.warehouse_id.lot_stock_id.id,
                "scrap_qty": 1,
            }
        ).action_validate()
        env.flush_all()
        time.sleep(seconds)

    retrying(request, env)


def read_result(env, product):
    """Return how much there is of a product, and the states of its lines, by age."""
    product = env["product.product"].browse(product)
    warehouse = committed.get_connector(env).warehouse_ids
    quants = env["stock.quant"]._gather(product, warehouse.lot_stock_id)
    lines = env["jd.stock.check.line"].search(
        [("product_id", "=", product.id)], order="id"
    )
    return [sum(quants.mapped("quantity")), lines.mapped("state")]
