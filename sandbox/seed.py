"""What the books hold when the sandbox starts."""

import time

from .books import (
    DISABLED,
    ENABLED,
    Account,
    Application,
    Department,
    Supplier,
    Warehouse,
)
from .goods import YES, Goods
from .stock import GOOD, NO_BATCH, Batch

# A loopback address is taken at any port (RFC 8252, 7.3): a developer's Odoo moves.
CALLBACKS = [
    "http://127.0.0.1/jd_fulfillment/oauth/callback",
    "http://localhost/jd_fulfillment/oauth/callback",
]
APPLICATIONS = [
    ("sandbox-shared-key", "sandbox-shared-secret", "Shared application"),
    ("sandbox-own-key", "sandbox-own-secret", "Merchant's own application"),
]
ACCOUNTS = [
    ("jd_demo_quick", "demo-quick"),
    ("jd_demo_basic", "demo-basic"),
    ("京东示例", "demo-zh"),
]
DEPARTMENTS = [
    ("EBU0000000000101", "Demo Quick", "jd_demo_quick"),
    ("EBU0000000000201", "Demo Fashion", "jd_demo_basic"),
    ("EBU0000000000202", "Demo Beauty", "jd_demo_basic"),
    ("EBU0000000000301", "京东示例", "京东示例"),
]
WAREHOUSES = [
    ("110000101", "Jakarta DC", "EBU0000000000101", ENABLED, "Jakarta"),
    ("110000102", "Surabaya DC", "EBU0000000000101", ENABLED, "Surabaya"),
    ("110000109", "Medan DC", "EBU0000000000101", DISABLED, "Medan"),
    ("110000201", "Bandung DC", "EBU0000000000201", ENABLED, "Bandung"),
    ("110000202", "Semarang DC", "EBU0000000000201", ENABLED, "Semarang"),
    ("110000203", "Makassar DC", "EBU0000000000202", ENABLED, "Makassar"),
    ("110000301", "北京仓", "EBU0000000000301", ENABLED, "北京"),
]
# The products of demo/product_product.xml, which lie in every warehouse; by lots where
# these are named.
DEMO_GOODS = [
    ("JD-DEMO-MUG", "Enamel mug", ()),
    ("JD-DEMO-POT", "Enamel teapot", ()),
    ("JD-DEMO-TEA", "Jasmine tea, 250 g", ()),
    ("JD-DEMO-BAG", "Canvas bag", ()),
    ("JD-DEMO-CREAM", "Hand cream, 50 ml", ("HC-2607", "HC-2611")),
]
DEMO_STOCK = 500


def fill(books, demo=False):
    """Put the fixed seed into empty books, and what the demo needs where wanted."""
    for key, secret, name in APPLICATIONS:
        books.applications[key] = Application(key, secret, name, list(CALLBACKS))
    for pin, password in ACCOUNTS:
        books.accounts[pin] = Account(pin, password)
    for no, name, pin in DEPARTMENTS:
        add_department(books, no, name, [pin])
    for no, name, department, status, city in WAREHOUSES:
        address = {"city": city, "detailAddress": f"{city}, {name}"}
        books.warehouses[no] = Warehouse(
            no, name, [department], status, address=address
        )
    if demo:
        _fill_demo(books)


def _fill_demo(books):
    for department in books.departments:
        for erp_no, name, lots in DEMO_GOODS:
            goods = _make_goods(books, department, erp_no, name, bool(lots))
            batches = [Batch(lot) for lot in lots] or [NO_BATCH]
            for warehouse in books.warehouses_of(department):
                for batch in batches:
                    place = warehouse.no, goods.no, GOOD
                    books.stock.put(*place, DEMO_STOCK // len(batches), batch)
    # The demo's Odoo outlives the sandbox and remembers the numbers of its last life.
    books.numbers_given = int(time.time())


def _make_goods(books, department, erp_no, name, has_lots):
    groups = {
        "basicInfo": {"erpGoodsNo": erp_no, "goodsName": name, "barcode": erp_no},
        "goodsCategory": {"thirdCategoryCode": "4159"},
    }
    if has_lots:
        groups["management"] = {"isBatchMgmt": YES}
    goods = Goods(books.next_no("EMG"), erp_no, department, groups)
    books.goods.add(goods)
    return goods


def add_department(books, no, name, pins):
    """Open a department, its seller, its one shop and its default supplier."""
    digits = no.removeprefix("EBU")
    books.departments[no] = Department(
        no, name, set(pins), f"ECP{digits}", name, f"ESP{digits}"
    )
    supplier_no = f"EMS{digits}"
    books.suppliers[supplier_no] = Supplier(
        supplier_no, "DEFAULT", no, "Default supplier"
    )
    return books.departments[no]
