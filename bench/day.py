"""The hour of a big sale: people confirm, JD ships and tells, and nothing waits.

Everything runs at once on this machine: Odoo in prefork mode, PostgreSQL, the sandbox,
and four people who confirm over HTTP at the pace of the peak hour. Then the same people
confirm and close such transfers in an own warehouse: what Odoo takes for that is what
ours is compared with. JD_BENCH_PEAK_MINUTES and JD_BENCH_CRON_WORKERS (such as "1,2,4")
say how long the peak lasts, and how many cron workers the runs have.
"""

import os
import re
import tempfile
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import SimpleQueue

from odoo import fields
from odoo.tools import split_every

from .confirm import make_deliveries, make_own_warehouse
from .day_figures import CPU_HEAD, LAG_HEAD, describe_cpu, describe_lags
from .day_series import Series
from .tables import show
from .world import expect

PEAK_HOUR = 30_000
PEAK_MINUTES = float(os.environ.get("JD_BENCH_PEAK_MINUTES", "60"))
CRON_WORKERS = os.environ.get("JD_BENCH_CRON_WORKERS", "1,2,4")
PEOPLE = ("ani", "budi", "citra", "dewi")
SELECTED = 20  # transfers that one of them confirms at once
COMPARED = 400  # transfers of the own warehouse
LATENCY_MS = 200
STATUS_SECONDS = 6  # from one of JD's ten statuses to the next
THROTTLING = {"kind": "throttle", "ratio": 0.2, "lasts": 10.0}
LONGEST_TAIL = 900  # seconds, until the last transfer must be closed
RESULTS = Path(__file__).with_name("results")
# Odoo repeats what met another transaction by itself, and logs it as an error first.
PROBLEM = re.compile(
    r"^\S+ \S+ \d+ (?:ERROR|CRITICAL) (?!.* bad query: .*\nERROR: could not serialize)"
    r".*",
    re.MULTILINE,
)
CONFLICT = re.compile(r"^ERROR: could not serialize", re.MULTILINE)


def measure(world):
    own = make_own_warehouse(world)
    _hire(world)
    lags, costs = [], []
    for workers in map(int, CRON_WORKERS.split(",")):
        day = Day(world, workers, own)
        day.live()
        day.series.write(RESULTS / f"day-{workers}.csv")
        print("\n".join(day.problems[:20]), flush=True)
        name = f"{workers} cron worker{'s' * (workers > 1)}"
        lags.append((name, *describe_lags(day)))
        costs += [(name, *row) for row in describe_cpu(day)]
        print(day.series.draw(name), flush=True)
    show(
        f"{PEAK_HOUR:,} orders an hour for {PEAK_MINUTES:g} minutes, JD takes "
        f"{LATENCY_MS} ms for each call",
        ("", *LAG_HEAD),
        lags,
    )
    show("CPU per order", ("", *CPU_HEAD), costs)


class Day:
    """The peak with so many cron workers, and the same work in an own warehouse.

    :ivar orders: the `jd.order` of the day
    :ivar own: the transfers of the own warehouse
    :ivar shipped: our number → when JD shipped, by JD's books
    :ivar cpu: stage → seconds, of all orders
    :ivar own_cpu: the same of the own warehouse's transfers
    :ivar conflicts: transactions that met another one and were repeated
    :ivar problems: errors of Odoo's log, what was lost, and what is there twice
    """

    def __init__(self, world, cron_workers, own_warehouse):
        self.world, self.problems = world, []
        self._crons = ("--max-cron-threads", str(cron_workers))
        count = round(PEAK_HOUR / 60 * PEAK_MINUTES)
        self._deliveries = _make_many(world, world.find_warehouse(), count)
        self.own = _make_many(world, own_warehouse, COMPARED)
        world.refresh()

    def live(self):
        world = self.world
        world.log_in(subscribe=True)
        with tempfile.NamedTemporaryFile("r") as spent:
            self._start(spent.name)
            self.series = Series(world, self._deliveries.ids)
            with self.series:
                self._disturb()
                self._confirm(self._deliveries, PEAK_HOUR / 3600)
                self._wait_until_closed()
            self.cpu = _add_up(spent)
            self._confirm(self.own)
            self._share(self.own.ids, "button_validate", 100)
            self.own_cpu = _add_up(spent)
        log = world.odoo.read_log()[self._logged :]
        self.problems += PROBLEM.findall(log)
        self.conflicts = len(CONFLICT.findall(log))
        world.sandbox.do("settings", speed=0, latency_ms=0)
        world.refresh()
        expect(self.own, state="done")
        self._compare_books()

    def _start(self, spent):
        from odoo.addons.jd_fulfillment import const

        self._logged = len(self.world.odoo.read_log())
        os.environ["JD_BENCH_CPU"] = spent
        self.world.odoo.restart(
            (*("--workers", "4", "--log-level", "warn"), *self._crons)
        )
        self.world.sandbox.do(
            "settings",
            speed=STATUS_SECONDS,
            latency_ms=LATENCY_MS,
            message_url=self.world.odoo.url + const.MESSAGE_ROUTE,
        )

    # === WHAT HAPPENS === #

    def _confirm(self, pickings, per_second=None):
        self._share(pickings.ids, "action_confirm", SELECTED, per_second)

    def _share(self, ids, method, selected, per_second=None):
        """Have the people do something with transfers, so many at once, in time."""
        odoo, start = self.world.odoo, time.monotonic()
        free = SimpleQueue()
        for login in PEOPLE:
            free.put(odoo.open_session(login, login))

        def act(number, part):
            if per_second:
                due = start + number * selected / per_second
                time.sleep(max(0, due - time.monotonic()))
            person = free.get()
            try:
                person.call("stock.picking", method, list(part))
            finally:
                free.put(person)

        with ThreadPoolExecutor(len(PEOPLE)) as executor:
            parts = enumerate(split_every(selected, ids))
            for done in [executor.submit(act, *each) for each in parts]:
                done.result()

    def _disturb(self):
        """Have the login renewed, stock checked, and JD throttle now and then."""
        world = self.world
        connector = world.committed.get_connector(world.env)
        connector.sudo().token_renew_at = fields.Datetime.now()
        connector._trigger("renew_tokens")
        connector.action_check_stock()
        world.refresh()
        for seconds in range(30, round(60 * PEAK_MINUTES), 120):
            timer = threading.Timer(seconds, world.sandbox.do, ["fault"], THROTTLING)
            timer.daemon = True
            timer.start()

    def _wait_until_closed(self):
        until = time.monotonic() + LONGEST_TAIL
        while time.monotonic() < until and self.series.count_open():
            time.sleep(2)

    # === WHAT CAME OUT === #

    def _compare_books(self):
        world = self.world
        self.orders = self._deliveries.jd_order_id
        at_jd = world.sandbox.get("orders", department=world.committed.DEPARTMENT)
        times = Counter(row["erpOrderNo"] for row in at_jd)
        self.shipped = {
            row["erpOrderNo"]: each["time"]
            for row in at_jd
            for each in row["history"]
            if each["status"] == 10019
        }
        connector = world.committed.get_connector(world.env)
        if connector.sudo().token_renew_at <= fields.Datetime.now():
            self.problems.append("the login was not renewed")
        checks = world.env["jd.stock.check"].search([], limit=1, order="id desc")
        if checks.state not in ("review", "done"):
            self.problems.append(f"the stock check is {checks.state}")
        for picking in self._deliveries:
            order = picking.jd_order_id
            if (order.state, picking.state) != ("done", "done"):
                self.problems.append(f"lost: {picking.name} {picking.state} {order}")
            if times[order.name] != 1:
                self.problems.append(f"{times[order.name]} times: {order.name}")


def _hire(world):
    """Have people who confirm, each with a password like the login."""
    world.env["res.users"].create(
        [
            {
                "name": login.title(),
                "login": login,
                "password": login,
                "group_ids": world.env.ref("stock.group_stock_user").ids,
            }
            for login in PEOPLE
        ]
    )


def _make_many(world, warehouse, count):
    pickings = world.env["stock.picking"]
    for part in split_every(500, range(count)):
        pickings += make_deliveries(world, warehouse, len(list(part)))
        world.refresh()
    return pickings


def _add_up(spent):
    """Return stage → seconds of what was written since this was last read."""
    seconds = Counter()
    for line in spent:
        name, _, took = line.rpartition("\t")
        # The rows of further workers have a number after the action's name.
        seconds[re.sub(r" \(\d+\)$", "", name)] += float(took)
    return seconds
