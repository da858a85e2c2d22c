"""What the tests of receipts, returns, lots and levels share."""

from odoo.fields import Command

from ..lib.jdl import CODES
from .committed import open_second_warehouse
from .jd_case import QUICK_DEPARTMENT, QUICK_WAREHOUSE
from .order_case import JdOrderCase


class JdInboundCase(JdOrderCase):
    """A connected warehouse, a supplier, and transfers between any two places."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.supplier = cls.env["res.partner"].create(
            {
                "name": "Kain Jaya",
                "phone": "+62 22 555 0102",
                "street": "Jalan Braga 7",
                "city": "Bandung",
                "is_company": True,
            }
        )
        cls.suppliers = cls.env.ref("stock.stock_location_suppliers")
        cls.customers = cls.env.ref("stock.stock_location_customers")
        cls.stock = cls.warehouse.lot_stock_id
        cls.product = cls.products[0]

    def adjust_by_hand(self, product, quantity, location=None):
        """Count so many pieces in a place in Odoo; return the quant."""
        quant = self.env["stock.quant"].with_context(inventory_mode=True)
        quant = quant.create(
            {
                "product_id": product.id,
                "location_id": (location or self.stock).id,
                "inventory_quantity": quantity,
            }
        )
        quant.action_apply_inventory()
        return quant

    # === TRANSFERS === #

    def make_transfer(self, picking_type, source, destination, *quantities, **values):
        """Create a transfer of so many of each product, still a draft."""
        places = {"location_id": source.id, "location_dest_id": destination.id}
        products = values.pop("products", self.products)
        return self.env["stock.picking"].create(
            {
                "picking_type_id": picking_type.id,
                "move_ids": [
                    Command.create(
                        {
                            "product_id": product.id,
                            "product_uom_qty": quantity,
                            **places,
                        }
                    )
                    for product, quantity in zip(products, quantities, strict=False)
                ],
                **places,
                **values,
            }
        )

    def make_receipt(self, *quantities, **values):
        """Create and confirm a receipt from the supplier."""
        values = {"partner_id": self.supplier.id} | values
        picking = self.make_transfer(
            self.warehouse.in_type_id, self.suppliers, self.stock, *quantities, **values
        )
        picking.action_confirm()
        return picking

    def make_supplier_return(self, *quantities, source=None, **values):
        """Create a return to the supplier, confirmed and reserved."""
        values = {"partner_id": self.supplier.id} | values
        picking = self.make_transfer(
            self.warehouse.out_type_id,
            source or self.stock,
            self.suppliers,
            *quantities,
            **values,
        )
        picking.action_confirm()
        picking.action_assign()
        return picking

    def complete_address(self):
        """Give the supplier an address that JD delivers to."""
        self.supplier.write(
            {
                "street2": "Sumur Bandung",
                "state_id": self.env["res.country.state"]
                .create(
                    {
                        "name": "Jawa Barat",
                        "code": "JDJB",
                        "country_id": self.env.ref("base.id").id,
                    }
                )
                .id,
            }
        )

    def make_return(self, delivery, quantity):
        """Return so many of each product of a delivery, with core's own wizard."""
        wizard = (
            self.env["stock.return.picking"]
            .with_context(active_id=delivery.id, active_model="stock.picking")
            .create({"picking_id": delivery.id})
        )
        wizard.product_return_moves.quantity = quantity
        return wizard._create_return()

    def make_shipped_delivery(self, *quantities, **values):
        """Return a delivery that JD has shipped."""
        delivery = self.make_delivery(*quantities, **values)
        self.run_cron("push_orders")
        self.complete(delivery.jd_order_id, "10020")
        self.assertEqual(delivery.state, "done")
        return delivery

    # === AT JD === #

    def announce(self, picking):
        """Have the supplier matched and the order sent."""
        self.run_cron("match_goods")
        self.run_cron("push_orders")
        order = picking.jd_order_id
        self.assertEqual(order.state, "accepted", order.problems)
        return order

    def complete(self, order, status):
        """Have JD bring an order to a status, and Odoo hear of it."""
        self.sandbox.do("advance", orders=[order.jd_number], to=status)
        self.pull_and_close(order)

    def pull_and_close(self, order):
        order.action_pull()
        self.run_cron("follow_orders")
        self.run_cron("close_orders")

    def get_order_at_jd(self, order):
        """Return JD's own view of an order."""
        found = [
            row
            for row in self.sandbox.get("orders", kind=CODES[order.kind])
            if row["orderNo"] == order.jd_number
        ]
        self.assertEqual(len(found), 1)
        return found[0]

    def get_goods_no(self, product):
        goods = self.env["jd.goods"]._get_goods(self.warehouse, product)
        return goods[product.id].goods_no

    def change_level(self, quantity, before="100", after="200", product=None, **values):
        """Have JD find so many pieces at another goods level; return its number."""
        goods = self.get_goods_no(product or self.product)
        return self.sandbox.do(
            "change_level",
            warehouse=values.pop("warehouse", QUICK_WAREHOUSE),
            goods=values.pop("goods", goods),
            quantity=quantity,
            before=before,
            after=after,
            **values,
        )["no"]

    def get_stock_at_jd(self, product, level="100", warehouse=None):
        """Return how much JD has on hand of a product at a goods level."""
        number = (warehouse or self.warehouse).jd_warehouse_no
        return sum(
            row["onHand"]
            for row in self.sandbox.get("stock_list", warehouse=number)
            if row["goodsNo"] == self.get_goods_no(product)
            and row["goodsLevel"] == level
        )

    # === HERE === #

    def get_stock(self, product, location=None):
        """Return what lies in a location, or else in the warehouse's stock."""
        quants = self.env["stock.quant"]._gather(product, location or self.stock)
        return sum(quants.mapped("quantity"))

    @property
    def defective(self):
        return self.warehouse._jd_get_location("200")

    def assertActivity(self, record, words):
        """Expect an activity with the words."""
        notes = "\n".join(str(note) for note in record.activity_ids.mapped("note"))
        self.assertIn(words, notes)

    def connect_second_warehouse(self):
        """Take JD's second warehouse up, as the merchant does."""
        second = open_second_warehouse(self.connector)
        second.partner_id.phone = "+62 31 555 0103"  # JD gives out none
        self.run_cron("match_goods")
        self.assertEqual(second.jd_department_no, QUICK_DEPARTMENT)
        return second
