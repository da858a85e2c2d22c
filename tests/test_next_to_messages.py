"""What customers are told of shipments; with all messages on, so in processes of their
own: Odoo sends no text messages inside of tests."""

from odoo.tests import TransactionCase, tagged

from . import committed
from .committed import make_deliveries
from .fault_case import FaultCase
from .next_to_case import NextToMixin
from .test_order_faults import Deliveries
from .text_messages import TextMessages

PHONES = [f"+622155501{n}" for n in range(3)]


class ToldDeliveries(Deliveries):
    count = 3

    @staticmethod
    def make(env, count, references):
        return make_told_deliveries(env, count, references)

    @staticmethod
    def arrange(env, orders):
        return {}


def make_told_deliveries(env, count, references):
    """Make deliveries to a customer each; return the ids of their orders."""
    orders = env["jd.order"].browse(make_deliveries(env, count, references))
    for order, phone in zip(orders.sorted("id"), PHONES, strict=True):
        order.picking_id.partner_id = order.partner_id.copy(
            {"name": phone, "phone": phone, "email": f"{phone[1:]}@example.com"}
        )
    return orders.ids


def turn_messages_on(env, url):
    """Have the company tell its customers of shipments, by e-mail and text message."""
    env["ir.config_parameter"].set_param("sms.endpoint", url)
    service = env.ref("sms.iap_service_sms")
    env["iap.account"].create({"service_id": service.id, "account_token": "token"})
    mail = env.ref("stock.mail_template_data_delivery_confirmation")
    mail.report_template_ids = False  # as PDF: not every machine can make one
    text = env.ref("stock_sms.sms_template_data_stock_delivery")
    env.company.write(
        {
            "stock_move_email_validation": True,
            "stock_mail_confirmation_template_id": mail.id,
            "stock_text_confirmation": True,
            "stock_sms_confirmation_template_id": text.id,
        }
    )


def break_mails_to(env, name):
    """Have the e-mail to one customer fail."""
    env.company.stock_mail_confirmation_template_id.body_html = (
        f"""<t t-if="object.partner_id.name == '{name}'" t-out="1 / 0"/>"""
    )


def set_company(env, order, name):
    """Have a transfer belong to a company: Odoo closes none whose companies differ."""
    company = env["res.company"].search([("name", "=", name)], limit=1)
    company = company or env["res.company"].create({"name": name})
    env.cr.execute(
        """UPDATE stock_picking SET company_id = %s FROM jd_order
            WHERE jd_order.picking_id = stock_picking.id AND jd_order.id = %s""",
        [company.id, order],
    )


def get_company_name(env):
    return env.company.name


def leave_half_told(env, order):
    """Leave an order as a worker leaves it that dies while it tells the customer."""
    values = {"confirmation": "sending", "confirmation_at": "2026-01-01"}
    env["jd.order"].browse(order).write(values)


def read_told(env, orders):
    """Return how the transfers stand, and who got an e-mail; how often each."""
    orders = env["jd.order"].browse(orders)
    messages = env["mail.message"].search(
        [
            ("model", "=", "stock.picking"),
            ("res_id", "in", orders.picking_id.ids),
            # Nor what tells a user of an activity.
            ("message_type", "not in", ("sms", "user_notification")),
            ("partner_ids", "!=", False),
        ]
    )
    return {
        "states": orders.picking_id.mapped("state"),
        "waiting": [each or "" for each in orders.mapped("confirmation")],
        "mailed": sorted(p.name for m in messages for p in m.partner_ids),
        "notes": [each or "" for each in orders.activity_ids.mapped("note")],
    }


@tagged("post_install", "-at_install")
class TestCustomersAreTold(FaultCase, NextToMixin, TransactionCase):
    modules = ("stock_sms", "stock_delivery")
    documents = ToldDeliveries

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.texts = TextMessages()
        cls.addClassCleanup(cls.texts.stop)
        cls.worker.call(turn_messages_on, url=cls.texts.url)
        cls.telling = cls.worker.call(
            committed.find_crons, names=["send_confirmations"]
        )
        cls.company_name = cls.worker.call(get_company_name)

    def setUp(self):
        super().setUp()
        self.texts.numbers.clear()
        self.orders.sort()

    def close(self):
        self.run_actions()
        self.move_at_jd("10020")
        self.pass_time(minutes=60)
        self.run_actions()

    def tell(self):
        self.worker.run(self.telling)

    def read(self):
        return self.worker.call(read_told, orders=self.orders)

    def test_a_batch_that_is_undone_and_repeated_tells_each_customer_once(self):
        # The last of the batch: the others would have been told by then.
        blocked = self.orders[-1]
        self.run_actions()
        self.worker.call(set_company, order=blocked, name="Another company")
        self.close()
        found = self.read()
        self.assertEqual(found["states"], ["done", "done", "assigned"])
        self.assertEqual(found["waiting"], ["due", "due", ""])
        self.assertEqual(self.texts.numbers, [], "none before the commit")
        for _repeated in range(2):
            self.tell()
            self.pass_time(minutes=20)
            self.assertEqual(sorted(self.texts.numbers), PHONES[:2])
            self.assertEqual(self.read()["mailed"], PHONES[:2])
        self.worker.call(set_company, order=blocked, name=self.company_name)
        self.close()
        self.tell()
        self.assertEqual(sorted(self.texts.numbers), PHONES)
        found = self.read()
        self.assertEqual(found["mailed"], PHONES)
        self.assertEqual(found["waiting"], ["", "", ""])

    def test_what_goes_wrong_when_a_customer_is_told_is_reported_not_repeated(self):
        self.close()
        self.worker.call(leave_half_told, order=self.orders[0])
        self.worker.call(break_mails_to, name=PHONES[1])
        for _repeated in range(2):
            self.tell()
            self.pass_time(minutes=20)
            found = self.read()
            self.assertEqual(found["states"], ["done", "done", "done"])
            self.assertEqual(found["waiting"], ["", "", ""])
            self.assertEqual(found["mailed"], PHONES[2:])
            self.assertNotIn(PHONES[0], self.texts.numbers)
            self.assertEqual(self.texts.numbers.count(PHONES[2]), 1)
            self.assertRegex(found["notes"][0], "interrupted while it told")
            self.assertRegex(found["notes"][1], "failed to tell the customer")
            self.assertEqual(len(found["notes"]), 2)
