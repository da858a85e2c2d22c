"""How many SQL queries the scheduled actions take, by how many orders wait for them."""

from odoo import fields
from odoo.tools import split_every

from .closing import make_free_transfers
from .tables import show
from .world import expect

SIZES = (10, 100, 1_000)


def measure(world):
    counted = {size: _count_steps(world, size) for size in SIZES}
    most = SIZES[-1]
    show(
        "SQL queries, by how many orders wait",
        ("step", "batch", *(f"{size:,}" for size in SIZES), f"per order of {most:,}"),
        [
            (
                step,
                batch,
                *(f"{counted[size][step, batch]:,}" for size in SIZES),
                f"{queries / most:.2f}",
            )
            for (step, batch), queries in counted[most].items()
        ],
    )


def _count_steps(world, size):
    """Return step and size of its batches → how many queries it took."""
    from odoo.addons.jd_fulfillment.const import (
        CHECK_BATCH,
        CLOSE_BATCH,
        PULL_BATCH,
        PUSH_BATCH,
    )

    counts = {}

    def count(step, batch, work):
        world.refresh()
        before = world.env.cr.sql_log_count
        for _run in range(0, size, batch):
            work()
            world.refresh()
        counts[step, batch] = world.env.cr.sql_log_count - before

    orders = world.make_orders(size)
    orders._back_to_draft()
    count("check", CHECK_BATCH, orders._check_waiting)
    expect(orders, state="queued")
    count("push, checked again", PUSH_BATCH, orders._cron_push)
    expect(orders, state="accepted")
    world.sandbox.do("advance", to="10020")
    orders.pull_at = fields.Datetime.now()
    count("follow", PULL_BATCH, orders._cron_follow)
    expect(orders, is_closable=True)
    count("close", CLOSE_BATCH, orders._cron_close)
    expect(orders, state="done")
    pickings = make_free_transfers(world, size)
    pickings.move_ids.picked = True
    parts = split_every(CLOSE_BATCH, pickings.ids, pickings.browse)
    count("bare `_action_done`", CLOSE_BATCH, lambda: next(parts)._action_done())
    expect(pickings, state="done")
    return counts
