import random

from odoo.fields import Command
from odoo.tests import tagged

from .inbound_case import JdInboundCase
from .jd_case import QUICK_DEPARTMENT, QUICK_WAREHOUSE


@tagged("post_install", "-at_install")
class TestMixedRun(JdInboundCase):
    """Hundreds of documents of every kind, with everything that JD may find wrong."""

    DOCUMENTS = 120
    STOCK = 100_000

    def setUp(self):
        super().setUp()
        self.dice = random.Random(4)
        self.lot_product = self.env["product.product"].create(
            {
                "name": "Goods in lots",
                "default_code": "LOTS",
                "is_storable": True,
                "tracking": "lot",
            }
        )
        self.sandbox.do(
            "goods",
            department=QUICK_DEPARTMENT,
            goods=[{"erpGoodsNo": "LOTS", "batch": True}],
        )
        self.connector.action_match_goods()
        self.run_cron("match_goods")
        self.products += self.lot_product
        lot = self.env["stock.lot"].create(
            {"name": "FIRST", "product_id": self.lot_product.id}
        )
        self.env["stock.quant"]._update_available_quantity(
            self.lot_product, self.stock, self.STOCK, lot_id=lot
        )
        row = {"goodsNo": self.get_goods_no(self.lot_product), "lot": "FIRST"}
        self.sandbox.do(
            "stock", warehouse=QUICK_WAREHOUSE, rows=[row | {"quantity": self.STOCK}]
        )

    def make_many(self, count, picking_type, source, destination, partner):
        """Create and confirm transfers of random pieces of random products."""
        places = {"location_id": source.id, "location_dest_id": destination.id}
        pickings = self.env["stock.picking"].create(
            [
                {
                    "picking_type_id": picking_type.id,
                    "partner_id": partner.id,
                    "move_ids": [
                        Command.create(
                            {
                                "product_id": product.id,
                                "product_uom_qty": self.dice.randint(2, 20),
                                **places,
                            }
                        )
                        for product in self.choose_products()
                    ],
                    **places,
                }
                for _each in range(count)
            ]
        )
        pickings.action_confirm()
        pickings.action_assign()
        return pickings

    def choose_products(self):
        return self.dice.sample(list(self.products), self.dice.choice((1, 1, 1, 2)))

    def send_all(self, pickings):
        """Have JD told of transfers, a sixth of which it will find otherwise."""
        self.run_cron("match_goods")
        for _batch in range(12):
            self.run_cron("push_orders")
        orders = pickings.jd_order_id
        self.assertEqual(set(orders.mapped("state")), {"accepted"})
        numbers = orders.mapped("jd_number")
        self.dice.shuffle(numbers)
        sixth = len(numbers) // 6
        findings = [{"short": 1}, {"damaged": 1}, {"over": 2}, {"lots": False}]
        for index, arranged in enumerate(findings):
            chosen = numbers[index * sixth // 4 : (index + 1) * sixth // 4]
            self.sandbox.do("arrange", orders=chosen, **arranged)
        return orders

    def close_all(self, pickings):
        pickings.action_jd_pull()
        for _batch in range(12):
            self.run_cron("follow_orders")
            self.run_cron("close_orders")
        self.assertEqual(set(pickings.mapped("state")), {"done"})

    def test_after_many_documents_both_sides_hold_the_same(self):
        share = self.DOCUMENTS // 4
        kinds = {
            "outbound": (self.warehouse.out_type_id, self.stock, self.customers),
            "inbound": (self.warehouse.in_type_id, self.suppliers, self.stock),
            "supplier_return": (self.warehouse.out_type_id, self.stock, self.suppliers),
            "customer_return": (self.warehouse.in_type_id, self.customers, self.stock),
        }
        everything = self.env["stock.picking"]
        for kind, (picking_type, source, destination) in kinds.items():
            partner = (
                self.customer
                if kind in ("outbound", "customer_return")
                else self.supplier
            )
            pickings = self.make_many(share, picking_type, source, destination, partner)
            self.assertEqual(set(pickings.mapped("jd_kind")), {kind})
            everything += pickings
        self.send_all(everything)
        for kind, last in (("CGRK", 70), ("XSCK", 10020), ("THRK", 200), ("TGCK", 200)):
            self.sandbox.do("advance", kind=kind, to=last)
        for product in self.products:
            self.sandbox.do(
                "change_level",
                warehouse=QUICK_WAREHOUSE,
                goods=self.get_goods_no(product),
                quantity=25,
            )
        self.close_all(everything)
        self.run_cron("pull_level_changes")
        self.assertSameBooks()

    def assertSameBooks(self):
        """Expect every location to hold what JD's books say of its level."""
        for product in self.products:
            for level, place in (("100", self.stock), ("200", self.defective)):
                self.assertEqual(
                    self.get_stock(product, place),
                    self.get_stock_at_jd(product, level),
                    f"{product.default_code} at level {level}",
                )
