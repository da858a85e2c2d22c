"""What tests and benchmarks do inside a worker; each function's work is committed."""

from datetime import timedelta

from odoo import fields
from odoo.fields import Command
from odoo.tools import SQL

PIN, PASSWORD = "jd_demo_quick", "demo-quick"
DEPARTMENT, WAREHOUSE = "EBU0000000000101", "110000101"
SECOND_WAREHOUSE = "110000102"
# So many that nothing depends on the hour of the day, as a day's share of them does.
MANY_CALLS = 1_000_000

# === CONNECTION === #


def open_connection(env):
    """Set up the application and a connection, ready to sign in."""
    env["jd.application"].create(
        {"key": "sandbox-shared-key", "secret": "sandbox-shared-secret"}
    )
    # Odoo would send the receivers text messages, over the internet.
    env.company.stock_text_confirmation = False
    env.ref("base.user_admin").group_ids += env.ref("jd_fulfillment.group_jd_manager")
    get_merchant(env)["jd.connector"].create(
        {
            "pin": PIN,
            "department_no": DEPARTMENT,
            "warehouse_no": WAREHOUSE,
            "daily_calls": MANY_CALLS,
            "create_missing_goods": True,
        }
    )


def get_merchant(env):
    return env(user=env.ref("base.user_admin"))


def get_connector(env):
    return get_merchant(env)["jd.connector"].search([("pin", "=", PIN)])


def start_login(env):
    return get_connector(env).action_start_connecting()["url"]


def finish_login(env, state, code):
    get_merchant(env)["jd.connector"]._finish_login(state, code, None)


def open_second_warehouse(connector):
    """Take JD's second warehouse up, as the merchant does; return it."""
    picker_id = connector.action_choose_warehouses()["res_id"]
    picker = connector.env["jd.warehouse.picker"].browse(picker_id)
    line = picker.line_ids.filtered(lambda row: row.warehouse_no == SECOND_WAREHOUSE)
    line.is_picked = True
    picker.action_create_warehouses()
    return connector.warehouse_ids.filtered(
        lambda warehouse: warehouse.jd_warehouse_no == SECOND_WAREHOUSE
    )


def read_connection_state(env):
    return get_connector(env).state


# === TIME AND SCHEDULED ACTIONS === #


def make_older(env, seconds):
    """Let time pass: all that the addon and the scheduler remember is longer ago."""
    env.cr.execute(
        """SELECT table_name, column_name FROM information_schema.columns
             JOIN information_schema.tables USING (table_schema, table_name)
            WHERE table_schema = current_schema() AND table_type = 'BASE TABLE'
              AND data_type LIKE 'timestamp%'
              AND (table_name LIKE 'jd\\_%' OR table_name LIKE 'ir\\_cron%')"""
    )
    columns = {}
    for table, column in env.cr.fetchall():
        columns.setdefault(table, []).append(column)
    age = SQL("make_interval(secs => %s)", seconds)
    for table, names in columns.items():
        earlier = [
            SQL("%(at)s = %(at)s - %(age)s", at=at, age=age)
            for at in map(SQL.identifier, names)
        ]
        env.cr.execute(
            SQL("UPDATE %s SET %s", SQL.identifier(table), SQL(", ").join(earlier))
        )


def find_crons(env, names):
    return [env.ref(f"jd_fulfillment.ir_cron_{name}").id for name in names]


def double_crons(env, crons):
    """Add a worker, as the health page does; return its rows of these actions."""
    added = env["ir.cron"]._jd_add_worker()
    wanted = added.filtered(lambda row: row.sudo().jd_shared_id.id in crons)
    (added - wanted).unlink()
    return wanted.ids


def run_only_when_woken(env, crons):
    """Put the next regular run of scheduled actions off."""
    env["ir.cron"].browse(crons).nextcall = fields.Datetime.now() + timedelta(days=1)


def drop_crons(env, crons):
    env["ir.cron"].browse(crons).unlink()


def find_failed_crons(env):
    crons = env["ir.cron"].with_context(active_test=False)
    return crons.search([("failure_count", ">", 0)]).mapped("name")


# === GOODS AND DELIVERIES === #


def make_products(env, references, stock):
    """Create products with so many of each in JD's warehouse, by our own books."""
    products = env["product.product"].create(
        [
            {"name": f"Goods {each}", "default_code": each, "is_storable": True}
            for each in references
        ]
    )
    warehouse = get_connector(env).warehouse_ids
    for product in products:
        env["stock.quant"]._update_available_quantity(
            product, warehouse.lot_stock_id, stock
        )
    # Matched before there is a delivery that waits for it.
    env["jd.goods"]._request_match(warehouse, products)


def make_deliveries(env, count, references):
    """Create and confirm deliveries, every fifth of two lines; return their orders."""
    products = env["product.product"].search([("default_code", "in", references)])
    warehouse = get_connector(env).warehouse_ids
    receiver = env["res.partner"].create(
        {
            "name": "Siti Rahma",
            "phone": "+62 21 555 0101",
            "street": "Jalan Melati 5",
            "city": "Jakarta",
        }
    )
    places = {
        "location_id": warehouse.lot_stock_id.id,
        "location_dest_id": env.ref("stock.stock_location_customers").id,
    }
    pickings = env["stock.picking"].create(
        [
            {
                "picking_type_id": warehouse.out_type_id.id,
                "partner_id": receiver.id,
                **places,
                "move_ids": [
                    Command.create(
                        {
                            "product_id": products[(number + line) % len(products)].id,
                            "product_uom_qty": quantity,
                            **places,
                        }
                    )
                    for line, quantity in enumerate((3, 1) if number % 5 == 0 else (3,))
                ],
            }
            for number in range(count)
        ]
    )
    pickings.action_confirm()
    orders = pickings.jd_order_id
    # Where they are many, that is left to the scheduled action.
    while orders.filtered(lambda order: order.state == "draft" and not order.problems):
        orders._check_waiting()
    return orders.ids


def count_states(env, orders):
    groups = env["jd.order"]._read_group([("id", "in", orders)], ["state"], ["__count"])
    return dict(groups)


def read_stock(env, references):
    """Return what lies in JD's warehouse by our books, by the product's reference."""
    products = env["product.product"].search([("default_code", "in", references)])
    quants = env["stock.quant"]._read_group(
        [
            ("product_id", "in", products.ids),
            ("warehouse_id", "=", get_connector(env).warehouse_ids.id),
        ],
        ["product_id"],
        ["quantity:sum"],
    )
    return {product.default_code: quantity for product, quantity in quants}
