import time

from odoo.tests import tagged

from .sandbox_case import DEPARTMENT, PIN, WAREHOUSE, CallerCase

SAVE = "/basicinfo/goods/create/v1"
QUERY = "/basicinfo/goods/query/v1"
STOCK = "/stock/query/v1"


class SandboxGoodsCase(CallerCase):
    def save(self, basic=None, **groups):
        request = {
            "ownerNo": DEPARTMENT,
            "pin": PIN,
            "basicInfo": {"erpGoodsNo": "A", "goodsName": "Tea", "barcode": "690"}
            | (basic or {}),
            "goodsCategory": {"thirdCategoryCode": "4159"},
        } | groups
        return self.caller.call(SAVE, request)

    def query(self, **request):
        page = {"queryType": "1", "pageSize": 100, "currentPage": 1}
        request = {"ownerNo": DEPARTMENT, "pin": PIN} | page | request
        return self.caller.call(QUERY, request)


@tagged("post_install", "-at_install")
class TestSandboxGoods(SandboxGoodsCase):
    def test_goods_are_created_once_and_changed_afterwards(self):
        number = self.save()["data"]["goodsNo"]
        self.assertRegex(number, r"^EMG\d{13}$")
        self.assertEqual(
            self.save({"goodsName": "Green tea"})["data"]["goodsNo"], number
        )
        [row] = self.query()["data"]
        self.assertEqual(row["basicInfo"]["goodsName"], "Green tea")
        self.assertEqual(row["basicInfo"]["enableFlag"], 2)

    def test_goods_are_found_by_number_own_number_and_barcode(self):
        number = self.save({"barcode": "690,691"})["data"]["goodsNo"]
        for filters in ({"goodsNo": number}, {"erpGoodsNo": "Z,A"}, {"barCode": "691"}):
            [row] = self.query(**filters)["data"]
            self.assertEqual(row["basicInfo"]["goodsNo"], number)
        self.assertEqual(self.query(erpGoodsNo="Z")["data"], [])

    def test_numbers_only_leaves_everything_else_out(self):
        self.save()
        [row] = self.query(queryType="2")["data"]
        self.assertEqual(set(row["basicInfo"]), {"goodsNo", "erpGoodsNo"})

    def test_mistakes_are_refused_with_jds_codes(self):
        def period(**members):
            return {"management": {"guaranteePeriod": members}}

        expected = [
            ("2000", self.save({"barcode": ""})),
            ("2000", self.save({"goodsName": "x" * 501})),
            ("2000", self.save(goodsCategory={"thirdCategoryCode": ""})),
            ("2001", self.save(goodsCategory={"thirdCategoryCode": "tea"})),
            ("2002", self.save({"goodsName": 5})),
            ("2002", self.save({"gooodsName": "typo"})),
            ("2000", self.save(**period(shelfLifeDays=30))),
            ("2017", self.save(**period(isShelfLifeMgmt=2, shelfLifeDays=0))),
            (
                "2017",
                self.save(
                    **period(
                        shelfLifeDays=30, instoreThreshold=2.0, outstoreThreshold=0.5
                    )
                ),
            ),
            ("2007", self.save({"goodsNo": "EMG9999999999999"})),
            ("2020", self.query(ownerNo="EBU0000000000201")),
            ("2000", self.query(queryType=None)),
            ("2002", self.query(pageSize="100")),
            ("2004", self.query(pageSize=1001)),
            ("2000", self.query(erpGoodsNo=",".join(["A"] * 51))),
        ]
        for code, answer in expected:
            with self.subTest(answer.get("message")):
                self.assertEqual(answer["code"], code)

    def test_what_may_not_change_is_refused(self):
        self.save(goodsSpecificationsInfo={"length": 10})
        changed = self.save(goodsSpecificationsInfo={"length": 11})
        self.assertEqual(changed["code"], "2019")
        category = self.save(goodsCategory={"thirdCategoryCode": "1"})
        self.assertEqual(category["code"], "2019")

    def test_twenty_thousand_goods_are_paged_through_quickly(self):
        self.sandbox.do("goods", department=DEPARTMENT, count=20_000)
        started, seen = time.monotonic(), set()
        for current in range(1, 22):
            rows = self.query(queryType="2", pageSize=1000, currentPage=current)["data"]
            seen |= {row["basicInfo"]["erpGoodsNo"] for row in rows}
        self.assertEqual(len(seen), 20_000)
        self.assertEqual(rows, [])
        self.assertLess(time.monotonic() - started, 10)


@tagged("post_install", "-at_install")
class TestSandboxStock(SandboxGoodsCase):
    def setUp(self):
        super().setUp()
        goods = [{"erpGoodsNo": name} for name in ("A", "B", "C")]
        self.goods = self.sandbox.do("goods", department=DEPARTMENT, goods=goods)
        rows = [
            {"erpGoodsNo": "A", "quantity": 10},
            {"erpGoodsNo": "A", "quantity": 4, "goodsLevel": "200"},
            {"erpGoodsNo": "A", "quantity": 1, "goodsLevel": "300"},
            {"erpGoodsNo": "B", "quantity": 0},
        ]
        self.sandbox.do("stock", warehouse=WAREHOUSE, rows=rows)

    def query_stock(self, **request):
        base = {
            "ownerNo": DEPARTMENT,
            "pin": PIN,
            "warehouseNo": WAREHOUSE,
            "stockIndexes": "1",
            "warehouseStock": {},
        }
        return self.caller.call(STOCK, base | request)

    def get_rows(self, **request):
        data = self.query_stock(**request)["data"]
        self.assertEqual(data["totalNum"], len(data["resultList"]))
        return [
            (row["erpGoodsNo"], row["goodsLevel"], row["stockNum"])
            for row in data["resultList"]
        ]

    def test_stock_is_told_as_text_per_goods_and_level_without_zeros(self):
        expected = [("A", "100", "10"), ("A", "200", "4"), ("A", "300", "1")]
        self.assertEqual(self.get_rows(), expected)
        statuses = [
            row["stockStatus"] for row in self.query_stock()["data"]["resultList"]
        ]
        self.assertEqual(statuses, ["1", "2", "3"])

    def test_zeros_are_told_when_asked_for_but_never_for_goods_never_held(self):
        zeros = self.get_rows(warehouseStock={"returnZeroStock": "2"})
        self.assertIn(("B", "100", "0"), zeros)
        self.assertNotIn("C", [name for name, _, _ in zeros])
        both = self.get_rows(
            warehouseStock={"returnZeroStock": "2"}, returnZeroStock="1"
        )
        self.assertNotIn(("B", "100", "0"), both)

    def test_stock_is_narrowed_by_goods_level_and_status(self):
        self.assertEqual(self.get_rows(goodsLevel="200"), [("A", "200", "4")])
        self.assertEqual(self.get_rows(goodsNo=self.goods["B"]), [])
        status = self.get_rows(warehouseStock={"stockStatus": "3"})
        self.assertEqual(status, [("A", "300", "1")])

    def test_a_warehouse_not_open_to_the_department_is_empty(self):
        self.assertEqual(self.get_rows(warehouseNo="110000201"), [])

    def test_every_change_is_told_at_once(self):
        self.assertIn(("A", "100", "10"), self.get_rows())
        order = {"kind": "XSCK", "department": DEPARTMENT, "warehouse": WAREHOUSE}
        lines = [{"erpGoodsNo": "A", "quantity": 4}]
        number = self.sandbox.do("make_order", **order, lines=lines)["orderNo"]
        usable = [row["usableNum"] for row in self.query_stock()["data"]["resultList"]]
        self.assertEqual(usable, ["6", "4", "1"])
        self.sandbox.do("advance", orders=[number], to=10019)
        self.assertIn(("A", "100", "6"), self.get_rows())
        self.sandbox.do("warehouse", no=WAREHOUSE, departments=[])
        self.assertEqual(self.get_rows(), [])

    def test_batches_are_told_one_by_one(self):
        milk = {"erpGoodsNo": "MILK", "shelfLifeDays": 30}
        self.sandbox.do("goods", department=DEPARTMENT, goods=[milk])
        row = {"erpGoodsNo": "MILK", "lot": "L1", "expireDate": "2030-01-01"}
        rows = [row | {"quantity": 2}, row | {"lot": "L2", "quantity": 3}]
        self.sandbox.do("stock", warehouse=WAREHOUSE, rows=rows)
        paging = {"currentPage": "1", "pageSize": "100"}
        answer = self.query_stock(stockIndexes="2", batchStock={}, **paging)
        told = [
            (row["batchInfos"]["lot"], row["stockNum"])
            for row in answer["data"]["resultList"]
        ]
        self.assertEqual(told, [("L1", "2"), ("L2", "3")])
        self.assertIn(("MILK", "100", "5"), self.get_rows())

    def test_shop_stock_sums_up_good_stock_of_all_warehouses(self):
        row = {"erpGoodsNo": "A", "quantity": 5}
        self.sandbox.do("stock", warehouse="110000102", rows=[row])
        shop = {"shopNo": "ESP0000000000101"}
        paging = {"currentPage": "1", "pageSize": "100"}
        answer = self.query_stock(stockIndexes="3", shopStock=shop, **paging)
        usable = {row["erpGoodsNo"]: row for row in answer["data"]["resultList"]}
        self.assertEqual(usable["A"]["usableNum"], "15")
        self.assertNotIn("warehouseNo", usable["A"])

    def test_mistakes_are_refused_with_jds_codes(self):
        expected = [
            ("2001", {"ownerNo": "EBU9999999999999"}),
            ("2004", {"ownerNo": "EBU0000000000201"}),
            ("2000", {"warehouseStock": None}),
            ("2000", {"warehouseNo": ""}),
            ("2000", {"stockIndexes": "2", "batchStock": {}}),
            ("2002", {"stockIndexes": "4", "logicalStock": {}}),
            ("2003", {"stockType": "24"}),
            ("3008", {"pageSize": 100}),
            ("3010", {"pageSize": "1001"}),
            ("3010", {"stockIndexes": "5"}),
        ]
        for code, change in expected:
            with self.subTest(change):
                self.assertEqual(self.query_stock(**change)["code"], code)

    def test_fifty_thousand_goods_are_paged_through_quickly(self):
        self.sandbox.do("goods", department=DEPARTMENT, count=50_000, prefix="BIG-")
        self.sandbox.do("stock", warehouse="110000102", each=7)
        started, seen = time.monotonic(), 0
        for current in range(1, 51):
            answer = self.query_stock(
                warehouseNo="110000102", currentPage=str(current), pageSize="1000"
            )
            seen += len(answer["data"]["resultList"])
        self.assertEqual(seen, 50_000)
        self.assertLess(time.monotonic() - started, 30)
