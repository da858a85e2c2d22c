"""Another transaction was faster, or an error meets an error: the rest goes on, and
nothing of what was disturbed is lost."""

from odoo.tests import tagged
from odoo.tools import SQL, mute_logger

from ..models.mixins import jd_worker_mixin
from .order_case import JdOrderCase

WORKER = jd_worker_mixin.__name__
# PostgreSQL's codes.
FASTER, BROKEN = "40001", "22000"  # serialization_failure, data_exception


@tagged("post_install", "-at_install")
class TestOrderDisturbed(JdOrderCase):
    def refuse(self, table, when, code=FASTER):
        """Have PostgreSQL refuse to write some rows of a table, until `allow`."""
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """CREATE OR REPLACE FUNCTION jd_test_refuse() RETURNS trigger
                    LANGUAGE plpgsql AS $body$
                    BEGIN RAISE EXCEPTION 'refused' USING ERRCODE = TG_ARGV[0]; END
                    $body$;
                    CREATE TRIGGER jd_test_refuse BEFORE INSERT OR UPDATE ON %s
                    FOR EACH ROW WHEN (%s) EXECUTE FUNCTION jd_test_refuse(%s)""",
                *(SQL.identifier(table), when, code),
            )
        )

    def allow(self, table):
        self.env.cr.execute(
            SQL("DROP TRIGGER jd_test_refuse ON %s", SQL.identifier(table))
        )

    def make_two_sent(self):
        return [self.send(self.make_delivery(1)) for _ in range(2)]

    @mute_logger(WORKER, "odoo.sql_db")
    def test_a_message_whose_order_somebody_changes_is_applied_later(self):
        bad, good = self.make_two_sent()
        messages = [self.receive_message(each, "10016") for each in (bad, good)]
        self.refuse("jd_order", SQL("NEW.id = %s", bad.id))
        self.run_cron("process_messages")
        self.assertEqual([each.state for each in messages], ["new", "done"])
        self.assertEqual(good.status_code, "10016")
        self.assertNotEqual(bad.status_code, "10016")
        self.allow("jd_order")
        self.run_cron("process_messages")
        self.assertEqual([each.state for each in messages], ["done", "done"])
        self.assertEqual(bad.status_code, "10016")

    @mute_logger(WORKER, "odoo.sql_db")
    def test_an_order_is_not_sent_with_lines_that_could_not_be_corrected(self):
        picking = self.make_delivery(3)
        order = picking.jd_order_id
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE jd_order_line SET planned = 4 WHERE order_id = %s", [order.id]
        )
        self.env.invalidate_all()
        self.refuse("jd_order_line", SQL("NEW.order_id = %s", order.id))
        self.run_cron("push_orders")
        self.assertEqual(order.state, "queued")
        self.assertFalse(self.find_order_at_jd(order))
        self.allow("jd_order_line")
        self.run_cron("push_orders")
        self.assertEqual(order.state, "accepted")
        self.assertEqual(order.line_ids.planned, 3)

    @mute_logger(WORKER, "odoo.sql_db")
    def test_a_report_that_somebody_disturbs_undoes_nothing_for_others(self):
        self.close_with_a_report_that_fails(FASTER)

    @mute_logger(WORKER, "odoo.sql_db")
    def test_a_report_that_fails_undoes_nothing_for_others_and_is_tried_later(self):
        bad = self.close_with_a_report_that_fails(BROKEN)
        self.assertTrue(bad.retry_at)

    def close_with_a_report_that_fails(self, code):
        """Have one of two transfers fail to close, and its activity fail too."""
        bad, good = self.make_two_sent()
        for order in (bad, good):
            self.advance(order, "10019")
            self.pull(order)
        self.env.cr.execute(
            SQL(
                "ALTER TABLE stock_picking"
                " ADD CHECK (id != %s OR state != 'done') NOT VALID",
                bad.picking_id.id,
            )
        )
        self.refuse("mail_activity", SQL("NEW.res_id = %s", bad.picking_id.id), code)
        self.run_cron("close_orders")
        self.assertEqual(good.picking_id.state, "done")
        self.assertNotEqual(bad.picking_id.state, "done")
        return bad

    @mute_logger(WORKER, "odoo.sql_db")
    def test_a_customer_is_told_by_hand_where_somebody_disturbed_it(self):
        self.tell_customers()
        order = self.send(self.make_delivery(1))
        self.ship(order)
        self.assertEqual(order.confirmation, "due")
        self.refuse(
            "mail_message",
            SQL(
                "NEW.model = 'stock.picking' AND NEW.res_id = %s"
                " AND NEW.message_type != 'user_notification'",
                order.picking_id.id,
            ),
        )
        self.run_cron("send_confirmations")
        self.allow("mail_message")
        self.assertFalse(order.confirmation)
        self.assertOneActivity(order, "interrupted while it told the customer")
