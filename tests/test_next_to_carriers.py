import json

from odoo.tests import tagged

from .next_to_case import NextToMixin
from .order_case import JdOrderCase

PAGE = "https://www.jdl.com/orderSearch/?waybillCodes="


@tagged("post_install", "-at_install")
class TestCarriers(JdOrderCase):
    """With the tracking addresses of `stock_delivery`."""

    def test_a_tracking_address_is_the_carriers_whatever_waybill_jd_reports(self):
        if "carrier_tracking_url" not in self.env["stock.picking"]._fields:
            self.skipTest("needs stock_delivery: JD_TEST_WITH=stock_delivery")
        service = self.env["product.product"].create(
            {"name": "Parcel", "type": "service"}
        )
        carrier = self.env["delivery.carrier"].create(
            {
                "name": "JD Express",
                "product_id": service.id,
                "tracking_url": "https://track.example/<shipmenttrackingnumber>",
            }
        )
        picking = self.make_delivery(1, carrier_id=carrier.id)
        order = self.send(picking)
        self.advance(order, "10014")
        waybill = {
            "path": "data.carrierInfo.waybillNo",
            "value": "javascript:alert(1)",
        }
        self.sandbox.do("fault", kind="patch", call="querySoOrder", patch=[waybill])
        self.pull(order)
        self.assertRegex(picking.carrier_tracking_ref, "^javascript:")
        notes = len(picking.message_ids)
        self.as_user(picking, self.stock_user).carrier_tracking_ref = "MINE-1"
        self.assertPosted(picking, "“MINE-1”, and JD was not told")
        self.pull(order)
        self.assertEqual(len(picking.message_ids), notes + 1)
        self.assertEqual(picking.carrier_tracking_ref, order.waybills)
        self.assertRegex(picking.carrier_tracking_url, "^https://track.example/")


@tagged("post_install", "-at_install")
class TestTracking(NextToMixin, JdOrderCase):
    """JD's page about a parcel, wherever Odoo shows a tracking reference."""

    modules = ("sale_stock", "stock_delivery", "stock_sms")

    def setUp(self):
        super().setUp()
        self.sale = self.env["sale.order"].create(
            {
                "partner_id": self.customer.id,
                "warehouse_id": self.warehouse.id,
                "order_line": [
                    (0, 0, {"product_id": product.id, "product_uom_qty": 2})
                    for product in self.products
                ],
            }
        )
        self.sale.action_confirm()
        self.delivery = self.sale.picking_ids
        self.order = self.send(self.delivery)

    def render_mail(self):
        mail = self.env.ref("stock.mail_template_data_delivery_confirmation")
        return mail._render_field("body_html", self.delivery.ids)[self.delivery.id]

    def send_text(self):
        text = self.env.ref("stock_sms.sms_template_data_stock_delivery")
        self.delivery._message_sms_with_template(
            template=text, partner_ids=self.customer.ids, put_in_queue=True
        )
        return self.env["sms.sms"].search([], order="id desc", limit=1).body

    def test_one_parcel_is_linked_in_every_place(self):
        waybill = {"path": "data.carrierInfo.waybillNo", "value": "JD 1/2&x"}
        self.sandbox.do("fault", kind="patch", call="querySoOrder", patch=[waybill])
        self.advance(self.order, "100130")
        self.pull(self.order)
        link = f"{PAGE}JD%201%2F2%26x"
        self.assertEqual(self.delivery.carrier_tracking_ref, "JD 1/2&x")
        self.assertEqual(self.delivery.carrier_tracking_url, link)
        self.assertEqual(self.delivery.action_jd_track()["url"], link)
        self.assertEqual(self.order.parcel_ids.tracking_url, link)
        self.assertIn(link, self.render_mail())
        self.assertIn(link, self.send_text())
        portal = self.make_user(
            "portal_customer", "base.group_portal", partner_id=self.customer.id
        )
        own = self.delivery.with_user(portal)
        self.assertEqual(own.carrier_tracking_url, link)
        self.delivery.carrier_tracking_ref = "OTHER-1"
        self.assertFalse(self.delivery.carrier_tracking_url)

    def test_several_parcels_are_linked_each_and_the_sale_is_told(self):
        self.ship(self.order, parcels=2, waybills=2)
        waybills = sorted(self.order.waybills.split(", "))
        self.assertEqual(len(waybills), 2)
        links = [[waybill, PAGE + waybill] for waybill in waybills]
        told = json.loads(self.delivery.carrier_tracking_url)
        self.assertEqual(sorted(told), links)
        self.assertEqual(self.delivery.action_jd_track()["res_model"], "jd.parcel")
        texts = {
            "mail": self.render_mail(),
            "text message": self.send_text(),
            "sale": "".join(map(str, self.sale.message_ids.mapped("body"))),
        }
        for name, text in texts.items():
            with self.subTest(name):
                for _waybill, link in links:
                    self.assertEqual(text.count(link), 1)

    def test_what_jd_does_not_ship_is_not_tracked(self):
        self.advance(self.order, "100130")
        self.pull(self.order)
        self.assertTrue(self.delivery.jd_is_trackable)
        self.advance(self.order, "10028")
        self.pull(self.order)
        self.assertFalse(self.delivery.jd_is_trackable)
        self.assertFalse(self.delivery.carrier_tracking_url)
        self.assertEqual(self.order.status_name, "Cancelled")
