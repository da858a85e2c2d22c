"""What must hold whatever goes wrong, for any kind of document told to JD.

The scenarios work on a database of their own, in which everything is committed; with
scheduled actions in processes of their own, which may be killed; and on a real sandbox.
A `Documents` says how one kind of document is made, how it goes on at JD, and what must
have come of it.
"""

import os
import time

from .. import const
from . import committed
from .committed import DEPARTMENT, WAREHOUSE
from .process_case import ProcessCase
from .worker_process import WAIT, WorkerProcess

STOCK = 5_000


class Documents:
    """What the scenarios must know of one kind of document.

    What takes an environment runs in a worker.
    """

    kind = ""
    # JD_FAULT_ORDERS=500 plays it with more, as in a big sale.
    count = int(os.environ.get("JD_FAULT_ORDERS", "100"))
    # Where workers share the work, or die amid it.
    more_than_a_batch = max(count, const.PUSH_BATCH + 40)
    crons = ()  # the scheduled actions at work on it, without `ir_cron_`
    create_call = query_call = ""  # JD's names
    path = ()  # JD's statuses after the first, until all stock has moved

    @staticmethod
    def make(env, count, references):
        """Make so many of these goods and return the ids of their orders."""
        raise NotImplementedError

    @staticmethod
    def arrange(env, orders):
        """Return what the sandbox is to do other than asked; see its `arrange`.

        Some orders come short of a piece of every line.
        """
        orders = env["jd.order"].browse(orders)
        return {"short": {str(line.id): 1 for line in orders[::10].line_ids}}

    @classmethod
    def read_outcomes(cls, env, orders):
        """Return our number → what came of the order."""
        orders = env["jd.order"].browse(orders)
        return {order.name: cls.read_outcome(order) for order in orders}

    @staticmethod
    def read_outcome(order):
        picking = order.picking_id
        return {
            "transfer": picking.state,
            "moved": read_moves(picking.move_ids),
            "held": read_moves(picking.backorder_ids.filtered("jd_on_hold").move_ids),
        }

    @staticmethod
    def expect(row):
        """Return the outcome that fits what JD did.

        :param dict row: A document as the sandbox exports it.
        """
        lines = row["lines"]
        return {
            "transfer": "done",
            "moved": {
                line["erpGoodsNo"]: line["realQuantity"]
                for line in lines
                if line["realQuantity"]
            },
            "held": {
                line["erpGoodsNo"]: missing
                for line in lines
                if (missing := line["planQuantity"] - line["realQuantity"])
            },
        }


def read_moves(moves):
    """Return reference → pieces; twice the same goods would be seen twice."""
    moves = moves.filtered(lambda move: move.state != "cancel")
    return {
        product.default_code: sum(
            move.quantity if move.state == "done" else move.product_uom_qty
            for move in own
        )
        for product, own in moves.grouped("product_id").items()
    }


class FaultCase(ProcessCase):
    """The Odoo, the sandbox and the worker that all scenarios share.

    The server takes messages only: scheduled actions are run by the worker when a
    scenario says so, and may be killed.
    """

    documents = None

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.worker = WorkerProcess(cls.odoo.database)
        cls.addClassCleanup(lambda: cls.worker.stop())
        cls.connect(cls.worker)
        find_crons = committed.find_crons
        cls.goods_crons = cls.worker.call(find_crons, names=["match_goods"])
        cls.crons = cls.worker.call(find_crons, names=cls.documents.crons)

    @classmethod
    def replace_worker(cls):
        """Kill the worker, whatever it is at, and start another."""
        cls.worker.kill()
        cls.worker = WorkerProcess(cls.odoo.database)

    @property
    def count(self):
        return len(self.orders)

    def setUp(self):
        super().setUp()
        self.sandbox.do("clear_faults")
        self.sandbox.do("settings", message_url="", latency_ms=0)
        self.make_goods()
        self.orders = []
        self.make_documents(self.documents.count)

    def make_documents(self, count):
        """Make as many as are missing to so many."""
        if count <= self.count:
            return
        missing = count - self.count
        self.orders += self.worker.call(
            self.documents.make, count=missing, references=self.references
        )
        arrangement = self.worker.call(self.documents.arrange, orders=self.orders)
        self.sandbox.do("arrange", **arrangement)

    def make_goods(self):
        """Make goods of this scenario's own: no other can spoil the comparison."""
        self.references = [f"{self._testMethodName[-40:]}-{n}" for n in (1, 2, 3)]
        self.sandbox.do(
            "goods",
            department=DEPARTMENT,
            goods=[{"erpGoodsNo": each} for each in self.references],
        )
        self.sandbox.do(
            "stock",
            warehouse=WAREHOUSE,
            rows=[{"erpGoodsNo": each, "quantity": STOCK} for each in self.references],
        )
        self.worker.call(
            committed.make_products, references=self.references, stock=STOCK
        )
        self.worker.run(self.goods_crons)

    # === WHAT HAPPENS === #

    def run_actions(self):
        self.worker.run(self.crons)

    def move_at_jd(self, status):
        """Have JD go on with all that it has, up to a status."""
        self.sandbox.do("advance", kind=self.documents.kind, to=status)

    def pass_time(self, minutes):
        self.worker.call(committed.make_older, seconds=60 * minutes)

    def settle(self):
        """Let JD do the rest and time pass until nothing is open, two days at most."""
        for _hour in range(48):
            self.run_actions()
            if self.count_states().keys() == {"done"}:
                return
            self.move_at_jd(self.documents.path[-1])
            self.pass_time(minutes=60)

    def wait_for(self, question, what):
        deadline = time.monotonic() + WAIT
        while not question():
            self.assertLess(time.monotonic(), deadline, f"waited in vain for {what}")
            time.sleep(0.05)

    # === WHAT CAME OF IT === #

    def count_states(self):
        return self.worker.call(committed.count_states, orders=self.orders)

    def count_at_jd(self):
        return self.sandbox.get("summary")["orderCount"]

    def assertSettled(self):
        """Nothing lost, nothing twice, and both sides agree on every piece."""
        self.assertEqual(self.count_states(), {"done": self.count})
        outcomes = self.worker.call(self.documents.read_outcomes, orders=self.orders)
        rows = [row for row in self.sandbox.get("orders") if self.is_own(row)]
        numbers = sorted(row["erpOrderNo"] for row in rows)
        self.assertEqual(numbers, sorted(outcomes), "one order at JD each")
        self.assertEqual({row["asked"] for row in rows}, {1}, "and told once")
        for row in rows:
            number = row["erpOrderNo"]
            self.assertEqual(outcomes[number], self.documents.expect(row), number)
        self.assertEqual(
            self.worker.call(committed.read_stock, references=self.references),
            self.read_stock_at_jd(),
        )
        self.assertEqual(self.worker.call(committed.find_failed_crons), [])

    def is_own(self, document):
        return any(line["erpGoodsNo"] in self.references for line in document["lines"])

    def read_stock_at_jd(self):
        return {
            row["erpGoodsNo"]: row["onHand"]
            for row in self.sandbox.get("stock_list", warehouse=WAREHOUSE)
            if row["erpGoodsNo"] in self.references
        }


class FaultScenarios:
    """The six ways it goes wrong, for a `FaultCase` that has its `documents`."""

    def test_answers_that_are_lost_after_jd_did_the_work(self):
        self.add_fault("timeout_after", ratio=0.2)
        before = self.count_at_jd()
        self.run_actions()
        self.assertEqual(self.count_at_jd(), before + self.count)
        self.assertGreater(self.count_states().get("unknown", 0), self.count / 10)
        self.settle()
        self.assertSettled()

    def test_a_process_killed_between_call_and_record(self):
        self.make_documents(self.documents.more_than_a_batch)
        self.kill_when_one_answer_is_awaited()
        if self.count > const.PUSH_BATCH:
            self.kill_amid_the_calls()
        self.settle()
        self.assertSettled()

    def kill_when_one_answer_is_awaited(self):
        self.add_fault("timeout_after", count=1, seconds=WAIT)
        batch = min(self.count, const.PUSH_BATCH)
        wanted = self.count_at_jd() + batch
        self.worker.begin_run(self.crons)
        self.wait_for(lambda: self.count_at_jd() == wanted, "a batch at JD")
        self.replace_worker()
        self.assertEqual(self.count_states().get("sending"), batch)

    def kill_amid_the_calls(self):
        self.sandbox.do("settings", latency_ms=100)
        before = self.count_at_jd()
        self.worker.begin_run(self.crons)
        self.wait_for(lambda: self.count_at_jd() > before, "some orders at JD")
        self.replace_worker()
        self.sandbox.do("settings", latency_ms=0)
        left = min(const.PUSH_BATCH, self.count - const.PUSH_BATCH)
        self.assertLess(self.count_at_jd(), before + left)

    def test_two_workers_at_once(self):
        self.make_documents(self.documents.more_than_a_batch)
        second_crons = self.worker.call(committed.double_crons, crons=self.crons)
        second = WorkerProcess(self.odoo.database)
        self.addCleanup(self.worker.call, committed.drop_crons, crons=second_crons)
        self.addCleanup(second.stop)
        second.run([])  # or the first would be done before the second is up
        # Whoever is done first must leave alone what the other has under way.
        self.add_fault("slow", count=1, seconds=2)
        for status in (self.documents.path[0], *3 * [self.documents.path[-1]]):
            self.worker.begin_run(self.crons)
            second.run(second_crons)
            self.worker.finish()
            self.move_at_jd(status)
            self.pass_time(minutes=60)
        self.settle()
        self.assertSettled()

    def test_messages_doubled_reordered_and_lost(self):
        message_url = self.odoo.url + const.MESSAGE_ROUTE
        self.sandbox.do("settings", message_url=message_url)
        self.sandbox.do("push_faults", duplicate=0.2, reorder=0.5, lose=0.3)
        self.run_actions()
        for status in self.documents.path:
            self.move_at_jd(status)
            self.run_actions()
            self.wait_for(self.are_messages_delivered, "messages")
        self.run_actions()
        self.assertGreater(self.count_states()["done"], self.count / 2)
        self.settle()
        self.assertSettled()

    def are_messages_delivered(self):
        return not self.sandbox.get("summary")["waitingCount"]

    def test_a_token_that_expires_amid_the_calls(self):
        before = self.count_at_jd()
        self.expire_token_amid(self.documents.create_call)
        self.assertEqual(self.count_states().keys(), {"accepted", "queued"})
        self.reconnect_an_hour_later()
        self.run_actions()
        self.assertEqual(self.count_at_jd(), before + self.count)
        self.pass_time(minutes=60)
        self.expire_token_amid(self.documents.query_call)
        self.reconnect_an_hour_later()
        self.settle()
        self.assertSettled()

    def expire_token_amid(self, call):
        self.add_fault("expire_token", call=call, ratio=10 / self.count, count=1)
        self.run_actions()
        state = self.worker.call(committed.read_connection_state)
        self.assertEqual(state, "expired")

    def reconnect_an_hour_later(self):
        self.pass_time(minutes=60)
        self.run_actions()
        self.log_in(self.worker)

    def test_bad_gateways_for_ten_minutes(self):
        before = self.count_at_jd()
        self.add_fault("html_502", call="*")
        for _minute in range(10):
            self.run_actions()
            self.pass_time(minutes=1)
        self.sandbox.do("clear_faults")
        self.assertEqual(self.count_at_jd(), before)
        self.settle()
        self.assertSettled()

    def add_fault(self, kind, call=None, **values):
        """Have it go wrong at JD, with the call that creates documents unless said."""
        call = call or self.documents.create_call
        self.sandbox.do("fault", kind=kind, call=call, **values)
