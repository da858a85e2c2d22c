from odoo.tests import tagged

from .order_case import JdOrderCase


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
