"""The world of random sequences: two JD warehouses, one of the merchant's own."""

import logging
import re
import traceback
from contextlib import contextmanager

from odoo.exceptions import UserError

from .committed import SECOND_WAREHOUSE
from .jd_case import QUICK_WAREHOUSE
from .lot_case import JdLotCase
from .sequence_books import Books
from .sequence_steps import Steps, write_as_code

_logger = logging.getLogger(__name__)
# Few enough that orders compete for them.
PIECES = 24
LOTS = {"FIRST": 9, "SECOND": 15}
# More rounds of letting all end than any sequence needs.
ROUNDS = 15
MOST_TRIES = 60  # to shorten a sequence that fails
ACTIONS = ("push_orders", "follow_orders", "close_orders")


class JdSequenceCase(JdLotCase):
    """Goods without and with lots, in every warehouse, in Odoo and at JD alike."""

    STOCK = PIECES

    def setUp(self):
        super().setUp()
        self.second = self.connect_second_warehouse()
        self.own = self.env["stock.warehouse"].search(
            [("company_id", "=", self.company.id), ("jd_connector_id", "=", False)],
            limit=1,
        )
        self.warehouses = self.warehouse + self.second + self.own
        self.at_jd = self.warehouse + self.second
        self.goods = self.product + self.cream
        self.shelves = self._make_shelves()
        self._fill_stock()
        self._warm_up()
        self.clerk = self._make_clerk()
        self.books = Books(self)
        self.keep_sandbox()

    def _make_shelves(self):
        """Return two shelves of each warehouse's stock, by its id."""
        shelves = self.env["stock.location"].create(
            [
                {"name": f"Shelf {n}", "location_id": warehouse.lot_stock_id.id}
                for warehouse in self.warehouses
                for n in (1, 2)
            ]
        )
        return shelves.grouped("warehouse_id")

    def _fill_stock(self):
        lots = {name: self.make_lot(name) for name in LOTS}
        for warehouse in self.warehouses:
            place = warehouse.lot_stock_id
            quants = self.env["stock.quant"]
            if warehouse != self.warehouse:  # which has them from its set-up
                quants._update_available_quantity(self.product, place, PIECES)
            for name, pieces in LOTS.items():
                quants._update_available_quantity(
                    self.cream, place, pieces, lot_id=lots[name]
                )
        plain, cream = map(self.get_goods_no, self.goods)
        rows = [
            {"goodsNo": plain, "quantity": PIECES},
            *(
                {"goodsNo": cream, "lot": name, "quantity": pieces}
                for name, pieces in LOTS.items()
            ),
        ]
        for number in (QUICK_WAREHOUSE, SECOND_WAREHOUSE):
            self.sandbox.do("stock", warehouse=number, rows=rows)

    def _warm_up(self):
        """Have the supplier known to JD, as suppliers of a living shop are."""
        self.make_receipt(1, products=self.product)
        self.run_cron("push_orders")
        self.run_cron("match_goods")
        receipt = self.env["stock.picking"].search([], order="id desc", limit=1)
        receipt.action_cancel()
        self.run_cron("push_orders")

    def _make_clerk(self):
        groups = (
            *("jd_fulfillment.group_jd_manager", "sales_team.group_sale_manager"),
            "purchase.group_purchase_manager",
        )
        return self.make_user("clerk", ",".join(groups))

    # === WORK === #

    def run_actions(self):
        for name in ACTIONS:
            self.run_cron(name)

    def settle(self):
        """Let JD end all it has begun and Odoo hear of it, until nothing changes."""
        self.sandbox.do("clear_faults")
        # A department that JD did not answer is paused for minutes.
        self.pass_time(hours=1)
        for name in ("match_goods", "pull_level_changes"):
            self.run_cron(name)
        before = None
        for _round in range(ROUNDS):
            self.run_actions()
            self.label_lots()
            self.sandbox.do("advance", steps=12)
            self.pass_time(hours=13)
            now = self.books.read_progress()
            if now == before:
                break
            before = now
        self.run_cron("list_orders")

    def label_lots(self):
        """Have JD find a lot on all goods it receives in lots."""
        for row in self.sandbox.get("orders", kind="CGRK"):
            if not row["over"] and "batches" not in row["arranged"]:
                batches = {
                    line["orderLine"]: [{"lot": "NEW", "quantity": 1}]
                    for line in row["lines"]
                    if line["erpGoodsNo"] == "CREAM"
                }
                number = [row["orderNo"]]
                self.sandbox.do("arrange", orders=number, batches=batches)

    def do_or_be_refused(self, work):
        """Do what a user does, or leave all as it was where Odoo refuses it."""
        try:
            with self.env.cr.savepoint():
                work()
                self.env.flush_all()
        except UserError as refusal:
            self.trace.append(f"    refused: {refusal}")

    # === SEQUENCES === #

    def play(self, steps):
        """Carry steps out, let all come to rest; return what is wrong then, as text.

        Everything is as before afterwards, in Odoo and at JD.
        """
        self.sandbox.do("go_back")
        self.trace = []
        self.decided = set()  # returns and split transfers that somebody made
        self.lowered = set()  # purchases, below what was received
        self.dropped = set()  # transfers that somebody cancelled, or returned
        savepoint = self.env.cr.savepoint()
        try:
            with watch_errors() as errors:
                runner = Steps(self)
                for name, values in steps:
                    self.trace.append(write_as_code([(name, values)]))
                    getattr(runner, name)(**values)
                self.settle()
            return "\n".join([*errors, *self.books.find_differences()])
        except Exception:  # noqa: BLE001 - whatever it is, it is a finding
            return traceback.format_exc()
        finally:
            savepoint.close(rollback=True)
            self.env.invalidate_all()

    def assertSound(self, steps):
        """Expect nothing to be wrong after steps; else print the fewest that fail."""
        found = self.play(steps)
        if found:
            _logger.warning("Looking for the fewest steps that fail: %s", found)
            few = self.shorten(steps, get_kind(found))
            said = self.play(few) or found
            self.fail(f"{said}\n\n{write_as_code(few)}\n\n" + "\n".join(self.trace))

    def shorten(self, steps, kind):
        """Return as few of the steps as still fail in the same way."""
        size, tries = max(1, len(steps) // 2), MOST_TRIES
        while size:
            start = 0
            while start < len(steps) and tries:
                tries -= 1
                fewer = steps[:start] + steps[start + size :]
                if get_kind(self.play(fewer)) == kind:
                    steps = fewer
                else:
                    start += size
            size //= 2
        return steps


def get_kind(found):
    """Return what is wrong, without numbers and names that differ from run to run."""
    lines = [line for line in found.splitlines() if line.strip()]
    if found.startswith("Traceback"):
        lines = lines[-1:]
    # Numbers of orders have random letters, too.
    words = [word for word in lines[0].split() if word.islower()] if lines else []
    return re.sub(r"[^a-z ]+", "", " ".join(words))


@contextmanager
def watch_errors():
    """Return a list that errors Odoo logs are added to."""
    errors = []
    handler = logging.Handler(logging.ERROR)
    handler.emit = lambda record: errors.append(
        "logged: " + logging.Formatter().format(record)
    )
    logging.getLogger("odoo").addHandler(handler)
    try:
        yield errors
    finally:
        logging.getLogger("odoo").removeHandler(handler)
