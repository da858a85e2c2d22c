"""What the sandbox says of stock that is not just for sale, and of JD's own counts."""

from datetime import datetime, timedelta, timezone

import requests

from odoo.tests import tagged

from .sandbox_case import DEPARTMENT, PIN, WAREHOUSE
from .sandbox_process import TIMEOUT
from .test_sandbox_goods import STOCK, SandboxGoodsCase

COUNTS = "/stock/shelflifegoods/query/v1"
PAGING = {"currentPage": "1", "pageSize": "1000"}
SOLD, LOCKED, ON_ITS_WAY, CROSS_DOCK = "1", "4", "8", "21"


class StockCase(SandboxGoodsCase):
    def setUp(self):
        super().setUp()
        goods = [
            *({"erpGoodsNo": name} for name in ("A", "B")),
            {"erpGoodsNo": "MILK", "shelfLifeDays": 365},
            {"erpGoodsNo": "PHONE", "serial": True},
        ]
        self.goods = self.sandbox.do("goods", department=DEPARTMENT, goods=goods)
        self.set_stock({"erpGoodsNo": "A", "quantity": 10})

    def set_stock(self, *rows):
        self.sandbox.do("stock", warehouse=WAREHOUSE, rows=rows)

    def do(self, command, **arguments):
        return self.sandbox.do(command, warehouse=WAREHOUSE, **arguments)

    def do_wrong(self, command, **arguments):
        """Return what the control API says to a command it refuses."""
        answer = requests.post(
            f"{self.sandbox.url}/sandbox/{command}",
            json={"warehouse": WAREHOUSE, **arguments},
            timeout=TIMEOUT,
        )
        self.assertEqual(answer.status_code, 400)
        return answer.json()["error"]

    def ask(self, stock_type=SOLD, **request):
        """Return the answer to a question about the warehouse's stock."""
        base = {"ownerNo": DEPARTMENT, "pin": PIN, "warehouseNo": WAREHOUSE}
        index = {"stockIndexes": "1", "warehouseStock": {}, "stockType": stock_type}
        return self.caller.call(STOCK, base | index | PAGING | request)

    def get_stock(self, stock_type=SOLD, **request):
        """Return (goods, level) → (total, usable) of a type."""
        rows = self.ask(stock_type, **request)["data"]["resultList"]
        self.assertEqual({row["stockType"] for row in rows} - {stock_type}, set())
        return {
            (row["erpGoodsNo"], row["goodsLevel"]): (row["stockNum"], row["usableNum"])
            for row in rows
        }

    def ask_counts(self, kind, **request):
        base = {"ownerNo": DEPARTMENT, "pin": PIN, "orderType": kind}
        return self.caller.call(COUNTS, base | request)

    def get_counts(self, kind, **request):
        data = self.ask_counts(kind, **request)["data"]
        return data["resultList"] if data else []


@tagged("post_install", "-at_install")
class TestSandboxStockTypes(StockCase):
    def test_what_is_held_is_told_under_its_type_only_and_cannot_be_ordered(self):
        self.do("change_type", goods="A", quantity=4, after=LOCKED)
        self.assertEqual(self.get_stock(), {("A", "100"): ("6", "6")})
        self.assertEqual(self.get_stock(LOCKED), {("A", "100"): ("4", "0")})
        self.assertEqual(self.get_stock("5"), {})
        order = {"kind": "XSCK", "department": DEPARTMENT}
        lines = [{"erpGoodsNo": "A", "quantity": 7}]
        self.assertIn("missing", self.do_wrong("make_order", **order, lines=lines))
        self.do("change_type", goods="A", quantity=4, before=LOCKED, after=SOLD)
        self.do("make_order", **order, lines=lines)
        self.assertEqual(self.get_stock(), {("A", "100"): ("10", "3")})
        self.assertEqual(self.get_stock(LOCKED), {})
        zeros = self.get_stock(LOCKED, warehouseStock={"returnZeroStock": "2"})
        self.assertEqual(zeros, {("A", "100"): ("0", "0")})

    def test_every_type_is_a_question_of_its_own_that_takes_the_same_filters(self):
        kinds = [str(number) for number in range(2, 24)]
        for kind in kinds:
            for level in ("100", "210", "6", "300"):
                row = {"erpGoodsNo": "B", "goodsLevel": level, "stockType": kind}
                self.set_stock(row | {"quantity": int(kind)})
        for kind in kinds:
            held = self.get_stock(kind)
            self.assertEqual(set(held), {("B", each) for each in LEVELS})
            self.assertEqual(set(held.values()), {(kind, "0")})
            self.assertEqual(
                set(self.get_stock(kind, goodsLevel="210")), {("B", "210")}
            )
            defective = self.get_stock(kind, warehouseStock={"stockStatus": "2"})
            self.assertEqual(set(defective), {("B", "210"), ("B", "6")})
            self.assertEqual(self.get_stock(kind, goodsNo=self.goods["A"]), {})
        self.assertEqual(self.get_stock(), {("A", "100"): ("10", "10")})

    def test_what_is_on_its_way_or_passes_through_does_not_lie_in_the_warehouse(self):
        for kind in (ON_ITS_WAY, "15", "16", "20", CROSS_DOCK, "23"):
            self.set_stock({"erpGoodsNo": "A", "quantity": 5, "stockType": kind})
        self.do("change_type", goods="A", quantity=3, after=LOCKED)
        [row] = self.sandbox.get("stock_list", warehouse=WAREHOUSE)
        self.assertEqual((row["onHand"], row["otherTypes"][ON_ITS_WAY]), (10, 5))
        warehouses = self.sandbox.get("summary")["warehouses"]
        units = {each["no"]: each["units"] for each in warehouses}
        self.assertEqual(units[WAREHOUSE], 10)

    def test_more_than_there_is_and_made_up_types_are_refused_and_change_nothing(self):
        order = {"kind": "XSCK", "department": DEPARTMENT}
        self.do("make_order", **order, lines=[{"erpGoodsNo": "A", "quantity": 8}])
        wrong = [
            ("change_type", {"goods": "A", "quantity": 3}),
            ("change_type", {"goods": "A", "quantity": 1, "before": LOCKED}),
            ("change_type", {"goods": "A", "quantity": 1, "after": "24"}),
            ("change_type", {"goods": "NONE", "quantity": 1}),
            ("stock", {"rows": [{"erpGoodsNo": "A", "quantity": 1, "stockType": "0"}]}),
            ("adjust_stock", {"rows": [{"erpGoodsNo": "A", "quantity": -3}]}),
            ("count_stock", {"rows": [{"erpGoodsNo": "A", "quantity": -3}]}),
        ]
        for command, arguments in wrong:
            with self.subTest(command=command, arguments=arguments):
                self.assertTrue(self.do_wrong(command, **arguments))
                self.assertEqual(self.get_stock(), {("A", "100"): ("10", "2")})
        self.assertEqual(self.get_counts("2"), [])

    def test_held_goods_keep_their_lots_and_serial_numbers(self):
        phone = {"erpGoodsNo": "PHONE", "quantity": 2, "serialNos": ["S1", "S2"]}
        milk = {"erpGoodsNo": "MILK", "quantity": 3, "lot": "L1"}
        self.set_stock(phone, milk, milk | {"lot": "L2", "quantity": 4})
        self.do("change_type", goods="PHONE", quantity=1, after=LOCKED)
        self.do("change_type", goods="MILK", quantity=5, after=LOCKED)
        rows = self.sandbox.get("stock_list", warehouse=WAREHOUSE)
        lots = {row["lot"]: row["otherTypes"] for row in rows if "lot" in row}
        self.assertEqual(lots, {"L1": {LOCKED: 3}, "L2": {LOCKED: 2}})
        [serials] = [row["serialNos"] for row in rows if row["serialNos"]]
        self.assertEqual(sorted(serials), ["S1", "S2"])


LEVELS = ("100", "210", "6", "300")


@tagged("post_install", "-at_install")
class TestSandboxBatchStock(StockCase):
    def set_lots(self):
        """Put a lot of each status into stock, and one that does not expire."""
        today = datetime.now(timezone(timedelta(hours=8))).date()
        for lot, days in (("OLD", -1), ("NEAR", 30), ("WARN", 60), ("FAR", 61)):
            expires = (today + timedelta(days)).isoformat()
            row = {"erpGoodsNo": "MILK", "lot": lot, "expireDate": expires}
            self.set_stock(row | {"quantity": 3})
        self.set_stock({"erpGoodsNo": "MILK", "lot": "EVER", "quantity": 3})

    def get_lots(self, status=None):
        answer = self.ask(status, stockIndexes="2", batchStock={})
        return {
            row["batchInfos"]["lot"]: (row["stockNum"], row["usableNum"])
            for row in answer["data"]["resultList"]
        }

    def test_lots_are_told_by_how_near_they_are_to_their_expiry(self):
        self.set_lots()
        expected = {"1": {"FAR", "EVER"}, "2": {"WARN"}, "3": {"NEAR"}, "4": {"OLD"}}
        for status, lots in expected.items():
            self.assertEqual(set(self.get_lots(status)), lots)
        self.assertEqual(self.get_lots(), self.get_lots("1"))
        self.assertEqual(self.ask("5", stockIndexes="2", batchStock={})["code"], "2003")

    def test_all_of_a_lot_that_lies_there_is_told_held_or_not(self):
        self.set_lots()
        self.do("change_type", goods="MILK", quantity=4, after=LOCKED)
        transit = {"erpGoodsNo": "MILK", "lot": "EVER", "stockType": ON_ITS_WAY}
        self.set_stock(transit | {"quantity": 9})
        self.assertEqual(self.get_lots("4"), {"OLD": ("3", "0")})
        self.assertEqual(self.get_lots("3"), {"NEAR": ("3", "2")})
        self.assertEqual(self.get_lots("1")["EVER"], ("3", "3"))

    def test_the_dates_of_lots_are_time_stamps(self):
        row = {"erpGoodsNo": "MILK", "lot": "L1", "quantity": 1}
        self.set_stock(row | {"productDate": "2026-01-31", "expireDate": "2099-01-31"})
        [told] = self.ask("1", stockIndexes="2", batchStock={})["data"]["resultList"]
        infos = told["batchInfos"]
        self.assertEqual(infos["productDate"], "1769788800000")
        self.assertEqual(infos["expireDate"], "4073472000000")
        self.set_stock(row | {"lot": "L2", "expireDate": "soon"})
        told = self.ask("1", stockIndexes="2", batchStock={})["data"]["resultList"]
        self.assertEqual(told[1]["batchInfos"], {"lot": "L2", "expireDate": "soon"})


@tagged("post_install", "-at_install")
class TestSandboxCounts(StockCase):
    def test_pieces_vanish_and_turn_up_with_no_document_at_all(self):
        self.do("adjust_stock", rows=[{"erpGoodsNo": "A", "quantity": -3}])
        self.do("adjust_stock", rows=[{"erpGoodsNo": "B", "quantity": 2}])
        expected = {("A", "100"): ("7", "7"), ("B", "100"): ("2", "2")}
        self.assertEqual(self.get_stock(), expected)
        for kind in ("1", "2"):
            self.assertIsNone(self.ask_counts(kind)["data"])
        held = {"erpGoodsNo": "A", "stockType": LOCKED}
        self.do("adjust_stock", rows=[held | {"quantity": 4}, held | {"quantity": -1}])
        self.assertEqual(self.get_stock(LOCKED), {("A", "100"): ("3", "0")})

    def test_a_count_changes_stock_and_is_listed_with_its_reasons(self):
        rows = [
            {"erpGoodsNo": "A", "quantity": -2},
            {"erpGoodsNo": "B", "quantity": 5, "goodsLevel": "210"},
        ]
        reasons = ["count difference", "damaged", "by a forklift"]
        numbers = self.do("count_stock", rows=rows, reasons=reasons)["counts"]
        self.assertEqual([number[:2] for number in numbers], ["CL", "CP"])
        expected = {("A", "100"): ("8", "8"), ("B", "210"): ("5", "5")}
        self.assertEqual(self.get_stock(), expected)
        [loss], [gain] = self.get_counts("2"), self.get_counts("1")
        self.assertEqual([loss["checkOrderNo"], gain["checkOrderNo"]], numbers)
        self.assertRegex(loss["createTime"], r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$")
        [detail] = loss["details"]
        self.assertEqual(
            detail,
            {
                "goodsNo": self.goods["A"],
                "goodsName": "A",
                "quantity": 2,
                "firstLevelReason": "count difference",
                "secondLevelReason": "damaged",
                "thirdLevelReason": "by a forklift",
            },
        )
        self.assertEqual(loss["warehouseNo"], WAREHOUSE)

    def test_a_count_of_lots_names_each_of_them(self):
        row = {"erpGoodsNo": "MILK", "expireDate": "2099-01-31"}
        self.set_stock(
            row | {"lot": "L1", "quantity": 2}, row | {"lot": "L2", "quantity": 2}
        )
        self.do("count_stock", rows=[{"erpGoodsNo": "MILK", "quantity": -3}])
        [loss] = self.get_counts("2")
        told = {each["batchInfos"]["lot"]: each["quantity"] for each in loss["details"]}
        self.assertEqual(told, {"L1": 2, "L2": 1})
        infos = loss["details"][0]["batchInfos"]
        self.assertEqual(infos["expirationDate"], "2099-01-31")

    def test_counts_are_found_by_time_and_number_and_come_in_pages(self):
        row = {"erpGoodsNo": "B", "quantity": 1}
        for _time in range(3):
            self.do("count_stock", rows=[row], day_only=True)
        numbers = [count["checkOrderNo"] for count in self.get_counts("1")]
        self.assertEqual(len(numbers), 3)
        data = self.ask_counts("1", currentPage=2, pageSize=2)["data"]
        self.assertEqual((data["totalNum"], len(data["resultList"])), (3, 1))
        two = self.get_counts("1", checkOrderNo=",".join(numbers[1:]))
        self.assertEqual([count["checkOrderNo"] for count in two], numbers[1:])
        self.assertEqual(self.get_counts("1", endTime="2020-01-01 00:00:00"), [])
        self.assertEqual(self.get_counts("1", startTime="2099-01-01 00:00:00"), [])
        self.assertRegex(two[0]["createTime"], r"^\d{4}/\d{1,2}/\d{1,2}$")

    def test_mistakes_are_refused_with_jds_codes(self):
        expected = [
            ("2001", {"ownerNo": "EBU9999999999999"}),
            ("2005", {"ownerNo": "EBU0000000000201"}),
            ("2010", {"ownerNo": "1"}),
            ("2004", {"pin": "jd_demo_basic"}),
            ("2000", {"orderType": None}),
            ("3010", {"orderType": "3"}),
            ("2006", {"currentPage": 0}),
            ("2007", {"pageSize": 51}),
            ("3010", {"startTime": "20260801 00:00:00"}),
        ]
        for code, change in expected:
            with self.subTest(change):
                answer = self.ask_counts("1", **change)
                self.assertEqual(answer["code"], code)


@tagged("post_install", "-at_install")
class TestSandboxOddPages(StockCase):
    def setUp(self):
        super().setUp()
        self.sandbox.do("goods", department=DEPARTMENT, count=5)
        self.do("stock", each=5)

    def read(self, page, size=4, stock_type=SOLD):
        paging = {"currentPage": str(page), "pageSize": str(size)}
        return self.ask(stock_type, **paging)

    def get_page(self, page, **options):
        """Return what JD counts, and the goods that a page names."""
        data = self.read(page, **options)["data"]
        return data["totalNum"], [row["erpGoodsNo"] for row in data["resultList"]]

    def test_a_page_contradicts_the_others_as_chosen_until_all_is_right_again(self):
        total, (*some, last) = self.get_page(2)
        expected = {
            "total": (total + 1, [*some, last]),
            "twice": (total, [*some, some[0]]),
            "short": (total, some),
        }
        page = {"currentPage": "2"}
        for how, odd in expected.items():
            with self.subTest(how):
                self.sandbox.do(
                    "fault", kind="contradict", call="queryStock", how=how, where=page
                )
                for _time in range(2):
                    self.assertEqual(self.get_page(2), odd)
                self.assertEqual(self.get_page(1)[0], total)
                self.sandbox.do("clear_faults")
        self.assertEqual(self.get_page(2), (total, [*some, last]))

    def test_a_single_row_comes_twice_and_an_empty_page_stays(self):
        self.sandbox.do("fault", kind="contradict", call="queryStock", how="twice")
        _total, names = self.get_page(1, size=1)
        self.assertEqual(names, [names[0]] * 2)
        self.assertEqual(self.get_page(1, stock_type=LOCKED), (0, []))

    def test_any_fault_may_strike_in_the_middle_of_a_list(self):
        where = {"currentPage": "2", "stockType": SOLD}
        for kind in ("throttle", "http_429", "expire_token"):
            self.sandbox.do("fault", kind=kind, call="queryStock", where=where, count=1)
            self.assertEqual(self.read(1)["code"], "1000")
            self.assertEqual(self.read(2, stock_type=LOCKED)["code"], "1000")
            self.assertNotEqual(self.read(2).get("code"), "1000")
            self.caller = self.make_caller()
            self.assertEqual(self.read(2)["code"], "1000")

    def test_a_fault_that_could_not_strike_is_refused(self):
        for how in ({"how": "otherwise"}, {"where": ["currentPage"]}):
            answer = requests.post(
                f"{self.sandbox.url}/sandbox/fault",
                json={"kind": "contradict", **how},
                timeout=TIMEOUT,
            )
            self.assertEqual(answer.status_code, 400)

    def test_questions_asked_by_turns_are_told_of_every_change(self):
        for held in (1, 2):
            self.do("change_type", goods="A", quantity=1, after=LOCKED)
            told = [self.get_stock(kind)["A", "100"][0] for kind in (SOLD, LOCKED)]
            self.assertEqual(told, [str(5 - held), str(held)])
