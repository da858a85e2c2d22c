"""What the tests of orders share: a connected warehouse with goods on both sides."""

from datetime import timedelta

from odoo import fields
from odoo.fields import Command
from odoo.tools import SQL, html2plaintext

from ..lib.api import Message
from ..lib.jdl import CODES
from .jd_case import QUICK_DEPARTMENT, QUICK_NAME, QUICK_WAREHOUSE, JdCase


class JdOrderCase(JdCase):
    """One connection with one warehouse; goods matched, in stock here and at JD."""

    STOCK = 1000

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(
            context={**cls.env.context, "allowed_company_ids": cls.company.ids}
        )
        cls.share_application()
        cls.connector = cls.connect(cls.make_connector())
        cls.warehouse = cls.find_warehouse(QUICK_NAME)
        cls.products = cls.make_products(2)
        cls.customer = cls.env["res.partner"].create(
            {
                "name": "Siti Rahma",
                "phone": "+62 21 555 0101",
                "street": "Jalan Melati 5",
                "city": "Jakarta",
            }
        )
        cls.keep_sandbox()

    @classmethod
    def make_products(cls, count):
        """Create goods in Odoo and at JD, matched and in stock on both sides."""
        products = cls.env["product.product"].create(
            [
                {"name": f"Goods {n}", "default_code": f"G-{n}", "is_storable": True}
                for n in range(1, count + 1)
            ]
        )
        cls.sandbox.do(
            "goods",
            department=QUICK_DEPARTMENT,
            goods=[
                {"erpGoodsNo": product.default_code, "goodsName": product.name}
                for product in products
            ],
        )
        cls.sandbox.do("stock", warehouse=QUICK_WAREHOUSE, each=cls.STOCK)
        for product in products if cls.STOCK else ():
            cls.env["stock.quant"]._update_available_quantity(
                product, cls.warehouse.lot_stock_id, cls.STOCK
            )
        cls.run_cron("match_goods")
        return products

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
                    for product, quantity in zip(
                        self.products, quantities, strict=False
                    )
                ],
            }
            | values
        )
        picking.action_confirm()
        return picking

    def tell_customers(self):
        """Have Odoo tell customers by e-mail what was shipped."""
        self.customer.email = "siti@example.com"
        mail = self.env.ref("stock.mail_template_data_delivery_confirmation")
        mail.report_template_ids = False  # as PDF: not every machine can make one
        self.company.stock_move_email_validation = True
        self.company.stock_mail_confirmation_template_id = mail

    # === JD === #

    def send(self, *pickings):
        """Have the scheduled action send what is due; return the pickings' orders."""
        self.run_cron("push_orders")
        orders = self.env["jd.order"]
        return orders.union(*(picking.jd_order_id for picking in pickings))

    def find_order_at_jd(self, order):
        """Return what JD holds under our number: no order, or one, never more."""
        rows = [
            row
            for row in self.sandbox.get("orders", kind=CODES[order.kind])
            if row["erpOrderNo"] == order.name
        ]
        self.assertLessEqual(len(rows), 1)
        return rows and rows[0]

    def advance(self, order, to, **arranged):
        """Have JD's warehouse work on an order, the way it was arranged."""
        if arranged:
            self.sandbox.do("arrange", orders=[order.name], **arranged)
        self.sandbox.do("advance", orders=[order.name], to=to)

    def pull(self, orders):
        """Click on Pull Status and have the scheduled action ask JD."""
        orders.action_pull()
        self.run_cron("follow_orders")

    def follow_messages(self):
        """Have messages applied, and JD asked about what they only hint at."""
        self.run_cron("process_messages")
        self.run_cron("follow_orders")

    def ship(self, order, to="10019", **arranged):
        """Have JD ship an order and the transfer closed."""
        self.advance(order, to, **arranged)
        self.pull(order)
        self.run_cron("close_orders")

    def receive_message(self, order, code, **values):
        """Take over one of JD's messages about an order, as the route does."""
        messages = self.env["jd.message"].sudo()
        message = Message(
            **{
                "number": f"M-{messages.search_count([])}",
                "pin": self.connector.pin,
                "department_no": self.warehouse.jd_department_no,
                "warehouse_no": self.warehouse.jd_warehouse_no,
                "kind": order.kind,
                "order_number": order.jd_number,
                "own_number": order.name,
                "status": code,
                "happened_at": fields.Datetime.now(),
            }
            | values
        )
        is_new = messages._insert_once(self.connector.sudo(), message)
        return is_new and messages.search([("message_no", "=", message.number)])

    def count_calls(self, call):
        """Return how often JD was called."""
        rows = self.sandbox.get("calls")
        return sum(row["count"] for row in rows if row["call"] == call)

    # === TIME === #

    TIMES = {
        "jd.order": (
            *("retry_at", "accepted_at", "status_at", "pull_at", "pulled_at"),
            *("cancel_requested_at", "problem_asked_at"),
        ),
        "jd.order.event": ("happened_at",),
        "jd.connector": ("last_message_at", "probed_at"),
        "jd.department": ("pause_until",),
    }

    def pass_time(self, **time):
        """Let time pass: all that was noted lies so much further back."""
        self.env.flush_all()
        for model, names in self.TIMES.items():
            for name in names:
                self.env.cr.execute(
                    SQL(
                        "UPDATE %s SET %s = %s - %s",
                        SQL.identifier(self.env[model]._table),
                        SQL.identifier(name),
                        SQL.identifier(name),
                        timedelta(**time),
                    )
                )
        self.env.invalidate_all()

    # === EXPECTATIONS === #

    def get_activity_notes(self, record):
        """Return what activities ask of somebody, as text."""
        texts = record.sudo().activity_ids.mapped("note")
        return "\n".join(html2plaintext(text) for text in texts)

    def assertOneActivity(self, record, words):
        """Expect exactly one activity, whose text fits the pattern."""
        self.assertRegex(self.get_activity_notes(record), words)
        self.assertEqual(len(record.activity_ids), 1, self.get_activity_notes(record))

    def assertProblems(self, order, *patterns):
        """Expect these problems, one a line, in any order, and no other."""
        lines = (order.problems or "").splitlines()
        for pattern in patterns:
            self.assertRegex(order.problems or "", pattern)
        self.assertEqual(len(lines), len(patterns), order.problems)
