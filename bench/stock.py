"""How long a stock check takes and what memory, against fetching the pages alone."""

import time

import psutil
from lxml import etree

from odoo.tools import SQL, split_every

from .tables import number, show

SIZES = (50_000, 100_000)
LATENCY, DIFFERING, EACH = 50, 100, 100
PRODUCTS_AT_ONCE = 5_000
ON_SCREEN = 2_000
# As the web client asks.
PAGE, COUNTED = 80, 10_000


def measure(world):
    world.sandbox.do("settings", latency_ms=0)
    # Or else the check of the night follows, and both are measured.
    world.find_warehouse().jd_connector_id.stock_check_nightly = False
    world.env.cr.commit()
    rows = []
    for size in SIZES:
        _fill(world, size)
        world.sandbox.do("settings", latency_ms=LATENCY)
        rows.append(_measure(world, size))
        world.sandbox.do("settings", latency_ms=0)
    show(
        f"Stock check: 1 of {DIFFERING} goods differs, {LATENCY} ms a page",
        (
            *("goods", "pages", "calls", "whole stock alone, s", "asked again alone"),
            *("check, s", "ratio to both", "ratio to the whole stock"),
            *("worker before, MB", "worker at most, MB"),
        ),
        rows,
    )
    _measure_screens(world)


def _measure(world, size):
    first, pages, again = _fetch_and_sum(world)
    worker = world.start_worker()
    process = psutil.Process(worker.pid)
    before = _reset_peak(worker.pid)
    calls = _count_calls(world)
    check = world.env["jd.stock.check"]._start(world.find_warehouse())
    world.env.cr.commit()
    started = time.monotonic()
    _run(world, worker, check)
    seconds = time.monotonic() - started
    peak = _read_status(process.pid, "VmHWM")
    worker.stop()
    if len(check.line_ids) < size // DIFFERING:
        raise AssertionError(f"{check.state}: {len(check.line_ids)} lines")
    return (
        *(f"{size:,}", pages, _count_calls(world) - calls),
        *(number(first), number(again), number(seconds)),
        *(number(seconds / (first + again)), number(seconds / first)),
        *(f"{before:.0f}", f"{peak:.0f}"),
    )


def _fetch_and_sum(world):
    """Fetch what a check asks JD for and throw it away, and sum our stock.

    :return: The seconds for the whole stock and the sum; its pages; the seconds for
        the pages of the goods that differ, which a check asks for again.
    """
    from odoo.addons.jd_fulfillment import const
    from odoo.addons.jd_fulfillment.lib import api as jd_api
    from odoo.addons.jd_fulfillment.lib.threads import run_all

    warehouse = world.find_warehouse()
    place = warehouse.jd_department_no, warehouse.jd_warehouse_no
    operations = warehouse.jd_connector_id._get_operations()
    kinds = jd_api.StockType.IN_WAREHOUSE

    def fetch(question):
        kind, page, numbers = question
        zero = kind == jd_api.StockType.SELLABLE
        options = {"stock_type": kind, "with_zero": zero, "goods_numbers": numbers}
        return operations.stock(*place, **options, page=page)

    def fetch_all(questions):
        run_all(lambda each: fetch(each) and None, questions, const.STOCK_PAGES_AT_ONCE)

    started = time.monotonic()
    first = [(kind, 1, ()) for kind in kinds]
    pages = run_all(fetch, first, const.STOCK_PAGES_AT_ONCE)
    last = -(-pages[0].total_rows // jd_api.STOCK_PAGE_SIZE)
    rest = [(kinds[0], page, ()) for page in range(2, last + 1)]
    fetch_all(rest)
    world.env.execute_query(
        SQL(
            "SELECT product_id, sum(quantity) FROM stock_quant"
            " WHERE location_id = ANY(%s) GROUP BY product_id",
            [warehouse.lot_stock_id.id],
        )
    )
    whole = time.monotonic() - started
    numbers = [
        goods.goods_no
        for goods in world.env["jd.goods"].search([("goods_no", "!=", False)])
        if (goods.product_id.default_code or "").startswith("S-")
        and int(goods.product_id.default_code[2:]) % DIFFERING == 0
    ]
    started = time.monotonic()
    parts = split_every(jd_api.STOCK_FILTER_LIMIT, numbers)
    fetch_all([(kind, 1, tuple(part)) for part in parts for kind in kinds])
    return whole, len(first) + len(rest), time.monotonic() - started


def _measure_screens(world):
    """Show the server's time for a user's screens of a check with many differences."""
    goods = world.env["jd.goods"].search(
        [("product_id.default_code", "=like", "S-%")], limit=ON_SCREEN
    )
    rows = [{"goodsNo": each.goods_no, "quantity": EACH - 2} for each in goods]
    world.sandbox.do("stock", warehouse=world.committed.WAREHOUSE, rows=rows)
    check = world.env["jd.stock.check"]._start(world.find_warehouse())
    world.env.cr.commit()
    worker = world.start_worker()
    _run(world, worker, check)
    worker.stop()
    mine = [("check_id", "=", check.id)]
    lines, explanations = "jd.stock.check.line", "jd.stock.check.explanation"
    screens = (
        ("the check", lambda: _open(world, "jd.stock.check", "form", check)),
        ("its differences", lambda: _open(world, lines, "list", mine)),
        ("by explanation", lambda: _group(world, lines, mine, "main_kind")),
        ("one difference", lambda: _open(world, lines, "form", check.line_ids[:1])),
        ("what explains them", lambda: _open(world, explanations, "list", mine)),
    )
    show(
        f"Screens of a stock check with {len(check.line_ids):,} differences",
        ("screen", "server time, ms"),
        [(name, number(1000 * _time(world, screen))) for name, screen in screens],
    )


def _run(world, worker, check):
    while check.state in ("waiting", "reading"):
        worker.run(world.find_crons("check_stock"))
        world.refresh()


def _open(world, model, kind, what):
    """Read what the web client reads for a view: a record, or the first page found."""
    records = world.env[model]
    arch = records.get_view(view_type=kind)["arch"]
    wanted = {
        node.get("name"): {}
        for node in etree.fromstring(arch).iter("field")
        if not any(above.tag == "field" for above in node.iterancestors())
    }
    if kind == "list":
        records.web_search_read(what, wanted, limit=PAGE, count_limit=COUNTED + 1)
    else:
        what.web_read(wanted)


def _group(world, model, domain, field):
    world.env[model].web_read_group(domain, [field], ["__count"])


def _time(world, screen):
    """Return the seconds of the second time: the first one fills Odoo's own caches."""
    for _time in range(2):
        world.env.invalidate_all()
        started = time.monotonic()
        screen()
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
