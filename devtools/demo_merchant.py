"""A merchant of the demo, who works in Odoo over RPC as in a browser."""

import sys
import time

from clients import sign_in

PIN, PASSWORD = "jd_demo_quick", "demo-quick"
DEPARTMENT, WAREHOUSE = "EBU0000000000101", "110000101"
MUG, POT, TEA, BAG, CREAM = (
    f"JD-DEMO-{name}" for name in ("MUG", "POT", "TEA", "BAG", "CREAM")
)
PATIENCE = 240


class Merchant:
    """What the merchant does in Odoo."""

    def __init__(self, odoo):
        self.odoo = odoo
        self.connector_id = 0
        self.warehouse = {}
        self.products = {}
        self.terms = {}  # of every transfer
        self.places = {
            name: odoo.get_id(f"stock.stock_location_{name}")
            for name in ("customers", "suppliers")
        }

    def find(self, model, domain, *names):
        return self.odoo.call(model, "search_read", list(domain), list(names))

    def get_partner(self, name):
        return self.odoo.get_id(f"jd_fulfillment.{name}")

    # === CONNECTING === #

    def connect(self):
        """Sign in at JD as in docs/demo.md, unless that was done by hand."""
        known = self.odoo.search("jd.connector", ["pin", "=", PIN])
        [self.connector_id] = known or [
            self.odoo.create(
                "jd.connector",
                pin=PIN,
                department_no=DEPARTMENT,
                warehouse_no=WAREHOUSE,
            )
        ]
        state = self.odoo.read("jd.connector", self.connector_id, "state")["state"]
        if state != "connected":
            action = self.click("jd.connector", "action_start_connecting")
            location = sign_in(action["url"], PIN, PASSWORD, subscribe=True)
            self.odoo.session.get(location, timeout=60).raise_for_status()
            self.click("jd.connector", "action_confirm_subscription")
        [self.warehouse] = self.find(
            "stock.warehouse",
            [["name", "=", f"{WAREHOUSE}-{DEPARTMENT}-{PIN}"]],
            *("lot_stock_id", "in_type_id", "out_type_id"),
        )

    def click(self, model, button, record_id=None):
        return self.odoo.call(model, button, [record_id or self.connector_id])

    def decide_on_goods(self):
        """Go with the goods that JD knows, and create none."""
        references = [MUG, POT, TEA, BAG, CREAM]
        domain = [
            ["state", "=", "matched"],
            ["product_id.default_code", "in", references],
            ["department_no", "=", DEPARTMENT],
        ]
        wait_for(
            lambda: len(self.odoo.search("jd.goods", *domain)) == len(references),
            "JD's goods",
        )
        action = self.click("jd.connector", "action_choose_goods")
        self.click(action["res_model"], "action_create_none", action["res_id"])
        products = self.find(
            "product.product", [["default_code", "in", references]], "default_code"
        )
        self.products = {row["default_code"]: row["id"] for row in products}

    def check_stock(self):
        """Check the warehouse's stock; return the check once it is over."""
        action = self.click(
            "stock.warehouse", "action_jd_check_stock", self.warehouse["id"]
        )
        over = [["id", "=", action["res_id"]], ["state", "in", ["review", "done"]]]
        [check_id] = wait_for(
            lambda: self.odoo.search("jd.stock.check", *over), "the stock check"
        )
        return check_id

    def take_over_opening_stock(self):
        """Take over what JD holds, unless that was done by hand."""
        check_id = self.check_stock()
        if self.odoo.read("jd.stock.check", check_id, "is_opening")["is_opening"]:
            self.click("jd.stock.check", "action_accept_opening", check_id)

    # === TRANSFERS === #

    def deliver(self, customer, goods, **values):
        """Create and confirm a delivery of reference → pieces; return its id."""
        places = self.warehouse["lot_stock_id"][0], self.places["customers"]
        return self._transfer("out_type_id", places, customer, goods, values)

    def order_in(self, goods, **values):
        places = self.places["suppliers"], self.warehouse["lot_stock_id"][0]
        return self._transfer("in_type_id", places, "supplier_bandung", goods, values)

    def send_back(self, goods):
        """Return goods to the supplier."""
        places = self.warehouse["lot_stock_id"][0], self.places["suppliers"]
        return self._transfer("out_type_id", places, "supplier_bandung", goods, {})

    def _transfer(self, kind, places, partner, goods, values):
        route = {"location_id": places[0], "location_dest_id": places[1]}
        lines = [
            {"product_id": self.products[name], "product_uom_qty": pieces, **route}
            for name, pieces in goods.items()
        ]
        picking_id = self.odoo.create(
            "stock.picking",
            picking_type_id=self.warehouse[kind][0],
            partner_id=self.get_partner(partner),
            move_ids=[(0, 0, line) for line in lines],
            **route,
            **(self.terms | values),
        )
        self.click("stock.picking", "action_confirm", picking_id)
        return picking_id

    def take_back(self, delivery_id, pieces):
        """Return so many of each product of a delivery; return the return's id."""
        context = {"active_id": delivery_id, "active_model": "stock.picking"}
        [wizard_id] = self.odoo.call(
            "stock.return.picking",
            "create",
            [{"picking_id": delivery_id}],
            context=context,
        )
        wizard = self.odoo.read(
            "stock.return.picking", wizard_id, "product_return_moves"
        )
        for line_id in wizard["product_return_moves"]:
            self.odoo.call(
                "stock.return.picking.line", "write", [line_id], {"quantity": pieces}
            )
        action = self.odoo.call(
            "stock.return.picking", "action_create_returns", [wizard_id]
        )
        return action["res_id"]

    # === WAITING === #

    def get_number(self, picking_id):
        """Return JD's number of a transfer's order, once it has one."""
        order = [["picking_id", "=", picking_id], ["jd_number", "!=", False]]
        return wait_for(
            lambda: self.find("jd.order", order, "jd_number"), "an order at JD"
        )[-1]["jd_number"]

    def wait_until(self, picking_ids, states=("done", "cancel")):
        domain = [["id", "in", picking_ids], ["state", "not in", states]]
        wait_for(
            lambda: not self.odoo.search("stock.picking", *domain), "closed transfers"
        )

    def wait_for_orders(self, picking_ids, state):
        domain = [["picking_id", "in", picking_ids], ["state", "=", state]]
        count = len(picking_ids)
        wait_for(
            lambda: len(self.odoo.search("jd.order", *domain)) == count,
            f"orders that are {state}",
        )


def wait_for(get, what):
    """Return what `get` returns as soon as that is something."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        if found := get():
            return found
        time.sleep(0.3)
    return sys.exit(f"{what}: not within {PATIENCE} seconds")
