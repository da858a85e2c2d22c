"""Two Odoo servers, as on two machines, over one database."""

import re

from odoo.tests import tagged

from .live_case import LiveCase

ORDERS = 40
STATUS_SECONDS = 0.2
WORKED = re.compile(r"Job 'JD Fulfillment: .*done [1-9]\d*; remaining")


@tagged("post_install", "-at_install")
class TestTwoServers(LiveCase):
    def test_two_servers_share_the_work_and_each_order_is_at_jd_once(self):
        merchant = self.open_account(1)
        self.connect(merchant, subscribe=True)
        # Plenty: where others change it at the same time, Odoo splits it over rows, and
        # reserves the last pieces later.
        product_id = self.make_product(merchant, "SERVERS", 10 * ORDERS)
        other = self.odoo.add_server()
        self.addCleanup(other.stop)
        self.add_worker(merchant)
        self.sandbox.do("settings", speed=STATUS_SECONDS, latency_ms=100)
        # The first one has the goods matched.
        first = self.make_delivery(merchant, product_id, 1)
        self.wait_for(lambda: self.count_done([first]), "the first one", seconds=150)
        pickings = [first] + [
            self.make_delivery(merchant, product_id, 1) for _each in range(ORDERS - 1)
        ]
        self.wait_for(
            lambda: self.count_done(pickings) == ORDERS, "all closed", seconds=150
        )
        at_jd = self.sandbox.get("orders", department=merchant.department_no)
        self.assertEqual(len({row["erpOrderNo"] for row in at_jd}), ORDERS)
        self.assertEqual(len(at_jd), ORDERS)
        for server in (self.odoo, other):
            self.assertRegex(server.read_log(), WORKED)

    def add_worker(self, merchant):
        """Click on *Add a Worker* on the health page."""
        action = self.odoo.call(
            "jd.connector", "action_view_health", [merchant.connector_id]
        )
        rows = [("health_id", "=", action["res_id"]), ("button", "=", "add_worker")]
        [row] = self.odoo.call("jd.health.row", "search", rows)
        self.odoo.call("jd.health.row", "action_press", [row])

    def count_done(self, picking_ids):
        done = [("id", "in", picking_ids), ("state", "=", "done")]
        return self.odoo.call("stock.picking", "search_count", done)
