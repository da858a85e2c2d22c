import base64
import gzip
import json
import time

import requests

from odoo.tests import tagged

from .sandbox_outbound_case import CANCEL, CREATE, PIN, QUERY, SandboxOutboundCase
from .sandbox_process import TIMEOUT, Caller

HEADERS = {"Content-Type": "application/json"}


@tagged("post_install", "-at_install")
class TestSandboxOddAnswers(SandboxOutboundCase):
    def odd(self, call, **how):
        return self.sandbox.do("fault", kind="answer", call=call, **how)

    def patch(self, *changes, call="querySoOrder", **how):
        return self.sandbox.do(
            "fault", kind="patch", call=call, patch=list(changes), **how
        )

    def send_query(self, number):
        body = json.dumps([{"deliveryNo": number, "pin": PIN}]).encode()
        return self.caller.send(QUERY, body)

    def send_order(self, number="SO-1"):
        return self.caller.send(
            CREATE, json.dumps([self.make_request(number)]).encode()
        )

    def orders(self):
        return [order["erpOrderNo"] for order in self.sandbox.get("orders")]

    # --- an answer spelt out ---

    def test_the_next_answer_is_the_one_that_was_spelt_out_and_only_the_next(self):
        headers = {"Retry-After": "120", "X-Odd": ["a", "b"], "Content-Type": "x/y"}
        self.odd("addSoOrder", status=503, headers=headers, body="<b>单</b>")
        answer = self.send_order()
        self.assertEqual(answer.status_code, 503)
        self.assertEqual(answer.content.decode(), "<b>单</b>")
        self.assertEqual(answer.headers["Retry-After"], "120")
        self.assertEqual(answer.headers["X-Odd"], "a, b")
        self.assertEqual(answer.headers["Content-Type"], "x/y")
        self.assertNotIn("Lop-Trace-Id", answer.headers)
        self.assertEqual(self.send_order().json()["code"], "1000")

    def test_jd_did_or_did_not_do_what_was_asked_as_chosen(self):
        self.odd("addSoOrder", status=400, body="{}", carried_out=False)
        self.send_order("SO-1")
        self.assertEqual(self.orders(), [])
        self.odd("addSoOrder", status=400, body="{}")
        self.send_order("SO-2")
        self.assertEqual(self.orders(), ["SO-2"])

    def test_an_answer_may_hold_any_bytes_and_lie_about_them(self):
        packed = gzip.compress(b'{"code":"1000"}')
        self.odd(
            "addSoOrder",
            headers={"Content-Encoding": "gzip"},
            body_base64=base64.b64encode(packed).decode(),
        )
        self.assertEqual(self.send_order().content, b'{"code":"1000"}')
        utf_16 = base64.b64encode('{"code":1}'.encode("utf-16")).decode()
        self.odd("addSoOrder", body_base64=utf_16)
        self.assertEqual(self.send_order().content, '{"code":1}'.encode("utf-16"))
        self.odd("addSoOrder", headers={"Content-Length": "99"}, body="{}")
        with self.assertRaises(requests.RequestException):
            self.send_order()

    def test_an_answer_waits_for_the_order_it_is_meant_for_under_either_number(self):
        first, second = self.make_order("SO-1"), self.make_order("SO-2")
        self.odd("querySoOrder", order="SO-2", body="odd")
        self.assertNotEqual(self.send_query(first).text, "odd")
        self.assertEqual(self.send_query(second).text, "odd")
        self.odd("cancelOrder", order=first, body="odd", count=2)
        own = {"erpOrderNo": "SO-1", "ownerNo": "EBU0000000000101"}
        for named in (own, {"orderNo": first}):
            body = [{**named, "orderType": "XSCK", "pin": PIN}]
            answer = self.caller.send(CANCEL, json.dumps(body).encode())
            self.assertEqual(answer.text, "odd")
        self.assertEqual(self.query(second)["erpDeliveryNo"], "SO-2")

    def test_an_answer_can_be_asked_for_before_the_order_is_known_to_jd(self):
        self.odd("addSoOrder", order="SO-2", body="odd")
        self.assertEqual(self.send_order("SO-1").json()["code"], "1000")
        self.assertEqual(self.send_order("SO-2").text, "odd")

    def test_the_token_addresses_can_answer_oddly(self):
        self.odd("oauthRefresh", body='{"code":4000}', carried_out=False)
        self.assertEqual(self.caller.refresh("any"), {"code": 4000})
        self.patch({"path": "accessToken", "value": "changed"}, call="oauthToken")
        caller = Caller(self.sandbox.url, PIN, "demo-quick")
        self.assertEqual(caller.token, "changed")

    # --- JD's own answer, changed ---

    def test_members_of_jds_answer_are_set_taken_away_and_added(self):
        number = self.make_order()
        rows = "data.deliveryItemList"
        self.patch(
            {"path": f"{rows}.0.realQuantity", "value": "2.5"},
            {"path": f"{rows}.*.orderLine", "delete": True},
            {"path": f"{rows}.2", "value": {"orderLine": "9"}},
            {"path": "data.customerInfo.made.up", "value": 1},
            {"path": "data.status", "value": None},
            {"path": "data.deliveryStatusList.0", "delete": True},
        )
        data = self.send_query(number).json()["data"]
        first, second, third = data["deliveryItemList"]
        self.assertEqual((first["realQuantity"], third), ("2.5", {"orderLine": "9"}))
        self.assertNotIn("orderLine", first)
        self.assertNotIn("orderLine", second)
        self.assertEqual(data["customerInfo"]["made"], {"up": 1})
        self.assertIsNone(data["status"])
        self.assertEqual(data["deliveryStatusList"], [])
        untouched = self.query(number)
        self.assertEqual(untouched["status"], "10010")
        self.assertEqual(len(untouched["deliveryItemList"]), 2)

    def test_the_whole_answer_and_what_json_cannot_hold_may_be_set(self):
        number = self.make_order()
        self.patch({"path": "", "value": ["x"]})
        self.assertEqual(self.send_query(number).json(), ["x"])
        odd = ("NaN", "1e1000000", '"\\ud800"', '{"a":1,"a":2}', "[" * 9)
        for piece in odd:
            self.patch({"path": "data.orderWeight", "raw": piece})
            text = self.send_query(number).text
            self.assertIn(f'"orderWeight": {piece}', text)
        self.patch({"path": "data.status", "value": "\ud800"})
        self.assertIn('"status": "\\ud800"', self.send_query(number).text)

    def test_a_refusal_can_be_changed_too_and_the_work_was_done_all_the_same(self):
        self.patch({"path": "code", "value": []})
        self.assertEqual(self.send_query("ESL0").json()["code"], [])
        self.patch({"path": "data", "delete": True}, call="addSoOrder")
        answer = self.send_order()
        self.assertNotIn("data", answer.json())
        self.assertIn("Lop-Trace-Id", answer.headers)
        self.assertEqual(self.orders(), ["SO-1"])

    def test_a_change_that_does_not_fit_is_told(self):
        number = self.make_order()
        for path in ("data.deliveryItemList.7.price", "data.status.x", "code.0"):
            self.sandbox.do("clear_faults")
            self.patch({"path": path, "value": 1})
            self.assertEqual(self.send_query(number).status_code, 500)
            [fault] = self.sandbox.get("faults")["faults"]
            self.assertIn(path, fault["problem"])

    def test_an_answer_that_cannot_be_sent_is_refused_when_it_is_asked_for(self):
        mistaken = [
            {"kind": "answer", "body_base64": "%"},
            {"kind": "answer", "status": 99},
            {"kind": "answer", "headers": {"X": "a\nb"}},
            {"kind": "answer", "made_up": 1},
            {"kind": "patch"},
            {"kind": "patch", "patch": [{"value": 1}]},
            {"kind": "patch", "patch": ["data"]},
            {"kind": "patch", "patch": [{"path": "data"}]},
            {"kind": "patch", "patch": [{"path": "data", "value": 1, "delete": True}]},
        ]
        for how in mistaken:
            with self.subTest(how):
                answer = requests.post(
                    f"{self.sandbox.url}/sandbox/fault", json=how, timeout=TIMEOUT
                )
                self.assertEqual(answer.status_code, 400)
        self.assertEqual(self.sandbox.get("faults")["faults"], [])

    # --- throttling, and answers that come drop by drop ---

    def test_throttling_may_come_as_a_status_with_the_time_to_wait(self):
        self.sandbox.do("fault", kind="http_429", retry_after=17, count=1)
        answer = self.send_order()
        self.assertEqual(answer.status_code, 429)
        self.assertEqual(answer.headers["Retry-After"], "17")
        self.assertTrue(answer.json()["requestId"])
        self.assertTrue(answer.headers["Lop-Trace-Id"])
        self.assertEqual(self.orders(), [])

    def test_an_answer_may_come_in_drops(self):
        self.sandbox.do(
            "fault", kind="drip", call="addSoOrder", piece=40, seconds=0.1, count=1
        )
        started = time.monotonic()
        answer = self.send_order()
        self.assertEqual(answer.json()["code"], "1000")
        drops = len(answer.content) // 40
        self.assertGreaterEqual(time.monotonic() - started, 0.1 * drops)
        self.assertEqual(self.send_order().json()["code"], "1000")
