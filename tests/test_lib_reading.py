import json
import threading
from decimal import Decimal
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from odoo.tests import BaseCase, tagged

from .. import lib
from ..lib import signing
from ..lib.api import (
    Address,
    Application,
    CancelResult,
    CredentialsRefused,
    Endpoints,
    JdError,
    NotFound,
    OrderKind,
    OrderLine,
    OutboundOrder,
    OutcomeUnknown,
    Refused,
    RetryLater,
    Supplier,
    Throttled,
    Token,
)
from ..lib.clock import from_jd, utc_now
from ..lib.jdl import fields
from ..lib.text import make_storable
from ..lib.transport import Transport

DEPARTMENT = "EBU0000000000101"
APPLICATION = Application("key", "secret", "HMacSHA256")
TOKEN = Token("token", utc_now(), "refresh")
ORDER = OutboundOrder(
    number="WH/OUT/1",
    department_no=DEPARTMENT,
    warehouse_no="110000101",
    receiver=Address(name="สมชาย", mobile="081", detail="雅加达 \u2028 \U0001f600"),
    lines=(OrderLine("1", "EMG1", 1),),
)


class AnsweringJd(ThreadingHTTPServer):
    """Answers every request with `answer`, and keeps the requests."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), AnsweringHandler)
        self.answer = {}
        self.raw = None  # instead of the answer: status and bytes
        self.requests = []
        self.url = f"http://127.0.0.1:{self.server_port}"


class AnsweringHandler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # one packet for each answer, which nobody waits for

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.server.requests.append((self.path, body))
        status, answer = self.server.raw or (
            200,
            json.dumps(self.server.answer).encode(),
        )
        self.send_response(status)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    do_GET = do_POST

    def log_message(self, *args):
        """Tests need no access log."""


class AnsweredCase(BaseCase):
    """The client against answers that the sandbox does not give but JD may."""

    def setUp(self):
        super().setUp()
        self.server = AnsweringJd()
        threading.Thread(
            target=self.server.serve_forever, args=(0.01,), daemon=True
        ).start()
        self.addCleanup(self.server.server_close)
        self.addCleanup(self.server.shutdown)
        self.transport = Transport(read_timeout=5)
        self.addCleanup(self.transport.close)
        way = {
            "endpoints": Endpoints(self.server.url, self.server.url),
            "application": APPLICATION,
            "transport": self.transport,
        }
        self.login = lib.login("jdl", **way)
        self.jd = lib.connect("jdl", token=TOKEN, pin="京东示例", **way)

    def set_answer(self, data, **envelope):
        self.server.answer = {"code": "1000", "data": data, **envelope}

    def set_error(self, code, **words):
        self.server.answer = {"error_response": {"code": code, **words}}

    def get_report(self, kind=OrderKind.OUTBOUND):
        return self.jd.report(kind, DEPARTMENT, own_number="WH/OUT/1", with_lots=True)


@tagged("post_install", "-at_install")
class TestSending(AnsweredCase):
    def test_the_body_is_compact_ascii_and_signed_as_it_travels(self):
        self.set_answer({"deliveryNo": "ESL1"})
        self.jd.create_order(ORDER)
        [(path, body)] = self.server.requests
        address = urlsplit(path)
        query = {name: value for name, [value] in parse_qs(address.query).items()}
        self.assertTrue(body.isascii())
        [told] = json.loads(body)
        self.assertEqual(told["pin"], "京东示例")
        self.assertEqual(told["receiverInfo"]["detailAddress"], ORDER.receiver.detail)
        self.assertEqual(body, json.dumps([told], separators=(",", ":")).encode())
        expected = signing.jdl_call(
            "secret",
            algorithm="HMacSHA256",
            access_token="token",
            app_key="key",
            path=address.path,
            body=body,
            timestamp=query["timestamp"],
        )
        self.assertEqual(query.pop("sign"), expected)
        self.assertLess(abs(from_jd(query.pop("timestamp")) - utc_now()).seconds, 60)
        self.assertEqual(
            query,
            {
                "LOP-DN": "IntegratedSupplyChain",
                "access_token": "token",
                "algorithm": "HMacSHA256",
                "app_key": "key",
                "v": "2.0",
            },
        )


@tagged("post_install", "-at_install")
class TestEnvelope(AnsweredCase):
    def test_a_number_for_a_code_is_read_as_well(self):
        self.set_answer([], code=1000)
        self.assertEqual(list(self.jd.departments()), [])

    def test_an_answer_without_a_code_leaves_the_outcome_open(self):
        self.server.answer = {"success": True}
        with self.assertRaises(OutcomeUnknown):
            self.jd.create_order(ORDER)
        with self.assertRaises(RetryLater):
            self.jd.departments()

    def test_the_id_of_a_request_is_read_in_both_spellings(self):
        for name in ("requestId", "requestID"):
            self.set_answer(None, code="2000", message="no", **{name: 77})
            with self.assertRaises(Refused) as caught:
                self.jd.departments()
            self.assertEqual(caught.exception.request_id, "77")

    def test_a_gateway_that_gave_up_waiting_leaves_the_outcome_open(self):
        for code in ("65", "66"):
            self.set_error(code, zh_desc="系统处理超时")
            with self.assertRaisesRegex(OutcomeUnknown, "系统处理超时"):
                self.jd.create_order(ORDER)
            with self.assertRaises(RetryLater):
                self.jd.departments()

    def test_an_unknown_code_of_the_gateway_is_a_refusal(self):
        self.set_error(99, en_desc="Whatever")
        with self.assertRaisesRegex(Refused, "Whatever") as caught:
            self.jd.create_order(ORDER)
        self.assertEqual(caught.exception.code, "99")

    def test_a_throttled_login_is_throttled(self):
        self.set_error("2", en_desc="App Call Limited")
        with self.assertRaises(Throttled):
            self.login.exchange_code("login-code")

    def test_a_login_may_refuse_in_other_shapes(self):
        for answer, words in (
            ({"error": "invalid_grant", "error_description": "too old"}, "too old"),
            ({"code": 1001, "message": "code expired", "data": None}, "code expired"),
        ):
            self.server.answer = answer
            with self.assertRaisesRegex(Refused, words):
                self.login.exchange_code("login-code")

    def test_a_login_tells_the_application_from_what_is_traded(self):
        for answer, error_class in (
            ({"error": "invalid_client"}, CredentialsRefused),
            ({"code": 21}, CredentialsRefused),
            ({"error": "invalid_grant"}, Refused),
            ({"error_response": {"code": "18"}}, Refused),
            ({"error_response": {"code": "19"}}, Refused),
            ({"error_response": {"code": "21"}}, CredentialsRefused),
        ):
            self.server.answer = answer
            with self.subTest(answer=answer), self.assertRaises(JdError) as caught:
                self.login.exchange_code("AUTH")
            self.assertIs(type(caught.exception), error_class)

    def test_a_code_of_the_login_is_no_code_of_an_error(self):
        self.server.answer = {"code": "4711", "message": "no"}
        with self.assertRaises(OutcomeUnknown) as caught:
            self.login.exchange_code("4711")
        self.assertEqual(caught.exception.code, "")

    def test_a_token_without_an_expiry_is_not_taken(self):
        for expiry in (None, "tomorrow"):
            self.server.answer = {"accessToken": "t", "accessExpire": expiry}
            with self.assertRaises(OutcomeUnknown):
                self.login.exchange_code("login-code")

    def test_a_new_order_without_a_number_leaves_the_outcome_open(self):
        for data in (None, {}, {"deliveryNo": ""}, [], "ESL1"):
            self.set_answer(data)
            with self.assertRaises(OutcomeUnknown):
                self.jd.create_order(ORDER)

    def test_a_new_supplier_may_get_no_number(self):
        for data, number in (None, ""), ({"supplierNo": "EMS1"}, "EMS1"):
            self.set_answer(data)
            new = Supplier("S1", "Supplier")
            self.assertEqual(self.jd.create_supplier(DEPARTMENT, new), number)

    def test_a_new_supplier_with_a_number_of_something_else_is_none(self):
        for number in ("EMG1", "ESL1", "1", "EMS"):
            self.set_answer({"supplierNo": number})
            with self.subTest(number=number), self.assertRaises(OutcomeUnknown):
                self.jd.create_supplier(DEPARTMENT, Supplier("S1", "Supplier"))


@tagged("post_install", "-at_install")
class TestRows(AnsweredCase):
    def test_only_suppliers_that_are_named_may_be_none(self):
        self.set_answer(None)
        self.assertEqual(self.jd.suppliers(DEPARTMENT, own_numbers=["S1"]).rows, ())
        with self.assertRaises(RetryLater):
            self.jd.suppliers(DEPARTMENT)

    def test_what_jd_leaves_out_of_a_list_is_left_out(self):
        rows = [None, "text", {}, {"warehouseNo": None}, {"warehouseNo": 110000101}]
        self.set_answer(rows)
        found = self.jd.warehouses(DEPARTMENT)
        [warehouse] = found
        self.assertEqual((warehouse.number, warehouse.status), ("110000101", ""))
        self.assertEqual(
            [row.raw for row in found.odd_rows],
            ["null", '"text"', "{}", '{"warehouseNo": null}'],
        )

    def test_an_empty_list_is_empty_and_no_list_is_none(self):
        for nothing in ([], {"totalNum": 0}, {"totalNum": "0", "resultList": []}):
            with self.subTest(nothing=nothing):
                self.set_answer(nothing)
                self.assertEqual(len(self.jd.warehouses(DEPARTMENT)), 0)
                self.assertEqual(self.jd.stock(DEPARTMENT, "110000101").rows, ())
        for nothing in (None, {}, "", 0, {"totalNum": 1}, {"resultList": {}}):
            for ask in (
                lambda: self.jd.warehouses(DEPARTMENT),
                lambda: self.jd.stock(DEPARTMENT, "110000101"),
                lambda: self.jd.goods(DEPARTMENT),
                lambda: self.jd.goods(DEPARTMENT, own_numbers=["A"]),
            ):
                with self.subTest(nothing=nothing):
                    self.set_answer(nothing)
                    with self.assertRaises(RetryLater):
                        ask()

    def test_stock_that_is_not_told_is_not_zero(self):
        self.set_answer(
            {
                "totalNum": "2",
                "resultList": [
                    {"goodsLevel": "100", "goodsNo": "EMG1", "stockNum": "0"},
                    {"goodsLevel": "100", "goodsNo": "EMG2", "usableNum": 3.0},
                ],
            }
        )
        page = self.jd.stock(DEPARTMENT, "110000101")
        self.assertEqual(page.total_rows, 2)
        self.assertEqual(
            [(row.total, row.usable) for row in page.rows], [(0, None), (None, 3)]
        )

    def test_what_is_no_whole_number_costs_its_row_and_no_other(self):
        for unreadable in ("many", "1.5", True, "NaN", "Infinity", [3], "1e1000000"):
            odd = {"goodsNo": "EMG1", "stockStatus": "1", "stockNum": unreadable}
            good = odd | {"goodsNo": "EMG2", "stockNum": 1}
            self.set_answer({"resultList": [odd, good]})
            page = self.jd.stock(DEPARTMENT, "110000101")
            [row] = page
            self.assertEqual((row.goods_number, page.came), ("EMG2", 2))
            [odd_row] = page.odd_rows
            self.assertIn("stockNum", odd_row.reason)
            self.assertEqual(json.loads(odd_row.raw), odd)

    def test_a_move_keeps_its_place_among_those_that_are_not_understood(self):
        move = {"goodsNo": "EMG1", "preChangeLevel": "100", "changedLevel": "200"}
        adjustment = {
            "orderNo": "ELC1",
            "details": [move, {"goodsNo": "EMG2"}, "odd", move],
        }
        self.set_answer(
            {"totalNum": 3, "resultList": [adjustment, {"orderNo": "ELC2"}, 7]}
        )
        page = self.jd.level_changes(DEPARTMENT, utc_now(), utc_now())
        self.assertEqual([change.position for change in page], [1, 4])
        self.assertEqual((page.came, page.is_last), (3, True))
        self.assertEqual(
            [row.place for row in page.odd_rows], ["details", "details", "resultList"]
        )

    def test_a_text_is_kept_whole_or_not_taken(self):
        for value, expected in (
            (" ESL1 ", "ESL1"),
            (12, "12"),
            (None, ""),
            ("x" * 300, "x" * 300),
        ):
            with self.subTest(value=value):
                self.assertEqual(fields.text({"no": value}, "no"), expected)
        for value in (True, False, [], {}, "x" * 301, "a\0b", "\ud800"):
            with self.subTest(value=value), self.assertRaises(fields.Unreadable):
                fields.text({"no": value}, "no")

    def test_words_of_others_are_made_fit_to_be_stored(self):
        for words, kept in (
            ("a\0b", "ab"),
            ("a\ud800b", "a?b"),
            ("x" * 600, "x" * 500),
            ("京东", "京东"),
        ):
            with self.subTest(words=words[:10]):
                self.assertEqual(make_storable(words), kept)
                self.assertEqual(JdError(words).message, kept)
        error = JdError("no", code="c" * 50, request_id="r" * 200, trace_id="\0t")
        self.assertEqual((len(error.code), len(error.request_id)), (40, 100))
        self.assertEqual(error.trace_id, "t")

    def test_a_number_has_eleven_digits_at_most(self):
        for value, expected in (
            (99_999_999_999, 99_999_999_999),
            ("+1.50", Decimal("1.5")),
            ("1E3", 1000),
            ("-0", 0),
            ("", None),
        ):
            with self.subTest(value=value):
                found = fields.number({"pieces": value}, "pieces")
                self.assertEqual(found, expected)
        for value in (
            *(100_000_000_000, "1e11", "1e1000000", "0e1000000", "1e-1000000"),
            *("9" * 1_000, "0." + "1" * 1_000, "0" * 290 + "1", "NaN", "1,5", "²"),
        ):
            with self.subTest(value=value), self.assertRaises(fields.Unreadable):
                fields.number({"pieces": value}, "pieces")

    def test_a_row_that_is_not_understood_is_kept_within_bounds(self):
        deep = []
        for _level in range(100_000):
            deep = [deep]
        for raw, kept in (({"no": "x" * 3_000}, 2_000), (deep, 0)):
            reading = fields.Reading()
            reading.note("list", raw, "odd")
            self.assertEqual(len(reading.odd_rows[0].raw), kept)

    def test_a_list_inside_an_answer_that_is_none_is_noted(self):
        for found in ("x", {}, 0, False):
            reading = fields.Reading()
            self.assertEqual(reading.rows({"list": found}, "list", dict), ())
            self.assertEqual([row.place for row in reading.odd_rows], ["list"], found)

    def test_serials_that_are_no_list_are_noted(self):
        for several in ("S1", {"serialNo": "S1"}, 0):
            row = {"goodsNo": "EMG1", "serialNos": several}
            self.set_answer({"deliveryNo": "ESL1", "serialNoList": [row]})
            report = self.get_report()
            self.assertEqual(report.serials, ())
            self.assertEqual([odd.place for odd in report.odd_rows], ["serialNoList"])

    def test_an_answer_without_data_is_not_one_without_an_order(self):
        self.server.answer = {"code": "1000"}
        with self.assertRaises(RetryLater):
            self.get_report(OrderKind.INBOUND)
        self.server.answer = {"code": "1000", "data": None}
        with self.assertRaises(NotFound):
            self.get_report(OrderKind.INBOUND)

    def test_a_page_of_more_rows_than_asked_for_is_the_whole_list(self):
        rows = [{"orderNo": f"ESL{number}"} for number in range(5)]
        place = OrderKind.OUTBOUND, DEPARTMENT, utc_now(), utc_now()
        for total in (None, 5, 9):
            self.set_answer({"totalNum": total, "resultList": rows})
            ask = partial(self.jd.list_orders, *place, page_size=3)
            if total == 9:
                self.assertRaises(RetryLater, ask)
            else:
                self.assertTrue(ask().is_last)

    def test_what_jd_sends_at_once_is_all_that_it_counts(self):
        row = {"basicInfo": {"goodsNo": "EMG1"}}
        for total, is_whole in ((None, True), (0, True), (1, True), (2, False)):
            with self.subTest(total=total):
                self.set_answer({"totalNum": total, "resultList": [row]})
                ask = partial(self.jd.goods, DEPARTMENT, own_numbers=["A", "B"])
                if is_whole:
                    self.assertEqual(ask().rows[0].number, "EMG1")
                else:
                    self.assertRaises(RetryLater, ask)

    def test_a_list_ends_where_jd_says_so_and_nothing_is_lost(self):
        rows = [{"orderNo": f"ESL{number}"} for number in range(3)]
        for total, page, came, is_last in (
            (None, 1, 2, True),
            (None, 1, 3, False),
            (3, 1, 3, True),
            (4, 1, 3, False),
            (6, 2, 3, True),
            (7, 2, 3, False),
            (4, 2, 1, True),
            (4, 2, 0, RetryLater),
            (4, 1, 2, RetryLater),
            (3, 1, 0, RetryLater),
            (3, 2, 0, True),
            ("odd", 1, 2, True),
        ):
            with self.subTest(total=total, page=page, came=came):
                self.set_answer({"totalNum": total, "resultList": rows[:came]})
                ask = partial(
                    self.jd.list_orders,
                    *(OrderKind.OUTBOUND, DEPARTMENT, utc_now(), utc_now()),
                    page=page,
                    page_size=3,
                )
                if is_last is RetryLater:
                    self.assertRaises(RetryLater, ask)
                else:
                    self.assertIs(ask().is_last, is_last)

    def test_lots_keep_what_is_known_of_them(self):
        self.set_answer(
            {
                "resultList": [
                    {
                        "goodsNo": "EMG1",
                        "goodsLevel": "100",
                        "batchInfos": {
                            "expireDate": "2027-01-31 00:00:00",
                            "productDate": "soon",
                            "receiptDate": "2026-02-30",
                        },
                    },
                    {"goodsNo": "EMG2", "goodsLevel": "100", "batchInfos": {}},
                ]
            }
        )
        first, second = self.jd.stock_by_lot(DEPARTMENT, "110000101").rows
        self.assertEqual(first.lot.expires_on.isoformat(), "2027-01-31")
        self.assertIsNone(first.lot.produced_on)
        self.assertIsNone(first.lot.received_on)
        self.assertIsNone(second.lot)


@tagged("post_install", "-at_install")
class TestReports(AnsweredCase):
    def test_an_outbound_order_is_read_in_whatever_types_it_comes(self):
        self.set_answer(
            {
                "deliveryNo": "ESL1",
                "erpDeliveryNo": "WH/OUT/1",
                "status": 10020,
                "splitDeliveryNos": "ESL2, ESL3,",
                "carrierInfo": {"waybillNo": "JDVA1,JDVA2"},
                "customerInfo": None,
                "somethingNew": {"a": 1},
                "deliveryItemList": [
                    {"orderLine": 1, "planQuantity": "2", "realQuantity": "0"},
                    {"orderLine": "2", "planQuantity": 2.0},
                ],
                "deliveryPackageList": [
                    {"packageNo": "JDVA1-1-2-", "packageWeight": "1.25"},
                    {"packageNo": "JDVA3"},
                    {
                        "packageNo": "JDVA1-2-2-",
                        "packageItemList": [
                            {"goodsNo": "EMG1", "quantity": "1"},
                            {"goodsNo": "EMG1", "quantity": 2},
                        ],
                    },
                ],
                "deliveryStatusList": [
                    {"statusCode": "10010", "operateTime": "2026-01-02 04:00:00.0"},
                    {"statusCode": 10020, "operateTime": None},
                ],
                "serialNoList": [
                    {"goodsNo": "EMG1", "serialNo": "S1"},
                    {"goodsNo": "EMG1", "serialNos": ["S2", "S3", None]},
                    {"goodsNo": "EMG1"},
                ],
            }
        )
        report = self.get_report()
        self.assertEqual(report.status, "10020")
        self.assertEqual(report.department_no, "")
        self.assertEqual(report.split_numbers, ("ESL2", "ESL3"))
        self.assertEqual(report.waybills, ("JDVA1", "JDVA2", "JDVA3"))
        self.assertEqual(
            [(line.line, line.planned, line.done) for line in report.lines],
            [("1", 2, 0), ("2", 2, None)],
        )
        self.assertEqual(
            [(parcel.waybill, parcel.weight) for parcel in report.parcels],
            [("JDVA1", Decimal("1.25")), ("JDVA3", None), ("JDVA1", None)],
        )
        self.assertEqual(report.parcels[2].contents, {"EMG1": 3})
        self.assertEqual(
            [(change.status, change.at) for change in report.history],
            [("10010", from_jd("2026-01-02 04:00:00")), ("10020", None)],
        )
        self.assertEqual([row.serial for row in report.serials], ["S1", "S2", "S3"])

    def test_a_quantity_that_cannot_be_read_costs_its_line_and_no_other(self):
        for unreadable in ("two", "2.5", -1, "-2", True, [2], 10**11):
            lines = [
                {"orderLine": "1", "realQuantity": unreadable},
                {"orderLine": "2", "realQuantity": 2},
            ]
            self.set_answer({"deliveryNo": "ESL1", "deliveryItemList": lines})
            report = self.get_report()
            self.assertEqual([(row.line, row.done) for row in report.lines], [("2", 2)])
            [odd_row] = report.odd_rows
            self.assertEqual(odd_row.place, "deliveryItemList")
            self.assertIn("realQuantity", odd_row.reason)
            self.assertEqual(json.loads(odd_row.raw), lines[0])

    def test_an_order_is_missing_only_where_jd_documents_it_so(self):
        for kind, null_is_missing in (
            (OrderKind.INBOUND, True),
            (OrderKind.CUSTOMER_RETURN, True),
            (OrderKind.SUPPLIER_RETURN, False),
            (OrderKind.OUTBOUND, False),
        ):
            self.set_answer(None)
            with self.assertRaises(NotFound if null_is_missing else RetryLater):
                self.get_report(kind)
            for data in ({}, [], "x", {"deliveryNo": None, "purchaseNo": None}):
                self.set_answer(data)
                with self.assertRaises(RetryLater):
                    self.get_report(kind)

    def test_the_number_of_an_order_looks_like_one_of_its_kind(self):
        for number in (["ESL1"], True, "  ", "ESL", "ESLx", "EPL1", "ESL1 ", "1"):
            self.set_answer({"deliveryNo": number})
            if number == "ESL1 ":
                self.assertEqual(self.get_report().number, "ESL1")
                continue
            with self.assertRaises(RetryLater):
                self.get_report()
            with self.assertRaises(OutcomeUnknown):
                self.jd.create_order(ORDER)

    def test_the_answer_about_another_order_leaves_the_outcome_open(self):
        self.set_answer({"deliveryNo": "ESL1", "erpDeliveryNo": "WH/OUT/2"})
        with self.assertRaisesRegex(OutcomeUnknown, "WH/OUT/2"):
            self.jd.create_order(ORDER)

    def test_an_unknown_supplier_return_is_not_there(self):
        self.set_answer(None, code="3010", message="wrong number")
        with self.assertRaises(NotFound):
            self.get_report(OrderKind.SUPPLIER_RETURN)

    def test_an_inbound_order_tells_each_difference_by_its_reason(self):
        self.set_answer(
            {
                "purchaseNo": "EPL1",
                "purchaseOrderStatus": 70,
                "completeTime": "2026-01-02 04:00:00",
                "purchaseItemModelList": [
                    {
                        "orderLine": "1",
                        "goodsLevel": "100",
                        "realGoodsLevel": "200",
                        "planQuantity": 5,
                        "realQuantity": 4,
                    },
                    {"orderLine": "2", "goodsLevel": "100", "planQuantity": 5},
                ],
                "purchaseItemModelDiffList": [
                    {
                        "goodsNo": "EMG1",
                        "diffQuantity": "3",
                        "shortQuantity": "1",
                        "damagedQuantity": 2,
                        "excessQuantity": 0,
                        "newReasonQuantity": 4,
                        "diffRemark": "wet",
                    }
                ],
                "purchaseItemRejectList": [
                    {"goodsNo": "EMG1", "rejectQuantity": 1, "rejectReason": "old"}
                ],
            }
        )
        report = self.get_report(OrderKind.INBOUND)
        self.assertEqual(report.status, "70")
        self.assertEqual(report.completed_at, from_jd("2026-01-02 04:00:00"))
        self.assertEqual(
            [(line.level, line.done) for line in report.lines],
            [("200", 4), ("100", None)],
        )
        [difference] = report.discrepancies
        self.assertEqual((difference.quantity, difference.remark), (3, "wet"))
        self.assertEqual(difference.reasons, {"short": 1, "damaged": 2, "newReason": 4})
        [rejection] = report.rejections
        self.assertEqual((rejection.quantity, rejection.reason), (1, "old"))

    def test_a_cancel_is_not_done_before_jd_says_so(self):
        for result in ("7", None, ""):
            self.set_answer({"resultType": result})
            cancelled = self.jd.cancel(OrderKind.OUTBOUND, DEPARTMENT, number="ESL1")
            self.assertEqual(cancelled.result, CancelResult.CANCELLING)
