"""How JD's documents move from status to status, and what each step does to stock.

A document follows its kind's path by itself every ``speed`` seconds, or when told to.
The codes are those of JD's status guide (54597).
"""

import threading
import time
from dataclasses import dataclass, field

from . import clock, warehouse_work
from .orders import INBOUND, OUTBOUND, RETURN_IN, RETURN_OUT, Happening


@dataclass(frozen=True)
class Rules:
    """The life of one kind of document."""

    path: tuple
    names: dict
    cancelling: int
    cancelled: int
    cancel_failed: int
    cancel_before: int  # from this status of the path on, JD does not cancel
    done: int  # stock has moved once this is reached
    ends: tuple = ()  # other statuses after which nothing follows
    sides: dict = field(default_factory=dict)  # off the path, from where each follows
    after: dict = field(default_factory=dict)  # what follows a side status

    def rank(self, order):
        """Return how far on its path a document is, side steps left out."""
        on_path = [each.status for each in order.history if each.status in self.path]
        return self.path.index(on_path[-1])

    def may_cancel(self, order):
        return self.rank(order) < self.path.index(self.cancel_before)

    def over(self, order):
        ends = (self.path[-1], self.cancelled, *self.ends)
        return order.status in ends


RULES = {
    OUTBOUND: Rules(
        path=(
            *(10010, 100130, 10014, 10015, 10016, 10017),
            *(10018, 10019, 10020, 10033, 10034),
        ),
        names={
            10010: "order initialised",
            100130: "pre-sorted",
            10014: "sent to warehouse",
            10015: "task assigned",
            10016: "picking",
            10017: "checking",
            10018: "packed",
            10019: "handed over",
            10020: "parcel left the warehouse",
            10027: "cancelling",
            10028: "cancelled",
            10029: "cancel failed",
            10031: "pulled back",
            10032: "sorting centre received",
            10033: "station received",
            10034: "delivered",
            10035: "rejected by the receiver",
            10036: "reverse received",
            10037: "reverse shipped",
            10038: "reverse done",
            10050: "purchase done",
            10051: "purchase exception",
            10054: "sorting centre shipped",
        },
        cancelling=10027,
        cancelled=10028,
        cancel_failed=10029,
        cancel_before=10016,
        done=10019,
        ends=(10031, 10038),
        sides={10031: "before", 10032: "after", 10054: "after", 10035: "after"},
        after={10035: 10036, 10036: 10037, 10037: 10038},
    ),
    INBOUND: Rules(
        path=(10, 20, 70),
        names={
            4: "waiting for box details",
            5: "waiting for serial list",
            10: "new",
            20: "sent to warehouse",
            70: "done",
            90: "cancelling",
            91: "cancelled",
            92: "cancel failed",
        },
        cancelling=90,
        cancelled=91,
        cancel_failed=92,
        cancel_before=70,
        done=70,
    ),
    RETURN_IN: Rules(
        path=(0, 100, 200),
        names={
            0: "new",
            100: "sent to warehouse",
            200: "done",
            300: "cancelling",
            350: "cancel failed",
            400: "cancelled",
            500: "overdue, rejected",
            600: "whole order rejected",
        },
        cancelling=300,
        cancelled=400,
        cancel_failed=350,
        cancel_before=200,
        done=200,
        ends=(500, 600),
        sides={500: "before", 600: "before"},
    ),
    RETURN_OUT: Rules(
        path=(0, 100, 150, 200),
        names={
            0: "new",
            100: "sent to warehouse",
            150: "checked",
            200: "done",
            250: "cancel failed",
            300: "cancelling",
            400: "cancelled",
        },
        cancelling=300,
        cancelled=400,
        cancel_failed=250,
        cancel_before=150,
        done=200,
    ),
}


def start(sandbox, order):
    """Take a new document into the books at the first status of its path."""
    wanted = sandbox.books.arranged_for_new
    order.arranged = wanted.get(None, {}) | wanted.get(order.kind, {})
    sandbox.books.orders.add(order)
    sandbox.books.open_orders[order.no] = order
    enter(sandbox, order, RULES[order.kind].path[0])


def enter(sandbox, order, status):
    """Bring a document to ``status``: the work it stands for, then the news of it."""
    order.status = status
    order.problem = {}
    order.history.append(Happening(status, clock.now()))
    warehouse_work.do(sandbox.books, order, status)
    if RULES[order.kind].over(order):
        order.completed = clock.now()
        sandbox.books.open_orders.pop(order.no, None)
    order.due = time.monotonic() + sandbox.settings.speed
    sandbox.messenger.announce(order)


def step(sandbox, order):
    """Do the next step of a document by itself, if there is one."""
    status = next_status(sandbox.settings, order)
    if status is not None:
        enter(sandbox, order, status)


def next_status(settings, order):
    """Return where a document goes next if nobody interferes, or None at its end."""
    rules = RULES[order.kind]
    if rules.over(order):
        return None
    if order.status == rules.cancelling:
        agreed = order.arranged.get("cancel", settings.cancel) != "later, refused"
        return rules.cancelled if agreed else rules.cancel_failed
    if order.status in rules.after:
        return rules.after[order.status]
    end = order.arranged.get("ends_with")
    ahead = rules.path[rules.rank(order) + 1]
    if end and ahead == rules.path[-1]:
        return end
    return ahead


def bring(sandbox, order, status):
    """Bring a document to ``status`` by every step on the way there.

    :raise ValueError: when JD's documents do not go there from where it is
    """
    rules = RULES[order.kind]
    if status in rules.path:
        behind = rules.path.index(status) <= rules.rank(order)
        if behind or order.status in rules.after or rules.over(order):
            raise ValueError(f"{order.no} is at {order.status}, not before {status}")
        while order.status != status:
            enter(sandbox, order, rules.path[rules.rank(order) + 1])
    elif (
        status in rules.after.values()
        and next_status(sandbox.settings, order) == status
    ):
        enter(sandbox, order, status)
    else:
        _check_side(rules, order, status)
        enter(sandbox, order, status)


def _check_side(rules, order, status):
    done = order.reached(rules.done)
    allowed = {
        rules.cancelling: rules.may_cancel(order),
        rules.cancelled: not done,
        rules.cancel_failed: order.status == rules.cancelling,
        **{side: done == (when == "after") for side, when in rules.sides.items()},
    }
    if rules.over(order) or not allowed.get(status, False):
        raise ValueError(f"{order.no} cannot go from {order.status} to {status}")


class Walker(threading.Thread):
    """Moves every open document when its time has come, if JD moves by itself."""

    BATCH = 200  # documents moved while the books are held

    def __init__(self, sandbox):
        super().__init__(name="walker", daemon=True)
        self.sandbox = sandbox

    def run(self):
        while not self.sandbox.stopping.wait(0.02):
            if self.sandbox.settings.speed:
                self._move_due()

    def _move_due(self):
        books, now = self.sandbox.books, time.monotonic()
        with books.lock:
            due = [order for order in books.open_orders.values() if order.due <= now]
            for order in due[: self.BATCH]:
                step(self.sandbox, order)
