from odoo.tests import tagged

from .order_case import JdOrderCase


@tagged("post_install", "-at_install")
class TestOrderWords(JdOrderCase):
    def test_what_scheduled_actions_write_is_in_the_language_of_who_reads_it(self):
        self.env["res.lang"]._activate_lang("id_ID")
        self.manager.lang = "id_ID"
        orders = self.env["jd.order"]._with_responsible_lang(self.connector)
        self.assertEqual(orders.env.lang, "id_ID")

    def test_the_user_of_the_transfer_is_asked_to_look(self):
        picking = self.make_delivery(1, user_id=self.stock_user.id)
        self.sandbox.do(
            "fault", kind="refuse", call="addSoOrder", code="2062", message="no"
        )
        order = self.send(picking)
        self.assertEqual(order.activity_ids.user_id, self.stock_user)

    def test_who_connected_is_asked_where_the_transfer_has_no_user(self):
        for user in (self.env["res.users"], self.other_manager):
            picking = self.make_delivery(1)
            picking.user_id = user
            self.sandbox.do(
                "fault", kind="refuse", call="addSoOrder", code="2062", count=1
            )
            order = self.send(picking)
            self.assertEqual(order.activity_ids.user_id, self.manager)

    def test_jds_words_are_shown_as_text(self):
        picking = self.make_delivery(1)
        words = "<b>5 < 6</b> & more"
        self.sandbox.do(
            "fault", kind="refuse", call="addSoOrder", code="2062", message=words
        )
        order = self.send(picking)
        self.assertIn(words, order.problems)
        self.assertIn(words, self.get_activity_notes(order))
