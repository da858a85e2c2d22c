from odoo.tests import tagged

from .order_case import JdOrderCase


@tagged("post_install", "-at_install")
class TestOrderBatches(JdOrderCase):
    """What a batch costs in queries does not depend on how many orders are in it."""

    STOCK = 100_000
    # The ORM inserts a hundred rows at a time, and updates so.
    GRANTED = 12

    def setUp(self):
        super().setUp()
        self.live(2)  # what is read once and for all

    def live(self, count):
        """Have so many orders live their lives; return the queries of each step."""
        pickings = [self.make_delivery(1, 1) for _ in range(count)]
        orders = self.env["jd.order"].union(*(row.jd_order_id for row in pickings))
        names = orders.mapped("name")
        steps = {"push": self.count_queries("push_orders")}
        for name, code in (("follow", "10016"), ("see it leave", "10020")):
            self.sandbox.do("advance", orders=names, to=code)
            orders.pull_at = "2020-01-01"
            steps[name] = self.count_queries("follow_orders")
        for order in orders:
            self.receive_message(order, "10033", number=f"M-{order.id}")
        steps["hear"] = self.count_queries("process_messages")
        self.assertEqual(set(orders.mapped("status_code")), {"10033"})
        self.run_cron("close_orders")
        self.assertEqual(set(orders.mapped("state")), {"done"})
        return steps

    def count_queries(self, cron):
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        self.run_cron(cron)
        return self.env.cr.sql_log_count - before

    def test_a_hundred_orders_cost_no_more_queries_than_ten(self):
        ten, hundred = self.live(10), self.live(100)
        for step, count in hundred.items():
            with self.subTest(step):
                self.assertLessEqual(count, ten[step] + self.GRANTED)
