"""No state waits without a time at which something happens or somebody is told."""

import json
import time
from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from odoo.addons.base.models.ir_cron import MIN_TIME_PER_JOB

from .. import const
from ..models.mixins.jd_worker_mixin import HELD_PAUSE
from ..models.order.jd_order import STATES
from .inbound_case import JdInboundCase
from .jd_case import QUICK_DEPARTMENT, QUICK_WAREHOUSE

REFUSAL = {"kind": "refuse", "code": "2999"}
UNREADABLE = {"kind": "answer", "count": 1000, "carried_out": False, "body": "{}"}


class WaitingCase(JdInboundCase):
    def assertWakes(self, name, at):
        """Expect the scheduled action to run when something is due."""
        cron = self.env.ref(f"jd_fulfillment.ir_cron_{name}")
        self.assertTrue(cron.active)
        self.assertLess(at - fields.Datetime.now(), timedelta(days=8))
        triggers = self.env["ir.cron.trigger"].search([("cron_id", "=", cron.id)])
        wakes = {cron.nextcall, *triggers.mapped("call_at")}
        # What is due before the next regular run has a trigger of its own.
        if at < cron.nextcall:
            # One a second before serves as well: that run triggers the next one.
            early = timedelta(seconds=1)
            delays = [wake - at for wake in wakes if wake >= at - early]
            self.assertLess(min(delays), timedelta(minutes=1))

    def fail_at(self, call, **fault):
        self.sandbox.do("fault", call=call, **fault)

    def send_unknown(self):
        """Have an order sent whose answer is lost."""
        picking = self.make_delivery(1)
        self.fail_at("addSoOrder", kind="timeout_after", count=1)
        order = self.send(picking)
        self.assertEqual(order.state, "unknown")
        return order

    def ask_often(self, order, cron, name, often=const.UNANSWERED_TOLD):
        """Have JD asked so often without an answer that somebody must be told."""
        told = []
        for _ in range(const.UNANSWERED_TOLD + 2):
            order[name] = fields.Datetime.now()
            self.run_cron(cron)
            self.run_cron("update_alerts")
            told.append(len(self.connector.activity_ids))
        before = [0] * (often - 1)
        self.assertEqual(told, [*before, *[1] * (const.UNANSWERED_TOLD + 3 - often)])
        self.assertFalse(order.activity_ids)


@tagged("post_install", "-at_install")
class TestEveryState(WaitingCase):
    """Each state that an order can be in has a time, or somebody is told."""

    def make_draft(self):
        self.customer.phone = False
        return self.send(self.make_delivery(1))

    def make_queued(self):
        self.fail_at("addSoOrder", kind="throttle")
        return self.send(self.make_delivery(1))

    def make_sending(self):
        order = self.make_delivery(1).jd_order_id
        order.write({"state": "sending", "claim": order.id})
        return order

    def make_unknown(self):
        return self.send_unknown()

    def make_refused(self):
        self.fail_at("addSoOrder", **REFUSAL)
        return self.send(self.make_delivery(1))

    def make_accepted(self):
        return self.send(self.make_delivery(1))

    def make_in_progress(self):
        order = self.make_accepted()
        self.advance(order, "10016")
        self.pull(order)
        return order

    def make_cancelling(self):
        order = self.make_accepted()
        order.picking_id.action_cancel()
        return order

    def make_done(self):
        order = self.make_accepted()
        self.ship(order)
        return order

    def make_cancelled(self):
        order = self.make_accepted()
        self.advance(order, "10028")
        self.pull(order)
        return order

    def make_disputed(self):
        order = self.send_unknown()
        self.sandbox.do("clear_faults")
        order.line_ids.planned += 1
        self.pull(order)
        return order

    def find_next(self, order):
        """Return the scheduled action that looks at an order next, and when.

        None where nothing happens by itself.
        """
        now = fields.Datetime.now()
        if order.is_closable:
            return "close_orders", order.retry_at or now
        if order.state in ("draft", "queued") or order.cancel_due:
            return "push_orders", order.retry_at or now
        if order.state == "sending":
            return "push_orders", now
        return order.pull_at and ("follow_orders", order.pull_at)

    def assertNotForgotten(self, order):
        found = self.find_next(order)
        if not found:
            self.assertTrue(order.activity_ids, "nothing happens, and nobody is told")
            return
        self.assertWakes(*found)

    def test_every_state_has_a_time_or_somebody_is_told(self):
        seen = set()
        for name in (*(state for state, _label in STATES), "disputed"):
            with self.subTest(name):
                order = getattr(self, f"make_{name}")()
                expected = "unknown" if name == "disputed" else name
                self.assertEqual(order.state, expected, order.problems)
                self.assertNotForgotten(order)
                seen.add(order.state)
            self.sandbox.do("clear_faults")
            self.customer.phone = "+62 21 555 0101"
        self.assertEqual(seen, {state for state, _label in STATES})


@tagged("post_install", "-at_install")
class TestEveryStateOfNews(WaitingCase):
    """What JD tells of is applied, or has a time, or somebody is told."""

    # Nothing is left to do.
    OVER = {"jd.message": ("done",), "jd.level.change": ("moved", "same")}

    def assertNotForgotten(self, record):
        if record.state in self.OVER[record._name]:
            return
        if record._name == "jd.message" and record.state == "new":
            due = max(record.retry_at or fields.Datetime.now(), fields.Datetime.now())
            self.assertWakes("process_messages", due)
            return
        notes = self.get_activity_notes(self.connector)
        number = "jd_number" if record._name == "jd.message" else "number"
        self.assertIn(record[number], notes)

    def assertAllSeen(self, records):
        states = [state for state, _label in records._fields["state"].selection]
        self.assertEqual(sorted(set(records.mapped("state"))), sorted(states))
        for record in records:
            with self.subTest(record=record, state=record.state):
                self.assertNotForgotten(record)

    def test_every_state_of_a_message(self):
        order = self.send(self.make_delivery(1))
        messages = self.receive_message(order, "10014")
        for number in ("ESL0000000000000001", "ESL0000000000000002"):
            messages += self.receive_message(
                order, "10014", order_number=number, own_number=""
            )
            self.run_cron("process_messages")
            self.send_unknown()  # the next message may be about this one
        self.assertAllSeen(messages)

    def test_every_state_of_a_level_change(self):
        goods = self.sandbox.do(
            "goods", department=QUICK_DEPARTMENT, goods=[{"erpGoodsNo": "STRANGE"}]
        )["STRANGE"]
        rows = [{"goodsNo": goods, "quantity": 9}]
        self.sandbox.do("stock", warehouse=QUICK_WAREHOUSE, rows=rows)
        known = self.get_goods_no(self.product)
        for number, before, after in (
            (known, "100", "200"),
            (known, "200", "210"),
            (goods, "100", "200"),
        ):
            self.sandbox.do(
                "change_level",
                warehouse=QUICK_WAREHOUSE,
                goods=number,
                quantity=2,
                before=before,
                after=after,
            )
        self.run_cron("pull_level_changes")
        self.assertAllSeen(self.env["jd.level.change"].search([]))


@tagged("post_install", "-at_install")
class TestNoAnswer(WaitingCase):
    """Somebody is told, once, that JD gives no answer that can be read."""

    def test_a_question_that_jd_never_answers_readably(self):
        order = self.send_unknown()
        self.fail_at("querySoOrder", **UNREADABLE)
        self.ask_often(order, "follow_orders", "pull_at")
        self.assertOneActivity(self.connector, "no readable answer about 1 order")
        self.assertRegex(order.notice, "no answer that can be read")
        self.sandbox.do("clear_faults")
        self.pull(order)
        self.assertIn(order.state, ("accepted", "in_progress"))
        self.assertAlertsAreOver()

    def test_a_cancellation_that_jd_never_answers_readably(self):
        order = self.send(self.make_delivery(1))
        order.picking_id.action_cancel()
        self.fail_at("cancelOrder", **UNREADABLE)
        self.ask_often(order, "push_orders", "retry_at")
        self.assertOneActivity(self.connector, "no readable answer about 1 order")
        self.assertGreater(
            order.retry_at - fields.Datetime.now(), timedelta(minutes=50)
        )
        self.sandbox.do("clear_faults")
        order.retry_at = False
        self.run_cron("push_orders")
        self.assertEqual(order.state, "cancelled")
        self.assertFalse(order.activity_ids)
        self.assertAlertsAreOver()

    def test_an_order_that_jd_never_accepts(self):
        order = self.make_delivery(1).jd_order_id
        refusal = {"error_response": {"code": "8", "en_desc": "time"}}
        self.fail_at("addSoOrder", **UNREADABLE | {"body": json.dumps(refusal)})
        self.ask_often(order, "push_orders", "retry_at", const.NOT_ACCEPTED_TOLD)
        self.assertOneActivity(self.connector, "1 order waits because JD could not")
        self.assertEqual(order.state, "queued")
        self.sandbox.do("clear_faults")
        order.retry_at = False
        self.run_cron("push_orders")
        self.assertEqual(order.state, "accepted")
        self.assertAlertsAreOver()

    def assertAlertsAreOver(self):
        self.run_cron("update_alerts")
        self.assertFalse(self.connector.activity_ids)

    def test_goods_that_jd_never_answers_readably(self):
        self.fail_at("queryGoodsInfo", **UNREADABLE)
        product = self.env["product.product"].create(
            {"name": "New", "default_code": "G-9", "is_storable": True}
        )
        self.env["jd.goods"]._request_match(self.warehouse, product)
        department = self.env["jd.department"].search(
            [("connector_id", "=", self.connector.id)]
        )
        for _ in range(const.UNANSWERED_TOLD + 1):
            department.pause_until = False
            self.run_cron("match_goods")
        self.assertTrue(department.pause_until)
        self.assertOneActivity(self.connector, "no answer that can be read")
        self.sandbox.do("clear_faults")
        department.pause_until = False
        self.run_cron("match_goods")
        self.assertFalse(self.connector.activity_ids)


@tagged("post_install", "-at_install")
class TestSlowJd(WaitingCase):
    """A run of an action begins no call after its time; the rest is woken for."""

    def test_nothing_is_called_after_the_time_of_a_run_and_the_action_is_woken(self):
        asked = self.send(self.make_delivery(1))
        asked.pull_at = fields.Datetime.now()
        order = self.make_delivery(1).jd_order_id
        self.env["ir.cron.trigger"].search([]).unlink()
        calls = self.sandbox.get("calls")
        self.env.flush_all()
        with self.enter_registry_test_mode(), self.registry.cursor() as cr:
            late = self.env(cr=cr, context={"cron_end_time": 0})
            late["jd.order"]._cron_push()
            late["jd.order"]._cron_follow()
        self.env.invalidate_all()
        self.assertEqual(self.sandbox.get("calls"), calls)
        self.assertEqual(order.attempts, 0)
        woken = self.env["ir.cron.trigger"].search([]).cron_id
        self.assertLessEqual(
            {
                self.env.ref("jd_fulfillment.ir_cron_push_orders"),
                self.env.ref("jd_fulfillment.ir_cron_follow_orders"),
            },
            set(woken),
        )

    def test_no_action_uses_up_the_time_of_those_that_a_worker_runs_after_it(self):
        told = self.send(self.make_delivery(1))
        queued = self.make_delivery(1).jd_order_id
        told.confirmation = "due"
        product = self.env["product.product"].create(
            {"name": "New", "default_code": "G-9", "is_storable": True}
        )
        self.env["jd.goods"]._request_match(self.warehouse, product)
        goods = self.env["jd.goods"].search([("product_id", "=", product.id)])
        for passed, sent, matched, customer_told in (
            (59, False, False, False),
            (46, False, False, True),  # calls nobody at JD
            (36, False, True, True),  # sending and following leave it some time
            (19, True, True, True),
        ):
            self.run_after("push_orders", passed)
            self.run_after("match_goods", passed)
            self.run_after("send_confirmations", passed)
            with self.subTest(passed=passed):
                self.assertEqual(queued.state == "accepted", sent)
                self.assertEqual(goods.state != "to_match", matched)
                self.assertEqual(not told.confirmation, customer_told)

    def run_after(self, name, passed):
        """Run an action as a worker does so many seconds after its first one."""
        cron = self.env.ref(f"jd_fulfillment.ir_cron_{name}")
        self.env.flush_all()
        with self.as_committed():
            job = cron._acquire_one_job(self.env.cr, cron.id, include_not_ready=True)
            vars(self.env.cr)["jd_started_at"] = time.monotonic() - passed
            cron._process_job(self.env.cr, job)
        self.env.invalidate_all()

    def test_what_is_rare_and_short_does_not_wait_for_orders(self):
        """Odoo begins with the lowest priority each time."""
        crons = {
            name: self.env.ref(f"jd_fulfillment.ir_cron_{name}").priority
            for name in ("renew_tokens", "update_alerts", *const.SHARED_ACTIONS)
        }
        before = max(crons.pop("renew_tokens"), crons.pop("update_alerts"))
        self.assertLess(before, min(crons.values()))

    def test_a_worker_that_finds_all_with_others_pauses_and_wakes_no_sharer(self):
        """Else they would wake each other without an end."""
        self.env["ir.cron"]._jd_add_worker()
        cron = self.env.ref("jd_fulfillment.ir_cron_close_orders")
        self.env.flush_all()
        for done, woken in ((0, False), (1, True)):
            with self.enter_registry_test_mode(), self.registry.cursor() as cr:
                env = self.env(cr=cr, context={"cron_id": cron.id})
                env["ir.cron.trigger"].search([]).unlink()
                began_at = time.monotonic()
                row, progress = env["ir.cron"].browse(cron.id)._add_progress()
                row._commit_progress(done)
                row.env["jd.order"]._commit_and_retrigger("close_orders", remaining=5)
                now = fields.Datetime.now()
                triggers = env["ir.cron.trigger"].search([])
                took = time.monotonic() - began_at
                with self.subTest(done=done):
                    self.assertEqual(bool(progress.remaining), woken)
                    expected = cron._jd_get_sharers() if woken else cron
                    self.assertEqual(triggers.cron_id, expected)
                    self.assertLessEqual(max(triggers.mapped("call_at")), now)
                    self.assertEqual(took > HELD_PAUSE, not woken)

    def test_a_further_worker_that_finds_all_with_others_leaves_it_to_the_first(self):
        sharer = (
            self.env["ir.cron"]
            ._jd_add_worker()
            .filtered(
                lambda row: row.model_id.model == "jd.order" and "close" in row.name
            )
        )
        self.env.flush_all()
        with self.enter_registry_test_mode(), self.registry.cursor() as cr:
            env = self.env(cr=cr, context={"cron_id": sharer.id})
            env["ir.cron.trigger"].search([]).unlink()
            began_at = time.monotonic()
            row, _progress = env["ir.cron"].browse(sharer.id)._add_progress()
            row.env["jd.order"]._commit_and_retrigger("close_orders", remaining=5)
            self.assertLess(time.monotonic() - began_at, HELD_PAUSE)
            triggered = env["ir.cron.trigger"].search([]).cron_id
            self.assertEqual(triggered.ids, sharer.sudo().jd_shared_id.ids)

    def test_what_comes_later_in_a_pass_may_go_on_longer(self):
        crons = self.env["ir.cron"].search([("model_id.model", "=like", "jd.%")])
        rows = crons.sorted(lambda cron: (cron.priority, cron.id))
        limits = [
            row.sudo().jd_patience or const.PASS_PATIENCE
            for row in rows
            if row.priority > 2  # rare and short
        ]
        self.assertGreater(len(limits), 9)
        self.assertEqual(limits, sorted(limits))

    def test_each_connection_comes_first_some_time(self):
        """Else the last one would wait where the first one's orders take all time."""
        others = [self.connector.copy({"pin": f"jd_other_{n}"}) for n in range(2)]
        connectors = self.connector.union(*others)
        connectors.sudo().state = "connected"
        served = [connectors._search_served() for _ in range(60)]
        self.assertEqual({each[:1] for each in served}, {*connectors})
        self.assertEqual({*served[0]}, {*connectors})

    def test_a_list_is_read_on_where_the_time_of_a_run_ended(self):
        department = self.env["jd.department"].search(
            [("connector_id", "=", self.connector.id)]
        )
        self.sandbox.do("fault", kind="slow", call="queryOrderNosByPage", seconds=0.3)
        ends_at = time.monotonic() + MIN_TIME_PER_JOB - const.RUN_PATIENCE + 0.5
        self.env.flush_all()
        with self.enter_registry_test_mode(), self.registry.cursor() as cr:
            hurried = self.env(cr=cr, context={"cron_end_time": ends_at})
            hurried["jd.department"]._cron_list_orders()
        self.env.invalidate_all()
        read = department.reading["list_orders"]
        self.assertEqual((read["outbound"], "supplier_return" in read), (0, False))
        self.assertFalse(department.listed_until)
        calls = self.count_calls("queryOrderNosByPage")
        self.run_cron("list_orders")
        self.assertEqual(str(department.listed_until), read["until"])
        self.assertLess(self.count_calls("queryOrderNosByPage") - calls, 4)
        self.assertFalse(department.reading)

    def test_what_was_not_sent_counts_as_no_attempt(self):
        orders = self.env["jd.order"].union(
            *(self.make_delivery(1).jd_order_id for _ in range(20))
        )
        # Sixteen are under way when JD asks for a pause.
        self.fail_at("addSoOrder", kind="throttle")
        self.run_cron("push_orders")
        self.assertEqual(set(orders.mapped("state")), {"queued"})
        tried = orders.filtered("attempts")
        self.assertLess(len(tried), len(orders))
        self.assertTrue(all(orders.mapped("retry_at")))


@tagged("post_install", "-at_install")
class TestToldOnce(WaitingCase):
    """What is told is true and told once."""

    def test_what_jd_refused_is_over_once_it_accepts(self):
        self.fail_at("addSoOrder", **REFUSAL, count=2)
        picking = self.make_delivery(1)
        order = self.send(picking)
        self.assertOneActivity(order, "JD refused")
        order.activity_ids.action_feedback()
        order.action_retry()
        self.run_cron("push_orders")
        self.assertOneActivity(order, "JD refused")  # again: it was mended meanwhile
        order.action_retry()
        self.run_cron("push_orders")
        self.assertEqual(order.state, "accepted")
        self.assertFalse(order.activity_ids)
        self.assertFalse(picking.jd_attention)

    def test_an_order_on_hold_is_decided_once_it_is_sent_again(self):
        for decide in ("action_jd_send", "action_cancel"):
            with self.subTest(decide):
                picking = self.make_delivery(1)
                order = self.send(picking)
                self.advance(order, "10028")
                self.pull(order)
                self.assertTrue(order.activity_ids)
                getattr(picking, decide)()
                self.assertFalse(order.activity_ids)

    def test_what_somebody_marked_as_done_does_not_come_back(self):
        order = self.send(self.make_delivery(1))
        order._request_attention("JD split it into CSL1.")
        order.activity_ids.action_feedback()
        order._request_attention("JD split it into CSL1.")
        self.assertFalse(order.activity_ids)
        order._request_attention("JD split it into CSL1 and CSL2.")
        self.assertTrue(order.activity_ids)

    def test_nobody_who_left_is_told(self):
        second = self.make_user("second", "jd_fulfillment.group_jd_manager")
        order = self.send(self.make_delivery(1))
        for record in (order, self.connector):
            record._request_attention("Look at this.")
            self.assertEqual(record.activity_ids.user_id, self.manager)
        self.manager.action_archive()
        for record in (order, self.connector):
            self.assertEqual(record.activity_ids.user_id, second)
        second.action_archive()
        self.assertNotIn(second, order.activity_ids.user_id)
        order._request_attention("And at this.")
        self.assertTrue(all(order.activity_ids.user_id.mapped("active")))

    def test_a_product_that_takes_the_code_of_another_one_is_told(self):
        goods = self.env["jd.goods"].search([("product_id", "in", self.products.ids)])
        codes = self.products.mapped("default_code")
        for product, code in zip(self.products, reversed(codes), strict=True):
            product.default_code = code
        self.assertEqual(len(goods.filtered("reason")), 2)
        self.assertOneActivity(self.connector, "another internal reference")
        numbers = dict(zip(goods, goods.mapped("goods_no"), strict=True))
        goods.action_match_again()
        self.run_cron("match_goods")
        self.assertEqual(set(goods.mapped("state")), {"matched"})
        self.assertFalse(any(row.goods_no == numbers[row] for row in goods))
        self.assertFalse(self.connector.activity_ids)

    def test_a_code_that_is_corrected_back_is_no_news(self):
        self.products[0].default_code = "G-1X"
        self.assertTrue(self.connector.activity_ids)
        self.products[0].default_code = "G-1"
        self.assertFalse(self.connector.activity_ids)


@tagged("post_install", "-at_install")
class TestStalledActions(WaitingCase):
    def test_an_action_that_is_switched_off_is_told_instead_of_seconds(self):
        picking = self.make_delivery(1)
        order = picking.jd_order_id
        self.assertRegex(picking.jd_notice, "takes a few seconds")
        cron = self.env.ref("jd_fulfillment.ir_cron_push_orders")
        for values in ({"active": False}, {"nextcall": "2026-01-01 00:00:00"}):
            with self.subTest(values):
                cron.write({"active": True, "nextcall": fields.Datetime.now()})
                cron.write(values)
                self.env.invalidate_all()
                self.assertRegex(order.notice, "scheduled action .*send orders")
                self.assertRegex(picking.jd_notice, "scheduled action .*send orders")

    def test_somebody_is_told_until_it_runs_again(self):
        cron = self.env.ref("jd_fulfillment.ir_cron_close_orders")
        cron.active = False
        for _ in range(2):
            self.run_cron("list_orders")
            self.assertOneActivity(self.connector, "close transfers.* switched off")
        cron.active = True
        self.run_cron("list_orders")
        self.assertFalse(self.connector.activity_ids)

    def test_after_a_stop_of_the_server_nothing_is_told(self):
        day = timedelta(days=1)
        crons = self.env["ir.cron"].search([("cron_name", "like", "JD Fulfillment")])
        crons.write({"nextcall": fields.Datetime.now() - day})
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE ir_cron SET lastcall = nextcall - interval '5 minutes'"
        )
        self.run_cron("list_orders")
        self.assertFalse(self.connector.activity_ids)

    def test_sending_an_order_that_tries_again_in_an_hour_sends_it_and_says_so(self):
        self.fail_at("addSoOrder", kind="busy", count=1)
        picking = self.make_delivery(1)
        order = self.send(picking)
        self.assertRegex(picking.jd_notice, "Next try")
        self.sandbox.do("clear_faults")
        answer = picking.with_user(self.stock_user).action_jd_send()
        self.assertRegex(answer["params"]["message"], "takes a few seconds")
        self.run_cron("push_orders")
        self.assertEqual(order.state, "accepted")
        answer = picking.action_jd_send()
        self.assertRegex(answer["params"]["message"], "JD is at work on it")


@tagged("post_install", "-at_install")
class TestHints(WaitingCase):
    """A message is never forgotten, whenever it arrives."""

    def test_a_message_without_our_number_waits_for_jds_answer(self):
        order = self.send_unknown()
        number = self.find_order_at_jd(order)["orderNo"]
        self.sandbox.do("clear_faults")
        message = self.receive_message(
            order, "10019", order_number=number, own_number=""
        )
        self.run_cron("process_messages")
        self.assertEqual(message.state, "new")
        self.pull(order)
        self.assertEqual(order.jd_number, number)
        self.run_cron("process_messages")
        self.assertEqual((message.state, message.order_id), ("done", order))
        self.assertFalse(self.env["jd.foreign.order"].search([]))

    def test_an_order_listed_as_made_at_jd_turns_out_to_be_ours(self):
        order = self.send_unknown()
        number = self.find_order_at_jd(order)["orderNo"]
        self.sandbox.do("clear_faults")
        message = self.receive_message(
            order, "10010", order_number=number, own_number=""
        )
        message._write({"create_date": fields.Datetime.now() - const.MESSAGE_HELD})
        self.env.invalidate_all()
        self.run_cron("process_messages")
        self.assertEqual(message.state, "foreign")
        self.assertTrue(self.env["jd.foreign.order"].search([]))
        self.assertTrue(self.connector.activity_ids)
        self.pull(order)
        self.assertFalse(self.env["jd.foreign.order"].search([]))
        self.assertFalse(self.connector.activity_ids)
        self.run_cron("process_messages")
        self.assertEqual(message.order_id, order)

    def test_a_message_about_an_order_that_jd_seemed_not_to_have(self):
        for fault in ({"kind": "throttle"}, REFUSAL):
            with self.subTest(fault):
                self.fail_at("addSoOrder", count=1, **fault)
                order = self.send(self.make_delivery(1))
                self.assertIn(order.state, ("queued", "refused"))
                self.receive_message(order, "10010", order_number="")
                self.run_cron("process_messages")
                self.assertEqual(order.state, "unknown")
                self.run_cron("follow_orders")
                self.run_cron("push_orders")
                self.assertEqual(order.state, "accepted")
                self.find_order_at_jd(order)

    def test_news_do_not_postpone_a_question_that_waits_for_the_end_of_a_pause(self):
        """JD asked for a pause before it was asked about some of many orders."""
        self.connector.sudo().subscription_state = "receiving"
        for fault in (
            {"kind": "throttle"},
            {"kind": "http_429", "retry_after": "1800"},
        ):
            orders = self.send(*(self.make_delivery(1) for _ in range(20)))
            for order in orders:
                self.receive_message(order, "100130")  # JD knows the waybill
            self.run_cron("process_messages")
            self.fail_at("querySoOrder", **fault)
            self.run_cron("follow_orders")
            self.sandbox.do("clear_faults")
            asked_at = {order: order.pull_at for order in orders}
            for order in orders:
                self.receive_message(order, "10014")
            self.run_cron("process_messages")
            with self.subTest(fault["kind"]):
                self.assertEqual(set(orders.mapped("status_code")), {"10014"})
                self.assertGreater(min(asked_at.values()), fields.Datetime.now())
                self.assertEqual({order: order.pull_at for order in orders}, asked_at)

    def test_news_do_not_postpone_a_question(self):
        order = self.send(self.make_delivery(1))
        self.receive_message(order, "10019")
        self.run_cron("process_messages")
        self.receive_message(order, "10016")
        self.run_cron("process_messages")
        self.assertLessEqual(order.pull_at, fields.Datetime.now())
        self.fail_at("querySoOrder", kind="html_502", count=1)
        self.run_cron("follow_orders")
        self.receive_message(order, "10017")
        self.run_cron("process_messages")
        soon = fields.Datetime.now() + timedelta(minutes=5)
        self.assertLess(order.pull_at, soon)
