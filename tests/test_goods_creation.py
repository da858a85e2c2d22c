from datetime import timedelta

from odoo import fields
from odoo.fields import Command
from odoo.tests import tagged

from .. import const
from ..lib import api as jd_api
from .goods_case import JdGoodsCase
from .jd_case import QUICK_DEPARTMENT


class CreationCase(JdGoodsCase):
    def setUp(self):
        super().setUp()
        self.shirt = self.make_product("SHIRT")

    def get_created(self, product):
        """Return what JD was told of a product, by JD's own words."""
        operations = self.connector._get_operations()
        [goods] = operations.goods(QUICK_DEPARTMENT, own_numbers=[product.default_code])
        return goods

    def go_on(self):
        """Let the pause that JD asked for pass."""
        departments = self.env["jd.department"].search([])
        self.assertTrue(departments.pause_until > fields.Datetime.now())
        departments.pause_until = fields.Datetime.now() - timedelta(seconds=1)
        self.run_cron("match_goods")


@tagged("post_install", "-at_install")
class TestCreation(CreationCase):
    def test_what_jd_lacks_is_created_there_with_the_reference_as_barcode(self):
        self.match()
        goods = self.get_created(self.shirt)
        self.assertMatched(self.shirt, goods.number)
        self.assertEqual(goods.name, "Product SHIRT")
        self.assertEqual(goods.barcodes, ("SHIRT",))
        self.assertEqual(goods.shelf_life_days, 0)
        self.assertFalse(goods.batch_managed or goods.serial_managed)

    def test_the_barcode_of_the_product_is_that_of_the_goods(self):
        self.shirt.barcode = "4006381333931"
        self.match()
        self.assertEqual(self.get_created(self.shirt).barcodes, ("4006381333931",))

    def test_goods_tracked_by_lot_or_serial_number_are_so_at_jd(self):
        phone = self.make_product("PHONE", tracking="serial")
        milk = self.make_product("MILK", tracking="lot")
        self.match()
        self.assertTrue(self.get_created(phone).serial_managed)
        self.assertTrue(self.get_created(milk).batch_managed)

    def test_a_long_name_is_cut_to_what_jd_accepts(self):
        self.shirt.name = "x" * 600
        self.match()
        self.assertEqual(self.get_created(self.shirt).name, "x" * 500)

    def test_the_category_is_the_nearest_one_that_jd_knows(self):
        category = self.env["product.category"].create(
            {"name": "Shirts", "jd_category_no": "15606"}
        )
        child = category.create({"name": "Red shirts", "parent_id": category.id})
        row = self.get_goods(self.shirt) or self.env["jd.goods"]._create_rows(
            self.env["jd.department"].search([]), self.shirt
        )
        self.assertEqual(row._prepare_new_goods().category, const.GOODS_CATEGORY)
        self.shirt.categ_id = child
        self.assertEqual(row._prepare_new_goods().category, "15606")

    def test_switched_off_nothing_is_created_until_it_is_switched_on(self):
        self.connector.create_missing_goods = False
        self.match()
        self.assertNotAtJd(self.shirt, "no goods with SHIRT.*Create at JD", "missing")
        self.assertFalse(self.get_listed_at_jd())
        self.connector.create_missing_goods = True
        self.run_cron("match_goods")
        self.assertMatched(self.shirt, self.get_created(self.shirt).number)

    def test_goods_that_a_transfer_waits_for_are_created_first(self):
        self.match()
        later, awaited = self.make_product("LATER"), self.make_product("AWAITED")
        self.env["jd.goods"]._request_match(self.warehouse, awaited)
        # One call of the day is left, for one of the two.
        self.connector.daily_calls = self.count_calls("saveGoodsInfo") + 1
        self.match()
        self.assertEqual(self.get_goods(awaited).state, "matched")
        self.assertEqual(self.get_goods(later).state, "to_create")


@tagged("post_install", "-at_install")
class TestAsked(CreationCase):
    """Nothing is created at JD that nobody asked for."""

    CREATES = False

    def setUp(self):
        super().setUp()
        self.drinks = self.env["product.category"].create({"name": "Drinks"})
        self.tea = self.make_product("TEA", categ_id=self.drinks.id)
        self.milk = self.make_product("MILK", categ_id=self.drinks.id)
        self.found = self.make_product("FOUND")
        self.make_at_jd("FOUND")
        self.nameless = self.make_product()
        self.part = self.make_product("PART", sale_ok=False)
        self.run_cron("match_goods")  # as connecting has it done

    def open_dialog(self):
        action = self.connector.action_choose_goods()
        return self.connector.env[action["res_model"]].browse(action["res_id"])

    def get_states(self):
        rows = self.env["jd.goods"].search([])
        return {row.default_code or "": row.state for row in rows}

    def test_connecting_only_matches_and_tells_what_is_missing(self):
        self.assertEqual(
            self.get_states(),
            {
                **dict.fromkeys(("SHIRT", "TEA", "MILK"), "missing"),
                "FOUND": "matched",
                "": "refused",
                "PART": "unneeded",
            },
        )
        self.assertEqual(self.count_calls("saveGoodsInfo"), 0)
        self.assertEqual(self.get_goods(self.found).origin, "found")
        counts = (self.connector.goods_missing_count, self.connector.goods_count)
        self.assertEqual(counts, (3, 6))

    def test_the_chosen_categories_are_created_but_for_what_is_left_out(self):
        dialog = self.open_dialog()
        offered = {line.category_id: line.count for line in dialog.line_ids}
        self.assertEqual(offered, {self.drinks: 2, self.shirt.categ_id: 1})
        counts = (dialog.missing_count, dialog.unneeded_count, dialog.refused_count)
        self.assertEqual(counts, (3, 1, 1))
        dialog.line_ids.filtered(
            lambda line: line.category_id != self.drinks
        ).is_chosen = False
        dialog.excluded_ids = self.get_goods(self.milk)
        self.assertEqual(dialog.chosen_count, 1)
        dialog.action_create_at_jd()
        self.assertPosted(self.connector, "to be created at JD: 1.")
        self.connector.invalidate_recordset(["goods_waiting_count"])
        self.assertEqual(self.connector.goods_waiting_count, 1)
        self.run_cron("match_goods")
        self.assertMatched(self.tea, self.get_created(self.tea).number)
        self.assertEqual(self.get_goods(self.tea).origin, "created")
        self.assertEqual(sorted(self.get_listed_at_jd()), ["FOUND", "TEA"])

    def test_what_jd_got_meanwhile_is_found_and_not_created(self):
        numbers = self.make_at_jd("TEA")
        self.open_dialog().action_create_at_jd()
        self.run_cron("match_goods")
        self.assertMatched(self.tea, numbers["TEA"])
        self.assertEqual(self.get_goods(self.tea).origin, "found")
        self.assertEqual(self.count_calls("saveGoodsInfo"), 2)

    def test_what_was_found_missing_after_the_dialog_opened_was_not_asked_for(self):
        dialog = self.open_dialog()
        late = self.make_product("LATE", categ_id=self.drinks.id)
        self.connector.action_match_goods()
        self.run_cron("match_goods")
        self.assertEqual(self.get_goods(late).state, "missing")
        dialog.action_create_at_jd()
        self.run_cron("match_goods")
        self.assertEqual(self.get_states()["LATE"], "missing")
        self.assertEqual(self.get_states()["TEA"], "matched")

    def test_the_day_s_calls_spread_a_big_creation_over_days(self):
        self.connector.daily_calls = self.count_calls("saveGoodsInfo") + 2
        message = self.open_dialog().action_create_at_jd()["params"]["message"]
        self.assertRegex(message, "2 today.* 1 on the next days")

    def test_creating_none_is_a_decision_too(self):
        self.open_dialog().action_create_none()
        self.assertTrue(self.connector.goods_decided_at)
        self.run_cron("match_goods")
        self.assertEqual(self.count_calls("saveGoodsInfo"), 0)

    def test_nothing_to_choose_says_so(self):
        self.open_dialog().action_create_at_jd()
        self.run_cron("match_goods")
        shown = self.connector.action_choose_goods()["params"]
        self.assertIn("Nothing to create", shown["message"])
        with self.assertRefused("None of these"):
            self.get_goods(self.tea).action_create_at_jd()

    def test_what_nobody_ships_is_created_only_for_somebody_who_wants_it(self):
        self.connector.create_missing_goods = True
        self.run_cron("match_goods")
        self.assertEqual(self.get_goods(self.part).state, "unneeded")
        for want in (
            lambda: self.get_goods(self.part).action_create_at_jd(),
            lambda: self.part.product_tmpl_id.write({"sale_ok": True}),
            lambda: self.match(self.part),
            lambda: (
                self.env["stock.quant"]
                .with_context(inventory_mode=True)
                .create(
                    {
                        "product_id": self.part.id,
                        "location_id": self.warehouse.lot_stock_id.id,
                        "inventory_quantity": 1,
                    }
                )
                .action_apply_inventory()
            ),
        ):
            with self.subTest(want), self.env.cr.savepoint() as savepoint:
                want()
                self.match()
                self.assertEqual(self.get_goods(self.part).state, "matched")
                savepoint.rollback()
                self.env.invalidate_all()

    def make_delivery(self, product):
        picking = self.env["stock.picking"].create(
            {
                "picking_type_id": self.warehouse.out_type_id.id,
                "company_id": self.company.id,
                "location_id": self.warehouse.lot_stock_id.id,
                "location_dest_id": self.env.ref("stock.stock_location_customers").id,
                "move_ids": [
                    Command.create(
                        {
                            "company_id": self.company.id,
                            "product_id": product.id,
                            "product_uom_qty": 1,
                            "location_id": self.warehouse.lot_stock_id.id,
                            "location_dest_id": self.env.ref(
                                "stock.stock_location_customers"
                            ).id,
                        }
                    )
                ],
            }
        )
        picking.action_confirm()
        return picking

    def test_a_transfer_says_at_confirmation_what_jd_lacks_and_has_it_created(self):
        self.env.cr.precommit.data.pop("bus.bus.values", None)
        picking = self.make_delivery(self.tea)
        sent = str(self.env.cr.precommit.data.get("bus.bus.values"))
        self.assertRegex(sent, "Not at JD.*TEA")
        self.assertIn("TEA", picking.jd_goods_notice)
        picking.action_jd_create_goods()
        picking.invalidate_recordset(["jd_goods_notice"])
        self.assertFalse(picking.jd_goods_notice)
        self.run_cron("match_goods")
        self.assertEqual(self.get_goods(self.tea).state, "matched")
        self.assertFalse(self.make_delivery(self.found).jd_goods_notice)


@tagged("post_install", "-at_install")
class TestUnknownOutcome(CreationCase):
    def test_created_without_an_answer_it_is_asked_about_and_not_sent_again(self):
        self.sandbox.do("fault", kind="timeout_after", call="saveGoodsInfo", count=1)
        self.match()
        self.assertEqual(self.get_goods(self.shirt).state, "to_match")
        self.go_on()
        self.assertMatched(self.shirt, self.get_created(self.shirt).number)
        self.assertEqual(self.count_calls("saveGoodsInfo"), 1)
        self.assertEqual(self.get_goods(self.shirt).origin, "created")

    def test_not_created_and_not_answered_it_is_asked_about_and_sent_again(self):
        self.sandbox.do("fault", kind="timeout_before", call="saveGoodsInfo", count=1)
        self.match()
        self.assertFalse(self.get_listed_at_jd())
        self.go_on()
        self.assertMatched(self.shirt, self.get_created(self.shirt).number)

    def test_one_in_five_without_an_answer_leaves_everything_created_once(self):
        products = [self.make_product(f"P{number}") for number in range(60)]
        self.sandbox.do("fault", kind="timeout_after", call="saveGoodsInfo", ratio=0.2)
        self.match()
        while self.connector.goods_waiting_count:
            self.go_on()
        listed = self.get_listed_at_jd()
        self.assertEqual(len(listed), 61)
        for product in products:
            self.assertMatched(product, listed[product.default_code]["goodsNo"])
        self.assertEqual(self.count_calls("saveGoodsInfo"), 61)

    def test_a_row_left_behind_by_a_process_that_died_is_asked_about(self):
        department = self.env["jd.department"].search([])
        row = self.env["jd.goods"]._create_rows(department, self.shirt)
        row.state = "to_create"
        with self.enter_registry_test_mode(), self.registry.cursor() as cr:
            department.with_env(self.env(cr=cr))._claim_missing()
        numbers = self.make_at_jd("SHIRT")  # it had got through
        self.run_cron("match_goods")
        self.assertMatched(self.shirt, numbers["SHIRT"])
        self.assertFalse(self.count_calls("saveGoodsInfo"))


@tagged("post_install", "-at_install")
class TestRefusal(CreationCase):
    def refuse(self, code, message="no"):
        self.sandbox.do(
            "fault", kind="refuse", call="saveGoodsInfo", code=code, message=message
        )

    def test_nothing_is_created_while_jds_list_has_rows_nobody_understands(self):
        self.make_at_jd("CUP")
        product = self.make_product("CUP")
        self.sandbox.do(
            "fault",
            kind="patch",
            call="queryGoodsInfo",
            patch=[{"path": "data.0.basicInfo.goodsNo", "delete": True}],
        )
        self.match()
        self.assertNotAtJd(product, "rows that Odoo cannot read")
        self.assertEqual(self.count_calls("saveGoodsInfo"), 0)
        note = self.connector.sudo().activity_ids.note
        self.assertRegex(note, "cannot read.*CUP")
        self.match()  # JD has mended it
        self.assertEqual(self.get_goods(product).state, "matched")

    def test_a_name_that_jd_does_not_take_is_tried_again_once_it_is_changed(self):
        self.refuse("2003", "content safety")
        self.match()
        self.assertNotAtJd(self.shirt, r"content safety \(code 2003\).*content check")
        self.sandbox.do("clear_faults")
        self.shirt.name = "A nice shirt"
        self.run_cron("match_goods")
        self.assertMatched(self.shirt, self.get_created(self.shirt).number)

    def test_one_refused_product_does_not_stop_the_others(self):
        self.make_product("OTHER")
        self.sandbox.do(
            "fault", kind="refuse", call="saveGoodsInfo", code="2001", count=1
        )
        self.match()
        states = self.env["jd.goods"].search([]).mapped("state")
        self.assertEqual(sorted(states), ["matched", "refused"])

    def test_goods_that_are_being_added_just_now_are_tried_again(self):
        self.refuse("2005")
        self.match()
        self.assertEqual(self.get_goods(self.shirt).state, "to_create")
        self.sandbox.do("clear_faults")
        self.go_on()
        self.assertEqual(self.get_goods(self.shirt).state, "matched")

    def test_a_department_without_permission_is_named_at_each_product(self):
        self.sandbox.do("department", no=QUICK_DEPARTMENT, pins=[])
        self.match()
        self.assertNotAtJd(
            self.shirt, f"jd_demo_quick has no access .*{QUICK_DEPARTMENT}"
        )

    def test_goods_that_jd_switched_off_are_not_used(self):
        department = self.env["jd.department"].search([])
        row = self.env["jd.goods"]._create_rows(department, self.shirt)
        row._compare([jd_api.Goods("EMG1", own_number="SHIRT", enabled=False)])
        self.assertNotAtJd(self.shirt, "switched its goods EMG1 off")


@tagged("post_install", "-at_install")
class TestWhenJdIsUnwell(CreationCase):
    def test_called_too_often_it_waits_as_long_as_jd_asks(self):
        self.sandbox.do("fault", kind="throttle", call="queryGoodsInfo", count=1)
        self.match()
        self.assertEqual(self.get_goods(self.shirt).state, "to_match")
        calls = self.count_calls("queryGoodsInfo")
        self.run_cron("match_goods")
        self.assertEqual(self.count_calls("queryGoodsInfo"), calls)
        self.go_on()
        self.assertEqual(self.get_goods(self.shirt).state, "matched")

    def test_out_of_order_it_is_asked_again_later(self):
        self.sandbox.do("fault", kind="html_502", count=1)
        self.match()
        self.go_on()
        self.assertEqual(self.get_goods(self.shirt).state, "matched")

    def test_without_a_valid_login_somebody_is_asked_to_sign_in(self):
        self.sandbox.do("fault", kind="expire_token", call="saveGoodsInfo", count=1)
        self.match()
        self.assertEqual(self.connector.state, "expired")
        self.assertTrue(self.connector.activity_ids)
        self.assertIn(self.get_goods(self.shirt).state, const.GOODS_WAITING)
        self.connect(self.connector)
        self.run_cron("match_goods")
        self.assertMatched(self.shirt, self.get_created(self.shirt).number)

    def test_a_used_up_day_waits_and_keeps_what_is_known(self):
        self.connector.daily_calls = 1
        self.match()
        # The one question by reference is spent, none is left by barcode or to create.
        self.assertEqual(self.count_calls("saveGoodsInfo"), 1)
        other = self.make_product("OTHER")
        self.match(other)
        self.assertEqual(self.get_goods(other).state, "to_match")
        self.assertEqual(self.count_calls("queryGoodsInfo"), 1)
        self.connector.daily_calls = 100
        self.go_on()
        self.assertEqual(self.get_goods(other).state, "matched")

    def test_one_connection_out_of_order_does_not_stop_another(self):
        basic = self.make_basic(
            department_no="EBU0000000000201",
            warehouse_no="110000201",
            create_missing_goods=True,
        )
        self.connect(basic)
        self.sandbox.do("fault", kind="html_502", app_key="sandbox-shared-key")
        self.run_cron("match_goods")
        self.assertFalse(self.connector.goods_matched_count)
        self.assertTrue(basic.goods_matched_count)
