"""How long a stock check takes and what memory, against fetching the pages alone."""

import time

import psutil

from odoo.tools import SQL

from .tables import number, show

SIZES = (50_000, 100_000)
LATENCY, DIFFERING, EACH = 50, 100, 100
PRODUCTS_AT_ONCE = 5_000


def measure(world):
    world.sandbox.do("settings", latency_ms=0)
    rows = []
    for size in SIZES:
        _fill(world, size)
        world.sandbox.do("settings", latency_ms=LATENCY)
        rows.append(_measure(world, size))
        world.sandbox.do("settings", latency_ms=0)
    show(
        f"Stock check: 1 of {DIFFERING} goods differs, {LATENCY} ms a page",
        (
            *("goods", "pages", "calls", "pages alone, s", "check, s", "ratio"),
            *("worker before, MB", "worker at most, MB", "screen of 2,000, ms"),
        ),
        rows,
    )


def _measure(world, size):
    floor, pages = _fetch_and_sum(world)
    worker = world.start_worker()
    process = psutil.Process(worker.pid)
    before = _reset_peak(worker.pid)
    calls = _count_calls(world)
    check = world.env["jd.stock.check"]._start(world.find_warehouse())
    world.env.cr.commit()
    started = time.monotonic()
    while check.state in ("waiting", "reading"):
        worker.run(world.find_crons("check_stock"))
        world.refresh()
    seconds = time.monotonic() - started
    peak = _read_status(process.pid, "VmHWM")
    worker.stop()
    if len(check.line_ids) < size // DIFFERING:
        raise AssertionError(f"{check.state}: {len(check.line_ids)} lines")
    return (
        *(f"{size:,}", pages, _count_calls(world) - calls),
        *(number(floor), number(seconds), number(seconds / floor)),
        *(f"{before:.0f}", f"{peak:.0f}", number(1000 * _read_screen(world, check))),
    )


def _fetch_and_sum(world):
    """Return the seconds to fetch the pages of a check and sum the stock, and pages."""
    from odoo.addons.jd_fulfillment import const
    from odoo.addons.jd_fulfillment.lib import api as jd_api
    from odoo.addons.jd_fulfillment.lib.threads import run_all

    warehouse = world.find_warehouse()
    place = warehouse.jd_department_no, warehouse.jd_warehouse_no
    operations = warehouse.jd_connector_id._get_operations()

    def fetch(question):
        kind, page = question
        zero = kind == jd_api.StockType.SELLABLE
        return operations.stock(*place, stock_type=kind, with_zero=zero, page=page)

    started = time.monotonic()
    first = [(kind, 1) for kind in jd_api.StockType.IN_WAREHOUSE]
    pages = run_all(fetch, first, const.STOCK_PAGES_AT_ONCE)
    last = -(-pages[0].total_rows // jd_api.STOCK_PAGE_SIZE)
    rest = [(first[0][0], page) for page in range(2, last + 1)]
    run_all(lambda each: fetch(each) and None, rest, const.STOCK_PAGES_AT_ONCE)
    world.env.execute_query(
        SQL(
            "SELECT product_id, sum(quantity) FROM stock_quant"
            " WHERE location_id = ANY(%s) GROUP BY product_id",
            [warehouse.lot_stock_id.id],
        )
    )
    return time.monotonic() - started, len(first) + len(rest)


def _read_screen(world, check):
    """Return the seconds in which a user's list of a check's differences is read."""
    lines = world.env["jd.stock.check.line"]
    names = ("product_id", "level", "jd_quantity", "odoo_quantity", "words")
    names += ("explained", "unexplained", "value", "since", "agreed_on", "state")
    world.env.invalidate_all()
    started = time.monotonic()
    lines.web_search_read(
        [("check_id", "=", check.id)], {name: {} for name in names}, limit=80
    )
    check.web_read({"name": {}, "open_count": {}, "agreement": {}, "state": {}})
    return time.monotonic() - started


def _fill(world, size):
    """Have so many goods in stock on both sides, one of some differing."""
    env, committed = world.env, world.committed
    known = env["jd.goods"].search_count([("product_id.default_code", "=like", "S-%")])
    for begin in range(known, size, PRODUCTS_AT_ONCE):
        references = [f"S-{n}" for n in range(begin, begin + PRODUCTS_AT_ONCE)]
        numbers = world.sandbox.do(
            "goods",
            department=committed.DEPARTMENT,
            goods=[{"erpGoodsNo": each} for each in references],
        )
        world.sandbox.do(
            "stock",
            warehouse=committed.WAREHOUSE,
            rows=[
                {"goodsNo": goods, "quantity": EACH - (index % DIFFERING == 0)}
                for index, goods in enumerate(numbers.values())
            ],
        )
        _create_products(world, numbers)
        env.cr.commit()
        env.invalidate_all()
    env.cr.execute("ANALYZE stock_quant; ANALYZE jd_goods; ANALYZE product_product")
    env.cr.commit()


def _create_products(world, numbers):
    env, warehouse = world.env, world.find_warehouse()
    products = (
        env["product.product"]
        .with_context(tracking_disable=True)
        .create(
            [
                {"name": each, "default_code": each, "is_storable": True}
                for each in numbers
            ]
        )
    )
    env["jd.goods"].create(
        [
            {
                "connector_id": warehouse.jd_connector_id.id,
                "department_no": warehouse.jd_department_no,
                "product_id": product.id,
                "goods_no": numbers[product.default_code],
                "state": "matched",
            }
            for product in products
        ]
    )
    env["stock.quant"].sudo().create(
        [
            {
                "product_id": product.id,
                "location_id": warehouse.lot_stock_id.id,
                "quantity": EACH,
            }
            for product in products
        ]
    )


def _count_calls(world):
    return sum(
        row["count"]
        for row in world.sandbox.get("calls")
        if row["call"] in ("queryStock", "queryCheckStock")
    )


def _reset_peak(pid):
    """Have the system measure the peak anew; return the memory used now, in MB."""
    with open(f"/proc/{pid}/clear_refs", "w") as file:
        file.write("5")
    return _read_status(pid, "VmRSS")


def _read_status(pid, name):
    with open(f"/proc/{pid}/status") as file:
        for line in file:
            if line.startswith(f"{name}:"):
                return int(line.split()[1]) / 1024
    raise LookupError(name)
