"""Users and scheduled actions at the same order at the same instant, in processes of
their own; everything is committed, in a database of its own."""

import logging
import time

from odoo import fields
from odoo.fields import Command
from odoo.service.model import retrying
from odoo.tests import tagged

from ..lib.api import Message
from . import committed
from .committed import DEPARTMENT, PIN, WAREHOUSE
from .process_case import TwoWorkersCase
from .worker_process import WorkerProcess

GOODS = "At once"


@tagged("post_install", "-at_install")
class TestOrderAtOnce(TwoWorkersCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.make_goods()
        cls.push, cls.follow, cls.close = (
            cls.first.call(committed.find_crons, names=[f"{name}_orders"])
            for name in ("push", "follow", "close")
        )
        crons = [*cls.push, *cls.follow, *cls.close]
        cls.first.call(committed.run_only_when_woken, crons=crons)

    @classmethod
    def make_goods(cls):
        goods = [{"erpGoodsNo": GOODS}]
        cls.sandbox.do("goods", department=DEPARTMENT, goods=goods)
        cls.sandbox.do("stock", warehouse=WAREHOUSE, each=1000)
        cls.first.call(committed.make_products, references=[GOODS], stock=1000)
        crons = cls.first.call(committed.find_crons, names=["match_goods"])
        cls.first.run(crons)

    def setUp(self):
        super().setUp()
        self.sandbox.do("clear_faults")
        self.before = len(self.sandbox.get("orders"))
        [self.order] = self.first.call(
            committed.make_deliveries, count=1, references=[GOODS]
        )

    def read(self):
        return self.first.call(read_order, order=self.order)

    def send_slowly(self):
        """Have one worker send the order, to which JD answers after three seconds."""
        self.sandbox.do("fault", kind="slow", call="addSoOrder", seconds=3)
        self.first.begin_run(self.push)
        self.wait_until_it_strikes()

    def wait_until_it_strikes(self):
        for _ in range(600):
            if self.has_struck():
                return
            time.sleep(0.05)
        self.fail("JD was not called")

    def has_struck(self):
        return any(row["struck"] for row in self.sandbox.get("state")["faults"])

    def run_while_held(self, crons):
        """Run actions while others have the order for some seconds."""
        self.second.begin_call(hold, order=self.order, seconds=3)
        time.sleep(1)
        self.first.run(crons)
        self.second.finish()

    def settle(self):
        """Let a minute pass and the scheduled actions look at everything."""
        for _ in range(3):
            self.first.call(committed.make_older, seconds=61)
            self.first.run(self.push)
            self.first.run(self.follow)

    def count_calls(self, call):
        rows = self.sandbox.get("calls")
        return sum(row["count"] for row in rows if row["call"] == call)

    def count_at_jd(self):
        return len(self.sandbox.get("orders")) - self.before

    def test_two_users_sending_one_transfer_at_once_make_one_order(self):
        self.first.call(withdraw, order=self.order)
        self.first.begin_call(send_and_linger, order=self.order, seconds=2)
        time.sleep(0.5)
        try:
            self.second.call(send_and_linger, order=self.order, seconds=0)
        except AssertionError as refused:
            self.assertIn("has an order at JD already", str(refused))
        self.first.finish()
        self.first.run(self.push)
        states = self.first.call(read_states, order=self.order)
        self.assertEqual(sorted(states), ["accepted", "cancelled"])
        self.assertEqual(self.count_at_jd(), 1)

    def test_an_answer_is_recorded_though_somebody_had_the_order_for_a_moment(self):
        self.first.run(self.push)
        self.sandbox.do("advance", to="10016")
        self.sandbox.do("fault", kind="slow", call="querySoOrder", seconds=3)
        self.first.call(ask, order=self.order)
        self.first.begin_run(self.follow)
        self.wait_until_it_strikes()
        time.sleep(1)
        self.second.call(hold, order=self.order, seconds=3)
        self.first.finish()
        self.assertEqual(self.first.call(read_status, order=self.order), "10016")

    def test_a_transfer_is_closed_right_after_others_had_its_order(self):
        """Odoo's scheduler notices up to a minute late what is due a moment later."""
        self.first.run(self.push)
        self.sandbox.do("advance", to="10034")
        self.first.call(ask, order=self.order)
        self.first.run(self.follow)
        self.assertEqual(
            self.first.call(read_states, order=self.order), ["in_progress"]
        )
        self.run_while_held(self.close)
        self.assertEqual(self.first.call(read_states, order=self.order), ["done"])

    def test_jd_is_asked_to_cancel_right_after_others_had_the_order(self):
        """Until the next regular run, five minutes later, JD may have shipped it."""
        self.first.run(self.push)
        self.second.call(cancel, order=self.order)
        self.run_while_held(self.push)
        self.assertEqual(self.first.call(read_states, order=self.order), ["cancelled"])

    def test_news_are_asked_for_right_after_others_had_the_order(self):
        self.first.run(self.push)
        self.sandbox.do("advance", to="10016")
        self.first.call(ask, order=self.order)
        self.run_while_held(self.follow)
        self.assertEqual(self.first.call(read_status, order=self.order), "10016")

    def test_an_order_changed_meanwhile_is_left_alone_without_an_error_in_the_log(self):
        others = self.first.call(committed.make_deliveries, count=3, references=[GOODS])
        orders = [self.order, *others]
        locked, errors = self.first.call(
            lock_while_another_changes, orders=orders, changed=others[1]
        )
        self.assertEqual(locked, [self.order, others[0], others[2]])
        self.assertEqual(errors, [])
        self.first.run(self.push)  # no other test is to find them waiting

    def test_a_cancel_while_jd_answers_is_obeyed_afterwards(self):
        self.send_slowly()
        self.second.call(cancel, order=self.order)
        self.assertEqual(self.second.call(read_order, order=self.order), "sending")
        self.first.finish()
        self.sandbox.do("clear_faults")
        self.settle()
        self.assertEqual(self.read(), "cancelled")
        self.assertEqual(self.sandbox.get("orders")[-1]["status"], 10028)

    def test_an_order_in_somebodys_hand_while_jd_answers_is_asked_about(self):
        self.send_slowly()
        self.second.call(touch_and_linger, order=self.order, seconds=13)
        self.first.finish()
        self.assertEqual(self.read(), "sending")
        self.sandbox.do("clear_faults")
        self.settle()
        self.assertIn(self.read(), ("accepted", "in_progress"))
        self.assertEqual(self.count_at_jd(), 1)

    def test_a_late_refusal_of_the_old_token_leaves_the_new_login(self):
        self.send_slowly()
        self.sandbox.do("tokens", pin=PIN, revoke=True)
        self.log_in(self.second)
        self.first.finish()
        self.sandbox.do("clear_faults")
        state = self.first.call(committed.read_connection_state)
        self.assertEqual(state, "connected")
        self.settle()
        self.assertIn(self.read(), ("accepted", "in_progress"))
        self.assertEqual(self.count_at_jd(), 1)

    def test_parts_are_received_once_by_two_workers_and_a_user_who_cancels(self):
        crons = self.first.call(committed.find_crons, names=["close_orders"])
        more = self.first.call(committed.double_crons, crons=crons)
        self.addCleanup(self.first.call, committed.drop_crons, crons=more)
        order = self.first.call(make_receipt_in_parts, pieces=40)
        before = self.first.call(committed.read_stock, references=[GOODS])[GOODS]
        self.first.run(self.push)
        self.count_part(order, 10, to=20)
        self.second.begin_run(more)
        self.first.run(crons)
        self.second.finish()
        self.count_part(order, 5)
        self.second.begin_call(cancel, order=order)
        self.first.run(crons)
        self.second.finish()
        for _each in range(2):
            for step in (self.push, self.follow, crons):
                self.first.run(step)
        self.assertEqual(self.first.call(read_order, order=order), "done")
        after = self.first.call(committed.read_stock, references=[GOODS])[GOODS]
        self.assertEqual(after - before, 15)

    def count_part(self, order, pieces, to=None):
        """Have JD count so many pieces, and Odoo hear of it."""
        told = self.first.call(read_numbers, order=order)
        if to:
            self.sandbox.do("advance", orders=[told["number"]], to=to)
        parts = {told["line"]: pieces}
        self.sandbox.do("receive", order=told["number"], parts=parts)
        self.first.call(touch_and_linger, order=order, seconds=0)
        self.first.run(self.follow)

    def hear_with(self, worker, code):
        """Have a message about the order arrive and be applied."""
        worker.call(hear, order=self.order, code=code)

    def test_a_message_that_arrives_while_its_order_is_being_sent_is_followed(self):
        self.send_slowly()
        self.hear_with(self.second, "10019")
        self.first.finish()
        self.sandbox.do("clear_faults")
        self.assertEqual(self.read(), "accepted")
        asked = self.count_calls("querySoOrder")
        self.first.run(self.follow)  # no time has passed
        self.assertEqual(self.count_calls("querySoOrder"), asked + 1)

    def test_a_message_that_arrives_while_jd_is_asked_has_it_asked_again(self):
        self.first.run(self.push)
        self.second.call(ask, order=self.order)
        self.sandbox.do("fault", kind="slow", call="querySoOrder", seconds=3, count=1)
        asked = self.count_calls("querySoOrder")
        self.first.begin_run(self.follow)
        self.wait_until_it_strikes()
        self.hear_with(self.second, "10019")
        self.first.finish()
        self.first.run(self.follow)
        self.assertEqual(self.count_calls("querySoOrder"), asked + 2)

    def test_a_message_that_arrives_while_jd_cancels_is_followed(self):
        self.first.run(self.push)
        self.second.call(cancel, order=self.order)
        self.sandbox.do("fault", kind="slow", call="cancelOrder", seconds=3, count=1)
        asked = self.count_calls("querySoOrder")
        self.first.begin_run(self.push)
        self.wait_until_it_strikes()
        self.hear_with(self.second, "10019")
        # Once it has cancelled, the push asks JD itself: that is after the message.
        self.first.finish()
        self.first.run(self.follow)
        self.assertEqual(self.count_calls("querySoOrder"), asked + 1)

    def test_a_question_whose_worker_died_is_asked_again_within_two_minutes(self):
        self.first.run(self.push)
        self.second.call(ask, order=self.order)
        self.sandbox.do("fault", kind="slow", call="querySoOrder", seconds=3, count=1)
        dying = WorkerProcess(self.odoo.database)
        dying.begin_run(self.follow)
        self.wait_until_it_strikes()
        dying.kill()
        time.sleep(4)  # JD is done with that question
        self.first.run(self.follow)
        asked = self.count_calls("querySoOrder")
        self.first.call(committed.make_older, seconds=61)
        self.first.run(self.follow)  # no regular run is due today
        self.assertEqual(self.count_calls("querySoOrder"), asked + 1)

    def test_a_change_during_the_push_is_sent_or_its_user_begins_anew(self):
        """Two transactions that write different rows must not miss each other."""
        self.second.begin_call(lower_and_linger, order=self.order, seconds=2)
        time.sleep(0.5)  # it has read that nothing is at JD yet
        self.first.run(self.push)
        attempts = self.second.finish()
        self.first.run(self.push)
        self.settle()
        moves, at_jd = self.first.call(read_planned, order=self.order), []
        for row in self.sandbox.get("orders")[self.before :]:
            if row["status"] != 10028:
                at_jd += [line["planQuantity"] for line in row["lines"]]
        self.assertEqual((moves, at_jd), ([1.0], [1]), attempts)

    def test_a_receipt_confirmed_while_its_supplier_is_matched_waits_no_longer(self):
        crons = self.first.call(committed.find_crons, names=["match_goods"])
        self.first.run(self.push)
        orders = self.first.call(make_receipts, count=2, supplier="New at once")
        self.sandbox.do("fault", kind="slow", call="upsertSupplier", seconds=2)
        self.first.begin_run(crons)
        self.wait_until_it_strikes()
        orders += self.second.call(make_receipts, count=2, supplier="New at once")
        self.first.finish()
        self.first.run(self.push)
        states = self.first.call(committed.count_states, orders=orders)
        self.assertEqual(states, {"accepted": 4})

    def test_goods_that_are_being_created_are_free_for_everybody(self):
        self.first.run(self.push)  # nothing is left for the next test
        self.first.call(committed.make_products, references=["Fresh"], stock=1)
        crons = self.first.call(committed.find_crons, names=["match_goods"])
        self.sandbox.do("fault", kind="slow", call="saveGoodsInfo", seconds=3)
        self.first.begin_run(crons)
        self.wait_until_it_strikes()
        self.second.call(need_goods_quickly, reference="Fresh")
        self.first.finish()
        state = self.second.call(read_goods_state, reference="Fresh")
        self.assertEqual(state, "matched")

    def test_a_problem_is_told_though_its_order_changes_while_jd_answers(self):
        self.first.run(self.push)
        self.second.call(ask, order=self.order)
        self.first.run(self.follow)
        name = self.first.call(read_name, order=self.order)
        self.sandbox.do("problem", order=name, reason="lost", remedy="wait")
        self.first.call(committed.make_older, seconds=90_000)
        call = "queryExceptionOrderList"
        self.sandbox.do("fault", kind="slow", call=call, seconds=3)
        self.first.begin_run(self.follow)
        self.wait_until_it_strikes()
        self.second.call(touch_and_linger, order=self.order, seconds=0)
        self.first.finish()
        self.assertIn("lost", self.second.call(read_problem, order=self.order))

    def test_goods_of_an_order_made_at_jd_are_kept_though_its_status_changes_then(self):
        self.first.run(self.push)  # nothing is left for the next test
        lines = [{"erpGoodsNo": GOODS, "quantity": 3}]
        place = {"department": DEPARTMENT, "warehouse": WAREHOUSE}
        self.sandbox.do("make_order", kind="CGRK", lines=lines, **place)
        self.sandbox.do("fault", kind="slow", call="queryPoOrderDetail", seconds=3)
        crons = self.second.call(committed.find_crons, names=["list_orders"])
        self.first.begin_run(crons)
        self.wait_until_it_strikes()
        self.second.call(hear_of_foreign_orders)
        self.first.finish()
        self.assertEqual(
            self.second.call(read_foreign_goods), [f"3 × [{GOODS}] Goods {GOODS}"]
        )


# === INSIDE A WORKER === #


def hear_of_foreign_orders(env):
    """Take a newer status of the orders made at JD, as a message tells it."""
    env["jd.foreign.order"].search([]).status_code = "20"


def read_foreign_goods(env):
    return env["jd.foreign.order"].search([]).mapped("goods")


def need_goods_quickly(env, reference):
    """Have a transfer wait for goods, which must not itself wait for a lock."""
    env.cr.execute("SET LOCAL lock_timeout = '500ms'")
    get_goods(env, reference).is_awaited = True
    env.flush_all()


def read_goods_state(env, reference):
    return get_goods(env, reference).state


def get_goods(env, reference):
    return env["jd.goods"].search([("product_id.default_code", "=", reference)])


def get_order(env, order):
    return env["jd.order"].browse(order)


def make_receipt_in_parts(env, pieces):
    """Create a receipt that comes in parts and is to be sent; return its order."""
    warehouse = committed.get_connector(env).warehouse_ids
    places = {
        "location_id": env.ref("stock.stock_location_suppliers").id,
        "location_dest_id": warehouse.lot_stock_id.id,
    }
    product = env["product.product"].search([("default_code", "=", GOODS)])
    picking = env["stock.picking"].create(
        {
            "picking_type_id": warehouse.in_type_id.id,
            "jd_in_parts": True,
            **places,
            "move_ids": [
                Command.create(
                    {"product_id": product.id, "product_uom_qty": pieces, **places}
                )
            ],
        }
    )
    picking.action_confirm()
    return picking.jd_order_id.id


def read_numbers(env, order):
    order = get_order(env, order)
    return {"number": order.jd_number, "line": str(order.line_ids.id)}


def read_name(env, order):
    return get_order(env, order).name


def read_problem(env, order):
    return get_order(env, order).jd_problem or ""


def read_order(env, order):
    return get_order(env, order).state


def read_states(env, order):
    return get_order(env, order).picking_id.jd_order_ids.mapped("state")


def withdraw(env, order):
    """Leave the transfer to be sent by hand."""
    order = get_order(env, order)
    order.connector_id.push_policy = "manual"
    order._withdraw()


def send_and_linger(env, order, seconds):
    """Click on Send to JD in a request that takes so long to end."""

    def request():
        get_order(env, order).picking_id.action_jd_send()
        env.flush_all()
        time.sleep(seconds)

    retrying(request, env)


def ask(env, order):
    get_order(env, order).action_pull()


def hear(env, order, code):
    """Take over a message about an order and apply it."""
    order = get_order(env, order)
    message = Message(
        number=f"M-{order.id}-{code}",
        pin=PIN,
        department_no=DEPARTMENT,
        warehouse_no=WAREHOUSE,
        kind=order.kind,
        order_number=order.jd_number or "",
        own_number=order.name,
        status=code,
        happened_at=fields.Datetime.now(),
    )
    env["jd.message"]._insert_once(order.connector_id, message)
    env["jd.message"]._cron_process()


def lower_and_linger(env, order, seconds):
    """Lower a quantity in a request that takes so long; return its attempts."""
    attempts = []

    def request():
        attempts.append(1)
        [move] = get_order(env, order).picking_id.move_ids[:1]
        if len(attempts) == 1:
            time.sleep(seconds)
        move.product_uom_qty = 1
        env.flush_all()

    retrying(request, env)
    return len(attempts)


def read_planned(env, order):
    moves = get_order(env, order).picking_id.move_ids
    return moves.filtered(lambda move: move.state != "cancel").mapped("product_uom_qty")


def make_receipts(env, count, supplier):
    """Create and confirm receipts of a supplier; return their orders."""

    def request():
        warehouse = committed.get_connector(env).warehouse_ids
        partners = env["res.partner"]
        values = {"name": supplier, "phone": "+62 22 555 0102", "is_company": True}
        partner = partners.search([("name", "=", supplier)]) or partners.create(values)
        places = {
            "location_id": env.ref("stock.stock_location_suppliers").id,
            "location_dest_id": warehouse.lot_stock_id.id,
        }
        product = get_goods(env, GOODS).product_id
        line = {"product_id": product.id, "product_uom_qty": 1, **places}
        values = {
            "picking_type_id": warehouse.in_type_id.id,
            "partner_id": partner.id,
            **places,
            "move_ids": [Command.create(line)],
        }
        pickings = env["stock.picking"].create([{**values} for _ in range(count)])
        pickings.action_confirm()
        return pickings.jd_order_id.ids

    return retrying(request, env)


def cancel(env, order):
    """Click on Cancel; a request is repeated if a worker was faster."""

    def request():
        get_order(env, order).picking_id.action_cancel()
        env.flush_all()

    retrying(request, env)


def touch_and_linger(env, order, seconds):
    """Ask for news of an order in a request that takes so long to end."""
    get_order(env, order).action_pull()
    env.flush_all()
    time.sleep(seconds)


def lock_while_another_changes(env, orders, changed):
    """Lock orders of which one was changed since the transaction began.

    :return: What was locked, and what the log calls an error.
    """
    orders = env["jd.order"].browse(orders)
    orders.fetch(["state"])
    with env.registry.cursor() as cr:
        cr.execute("UPDATE jd_order SET pull_at = now() WHERE id = %s", [changed])
    errors = []
    keep = logging.Handler(logging.ERROR)
    keep.emit = lambda record: errors.append(record.getMessage())
    logger = logging.getLogger("odoo.sql_db")
    logger.addHandler(keep)
    try:
        return orders._lock_available().ids, errors
    finally:
        logger.removeHandler(keep)


def hold(env, order, seconds):
    """Have the order as a batch of messages has it that is being applied."""
    get_order(env, order)._lock_available()
    time.sleep(seconds)


def read_status(env, order):
    return get_order(env, order).status_code
