from odoo.tests import tagged

from .sandbox_case import DEPARTMENT, PIN, WAREHOUSE, CallerCase, set_member


class SandboxInboundCase(CallerCase):
    def setUp(self):
        super().setUp()
        goods = [
            {"erpGoodsNo": "A"},
            {"erpGoodsNo": "B"},
            {"erpGoodsNo": "MILK", "shelfLifeDays": 30},
            {"erpGoodsNo": "PHONE", "serial": True},
        ]
        self.goods = self.sandbox.do("goods", department=DEPARTMENT, goods=goods)

    def call(self, path, **request):
        return self.caller.call(path, {"pin": PIN, **request})

    def get_data(self, path, **request):
        answer = self.call(path, **request)
        self.assertEqual(answer["code"], "1000", answer)
        return answer["data"]

    def arrange(self, number, **how):
        self.sandbox.do("arrange", orders=[number], **how)

    def advance(self, number, to):
        self.sandbox.do("advance", orders=[number], to=to)

    def get_stock(self, warehouse=WAREHOUSE):
        held = {}
        for row in self.sandbox.get("stock_list", warehouse=warehouse):
            key = row["erpGoodsNo"], row["goodsLevel"]
            held[key] = held.get(key, 0) + row["onHand"]
        return {key: count for key, count in held.items() if count}

    def cancel(self, number, kind):
        answer = self.call("/order/cancel/v1", orderNo=number, orderType=kind)
        return answer["data"]["resultType"] if "data" in answer else answer["code"]


@tagged("post_install", "-at_install")
class TestSandboxPurchase(SandboxInboundCase):
    CREATE = "/order/purchase/create/v2"
    QUERY = "/order/purchase/query/v1"
    CLOSE = "/order/purchase/close/v1"
    UPDATE = "/order/purchase/update/v1"

    def create(self, number="PO-1", **changes):
        request = {
            "ownerNo": DEPARTMENT,
            "erpPurchaseNo": number,
            "warehouseInfo": {"warehouseNo": WAREHOUSE},
            "cargoInfos": [
                {"erpGoodsNo": "A", "planQuantity": 10, "orderLine": "1"},
                {"erpGoodsNo": "B", "planQuantity": 5, "orderLine": "2"},
            ],
        }
        for path, value in changes.items():
            set_member(request, path.replace("__", "."), value)
        return self.call(self.CREATE, **request)

    def make_order(self, number="PO-1", **changes):
        answer = self.create(number, **changes)
        self.assertEqual(answer["code"], "1000", answer)
        return answer["data"]["purchaseNo"]

    def query(self, number, **flags):
        return self.get_data(self.QUERY, purchaseNo=number, **flags)

    def test_stock_counts_only_once_the_order_is_done(self):
        number = self.make_order()
        self.assertRegex(number, r"^EPL\d{17}$")
        for status in ("10", "20"):
            data = self.query(number)
            self.assertEqual(data["purchaseOrderStatus"], status)
            self.assertNotIn("realQuantity", data["purchaseItemModelList"][0])
            self.assertEqual(self.get_stock(), {})
            self.sandbox.do("advance")
        data = self.query(number)
        self.assertEqual(data["purchaseOrderStatus"], "70")
        real = [row["realQuantity"] for row in data["purchaseItemModelList"]]
        self.assertEqual(real, [10, 5])
        self.assertEqual(data["purchaseItemModelDiffList"], [])
        self.assertEqual(self.get_stock(), {("A", "100"): 10, ("B", "100"): 5})

    def test_sending_it_again_gives_the_same_number_until_it_was_cancelled(self):
        number = self.make_order()
        self.assertEqual(self.make_order(), number)
        self.assertEqual(self.cancel(number, "CGRK"), "0")
        newer = self.make_order()
        self.assertNotEqual(newer, number)
        found = self.get_data(self.QUERY, ownerNo=DEPARTMENT, erpPurchaseNo="PO-1")
        self.assertEqual(found["purchaseNo"], newer)

    def test_short_over_and_damaged_goods_are_counted_and_explained(self):
        number = self.make_order()
        self.arrange(number, short={"1": 3}, damaged={"1": 2}, over={"2": 4})
        self.advance(number, 70)
        data = self.query(number)
        names = ("orderLine", "realGoodsLevel", "planQuantity", "realQuantity")
        rows = [
            tuple(row[name] for name in names) for row in data["purchaseItemModelList"]
        ]
        self.assertEqual(
            rows, [("1", "100", 10, 5), ("1", "200", 0, 2), ("2", "100", 5, 9)]
        )
        first, second = data["purchaseItemModelDiffList"]
        self.assertEqual((first["shortQuantity"], first["damagedQuantity"]), (3, 2))
        self.assertEqual((first["diffQuantity"], second["excessQuantity"]), (-3, 4))
        self.assertEqual(
            self.get_stock(), {("A", "100"): 5, ("A", "200"): 2, ("B", "100"): 9}
        )

    def test_wrong_and_refused_goods_are_told_and_sent_away(self):
        number = self.make_order()
        wrong = [{"goodsNo": self.goods["PHONE"], "quantity": 7}]
        self.arrange(number, wrong=wrong, refused={"2": 5})
        self.advance(number, 70)
        data = self.query(number, purchaseItemRejectFlag=1)
        errors = [row.get("errorQuantity") for row in data["purchaseItemModelDiffList"]]
        self.assertEqual(errors, [None, 7])
        rejected = {
            row["goodsNo"]: row["rejectQuantity"]
            for row in data["purchaseItemRejectList"]
        }
        self.assertEqual(rejected, {self.goods["B"]: 5, self.goods["PHONE"]: 7})
        self.assertEqual(self.get_stock(), {("A", "100"): 10})

    def test_lots_and_serials_are_told_back_when_asked_for(self):
        infos = {"lot": "L1", "expireDate": "2030-01-01"}
        cargo = [
            {
                "erpGoodsNo": "MILK",
                "planQuantity": 6,
                "orderLine": "1",
                "batchInfos": infos,
            },
            {"erpGoodsNo": "PHONE", "planQuantity": 2, "serialNos": ["S1", "S2"]},
        ]
        number = self.make_order(cargoInfos=cargo)
        self.advance(number, 70)
        self.assertNotIn("purchaseBatAttrModelList", self.query(number))
        data = self.query(number, purchaseBatAttrFlag=1, serialNoModelFlag=1)
        [batch] = data["purchaseBatAttrModelList"]
        self.assertEqual((batch["batchQty"], batch["batchInfos"]), (6, infos))
        [serials] = data["serialNoModelList"]
        self.assertEqual(serials["serialNos"], ["S1", "S2"])
        listed = self.get_data(
            "/order/serial/inside/query/v1",
            goodsNo=self.goods["PHONE"],
            pageSize=10,
            currentPage=1,
        )
        self.assertEqual(listed["serialNos"], ["S1", "S2"])

    def test_jd_may_count_other_lots_than_announced_or_tell_none(self):
        cargo = [{"erpGoodsNo": "MILK", "planQuantity": 6, "orderLine": "1"}]
        counted = self.make_order(cargoInfos=cargo)
        lots = [{"lot": "X", "quantity": 4}, {"lot": "Y", "quantity": 2}]
        self.arrange(counted, batches={"1": lots})
        self.advance(counted, 70)
        rows = self.query(counted, purchaseBatAttrFlag=1)["purchaseBatAttrModelList"]
        self.assertEqual(
            [(row["batchInfos"]["lot"], row["batchQty"]) for row in rows],
            [("X", 4), ("Y", 2)],
        )
        silent = self.make_order("PO-2", cargoInfos=cargo)
        self.arrange(silent, lots=False)
        self.advance(silent, 70)
        rows = self.query(silent, purchaseBatAttrFlag=1)["purchaseBatAttrModelList"]
        self.assertEqual(rows, [])

    def test_damaged_goods_of_several_lots_are_each_counted_at_their_level(self):
        cargo = [{"erpGoodsNo": "MILK", "planQuantity": 6, "orderLine": "1"}]
        number = self.make_order(cargoInfos=cargo)
        lots = [{"lot": "X", "quantity": 4}, {"lot": "Y", "quantity": 2}]
        self.arrange(number, batches={"1": lots}, damaged=3)
        self.advance(number, 70)
        rows = self.query(number, purchaseBatAttrFlag=1)["purchaseBatAttrModelList"]
        told = [
            (row["batchInfos"]["lot"], row["goodsLevel"], row["batchQty"])
            for row in rows
        ]
        self.assertEqual(told, [("X", "100", 3), ("X", "200", 1), ("Y", "200", 2)])
        self.assertEqual(self.get_stock(), {("MILK", "100"): 3, ("MILK", "200"): 3})

    def test_an_order_is_cancelled_before_but_not_after_it_is_done(self):
        number = self.make_order()
        self.advance(number, 70)
        self.assertEqual(self.cancel(number, "CGRK"), "2019")
        self.sandbox.do("settings", cancel="later, refused")
        other = self.make_order("PO-2")
        self.assertEqual(self.cancel(other, "CGRK"), "1")
        self.sandbox.do("advance", orders=[other])
        self.assertEqual(self.query(other)["purchaseOrderStatus"], "92")
        self.sandbox.do("advance", orders=[other], steps=2)
        self.assertEqual(self.query(other)["purchaseOrderStatus"], "70")

    def test_only_an_order_received_in_parts_can_be_closed(self):
        whole = self.make_order()
        self.advance(whole, 20)
        self.assertEqual(self.call(self.CLOSE, purchaseNo=whole)["code"], "2007")
        parts = self.make_order("PO-2", multiReceivingFlag=1)
        self.assertEqual(self.call(self.CLOSE, purchaseNo=parts)["code"], "2009")
        self.assertEqual(self.call(self.CLOSE, purchaseNo="EPL0")["code"], "2005")
        self.assertEqual(self.call(self.CLOSE, purchaseNo="ESL0")["code"], "2002")
        self.advance(parts, 20)
        self.sandbox.do("receive", order=parts, parts={"1": 4})
        self.assertEqual(self.get_stock(), {("A", "100"): 4})
        self.assertEqual(self.call(self.CLOSE, purchaseNo=parts)["code"], "1000")
        data = self.query(parts)
        real = [row["realQuantity"] for row in data["purchaseItemModelList"]]
        self.assertEqual((data["purchaseOrderStatus"], real), ("70", [4, 0]))
        self.assertEqual(self.get_stock(), {("A", "100"): 4})

    def test_planned_quantities_can_be_changed_before_anything_came(self):
        number = self.make_order()
        line = {"erpGoodsNo": "A", "goodsLevel": "100", "orderLine": "1"}
        change = {"ownerNo": DEPARTMENT, "purchaseNo": number}
        lines = [{**line, "planQuantity": 12}]
        self.get_data(self.UPDATE, **change, goodsDetailRequestList=lines)
        wrong = [{**line, "planQuantity": 1, "orderLine": "9"}]
        answer = self.call(self.UPDATE, **change, goodsDetailRequestList=wrong)
        self.assertEqual(answer["code"], "3010")
        answer = self.call(self.UPDATE, **change, goodsDetailRequestList=lines * 2)
        self.assertEqual(answer["code"], "3010")
        self.advance(number, 70)
        self.assertEqual(self.get_stock()["A", "100"], 12)
        answer = self.call(self.UPDATE, **change, goodsDetailRequestList=lines)
        self.assertEqual(answer["code"], "4000")

    def test_mistakes_are_refused_and_the_unknown_is_null(self):
        line = "cargoInfos__0__"
        expected = [
            ("2000", {"warehouseInfo": None}),
            ("2000", {"warehouseInfo": {}}),
            ("2000", {line + "erpGoodsNo": None}),
            ("3010", {line + "planQuantity": 0}),
            ("3008", {line + "planQuantity": "10"}),
            ("3010", {line + "goodsLevel": "400"}),
            ("2025", {line + "erpGoodsNo": "ZZZ"}),
            ("2147", {"warehouseInfo": {"warehouseNo": "110000109"}}),
            ("3010", {"supplierNo": "EMS9999999999999"}),
            ("3010", {"cargoInfos": same_line_twice()}),
            ("2004", {"ownerNo": "EBU0000000000201"}),
        ]
        for code, change in expected:
            with self.subTest(change):
                self.assertEqual(self.create(**change)["code"], code)
        self.assertIsNone(self.query("EPL0"))
        self.assertEqual(self.call(self.QUERY, purchaseNo="ESL0")["code"], "2001")
        self.assertEqual(self.sandbox.get("orders"), [])

    def test_orders_of_a_period_are_listed_page_by_page(self):
        numbers = [self.make_order(f"PO-{each}") for each in range(3)]
        request = {
            "ownerNo": DEPARTMENT,
            "orderType": "CGRK",
            "startDate": "2000-01-01 00:00:00",
            "endDate": "2999-01-01 00:00:00",
            "currentPage": 2,
            "pageSize": 2,
        }
        path = "/order/queryordernosbypage/v1"
        data = self.get_data(path, **request)
        listed = [row["orderNo"] for row in data["resultList"]]
        self.assertEqual((data["totalNum"], listed), (3, numbers[2:]))
        request["startDate"] = "2000-01-01"
        self.assertEqual(self.call(path, **request)["code"], "2002")


def same_line_twice(level="100"):
    line = {"erpGoodsNo": "A", "planQuantity": 1, "goodsLevel": level}
    return [line | {"orderLine": "1"}, line | {"orderLine": "1"}]


@tagged("post_install", "-at_install")
class TestSandboxSuppliers(SandboxInboundCase):
    SAVE = "/basicinfo/supplier/create/v1"
    QUERY = "/basicinfo/supplier/query/v1"

    def test_a_supplier_is_created_once_and_found_by_either_number(self):
        new = {"ownerNo": DEPARTMENT, "erpSupplierNo": "S-1", "supplierName": "Farm"}
        self.assertIsNone(self.get_data(self.SAVE, **new))
        self.get_data(self.SAVE, **new | {"supplierName": "Dairy"})
        [row] = self.get_data(self.QUERY, ownerNo=DEPARTMENT, isvSupplierNos="S-1")
        self.assertEqual((row["supplierName"], row["status"]), ("Dairy", "2"))
        self.get_data(self.SAVE, supplierNo=row["supplierNo"], status="3")
        [row] = self.get_data(
            self.QUERY, ownerNo=DEPARTMENT, supplierNos=row["supplierNo"]
        )
        self.assertEqual((row["erpSupplierNo"], row["status"]), ("S-1", "3"))

    def test_the_envelope_of_the_query_spells_its_request_number_as_documented(self):
        answer = self.call(self.QUERY, ownerNo=DEPARTMENT)
        self.assertIn("requestID", answer)
        self.assertNotIn("requestId", answer)

    def test_mistakes_are_refused(self):
        self.assertEqual(self.call(self.SAVE, ownerNo=DEPARTMENT)["code"], "2000")
        self.assertEqual(self.call(self.SAVE, supplierNo="EMS0")["code"], "3010")
        foreign = self.call(self.QUERY, ownerNo="EBU0000000000201")
        self.assertEqual(foreign["code"], "2001")
        both = {"supplierNos": "EMS1,EMS2", "isvSupplierNos": "S-1"}
        answer = self.call(self.QUERY, ownerNo=DEPARTMENT, **both)
        self.assertEqual(answer["code"], "3010")

    def test_no_two_suppliers_of_a_department_have_the_same_name(self):
        new = {"ownerNo": DEPARTMENT, "supplierName": "Farm"}
        self.get_data(self.SAVE, **new, erpSupplierNo="S-1")
        again = self.call(self.SAVE, **new, erpSupplierNo="S-2")
        self.assertEqual(again["code"], "2002")
        found = self.get_data(self.QUERY, ownerNo=DEPARTMENT, isvSupplierNos="S-2")
        self.assertEqual(found, [])
        self.get_data(self.SAVE, **new, erpSupplierNo="S-1")

    def test_the_status_of_a_supplier_is_told_when_modifying_only(self):
        new = {"ownerNo": DEPARTMENT, "supplierName": "Farm", "erpSupplierNo": "S-1"}
        self.assertEqual(self.call(self.SAVE, **new, status="2")["code"], "3010")


@tagged("post_install", "-at_install")
class TestSandboxReturnsIn(SandboxInboundCase):
    CREATE = "/order/returntowarehouse/create/v1"
    QUERY = "/order/returntowarehouse/query/v1"

    def setUp(self):
        super().setUp()
        rows = [
            {"erpGoodsNo": "A", "quantity": 10},
            {"erpGoodsNo": "MILK", "quantity": 10, "lot": "L1"},
        ]
        self.sandbox.do("stock", warehouse=WAREHOUSE, rows=rows)
        lines = [
            {"erpGoodsNo": "A", "quantity": 3},
            {"erpGoodsNo": "MILK", "quantity": 2},
        ]
        order = self.sandbox.do(
            "make_order",
            kind="XSCK",
            department=DEPARTMENT,
            warehouse=WAREHOUSE,
            lines=lines,
            erp_no="SO-1",
        )
        self.shipped = order["orderNo"]
        self.advance(self.shipped, 10034)

    def create(self, number="RT-1", **changes):
        request = {
            "ownerNo": DEPARTMENT,
            "erpReturnToWarehouseNo": number,
            "returnType": 1,
            "relatedOrders": {"deliveryNo": self.shipped},
            "cargoInfos": [{"erpGoodsNo": "A", "planQuantity": 2, "orderLine": "1"}],
        }
        for path, value in changes.items():
            set_member(request, path.replace("__", "."), value)
        return self.call(self.CREATE, **request)

    def make_order(self, number="RT-1", **changes):
        answer = self.create(number, **changes)
        self.assertEqual(answer["code"], "1000", answer)
        return answer["data"]["returnToWarehouseNo"]

    def query(self, number, **flags):
        return self.get_data(self.QUERY, returnToWarehouseNo=number, **flags)

    def test_a_return_puts_goods_back_when_it_is_done(self):
        number = self.make_order()
        self.assertRegex(number, r"^ESR\d{17}$")
        self.assertEqual(self.query(number)["status"], "0")
        self.advance(number, 100)
        self.assertEqual(self.get_stock()["A", "100"], 7)
        self.advance(number, 200)
        data = self.query(number)
        self.assertEqual((data["status"], data["deliveryNo"]), ("200", self.shipped))
        self.assertEqual(data["erpDeliveryNo"], "SO-1")
        [row] = data["returnToWarehouseDetailsList"]
        self.assertEqual((row["planQuantity"], row["realQuantity"]), (2, 2))
        self.assertEqual(self.get_stock()["A", "100"], 9)

    def test_what_comes_back_defective_is_counted_as_defective(self):
        number = self.make_order()
        self.arrange(number, level="200")
        self.advance(number, 200)
        [row] = self.query(number)["returnToWarehouseDetailsList"]
        self.assertEqual((row["goodsLevel"], row["realQuantity"]), ("200", 2))
        self.assertEqual(self.get_stock()["A", "200"], 2)

    def test_without_lines_everything_shipped_comes_back_in_its_lots(self):
        number = self.make_order(cargoInfos=None)
        self.advance(number, 200)
        data = self.query(number, returnToWarehouseBatAttrModelFlag=1)
        [batch] = data["returnToWarehouseBatAttrModelList"]
        self.assertEqual(
            (batch["batchInfos"]["lot"], batch["batchQuantity"]), ("L1", 2)
        )
        self.assertEqual(self.get_stock()["MILK", "100"], 10)

    def test_refused_and_overdue_returns_move_no_stock(self):
        refused, overdue = self.make_order("RT-1"), self.make_order("RT-2")
        self.advance(refused, 600)
        self.arrange(overdue, ends_with=500)
        self.sandbox.do("advance", orders=[overdue], steps=2)
        statuses = [self.query(number)["status"] for number in (refused, overdue)]
        self.assertEqual(statuses, ["600", "500"])
        self.assertEqual(self.get_stock()["A", "100"], 7)

    def test_a_return_can_be_cancelled_until_it_is_done(self):
        number = self.make_order()
        self.assertEqual(self.cancel(number, "THRK"), "0")
        self.assertEqual(self.query(number)["status"], "400")

    def test_business_returns_have_rules_and_numbers_of_their_own(self):
        rule = {"receiveMode": 2}
        self.assertEqual(self.create(bizType=2)["code"], "2000")
        number = self.make_order(
            bizType=2, warehouseNo=WAREHOUSE, warehouseOperationRule=rule
        )
        self.assertRegex(number, r"^EBR\d{17}$")

    def test_mistakes_are_refused_with_jds_codes_and_the_unknown_is_null(self):
        expected = [
            ("2003", {"relatedOrders": {"erpDeliveryNo": "SO-9"}}),
            ("2000", {"relatedOrders": {}, "cargoInfos__0__planQuantity": None}),
            ("2041", {"orderMark": "1"}),
            ("2001", {"packageNo": "运单1"}),
            ("2001", {"packageNo": "A,B"}),
            ("3010", {"cargoInfos": same_line_twice()}),
            ("3010", {"operationType": 0}),
            ("3010", {"pickupShipInfo": {"synTransPickupOrder": True}}),
            ("2005", {"bizType": 2, "cargoInfos": []}),
            ("2044", {"warehouseNo": "110000109"}),
            ("3010", {"returnType": 7}),
            ("3008", {"returnType": "1"}),
            ("2000", {"relatedOrders": None}),
            ("2025", {"cargoInfos__0__erpGoodsNo": "ZZZ"}),
        ]
        for code, change in expected:
            with self.subTest(change):
                self.assertEqual(self.create(**change)["code"], code)
        self.assertIsNone(self.query("ESR0"))


@tagged("post_install", "-at_install")
class TestSandboxReturnsOut(SandboxInboundCase):
    CREATE = "/order/returntosupplier/create/v1"
    QUERY = "/order/returntosupplier/query/v1"

    def setUp(self):
        super().setUp()
        rows = [{"erpGoodsNo": "A", "quantity": 5, "goodsLevel": "200"}]
        rows += [{"erpGoodsNo": "MILK", "quantity": 4, "lot": "L1"}]
        self.sandbox.do("stock", warehouse=WAREHOUSE, rows=rows)

    def create(self, number="RS-1", **changes):
        request = {
            "ownerNo": DEPARTMENT,
            "erpReturnToSupplierNo": number,
            "warehouseNo": WAREHOUSE,
            "deliveryMode": 1,
            "cargoInfos": [
                {"erpGoodsNo": "A", "planQuantity": 3, "goodsLevel": 200},
                {"erpGoodsNo": "MILK", "planQuantity": 2, "goodsLevel": 100},
            ],
        }
        for path, value in changes.items():
            set_member(request, path.replace("__", "."), value)
        return self.call(self.CREATE, **request)

    def make_order(self, number="RS-1", **changes):
        answer = self.create(number, **changes)
        self.assertEqual(answer["code"], "1000", answer)
        return answer["data"]["returnToSupplierNo"]

    def query(self, number, **flags):
        return self.get_data(self.QUERY, returnToSupplierNo=number, **flags)

    def test_goods_leave_when_it_is_done_with_their_lots(self):
        number = self.make_order()
        self.assertRegex(number, r"^EBS\d{17}$")
        self.advance(number, 200)
        data = self.query(number, returnToSupplierBatchFlag=1)
        real = [row["realQuantity"] for row in data["returnToSupplierDetailList"]]
        self.assertEqual((data["status"], real), ("200", [3, 2]))
        [batch] = data["returnToSupplierBatchList"]
        self.assertEqual((batch["batchInfos"]["lot"], batch["realQuantity"]), ("L1", 2))
        self.assertEqual(self.get_stock(), {("A", "200"): 2, ("MILK", "100"): 2})

    def test_it_may_fall_short_unless_that_is_forbidden(self):
        line = "cargoInfos__0__planQuantity"
        rule = {"isShortage": 0}
        refused = self.create(**{line: 9}, warehouseOperationRule=rule)
        self.assertEqual(refused["code"], "2052")
        number = self.make_order(**{line: 9})
        self.advance(number, 200)
        [first, _] = self.query(number)["returnToSupplierDetailList"]
        self.assertEqual((first["planQuantity"], first["realQuantity"]), (9, 5))

    def test_it_can_be_cancelled_until_it_was_checked(self):
        one, other = self.make_order("RS-1"), self.make_order("RS-2")
        self.advance(other, 150)
        self.assertEqual(self.cancel(one, "TGCK"), "0")
        self.assertEqual(self.cancel(other, "TGCK"), "2")
        self.assertEqual(self.query(one)["status"], "400")

    def test_mistakes_are_refused_with_jds_codes(self):
        mixed = [
            {"erpGoodsNo": "A", "planQuantity": 1, "goodsLevel": 200},
            {"erpGoodsNo": "A", "planQuantity": 1, "goodsLevel": 100},
        ]
        expected = [
            ("2001", {"deliveryMode": 5}),
            ("2000", {"deliveryMode": 2}),
            ("2008", {"cargoInfos__0__planQuantity": 0}),
            ("3008", {"cargoInfos__0__goodsLevel": "200"}),
            ("2008", {"cargoInfos__0__planQuantity": 1.5}),
            ("2010", {"cargoInfos": mixed}),
            ("3010", {"cargoInfos": same_line_twice(100)}),
            ("3010", {"cargoInfos__0__price": 1.001}),
            ("2000", {"receiverInfo": {"detailAddress": "x" * 201}}),
            ("2000", {"receiverInfo": {"name": "x" * 101}}),
            ("2025", {"cargoInfos__0__erpGoodsNo": "ZZZ"}),
            ("2147", {"warehouseNo": "110000109"}),
            ("3009", {"ownerNo": "EBU0000000000201"}),
        ]
        for code, change in expected:
            with self.subTest(change):
                self.assertEqual(self.create(**change)["code"], code)
        unknown = self.call(self.QUERY, returnToSupplierNo="EBS0")
        self.assertEqual(unknown["code"], "3010")


@tagged("post_install", "-at_install")
class TestSandboxLevels(SandboxInboundCase):
    PATH = "/stock/levelchange/query/v1"

    def test_goods_moved_between_levels_are_listed_and_counted(self):
        row = {"erpGoodsNo": "MILK", "quantity": 5, "lot": "L1"}
        self.sandbox.do("stock", warehouse=WAREHOUSE, rows=[row])
        self.sandbox.do("change_level", warehouse=WAREHOUSE, goods="MILK", quantity=2)
        self.assertEqual(self.get_stock(), {("MILK", "100"): 3, ("MILK", "200"): 2})
        data = self.get_data(self.PATH, ownerNo=DEPARTMENT, changedLevel="200")
        [change] = data["resultList"]
        [detail] = change["details"]
        self.assertEqual((detail["preChangeLevel"], detail["quantity"]), ("100", 2))
        none = self.get_data(
            self.PATH, ownerNo=DEPARTMENT, endDate="2000-01-01 00:00:00"
        )
        self.assertEqual(none["resultList"], [])

    def test_more_than_there_is_cannot_change_its_level(self):
        with self.assertRaisesRegex(AssertionError, "missing at level 100"):
            self.sandbox.do("change_level", warehouse=WAREHOUSE, goods="A", quantity=1)

    def test_a_document_made_by_hand_at_jd_can_be_found_by_its_number(self):
        order = self.sandbox.do(
            "make_order",
            kind="CGRK",
            department=DEPARTMENT,
            warehouse=WAREHOUSE,
            lines=[{"erpGoodsNo": "A", "quantity": 4}],
        )
        number = order["orderNo"]
        found = self.get_data("/order/purchase/query/v1", purchaseNo=number)
        self.assertEqual(found["purchaseNo"], number)
