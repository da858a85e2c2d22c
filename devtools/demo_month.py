"""Plays a month of a merchant's business with the sandbox JD: `./dev month` runs it.

usage: demo_month.py ODOO-ADDRESS DATABASE SANDBOX-ADDRESS

All of it happens for real: the merchant confirms transfers in Odoo, the module sends
them, the sandbox carries them out and tells of it, the module closes them. It happens
in time lapse, within some minutes, which afterwards are stretched to a month in Odoo's
database. Then comes today, with an order in every state, and the sandbox's clock stops.
"""

import random
import sys
import time

import psycopg2
from clients import OdooClient, SandboxClient
from demo_merchant import BAG, CREAM, DEPARTMENT, MUG, POT, TEA, WAREHOUSE, Merchant
from psycopg2 import sql

DAYS = 30
WEEKS = 4
DELIVERIES_A_WEEK = 14
SPEED = 0.3  # seconds between two statuses while the month goes by
CUSTOMERS = (
    *("customer_jakarta", "customer_bangkok", "customer_chiang_mai"),
    *("customer_shanghai", "customer_guangzhou", "customer_hanoi"),
)
# What has times of the month. Times that lie ahead, and what runs by the clock, stay.
STRETCHED = (
    *("stock_picking", "stock_move", "stock_move_line", "jd_order", "jd_order_event"),
    *("jd_message", "jd_stock_check", "jd_level_change", "mail_message"),
)
PLAYED = "the month is played already: ./dev reset begins anew"


class Month:
    """Four weeks in time lapse, then today."""

    def __init__(self, merchant, sandbox):
        self.merchant = merchant
        self.sandbox = sandbox
        self.chance = random.Random(12)  # the same month each time
        self.shipped = []

    def arrange(self, kind, **how):
        self.sandbox.do("arrange", orders="new", kind=kind, **how)

    def pick_goods(self):
        several = self.chance.choice((1, 1, 2, 2, 3))
        names = self.chance.sample((MUG, POT, TEA, BAG, CREAM), several)
        return {name: self.chance.randint(1, 6) for name in names}

    def deliver_some(self, count):
        return [
            self.merchant.deliver(self.chance.choice(CUSTOMERS), self.pick_goods())
            for _ in range(count)
        ]

    def play_weeks(self):
        self.sandbox.do("settings", speed=SPEED)
        for week in range(WEEKS):
            tell(f"week {week + 1} of {WEEKS}")
            open_ids = self.deliver_some(DELIVERIES_A_WEEK)
            open_ids += self.play_special(week)
            self.merchant.wait_until(open_ids)
            self.shipped = open_ids[:DELIVERIES_A_WEEK]

    def play_special(self, week):
        """What does not go as planned, or comes in; return what will be closed."""
        merchant = self.merchant
        if week == 0:
            return [merchant.order_in({MUG: 60, TEA: 80})]
        if week == 1:
            self.arrange("THRK", damaged=1)
            returned = merchant.take_back(self.shipped[0], 1)
            merchant.wait_until([returned])
            self.arrange("THRK", damaged=0)
            return [merchant.send_back({BAG: 6})]
        if week == 2:
            self.arrange("CGRK", short=3, damaged=2)
            receipt = merchant.order_in({MUG: 40})
            merchant.wait_until([receipt])
            self.arrange("CGRK", short=0, damaged=0)
            return []
        self.sandbox.do("settings", speed=0)
        cancelled = merchant.deliver("customer_hanoi", {POT: 1})
        merchant.get_number(cancelled)
        merchant.click("stock.picking", "action_cancel", cancelled)
        merchant.wait_until([cancelled])
        self.sandbox.do("settings", speed=SPEED)
        return []

    # === TODAY === #

    def play_today(self):
        tell("today")
        self.merchant.terms = {"scheduled_date": get_date(1)}
        self.merchant.wait_until(self.deliver_some(5))
        self.sandbox.do("settings", speed=0)
        self.leave_at_jd()
        self.leave_to_fix()
        self.leave_incoming()
        self.leave_returns()
        self.leave_differences()

    def leave_at_jd(self):
        """Leave deliveries at different statuses, one late and one to be cancelled."""
        merchant = self.merchant
        for to in (None, 100130, 10016, 10018):
            picking_id = merchant.deliver(
                self.chance.choice(CUSTOMERS), self.pick_goods()
            )
            number = merchant.get_number(picking_id)
            if to:
                self.sandbox.do("advance", orders=[number], to=to)
        late = merchant.deliver(
            "customer_jakarta", {POT: 2}, scheduled_date=get_date(-1)
        )
        self.sandbox.do("advance", orders=[merchant.get_number(late)], to=10016)
        self.sandbox.do("settings", cancel="later, agreed")
        unwanted = merchant.deliver("customer_shanghai", {BAG: 1})
        merchant.get_number(unwanted)
        merchant.click("stock.picking", "action_cancel", unwanted)

    def leave_to_fix(self):
        """Leave what waits for the merchant: no address, refused, on hold, short."""
        merchant = self.merchant
        merchant.deliver("customer_without_address", {TEA: 2})
        merchant.deliver("customer_guangzhou", {MUG: 12}, jd_on_hold=True)
        message = "logistics service not open for the warehouse"
        self.sandbox.do(
            "fault",
            kind="refuse",
            call="addSoOrder",
            count=1,
            code="2147",
            message=message,
        )
        merchant.wait_for_orders(
            [merchant.deliver("customer_hanoi", {BAG: 3})], "refused"
        )
        self.sandbox.do("clear_faults")
        self.arrange("XSCK", short=2)
        short = merchant.deliver("customer_bangkok", {POT: 6})
        self.sandbox.do("advance", orders=[merchant.get_number(short)], to=10019)
        merchant.wait_until([short])
        self.arrange("XSCK", short=0)

    def leave_incoming(self):
        """Leave a receipt that came in part, one with differences, one at JD."""
        merchant = self.merchant
        parts = merchant.order_in({TEA: 40}, jd_in_parts=True)
        number = merchant.get_number(parts)
        self.sandbox.do("advance", orders=[number], to=20)
        self.sandbox.do("receive", order=number, parts=10)
        merchant.click("stock.picking", "action_jd_pull", parts)
        merchant.wait_until([parts])
        self.arrange("CGRK", short=3, damaged=2)
        differing = merchant.order_in({MUG: 40})
        self.sandbox.do("advance", orders=[merchant.get_number(differing)], to=70)
        merchant.wait_until([differing])
        self.arrange("CGRK", short=0, damaged=0)
        merchant.get_number(merchant.order_in({BAG: 50, POT: 20}))

    def leave_returns(self):
        """Leave a return that never arrived, and an order made at JD alone."""
        overdue = self.merchant.take_back(self.shipped[1], 1)
        number = self.merchant.get_number(overdue)
        self.sandbox.do("advance", orders=[number], to=500)
        self.sandbox.do(
            "make_order",
            kind="CGRK",
            department=DEPARTMENT,
            warehouse=WAREHOUSE,
            lines=[{"erpGoodsNo": BAG, "quantity": 12}],
        )

    def leave_differences(self):
        """Leave a stock check of which somebody must decide a part."""
        at = {"warehouse": WAREHOUSE}
        lost = [{"erpGoodsNo": MUG, "quantity": -3}]
        self.sandbox.do("adjust_stock", **at, rows=lost)
        counted = [{"erpGoodsNo": TEA, "quantity": -2}]
        self.sandbox.do("count_stock", **at, rows=counted, reasons=["broken"])
        self.merchant.check_stock()


def get_date(days):
    """Return when it will be so many days from now, as Odoo is told."""
    return time.strftime("%Y-%m-%d %H:00:00", time.gmtime(time.time() + days * 86400))


def stretch(database, seconds):
    """Have what happened in the last seconds fill the last month."""
    with psycopg2.connect(dbname=database) as connection, connection.cursor() as cr:
        cr.execute(
            "SELECT table_name, array_agg(column_name::text)"
            " FROM information_schema.columns"
            " WHERE table_schema = 'public' AND table_name IN %s"
            " AND data_type = 'timestamp without time zone' GROUP BY table_name",
            [STRETCHED],
        )
        for table, names in cr.fetchall():
            changes = sql.SQL(", ").join(
                sql.SQL(
                    "{0} = CASE WHEN {0} BETWEEN born AND ended"
                    " THEN ended - (ended - {0}) * %(factor)s ELSE {0} END"
                ).format(sql.Identifier(name))
                for name in names
            )
            cr.execute(
                sql.SQL(
                    "WITH month AS (SELECT now() AT TIME ZONE 'UTC' AS ended,"
                    " now() AT TIME ZONE 'UTC' - %(seconds)s * interval '1 second'"
                    " AS born)"
                    " UPDATE {} SET {} FROM month WHERE create_date >= born"
                ).format(sql.Identifier(table), changes),
                {"seconds": seconds, "factor": DAYS * 86400 / seconds},
            )
    connection.close()


def tell(text):
    print(f"==> {text} ...", flush=True)


def play(odoo, database, sandbox):
    """Connect where nobody has yet, and play the month."""
    if len(odoo.search("jd.order")) > WEEKS * DELIVERIES_A_WEEK:
        sys.exit(PLAYED)
    merchant = Merchant(odoo)
    tell("connecting")
    merchant.connect()
    merchant.decide_on_goods()
    began = time.monotonic()
    merchant.take_over_opening_stock()
    month = Month(merchant, sandbox)
    month.play_weeks()
    stretch(database, time.monotonic() - began)
    month.play_today()


def main(odoo_url, database, sandbox_url):
    odoo = OdooClient(odoo_url)
    odoo.sign_in(database)
    play(odoo, database, SandboxClient(sandbox_url))


if __name__ == "__main__":
    main(*sys.argv[1:])
