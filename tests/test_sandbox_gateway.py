import hashlib
import json
import signal
import socket
import subprocess
import sys
import tempfile
import time
from urllib.parse import urlsplit

import requests

from odoo.tests import BaseCase, tagged

from .sandbox_case import DEPARTMENT, CallerCase
from .sandbox_process import ROOT, TIMEOUT, Caller, jd_time

WAREHOUSES = "/basicinfo/warehouse/query/v1"
OWNERS = "/basicinfo/owner/query/v1"
SHOPS = "/basicinfo/shop/query/v1"
# The recipe of JD's documents worked through by hand (not produced by JD).
VECTOR_QUERY = {
    "access_token": "tok123",
    "app_key": "appkey1",
    "timestamp": "2024-01-02 03:04:05",
    "v": "2.0",
}
VECTOR_PATH = "/integratedsupplychain/order/cancel/v1"
VECTOR_BODY = (
    b'[{"ownerNo":"EBU0000000000001","pin":"pin1",'
    b'"orderNo":"ESL0000000000001","orderType":"XSCK"}]'
)
VECTORS = {
    "md5-salt": "7ef97d7879be2458024a0826a11f1a09",
    "HMacMD5": "y0ywXnlH/TsDkMjWntUjPQ==",
    "HMacSHA1": "PPGuWnvbbvS2+yHeAGoaipxunFQ=",
    "HMacSHA256": "b1zqXTP7dfHv6m5/y3uRpnUAwWrwJ27kBULYMCe08j8=",
    "HMacSHA512": "8RwUQ5D3SLj+cgm0zVcK/yEcTcLPCZYN8VDoDNJf6cS5/lYLzvrM7w37m+eRXvfj"
    "YyUg2L8WkxNa9Y0kX9IX/Q==",
}


@tagged("post_install", "-at_install")
class TestSandboxGateway(CallerCase):
    def ask(self, path=WAREHOUSES, headers=None, change=None, **request):
        request = {"ownerNo": DEPARTMENT, "pin": "jd_demo_quick"} | request
        return self.caller.call(path, request, headers, **(change or {}))

    def assertGatewayRefuses(self, code, answer):
        self.assertEqual(answer.get("error_response", answer)["code"], code)
        members = {"code", "zh_desc", "en_desc", "requestId"}
        self.assertEqual(set(answer["error_response"]), members)

    def test_warehouses_of_a_department_are_listed_with_their_status(self):
        answer = self.ask()
        self.assertEqual((answer["code"], answer["message"]), ("1000", "success"))
        statuses = {row["warehouseNo"]: row["status"] for row in answer["data"]}
        self.assertEqual(
            statuses, {"110000101": "2", "110000102": "2", "110000109": "3"}
        )

    def test_warehouses_are_narrowed_by_number_and_status(self):
        one = self.ask(warehouseNo="110000102,110000999")["data"]
        self.assertEqual([row["warehouseNo"] for row in one], ["110000102"])
        disabled = self.ask(status="1,3")["data"]
        self.assertEqual([row["warehouseNo"] for row in disabled], ["110000109"])

    def test_the_departments_of_a_pin_are_listed(self):
        caller = Caller(self.sandbox.url, "jd_demo_basic", "demo-basic")
        rows = caller.call(OWNERS, {})["data"]
        numbers = [row["ownerNo"] for row in rows]
        self.assertEqual(numbers, ["EBU0000000000201", "EBU0000000000202"])

    def test_a_department_has_a_shop_that_may_be_used(self):
        [shop] = self.ask(SHOPS)["data"]
        self.assertEqual((shop["ownerNo"], shop["status"]), (DEPARTMENT, "1"))

    def test_every_documented_algorithm_is_taken_whatever_the_case_of_the_digits(self):
        for algorithm in VECTORS:
            with self.subTest(algorithm):
                answer = self.ask(change={"algorithm": algorithm})
                self.assertEqual(answer["code"], "1000")
        self.assertEqual(self.ask(change={"algorithm": None})["code"], "1000")
        body = b'[{"ownerNo": "EBU0000000000101", "pin": "jd_demo_quick"}]'
        signed = self.caller.query("/integratedsupplychain" + WAREHOUSES, body)
        signed["sign"] = signed["sign"].upper()
        answer = self.caller.send(WAREHOUSES, body, **signed).json()
        self.assertEqual(answer["code"], "1000")

    def test_the_recipe_gives_the_documented_vectors(self):
        script = (
            "import json, sys; from sandbox import signing; "
            "query, path, body = json.load(sys.stdin); "
            "print(json.dumps({name: signing.sign_call('test_secret', "
            "{**query, 'algorithm': name}, path, body.encode()) "
            "for name in signing.ALGORITHMS}))"
        )
        vector = json.dumps([VECTOR_QUERY, VECTOR_PATH, VECTOR_BODY.decode()])
        made = subprocess.run(
            [sys.executable, "-c", script],
            cwd=ROOT,
            input=vector,
            capture_output=True,
            text=True,
            check=True,
        )
        self.assertEqual(json.loads(made.stdout), VECTORS)

    def test_a_body_changed_by_one_byte_is_refused(self):
        body = b'[{"ownerNo": "EBU0000000000101", "pin": "jd_demo_quick"}]'
        signed = self.caller.query("/integratedsupplychain" + WAREHOUSES, body)
        other = body.replace(b": ", b":", 1)
        answer = self.caller.send(WAREHOUSES, other, **signed).json()
        self.assertGatewayRefuses("12", answer)
        answer = self.caller.send(WAREHOUSES, body, **signed).json()
        self.assertEqual(answer["code"], "1000")

    def test_each_missing_or_wrong_parameter_has_its_code(self):
        expected = [
            ("14", {"LOP-DN": None}),
            ("15", {"LOP-DN": "Express"}),
            ("4", {"v": None, "sign": "x"}),
            ("5", {"v": "1.0"}),
            ("7", {"timestamp": None, "sign": "x"}),
            ("8", {"timestamp": "2024-01-02"}),
            ("8", {"timestamp": jd_time(-11)}),
            ("8", {"timestamp": jd_time(11)}),
            ("20", {"app_key": None, "sign": "x"}),
            ("21", {"app_key": "nobody"}),
            ("18", {"access_token": None, "sign": "x"}),
            ("19", {"access_token": "made-up"}),
            ("11", {"sign": None}),
            ("12", {"sign": "0" * 32}),
            ("12", {"algorithm": "sm3-salt", "sign": "x"}),
        ]
        for code, change in expected:
            with self.subTest(change):
                self.assertGatewayRefuses(code, self.ask(change=change))
        self.assertEqual(self.ask(change={"timestamp": jd_time(9)})["code"], "1000")

    def test_the_domain_may_travel_as_a_header(self):
        header = {"LOP-DN": "IntegratedSupplyChain"}
        answer = self.ask(headers=header, change={"LOP-DN": None})
        self.assertEqual(answer["code"], "1000")

    def test_an_unknown_path_is_refused_also_when_signed(self):
        self.assertGatewayRefuses("15", self.ask("/order/made/up/v1"))

    def test_a_token_works_for_its_own_application_only(self):
        change = {"app_key": "sandbox-own-key"}
        self.caller.SECRET = "sandbox-own-secret"
        self.assertGatewayRefuses("19", self.ask(change=change))

    def test_an_expired_and_a_revoked_token_are_refused(self):
        self.sandbox.do("tokens", pin="jd_demo_quick", expire=True)
        self.assertGatewayRefuses("19", self.ask())
        self.caller = Caller(self.sandbox.url, "jd_demo_quick", "demo-quick")
        self.assertEqual(self.ask()["code"], "1000")
        self.sandbox.do("tokens", pin="jd_demo_quick", revoke=True)
        self.assertGatewayRefuses("19", self.ask())

    def test_the_pin_must_be_the_account_of_the_token(self):
        answer = self.ask(pin="jd_demo_basic")
        self.assertEqual(answer["code"], "2001")
        self.assertNotIn("data", answer)

    def test_the_pin_must_be_linked_to_the_department(self):
        for department in ("EBU0000000000201", "EBU9999999999999"):
            answer = self.ask(ownerNo=department)
            self.assertEqual(answer["code"], "2001")

    def test_requests_are_held_against_the_documented_fields(self):
        expected = [
            ("2000", {"ownerNo": ""}),
            ("2000", {"pin": None}),
            ("3008", {"ownerNo": 101}),
            ("2000", {"ownerNo": "EBU" + "0" * 48}),
            ("3008", {"departmentNo": DEPARTMENT}),
        ]
        for code, change in expected:
            with self.subTest(change):
                self.assertEqual(self.ask(**change)["code"], code)

    def test_the_body_must_be_an_array_with_one_object(self):
        for body in (b"{}", b"[]", b"[{}, {}]", b'["text"]', b"no json"):
            with self.subTest(body):
                answer = self.caller.send(WAREHOUSES, body).json()
                self.assertEqual(answer["code"], "3008")

    def test_the_body_must_be_json_in_utf_8_and_say_so(self):
        text = '[{"ownerNo": "EBU0000000000101", "pin": "jd_demo_quick"}]'
        for kind in (
            *("text/plain", "application/x-www-form-urlencoded", "application/jsonx"),
            *("", "application/json;charset=utf-16", "multipart/form-data"),
        ):
            with self.subTest(kind):
                answer = self.caller.send(
                    WAREHOUSES, text.encode(), {"Content-Type": kind}
                )
                self.assertEqual(answer.json()["code"], "3008")
        for kind in ("application/json; charset=UTF-8", "Application/JSON"):
            answer = self.caller.send(WAREHOUSES, text.encode(), {"Content-Type": kind})
            self.assertEqual(answer.json()["code"], "1000")
        for encoding in ("utf-16", "utf-16-le", "utf-32", "utf-8-sig", "latin-1"):
            with self.subTest(encoding):
                body = text.replace("quick", "quické").encode(encoding)
                answer = self.send_signed(body)
                self.assertEqual(answer.json()["code"], "3008")

    def send_signed(self, body):
        """Send bytes that are no text: the recipe is over them as they are."""
        query = self.caller.query("/integratedsupplychain" + WAREHOUSES, b"")
        content = b"".join(
            each if isinstance(each, bytes) else each.encode()
            for each in (
                *(Caller.SECRET, "access_token", query["access_token"]),
                *("app_key", query["app_key"], "method"),
                *("/integratedsupplychain", WAREHOUSES, "param_json", body),
                *("timestamp", query["timestamp"], "v2.0", Caller.SECRET),
            )
        )
        sign = hashlib.md5(content).hexdigest()
        return self.caller.send(WAREHOUSES, body, **(query | {"sign": sign}))

    def test_a_body_no_computer_should_read_is_refused_and_the_line_stays(self):
        deep = 50_000
        pieces = [
            r'"\ud800"',
            r'{"\udc00": 1}',
            "[" * deep + "]" * deep,
            '{"a":' * deep + "1" + "}" * deep,
            "[" * 300 + "]" * 300,
            "NaN",
            "-Infinity",
            "1e999",
            "9" * 5000,
        ]
        for piece in pieces:
            with self.subTest(piece[:20]):
                body = f'[{{"ownerNo": {piece}, "pin": "jd_demo_quick"}}]'.encode()
                answer = self.caller.send(WAREHOUSES, body).json()
                told = answer["code"], "the body" in answer["message"]
                self.assertEqual(told, ("3008", True))
                self.assertEqual(self.ask()["code"], "1000")

    def test_a_mistake_of_the_sandboxs_own_is_jds_system_error(self):
        address = f"{self.sandbox.url}/sandbox/stock"
        deep = b'{"rows": ' + b"[" * 50_000 + b"]" * 50_000 + b"}"
        kind = {"Content-Type": "application/json"}
        answer = requests.post(address, data=deep, headers=kind, timeout=TIMEOUT)
        self.assertEqual((answer.status_code, answer.json()["code"]), (500, "4000"))

    def test_every_answer_has_a_request_id_and_a_trace_id_to_quote(self):
        body = json.dumps([{"ownerNo": DEPARTMENT, "pin": "jd_demo_quick"}]).encode()
        good = self.caller.send(WAREHOUSES, body)
        refused = self.caller.send(WAREHOUSES, b"[{}]")
        denied = self.caller.send(WAREHOUSES, body, access_token="made-up")
        answers = [good.json(), refused.json(), denied.json()["error_response"]]
        numbers = {answer["requestId"] for answer in answers}
        traces = {each.headers["Lop-Trace-Id"] for each in (good, refused, denied)}
        self.assertEqual((len(numbers), len(traces)), (3, 3))

    def test_an_application_without_the_right_is_refused(self):
        forbidden = ["queryWarehouseInfo"]
        self.sandbox.do("application", key=Caller.KEY, forbidden_calls=forbidden)
        self.assertGatewayRefuses("24", self.ask())

    def test_calls_are_counted_and_end_with_the_days_budget(self):
        self.assertEqual(self.sandbox.do("settings")["daily_budget"], 10_000)
        self.sandbox.do("settings", daily_budget=2)
        self.ask()
        self.ask()
        self.assertGatewayRefuses("2", self.ask())
        self.assertEqual(self.caller.call(OWNERS, {})["code"], "1000")
        counts = {row["call"]: row["count"] for row in self.sandbox.get("calls")}
        self.assertEqual(counts["queryWarehouseInfo"], 2)

    def test_a_disabled_warehouse_is_shown_as_disabled(self):
        self.sandbox.do("warehouse", no="110000101", status="3")
        [row] = self.ask(warehouseNo="110000101")["data"]
        self.assertEqual(row["status"], "3")

    def test_departments_and_warehouses_can_be_added(self):
        self.sandbox.do("account", pin="new", password="secret")
        self.sandbox.do("department", no="EBU0000000000900", pins=["new"])
        self.sandbox.do("warehouse", no="110000900", departments=["EBU0000000000900"])
        caller = Caller(self.sandbox.url, "new", "secret")
        request = {"ownerNo": "EBU0000000000900", "pin": "new"}
        [row] = caller.call(WAREHOUSES, request)["data"]
        self.assertEqual((row["warehouseNo"], row["status"]), ("110000900", "2"))

    def test_latency_delays_calls_but_lets_them_run_side_by_side(self):
        self.sandbox.do("settings", latency_ms=300)
        started = time.monotonic()
        self.ask()
        self.assertGreaterEqual(time.monotonic() - started, 0.3)
        started = time.monotonic()
        self.sandbox.get("state")
        self.assertLess(time.monotonic() - started, 0.3)


@tagged("post_install", "-at_install")
class TestSandboxFaults(CallerCase):
    def ask(self):
        request = {"ownerNo": DEPARTMENT, "pin": "jd_demo_quick"}
        return self.caller.call(WAREHOUSES, request)

    def count_calls(self):
        counts = {row["call"]: row["count"] for row in self.sandbox.get("calls")}
        return counts.get("queryWarehouseInfo", 0)

    def test_a_time_out_after_the_work_leaves_the_work_done(self):
        self.sandbox.do("fault", kind="timeout_after", count=1)
        with self.assertRaises(requests.ConnectionError):
            self.ask()
        self.assertEqual(self.count_calls(), 1)
        self.assertEqual(self.ask()["code"], "1000")

    def test_a_time_out_before_the_work_leaves_it_undone(self):
        self.sandbox.do("fault", kind="timeout_before", count=1)
        with self.assertRaises(requests.ConnectionError):
            self.ask()
        self.assertEqual(self.count_calls(), 0)

    def test_a_held_connection_answers_nothing(self):
        self.sandbox.do("fault", kind="timeout_after", count=1, seconds=30)
        body = b'[{"ownerNo": "EBU0000000000101", "pin": "jd_demo_quick"}]'
        address = f"{self.sandbox.url}/integratedsupplychain{WAREHOUSES}"
        query = self.caller.query(f"/integratedsupplychain{WAREHOUSES}", body)
        with socket_to(self.sandbox.url) as line:
            request = requests.Request("POST", address, params=query, data=body)
            line.sendall(raw(request.prepare()))
            line.settimeout(0.5)
            with self.assertRaises(TimeoutError):
                line.recv(1)
        self.assertEqual(self.count_calls(), 1)

    def test_jds_own_faults_answer_with_their_codes(self):
        expected = {
            "throttle": "2",
            "budget": "2",
            "expire_token": "19",
            "busy": "2002",
            "refuse": "4000",
        }
        for kind, code in expected.items():
            with self.subTest(kind):
                self.sandbox.do("fault", kind=kind, call="queryWarehouseInfo")
                answer = self.ask()
                answer = answer.get("error_response", answer)
                self.assertEqual(answer["code"], code)
                self.sandbox.do("reset")
                self.setUp()

    def test_a_proxy_may_answer_with_html(self):
        self.sandbox.do("fault", kind="html_502", count=1)
        answer = self.caller.send(WAREHOUSES, b"[{}]")
        self.assertEqual(answer.status_code, 502)
        self.assertIn("text/html", answer.headers["Content-Type"])

    def test_the_same_seed_strikes_the_same_requests(self):
        def strikes():
            self.sandbox.do("reset")
            self.caller = Caller(self.sandbox.url, "jd_demo_quick", "demo-quick")
            self.sandbox.do("fault", kind="busy", ratio=0.3)
            return [self.ask()["code"] == "2002" for _ in range(40)]

        first = strikes()
        self.assertEqual(first, strikes())
        self.assertIn(sum(first), range(4, 21))

    def test_a_fault_of_one_call_leaves_the_others_alone_and_can_be_cleared(self):
        self.sandbox.do("fault", kind="throttle", call="querySoOrder")
        self.assertEqual(self.ask()["code"], "1000")
        self.sandbox.do("fault", kind="throttle")
        self.assertIn("error_response", self.ask())
        self.sandbox.do("clear_faults")
        self.assertEqual(self.ask()["code"], "1000")

    def test_the_token_address_can_fail_too(self):
        self.sandbox.do("fault", kind="html_502", call="oauthToken")
        query = {"client_id": Caller.KEY}
        answer = requests.get(
            f"{self.sandbox.url}/oauth/token", params=query, timeout=TIMEOUT
        )
        self.assertEqual(answer.status_code, 502)

    def test_a_mistaken_command_is_told_what_is_wrong(self):
        url = f"{self.sandbox.url}/sandbox"
        unknown = requests.post(f"{url}/nothing", json={}, timeout=TIMEOUT)
        self.assertEqual(unknown.status_code, 404)
        wrong = requests.post(f"{url}/fault", json={"kind": "fire"}, timeout=TIMEOUT)
        self.assertEqual(wrong.status_code, 400)
        self.assertIn("timeout_after", wrong.json()["error"])
        row = {"warehouse": "110000101", "rows": [{"quantity": 1}]}
        nameless = requests.post(f"{url}/stock", json=row, timeout=TIMEOUT)
        self.assertIn("no goods", nameless.json()["error"])

    def test_no_other_sites_page_can_send_a_command(self):
        url = f"{self.sandbox.url}/sandbox/reset"
        plain = {"Content-Type": "text/plain"}
        answer = requests.post(url, data="{}", headers=plain, timeout=TIMEOUT)
        self.assertEqual(answer.status_code, 415)


@tagged("post_install", "-at_install")
class TestSandboxProgram(BaseCase):
    def start(self, *options):
        process = subprocess.Popen(
            [sys.executable, "-m", "sandbox", "--port", "0", *options],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for stream in (process.stdin, process.stdout, process.stderr):
            self.addCleanup(stream.close)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        ready = process.stdout.readline()
        self.assertRegex(ready, r"^JD sandbox listening on http://127\.0\.0\.1:\d+\n$")
        return process, ready.split()[-1]

    def test_it_ends_cleanly_when_told_to_or_when_interrupted(self):
        for number in (signal.SIGTERM, signal.SIGINT):
            process, _url = self.start()
            process.send_signal(number)
            self.assertEqual(process.wait(timeout=5), 0)
            self.assertEqual(process.stderr.read(), "")

    def test_it_can_end_with_the_program_that_started_it(self):
        process, _url = self.start("--until-stdin-closes")
        process.stdin.close()
        self.assertEqual(process.wait(timeout=5), 0)

    def test_it_explains_its_options(self):
        made = subprocess.run(
            [sys.executable, "-m", "sandbox", "--help"],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
        )
        self.assertIn("--daily-budget", made.stdout)

    def test_its_log_has_a_line_per_call_and_no_secret(self):
        with tempfile.NamedTemporaryFile("r") as log:
            _process, url = self.start("--log", log.name)
            caller = Caller(url, "jd_demo_quick", "demo-quick")
            request = {"ownerNo": DEPARTMENT, "pin": "jd_demo_quick"}
            caller.call(WAREHOUSES, request)
            text = log.read()
        self.assertIn("queryWarehouseInfo 200", text)
        for secret in (caller.token, caller.code, Caller.SECRET, "demo-quick"):
            self.assertNotIn(secret, text)


def socket_to(url):
    parts = urlsplit(url)
    return socket.create_connection((parts.hostname, parts.port), timeout=TIMEOUT)


def raw(prepared):
    """Return a prepared request as it travels: Odoo's tests stretch short time-outs."""
    head = f"POST {prepared.path_url} HTTP/1.1\r\nHost: sandbox\r\n"
    return (
        f"{head}Content-Length: {len(prepared.body)}\r\n\r\n".encode() + prepared.body
    )
