"""The analysis of orders: what its measures say of orders whose story is known."""

from datetime import timedelta
from statistics import median

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import tagged

from .order_case import JdOrderCase

START = fields.Datetime.to_datetime("2026-03-02 00:00:00")  # a Monday
# Hours from the order to each status of JD's, and how Odoo learnt of it.
LIVES = [
    {"10010": 1, "10016": 3, "10019": 5, "10034": 30},
    {"10010": 1, "10016": 5, "10019": 10, "10034": 40},
    {"10010": 1, "10016": 9, "10019": 60, "10034": 90},
    {"10010": 2},
]
SHIPPED = [life["10019"] for life in LIVES if "10019" in life]


@tagged("post_install", "-at_install")
class TestOrderReport(JdOrderCase):
    def make_orders(self, *lives, source="push"):
        """Have orders with these lives, from START on."""
        pickings = [self.make_delivery(10) for _life in lives]
        orders = self.send(*pickings)
        self.env.flush_all()
        for order, life in zip(orders, lives, strict=True):
            self.env.cr.execute(
                "UPDATE jd_order SET create_date = %s, accepted_at = %s WHERE id = %s",
                [START, START + timedelta(hours=1), order.id],
            )
            # The last one first: messages come in any order.
            for code, hours in reversed(life.items()):
                news = [(order, code, START + timedelta(hours=hours))]
                order._apply_status(news, source)
        self.env.invalidate_all()
        return orders

    def read(self, *measures, domain=(), groupby=()):
        report = self.as_user(self.env["jd.order.report"], self.stock_user)
        return report.formatted_read_group(list(domain), list(groupby), list(measures))

    def test_each_step_has_its_average_median_and_ninth_decile(self):
        self.make_orders(*LIVES)
        [row] = self.read(
            *("hours_to_accept:avg", "hours_to_pick:avg", "hours_to_ship:avg"),
            *("hours_to_deliver:avg", "hours_to_total:avg"),
            "hours_to_total_median:median",
            "hours_to_total_ninth:ninth_decile",
        )
        # What is not there yet does not count.
        self.assertEqual(row["hours_to_accept:avg"], 1)
        self.assertEqual(row["hours_to_pick:avg"], (2 + 4 + 8) / 3)
        self.assertEqual(row["hours_to_ship:avg"], (2 + 5 + 51) / 3)
        self.assertAlmostEqual(row["hours_to_deliver:avg"], (25 + 30 + 30) / 3)
        self.assertEqual(row["hours_to_total:avg"], sum(SHIPPED) / 3)
        self.assertEqual(row["hours_to_total_median:median"], median(SHIPPED))
        self.assertEqual(row["hours_to_total_ninth:ninth_decile"], 10 + 0.8 * 50)

    def test_the_web_client_is_told_these_aggregates_and_may_group_by_week(self):
        self.make_orders(*LIVES)
        described = self.env["jd.order.report"].fields_get(attributes=["aggregator"])
        self.assertEqual(described["hours_to_total_median"]["aggregator"], "median")
        groups = self.env["jd.order.report"].formatted_read_grouping_sets(
            [],
            [["warehouse_id"], ["warehouse_id", "ordered_at:week"]],
            ["hours_to_total_median:median", "short_share:share", "__count"],
        )
        self.assertEqual([len(rows) for rows in groups], [1, 1])
        for [row] in groups:
            self.assertEqual(row["hours_to_total_median:median"], median(SHIPPED))
            self.assertEqual(row["__count"], 4)

    def test_late_is_what_took_or_takes_longer_than_promised(self):
        orders = self.make_orders(*LIVES)
        for hours, late in ((48, 2), (4, 4), (0, 0), (24 * 365 * 100, 0)):
            with self.subTest(hours=hours):
                self.connector.promise_hours = hours
                [row] = self.read("late:sum", "late_share:avg")
                self.assertEqual(row["late:sum"] or 0, late)
        self.connector.promise_hours = 48
        # The one that was not shipped is late too, unless it was cancelled.
        [row] = self.read("late_share:avg")
        self.assertEqual(row["late_share:avg"], 50)
        orders[-1].sudo().state = "cancelled"
        [row] = self.read("late_share:avg")
        self.assertAlmostEqual(row["late_share:avg"], 100 / 3)

    def test_orders_made_at_jd_or_never_sent_say_nothing_of_jd_s_work(self):
        [order] = self.make_orders(LIVES[0])
        order.made_at_jd = True
        held = self.make_delivery(1)
        held.with_user(self.stock_user).jd_on_hold = True
        self.connector.promise_hours = 1
        measures = ("hours_to_accept:avg", "hours_to_total:avg", "hours_to_ship:avg")
        [row] = self.read(*measures, "late_share:avg", "refused_share:avg", "__count")
        self.assertEqual(row["__count"], 2)
        self.assertEqual(row["hours_to_ship:avg"], 2)
        unknown = (*measures[:2], "late_share:avg", "refused_share:avg")
        self.assertTrue(all(row[name] is False for name in unknown), row)

    def test_a_refusal_is_kept_with_its_reason_after_it_was_corrected(self):
        pickings = [self.make_delivery(1) for _number in range(3)]
        refusal = {"code": "2123", "message": "no carrier", "count": 1}
        self.sandbox.do("fault", kind="refuse", call="addSoOrder", **refusal)
        orders = self.send(*pickings)
        refused = orders.filtered(lambda order: order.state == "refused")
        self.assertEqual(len(refused), 1)
        refused.action_retry()
        self.send(*pickings)
        self.assertEqual(set(orders.mapped("state")), {"accepted"})
        [row] = self.read("refused_share:avg", "refusals:sum")
        self.assertAlmostEqual(row["refused_share:avg"], 100 / 3)
        self.assertEqual(row["refusals:sum"], 1)
        rows = self.read(
            "__count",
            groupby=["refusal_reason", "refusal_code"],
            domain=[("refusals", ">", 0)],
        )
        found = [(row["refusal_reason"], row["refusal_code"]) for row in rows]
        self.assertEqual(found, [("other", "2123")])

    def test_short_and_damaged_are_shares_of_the_pieces_not_of_the_orders(self):
        orders = self.send(self.make_delivery(10), self.make_delivery(90))
        small, large = orders.sorted("planned_pieces")
        for order, reported in ((small, 5), (large, 90)):
            order.line_ids.sudo().write({"reported": reported, "is_reported": True})
            order.sudo().are_quantities_known = True
        self.env["jd.order.allocation"].sudo().create(
            {"line_id": large.line_ids.id, "quantity": 2, "level": "200"}
        )
        [row] = self.read("short_share:share", "damaged_share:share", "short:sum")
        self.assertEqual(row["short:sum"], 5)
        self.assertEqual(row["short_share:share"], 5)
        self.assertEqual(row["damaged_share:share"], 2)
        # What JD still counts is in neither part of the share.
        large.sudo().are_quantities_known = False
        [row] = self.read("damaged_share:share")
        self.assertEqual(row["damaged_share:share"], 0)

    def test_statuses_are_counted_by_how_odoo_learnt_of_them(self):
        self.make_orders(LIVES[0])
        self.make_orders(LIVES[3], source="pull")
        [row] = self.read("message_share:share", "pull_share:share", "events:sum")
        self.assertEqual(row["events:sum"], 5)
        self.assertEqual(row["message_share:share"], 80)
        self.assertEqual(row["pull_share:share"], 20)

    def test_a_row_opens_its_order_and_other_companies_see_none(self):
        [order] = self.make_orders(LIVES[0])
        report = self.env["jd.order.report"]
        row = self.as_user(report, self.stock_user).search([])
        self.assertEqual(row.action_open_order()["res_id"], order.id)
        self.assertEqual(row.name, order.name)
        self.assertFalse(self.as_user(report, self.other_manager).search([]))
        internal = self.make_user("internal", "base.group_user")
        with self.assertRaises(AccessError):
            self.as_user(report, internal).search([])
