from odoo.exceptions import AccessError
from odoo.tests import tagged

from .next_to_case import NextToMixin
from .order_case import JdOrderCase


@tagged("post_install", "-at_install")
class TestPortal(NextToMixin, JdOrderCase):
    modules = ("sale_stock",)

    def test_customers_read_their_deliveries_and_nothing_of_what_is_ours_alone(self):
        portal = self.make_user("portal_customer", "base.group_portal")
        delivery = self.make_delivery(1, partner_id=portal.partner_id.id)
        own = delivery.with_user(portal)
        self.assertEqual(own.read(["name"])[0]["name"], delivery.name)
        for name in (
            *("jd_warehouse_id", "jd_connector_id"),
            *("jd_problems", "jd_notice", "jd_attention"),
        ):
            with self.subTest(name):
                self.assertTrue(delivery.read([name]))
                self.assertNotIn(name, own.fields_get())
                with self.assertRaises(AccessError):
                    own.read([name])
