import hashlib
import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

from odoo.tests import tagged

from .sandbox_case import PIN
from .sandbox_outbound_case import SandboxOutboundCase
from .sandbox_process import Caller

# By form of push, the answer that takes it over.
ACCEPTED = {
    "signed": b'{"code":"1000"}',
    "envelope": b'{"statusCode":0}',
    "bare": b'{"code":"200"}',
}


class Receiver:
    """A message address of our own that keeps what it is sent."""

    def __init__(self):
        self.received = []
        self.kinds = []
        self.answers = []  # the next ones; then accepted
        self.accepted = b'{"code":"1000"}'
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.received.append((self.path, body))
                receiver.kinds.append(self.headers["Content-Type"])
                answers = receiver.answers
                status, answer = answers.pop(0) if answers else (200, receiver.accepted)
                self.send_response(status)
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *args):
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/messages"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def stop(self):
        self._server.shutdown()
        self._server.server_close()

    def get_statuses(self):
        return [json.loads(body)["status"] for _, body in self.received]


@tagged("post_install", "-at_install")
class TestSandboxMessages(SandboxOutboundCase):
    def setUp(self):
        super().setUp()
        self.receiver = Receiver()
        self.addCleanup(self.receiver.stop)
        self.sandbox.do("settings", message_url=self.receiver.url, push_backoff=0.05)

    def wait_until(self, condition, seconds=10):
        deadline = time.monotonic() + seconds
        while not condition():
            self.assertLess(time.monotonic(), deadline, "waited in vain")
            time.sleep(0.02)

    def wait_until_settled(self):
        self.wait_until(
            lambda: all(m["state"] != "waiting" for m in self.sandbox.get("messages"))
        )

    def test_every_step_is_pushed_with_what_happened_signed_over_the_raw_body(self):
        number = self.make_order()
        self.wait_until(lambda: self.receiver.received)
        [(path, body)] = self.receiver.received
        message = json.loads(body)
        self.assertTrue(message.pop("messageId"))
        self.assertTrue(message.pop("operateTime"))
        self.assertEqual(
            message,
            {
                "pin": PIN,
                "ownerNo": "EBU0000000000101",
                "warehouseNo": "110000101",
                "orderType": "XSCK",
                "orderNo": number,
                "erpOrderNo": "SO-1",
                "status": "10010",
            },
        )
        query = dict(parse_qsl(urlsplit(path).query))
        content = (
            f"{Caller.SECRET}app_key{Caller.KEY}methodorder.status"
            f"param_json{body.decode()}timestamp{query['timestamp']}v2.0{Caller.SECRET}"
        )
        self.assertEqual(query["method"], "order.status")
        self.assertEqual(query["sign"], hashlib.md5(content.encode()).hexdigest())

    def set_form(self, form, **values):
        """Give the application the form of push, and the receiver its answer."""
        self.receiver.accepted = ACCEPTED[form]
        values = {"message_url": self.receiver.url, "message_form": form} | values
        self.sandbox.do("application", key=Caller.KEY, **values)

    def test_a_push_may_come_in_an_envelope_whose_token_covers_the_raw_text(self):
        self.set_form("envelope", message_key="agreed-key")
        number = self.make_order("单-1")
        self.wait_until(lambda: self.receiver.received)
        self.wait_until_settled()
        [(path, body)] = self.receiver.received
        self.assertEqual(path, "/messages")
        self.assertIn("application/x-www-form-urlencoded", self.receiver.kinds[0])
        fields = dict(parse_qsl(body.decode(), strict_parsing=True))
        members = ["format", "message_id", "request_body", "timestamp", "token"]
        self.assertEqual(sorted(fields), members)
        self.assertEqual(fields["format"], "json")
        text = fields["request_body"] + fields["timestamp"] + "agreed-key"
        self.assertEqual(fields["token"], hashlib.md5(text.encode()).hexdigest())
        told = json.loads(fields["request_body"])
        self.assertEqual((told["orderNo"], told["erpOrderNo"]), (number, "单-1"))
        [message] = self.sandbox.get("messages")
        self.assertEqual(fields["message_id"], message["id"])
        self.assertEqual(message["attempts"], 1)

    def test_the_key_of_an_envelope_is_the_applications_secret_unless_agreed(self):
        self.set_form("envelope")
        self.make_order()
        self.wait_until(lambda: self.receiver.received)
        fields = dict(parse_qsl(self.receiver.received[0][1].decode()))
        text = fields["request_body"] + fields["timestamp"] + Caller.SECRET
        self.assertEqual(fields["token"], hashlib.md5(text.encode()).hexdigest())

    def test_a_bare_push_is_nothing_but_json_to_the_applications_own_address(self):
        self.set_form("bare", message_url=self.receiver.url + "/unguessable?x=1")
        number = self.make_order()
        self.wait_until(lambda: self.receiver.received)
        [(path, body)] = self.receiver.received
        self.assertEqual(path, "/messages/unguessable?x=1")
        self.assertIn("application/json", self.receiver.kinds[0])
        self.assertEqual(json.loads(body)["orderNo"], number)

    def test_a_bare_push_never_goes_to_the_address_all_share(self):
        self.set_form("bare", message_url="")
        self.make_order()
        self.assertEqual(self.sandbox.get("messages"), [])
        self.set_form("envelope", message_url="")
        self.sandbox.do("advance")
        self.wait_until(lambda: self.receiver.received)

    def test_each_form_is_delivered_again_until_its_own_answer_comes(self):
        others = (b'{"code":"1000"}', b'{"code":"200"}', b'{"statusCode":0}')
        odd = (b"", b"[]", b'{"statusCode":1}', b'{"statusCode":false}', b"OK")
        for form, accepted in ACCEPTED.items():
            with self.subTest(form):
                self.sandbox.do("reset")
                SandboxOutboundCase.setUp(self)
                self.sandbox.do("settings", push_backoff=0.01, push_attempts=20)
                self.set_form(form)
                wrong = [(200, each) for each in (*others, *odd) if each != accepted]
                self.receiver.answers = [*wrong, (500, accepted)]
                self.receiver.received.clear()
                self.make_order()
                self.wait_until_settled()
                attempts = len(wrong) + 2
                self.assertEqual(len(self.receiver.received), attempts)
                [message] = self.sandbox.get("messages")
                told = message["state"], message["attempts"], message["form"]
                self.assertEqual(told, ("delivered", attempts, form))
                told = {self.about(form, body) for _, body in self.receiver.received}
                self.assertEqual(len(told), 1)

    def about(self, form, body):
        """Return what stays the same from attempt to attempt."""
        if form != "envelope":
            return body
        fields = dict(parse_qsl(body.decode()))
        return fields["message_id"], fields["request_body"]

    def test_a_push_may_say_what_receivers_of_express_pushes_read(self):
        self.set_form("bare", message_body="express")
        self.make_order()
        self.sandbox.do("advance", to=10034)
        self.wait_until(lambda: len(self.receiver.received) == 11)
        told = [json.loads(body) for _, body in self.receiver.received]
        [last] = [each for each in told if each["state"] == "10034"]
        self.assertEqual(last["orderId"], "SO-1")
        self.assertRegex(last["waybillCode"], "^JDVD")
        self.assertNotIn("orderNo", last)
        self.set_form("envelope")
        self.make_order("SO-2")
        self.wait_until(lambda: len(self.receiver.received) == 12)
        fields = dict(parse_qsl(self.receiver.received[-1][1].decode()))
        told = json.loads(fields["request_body"])
        self.assertEqual((told["orderId"], told["traceCode"]), ("SO-2", "10010"))

    def test_an_application_takes_only_forms_there_are(self):
        with self.assertRaisesRegex(AssertionError, "signed; envelope; bare"):
            self.set_form("bare", message_form="pigeon")

    def test_nothing_is_pushed_to_an_account_that_did_not_tick_the_box(self):
        self.caller = Caller(self.sandbox.url, PIN, "demo-quick", subscribe=False)
        self.make_order()
        self.sandbox.do("advance", to=10034)
        self.assertEqual(self.sandbox.get("messages"), [])

    def test_an_application_may_have_a_message_address_of_its_own(self):
        other = Receiver()
        self.addCleanup(other.stop)
        self.sandbox.do("application", key=Caller.KEY, message_url=other.url)
        self.make_order()
        self.wait_until(lambda: other.received)
        self.assertEqual(self.receiver.received, [])

    def test_an_order_made_by_hand_at_jd_is_pushed_as_well(self):
        self.sandbox.do(
            "make_order",
            kind="XSCK",
            department="EBU0000000000101",
            warehouse="110000101",
            lines=[{"erpGoodsNo": "A", "quantity": 1}],
        )
        self.wait_until(lambda: self.receiver.received)

    def test_a_push_not_accepted_is_delivered_again(self):
        self.receiver.answers = [(500, b""), (200, b'{"code":"9"}'), (200, b"no json")]
        self.make_order()
        self.wait_until(lambda: len(self.receiver.received) == 4)
        self.wait_until_settled()
        bodies = {body for _, body in self.receiver.received}
        self.assertEqual(len(bodies), 1)
        [message] = self.sandbox.get("messages")
        self.assertEqual((message["state"], message["attempts"]), ("delivered", 4))

    def test_a_push_is_given_up_in_the_end(self):
        self.sandbox.do("settings", push_attempts=2)
        self.receiver.answers = [(503, b"")] * 2
        self.make_order()
        self.wait_until_settled()
        [message] = self.sandbox.get("messages")
        self.assertEqual((message["state"], message["attempts"]), ("given up", 2))

    def test_pushes_can_arrive_twice(self):
        self.sandbox.do("push_faults", duplicate=1.0)
        self.make_order()
        self.wait_until(lambda: len(self.receiver.received) == 2)
        self.assertEqual(*(body for _, body in self.receiver.received))

    def test_pushes_can_be_lost(self):
        self.sandbox.do("push_faults", lose=0.5)
        for number in range(20):
            self.make_order(f"SO-{number}")
        self.wait_until_settled()
        states = [message["state"] for message in self.sandbox.get("messages")]
        self.assertIn(states.count("lost"), range(3, 18))
        self.assertEqual(len(self.receiver.received), states.count("delivered"))

    def test_pushes_can_arrive_out_of_order(self):
        self.sandbox.do("push_faults", reorder=0.5, late=0.3)
        self.make_order()
        self.sandbox.do("advance", to=10034)
        self.wait_until(lambda: len(self.receiver.received) == 11)
        codes = self.receiver.get_statuses()
        walked = [
            str(each["status"]) for each in self.sandbox.get("orders")[0]["history"]
        ]
        self.assertCountEqual(codes, walked)
        self.assertNotEqual(codes, walked)
