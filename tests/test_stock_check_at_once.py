"""Stock checks while goods move on both sides, and workers that die: in processes of
their own, everything committed, in a database of its own."""

import os
import random
import time
from collections import Counter

from odoo.tests import tagged
from odoo.tools import SQL

from . import committed
from .committed import DEPARTMENT, WAREHOUSE
from .process_case import TwoWorkersCase
from .worker_process import WorkerProcess

STOCK = 200
# A few in the suite; `./dev campaign --checks 200` plays more.
RUNS = int(os.environ.get("JD_STOCK_RUNS", "2"))
SEED = int(os.environ.get("JD_STOCK_SEED", "1"))
ACTIONS_BEFORE, ACTIONS_MEANWHILE = 4, 3
# How many questions about stock are answered before the worker dies.
MOMENTS = (0, 1, 8, 20)


@tagged("post_install", "-at_install")
class TestStockCheckAtOnce(TwoWorkersCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.second.call(check_by_hand_only)
        cls.checks, cls.goods, cls.push, cls.follow, cls.close = (
            cls.second.call(committed.find_crons, names=[name])
            for name in (
                *("check_stock", "match_goods", "push_orders", "follow_orders"),
                "close_orders",
            )
        )

    def setUp(self):
        super().setUp()
        self.sandbox.do("clear_faults")
        self.sandbox.do("settings", latency_ms=0)

    def make_goods(self, name, count):
        """Have goods of this test's own in stock on both sides; return references."""
        references = [f"{name}-{number}" for number in range(count)]
        self.sandbox.do(
            "goods",
            department=DEPARTMENT,
            goods=[{"erpGoodsNo": each} for each in references],
        )
        rows = [{"erpGoodsNo": each, "quantity": STOCK} for each in references]
        self.sandbox.do("stock", warehouse=WAREHOUSE, rows=rows)
        self.second.call(committed.make_products, references=references, stock=STOCK)
        self.second.run(self.goods)
        return references

    def check(self, references):
        """Run a check of these goods to its end; return its id."""
        check = self.second.call(start_check, references=references)
        self.first.run(self.checks)
        return check

    def let_a_second_pass(self):
        """Times have no fractions: what moved in a check's second counts as moving."""
        time.sleep(1)

    # === WORKERS THAT DIE === #

    def test_a_check_whose_worker_dies_at_any_moment_is_finished_by_another(self):
        references = self.make_goods("Dies", 3)
        for moment in MOMENTS:
            with self.subTest(answered=moment):
                self.shrink(references[0], -1)
                self.let_a_second_pass()
                check = self.second.call(start_check, references=references)
                self.sandbox.do("settings", latency_ms=150)
                self.first.begin_run(self.checks)
                time.sleep(0.1 + 0.02 * moment)
                self.first.kill()
                type(self).first = WorkerProcess(self.odoo.database)
                self.sandbox.do("settings", latency_ms=0)
                self.second.call(wake)
                self.first.run(self.checks)
                found = self.second.call(read_check, check=check)
                self.assertEqual(found["state"], "review", found)
                self.assertEqual(found["lines"], {references[0]: -1.0})
                self.second.call(accept_all, check=check)
        self.assertEqual(
            self.second.call(read_accepted, references=references),
            {references[0]: -1.0 * len(MOMENTS)},
        )

    def test_a_worker_that_dies_while_it_compares_or_posts_leaves_nothing_half(self):
        references = self.make_goods("Half", 3)
        for reference in references:
            self.shrink(reference, -2)
        self.let_a_second_pass()
        check = self.second.call(start_check, references=references)
        self.kill_at("jd_stock_check_line", self.first.begin_run, self.checks)
        found = self.second.call(read_check, check=check)
        self.assertEqual((found["state"], found["lines"]), ("reading", {}))
        self.second.call(wake)
        self.first.run(self.checks)
        found = self.second.call(read_check, check=check)
        lost = dict.fromkeys(references, -2.0)
        self.assertEqual((found["state"], found["lines"]), ("review", lost))

        self.kill_at("stock_move_line", self.first.begin_call, accept_all, check=check)
        accepted = self.second.call(read_accepted, references=references)
        self.assertEqual(accepted, {})
        for _time in range(2):
            self.second.call(accept_all, check=check)
        accepted = self.second.call(read_accepted, references=references)
        self.assertEqual(accepted, lost)

    def kill_at(self, table, begin, *args, **values):
        """Have a worker begin something, and die when it wants to write to a table."""
        with self.odoo.connection() as cr:
            cr.execute(
                SQL("LOCK TABLE %s IN SHARE ROW EXCLUSIVE MODE", SQL.identifier(table))
            )
            begin(*args, **values)
            for _attempt in range(600):
                if self.odoo.count_waiting():
                    break
                time.sleep(0.1)
            self.first.kill()
            cr.rollback()
        type(self).first = WorkerProcess(self.odoo.database)

    # === GOODS THAT MOVE === #

    def test_nothing_is_posted_that_jd_did_not_lose_or_find(self):
        for seed in range(SEED, SEED + RUNS):
            with self.subTest(seed=seed):
                self.play(random.Random(seed), f"R{seed}")

    def play(self, source, name):
        """Have goods move before and during checks; compare what was posted."""
        # What is adjusted on both sides cannot be told apart by anybody.
        references = self.make_goods(name, 4)
        self.at_jd, self.in_odoo = references[:2], references[2:]
        self.planted = Counter()
        for _check in range(2):
            for _action in range(ACTIONS_BEFORE):
                self.act(source, references)
            check = self.second.call(start_check, references=references)
            self.sandbox.do("settings", latency_ms=source.choice((20, 60, 120)))
            self.first.begin_run(self.checks)
            try:
                for _action in range(ACTIONS_MEANWHILE):
                    self.act(source, references)
            finally:
                self.first.finish()
            self.second.call(accept_all, check=check)
        self.sandbox.do("settings", latency_ms=0)
        self.settle(references)
        accepted = self.second.call(read_accepted, references=references)
        planted = {each: pieces for each, pieces in self.planted.items() if pieces}
        self.assertEqual(accepted, planted)

    def settle(self, references):
        """Let all orders end, then check until nothing is left to accept."""
        self.sandbox.do("advance", to="10034")
        for _round in range(3):
            self.run_orders()
            self.second.call(committed.make_older, seconds=3600)
        for _check in range(2):
            self.second.call(committed.make_older, seconds=3600)
            self.let_a_second_pass()
            check = self.check(references)
            self.second.call(accept_all, check=check)
        found = self.second.call(read_check, check=check)
        self.assertEqual(found["unexplained"], {}, found)

    def act(self, source, references):
        """Do one thing that moves goods at JD, in Odoo, or first there, then here."""
        action = source.choice(
            (self.lose, self.lose, self.adjust, self.deliver, self.ship, self.report)
        )
        action(source, references)

    def lose(self, source, _references):
        self.shrink(source.choice(self.at_jd), source.choice((-3, -2, -1, 1, 2)))

    def shrink(self, reference, pieces):
        self.sandbox.do(
            "adjust_stock",
            warehouse=WAREHOUSE,
            rows=[{"erpGoodsNo": reference, "quantity": pieces}],
        )
        if hasattr(self, "planted"):
            self.planted[reference] += pieces

    def adjust(self, source, _references):
        self.second.call(
            adjust_in_odoo,
            reference=source.choice(self.in_odoo),
            pieces=source.choice((-2, 1, 4)),
        )

    def deliver(self, source, references):
        self.second.call(
            committed.make_deliveries, count=1, references=[source.choice(references)]
        )
        self.second.run(self.push)

    def ship(self, _source, _references):
        self.sandbox.do("advance", to="10020")

    def report(self, _source, _references):
        self.run_orders()

    def run_orders(self):
        self.second.call(ask_all)
        for crons in (self.push, self.follow, self.close):
            self.second.run(crons)


# === WHAT A WORKER DOES === #


def check_by_hand_only(env):
    committed.get_connector(env).stock_check_nightly = False


def wake(env):
    """Have the scheduled action run at once: a worker that died does not ask for it."""
    env["jd.stock.check"]._trigger("check_stock")


def start_check(env, references):
    products = env["product.product"].search([("default_code", "in", references)])
    warehouse = committed.get_connector(env).warehouse_ids
    return env["jd.stock.check"]._start(warehouse, products).id


def accept_all(env, check):
    checks = committed.get_merchant(env)["jd.stock.check"]
    checks.browse(check).action_accept_all()


def ask_all(env):
    followed = env["jd.order"].search([("pull_at", "!=", False)])
    followed._lock_available().pull_at = "2000-01-01"
    env["jd.order"]._trigger("follow_orders")
    env["jd.order"]._trigger("close_orders")


def adjust_in_odoo(env, reference, pieces):
    product = env["product.product"].search([("default_code", "=", reference)])
    place = committed.get_connector(env).warehouse_ids.lot_stock_id
    quant = env["stock.quant"]._gather(product, place)[:1]
    quant.inventory_quantity = quant.quantity + pieces
    quant._apply_inventory()


def read_check(env, check):
    """Return a check's state, and reference → difference and what is unexplained."""
    check = env["jd.stock.check"].browse(check)
    lines = check.line_ids
    return {
        "state": check.state,
        "problem": check.problem,
        "lines": {each.product_id.default_code: each.difference for each in lines},
        "unexplained": {
            each.product_id.default_code: each.unexplained
            for each in lines
            if each.unexplained and each.state != "accepted"
        },
    }


def read_accepted(env, references):
    """Return reference → pieces by which accepted lines changed Odoo's stock."""
    products = env["product.product"].search([("default_code", "in", references)])
    lines = env["jd.stock.check.line"].search([("product_id", "in", products.ids)])
    place = committed.get_connector(env).warehouse_ids.lot_stock_id
    posted = Counter()
    for move in lines.move_ids:
        sign = 1 if move.location_dest_id == place else -1
        posted[move.product_id.default_code] += sign * move.quantity
    return {reference: pieces for reference, pieces in posted.items() if pieces}
