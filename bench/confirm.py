"""What confirming deliveries costs more from a JD warehouse than from an own one."""

import time
from statistics import median

from odoo.fields import Command

from .tables import number, show

SIZES = {1: 40, 200: 3}  # how many at once → how often, in turns
LINES = 2


def measure(world):
    own = make_own_warehouse(world)
    jd = world.find_warehouse()
    rows = []
    for size, rounds in SIZES.items():
        for warehouse in (own, jd):
            _confirm(world, warehouse, size)  # what is read once and for all
        spent = {own: [], jd: []}
        for _round in range(rounds):
            for warehouse, costs in spent.items():
                costs.append(_confirm(world, warehouse, size))
        rows += _describe(size, spent[own], spent[jd])
    show(
        f"Confirming deliveries of {LINES} lines: per delivery",
        ("at once", "what", "own warehouse", "JD's", "more", "ratio"),
        rows,
    )


def _describe(size, own, jd):
    for position, what in enumerate(("CPU, ms", "SQL queries")):
        before, after = (
            median(cost[position] for cost in costs) / size for costs in (own, jd)
        )
        yield (
            *(size, what, number(before), number(after)),
            *(number(after - before), number(after / before)),
        )


def _confirm(world, warehouse, size):
    """Return the milliseconds of CPU and the queries of confirming deliveries."""
    pickings = make_deliveries(world, warehouse, size)
    world.refresh()
    queries, started = world.env.cr.sql_log_count, time.process_time()
    pickings.action_confirm()
    world.env.cr.flush()  # with what Odoo does just before it commits
    cpu = 1000 * (time.process_time() - started)
    queries = world.env.cr.sql_log_count - queries
    world.refresh()
    if set(pickings.mapped("state")) != {"assigned"}:
        raise AssertionError("the deliveries are not ready")
    return cpu, queries


def make_own_warehouse(world):
    warehouse = world.env["stock.warehouse"].create({"name": "Own", "code": "OWN"})
    for product in _find_products(world):
        world.env["stock.quant"]._update_available_quantity(
            product, warehouse.lot_stock_id, 1_000_000
        )
    return warehouse


def _find_products(world):
    return world.env["product.product"].search([("default_code", "like", "BENCH-")])


def make_deliveries(world, warehouse, count):
    env, products = world.env, _find_products(world)
    receiver = env["res.partner"].search([("name", "=", "Siti Rahma")], limit=1)
    receiver = receiver or world.make_orders(1).picking_id.partner_id
    places = {
        "location_id": warehouse.lot_stock_id.id,
        "location_dest_id": env.ref("stock.stock_location_customers").id,
    }
    return env["stock.picking"].create(
        [
            {
                "picking_type_id": warehouse.out_type_id.id,
                "partner_id": receiver.id,
                **places,
                "move_ids": [
                    Command.create(
                        {
                            "product_id": products[(each + line) % len(products)].id,
                            "product_uom_qty": 3,
                            **places,
                        }
                    )
                    for line in range(LINES)
                ],
            }
            for each in range(count)
        ]
    )
