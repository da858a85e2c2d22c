"""A whole installation, for tests that must see everything work by itself: an Odoo
server with its scheduled actions and a sandbox JD that pushes to it.
"""

import time
from dataclasses import dataclass

from .. import const
from .odoo_process import OdooProcess
from .sandbox_case import SandboxCase
from .sandbox_process import sign_in

KEY, SECRET = "sandbox-shared-key", "sandbox-shared-secret"


@dataclass
class Merchant:
    """A merchant's account at JD, and what stands for it in Odoo once connected."""

    pin: str
    password: str
    department_no: str
    warehouse_no: str
    connector_id: int = 0
    warehouse: dict = None

    @property
    def warehouse_name(self):
        return f"{self.warehouse_no}-{self.department_no}-{self.pin}"


class LiveCase(SandboxCase):
    """`odoo` and `sandbox` serve the whole class: each test has its own merchant."""

    resets_sandbox = False  # the installation is connected to it once

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.odoo = OdooProcess({const.SANDBOX_URL_PARAMETER: cls.sandbox.url})
        cls.addClassCleanup(cls.odoo.stop)
        cls.message_url = cls.odoo.url + const.MESSAGE_ROUTE
        cls.sandbox.do("settings", message_url=cls.message_url)
        settings_id = cls.odoo.create(
            "res.config.settings", jd_app_key=KEY, jd_app_secret=SECRET
        )
        cls.odoo.call("res.config.settings", "execute", [settings_id])
        cls.customer_id = cls.odoo.create(
            "res.partner",
            name="A customer",
            phone="+62 21 555 0101",
            street="Jalan Melati 5",
            city="Jakarta",
        )

    def open_account(self, number):
        """Open an account at JD with one department, one warehouse, and goods in it."""
        merchant = Merchant(
            pin=f"merchant_{number}",
            password=f"password-{number}",
            department_no=f"EBU{number:013}",
            warehouse_no=f"11{number:07}",
        )
        self.sandbox.do("account", pin=merchant.pin, password=merchant.password)
        self.sandbox.do(
            "department", no=merchant.department_no, pins=[merchant.pin], name="Live"
        )
        self.sandbox.do(
            "warehouse", no=merchant.warehouse_no, departments=[merchant.department_no]
        )
        self.addCleanup(self.disconnect, merchant)
        return merchant

    def connect(self, merchant, subscribe):
        """Connect as a merchant does, without looking at the pages."""
        merchant.connector_id = self.odoo.create(
            "jd.connector",
            pin=merchant.pin,
            department_no=merchant.department_no,
            warehouse_no=merchant.warehouse_no,
        )
        action = self.odoo.call(
            "jd.connector", "action_start_connecting", [merchant.connector_id]
        )
        location = sign_in(
            action["url"], merchant.pin, merchant.password, subscribe=subscribe
        )
        self.odoo.session.get(location, timeout=30).raise_for_status()
        [merchant.warehouse] = self.odoo.call(
            "stock.warehouse",
            "search_read",
            [["name", "=", merchant.warehouse_name]],
            ["lot_stock_id", "out_type_id"],
        )

    def disconnect(self, merchant):
        """Leave the class's other tests alone with what is still open."""
        if merchant.connector_id:
            self.odoo.call("jd.connector", "action_disconnect", [merchant.connector_id])

    def make_product(self, merchant, reference, quantity=50):
        """Have a product in stock here and at JD; return its id."""
        self.sandbox.do(
            "goods",
            department=merchant.department_no,
            goods=[{"erpGoodsNo": reference, "goodsName": reference}],
        )
        self.sandbox.do("stock", warehouse=merchant.warehouse_no, each=quantity)
        product_id = self.odoo.create(
            "product.product",
            name=f"Product {reference}",
            default_code=reference,
            is_storable=True,
        )
        quant_id = self.odoo.create(
            "stock.quant",
            product_id=product_id,
            location_id=merchant.warehouse["lot_stock_id"][0],
            inventory_quantity=quantity,
        )
        self.odoo.call("stock.quant", "action_apply_inventory", [quant_id])
        return product_id

    def make_delivery(self, merchant, product_id, quantity, receiver_id=None):
        """Create and confirm a delivery to the customer; return its id."""
        picking_id = self.create_delivery(merchant, product_id, quantity, receiver_id)
        self.odoo.call("stock.picking", "action_confirm", [picking_id])
        return picking_id

    def create_delivery(self, merchant, product_id, quantity, receiver_id=None):
        source = merchant.warehouse["lot_stock_id"][0]
        destination = self.odoo.get_id("stock.stock_location_customers")
        return self.odoo.create(
            "stock.picking",
            picking_type_id=merchant.warehouse["out_type_id"][0],
            partner_id=receiver_id or self.customer_id,
            location_id=source,
            location_dest_id=destination,
            move_ids=[
                (
                    0,
                    0,
                    {
                        "product_id": product_id,
                        "product_uom_qty": quantity,
                        "location_id": source,
                        "location_dest_id": destination,
                    },
                )
            ],
        )

    def get_order_at_jd(self, merchant):
        """Return the only order that JD has of a merchant, or nothing yet."""
        orders = self.sandbox.get("orders", department=merchant.department_no)
        self.assertLessEqual(len(orders), 1, "JD has it twice")
        return orders and orders[0]

    def count_calls(self, name):
        calls = self.sandbox.get("calls")
        return sum(each["count"] for each in calls if each["call"] == name)

    def run_action(self, name):
        """Run a scheduled action now, or after the run that is under way."""
        action_id = self.odoo.get_id(f"jd_fulfillment.ir_cron_{name}")

        def run():
            try:
                self.odoo.call("ir.cron", "method_direct_trigger", [action_id])
            except AssertionError as error:
                if "already executing" not in str(error):
                    raise
                return False
            return True

        self.wait_for(run, name)

    def wait_for(self, get, what, seconds=60):
        """Return what `get` returns as soon as that is something."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            found = get()
            if found:
                return found
            time.sleep(0.2)
        return self.fail(f"{what}: not within {seconds} seconds")
