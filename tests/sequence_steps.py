"""What people and JD may do, in any order: the steps of a random sequence.

The steps are plain methods: what a failure prints can be pasted into a test.
"""

import random

from odoo.fields import Command

from .committed import SECOND_WAREHOUSE
from .jd_case import QUICK_WAREHOUSE

STEPS = {}  # name → function of dice that returns the step's arguments
WEIGHTS = []
CALLS = (
    *("addSoOrder", "addPoOrder", "addRtsOrder", "addRtwOrder"),
    *("cancelOrder", "*"),
)
ACTIONS = (
    "push_orders",
    "push_orders",
    "follow_orders",
    "close_orders",
    "pull_level_changes",
)
LOST = ("timeout_after", "timeout_before", "html_502")
CODES = ("G-1", "CREAM")


def step(weight=1, **arguments):
    """Make a method a step; each argument is a function of dice."""

    def put(method):
        STEPS[method.__name__] = arguments
        WEIGHTS.append(weight)
        return method

    return put


def draw(seed, count):
    """Return so many random steps, as pairs of name and arguments."""
    dice = random.Random(seed)
    # Something to work with first.
    names = ["sell", "sell", "buy", "work_goes_on"]
    names = [*names, *dice.choices(list(STEPS), WEIGHTS, k=count)][:count]
    return [
        (name, {key: roll(dice) for key, roll in STEPS[name].items()}) for name in names
    ]


def write_as_code(steps):
    """Return steps as the lines of a test."""
    lines = []
    for name, values in steps:
        arguments = ", ".join(f"{key}={value!r}" for key, value in values.items())
        lines.append(f"steps.{name}({arguments})")
    return "\n".join(lines)


def one_of(*values):
    return lambda dice: dice.choice(values)


def number(lowest, highest):
    return lambda dice: dice.randint(lowest, highest)


def roll_lines(dice):
    return [
        (dice.choice(CODES), dice.randint(1, 6)) for _line in range(dice.randint(1, 2))
    ]


PLACE = one_of(*3 * ["jakarta"], *2 * ["surabaya"], "own")
CODE = one_of(*CODES)
YES_OR_NO = one_of(True, False)
PIECES = number(1, 8)
NTH = number(0, 4)  # which one of those that fit, counted from the newest


class Steps:
    """Carries steps out in the world of a `JdSequenceCase`."""

    def __init__(self, case):
        self.case = case
        self.trace = case.trace
        self.env = case.env(user=case.clerk)
        names = ("jakarta", "surabaya", "own")
        self.warehouses = dict(zip(names, case.warehouses, strict=True))

    def do(self, work):
        """Do what a user does, who may be refused."""
        return self.case.do_or_be_refused(work)

    def find(self, model, domain, nth):
        """Return the nth newest record of the sequence's products that fits."""
        found = self.env[model].search(domain, order="id desc")
        return found[nth % len(found)] if found else found

    def find_transfer(self, nth, *domain, ours=True):
        states = ("confirmed", "assigned", "waiting")
        warehouses = self.case.at_jd if ours else self.case.own
        here = ("picking_type_id.warehouse_id", "in", warehouses.ids)
        return self.find("stock.picking", [("state", "in", states), here, *domain], nth)

    def find_product(self, code):
        return self.case.goods.filtered(lambda each: each.default_code == code)

    # === SALES === #

    @step(4, place=PLACE, lines=roll_lines)
    def sell(self, place, lines):
        def work():
            sale = self.env["sale.order"].create(
                {
                    "partner_id": self.case.customer.id,
                    "warehouse_id": self.warehouses[place].id,
                    "order_line": [
                        Command.create(
                            {
                                "product_id": self.find_product(code).id,
                                "product_uom_qty": pieces,
                            }
                        )
                        for code, pieces in lines
                    ],
                }
            )
            sale.action_confirm()

        self.do(work)

    @step(6, nth=NTH, pieces=number(0, 8))
    def change_sale(self, nth, pieces):
        line = self.find("sale.order.line", [], nth)
        self.do(lambda: line.write({"product_uom_qty": pieces}))

    @step(nth=NTH, code=CODE, pieces=PIECES)
    def add_to_sale(self, nth, code, pieces):
        values = {"product_id": self.find_product(code).id, "product_uom_qty": pieces}
        sale = self.find("sale.order", [], nth)
        self.do(lambda: sale.write({"order_line": [Command.create(values)]}))

    @step(2, nth=NTH)
    def cancel_sale(self, nth):
        self.do(self.find("sale.order", [], nth)._action_cancel)

    # === PURCHASES === #

    @step(3, place=PLACE, lines=roll_lines, in_parts=YES_OR_NO)
    def buy(self, place, lines, in_parts):
        def work():
            purchase = self.env["purchase.order"].create(
                {
                    "partner_id": self.case.supplier.id,
                    "picking_type_id": self.warehouses[place].in_type_id.id,
                    "order_line": [
                        Command.create(
                            {
                                "product_id": self.find_product(code).id,
                                "product_qty": pieces,
                                "price_unit": 10,
                            }
                        )
                        for code, pieces in lines
                    ],
                }
            )
            purchase.button_confirm()
            if in_parts:
                purchase.picking_ids.jd_in_parts = True

        self.do(work)

    @step(3, nth=NTH, pieces=number(0, 8))
    def change_purchase(self, nth, pieces):
        line = self.find("purchase.order.line", [], nth)
        if line.qty_received > pieces:
            # Odoo takes it, and shows that more was received.
            self.case.lowered.add(line.order_id.id)
        self.do(lambda: line.write({"product_qty": pieces}))

    @step(nth=NTH, code=CODE, pieces=PIECES)
    def add_to_purchase(self, nth, code, pieces):
        values = {"product_id": self.find_product(code).id, "product_qty": pieces}
        purchase = self.find("purchase.order", [], nth)
        self.do(lambda: purchase.write({"order_line": [Command.create(values)]}))

    @step(nth=NTH)
    def cancel_purchase(self, nth):
        order = self.find("purchase.order", [], nth)
        self.do(order.button_cancel)
        # What was received stays, and Odoo notes it there.
        if "done" in order.picking_ids.mapped("state"):
            self.case.lowered.add(order.id)

    @step(nth=NTH)
    def close_inbound(self, nth):
        picking = self.find_transfer(nth, ("jd_in_parts", "=", True))
        self.do(picking.action_jd_close_inbound)

    # === TRANSFERS === #

    @step(2, nth=NTH, pieces=PIECES)
    def bring_back(self, nth, pieces):
        """Return goods of a transfer that was closed."""
        done = [("state", "=", "done"), ("picking_type_id.code", "!=", "internal")]
        picking = self.find("stock.picking", done, nth)

        def work():
            wizard = (
                self.env["stock.return.picking"]
                .with_context(active_id=picking.id, active_model="stock.picking")
                .create({"picking_id": picking.id})
            )
            for line in wizard.product_return_moves:
                line.quantity = min(pieces, line.move_id.quantity)
            self.case.decided.add(wizard._create_return().id)
            self.case.dropped.update(picking.ids)

        if picking:
            self.do(work)

    @step(nth=NTH)
    def cancel_transfer(self, nth):
        picking = self.find_transfer(nth)
        self.case.dropped.update(picking.ids)
        self.do(picking.action_cancel)

    @step(nth=NTH)
    def unreserve(self, nth):
        self.do(self.find_transfer(nth).do_unreserve)

    @step(nth=NTH)
    def reserve(self, nth):
        self.do(self.find_transfer(nth).action_assign)

    @step(nth=NTH)
    def send_by_hand(self, nth):
        self.do(self.find_transfer(nth).action_jd_send)

    @step(nth=NTH)
    def send_reserved(self, nth):
        self.do(self.find_transfer(nth).action_jd_send_reserved)

    @step(nth=NTH)
    def send_held_back(self, nth):
        picking = self.find_transfer(nth, ("jd_on_hold", "=", True))
        self.do(picking.action_jd_send)
        self.case.decided.update(picking.ids)

    @step(nth=NTH, pieces=PIECES)
    def split(self, nth, pieces):
        """Split a transfer as its button does, by the pieces typed in."""
        picking = self.find_transfer(nth)

        def work():
            move = picking.move_ids[:1]
            move.quantity = min(pieces, move.product_uom_qty)
            picking.action_split_transfer()
            self.case.decided.update(picking.backorder_ids.ids)

        if picking:
            self.do(work)

    @step(nth=NTH)
    def put_in_pack(self, nth):
        outgoing = ("picking_type_id.code", "=", "outgoing")
        picking = self.find_transfer(nth, outgoing)
        if picking:
            self.do(picking.action_put_in_pack)

    @step(nth=NTH)
    def validate_by_hand(self, nth):
        """Close a transfer of the merchant's own warehouse, without a backorder."""
        picking = self.find_transfer(nth, ("state", "=", "assigned"), ours=False)

        def work():
            picking.move_ids.picked = True
            picking.with_context(skip_backorder=True).button_validate()

        if picking:
            self.do(work)

    @step(place=PLACE, code=CODE, pieces=PIECES)
    def move_to_shelf(self, place, code, pieces):
        """Move goods to a shelf of their warehouse."""
        warehouse, product = self.warehouses[place], self.find_product(code)
        shelf = self.case.shelves[warehouse][0]

        def work():
            picking = self.case.make_transfer(
                warehouse.int_type_id,
                warehouse.lot_stock_id,
                shelf,
                pieces,
                products=product,
            ).with_env(self.env)
            picking.action_confirm()
            picking.action_assign()
            picking.move_ids.picked = True
            picking.with_context(skip_backorder=True).button_validate()

        self.do(work)

    # === BATCHES === #

    @step(nth=NTH, more=YES_OR_NO)
    def batch(self, nth, more):
        picking = self.find_transfer(nth, ("batch_id", "=", False))
        mates = picking.search(
            [
                *(("state", "=", picking.state), ("batch_id", "=", False)),
                ("picking_type_id", "=", picking.picking_type_id.id),
            ],
            order="id",
        )

        def work():
            batch = self.env["stock.picking.batch"].create(
                {
                    "picking_ids": [Command.set((mates if more else picking).ids)],
                    "picking_type_id": picking.picking_type_id.id,
                    "company_id": picking.company_id.id,
                }
            )
            batch.action_confirm()

        if picking:
            self.do(work)

    @step(nth=NTH)
    def wave(self, nth):
        """Take one line of a transfer into a wave."""
        picking = self.find_transfer(nth)
        line = picking.move_line_ids[:1]
        if line:
            self.do(line._add_to_wave)
        # A line of a return that somebody made is still decided on its own.
        if picking.id in self.case.decided:
            self.case.decided.update(line.picking_id.ids)

    @step(is_on=YES_OR_NO)
    def batch_automatically(self, is_on):
        types = self.case.at_jd.out_type_id + self.case.at_jd.in_type_id
        self.do(
            lambda: types.sudo().write(
                {"auto_batch": is_on, "batch_group_by_partner": is_on}
            )
        )

    # === TIME === #

    @step(3)
    def work_goes_on(self):
        """Have orders sent, followed and closed."""
        self.case.run_actions()

    @step(5, action=one_of(*ACTIONS))
    def run_action(self, action):
        self.case.run_cron(action)

    @step(2, minutes=one_of(2, 40, 800))
    def time_passes(self, minutes):
        self.case.pass_time(minutes=minutes)

    # === JD === #

    def find_at_jd(self, nth, *kinds):
        """Return JD's number of the nth newest order that is still open there."""
        rows = self.case.sandbox.get("orders")
        open_rows = [
            row
            for row in reversed(rows)
            if not row["over"] and (not kinds or row["kind"] in kinds)
        ]
        return open_rows[nth % len(open_rows)] if open_rows else None

    @step(4, nth=NTH, steps=number(1, 6))
    def jd_works(self, nth, steps):
        row = self.find_at_jd(nth)
        if row:
            self.case.label_lots()
            self.case.sandbox.do("advance", orders=[row["orderNo"]], steps=steps)

    @step(3, steps=number(1, 4))
    def jd_works_on_all(self, steps):
        self.case.label_lots()
        self.case.sandbox.do("advance", steps=steps)

    @step(
        nth=NTH,
        what=one_of("short", "over", "damaged", "refused"),
        pieces=number(1, 9),
    )
    def jd_will_find(self, nth, what, pieces):
        self._arrange(nth, **{what: pieces})

    @step(nth=NTH, how=one_of("at once", "later, agreed", "later, refused"))
    def jd_answers_cancel(self, nth, how):
        self._arrange(nth, cancel=how)

    @step(nth=NTH, parcels=number(1, 3))
    def jd_will_pack(self, nth, parcels):
        self._arrange(nth, parcels=parcels)

    def _arrange(self, nth, **arranged):
        row = self.find_at_jd(nth)
        if row:
            self.case.sandbox.do("arrange", orders=[row["orderNo"]], **arranged)

    @step(nth=NTH, parts=number(1, 5))
    def jd_receives_a_part(self, nth, parts):
        row = self.find_at_jd(nth, "CGRK")
        if row and row["status"] == 20 and row["request"].get("multiReceivingFlag"):
            amounts = {
                line["orderLine"]: min(
                    parts, line["planQuantity"] - (line["realQuantity"] or 0)
                )
                for line in row["lines"]
            }
            self.case.label_lots()
            self.case.sandbox.do("receive", order=row["orderNo"], parts=amounts)

    @step(nth=NTH)
    def jd_cancels(self, nth):
        self._bring(nth, {"XSCK": 10028, "CGRK": 91, "THRK": 500, "TGCK": 400})

    @step(nth=NTH)
    def receiver_rejects(self, nth):
        self._bring(nth, {"XSCK": 10035})

    def _bring(self, nth, to):
        row = self.find_at_jd(nth, *to)
        if row:
            try:
                self.case.sandbox.do(
                    "advance", orders=[row["orderNo"]], to=to[row["kind"]]
                )
            except AssertionError:  # it is too far for that
                self.trace.append("JD: too late")

    @step(
        call=one_of(*CALLS),
        kind=one_of(*LOST),
    )
    def answers_get_lost(self, call, kind):
        self.case.sandbox.do("fault", kind=kind, call=call, count=2)

    @step(
        second=YES_OR_NO,
        code=CODE,
        pieces=number(1, 4),
    )
    def jd_finds_damage(self, second, code, pieces):
        """Have JD find goods on its shelf that are not for sale."""
        try:
            self.case.sandbox.do(
                "change_level",
                warehouse=SECOND_WAREHOUSE if second else QUICK_WAREHOUSE,
                goods=code,
                quantity=pieces,
            )
        except AssertionError:  # it has not so many that are free
            self.trace.append("JD: too few")
