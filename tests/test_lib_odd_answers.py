"""No answer that is not understood becomes a fact: every call, thousands of answers.

The documented answer of each call is spoiled in one place at a time and played over
HTTP. Whatever comes of it is a result that can be stored, or an error that says so; it
is a no only where JD documents one, and a spoiled row costs no other.
"""

import json
from copy import deepcopy
from dataclasses import dataclass, fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal

from odoo.tests import tagged

from ..lib.api import (
    CustomerReturn,
    InboundOrder,
    JdError,
    NewGoods,
    NotFound,
    OrderKind,
    OrderLine,
    Refused,
    ReportedLine,
    ReportedLot,
    Supplier,
    SupplierReturn,
    Token,
    TokenRefused,
)
from ..lib.clock import EARLIEST, LATEST, utc_now
from ..lib.text import is_storable
from .test_lib_reading import DEPARTMENT, ORDER, AnsweredCase

WAREHOUSE = "110000101"
LINES = (OrderLine("1", "EMG1", 1),)
PLACE = {"department_no": DEPARTMENT, "warehouse_no": WAREHOUSE, "lines": LINES}
LOT = {"lot": "L1", "expireDate": "2027-01-31", "productDate": "2026-01-31 00:00:00"}
ADDRESS = {"name": "A", "phone": "1", "province": "P", "detailAddress": "D"}
ABSENT = object()

# What may stand where something else should.
ODD_VALUES = [
    *(ABSENT, None, "", " ", [], {}, [[]], [None], {"a": 1}, "x", "\0", "a\0b"),
    *("\ud800", "x" * 5_000, True, False, -1, "-2", 1.5, "2.5", "1_0", "٣"),
    *(10**12, 10**30, "1e1000000", "1e-1000000", float("nan"), float("inf")),
    *("0001-01-01 00:00:00", "9999-12-31 23:59:59", "2026-02-30 00:00:00"),
    *("2019/1/2", 1767225600, 1767225600000, "2026-01-01 00:00:00.0"),
]
ODD_DATA = [ABSENT, None, [], {}, "x", "", 0, 1, True, [None], ["x"], [[]], [{}]]
# None of these is a code that JD documents; NaN and the like are written bare.
ODD_CODES = [
    *(ABSENT, None, "", " ", [], {}, ["1000"], {"a": 1}, True, False, 0, "0", -1, 1.5),
    *(float("nan"), float("inf"), "x", "OK", "1000x", "1000.0", 10**30, "2" * 50),
    *("\0", "\ud800", "١٠٠٠", "二〇〇〇", "200", "1001", "5000", "12345"),
]
ODD_ERRORS = [None, {}, [], "x", "", 0, True, {"code": None}, {"code": ""}]
ODD_ERRORS += [{"code": []}, {"code": float("nan")}, {"code": True}, {"code": "\0"}]
ODD_ERRORS += [{"en_desc": "no"}, {"code": {}, "zh_desc": "不"}, {"code": "0"}]


def report_of(number, own_number, lines, **members):
    return {
        number: members.pop("no"),
        own_number: "WH/1",
        "ownerNo": DEPARTMENT,
        "warehouseNo": WAREHOUSE,
        lines: [
            {
                "orderLine": str(position),
                "goodsNo": f"EMG{position}",
                "erpGoodsNo": f"G{position}",
                "goodsLevel": "100",
                "planQuantity": 2,
                "realQuantity": "2",
            }
            for position in (1, 2)
        ],
        "serialNoModelList": [
            {"goodsNo": "EMG1", "serialNos": ["S1"]},
            {"goodsNo": "EMG2", "serialNo": "S2"},
        ],
        **members,
    }


def lots(quantity):
    return [
        {"goodsNo": f"EMG{n}", quantity: 2, "goodsLevel": "100", "batchInfos": LOT}
        for n in (1, 2)
    ]


@dataclass
class Call:
    """An operation and the `data` that JD documents for it.

    :param keys: Takes the result, gives what the rows of a list are known by; the
        first of two must survive whatever happens to the second.
    :param null_is_missing: A null means that JD has nothing.
    :param null_is_empty: A null is a list without entries.
    """

    name: str
    ask: object
    data: object
    keys: object = None
    null_is_missing: bool = False
    null_is_empty: bool = False


def numbers(found):
    return [row.number for row in found]


def goods_numbers(found):
    return [row.goods_number for row in found]


def line_numbers(report):
    return [line.line for line in report.lines]


def ask_report(kind):
    return lambda jd: jd.report(kind, DEPARTMENT, own_number="WH/1", with_lots=True)


def page(*rows):
    return {"totalNum": len(rows), "resultList": list(rows)}


def two(**members):
    """Return two rows whose texts end in 1 and 2."""
    return [
        json.loads(json.dumps(members).replace("#", str(number))) for number in (1, 2)
    ]


CALLS = [
    Call(
        "queryOwnerInfo",
        lambda jd: jd.departments(),
        two(ownerNo="EBU#", ownerName="D"),
        numbers,
    ),
    Call(
        "queryWarehouseInfo",
        lambda jd: jd.warehouses(DEPARTMENT),
        two(
            warehouseNo="11#",
            warehouseName="W",
            status="2",
            erpWarehouseNo="E",
            warehouseAddress=ADDRESS,
        ),
        numbers,
    ),
    Call(
        "queryShopInfo",
        lambda jd: jd.shops(DEPARTMENT),
        two(shopNo="ESP#", shopName="S", status="1", salesPlatformSourceNo="6"),
        numbers,
    ),
    Call(
        "querySupplier",
        lambda jd: jd.suppliers(DEPARTMENT),
        two(supplierNo="EMS#", erpSupplierNo="S#", supplierAddress=ADDRESS),
        numbers,
    ),
    Call(
        "upsertSupplier",
        lambda jd: jd.create_supplier(DEPARTMENT, Supplier("S1", "S")),
        {"supplierNo": "EMS1"},
    ),
    Call(
        "queryGoodsInfo",
        lambda jd: jd.goods(DEPARTMENT),
        two(
            basicInfo={
                "goodsNo": "EMG#",
                "erpGoodsNo": "G#",
                "goodsName": "G",
                "barcode": "1,2",
                "enableFlag": 2,
            },
            management={
                "isBatchMgmt": "1",
                "guaranteePeriod": {"shelfLifeDays": 30},
                "serialNumber": {"isSerialNumberMgmt": "1"},
            },
        ),
        numbers,
    ),
    Call(
        "saveGoodsInfo",
        lambda jd: jd.create_goods(DEPARTMENT, NewGoods("G", "G", ("1",), "4159")),
        {"goodsNo": "EMG1"},
    ),
    Call(
        "queryStock",
        lambda jd: jd.stock(DEPARTMENT, WAREHOUSE),
        page(
            *two(
                goodsNo="EMG#",
                erpGoodsNo="G#",
                warehouseNo=WAREHOUSE,
                goodsLevel="100",
                stockStatus="1",
                stockType="1",
                stockNum="3",
                usableNum="3",
            )
        ),
        goods_numbers,
    ),
    Call(
        "queryStock by lot",
        lambda jd: jd.stock_by_lot(DEPARTMENT, WAREHOUSE),
        page(*two(goodsNo="EMG#", stockStatus="1", stockNum="3", batchInfos=LOT)),
        goods_numbers,
    ),
    Call(
        "queryCheckStock",
        lambda jd: jd.stock_counts(DEPARTMENT, utc_now(), utc_now(), gain=False),
        page(
            *two(
                checkOrderNo="CL#",
                createTime="2019/1/2",
                warehouseNo=WAREHOUSE,
                details=[
                    {
                        "goodsNo": "EMG1",
                        "quantity": 1,
                        "firstLevelReason": "R",
                        "batchInfos": {"lot": "L1", "expirationDate": "2027-01-31"},
                    }
                ],
            )
        ),
        numbers,
        null_is_empty=True,
    ),
    Call(
        "queryGoodsLevelChange",
        lambda jd: jd.level_changes(DEPARTMENT, utc_now(), utc_now()),
        page(
            *two(
                orderNo="ELC#",
                createTime="2026-01-01 00:00:00",
                warehouseNo=WAREHOUSE,
                details=[
                    {
                        "goodsNo": "EMG1",
                        "preChangeLevel": "100",
                        "changedLevel": "200",
                        "quantity": 1,
                        "firstReason": "R",
                        "batchInfos": LOT,
                    }
                ],
            )
        ),
        numbers,
    ),
    Call(
        "queryOrderNosByPage",
        lambda jd: jd.list_orders(OrderKind.OUTBOUND, DEPARTMENT, utc_now(), utc_now()),
        page(
            *two(
                orderNo="ESL#",
                erpOrderNo="WH/#",
                warehouseNo=WAREHOUSE,
                status="10010",
                createTime="2026-01-01 00:00:00",
            )
        ),
        numbers,
    ),
    Call(
        "queryExceptionOrderList",
        lambda jd: jd.order_problems(OrderKind.OUTBOUND, DEPARTMENT, ["ESL1"]),
        page(
            *two(
                orderNo="ESL#",
                erpOrderNo="WH/#",
                exceptionCode="1001",
                exceptionReason="R",
                solution="S",
                pauseTime="2026-01-01 00:00:00",
            )
        ),
        numbers,
        null_is_empty=True,
    ),
    Call(
        "addSoOrder",
        lambda jd: jd.create_order(ORDER),
        {"deliveryNo": "ESL1", "erpDeliveryNo": ORDER.number},
    ),
    Call(
        "addPoOrder",
        lambda jd: jd.create_order(InboundOrder("WH/1", **PLACE)),
        {"purchaseNo": "EPL1", "erpPurchaseNo": "WH/1"},
    ),
    Call(
        "addRtwOrder",
        lambda jd: jd.create_order(CustomerReturn("WH/1", **PLACE)),
        {"returnToWarehouseNo": "ESR1", "erpReturnToWarehouseNo": "WH/1"},
    ),
    Call(
        "addRtsOrder",
        lambda jd: jd.create_order(SupplierReturn("WH/1", **PLACE)),
        {"returnToSupplierNo": "EBS1", "erpReturnToSupplierNo": "WH/1"},
    ),
    Call(
        "querySoOrder",
        ask_report(OrderKind.OUTBOUND),
        report_of(
            *("deliveryNo", "erpDeliveryNo", "deliveryItemList"),
            no="ESL1",
            status="10020",
            customerInfo={"ownerNo": DEPARTMENT},
            carrierInfo={"carrierNo": "C", "carrierName": "C", "waybillNo": "J1,J2"},
            splitDeliveryNos="ESL2,ESL3",
            deliveryStatusList=two(statusCode=10020, operateTime="2026-01-01 00:00:00"),
            deliveryPackageList=two(
                packageNo="J#-1-1-",
                packageWeight=1.5,
                packageItemList=[{"goodsNo": "EMG1", "quantity": 1}],
            ),
            deliveryBatchItemList=lots("batchQuantity"),
            serialNoList=two(goodsNo="EMG#", serialNo="S#"),
        ),
        line_numbers,
    ),
    Call(
        "queryPoOrderDetail",
        ask_report(OrderKind.INBOUND),
        report_of(
            *("purchaseNo", "erpPurchaseNo", "purchaseItemModelList"),
            no="EPL1",
            purchaseOrderStatus="70",
            completeTime="2026-01-01 00:00:00",
            supplierNo="EMS1",
            purchaseBatAttrModelList=lots("batchQty"),
            purchaseItemModelDiffList=two(goodsNo="EMG#", damagedQuantity=1),
            purchaseItemRejectList=two(goodsNo="EMG#", rejectQuantity=1),
        ),
        line_numbers,
        null_is_missing=True,
    ),
    Call(
        "queryRtwOrderDetail",
        ask_report(OrderKind.CUSTOMER_RETURN),
        report_of(
            "returnToWarehouseNo",
            "erpReturnToWarehouseNo",
            "returnToWarehouseDetailsList",
            no="ESR1",
            status="200",
            deliveryNo="ESL1",
            returnToWarehouseBatAttrModelList=lots("batchQuantity"),
        ),
        line_numbers,
        null_is_missing=True,
    ),
    Call(
        "queryReturnToSupplier",
        ask_report(OrderKind.SUPPLIER_RETURN),
        report_of(
            "returnToSupplierNo",
            "erpReturnToSupplierNo",
            "returnToSupplierDetailList",
            no="EBS1",
            status="200",
            supplierNo="EMS1",
            returnToSupplierBatchList=lots("realQuantity"),
        ),
        line_numbers,
    ),
    Call(
        "cancelOrder",
        lambda jd: jd.cancel(OrderKind.OUTBOUND, DEPARTMENT, number="ESL1"),
        {"orderNo": "ESL1", "erpOrderNo": "WH/1", "resultType": "0"},
    ),
    Call(
        "closePoOrder",
        lambda jd: jd.close_inbound(DEPARTMENT, number="EPL1"),
        {"purchaseNo": "EPL1"},
    ),
]


def paths_of(value, path=()):
    """Yield the way to each member below `value`; of lists, to the last row only."""
    if isinstance(value, dict):
        for name, member in value.items():
            yield (*path, name)
            yield from paths_of(member, (*path, name))
    elif isinstance(value, list) and value:
        yield (*path, len(value) - 1)
        yield from paths_of(value[-1], (*path, len(value) - 1))


def spoil(value, path, odd):
    """Return `value` with something else at the end of `path`."""
    spoiled = deepcopy(value)
    inner = spoiled
    for step in path[:-1]:
        inner = inner[step]
    if odd is not ABSENT:
        inner[path[-1]] = odd
    elif isinstance(inner, dict):
        del inner[path[-1]]
    else:
        inner[path[-1]] = None
    return spoiled


def is_in_last_row(call, path):
    """Whether only a row that has a neighbour is spoiled."""
    if isinstance(call.data, list):
        return len(path) > 1
    return len(path) > 2 and isinstance(path[1], int)


def raw_answers(call):
    """Yield HTTP statuses and bodies that are not JD's answer, or not wholly."""
    good = json.dumps({"code": "1000", "data": call.data})
    bodies = [b"", b" ", b"null", b"[]", b"1", b'"x"', b"<html>502</html>", b"\xff\xfe"]
    bodies += [
        good.encode()[:-2],
        b"[" + good.encode() + b"]",
        good.encode("utf-16")[:-2],
    ]
    bodies += [
        b'{"code":' + b"1" * 5_000 + b"}",
        b'{"a":' * 5_000,
        b"{}",
        b'{"data":[]}',
    ]
    bodies += ['{"code":"1000","data":"京"}'.encode("gbk")]
    yield from ((200, body) for body in bodies)
    for status in (201, 301, 400, 401, 403, 404, 413, 429, 500, 502, 503, 504):
        for body in (good.encode(), b"", b"<html></html>", b"{}", b"null"):
            yield status, body


class OddCase(AnsweredCase):
    def play(self, call):
        """Return the result or the error of a call."""
        try:
            return call.ask(self.login if call in LOGINS else self.jd)
        except JdError as error:
            return error

    def check(self, call, outcome, what, may_be_missing=False):
        """Expect what can be stored, or an error that is no refusal."""
        if may_be_missing and isinstance(outcome, NotFound):
            return
        self.assertNotIsInstance(outcome, Refused, (call.name, what))
        if isinstance(outcome, JdError):
            outcome = vars(outcome)
        self.check_storable(outcome, (call.name, what))

    def check_storable(self, value, what):
        if isinstance(value, str):
            self.assertTrue(is_storable(value), what)
        elif isinstance(value, datetime):
            self.assertTrue(EARLIEST <= value <= LATEST, what)
        elif isinstance(value, date):
            self.assertTrue(EARLIEST.date() <= value <= LATEST.date(), what)
        elif isinstance(value, int | Decimal):
            self.assertLess(abs(value), 10**11, what)
        elif is_dataclass(value):
            if isinstance(value, ReportedLine):
                self.assertGreaterEqual(value.done or 0, 0, what)
            elif isinstance(value, ReportedLot):
                self.assertGreaterEqual(value.quantity or 0, 0, what)
            for each in fields(value):
                self.check_storable(getattr(value, each.name), what)
        elif isinstance(value, dict):
            self.check_storable([*value, *value.values()], what)
        elif isinstance(value, list | tuple):
            for each in value:
                self.check_storable(each, what)


@tagged("post_install", "-at_install")
class TestOddAnswers(OddCase):
    def test_the_documented_answer_is_understood_whole(self):
        for call in CALLS:
            with self.subTest(call.name):
                self.set_answer(call.data)
                outcome = self.play(call)
                self.assertNotIsInstance(outcome, Exception)
                self.assertEqual(getattr(outcome, "odd_rows", ()), ())
                if call.keys:
                    self.assertEqual(len(call.keys(outcome)), 2)

    def test_a_member_that_is_odd_makes_no_refusal_and_costs_its_row_at_most(self):
        played = 0
        for call in CALLS:
            for path in paths_of(call.data):
                for odd in ODD_VALUES:
                    self.set_answer(spoil(call.data, path, odd))
                    outcome = self.play(call)
                    what = (path, repr(odd)[:40])
                    self.check(call, outcome, what)
                    if call.keys and is_in_last_row(call, path):
                        self.assertNotIsInstance(outcome, JdError, (call.name, what))
                        self.assertIn(call.keys(outcome)[0][-1], "1", what)
                    played += 1
        self.assertGreater(played, 3_000)

    def test_a_row_that_is_not_understood_is_kept_for_somebody_to_see(self):
        for call in CALLS:
            if not call.keys:
                continue
            with self.subTest(call.name):
                data = deepcopy(call.data)
                found = data
                if isinstance(data, dict):
                    found = next(
                        rows
                        for name, rows in data.items()
                        if isinstance(rows, list) and "serial" not in name
                    )
                found[1] = ["odd"]
                self.set_answer(data)
                outcome = self.play(call)
                self.assertEqual(len(call.keys(outcome)), 1)
                self.assertEqual([row.raw for row in outcome.odd_rows], ['["odd"]'])

    def test_data_of_another_type_is_neither_empty_nor_missing(self):
        for call in CALLS:
            for odd in ODD_DATA:
                self.server.answer = {"code": "1000"}
                if odd is not ABSENT:
                    self.server.answer["data"] = odd
                outcome = self.play(call)
                missing = call.null_is_missing and odd is None
                self.assertEqual(isinstance(outcome, NotFound), missing, call.name)
                self.check(call, outcome, odd, may_be_missing=missing)
                is_list = isinstance(odd, list) and not isinstance(call.data, dict)
                is_page = call.name.startswith("query") and isinstance(odd, list)
                is_empty = call.null_is_empty and odd is None
                if call.keys and not (
                    is_list or is_empty or (is_page and "resultList" in call.data)
                ):
                    self.assertIsInstance(outcome, JdError, (call.name, odd))

    def test_a_code_that_is_none_is_no_answer(self):
        for call in CALLS:
            for code in ODD_CODES:
                self.server.answer = {"data": call.data, "message": "no"}
                if code is not ABSENT:
                    self.server.answer["code"] = code
                outcome = self.play(call)
                self.assertIsInstance(outcome, JdError, (call.name, repr(code)[:40]))
                self.check(call, outcome, repr(code)[:40])

    def test_an_error_that_says_nothing_is_no_refusal(self):
        for call in CALLS:
            for error in ODD_ERRORS:
                for code in ("1000", "2000", None):
                    self.server.answer = {"error_response": error, "code": code}
                    self.server.answer["data"] = call.data
                    outcome = self.play(call)
                    self.assertIsInstance(outcome, JdError, (call.name, error))
                    self.check(call, outcome, error)

    def test_words_of_any_type_leave_a_refusal_what_it_is(self):
        for call in CALLS:
            for odd in ODD_VALUES:
                answer = {"code": "2000", "message": odd, "requestId": odd}
                self.server.answer = {
                    name: value for name, value in answer.items() if value is not ABSENT
                }
                outcome = self.play(call)
                self.assertIsInstance(outcome, Refused, call.name)
                self.check_storable(vars(outcome), (call.name, repr(odd)[:40]))

    def test_what_is_not_jds_answer_is_no_answer(self):
        for call in CALLS:
            for status, body in raw_answers(call):
                self.server.raw = status, body
                outcome = self.play(call)
                what = (call.name, status, body[:20])
                self.assertIsInstance(outcome, JdError, what)
                self.check(call, outcome, what)
        self.server.raw = None


TOKEN = {
    "accessToken": "access",
    "accessExpire": "2099-01-01 00:00:00",
    "refreshToken": "refresh",
    "refreshExpire": "2099-02-01 00:00:00",
    "sellerId": "seller",
    "clientId": "key",
}
LOGINS = [
    Call(
        "token", lambda jd: jd.exchange_code("AUTH-CODE"), TOKEN | {"code": "AUTH-CODE"}
    ),
    Call(
        "refresh",
        lambda jd: jd.refresh(Token("access", utc_now(), "refresh-secret")),
        {"code": 1000, "message": "success", "data": TOKEN},
    ),
]


@tagged("post_install", "-at_install")
class TestOddTokens(OddCase):
    """The same of the login, whose answers have shapes of their own."""

    def test_the_documented_answer_is_understood_whole(self):
        for call in LOGINS:
            self.server.answer = call.data
            token = self.play(call)
            self.assertEqual((token.access_token, token.account), ("access", "seller"))

    def test_a_member_that_is_odd_makes_no_refusal(self):
        for call in LOGINS:
            for path in paths_of(call.data):
                for odd in ODD_VALUES:
                    self.server.answer = spoil(call.data, path, odd)
                    outcome = self.play(call)
                    what = (path, repr(odd)[:40])
                    self.check(call, outcome, what)
                    if path[-1] in ("refreshExpire", "refreshToken", "sellerId"):
                        self.assertEqual(outcome.access_token, "access", what)
                    if isinstance(outcome, Token):
                        self.assertGreater(outcome.access_expires_at, utc_now(), what)

    def test_words_of_any_type_leave_a_refusal_what_it_is(self):
        for call in LOGINS:
            for odd in ODD_VALUES[1:]:
                self.server.answer = {"error": "invalid_grant", "message": odd}
                outcome = self.play(call)
                self.assertIsInstance(outcome, (Refused, TokenRefused))

    def test_a_failure_of_jds_own_is_no_refusal(self):
        for call in LOGINS:
            for odd in ODD_DATA[1:]:
                for code in (1000, "0", 4000, "4000", 500, "429", "server_error"):
                    self.server.answer = {"code": code, "error": code, "data": odd}
                    outcome = self.play(call)
                    self.assertIsInstance(outcome, JdError)
                    self.check(call, outcome, (code, odd))

    def test_a_code_that_is_none_is_no_answer(self):
        for call in LOGINS:
            for code in (*ODD_CODES[:-3], "AUTH-CODE", "refresh-secret"):
                self.server.answer = {"message": "no AUTH-CODE refresh-secret"}
                if code is not ABSENT:
                    self.server.answer["code"] = code
                outcome = self.play(call)
                self.assertIsInstance(outcome, JdError)
                self.check(call, outcome, repr(code)[:40])
                self.assertNotIn("AUTH-CODE", str(vars(outcome)))
                self.assertNotIn("refresh-secret", str(vars(outcome)))

    def test_a_refusal_does_not_repeat_what_was_traded(self):
        for call in LOGINS:
            self.server.answer = {
                "code": 1001,
                "message": "no AUTH-CODE refresh-secret",
            }
            outcome = self.play(call)
            self.assertIsInstance(outcome, Refused)
            told = str(vars(outcome))  # the log tells nothing else
            secret = "AUTH-CODE" if call.name == "token" else "refresh-secret"
            self.assertNotIn(secret, told)

    def test_an_error_that_says_nothing_is_no_refusal(self):
        for call in LOGINS:
            for error in ODD_ERRORS:
                self.server.answer = {"error_response": error, "code": "2000"}
                outcome = self.play(call)
                self.assertIsInstance(outcome, JdError)
                self.check(call, outcome, error)

    def test_what_is_not_jds_answer_is_no_answer(self):
        for call in LOGINS:
            for status, body in raw_answers(call):
                self.server.raw = status, body
                outcome = self.play(call)
                self.assertIsInstance(outcome, JdError, (status, body[:20]))
                self.check(call, outcome, (status, body[:20]))
        self.server.raw = None

    def test_a_token_that_has_expired_is_not_taken(self):
        for expiry in ("2020-01-01 00:00:00", "1970-01-02 00:00:00", 1000000000):
            self.server.answer = TOKEN | {"accessExpire": expiry}
            self.check(LOGINS[0], self.play(LOGINS[0]), expiry)
            self.assertIsInstance(self.play(LOGINS[0]), JdError, expiry)

    def test_a_token_that_never_expires_is_taken_for_as_long_as_can_be_shown(self):
        self.server.answer = TOKEN | {"accessExpire": "9999-12-31 23:59:59"}
        self.assertEqual(self.play(LOGINS[0]).access_expires_at, LATEST)
