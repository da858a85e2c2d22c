from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from odoo.tests import tagged

from ..lib.api import (
    Address,
    CancelResult,
    CustomerReturn,
    DeliveryMode,
    GoodsLevel,
    InboundOrder,
    InboundPurpose,
    Lot,
    NotFound,
    OrderKind,
    OrderLine,
    OutboundOrder,
    OutcomeUnknown,
    PermissionRefused,
    Refused,
    Supplier,
    SupplierReturn,
)
from ..lib.clock import utc_now
from ..lib.jdl import CODES
from .client_case import ClientGoodsCase
from .sandbox_case import DEPARTMENT, WAREHOUSE

FOREIGN = "EBU0000000000201"
MINUTE = timedelta(minutes=1)


class ClientInboundCase(ClientGoodsCase):
    kind = OrderKind.INBOUND

    def setUp(self):
        super().setUp()
        self.goods = self.make_goods(
            {"erpGoodsNo": "CUP"},
            {"erpGoodsNo": "TEA", "shelfLifeDays": 365},
            {"erpGoodsNo": "PHONE", "serial": True},
        )

    def make_line(self, name="CUP", quantity=10, line="1", **more):
        return OrderLine(line, self.goods[name], quantity, **more)

    def advance(self, number, **how):
        self.sandbox.do("advance", orders=[number], **how)

    def arrange(self, number, **how):
        self.sandbox.do("arrange", orders=[number], **how)

    def get_request(self, own_number):
        """Return what JD was told of an order, word for word."""
        orders = self.sandbox.get("orders", kind=CODES[self.kind])
        [order] = [row for row in orders if row["erpOrderNo"] == own_number]
        return order["request"]

    def get_report(self, own_number, **options):
        return self.jd.report(self.kind, DEPARTMENT, own_number=own_number, **options)

    def get_counts(self, report):
        return [(line.line, line.level, line.done) for line in report.lines]


@tagged("post_install", "-at_install")
class TestInbound(ClientInboundCase):
    def make_order(self, number="WH/IN/1", lines=None, **changes):
        order = InboundOrder(
            number, DEPARTMENT, WAREHOUSE, tuple(lines or [self.make_line()])
        )
        return replace(order, **changes)

    def test_an_order_gets_a_number_of_jd_once(self):
        number = self.jd.create_order(self.make_order())
        self.assertRegex(number, r"^EPL\d+$")
        self.assertEqual(self.jd.create_order(self.make_order()), number)
        self.assertEqual(self.get_report("WH/IN/1").number, number)

    def test_everything_an_order_may_hold_is_told(self):
        self.jd.create_supplier(DEPARTMENT, Supplier("S1", "Supplier"))
        [supplier] = self.jd.suppliers(DEPARTMENT, own_numbers=["S1"])
        lot = Lot("L1", date(2026, 1, 31), date(2027, 1, 31))
        lines = (
            self.make_line(price=Decimal("1.239")),
            self.make_line("TEA", 3, "2", lot=lot),
            self.make_line(
                "PHONE", 1, "3", serials=("SN1",), level=GoodsLevel.DEFECTIVE
            ),
        )
        self.jd.create_order(
            self.make_order(
                lines=lines,
                supplier_no=supplier.number,
                purpose=InboundPurpose.TRANSFER,
                waybill="TRUCK-1",
                in_parts=True,
                remark="Dock 2",
            )
        )
        self.assertEqual(
            self.get_request("WH/IN/1"),
            {
                "ownerNo": DEPARTMENT,
                "erpPurchaseNo": "WH/IN/1",
                "pin": "jd_demo_quick",
                "warehouseInfo": {"warehouseNo": WAREHOUSE},
                "supplierNo": supplier.number,
                "bizType": 12,
                "multiReceivingFlag": 1,
                "waybillNo": "TRUCK-1",
                "erpRemark": "Dock 2",
                "cargoInfos": [
                    {
                        "orderLine": "1",
                        "goodsNo": self.goods["CUP"],
                        "planQuantity": 10,
                        "goodsLevel": "100",
                        "goodsPrice": 1.24,
                    },
                    {
                        "orderLine": "2",
                        "goodsNo": self.goods["TEA"],
                        "planQuantity": 3,
                        "goodsLevel": "100",
                        "batchInfos": {
                            "lot": "L1",
                            "productDate": "2026-01-31",
                            "expireDate": "2027-01-31",
                        },
                    },
                    {
                        "orderLine": "3",
                        "goodsNo": self.goods["PHONE"],
                        "planQuantity": 1,
                        "goodsLevel": "200",
                        "serialNos": ["SN1"],
                    },
                ],
            },
        )
        report = self.get_report("WH/IN/1")
        self.assertEqual(report.supplier_no, supplier.number)

    def test_nothing_is_received_before_jd_has_counted(self):
        number = self.jd.create_order(self.make_order())
        report = self.jd.report(self.kind, DEPARTMENT, number=number)
        self.assertEqual((report.number, report.own_number), (number, "WH/IN/1"))
        self.assertEqual(
            (report.department_no, report.warehouse_no), (DEPARTMENT, WAREHOUSE)
        )
        self.assertEqual(report.status, "10")
        self.assertEqual(self.get_counts(report), [("1", "100", None)])
        self.assertIsNone(report.completed_at)

    def test_a_received_order_tells_what_was_counted(self):
        self.jd.create_order(self.make_order())
        self.advance("WH/IN/1", to="70")
        report = self.get_report("WH/IN/1")
        self.assertEqual((report.status, report.discrepancies), ("70", ()))
        self.assertEqual(self.get_counts(report), [("1", "100", 10)])
        self.assertAlmostEqual(report.completed_at, utc_now(), delta=MINUTE)

    def test_short_damaged_and_refused_pieces_are_told_apart(self):
        self.jd.create_order(self.make_order())
        self.arrange("WH/IN/1", short=2, damaged=3, refused=1)
        self.advance("WH/IN/1", to="70")
        report = self.get_report("WH/IN/1")
        self.assertEqual(
            self.get_counts(report), [("1", "100", 4), ("1", GoodsLevel.DEFECTIVE, 3)]
        )
        self.assertEqual([line.planned for line in report.lines], [10, 0])
        [difference] = report.discrepancies
        self.assertEqual(difference.own_goods_number, "CUP")
        self.assertEqual(difference.reasons, {"short": 2, "damaged": 3, "other": 1})
        [rejection] = report.rejections
        self.assertEqual((rejection.quantity, rejection.level), (1, "100"))

    def test_more_than_planned_and_wrong_goods_are_told(self):
        self.jd.create_order(self.make_order())
        wrong = [{"goodsNo": self.goods["TEA"], "quantity": 2}]
        self.arrange("WH/IN/1", over=5, wrong=wrong)
        self.advance("WH/IN/1", to="70")
        report = self.get_report("WH/IN/1")
        self.assertEqual(self.get_counts(report), [("1", "100", 15)])
        over, error = report.discrepancies
        self.assertEqual(over.reasons, {"excess": 5})
        self.assertEqual(error.goods_number, self.goods["TEA"])
        self.assertEqual(error.reasons, {"error": 2})
        self.assertTrue(error.remark)

    def test_lots_and_serials_come_when_they_are_asked_for(self):
        lot = Lot("L1", expires_on=date(2027, 1, 31))
        lines = (
            self.make_line("TEA", 3, lot=lot),
            self.make_line("PHONE", 2, "2", serials=("SN1", "SN2")),
        )
        self.jd.create_order(self.make_order(lines=lines))
        self.advance("WH/IN/1", to="70")
        plain = self.get_report("WH/IN/1")
        self.assertEqual((plain.lots, plain.serials), ((), ()))
        full = self.get_report("WH/IN/1", with_lots=True)
        [received] = full.lots
        self.assertEqual((received.quantity, received.lot), (3, lot))
        self.assertEqual(received.goods_number, self.goods["TEA"])
        self.assertEqual({row.serial for row in full.serials}, {"SN1", "SN2"})

    def test_an_order_in_parts_is_closed_with_what_came(self):
        self.jd.create_order(self.make_order(in_parts=True))
        with self.assertRaisesRegex(Refused, "EPL"):
            self.jd.close_inbound(DEPARTMENT, own_number="WH/IN/1")
        self.advance("WH/IN/1", to="20")
        self.sandbox.do("receive", order="WH/IN/1", parts={"1": 4})
        self.jd.close_inbound(DEPARTMENT, own_number="WH/IN/1")
        report = self.get_report("WH/IN/1")
        self.assertEqual(report.status, "70")
        self.assertEqual(self.get_counts(report), [("1", "100", 4)])

    def test_only_an_order_in_parts_can_be_closed(self):
        number = self.jd.create_order(self.make_order())
        with self.assertRaises(Refused):
            self.jd.close_inbound(DEPARTMENT, number=number)
        with self.assertRaises(NotFound):
            self.jd.close_inbound(DEPARTMENT, own_number="NONE")
        with self.assertRaises(PermissionRefused):
            self.jd.close_inbound(FOREIGN, own_number="NONE")

    def test_an_early_order_is_cancelled_a_received_one_is_not(self):
        first = self.jd.create_order(self.make_order())
        result = self.jd.cancel(self.kind, DEPARTMENT, number=first).result
        self.assertEqual(result, CancelResult.CANCELLED)
        self.jd.create_order(self.make_order("WH/IN/2"))
        self.advance("WH/IN/2", to="70")
        late = self.jd.cancel(self.kind, DEPARTMENT, own_number="WH/IN/2")
        self.assertEqual(late.result, CancelResult.FAILED)

    def test_an_order_without_an_answer_is_asked_about(self):
        self.sandbox.do("fault", kind="timeout_after", call="addPoOrder", count=1)
        with self.assertRaises(OutcomeUnknown):
            self.jd.create_order(self.make_order())
        self.assertTrue(self.get_report("WH/IN/1").number)

    def test_an_unknown_order_and_a_foreign_department_differ(self):
        with self.assertRaises(NotFound):
            self.get_report("NONE")
        with self.assertRaises(PermissionRefused):
            self.jd.report(self.kind, FOREIGN, own_number="NONE")


@tagged("post_install", "-at_install")
class TestCustomerReturn(ClientInboundCase):
    kind = OrderKind.CUSTOMER_RETURN

    def setUp(self):
        super().setUp()
        self.set_stock(
            {"erpGoodsNo": "CUP", "quantity": 100},
            {"erpGoodsNo": "TEA", "quantity": 10, "lot": "L1"},
        )
        self.delivery = self.jd.create_order(
            OutboundOrder(
                number="WH/OUT/1",
                department_no=DEPARTMENT,
                warehouse_no=WAREHOUSE,
                receiver=Address(name="A", mobile="08", detail="Jakarta"),
                lines=(self.make_line("CUP", 5), self.make_line("TEA", 2, "2")),
                shop_no="ESP0000000000101",
            )
        )
        self.advance("WH/OUT/1", to="10034")

    def make_order(self, number="WH/RET/1", **changes):
        order = CustomerReturn(
            number,
            DEPARTMENT,
            WAREHOUSE,
            (self.make_line("CUP", 2),),
            delivery_number=self.delivery,
        )
        return replace(order, **changes)

    def test_a_return_of_a_delivery_gets_a_number_of_jd_once(self):
        number = self.jd.create_order(self.make_order())
        self.assertRegex(number, r"^ESR\d+$")
        self.assertEqual(self.jd.create_order(self.make_order()), number)
        report = self.jd.report(self.kind, DEPARTMENT, number=number)
        self.assertEqual((report.own_number, report.status), ("WH/RET/1", "0"))
        self.assertEqual(report.delivery_number, self.delivery)
        self.assertEqual(report.own_delivery_number, "WH/OUT/1")
        self.assertEqual(self.get_counts(report), [("1", "100", None)])

    def test_everything_a_return_may_hold_is_told(self):
        self.jd.create_order(
            self.make_order(
                delivery_number="",
                own_delivery_number="WH/OUT/1",
                reason="3",
                short_allowed=False,
                waybill="RET-1",
                sender=Address("สมชาย", mobile="081", phone="02", detail="Jakarta"),
                words="Too small",
                remark="Careful",
            )
        )
        self.assertEqual(
            {**self.get_request("WH/RET/1"), "found": None},
            {
                "ownerNo": DEPARTMENT,
                "erpReturnToWarehouseNo": "WH/RET/1",
                "pin": "jd_demo_quick",
                "warehouseNo": WAREHOUSE,
                "relatedOrders": {"erpDeliveryNo": "WH/OUT/1"},
                "bizType": 1,
                "returnType": 3,
                "orderMark": "0" * 50,
                "packageNo": "RET-1",
                "returnReason": "Too small",
                "erpRemark": "Careful",
                "senderInfo": {
                    "name": "สมชาย",
                    "mobile": "081",
                    "phone": "02",
                    "detailAddress": "Jakarta",
                },
                "cargoInfos": [
                    {
                        "orderLine": "1",
                        "goodsNo": self.goods["CUP"],
                        "planQuantity": 2,
                        "goodsLevel": "100",
                    }
                ],
                "found": None,
            },
        )

    def test_less_may_arrive_unless_it_is_forbidden(self):
        self.jd.create_order(self.make_order())
        self.assertEqual(self.get_request("WH/RET/1")["orderMark"], "1" + "0" * 49)

    def test_what_arrived_comes_with_its_level(self):
        self.jd.create_order(self.make_order())
        self.arrange("WH/RET/1", damaged=1)
        self.advance("WH/RET/1", to="200")
        report = self.get_report("WH/RET/1")
        self.assertEqual(report.status, "200")
        self.assertEqual(
            self.get_counts(report), [("1", "100", 1), ("1", GoodsLevel.DEFECTIVE, 1)]
        )

    def test_lots_come_when_they_are_asked_for(self):
        self.jd.create_order(self.make_order(lines=(self.make_line("TEA", 2),)))
        self.advance("WH/RET/1", to="200")
        [lot] = self.get_report("WH/RET/1", with_lots=True).lots
        self.assertEqual((lot.quantity, lot.lot.number), (2, "L1"))

    def test_a_return_without_a_delivery_stands_on_its_own_lines(self):
        order = self.make_order(delivery_number="")
        self.assertTrue(self.jd.create_order(order))
        with self.assertRaises(Refused):
            self.jd.create_order(replace(order, number="WH/RET/2", lines=()))

    def test_a_business_returns_by_the_level_that_is_found(self):
        self.jd.create_order(self.make_order(from_business=True))
        told = self.get_request("WH/RET/1")
        self.assertEqual(told["bizType"], 2)
        self.assertEqual(told["warehouseOperationRule"], {"receiveMode": 2})

    def test_a_return_of_an_unknown_delivery_is_refused(self):
        with self.assertRaises(Refused):
            self.jd.create_order(self.make_order(delivery_number="ESL99"))

    def test_a_refused_return_keeps_its_status(self):
        self.jd.create_order(self.make_order())
        self.advance("WH/RET/1", to="600")
        self.assertEqual(self.get_report("WH/RET/1").status, "600")

    def test_a_return_can_be_cancelled_and_an_unknown_one_not_found(self):
        self.jd.create_order(self.make_order())
        cancelled = self.jd.cancel(self.kind, DEPARTMENT, own_number="WH/RET/1")
        self.assertEqual(cancelled.result, CancelResult.CANCELLED)
        with self.assertRaises(NotFound):
            self.get_report("NONE")


@tagged("post_install", "-at_install")
class TestSupplierReturn(ClientInboundCase):
    kind = OrderKind.SUPPLIER_RETURN

    def setUp(self):
        super().setUp()
        self.set_stock(
            {"erpGoodsNo": "CUP", "quantity": 10},
            {"erpGoodsNo": "CUP", "quantity": 4, "goodsLevel": GoodsLevel.DEFECTIVE},
            {"erpGoodsNo": "TEA", "quantity": 10, "lot": "L1"},
            {"erpGoodsNo": "PHONE", "quantity": 1, "serialNos": ["SN1"]},
        )

    def make_order(self, number="WH/RTS/1", **changes):
        order = SupplierReturn(
            number, DEPARTMENT, WAREHOUSE, (self.make_line("CUP", 4),)
        )
        return replace(order, **changes)

    def test_a_return_gets_a_number_of_jd_once(self):
        number = self.jd.create_order(self.make_order())
        self.assertRegex(number, r"^EBS\d+$")
        self.assertEqual(self.jd.create_order(self.make_order()), number)
        report = self.jd.report(self.kind, DEPARTMENT, number=number)
        self.assertEqual((report.own_number, report.status), ("WH/RTS/1", "0"))
        self.assertEqual(self.get_counts(report), [("1", "100", None)])

    def test_everything_a_return_may_hold_is_told(self):
        self.jd.create_supplier(DEPARTMENT, Supplier("S1", "Supplier"))
        [supplier] = self.jd.suppliers(DEPARTMENT, own_numbers=["S1"])
        line = self.make_line(
            "CUP", 2, level=GoodsLevel.DEFECTIVE, price=Decimal("9.999")
        )
        receiver = Address(
            name="A",
            mobile="081",
            email="a@example.com",
            province="P",
            city="C",
            county="D",
            town="T",
            detail="Street 1",
        )
        self.jd.create_order(
            self.make_order(
                lines=(line,),
                supplier_no=supplier.number,
                delivery_mode=DeliveryMode.JD_TO_THE_DOOR,
                receiver=receiver,
                short_allowed=False,
                remark="Back",
            )
        )
        self.assertEqual(
            self.get_request("WH/RTS/1"),
            {
                "ownerNo": DEPARTMENT,
                "erpReturnToSupplierNo": "WH/RTS/1",
                "pin": "jd_demo_quick",
                "warehouseNo": WAREHOUSE,
                "supplierNo": supplier.number,
                "orderType": 2,
                "deliveryMode": 7,
                "warehouseOperationRule": {"isShortage": 0},
                "receiverInfo": {
                    "name": "A",
                    "phone": "081",
                    "email": "a@example.com",
                    "province": "P",
                    "city": "C",
                    "county": "D",
                    "town": "T",
                    "detailAddress": "Street 1",
                },
                "remark": "Back",
                "cargoInfos": [
                    {
                        "orderLine": "1",
                        "goodsNo": self.goods["CUP"],
                        "planQuantity": 2,
                        "goodsLevel": 200,
                        "price": 10.0,
                    }
                ],
            },
        )
        self.assertEqual(self.get_report("WH/RTS/1").supplier_no, supplier.number)

    def test_what_left_is_told_with_lots_and_serials(self):
        lines = (self.make_line("TEA", 3), self.make_line("PHONE", 1, "2"))
        self.jd.create_order(self.make_order(lines=lines))
        self.advance("WH/RTS/1", to="200")
        report = self.get_report("WH/RTS/1", with_lots=True)
        self.assertEqual([line.done for line in report.lines], [3, 1])
        [lot] = report.lots
        self.assertEqual((lot.quantity, lot.lot.number), (3, "L1"))
        self.assertEqual([row.serial for row in report.serials], ["SN1"])

    def test_a_short_stock_is_refused_unless_less_may_go(self):
        order = self.make_order(lines=(self.make_line("CUP", 99),))
        with self.assertRaisesRegex(Refused, "stock"):
            self.jd.create_order(replace(order, short_allowed=False))
        self.assertTrue(self.jd.create_order(order))

    def test_one_goods_goes_at_one_level(self):
        lines = (
            self.make_line("CUP", 1),
            self.make_line("CUP", 1, "2", level=GoodsLevel.DEFECTIVE),
        )
        with self.assertRaises(Refused) as caught:
            self.jd.create_order(self.make_order(lines=lines))
        self.assertEqual(caught.exception.code, "2010")

    def test_an_unknown_return_and_a_foreign_department_differ(self):
        with self.assertRaises(NotFound):
            self.get_report("NONE")
        with self.assertRaises(PermissionRefused):
            self.jd.report(self.kind, FOREIGN, own_number="NONE")


@tagged("post_install", "-at_install")
class TestSuppliers(ClientGoodsCase):
    def test_a_supplier_is_created_once_and_found_by_each_number(self):
        before = self.jd.suppliers(DEPARTMENT)
        address = Address("Siti", phone="021", email="s@example.com", city="Jakarta")
        new = Supplier("S1", "Supplier One", address=address)
        self.jd.create_supplier(DEPARTMENT, new)
        self.jd.create_supplier(DEPARTMENT, new)
        self.jd.create_supplier(DEPARTMENT, Supplier("S2", "Supplier Two"))
        added = len(self.jd.suppliers(DEPARTMENT)) - len(before)
        self.assertEqual(added, 2)
        [found] = self.jd.suppliers(DEPARTMENT, own_numbers=["S1"])
        self.assertRegex(found.number, r"^EMS\d+$")
        self.assertEqual(found.name, "Supplier One")
        self.assertEqual(found.address, address)
        [same] = self.jd.suppliers(DEPARTMENT, numbers=[found.number])
        self.assertEqual(same, found)


@tagged("post_install", "-at_install")
class TestLists(ClientInboundCase):
    def test_a_move_between_levels_is_told(self):
        self.set_stock({"erpGoodsNo": "CUP", "quantity": 10})
        self.sandbox.do(
            "change_level", warehouse=WAREHOUSE, goods="CUP", quantity=3, reason="Wet"
        )
        since, until = utc_now() - MINUTE, utc_now() + MINUTE
        [change] = self.jd.level_changes(DEPARTMENT, since, until)
        self.assertEqual((change.old_level, change.new_level), ("100", "200"))
        self.assertEqual((change.quantity, change.reason), (3, "Wet"))
        self.assertEqual(change.goods_number, self.goods["CUP"])
        self.assertEqual(change.warehouse_no, WAREHOUSE)
        self.assertAlmostEqual(change.at, utc_now(), delta=MINUTE)
        self.assertEqual(list(self.jd.level_changes(DEPARTMENT, until, until)), [])
        self.assertEqual(
            list(self.jd.level_changes(DEPARTMENT, since, until, page=2)), []
        )
        with self.assertRaises(PermissionRefused):
            self.jd.level_changes(FOREIGN, since, until)

    def test_an_order_made_at_jd_by_hand_is_in_the_list(self):
        own = InboundOrder("WH/IN/1", DEPARTMENT, WAREHOUSE, (self.make_line(),))
        number = self.jd.create_order(own)
        self.sandbox.do(
            "make_order",
            kind=CODES[OrderKind.INBOUND],
            department=DEPARTMENT,
            warehouse=WAREHOUSE,
            lines=[{"erpGoodsNo": "CUP", "quantity": 1}],
        )
        since, until = utc_now() - MINUTE, utc_now() + MINUTE
        ours, theirs = self.jd.list_orders(self.kind, DEPARTMENT, since, until)
        self.assertEqual((ours.number, ours.own_number), (number, "WH/IN/1"))
        self.assertEqual((theirs.own_number, theirs.status), ("", "10"))
        self.assertEqual(theirs.warehouse_no, WAREHOUSE)
        self.assertAlmostEqual(theirs.created_at, utc_now(), delta=MINUTE)
        [second] = self.jd.list_orders(
            self.kind, DEPARTMENT, since, until, page=2, page_size=1
        )
        self.assertEqual(second, theirs)
        outbound = self.jd.list_orders(OrderKind.OUTBOUND, DEPARTMENT, since, until)
        self.assertEqual(list(outbound), [])
