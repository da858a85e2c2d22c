from odoo.tests import tagged
from odoo.tools import mute_logger

from .inbound_case import JdInboundCase
from .jd_case import QUICK_WAREHOUSE


@tagged("post_install", "-at_install")
class TestGoodsLevels(JdInboundCase):
    """Good, defective and sample stock: only the good is sellable, each moved once."""

    def get_changes(self):
        return self.env["jd.level.change"].search([], order="id")

    # === SELLABLE === #

    def test_only_good_stock_is_sellable(self):
        self.change_level(30)
        self.change_level(20, after="300")
        self.run_cron("pull_level_changes")
        good = self.STOCK - 50
        product = self.product.with_context(warehouse_id=self.warehouse.id)
        for seen in (self.product, product):
            seen.invalidate_recordset()
            self.assertEqual(seen.qty_available, good)
            self.assertEqual(seen.free_qty, good)
            self.assertEqual(seen.virtual_available, good)
        sample = self.warehouse._jd_get_location("300")
        self.assertEqual(self.get_stock(self.product, self.defective), 30)
        self.assertEqual(self.get_stock(self.product, sample), 20)
        for level, place in (("100", self.stock), ("200", self.defective)):
            self.assertEqual(
                self.get_stock(self.product, place),
                self.get_stock_at_jd(self.product, level),
            )

    def test_defective_stock_is_never_reserved_for_a_customer(self):
        self.change_level(self.STOCK - 3)
        self.run_cron("pull_level_changes")
        delivery = self.make_delivery(10)
        self.assertEqual(delivery.move_ids.quantity, 3)

    def test_defective_stock_does_not_keep_a_product_from_being_replenished(self):
        self.env["stock.warehouse.orderpoint"].create(
            {
                "product_id": self.product.id,
                "warehouse_id": self.warehouse.id,
                "location_id": self.stock.id,
                "product_min_qty": 900,
                "product_max_qty": 1000,
            }
        )
        self.change_level(200)
        self.run_cron("pull_level_changes")
        orderpoint = self.env["stock.warehouse.orderpoint"].search(
            [("product_id", "=", self.product.id)]
        )
        orderpoint.invalidate_recordset()
        self.assertEqual(orderpoint.qty_to_order, 200)

    def test_levels_lie_outside_the_warehouse_and_belong_to_the_company(self):
        place = self.defective
        self.assertEqual(place.company_id, self.company)
        self.assertEqual(place.usage, "internal")
        self.assertFalse(place.warehouse_id)
        self.assertIn("JD101 not for sale", place.complete_name)
        self.assertEqual(place, self.warehouse._jd_get_location("210"))

    # === CARRIED OVER === #

    def test_a_change_is_moved_once_however_often_it_is_read(self):
        number = self.change_level(7)
        for _each in range(3):
            self.run_cron("pull_level_changes")
        self.assertEqual(self.get_changes().mapped("number"), [number])
        self.assertEqual(self.get_changes().state, "moved")
        self.assertEqual(self.get_stock(self.product, self.defective), 7)

    def test_goods_that_turn_good_again_are_sellable_again(self):
        self.change_level(7)
        self.run_cron("pull_level_changes")
        self.change_level(5, before="200", after="100")
        self.run_cron("pull_level_changes")
        self.assertEqual(self.get_stock(self.product), self.STOCK - 2)
        self.assertEqual(self.get_stock(self.product, self.defective), 2)

    def test_levels_that_are_one_location_here_need_no_move(self):
        self.change_level(7)
        self.change_level(7, before="200", after="210")
        self.run_cron("pull_level_changes")
        self.assertEqual(self.get_changes().mapped("state"), ["moved", "same"])
        self.assertEqual(self.get_stock(self.product, self.defective), 7)

    def test_more_changes_than_a_page_are_all_moved(self):
        for _each in range(53):
            self.change_level(1)
        self.run_cron("pull_level_changes")
        self.assertEqual(len(self.get_changes()), 53)
        self.assertEqual(self.get_stock(self.product, self.defective), 53)

    def test_a_change_that_another_transaction_disturbs_is_moved_the_next_time(self):
        self.env.cr.execute(
            """CREATE FUNCTION pg_temp.disturb() RETURNS trigger AS $$
                 BEGIN RAISE EXCEPTION USING ERRCODE = 'serialization_failure'; END
               $$ LANGUAGE plpgsql;
               CREATE TRIGGER disturb BEFORE INSERT ON stock_move
                   EXECUTE FUNCTION pg_temp.disturb()"""
        )
        self.change_level(7)
        with mute_logger("odoo.sql_db"):
            self.run_cron("pull_level_changes")
        self.assertFalse(self.get_changes())
        self.assertFalse(self.connector.activity_ids)
        self.env.cr.execute("DROP TRIGGER disturb ON stock_move")
        self.run_cron("pull_level_changes")
        self.assertEqual(self.get_changes().state, "moved")

    def test_unknown_goods_are_listed_and_moved_once_they_are_matched(self):
        goods = self.sandbox.do(
            "goods", department=self.department, goods=[{"erpGoodsNo": "STRANGE"}]
        )["STRANGE"]
        self.sandbox.do(
            "stock",
            warehouse=QUICK_WAREHOUSE,
            rows=[{"goodsNo": goods, "quantity": 9}],
        )
        self.change_level(4, goods=goods)
        self.change_level(2)
        self.run_cron("pull_level_changes")
        self.assertEqual(self.get_changes().mapped("state"), ["to_fix", "moved"])
        strange = self.get_changes()[0]
        self.assertIn(f"{goods} belong to no product", strange.problem)
        self.assertActivity(self.connector, strange.number)
        product = self.env["product.product"].create(
            {"name": "Strange", "default_code": "STRANGE", "is_storable": True}
        )
        self.env["stock.quant"]._update_available_quantity(product, self.stock, 9)
        self.connector.action_match_goods()
        self.run_cron("match_goods")
        strange.with_user(self.stock_user).action_move()
        self.assertEqual(strange.state, "moved")
        self.assertEqual(self.get_stock(product, self.defective), 4)

    @property
    def department(self):
        return self.warehouse.jd_department_no

    def test_a_warehouse_that_is_not_in_odoo_is_named(self):
        self.sandbox.do("stock", warehouse="110000102", each=10)
        self.change_level(1, warehouse="110000102")
        self.run_cron("pull_level_changes")
        self.assertEqual(self.get_changes().state, "to_fix")
        self.assertIn("110000102 is not connected", self.get_changes().problem)

    def test_jd_not_answering_loses_no_change(self):
        self.change_level(7)
        self.sandbox.do("fault", kind="html_502", call="queryGoodsLevelChange", count=1)
        self.run_cron("pull_level_changes")
        self.assertFalse(self.get_changes())
        self.env["jd.department"].search([]).pause_until = False
        self.run_cron("pull_level_changes")
        self.assertEqual(self.get_changes().state, "moved")

    def test_a_row_that_is_not_understood_costs_only_itself_and_is_told_once(self):
        self.change_level(7)
        self.change_level(5)
        odd = [{"path": "data.resultList.0.details.0.quantity", "value": "a lot"}]
        for call_count in (1, 2):
            self.sandbox.do(
                "fault", kind="patch", call="queryGoodsLevelChange", patch=odd
            )
            self.run_cron("pull_level_changes")
            self.assertEqual(len(self.get_changes()), 1, call_count)
        activity = self.connector.sudo().activity_ids
        self.assertEqual(len(activity), 1)
        self.assertRegex(activity.note, r"cannot read: 1\..*a lot")
        self.run_cron("pull_level_changes")  # JD has mended it
        self.assertEqual(set(self.get_changes().mapped("state")), {"moved"})
        self.assertEqual(len(self.get_changes()), 2)

    def test_a_refusal_is_told_once_and_leaves_goods_alone(self):
        self.sandbox.do(
            "fault",
            kind="refuse",
            call="queryGoodsLevelChange",
            code="3031",
            message="not yours",
        )
        self.run_cron("pull_level_changes")
        self.run_cron("pull_level_changes")
        asked = self.connector.activity_ids
        self.assertEqual(len(asked), 1)
        self.assertActivity(self.connector, "does not list the goods whose level")

    def test_lots_change_their_level_the_oldest_first(self):
        cream = self.env["product.product"].create(
            {
                "name": "Cream",
                "default_code": "CREAM",
                "is_storable": True,
                "tracking": "lot",
            }
        )
        self.sandbox.do(
            "goods", department=self.department, goods=[{"erpGoodsNo": "CREAM"}]
        )
        self.connector.action_match_goods()
        self.run_cron("match_goods")
        for name, pieces in (("A", 3), ("B", 5)):
            lot = self.env["stock.lot"].create({"name": name, "product_id": cream.id})
            self.env["stock.quant"]._update_available_quantity(
                cream, self.stock, pieces, lot_id=lot
            )
        self.sandbox.do(
            "stock",
            warehouse=QUICK_WAREHOUSE,
            rows=[{"goodsNo": self.get_goods_no(cream), "quantity": 8}],
        )
        self.change_level(4, product=cream)
        self.run_cron("pull_level_changes")
        lines = self.get_changes().move_id.move_line_ids
        self.assertEqual(
            sorted((row.lot_id.name, row.quantity) for row in lines),
            [("A", 3), ("B", 1)],
        )
        self.assertTrue(all(lines.mapped("jd_lot_assumed")))
