from odoo.exceptions import AccessError, ConcurrencyError, ValidationError
from odoo.tests import tagged
from odoo.tools import SQL, mute_logger

from .goods_case import JdGoodsCase
from .jd_case import BEAUTY, FASHION, QUICK_DEPARTMENT


@tagged("post_install", "-at_install")
class TestSeveralDepartments(JdGoodsCase):
    """What goes wrong with one stops no other, and none is always the last."""

    def setUp(self):
        super().setUp()
        self.basic = self.connect(self.make_basic())
        departments = self.env["jd.department"]
        self.bad = departments.search([("connector_id", "=", self.connector.id)])
        self.good = departments._ensure(self.basic, [FASHION])
        self.assertLess(self.bad.id, self.good.id)

    @mute_logger(
        "odoo.addons.jd_fulfillment.models.mixins.jd_worker_mixin", "odoo.sql_db"
    )
    def test_a_department_that_cannot_be_served_stops_no_other(self):
        departments = (self.good + self.bad).sudo()
        for cron, name, condition in (
            ("pull_level_changes", "level_changes_until", "IS NULL"),
            ("list_orders", "listed_until", "IS NULL"),
            ("match_goods", "shops_request", "= 0"),
        ):
            with self.subTest(cron):
                condition = SQL(f"%s {condition}", SQL.identifier(name))
                departments.pause_until = False
                self.env.cr.execute(
                    SQL(
                        "ALTER TABLE jd_department ADD CHECK (id != %s OR %s)",
                        self.bad.id,
                        condition,
                    )
                )
                for connector in (self.connector, self.basic):
                    connector.sudo().goods_request += 1
                self.run_cron(cron)
                self.assertTrue(self.good[name])
                self.assertFalse(self.bad[name])
                note = self.connector.sudo().activity_ids[:1].note
                self.assertRegex(note, "look for JD-[0-9A-F]{8} in the")
                self.assertTrue(self.bad.pause_until)

    def test_who_was_served_last_is_served_first_the_next_time(self):
        self.good.served_at = "2020-01-01"
        self.bad.served_at = "2021-01-01"
        self.assertEqual(self.good._search_connected()[:1], self.good)
        self.run_cron("pull_level_changes")
        self.assertGreater(self.good.served_at, self.good.create_date)
        self.bad.served_at = "2020-01-01"
        self.assertEqual(self.good._search_connected()[:1], self.bad)


@tagged("post_install", "-at_install")
class TestTwins(JdGoodsCase):
    def test_a_request_that_another_one_overtook_is_repeated(self):
        """Odoo repeats it on a `ConcurrencyError`, so nothing may swallow that."""
        [department] = self.env["jd.department"]._ensure(
            self.connector, [QUICK_DEPARTMENT]
        )
        product = self.make_product("SHIRT")
        goods = self.env["jd.goods"]
        goods._create_rows(department, product)
        reported = []
        with mute_logger("odoo.sql_db"), self.assertRaises(ConcurrencyError):
            department._process_isolated(
                lambda rows: goods._create_rows(rows, product),
                lambda row, error: reported.append(error),
            )
        self.assertFalse(reported)


@tagged("post_install", "-at_install")
class TestMatch(JdGoodsCase):
    def test_connecting_matches_the_products_of_the_company_by_itself(self):
        shirt = self.make_product("SHIRT")
        numbers = self.make_at_jd("SHIRT")
        self.run_cron("match_goods")
        self.assertMatched(shirt, numbers["SHIRT"])

    def test_a_reference_counts_more_than_a_barcode(self):
        shirt = self.make_product("SHIRT", barcode="4006381333931")
        numbers = self.make_at_jd(
            {"erpGoodsNo": "OLD", "barcode": "4006381333931"}, "SHIRT"
        )
        self.match()
        self.assertMatched(shirt, numbers["SHIRT"])

    def test_without_the_reference_at_jd_the_barcode_counts(self):
        shirt = self.make_product("SHIRT", barcode="4006381333931")
        numbers = self.make_at_jd({"erpGoodsNo": "OLD", "barcode": "123,4006381333931"})
        self.match()
        self.assertMatched(shirt, numbers["OLD"])
        self.assertNotIn("SHIRT", self.get_listed_at_jd())

    def test_a_product_without_a_reference_is_found_by_its_barcode(self):
        shirt = self.make_product(barcode="4006381333931")
        numbers = self.make_at_jd({"erpGoodsNo": "OLD", "barcode": "4006381333931"})
        self.match()
        self.assertMatched(shirt, numbers["OLD"])

    def test_without_any_code_it_asks_for_a_reference_and_goes_on_with_one(self):
        shirt = self.make_product()
        numbers = self.make_at_jd("SHIRT")
        self.match()
        self.assertNotAtJd(shirt, "Give the product an internal reference")
        shirt.default_code = "SHIRT"
        self.run_cron("match_goods")
        self.assertMatched(shirt, numbers["SHIRT"])

    def test_a_barcode_jd_does_not_know_is_named_where_the_reference_is_missing(self):
        shirt = self.make_product(barcode="4006381333931")
        self.match()
        self.assertNotAtJd(shirt, "barcode 4006381333931. Give .* internal reference")

    def test_a_barcode_of_several_goods_is_not_guessed(self):
        shirt = self.make_product("SHIRT", barcode="400")
        numbers = self.make_at_jd(
            {"erpGoodsNo": "OLD", "barcode": "400"},
            {"erpGoodsNo": "NEW", "barcode": "400"},
        )
        self.match()
        self.assertNotAtJd(shirt, f"{numbers['OLD']}.*{numbers['NEW']}")

    def test_two_products_with_one_reference_name_each_other(self):
        first, second = self.make_product("SHIRT"), self.make_product("SHIRT")
        first.name, second.name = "Red shirt", "Blue shirt"
        numbers = self.make_at_jd("SHIRT")
        self.match()
        self.assertNotAtJd(first, "Blue shirt.* has SHIRT too")
        self.assertNotAtJd(second, "Red shirt.* has SHIRT too")
        second.default_code = "BLUE"
        self.run_cron("match_goods")
        self.assertMatched(first, numbers["SHIRT"])
        self.assertMatched(second, self.get_listed_at_jd()["BLUE"]["goodsNo"])

    def test_goods_belong_to_one_product_only(self):
        first = self.make_product("SHIRT")
        numbers = self.make_at_jd({"erpGoodsNo": "SHIRT", "barcode": "400"})
        self.match()
        second = self.make_product("OTHER", barcode="400")
        self.match()
        self.assertMatched(first, numbers["SHIRT"])
        self.assertNotAtJd(second, f"{numbers['SHIRT']} belong to .*SHIRT")

    def test_goods_of_an_archived_product_stay_with_it(self):
        first = self.make_product("SHIRT")
        numbers = self.make_at_jd("SHIRT")
        self.match()
        first.active = False
        second = self.make_product("SHIRT")
        self.match()
        self.assertMatched(first, numbers["SHIRT"])
        self.assertNotAtJd(second, "archived product .* Restore that one")

    def test_an_archived_product_is_left_alone_until_it_is_restored(self):
        shirt = self.make_product("SHIRT")
        self.env["jd.goods"]._request_match(self.warehouse, shirt)
        shirt.active = False
        self.match()
        self.assertEqual(self.get_goods(shirt).state, "to_match")
        self.assertNotIn("SHIRT", self.get_listed_at_jd())
        self.assertFalse(self.connector.goods_waiting_count)
        shirt.active = True
        self.run_cron("match_goods")
        self.assertEqual(self.get_goods(shirt).state, "matched")

    def test_every_variant_is_matched_on_its_own(self):
        size = self.env["product.attribute"].create(
            {
                "name": "Size",
                "value_ids": [(0, 0, {"name": "S"}), (0, 0, {"name": "L"})],
            }
        )
        template = self.env["product.template"].create(
            {
                "name": "Shirt",
                "is_storable": True,
                "attribute_line_ids": [
                    (
                        0,
                        0,
                        {
                            "attribute_id": size.id,
                            "value_ids": [(6, 0, size.value_ids.ids)],
                        },
                    )
                ],
            }
        )
        small, large = template.product_variant_ids
        small.default_code, large.default_code = "SHIRT-S", "SHIRT-L"
        numbers = self.make_at_jd("SHIRT-S")
        self.match()
        self.assertMatched(small, numbers["SHIRT-S"])
        created = self.get_listed_at_jd()["SHIRT-L"]
        self.assertMatched(large, created["goodsNo"])
        self.assertEqual(created["goodsName"], "Shirt (L)")
        self.assertEqual(template.jd_goods_count, 2)

    def test_services_and_products_of_other_companies_are_left_out(self):
        service = self.make_product("HELP", type="service", is_storable=False)
        foreign = self.make_product("FOREIGN", company_id=self.other_company.id)
        shared = self.make_product("SHARED", company_id=False)
        self.match()
        self.env["jd.goods"]._request_match(self.warehouse, service + foreign)
        self.assertFalse(self.get_goods(service) + self.get_goods(foreign))
        self.assertEqual(self.get_goods(shared).state, "matched")

    def test_what_a_transfer_needs_is_matched_though_it_is_not_storable(self):
        shirt = self.make_product("SHIRT", is_storable=False)
        self.match()
        self.assertFalse(self.get_goods(shirt))
        self.match(shirt)
        self.assertEqual(self.get_goods(shirt).state, "matched")

    def test_asking_twice_makes_one_row(self):
        shirt = self.make_product("SHIRT")
        for _again in range(2):
            self.match(shirt)
            self.match()
        self.assertEqual(self.env["jd.goods"].search_count([]), 1)

    def test_each_department_has_goods_of_its_own(self):
        connector = self.make_basic(create_missing_goods=True)
        self.connect(connector)
        connector._pick_warehouses({FASHION: ["110000201"], BEAUTY: ["110000203"]})
        fashion, beauty = connector.warehouse_ids.sorted("jd_warehouse_no")
        shirt = self.make_product("SHIRT")
        numbers = self.make_at_jd("SHIRT", department=FASHION)
        self.run_cron("match_goods")
        self.assertEqual(self.get_goods(shirt, fashion).goods_no, numbers["SHIRT"])
        created = self.get_listed_at_jd(BEAUTY)["SHIRT"]["goodsNo"]
        self.assertEqual(self.get_goods(shirt, beauty).goods_no, created)
        self.assertEqual(len(shirt.jd_goods_ids), 3)

    def test_match_again_finds_the_goods_of_a_corrected_reference(self):
        shirt = self.make_product("WRONG")
        numbers = self.make_at_jd("WRONG", "RIGHT")
        self.match()
        shirt.default_code = "RIGHT"
        self.run_cron("match_goods")
        self.assertMatched(shirt, numbers["WRONG"])
        self.get_goods(shirt).with_user(self.manager).action_match_again()
        self.run_cron("match_goods")
        self.assertMatched(shirt, numbers["RIGHT"])

    def test_a_code_that_jd_cannot_take_is_said_to_be_too_long(self):
        long, comma = self.make_product("X" * 51), self.make_product("A,B")
        self.match()
        for product in (long, comma):
            self.assertNotAtJd(product, "at most 50 characters and without commas")
        self.assertFalse(self.get_listed_at_jd())

    def test_a_refusal_is_asked_about_again_for_a_transfer_after_an_hour(self):
        self.connector.create_missing_goods = False
        shirt = self.make_product("SHIRT")
        self.match(shirt)
        numbers = self.make_at_jd("SHIRT")
        self.match(shirt)
        self.assertNotAtJd(shirt, "JD lists no goods with SHIRT", "missing")
        self.env.cr.execute(
            "UPDATE jd_goods SET refused_at = refused_at - interval '61 minutes'"
        )
        self.env.invalidate_all()
        self.match(shirt)
        self.assertMatched(shirt, numbers["SHIRT"])


@tagged("post_install", "-at_install")
class TestProgress(JdGoodsCase):
    def test_the_connection_counts_what_is_done_and_what_is_left(self):
        self.make_product("SHIRT")
        self.make_product()
        self.env["jd.goods"]._request_match(
            self.warehouse, self.env["product.product"].search([])
        )
        connector = self.connector
        self.assertEqual((connector.goods_count, connector.goods_waiting_count), (2, 2))
        self.assertEqual(connector.goods_progress, 0)
        self.run_cron("match_goods")
        self.assertEqual(connector.goods_matched_count, 1)
        self.assertEqual(connector.goods_refused_count, 1)
        self.assertEqual(connector.goods_progress, 100)

    def test_nothing_is_matched_by_button_while_nobody_is_signed_in(self):
        self.connector.action_disconnect()
        with self.assertRefused("Sign in at JD first"):
            self.connector.action_match_goods()

    def test_what_waits_goes_on_after_the_next_login(self):
        shirt = self.make_product("SHIRT")
        self.connector.action_disconnect()
        self.run_cron("match_goods")
        self.assertFalse(self.get_goods(shirt))
        self.assertFalse(self.count_calls("queryGoodsInfo"))
        self.connect(self.connector)
        self.run_cron("match_goods")
        self.assertEqual(self.get_goods(shirt).state, "matched")


@tagged("post_install", "-at_install")
class TestShop(JdGoodsCase):
    def test_the_only_shop_of_a_department_is_filled_in(self):
        self.run_cron("match_goods")
        self.assertEqual(self.warehouse.jd_shop_no, "ESP0000000000101")

    def test_none_is_filled_in_while_a_shop_of_jd_s_cannot_be_read(self):
        odd = {"path": "data", "value": [{"shopNo": "ESP1"}, {"shopNo": []}]}
        self.sandbox.do("fault", kind="patch", call="queryShopInfo", patch=[odd])
        self.run_cron("match_goods")
        self.assertFalse(self.warehouse.jd_shop_no)

    def test_a_shop_that_was_chosen_stays(self):
        self.warehouse.jd_shop_no = "ESP0000000000999"
        self.run_cron("match_goods")
        self.assertEqual(self.warehouse.jd_shop_no, "ESP0000000000999")
        self.assertFalse(self.count_calls("queryShopInfo"))


@tagged("post_install", "-at_install")
class TestAccess(JdGoodsCase):
    def setUp(self):
        super().setUp()
        self.shirt = self.make_product("SHIRT")
        self.match()

    def test_stock_users_see_goods_and_change_nothing(self):
        row = self.get_goods(self.shirt).with_user(self.stock_user)
        self.assertTrue(row.display_name)
        self.assertEqual(self.shirt.with_user(self.stock_user).jd_goods_count, 1)
        for attempt in (
            row.action_match_again,
            row.unlink,
            lambda: row.write({"goods_no": "EMG1"}),
            lambda: row.create({"product_id": self.shirt.id}),
            self.connector.with_user(self.stock_user).action_match_goods,
        ):
            with self.assertRaises(AccessError), mute_logger("odoo.models"):
                attempt()

    def test_a_stock_users_transfer_has_its_goods_looked_for(self):
        other = self.make_product("OTHER")
        rows = self.env["jd.goods"].with_user(self.stock_user)
        rows._request_match(self.warehouse.with_user(self.stock_user), other)
        self.run_cron("match_goods")
        self.assertEqual(self.get_goods(other).state, "matched")

    def test_another_company_sees_nothing_of_them(self):
        rows = self.env["jd.goods"].with_user(self.other_manager)
        rows = rows.with_context(allowed_company_ids=self.other_company.ids)
        self.assertFalse(rows.search([]))
        self.assertFalse(rows.env["jd.department"].search([]))
        with self.assertRaises(AccessError):
            rows.browse(self.get_goods(self.shirt).id).read(["goods_no"])

    def test_whoever_changes_a_product_need_not_know_jd(self):
        editor = self.make_user("editor", "product.group_product_manager")
        self.shirt.with_user(editor).default_code = "OTHER"
        self.assertEqual(self.get_goods(self.shirt).state, "matched")

    def test_categories_of_jd_are_numbers(self):
        category = self.env["product.category"].create({"name": "Shirts"})
        for record, name in (
            (category, "jd_category_no"),
            (self.connector, "goods_category_no"),
        ):
            with self.assertRefused("digits only", ValidationError):
                record[name] = "shirts"
