"""A long history costs nothing: not to ask, not to keep, not to install next to."""

from datetime import timedelta

from odoo import fields
from odoo.fields import Domain
from odoo.tests import tagged
from odoo.tools import SQL, sql

from .. import const
from ..models.order.jd_order import OPEN
from ..models.stock.columns import add_columns
from .order_case import JdOrderCase

MODULE = "jd_fulfillment"


@tagged("post_install", "-at_install")
class TestHistory(JdOrderCase):
    # === QUESTIONS === #

    def get_questions(self):
        """Return index → the model and domain that are asked again and again."""
        orders, messages = self.env["jd.order"], self.env["jd.message"]
        new = Domain("state", "=", "new")
        return {
            "jd_order_closable_idx": (
                orders,
                Domain("is_closable", "=", True) & orders._get_retry_domain(),
            ),
            "jd_order_returning_idx": (orders, orders._get_returning_domain()),
            "jd_order_cancel_due_idx": (orders, orders._get_cancel_due_domain()),
            "jd_order_close_inbound_due_idx": (
                orders,
                Domain("close_inbound_due", "=", True),
            ),
            "jd_order_open_idx": (orders, Domain("state", "in", OPEN)),
            "jd_order__confirmation_index": (
                orders,
                Domain("confirmation", "=", "due"),
            ),
            "jd_message_new_idx": (messages, new),
            "jd_message_unlisted_idx": (
                messages,
                Domain("state", "=", "foreign") & Domain("is_listed", "=", False),
            ),
            "jd_foreign_order_undecided_idx": (self.env["jd.foreign.order"], new),
            "jd_call_used_idx": (
                self.env["jd.call"],
                Domain("application_id", "=", 1)
                & Domain("day", "=", fields.Date.today())
                & Domain("call", "=", "querySoOrder"),
            ),
            "stock_picking__jd_order_id_index": (
                self.env["stock.picking"],
                Domain("jd_order_id", "=", 1),
            ),
        }

    def test_an_index_holds_what_each_standing_question_asks_for(self):
        for index, (model, domain) in self.get_questions().items():
            with self.subTest(index):
                self.assertIn(index, self.explain(model, domain))

    def explain(self, model, domain):
        """Return how PostgreSQL would answer if reading all rows cost very much."""
        query = model.sudo()._search(domain).select()
        with self.env.cr.savepoint() as savepoint:
            # It holds the open ones too, and few rows are read either way.
            self.env.cr.execute("DROP INDEX jd_order_one_open_per_picking")
            self.env.cr.execute("SET LOCAL enable_seqscan = off")
            rows = self.env.execute_query(SQL("EXPLAIN %s", query))
            savepoint.rollback()
        return "\n".join(row[0] for row in rows)

    # === RETENTION === #

    def make_older(self, records, days):
        """Let records have been created so many days earlier."""
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                "UPDATE %s SET create_date = create_date - %s WHERE id = ANY(%s)",
                SQL.identifier(records._table),
                timedelta(days=days),
                records.ids,
            )
        )
        self.env.invalidate_all()

    def set_kept(self, **days):
        self.env["res.config.settings"].create(
            {f"jd_{name}_kept": kept for name, kept in days.items()}
        ).set_values()

    def clean(self, model, method):
        """Delete what is old as Odoo does: until nothing is left to delete."""
        rounds = 0
        left = True
        while left:
            _done, left = getattr(self.env[model].sudo(), method)()
            rounds += 1
        return rounds

    def make_messages(self, count, **values):
        return self.env["jd.message"].create(
            [
                {
                    "connector_id": self.connector.id,
                    "message_no": f"OLD-{self.env['jd.message'].search_count([])}-{n}",
                    "jd_number": f"ESL{n}",
                    "state": "done",
                }
                | values
                for n in range(count)
            ]
        )

    def make_foreign(self, number, **values):
        return self.env["jd.foreign.order"].create(
            {
                "connector_id": self.connector.id,
                "warehouse_id": self.warehouse.id,
                "kind": "outbound",
                "jd_number": number,
                "state": "ignored",
            }
            | values
        )

    def test_old_messages_are_deleted_until_none_is_left(self):
        old = self.make_messages(1)
        # Two batches more.
        self.env.cr.execute(
            """INSERT INTO jd_message (connector_id, message_no, state, create_date)
               SELECT connector_id, message_no || n, state, create_date
                 FROM jd_message, generate_series(1, %s) n WHERE id = %s""",
            [2 * const.DELETE_BATCH, old.id],
        )
        old = old.search([("message_no", "like", old.message_no)])
        waiting = self.make_messages(1, state="new")
        undecided = self.make_foreign("ESL-UNDECIDED", state="new")
        needed = self.make_messages(1, state="foreign", jd_number=undecided.jd_number)
        self.make_older(old + waiting + needed, 31)
        young = self.make_messages(1)
        self.assertEqual(self.clean("jd.message", "_gc_messages"), 3)
        self.assertFalse(old.exists())
        self.assertEqual((waiting + needed + young).exists(), waiting + needed + young)

    def test_an_administrator_sets_how_long_history_is_kept(self):
        messages = self.make_messages(1)
        self.make_older(messages, 40)
        for days, stays in ((60, True), (0, True), (7, False)):
            with self.subTest(days=days):
                self.set_kept(messages=days)
                self.assertEqual(
                    self.env["res.config.settings"].create({}).jd_messages_kept, days
                )
                self.clean("jd.message", "_gc_messages")
                self.assertEqual(bool(messages.exists()), stays)
        for days in (-1, 1, 6):
            with self.assertRefused("at least 7 days"):
                self.set_kept(messages=days)

    def test_orders_made_at_jd_are_deleted_but_what_checks_or_people_need(self):
        now = fields.Datetime.now()
        moved = {"moved_rows": [["EMG1", "100", 1]], "moved_at": now}
        idle = self.make_foreign("ESL-IDLE")
        new = self.make_foreign("ESL-NEW", state="new")
        compared = self.make_foreign(
            "ESL-COMPARED", **moved | {"moved_at": now - timedelta(days=2)}
        )
        explaining = self.make_foreign(
            "ESL-EXPLAINING", **moved | {"moved_at": now - timedelta(days=2)}
        )
        unseen = self.make_foreign("ESL-UNSEEN", **moved)
        check = self.env["jd.stock.check"].create(
            {
                "warehouse_id": self.warehouse.id,
                "state": "review",
                "taken_at": now - timedelta(days=1),
            }
        )
        line = self.env["jd.stock.check.line"].create(
            {"check_id": check.id, "product_id": self.products[0].id, "level": "100"}
        )
        self.env["jd.stock.check.explanation"].create(
            {
                "line_id": line.id,
                "kind": "foreign_order",
                "quantity": -1,
                "res_model": explaining._name,
                "res_id": explaining.id,
            }
        )
        every = idle + new + compared + explaining + unseen
        self.make_older(every, 400)
        self.clean("jd.foreign.order", "_gc_decided")
        self.assertEqual(every.exists(), new + explaining + unseen)

    def test_what_was_deleted_from_a_timeline_is_no_news_when_jd_repeats_it(self):
        order = self.send(self.make_delivery(1))
        self.advance(order, "10019")
        self.pull(order)
        self.run_cron("close_orders")
        self.make_older(order.event_ids, 200)
        self.clean("jd.order.event", "_gc_events")
        self.assertTrue(order.event_ids, "JD is still asked about it")
        order.pull_at = False
        self.clean("jd.order.event", "_gc_events")
        self.assertFalse(order.event_ids)
        self.pull(order)
        self.receive_message(order, "10016", happened_at=order.accepted_at)
        self.follow_messages()
        self.assertFalse(order.event_ids)
        self.advance(order, "10033")
        self.pull(order)
        self.assertEqual(order.event_ids.mapped("code")[0], "10033")
        self.assertNotIn("10016", order.event_ids.mapped("code"))
        self.assertEqual(order.status_code, "10033")

    # === INSTALLING === #

    def test_installing_writes_no_row_of_odoo(self):
        self.make_delivery(1, 1)
        self.env.flush_all()
        # What installing adds to Odoo's tables, as it is before.
        added = self.get_added_fields()
        for table, name in added:
            self.env.cr.execute(
                SQL(
                    "ALTER TABLE %s DROP COLUMN %s CASCADE",
                    *map(SQL.identifier, (table, name)),
                )
            )
        tables = sorted({table for table, _name in added})
        before = self.read_places(tables)
        add_columns(self.env.cr)
        names = [model for model in self.env if self.env[model]._table in tables]
        self.env.registry.init_models(self.env.cr, names, {"module": MODULE})
        self.env.flush_all()
        self.assertEqual(self.read_places(tables), before)
        for table, name in added:
            self.assertTrue(sql.column_exists(self.env.cr, table, name), name)
        self.env.invalidate_all()
        pickings = self.env["stock.picking"].search([])
        self.assertEqual(set(pickings.mapped("jd_short_allowed")), {True})
        self.assertEqual(set(pickings.mapped("jd_supplier_delivery")), {"pick_up"})

    def get_added_fields(self):
        """Return table and column of each field of ours on a model of Odoo's."""
        return [
            (model._table, field.name)
            for model in self.env.values()
            if not model._abstract and model._auto and model._original_module != MODULE
            for field in model._fields.values()
            if field._modules[:1] == (MODULE,) and field.store and field.column_type
        ]

    def read_places(self, tables):
        """Return where each row lies: PostgreSQL writes a changed row elsewhere."""
        return {
            table: self.env.execute_query(
                SQL("SELECT id, ctid::text FROM %s ORDER BY id", SQL.identifier(table))
            )
            for table in tables
        }
