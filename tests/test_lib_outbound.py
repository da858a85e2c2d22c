from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from odoo.tests import tagged

from ..lib.api import (
    Address,
    Cancellation,
    CancelResult,
    Lot,
    NotFound,
    OrderKind,
    OrderLine,
    OutboundOrder,
    OutcomeUnknown,
    PermissionRefused,
    Refused,
    RetryLater,
    Throttled,
)
from ..lib.clock import from_jd, utc_now
from ..lib.threads import run_all
from .client_case import ClientGoodsCase
from .sandbox_case import DEPARTMENT, WAREHOUSE

OUTBOUND = OrderKind.OUTBOUND
RECEIVER = Address(name="สมชาย ใจดี", mobile="0812345678", detail="Jl. Melati 5, 雅加达")


class ClientOutboundCase(ClientGoodsCase):
    def setUp(self):
        super().setUp()
        self.goods = self.make_goods(
            {"erpGoodsNo": "CUP"},
            {"erpGoodsNo": "TEA", "shelfLifeDays": 365, "batch": True},
            {"erpGoodsNo": "PHONE", "serial": True},
        )
        self.set_stock(
            {"erpGoodsNo": "CUP", "quantity": 1000},
            {
                "erpGoodsNo": "TEA",
                "quantity": 10,
                "lot": "L1",
                "expireDate": "2027-01-31",
            },
            {"erpGoodsNo": "PHONE", "quantity": 2, "serialNos": ["SN1", "SN2"]},
        )

    def make_order(self, number="WH/OUT/1", **changes):
        order = OutboundOrder(
            number=number,
            department_no=DEPARTMENT,
            warehouse_no=WAREHOUSE,
            receiver=RECEIVER,
            lines=(OrderLine("1", self.goods["CUP"], 3),),
            shop_no="ESP0000000000101",
        )
        return replace(order, **changes)

    def get_request(self, number="WH/OUT/1"):
        """Return what JD was told of an order, word for word."""
        orders = self.sandbox.get("orders", kind="XSCK")
        [order] = [row for row in orders if row["erpOrderNo"] == number]
        return order["request"]

    def advance(self, number="WH/OUT/1", **how):
        self.sandbox.do("advance", orders=[number], **how)

    def arrange(self, number="WH/OUT/1", **how):
        self.sandbox.do("arrange", orders=[number], **how)

    def get_report(self, number="WH/OUT/1", **options):
        return self.jd.report(OUTBOUND, DEPARTMENT, own_number=number, **options)


@tagged("post_install", "-at_install")
class TestCreateOutbound(ClientOutboundCase):
    def test_an_order_gets_a_number_of_jd(self):
        number = self.jd.create_order(self.make_order())
        self.assertRegex(number, r"^ESL\d+$")
        self.assertEqual(self.get_report("WH/OUT/1").number, number)

    def test_everything_an_order_may_hold_is_accepted(self):
        order = self.make_order(
            platform="1",
            platform_number="JD-1",
            ordered_at=from_jd("2026-01-02 04:00:00"),
            ship_at=from_jd("2026-01-02 12:30:00"),
            waybill="TH0001",
            cash_on_delivery=Decimal("120.50"),
            insured_value=Decimal(99),
            buyer_remark="Ring twice",
            remark="Gift",
            receiver=replace(
                RECEIVER,
                phone="021-555",
                email="a@example.com",
                postcode="10110",
                province="DKI",
                city="Jakarta",
                county="Gambir",
                town="Cideng",
            ),
            lines=(
                OrderLine("1", self.goods["CUP"], 1, price=Decimal("3.14159")),
                OrderLine(
                    "2",
                    self.goods["TEA"],
                    2,
                    lot=Lot("L1", expires_on=date(2027, 1, 31)),
                ),
                OrderLine("3", self.goods["PHONE"], 1, serials=("SN2",)),
            ),
        )
        self.jd.create_order(order)
        self.assertEqual(
            self.get_request(),
            {
                "sourceNo": "ISV0020008045424",
                "erpDeliveryNo": "WH/OUT/1",
                "orderType": "1",
                "warehouseNo": WAREHOUSE,
                "orderMark": "1" + "0" * 49,
                "pin": "jd_demo_quick",
                "channelInfo": {
                    "salesPlatformSource": "1",
                    "salesPlatformDeliveryNo": "JD-1",
                    "salesPlatformCreateTime": "2026-01-02 04:00:00",
                },
                "customerInfo": {"ownerNo": DEPARTMENT, "shopNo": "ESP0000000000101"},
                "receiverInfo": {
                    "name": "สมชาย ใจดี",
                    "mobile": "0812345678",
                    "phone": "021-555",
                    "email": "a@example.com",
                    "postCode": "10110",
                    "province": "DKI",
                    "city": "Jakarta",
                    "county": "Gambir",
                    "town": "Cideng",
                    "detailAddress": "Jl. Melati 5, 雅加达",
                },
                "carrierInfo": {
                    "carrierNo": "CYS0000010",
                    "expectDate": "2026-01-02 12:30:00",
                    "shipmentInfo": {"thirdWaybillNo": "TH0001"},
                },
                "addServices": {
                    "receivable": 120.5,
                    "isInsuredPrice": 1,
                    "insuredValue": 99.0,
                },
                "cargoInfos": [
                    {
                        "orderLine": "1",
                        "goodsNo": self.goods["CUP"],
                        "planQuantity": 1,
                        "goodsLevel": "100",
                        "price": 3.1416,
                    },
                    {
                        "orderLine": "2",
                        "goodsNo": self.goods["TEA"],
                        "planQuantity": 2,
                        "goodsLevel": "100",
                        "batchInfos": {"lot": "L1", "expireDate": "2027-01-31"},
                    },
                    {
                        "orderLine": "3",
                        "goodsNo": self.goods["PHONE"],
                        "planQuantity": 1,
                        "goodsLevel": "100",
                        "serialNos": ["SN2"],
                    },
                ],
                "customerRemark": "Ring twice",
                "erpRemark": "Gift",
            },
        )

    def test_nothing_empty_is_told(self):
        self.jd.create_order(self.make_order())
        self.assertEqual(
            set(self.get_request()),
            {
                *("sourceNo", "erpDeliveryNo", "orderType", "warehouseNo", "pin"),
                *("orderMark", "channelInfo", "customerInfo", "receiverInfo"),
                *("carrierInfo", "cargoInfos"),
            },
        )
        self.assertEqual(self.get_request()["orderMark"], "0" * 50)

    def test_goods_of_two_lines_and_levels_are_kept_apart(self):
        self.set_stock({"erpGoodsNo": "CUP", "quantity": 5, "goodsLevel": "200"})
        lines = (
            OrderLine("a", self.goods["CUP"], 1),
            OrderLine("b", self.goods["CUP"], 2, level="200"),
        )
        self.jd.create_order(self.make_order(lines=lines))
        told = self.get_request()["cargoInfos"]
        self.assertEqual(
            [
                (line["orderLine"], line["goodsLevel"], line["planQuantity"])
                for line in told
            ],
            [("a", "100", 1), ("b", "200", 2)],
        )

    def test_an_order_told_twice_is_one_order(self):
        first = self.jd.create_order(self.make_order())
        self.assertEqual(self.jd.create_order(self.make_order()), first)

    def test_an_order_to_a_business_needs_no_shop(self):
        order = self.make_order(shop_no="")
        with self.assertRaisesRegex(Refused, "shopNo"):
            self.jd.create_order(order)
        self.assertTrue(self.jd.create_order(replace(order, to_business=True)))

    def test_jds_refusal_is_in_its_words(self):
        cases = (
            ({"lines": (OrderLine("1", self.goods["TEA"], 99),)}, "stock"),
            ({"lines": (OrderLine("1", "EMG0000000000009", 1),)}, "EMG0000000000009"),
            ({"receiver": replace(RECEIVER, name="x" * 21)}, "name"),
            ({"warehouse_no": "110000999"}, "110000999"),
            ({"source_no": "ISV1"}, "ISV1"),
        )
        for changes, words in cases:
            with self.subTest(words=words), self.assertRaisesRegex(Refused, words):
                self.jd.create_order(self.make_order(**changes))

    def test_an_order_without_an_answer_is_asked_about(self):
        self.sandbox.do("fault", kind="timeout_after", call="addSoOrder", count=1)
        with self.assertRaises(OutcomeUnknown):
            self.jd.create_order(self.make_order("WH/OUT/1"))
        self.assertTrue(self.get_report("WH/OUT/1").number)
        self.sandbox.do("fault", kind="timeout_before", call="addSoOrder", count=1)
        with self.assertRaises(OutcomeUnknown):
            self.jd.create_order(self.make_order("WH/OUT/2"))
        with self.assertRaises(NotFound):
            self.get_report("WH/OUT/2")

    def test_a_repeat_that_jd_refuses_is_asked_about(self):
        self.jd.create_order(self.make_order())
        self.sandbox.do("department", no=DEPARTMENT, refuses_repeats=True)
        with self.assertRaises(OutcomeUnknown):
            self.jd.create_order(self.make_order())

    def test_a_failure_of_jds_own_system_leaves_the_outcome_open(self):
        self.sandbox.do("fault", kind="refuse", call="addSoOrder", code="4000")
        with self.assertRaises(OutcomeUnknown):
            self.jd.create_order(self.make_order())

    def test_a_busy_jd_is_left_alone_for_ten_minutes(self):
        self.sandbox.do("fault", kind="busy", call="addSoOrder")
        with self.assertRaises(Throttled) as caught:
            self.jd.create_order(self.make_order())
        self.assertEqual(caught.exception.wait_seconds, 600)

    def test_another_merchants_department_is_refused(self):
        with self.assertRaises(PermissionRefused):
            self.jd.create_order(self.make_order(department_no="EBU0000000000201"))
        with self.assertRaises(PermissionRefused):
            self.jd.report(OUTBOUND, "EBU0000000000201", own_number="WH/OUT/1")

    def test_a_hundred_orders_go_at_once_and_each_is_one_order(self):
        orders = [self.make_order(f"WH/OUT/{index}") for index in range(100)]
        numbers = run_all(self.jd.create_order, orders, 8)
        self.assertEqual(len(set(numbers)), 100)
        held = {
            order["orderNo"]: order["erpOrderNo"]
            for order in self.sandbox.get("orders", kind="XSCK")
        }
        self.assertEqual(
            [held[number] for number in numbers], [order.number for order in orders]
        )


@tagged("post_install", "-at_install")
class TestReportOutbound(ClientOutboundCase):
    def test_an_order_jd_does_not_have_is_not_found(self):
        for named in ({"number": "ESL99"}, {"own_number": "NONE"}):
            with self.subTest(**named), self.assertRaises(NotFound):
                self.jd.report(OUTBOUND, DEPARTMENT, **named)

    def test_nothing_is_reported_shipped_before_it_is(self):
        number = self.jd.create_order(self.make_order())
        report = self.jd.report(OUTBOUND, DEPARTMENT, number=number)
        self.assertEqual((report.number, report.own_number), (number, "WH/OUT/1"))
        self.assertEqual(report.department_no, DEPARTMENT)
        self.assertEqual(report.warehouse_no, WAREHOUSE)
        self.assertEqual(report.status, "10010")
        [line] = report.lines
        self.assertEqual((line.line, line.planned, line.done), ("1", 3, None))
        self.assertEqual(line.goods_number, self.goods["CUP"])
        self.assertEqual(line.own_goods_number, "CUP")
        self.assertEqual((report.parcels, report.waybills), ((), ()))

    def test_a_shipped_order_tells_quantities_parcels_and_waybills(self):
        self.jd.create_order(self.make_order())
        self.arrange(parcels=2)
        self.advance(to="10020")
        report = self.get_report()
        self.assertEqual(report.status, "10020")
        self.assertEqual(report.lines[0].done, 3)
        self.assertEqual(len(report.parcels), 2)
        packed = sum(parcel.contents[self.goods["CUP"]] for parcel in report.parcels)
        self.assertEqual(packed, 3)
        self.assertEqual(report.waybills, (report.parcels[0].waybill,))
        self.assertRegex(report.waybills[0], r"^JDVD\d+$")
        self.assertGreater(report.parcels[0].weight, 0)

    def test_the_history_is_in_utc_and_in_order(self):
        self.jd.create_order(self.make_order())
        self.advance(to="10014")
        history = self.get_report().history
        self.assertEqual(
            [change.status for change in history], ["10010", "100130", "10014"]
        )
        self.assertTrue(all(change.name for change in history))
        for change in history:
            self.assertAlmostEqual(change.at, utc_now(), delta=timedelta(minutes=1))

    def test_a_line_shipped_short_and_a_line_not_reported_differ(self):
        lines = (
            OrderLine("1", self.goods["CUP"], 3),
            OrderLine("2", self.goods["PHONE"], 1),
        )
        self.jd.create_order(self.make_order(lines=lines))
        self.arrange(short={"1": 3}, unreported=["2"])
        self.advance(to="10020")
        self.assertEqual([line.done for line in self.get_report().lines], [0, None])

    def test_lots_and_serials_come_when_they_are_asked_for(self):
        lines = (
            OrderLine("1", self.goods["TEA"], 4),
            OrderLine("2", self.goods["PHONE"], 2),
        )
        self.jd.create_order(self.make_order(lines=lines))
        self.advance(to="10020")
        plain = self.get_report()
        self.assertEqual((plain.lots, plain.serials), ((), ()))
        full = self.get_report(with_lots=True)
        [lot] = full.lots
        self.assertEqual((lot.line, lot.quantity, lot.lot.number), ("1", 4, "L1"))
        self.assertEqual(lot.lot.expires_on.isoformat(), "2027-01-31")
        self.assertEqual({row.serial for row in full.serials}, {"SN1", "SN2"})

    def test_an_own_waybill_is_one_of_the_orders_waybills(self):
        self.jd.create_order(self.make_order(waybill="TH0001"))
        self.assertEqual(self.get_report().waybills, ("TH0001",))

    def test_a_question_without_an_answer_is_asked_again(self):
        self.jd.create_order(self.make_order())
        self.sandbox.do("fault", kind="timeout_after", call="querySoOrder", count=1)
        with self.assertRaises(RetryLater):
            self.get_report()
        self.assertTrue(self.get_report())


@tagged("post_install", "-at_install")
class TestCancel(ClientOutboundCase):
    def setUp(self):
        super().setUp()
        self.number = self.jd.create_order(self.make_order())

    def cancel(self, **named):
        named = named or {"number": self.number}
        return self.jd.cancel(OUTBOUND, DEPARTMENT, **named)

    def test_an_early_order_is_cancelled_at_once(self):
        self.assertEqual(self.cancel(), Cancellation(CancelResult.CANCELLED))
        self.assertEqual(self.get_report().status, "10028")

    def test_a_cancelled_order_stays_cancelled(self):
        self.cancel()
        self.assertEqual(self.cancel().result, CancelResult.CANCELLED)

    def test_an_order_is_cancelled_by_our_number(self):
        cancelled = self.cancel(own_number="WH/OUT/1")
        self.assertEqual(cancelled.result, CancelResult.CANCELLED)

    def test_jd_may_think_about_a_cancel(self):
        self.sandbox.do("settings", cancel="later, agreed")
        self.assertEqual(self.cancel().result, CancelResult.CANCELLING)
        again = self.cancel()
        self.assertEqual(again.result, CancelResult.CANCELLING)
        self.assertTrue(again.reason)

    def test_a_picked_order_is_not_cancelled_any_more(self):
        self.advance(to="10016")
        for how in ("result", "code"):
            with self.subTest(how=how):
                self.sandbox.do("settings", late_cancel=how)
                self.assertEqual(self.cancel().result, CancelResult.FAILED)

    def test_the_reason_of_a_refused_cancel_is_kept(self):
        self.advance(to="10016")
        self.sandbox.do("settings", late_cancel="code")
        self.assertIn("10016", self.cancel().reason)

    def test_a_cancel_without_an_answer_leaves_the_outcome_open(self):
        self.sandbox.do("fault", kind="timeout_after", call="cancelOrder", count=1)
        with self.assertRaises(OutcomeUnknown):
            self.cancel()
        self.assertEqual(self.get_report().status, "10028")

    def test_another_merchants_order_is_not_cancelled(self):
        other = self.connect(("jd_demo_basic", "demo-basic"))
        with self.assertRaises(PermissionRefused):
            other.cancel(OUTBOUND, "EBU0000000000201", number=self.number)
