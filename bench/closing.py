"""How fast transfers close that JD has shipped, against what Odoo itself can do."""

import time
from collections import defaultdict

from odoo import fields

from .tables import number, show
from .world import expect

ROUNDS, BATCH = 4, 100


def measure(world):
    """Close the same kind of transfers in several ways, in turns."""
    ways = {
        "from JD's report, in a batch": _close_ours,
        "telling their customers, messages off": _tell_customers,
        "bare `_action_done` on a batch": _close_bare,
        "`button_validate` on a batch": _close_by_button_at_once,
        "`button_validate` one by one": _close_by_button,
    }
    spent = defaultdict(float)
    for _round in range(ROUNDS):
        for name, way in ways.items():
            spent[name] += way(world)
    count = ROUNDS * BATCH
    bare = spent["bare `_action_done` on a batch"]
    show(
        f"Closing: {count} transfers each, in batches of {BATCH}",
        ("way", "transfers/s", "against bare `_action_done`"),
        [(name, number(count / s), number(bare / s)) for name, s in spent.items()],
    )


def _close_ours(world):
    orders = make_shipped(world, BATCH)
    with _Stopwatch() as watch:
        orders._cron_close()
    world.env.invalidate_all()
    expect(orders.picking_id, state="done")
    return watch.seconds


def _tell_customers(world):
    """Have the customers told of what `_close_ours` closed."""
    orders = world.env["jd.order"].search([("confirmation", "=", "due")])
    with _Stopwatch() as watch:
        orders._cron_send_confirmations()
    world.env.invalidate_all()
    expect(orders, confirmation=False)
    return watch.seconds


def make_shipped(world, count):
    """Return orders that JD has shipped in full and reported, transfers still open."""
    orders = world.make_orders(count)
    orders._cron_push()
    world.sandbox.do("advance", to="10020")
    orders.pull_at = fields.Datetime.now()
    orders._cron_follow()
    world.refresh()
    expect(orders, is_closable=True)
    return orders


def _close_bare(world):
    pickings = make_free_transfers(world, BATCH)
    with _Stopwatch() as watch:
        pickings.move_ids.picked = True
        pickings.with_context(cancel_backorder=False)._action_done()
        world.env.cr.commit()
    return watch.seconds


def _close_by_button_at_once(world):
    pickings = make_free_transfers(world, BATCH)
    with _Stopwatch() as watch:
        pickings.with_context(skip_sms=True).button_validate()
        world.env.cr.commit()
    expect(pickings, state="done")
    return watch.seconds


def _close_by_button(world):
    pickings = make_free_transfers(world, BATCH)
    with _Stopwatch() as watch:
        for picking in pickings:
            picking.button_validate()
            world.env.cr.commit()
    expect(pickings, state="done")
    return watch.seconds


def make_free_transfers(world, count):
    """Return the same deliveries, which JD knows nothing of."""
    orders = world.make_orders(count)
    pickings = orders.picking_id
    orders._withdraw()
    pickings.jd_on_hold = True
    world.refresh()
    return pickings


class _Stopwatch:
    """Measures a `with` block in seconds."""

    def __enter__(self):
        self._started = time.monotonic()
        return self

    def __exit__(self, *exc_info):
        self.seconds = time.monotonic() - self._started
