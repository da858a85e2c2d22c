import copy
import time

from odoo.tests import tagged

from .sandbox_case import DEPARTMENT, PIN, WAREHOUSE
from .sandbox_outbound_case import CANCEL, CREATE, QUERY, SandboxOutboundCase
from .sandbox_process import Caller

NUMBERS = "/order/operate/relation/query/v1"
STOCK = "/stock/query/v1"
PACKAGE = "/jdlopenplatformsoservice/querypackage"
WALK = [
    *(10010, 100130, 10014, 10015, 10016, 10017),
    *(10018, 10019, 10020, 10033, 10034),
]


@tagged("post_install", "-at_install")
class TestSandboxOutbound(SandboxOutboundCase):
    def test_an_order_is_taken_and_its_goods_are_reserved(self):
        answer = self.create()
        self.assertRegex(answer["data"]["deliveryNo"], r"^ESL\d{17}$")
        self.assertEqual(answer["data"]["erpDeliveryNo"], "SO-1")
        self.assertEqual(self.get_stock(), {"A": (100, 3), "B": (100, 2)})

    def test_sending_it_again_gives_the_same_number_and_reserves_nothing_more(self):
        first = self.make_order()
        self.assertEqual(self.make_order(), first)
        self.assertEqual(self.get_stock()["A"], (100, 3))
        [order] = self.sandbox.get("orders")
        self.assertEqual(order["asked"], 2)

    def test_a_department_may_refuse_repeats(self):
        self.make_order()
        self.sandbox.do("department", no=DEPARTMENT, refuses_repeats=True)
        self.assertEqual(self.create()["code"], "2218")

    def test_mistakes_are_refused_with_jds_codes_and_leave_nothing(self):
        line = "cargoInfos__0__"
        expected = [
            ("2000", {"receiverInfo__name": None}),
            ("2000", {"receiverInfo__mobile": None}),
            ("2000", {"receiverInfo__detailAddress": None}),
            ("2000", {"customerInfo__shopNo": None}),
            ("2000", {"channelInfo__salesPlatformSource": "1"}),
            ("2000", {"warehouseNo": None}),
            ("2000", {"orderMark": ""}),
            ("2000", {"cargoInfos": []}),
            ("2000", {line + "goodsNo": None}),
            ("2000", {"receiverInfo__name": "x" * 21}),
            ("2000", {"receiverInfo__detailAddress": "x" * 101}),
            ("2043", {"erpDeliveryNo": "x" * 126}),
            ("2043", {"erpDeliveryNo": "单" * 63}),
            ("3008", {line + "planQuantity": "3"}),
            ("3008", {line + "planQuantity": 1.5}),
            ("3008", {"warehouseNo": 110000101}),
            ("3008", {"receiverInfo__adress": "typo"}),
            ("3010", {line + "planQuantity": 0}),
            ("3010", {"orderType": "3"}),
            ("3010", {"channelInfo__salesPlatformCreateTime": "2026-01-01"}),
            ("2006", {"customerInfo__ownerNo": "EBU0000000000201"}),
            ("2055", {"sourceNo": "ISV0000000000000"}),
            ("2059", {"customerInfo__shopNo": "ESP9999999999999"}),
            ("2087", {line + "orderLine": "2"}),
            ("2130", {"warehouseNo": "119999999"}),
            ("2130", {"warehouseNo": "110000201"}),
            ("2147", {"warehouseNo": "110000109"}),
            ("2001", {"warehouseNo": None, "erpWarehouseNo": "OURS"}),
            ("2025", {line + "goodsNo": "EMG9999999999999"}),
            ("2052", {line + "planQuantity": 101}),
            ("2052", {"cargoInfos__1__planQuantity": 101}),
            ("2052", {line + "goodsLevel": "200"}),
            ("2227", {line + "batchInfos": {"expireDate": "2030-01-01"}}),
            ("2227", {line + "batchInfos": {"productDate": "2030-01-01"}}),
            ("3010", {line + "batchInfos": {"productDate": "01/02/2030"}}),
            ("2000", {line + "batchInfos": {"lot": "x" * 51}}),
            ("3010", {line + "price": 1.00001}),
            ("3010", {line + "price": 1e13}),
            ("3010", {line + "goodsLevel": "300"}),
            ("3010", {"orderMark": "1" * 50, "addServices": {"receivable": 1.001}}),
            ("3010", {"addServices": {"insuredValue": 0.001}}),
            ("3010", {"carrierInfo": {"shipmentInfo": {"payment": 0}}}),
            ("2000", {"carrierInfo": {"shipmentInfo": {"thirdWaybillNo": "x" * 201}}}),
            ("2000", {"channelInfo__salesPlatformDeliveryNo": "x" * 201}),
            ("2244", {"orderMark": "1" + "0" * 49}),
        ]
        for code, change in expected:
            with self.subTest(change):
                self.assertEqual(self.create(**change)["code"], code)
        self.assertEqual(self.sandbox.get("orders"), [])
        self.assertEqual(self.get_stock(), {"A": (100, 0), "B": (100, 0)})

    def test_limits_themselves_are_allowed(self):
        self.make_order("SO-4", cargoInfos__0__price=1234567890123.1234)
        services = {"insuredValue": 0.12, "isInsuredPrice": 0}
        self.make_order("SO-5", addServices=services)
        self.make_order("SO-6", channelInfo__salesPlatformDeliveryNo="x" * 200)
        self.make_order("单" * 62 + "x")
        self.make_order("SO-2", receiverInfo__name="x" * 20)
        self.make_order("SO-3", receiverInfo__mobile=None, receiverInfo__phone="021")

    def test_a_line_without_a_number_gets_one_that_is_free(self):
        self.make_order(cargoInfos__0__orderLine=None, cargoInfos__1__orderLine="1")
        [order] = self.sandbox.get("orders")
        numbers = [line["orderLine"] for line in order["lines"]]
        self.assertEqual(numbers, ["2", "1"])

    def test_a_carrier_is_required_where_the_department_has_no_carrier_split(self):
        self.sandbox.do("department", no=DEPARTMENT, carrier_split=False)
        self.assertEqual(self.create()["code"], "2123")
        self.make_order(carrierInfo={"carrierNo": "CYS0000010"})

    def test_the_merchants_own_warehouse_code_may_be_used_once_mapped(self):
        self.sandbox.do("warehouse", no=WAREHOUSE, erp_no="OURS")
        number = self.make_order(warehouseNo=None, erpWarehouseNo="OURS")
        self.assertEqual(self.query(number)["warehouseNo"], WAREHOUSE)

    def test_cash_on_delivery_is_told_back(self):
        services = {"receivable": 12.5}
        number = self.make_order(orderMark="1" + "0" * 49, addServices=services)
        self.assertEqual(self.query(number)["addServices"], services)

    def test_an_order_walks_every_status_and_consumes_stock_when_handed_over(self):
        number = self.make_order()
        for status in WALK[1:]:
            self.sandbox.do("advance")
            data = self.query(number)
            self.assertEqual(data["status"], str(status))
            shipped = status in WALK[7:]
            stock = {"A": (97, 0), "B": (98, 0)}
            reserved = {"A": (100, 3), "B": (100, 2)}
            self.assertEqual(self.get_stock(), stock if shipped else reserved)
            for item in data["deliveryItemList"]:
                self.assertEqual("realQuantity" in item, shipped)
            self.assertEqual("deliveryPackageList" in data, status in WALK[6:])
            self.assertIn("waybillNo", data["carrierInfo"])
        self.sandbox.do("advance")
        codes = [
            each["statusCode"] for each in self.query(number)["deliveryStatusList"]
        ]
        self.assertEqual(codes, WALK)

    def test_there_is_no_waybill_before_it_was_obtained(self):
        self.assertNotIn("waybillNo", self.query(self.make_order())["carrierInfo"])

    def test_orders_walk_by_themselves_when_a_speed_is_set(self):
        self.sandbox.do("settings", speed=0.05)
        number = self.make_order()
        deadline = time.monotonic() + 10
        while self.query(number)["status"] != "10034":
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.05)

    def test_packages_come_only_if_asked_for(self):
        number = self.make_order()
        self.advance(10019)
        self.assertNotIn(
            "deliveryPackageList", self.query(number, deliveryPackageFlag=0)
        )

    def test_the_lists_that_are_always_there_come_whatever_their_flags_say(self):
        number = self.make_order()
        off = {"deliveryItemFlag": 0, "deliveryStatusFlag": 0}
        data = self.query(number, deliveryProductInfoFlag=0, **off)
        self.assertEqual(len(data["deliveryItemList"]), 2)
        self.assertEqual(len(data["deliveryStatusList"]), 1)
        self.assertEqual(data["deliveryProductInfoList"], [])

    def test_several_parcels_hold_all_units_and_may_have_waybills_of_their_own(self):
        number = self.make_order()
        self.sandbox.do("arrange", orders=[number], parcels=3, waybills=2)
        self.advance(10019)
        packages = self.query(number)["deliveryPackageList"]
        self.assertEqual(len(packages), 3)
        waybills = {package["packageNo"].split("-")[0] for package in packages}
        self.assertEqual(len(waybills), 2)
        units = {}
        for package in packages:
            for item in package["packageItemList"]:
                goods_no = item["goodsNo"]
                units[goods_no] = units.get(goods_no, 0) + item["quantity"]
        self.assertEqual(units, {self.goods["A"]: 3, self.goods["B"]: 2})
        request = {"orderNo": number, "packageNo": packages[0]["packageNo"], "pin": PIN}
        detail = self.caller.call(PACKAGE, request)["data"]
        self.assertEqual(
            (detail["packageNo"], detail["type"]), (packages[0]["packageNo"], 1)
        )
        request["packageNo"] = "JDVD0-1-1-"
        self.assertEqual(self.caller.call(PACKAGE, request)["code"], "2005")

    def test_a_short_shipment_consumes_what_left_and_frees_the_rest(self):
        number = self.make_order()
        self.sandbox.do("arrange", orders=[number], short={"1": 2}, unreported=["2"])
        self.advance(10020)
        first, second = self.query(number)["deliveryItemList"]
        self.assertEqual((first["planQuantity"], first["realQuantity"]), (3, 1))
        self.assertNotIn("realQuantity", second)
        self.assertEqual(self.get_stock(), {"A": (99, 0), "B": (98, 0)})

    def test_an_order_is_found_by_each_of_its_numbers(self):
        number = self.make_order(channelInfo__salesPlatformDeliveryNo="SHOP-7")
        for request in (
            {"deliveryNo": number},
            {"erpDeliveryNo": "SO-1", "ownerNo": DEPARTMENT},
            {"salesPlatformDeliveryNo": "SHOP-7"},
        ):
            answer = self.caller.call(QUERY, {"pin": PIN, **request})
            self.assertEqual(answer["data"]["deliveryNo"], number)
        request = {"ownerNo": DEPARTMENT, "erpOrderNo": "SO-1", "orderType": "XSCK"}
        answer = self.caller.call(NUMBERS, {"pin": PIN, **request})
        self.assertEqual(answer["data"], {"orderNo": number})

    def test_what_is_not_there_is_said_as_each_call_says_it(self):
        def code(path, **request):
            return self.caller.call(path, {"pin": PIN, **request})["code"]

        self.assertEqual(code(QUERY, deliveryNo="ESL0"), "2342")
        self.assertEqual(code(QUERY, erpDeliveryNo="X", ownerNo=DEPARTMENT), "2342")
        self.assertEqual(code(QUERY, erpDeliveryNo="X"), "2000")
        self.assertEqual(code(QUERY), "2000")
        query = {"ownerNo": DEPARTMENT, "erpOrderNo": "X", "orderType": "XSCK"}
        self.assertEqual(code(NUMBERS, **query), "2001")
        self.assertEqual(code(PACKAGE, orderNo="ESL0", packageNo="P"), "2342")
        self.assertEqual(code(CANCEL, orderNo="ESL0", orderType="XSCK"), "2515")

    def test_another_accounts_orders_stay_hidden(self):
        number = self.make_order()
        other = Caller(self.sandbox.url, "jd_demo_basic", "demo-basic")
        request = {"deliveryNo": number, "pin": "jd_demo_basic"}
        self.assertEqual(other.call(QUERY, request)["code"], "2006")
        cancel = {"orderNo": number, "orderType": "XSCK", "pin": "jd_demo_basic"}
        self.assertEqual(other.call(CANCEL, cancel)["code"], "2003")

    def test_the_receiver_is_masked_for_jds_own_mall_only(self):
        mall = {"salesPlatformSource": "1", "salesPlatformDeliveryNo": "M-1"}
        masked = self.query(self.make_order("SO-M", channelInfo=mall))["receiverInfo"]
        self.assertEqual((masked["name"], masked["mobile"]), ("T***", "0***"))
        plain = self.query(self.make_order("SO-P"))["receiverInfo"]
        self.assertEqual(plain["name"], "Test Person")

    def test_a_cancel_before_picking_succeeds_and_frees_the_goods(self):
        number = self.make_order()
        self.advance(10015)
        self.assertEqual(self.cancel(number), "0")
        self.assertEqual(self.query(number)["status"], "10028")
        self.assertEqual(self.get_stock()["A"], (100, 0))
        self.assertEqual(self.cancel(number), "0")

    def test_a_cancel_from_picking_on_fails_in_either_of_jds_ways(self):
        number = self.make_order()
        self.advance(10016)
        self.assertEqual(self.cancel(number), "2")
        self.sandbox.do("settings", late_cancel="code")
        self.assertEqual(self.cancel(number), "2515")
        self.assertEqual(self.query(number)["status"], "10016")

    def test_a_cancel_can_take_time_and_end_either_way(self):
        self.sandbox.do("settings", cancel="later, agreed")
        one, other = self.make_order("SO-1"), self.make_order("SO-2")
        self.assertEqual([self.cancel(one), self.cancel(other)], ["1", "1"])
        self.assertEqual(self.cancel(one), "2005")
        self.assertEqual(self.query(one)["status"], "10027")
        self.sandbox.do("settle", orders=[one])
        self.sandbox.do("settle", orders=[other], agreed=False)
        self.assertEqual(self.query(one)["status"], "10028")
        self.assertEqual(self.query(other)["status"], "10029")
        self.sandbox.do("advance", orders=[other])
        self.assertEqual(self.query(other)["status"], "100130")

    def test_the_kind_of_a_cancel_is_a_documented_text(self):
        number = self.make_order()
        self.assertEqual(self.cancel(number, kind=1), "3008")
        self.assertEqual(self.cancel(number, kind="SALE"), "3010")
        self.assertEqual(self.cancel(number, kind="CGRK"), "2515")
        request = {"ownerNo": "101", "erpOrderNo": "SO-1", "orderType": "XSCK"}
        answer = self.caller.call(CANCEL, {"pin": PIN, **request})
        self.assertEqual(answer["code"], "2002")

    def test_jd_may_cancel_by_itself_or_pull_back_but_not_after_shipping(self):
        cancelled, pulled, shipped = (self.make_order(f"SO-{n}") for n in range(3))
        self.advance(10028, [cancelled])
        self.advance(10031, [pulled])
        self.advance(10019, [shipped])
        self.assertEqual(self.get_stock()["A"], (97, 0))
        with self.assertRaisesRegex(AssertionError, "cannot go from 10019"):
            self.advance(10028, [shipped])

    def test_rejected_goods_come_back_into_stock(self):
        number = self.make_order()
        self.sandbox.do("arrange", orders=[number], ends_with=10035)
        self.advance(10033, [number])
        for status in ("10035", "10036", "10037", "10038"):
            self.sandbox.do("advance")
            self.assertEqual(self.query(number)["status"], status)
        self.assertEqual(self.get_stock()["A"], (100, 0))

    def test_many_orders_are_advanced_at_once(self):
        for number in range(20):
            self.make_order(f"SO-{number}")
        moved = self.sandbox.do("advance", to=10019, limit=15)
        self.assertEqual(moved, {"moved": 15})
        export = self.sandbox.get("orders", kind="XSCK", status=10019)
        self.assertEqual(len(export), 15)
        self.assertEqual(export[0]["lines"][0]["realQuantity"], 3)

    def test_goods_that_expire_first_leave_first_and_their_batches_are_told(self):
        milk = {"erpGoodsNo": "MILK", "shelfLifeDays": 30}
        goods = self.sandbox.do("goods", department=DEPARTMENT, goods=[milk])
        late = {"lot": "L2", "expireDate": "2030-02-01", "quantity": 5}
        soon = {"lot": "L1", "expireDate": "2030-01-01", "quantity": 2}
        rows = [{"erpGoodsNo": "MILK", **each} for each in (late, soon)]
        self.sandbox.do("stock", warehouse=WAREHOUSE, rows=rows)
        line = {"goodsNo": goods["MILK"], "planQuantity": 3, "orderLine": "1"}
        number = self.make_order(cargoInfos=[line])
        self.assertEqual(
            self.query(number, deliveryBatchItemFlag=1)["deliveryBatchItemList"], []
        )
        self.advance(10019)
        batches = self.query(number, deliveryBatchItemFlag=1)["deliveryBatchItemList"]
        left = [(each["batchInfos"]["lot"], each["batchQuantity"]) for each in batches]
        self.assertEqual(left, [("L1", 2), ("L2", 1)])

    def test_a_wanted_lot_is_served_or_refused(self):
        goods = {"erpGoodsNo": "LOTS", "batch": True}
        self.sandbox.do("goods", department=DEPARTMENT, goods=[goods])
        row = {"erpGoodsNo": "LOTS", "lot": "L1", "quantity": 5}
        self.sandbox.do("stock", warehouse=WAREHOUSE, rows=[row])
        line = {"erpGoodsNo": "LOTS", "planQuantity": 3}
        refused = self.create(cargoInfos=[{**line, "batchInfos": {"lot": "L9"}}])
        self.assertEqual(refused["code"], "2052")
        self.make_order(cargoInfos=[{**line, "batchInfos": {"lot": "L1"}}])

    def test_serial_numbers_leave_with_their_order(self):
        goods = {"erpGoodsNo": "PHONE", "serial": True}
        self.sandbox.do("goods", department=DEPARTMENT, goods=[goods])
        row = {"erpGoodsNo": "PHONE", "quantity": 2, "serialNos": ["S1", "S2"]}
        self.sandbox.do("stock", warehouse=WAREHOUSE, rows=[row])
        line = {"erpGoodsNo": "PHONE", "planQuantity": 1, "serialNos": ["S2"]}
        number = self.make_order(cargoInfos=[line])
        self.advance(10019)
        [serial] = self.query(number, deliverySerialNoFlag=1)["serialNoList"]
        self.assertEqual(serial["serialNo"], "S2")

    def test_a_create_that_timed_out_after_the_work_is_found_by_our_number(self):
        self.sandbox.do("fault", kind="timeout_after", call="addSoOrder", ratio=0.5)
        answered = 0
        for number in range(20):
            try:
                self.make_order(f"SO-{number}")
                answered += 1
            except OSError:
                continue
        self.assertIn(answered, range(3, 18))
        self.assertEqual(len(self.sandbox.get("orders")), 20)

    def test_requests_are_not_changed_by_being_told_back(self):
        request = self.make_request()
        before = copy.deepcopy(request)
        self.caller.call(CREATE, request)
        [order] = self.sandbox.get("orders")
        self.assertEqual(order["request"], before)
