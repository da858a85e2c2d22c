from concurrent.futures import ThreadPoolExecutor

from odoo.exceptions import ValidationError
from odoo.tests import Form, tagged
from odoo.tools import SQL

from .jd_case import (
    BEAUTY,
    FASHION,
    QUICK_DEPARTMENT,
    QUICK_NAME,
    QUICK_WAREHOUSE,
    JdCase,
)
from .live_case import LiveCase
from .sandbox_process import sign_in


@tagged("post_install", "-at_install")
class TestWarehouse(JdCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.share_application()

    def setUp(self):
        super().setUp()
        self.connector = self.make_connector()

    def reconnect(self):
        self.connector.action_disconnect()
        self.connect(self.connector)

    def make_warehouse(self, **values):
        values = {"company_id": self.company.id} | values
        return self.env["stock.warehouse"].create(values)

    def test_the_warehouse_receives_and_delivers_in_one_step(self):
        warehouse = self.connect(self.connector).warehouse_ids
        self.assertEqual(warehouse.name, QUICK_NAME)
        self.assertEqual(warehouse.reception_steps, "one_step")
        self.assertEqual(warehouse.delivery_steps, "ship_only")
        with self.assertRefused("run by JD", ValidationError):
            warehouse.sudo().delivery_steps = "pick_ship"

    def test_the_warehouse_knows_its_numbers_and_its_address_at_jd(self):
        self.connect(self.connector)
        warehouse = self.find_warehouse(QUICK_NAME)
        self.assertEqual(warehouse.jd_department_no, QUICK_DEPARTMENT)
        self.assertEqual(warehouse.jd_warehouse_no, QUICK_WAREHOUSE)
        self.assertEqual(warehouse.partner_id.name, "Jakarta DC")
        self.assertEqual(warehouse.partner_id.city, "Jakarta")
        self.assertEqual(warehouse.partner_id.company_id, self.company)

    def test_the_chatter_tells_which_warehouse_was_made(self):
        self.connect(self.connector)
        self.assertPosted(self.connector, QUICK_NAME)

    def test_operation_types_are_named_after_the_short_name_of_the_warehouse(self):
        self.env["stock.warehouse"].create(
            {"name": "Own", "code": "OWN", "company_id": self.company.id}
        )
        self.connect(self.connector)
        types = self.connector.warehouse_ids.in_type_id.search([])
        ours = types.filtered("warehouse_id.jd_connector_id")
        receipts = self.connector.warehouse_ids.in_type_id
        self.assertEqual(receipts.display_name, "JD101: Receipts")
        self.assertEqual(self.connector.warehouse_ids.name, QUICK_NAME)
        own = types.filtered(lambda each: each.warehouse_id.code == "OWN")
        self.assertEqual(own[:1].display_name, f"Own: {own[:1].name}")
        names = ours.mapped("display_name")
        self.assertEqual(len(set(names)), len(ours))
        prefixes = types.sequence_id.mapped("prefix")
        self.assertEqual(len(set(prefixes)), len(types.filtered("sequence_id")))
        for words in ("JD101", "JD101: Rec", "110000101", f"{QUICK_NAME}: Receipts"):
            with self.subTest(words):
                found = dict(types.name_search(words))
                self.assertIn(receipts.id, found)

    def test_a_renamed_warehouse_is_found_again(self):
        warehouse = self.connect(self.connector).warehouse_ids
        warehouse.sudo().name = "Jakarta"
        self.reconnect()
        self.assertEqual(self.connector.warehouse_ids, warehouse)
        self.assertEqual(warehouse.name, "Jakarta")
        self.assertFalse(self.find_warehouse(QUICK_NAME))

    def test_an_archived_warehouse_comes_back(self):
        warehouse = self.connect(self.connector).warehouse_ids
        warehouse.sudo().active = False
        self.reconnect()
        self.assertTrue(warehouse.active)
        self.assertEqual(self.connector.warehouse_ids, warehouse)

    def test_a_warehouse_of_that_name_is_taken_over(self):
        namesake = self.make_warehouse(name=QUICK_NAME, code="OLD")
        self.connect(self.connector)
        self.assertEqual(self.connector.warehouse_ids, namesake)
        self.assertEqual(namesake.code, "OLD")
        self.assertEqual(namesake.jd_warehouse_no, QUICK_WAREHOUSE)

    def test_a_namesake_with_more_steps_is_turned_to_one(self):
        namesake = self.make_warehouse(
            name=QUICK_NAME, code="OLD", delivery_steps="pick_ship"
        )
        self.connect(self.connector)
        self.assertEqual(self.connector.warehouse_ids, namesake)
        self.assertEqual(namesake.delivery_steps, "ship_only")

    def test_a_namesake_of_another_company_stays_there(self):
        namesake = self.make_warehouse(
            name=QUICK_NAME, code="OLD", company_id=self.other_company.id
        )
        self.connect(self.connector)
        self.assertNotEqual(self.connector.warehouse_ids, namesake)
        self.assertFalse(namesake.jd_connector_id)

    def test_the_short_name_is_one_that_is_free(self):
        taken = self.make_warehouse(name="Another", code="JD101")
        taken.active = False
        self.make_warehouse(name="A third", code="J0001")
        self.connect(self.connector)
        self.assertEqual(self.connector.warehouse_ids.code, "J0002")

    def test_a_name_that_another_warehouse_of_jds_has_gets_a_number(self):
        self.connect(self.connector)
        [warehouse] = self.connector.warehouse_ids
        taken = warehouse.name.replace(QUICK_WAREHOUSE, "110000102")
        warehouse.sudo().name = taken
        self.make_warehouse(name=f"{taken} (2)", code="TWO")
        rows = self.connector._get_operations().warehouses(
            QUICK_DEPARTMENT, ["110000102"]
        )
        self.connector._ensure_warehouses({QUICK_DEPARTMENT: rows})
        created = self.connector.warehouse_ids - warehouse
        self.assertEqual(created.name, f"{taken} (3)")

    def test_a_warehouse_that_jd_lists_twice_is_made_once(self):
        self.connect(self.connector)
        rows = self.connector._get_operations().warehouses(
            QUICK_DEPARTMENT, ["110000102"]
        )
        self.connector._ensure_warehouses({QUICK_DEPARTMENT: [*rows, *rows]})
        self.assertEqual(len(self.connector.warehouse_ids), 2)

    def test_jd_closing_a_warehouse_does_not_hold_back_a_reconnect(self):
        warehouse = self.connect(self.connector).warehouse_ids
        self.sandbox.do("warehouse", no=QUICK_WAREHOUSE, status="3")
        self.reconnect()
        self.assertEqual(self.connector.state, "connected")
        self.assertEqual(self.connector.warehouse_ids, warehouse)
        self.assertPosted(self.connector, "JD no longer runs")

    def test_connecting_a_second_time_makes_nothing_new(self):
        self.connect(self.connector)
        before = self.env["stock.warehouse"].search_count([])
        self.connect(self.connector)
        self.assertEqual(self.env["stock.warehouse"].search_count([]), before)

    def test_the_button_leads_to_the_warehouses_of_the_connection(self):
        self.connect(self.connector)
        action = self.connector.action_view_warehouses()
        found = self.env["stock.warehouse"].search(action["domain"])
        self.assertEqual(found, self.connector.warehouse_ids)


@tagged("post_install", "-at_install")
class TestPicking(JdCase):
    """Basic mode: departments and warehouses from JD's own lists."""

    def setUp(self):
        super().setUp()
        self.connector = self.connect(self.make_basic())

    def open_picker(self):
        action = self.connector.action_choose_warehouses()
        return self.connector.env[action["res_model"]].browse(action["res_id"])

    def pick(self, *numbers):
        picker = self.open_picker()
        for line in picker.line_ids:
            line.is_picked = line.warehouse_no in numbers
        picker.action_create_warehouses()

    def lines(self):
        return [
            (line.department_no, line.warehouse_no, line.state)
            for line in self.open_picker().line_ids
        ]

    def test_every_department_and_warehouse_of_the_pin_is_offered(self):
        self.sandbox.do("warehouse", no="110000203", status="1")
        self.assertEqual(
            self.lines(),
            [
                (FASHION, "110000201", "open"),
                (FASHION, "110000202", "open"),
                (BEAUTY, "110000203", "closed"),
            ],
        )

    def test_what_is_ticked_becomes_warehouses_of_one_connection(self):
        self.pick("110000201", "110000203")
        self.assertEqual(
            sorted(self.connector.warehouse_ids.mapped("name")),
            [
                f"110000201-{FASHION}-jd_demo_basic",
                f"110000203-{BEAUTY}-jd_demo_basic",
            ],
        )

    def test_more_can_be_added_later_and_what_is_there_is_marked(self):
        self.pick("110000201")
        first = self.connector.warehouse_ids
        self.assertIn((FASHION, "110000201", "known"), self.lines())
        self.pick("110000201", "110000202")
        self.assertEqual(len(self.connector.warehouse_ids), 2)
        self.assertLessEqual(first, self.connector.warehouse_ids)
        self.assertFalse(self.connector.has_closed_warehouse)

    def test_an_archived_warehouse_can_be_picked_again(self):
        self.pick("110000201")
        warehouse = self.connector.warehouse_ids
        warehouse.sudo().active = False
        self.connector.invalidate_recordset()
        self.pick("110000201")
        self.assertEqual(self.connector.warehouse_ids, warehouse)

    def test_reconnecting_takes_all_of_them_up_again(self):
        self.pick("110000201", "110000203")
        warehouses = self.connector.warehouse_ids
        self.connector.action_disconnect()
        self.connect(self.connector)
        self.assertEqual(self.connector.warehouse_ids, warehouses)

    def test_nothing_ticked_says_so(self):
        with self.assertRefused("Tick at least one"):
            self.pick()

    def test_what_jd_closed_since_is_refused(self):
        picker = self.open_picker()
        self.sandbox.do("warehouse", no="110000201", status="3")
        picker.line_ids[0].is_picked = True
        with self.assertRefused("JD has not opened the warehouse 110000201"):
            picker.action_create_warehouses()
        self.assertFalse(self.connector.warehouse_ids)

    def test_a_made_up_line_is_refused(self):
        picker = self.open_picker()
        picker.line_ids[0].is_picked = True
        picker.line_ids[0].sudo().department_no = QUICK_DEPARTMENT
        with self.assertRefused(f"no access to the department {QUICK_DEPARTMENT}"):
            picker.action_create_warehouses()

    def test_a_pin_without_warehouses_says_whom_to_ask(self):
        for no in ("110000201", "110000202", "110000203"):
            self.sandbox.do("warehouse", no=no, departments=["EBU0000000000301"])
        with self.assertRefused("JD lists no warehouse.*Contact JD support"):
            self.open_picker()

    def test_while_jd_is_down_the_list_says_so(self):
        self.sandbox.do("fault", kind="html_502")
        with self.assertRefused("JD does not answer"):
            self.open_picker()

    def test_a_login_that_jd_no_longer_accepts_says_so(self):
        self.sandbox.do("tokens", pin="jd_demo_basic", revoke=True)
        with self.assertRefused("Click Reconnect"):
            self.open_picker()

    def test_the_dialog_ticks_and_takes_up(self):
        with Form(self.open_picker()) as form, form.shown_ids.edit(0) as line:
            line.is_picked = True
        form.record.action_create_warehouses()
        self.assertEqual(self.connector.warehouse_ids.jd_warehouse_no, "110000201")


class TestAtTheSameInstant(LiveCase):
    def test_two_callbacks_that_want_the_same_short_name_both_connect(self):
        """Neither sees what the other has not committed; no code of JD's is wasted."""
        merchants = [self.open_account(number) for number in (71, 1071)]
        locations = [self.start_and_sign_in(merchant) for merchant in merchants]
        with self.odoo.connection() as held, ThreadPoolExecutor() as executor:
            # Both get as far as the warehouse's address.
            held.execute("LOCK TABLE res_partner IN SHARE ROW EXCLUSIVE MODE")
            answers = [executor.submit(self.come_back, each) for each in locations]
            self.wait_for(lambda: self.count_waiting() == 2, "both callbacks")
            held.rollback()
            for answer in answers:
                self.assertEqual(answer.result(timeout=60), 303)
        for merchant in merchants:
            [warehouse_id] = self.odoo.search(
                "stock.warehouse", ["name", "=", merchant.warehouse_name]
            )
            code = self.odoo.read("stock.warehouse", warehouse_id, "code")["code"]
            self.assertIn(code, ("JD071", "J0001"))

    def start_and_sign_in(self, merchant):
        merchant.connector_id = self.odoo.create(
            "jd.connector",
            pin=merchant.pin,
            department_no=merchant.department_no,
            warehouse_no=merchant.warehouse_no,
        )
        action = self.odoo.call(
            "jd.connector", "action_start_connecting", [merchant.connector_id]
        )
        return sign_in(action["url"], merchant.pin, merchant.password)

    def come_back(self, location):
        answer = self.odoo.session.get(location, allow_redirects=False, timeout=90)
        return answer.status_code

    def count_waiting(self):
        [[count]] = self.odoo.execute(
            SQL(
                """SELECT count(*) FROM pg_locks
                    WHERE NOT granted AND relation = 'res_partner'::regclass
                      AND database = (SELECT oid FROM pg_database
                                       WHERE datname = current_database())"""
            )
        )
        return count
