"""What the tests of orders share: a connected warehouse with goods on both sides."""

from odoo.fields import Command

from .common import QUICK_DEPARTMENT, QUICK_NAME, QUICK_WAREHOUSE, JdCase


class JdOrderCase(JdCase):
    """One connection with one warehouse; goods matched, in stock here and at JD."""

    STOCK = 1000

    def setUp(self):
        super().setUp()
        self.env = self.env(
            context={**self.env.context, "allowed_company_ids": self.company.ids}
        )
        self.share_application()
        self.connector = self.connect(self.make_connector(), **self.login_options())
        self.warehouse = self.find_warehouse(QUICK_NAME)
        self.products = self.make_products(2)
        self.customer = self.env["res.partner"].create(
            {
                "name": "Siti Rahma",
                "phone": "+62 21 555 0101",
                "street": "Jalan Melati 5",
                "city": "Jakarta",
            }
        )

    def login_options(self):
        return {}

    def make_products(self, count):
        """Create goods in Odoo and at JD, matched and in stock on both sides."""
        products = self.env["product.product"].create(
            [
                {"name": f"Goods {n}", "default_code": f"G-{n}", "is_storable": True}
                for n in range(1, count + 1)
            ]
        )
        self.sandbox.do(
            "goods",
            department=QUICK_DEPARTMENT,
            goods=[
                {"erpGoodsNo": product.default_code, "goodsName": product.name}
                for product in products
            ],
        )
        self.sandbox.do("stock", warehouse=QUICK_WAREHOUSE, each=self.STOCK)
        for product in products:
            self.env["stock.quant"]._update_available_quantity(
                product, self.warehouse.lot_stock_id, self.STOCK
            )
        for _step in range(5):
            self.run_cron("match_goods")
        return products

    def run_cron(self, name):
        """Run a scheduled action as its worker does."""
        cron = self.env.ref(f"jd_fulfillment.ir_cron_{name}")
        self.env.flush_all()
        with self.enter_registry_test_mode():
            self.assertTrue(cron.method_direct_trigger())
        self.env.invalidate_all()

    def make_delivery(self, *quantities, **values):
        """Create and confirm a delivery of so many of each product."""
        picking = self.env["stock.picking"].create(
            {
                "picking_type_id": self.warehouse.out_type_id.id,
                "partner_id": self.customer.id,
                "location_id": self.warehouse.lot_stock_id.id,
                "location_dest_id": self.env.ref("stock.stock_location_customers").id,
                "move_ids": [
                    Command.create(
                        {
                            "product_id": product.id,
                            "product_uom_qty": quantity,
                            "location_id": self.warehouse.lot_stock_id.id,
                            "location_dest_id": self.env.ref(
                                "stock.stock_location_customers"
                            ).id,
                        }
                    )
                    for product, quantity in zip(self.products, quantities)
                ],
            }
            | values
        )
        picking.action_confirm()
        return picking
