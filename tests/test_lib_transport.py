import gzip
import logging
import os
import shutil
import socket
import ssl
import tempfile
import threading
import time
import traceback
import tracemalloc
import zlib
from contextlib import closing, contextmanager, suppress
from datetime import timedelta
from email.utils import format_datetime
from ipaddress import ip_address

import requests
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from odoo.tests import BaseCase, tagged

from ..lib.api import (
    CredentialsRefused,
    JdError,
    NotSent,
    OutcomeUnknown,
    RetryLater,
    Throttled,
)
from ..lib.clock import utc_now
from ..lib.threads import run_all
from ..lib.transport import Request, Transport

REAL_SEND = requests.Session.send
BODY = b'[{"pin":"one"}]'
SECRETS = {
    "access_token": "tok-5ecret",
    "client_secret": "app-5ecret",
    "code": "code-5ecret",
    "refresh_token": "ref-5ecret",
    "sign": "5ecret+/=",
}


def read_request(connection):
    """Return a request as it came; empty where the client has gone."""
    request = b""
    # It may come in pieces: an answer to a half would be one too many.
    while not request.endswith(BODY):
        piece = connection.recv(65536)
        if not piece:
            return b""
        request += piece
    return request


@contextmanager
def ill_behaved(behave, tls=None):
    """Run a server that reads one request per connection and then does `behave`.

    Gives the address and the list of requests received.

    :param tls: The SSL context of a server that speaks HTTPS.
    """
    received = []
    listener = socket.create_server(("127.0.0.1", 0))

    def serve():
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=handle, args=(connection,), daemon=True).start()

    def handle(connection):
        with closing(connection), suppress(OSError):
            if tls:
                connection = tls.wrap_socket(connection, server_side=True)
            received.append(read_request(connection))
            behave(connection)

    threading.Thread(target=serve, daemon=True).start()
    try:
        scheme = "https" if tls else "http"
        yield f"{scheme}://127.0.0.1:{listener.getsockname()[1]}", received
    finally:
        # A blocked accept() holds the socket open until it is shut down.
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()


def make_certificate(path):
    """Write a certificate of 127.0.0.1 and its key; return a server's SSL context."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    address = x509.IPAddress(ip_address("127.0.0.1"))
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(utc_now() - timedelta(days=1))
        .not_valid_after(utc_now() + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([address]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    form = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    pem = serialization.Encoding.PEM
    with open(path, "wb") as file:
        file.write(key.private_bytes(pem, *form) + certificate.public_bytes(pem))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    return context


def http(status, body, *headers):
    head = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers, "", ""]
    return "\r\n".join(head).encode() + body


def answering(*args):
    """Answer once; what keeps a connection open is tested by itself."""
    return lambda connection: connection.sendall(http(*args, "Connection: close"))


@tagged("post_install", "-at_install")
class TestTransport(BaseCase):
    @classmethod
    def _request_handler(cls, session, request, /, **kwargs):
        # Odoo's tests stop what is not for this machine; here the real network
        # stack has to say that there is no such host.
        return REAL_SEND(session, request, **kwargs)

    def setUp(self):
        super().setUp()
        self.transport = Transport(connect_timeout=1, read_timeout=0.3)
        self.addCleanup(self.transport.close)

    def send(self, base, *, question=False, read=None, number="JD0001"):
        request = Request(
            "addSoOrder",
            "POST",
            f"{base}/some/path",
            SECRETS,
            BODY,
            number=number,
            question=question,
            is_refusal=lambda answer: answer.get("code") == "2000",
        )
        return self.transport.send(request, read or (lambda answer: answer))

    def assertUnknown(self, behave, words):
        """An order may have been made, a question may be asked again."""
        with ill_behaved(behave) as (base, _received):
            with self.assertRaisesRegex(OutcomeUnknown, words) as caught:
                self.send(base)
            self.assertEqual(caught.exception.call, "addSoOrder")
            with self.assertRaisesRegex(RetryLater, words):
                self.send(base, question=True)

    def test_an_answer_is_read_as_json(self):
        with ill_behaved(answering("200 OK", b'{"code":"1000"}')) as (base, _):
            self.assertEqual(self.send(base), {"code": "1000"})

    def test_nobody_listening_means_nothing_happened(self):
        with closing(socket.create_server(("127.0.0.1", 0))) as listener:
            port = listener.getsockname()[1]
        with self.assertRaisesRegex(RetryLater, "cannot be reached"):
            self.send(f"http://127.0.0.1:{port}")

    def test_a_name_nobody_knows_means_nothing_happened(self):
        with self.assertRaises(RetryLater):
            self.send("http://nobody.invalid")

    def test_a_host_that_takes_no_connection_means_nothing_happened(self):
        listener = socket.create_server(("127.0.0.1", 0), backlog=0)
        self.addCleanup(listener.close)
        address = listener.getsockname()
        for _ in range(2):  # fill the queue of a server that accepts nothing
            waiting = socket.socket()
            waiting.setblocking(False)
            waiting.connect_ex(address)
            self.addCleanup(waiting.close)
        self.transport = Transport(connect_timeout=0.3, read_timeout=5)
        with self.assertRaisesRegex(RetryLater, "did not take the connection"):
            self.send(f"http://127.0.0.1:{address[1]}")

    def test_silence_after_the_request_leaves_the_outcome_open(self):
        self.assertUnknown(lambda connection: time.sleep(1), "in time")

    def test_silence_in_the_middle_of_an_answer_leaves_the_outcome_open(self):
        def half(connection):
            connection.sendall(http("200 OK", b'{"code":"1000"}')[:-5])
            time.sleep(1)

        self.assertUnknown(half, "in time")

    def test_a_cut_line_leaves_the_outcome_open(self):
        self.assertUnknown(lambda connection: None, "broke off")

    def test_a_line_cut_after_the_headers_leaves_the_outcome_open(self):
        cut = http("200 OK", b'{"code":"1000"}')[:-15]
        # Older versions of urllib3 give what came as if it were all.
        words = "broke off|format"
        self.assertUnknown(lambda connection: connection.sendall(cut), words)

    def test_a_server_error_leaves_the_outcome_open(self):
        html = b"<html><h1>502 Bad Gateway</h1></html>"
        self.assertUnknown(answering("502 Bad Gateway", html), "HTTP 502")
        for body in (b'{"code":"1000"}', b'{"code":"2000"}'):
            self.assertUnknown(answering("500 Oops", body), "HTTP 500")

    def test_what_is_not_a_json_object_leaves_the_outcome_open(self):
        nested = b"[" * 100_000
        for body in (b"<html></html>", b"", b'{"code":', b"[1]", b"\xff\xfe", nested):
            with self.subTest(body=body[:20]):
                self.assertUnknown(answering("200 OK", body), "format")

    def test_a_redirect_is_not_followed(self):
        with ill_behaved(answering("200 OK", b'{"code":"1000"}')) as (other, asked):
            moved = answering("302 Found", b"", f"Location: {other}/")
            self.assertUnknown(moved, "format")
            self.assertFalse(asked)

    def test_an_endless_answer_is_given_up(self):
        self.transport = Transport(read_timeout=5, max_answer_bytes=100_000)
        chunk = b"10000\r\n" + b" " * 0x10000 + b"\r\n"

        def pour(connection):
            head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
            connection.sendall(head)
            while True:
                connection.sendall(chunk)

        self.assertUnknown(pour, "longer than 100000 bytes")

    def test_too_many_requests_ask_for_a_pause_whatever_the_body_says(self):
        in_an_hour = format_datetime(utc_now() + timedelta(hours=1)) + " GMT"
        for headers, at_least, at_most in (
            ([], 60, 60),
            (["Retry-After: 120"], 120, 120),
            (["Retry-After: 0"], 1, 1),
            (["Retry-After: 99999999"], 86_400, 86_400),
            ([f"Retry-After: {in_an_hour.replace('-0000 ', '')}"], 3_500, 3_600),
            (["Retry-After: soon"], 60, 60),
            (["Retry-After: Wed, 99 Xyz 99999 00:00:00 GMT"], 60, 60),
        ):
            for body in (b"slow down", b'{"code":"2000"}', b'{"code":"1000"}'):
                behave = answering("429 Too Many Requests", body, *headers)
                server = ill_behaved(behave)
                with self.subTest(headers=headers, body=body), server as (base, _):
                    with self.assertRaises(Throttled) as caught:
                        self.send(base)
                    self.assertGreaterEqual(caught.exception.wait_seconds, at_least)
                    self.assertLessEqual(caught.exception.wait_seconds, at_most)

    def test_a_refusal_in_nobodys_words_leaves_the_outcome_open(self):
        for status in ("403 Forbidden", "400 Bad", "404 Not Found", "413 Large"):
            for body in (b"<html>no</html>", b"{}", b'{"code":"1000"}', b"[]", b""):
                with self.subTest(status=status, body=body):
                    self.assertUnknown(answering(status, body), "HTTP 4")

    def test_a_refusal_in_jds_words_is_heard(self):
        with ill_behaved(answering("400 Bad", b'{"code":"2000"}')) as (base, _):
            self.assertEqual(self.send(base), {"code": "2000"})

    def test_other_statuses_are_no_answer(self):
        for status in ("201 Created", "204 No Content", "302 Found", "304 Same"):
            with self.subTest(status):
                body = b"" if status[:3] in ("204", "304") else b'{"code":"2000"}'
                self.assertUnknown(answering(status, body), "format")

    # === BOUNDS === #

    def test_an_answer_that_trickles_in_is_given_up(self):
        self.transport = Transport(read_timeout=0.3, total_time=0.6)
        whole = http("200 OK", b'{"code":"1000"}')

        def trickle(start):
            def behave(connection):
                connection.sendall(whole[:start])
                for byte in whole[start:]:
                    time.sleep(0.1)
                    connection.sendall(bytes([byte]))

            return behave

        for start in (0, 5, len(whole) - 12):
            with self.subTest(start=start):
                began = time.monotonic()
                self.assertUnknown(trickle(start), "in time")
                self.assertLess(time.monotonic() - began, 4, "two calls")

    def test_an_answer_that_stops_is_given_up_when_the_time_is_up(self):
        self.transport = Transport(read_timeout=5, total_time=0.4)

        def stop(connection):
            connection.sendall(http("200 OK", b'{"code":"1000"}')[:-5])
            time.sleep(4)

        began = time.monotonic()
        self.assertUnknown(stop, "in time")
        self.assertLess(time.monotonic() - began, 4, "two calls")

    def test_an_answer_through_tls_is_given_up_in_time_too(self):
        folder = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, folder)
        path = os.path.join(folder, "certificate.pem")
        tls = make_certificate(path)
        session = requests.Session()
        session.verify = path
        self.transport = Transport(session=session, read_timeout=0.5, total_time=0.8)
        whole = http("200 OK", b'{"code":"1000"}')
        with ill_behaved(lambda connection: connection.sendall(whole), tls) as (
            base,
            _,
        ):
            self.assertEqual(self.send(base), {"code": "1000"})

        def trickle(connection):
            for byte in whole:
                time.sleep(0.1)
                connection.sendall(bytes([byte]))

        with (
            ill_behaved(trickle, tls) as (base, _received),
            self.assertRaisesRegex(OutcomeUnknown, "in time"),
        ):
            self.send(base)

    def test_a_call_that_finds_no_place_was_not_sent(self):
        self.transport = Transport(pool_size=1, read_timeout=2, total_time=0.4)
        entered, leave = threading.Event(), threading.Event()

        def stand(answer):
            entered.set()
            leave.wait(5)

        with ill_behaved(answering("200 OK", b"{}")) as (base, received):
            first = threading.Thread(
                target=self.send, args=[base], kwargs={"read": stand}
            )
            first.start()
            entered.wait(5)
            with self.assertRaisesRegex(RetryLater, "Too many calls"):
                self.send(base)
            leave.set()
            first.join()
            self.assertEqual(len(received), 1)
            self.assertEqual(self.send(base), {})

    def test_a_packed_answer_is_unpacked_once_and_within_bounds(self):
        self.transport = Transport(read_timeout=5, max_answer_bytes=1_000_000)
        body = b'{"code":"1000"}'
        packed = gzip.compress(body)
        with ill_behaved(answering("200 OK", packed, "Content-Encoding: gzip")) as (
            base,
            received,
        ):
            self.assertEqual(self.send(base), {"code": "1000"})
        self.assertIn(b"accept-encoding: gzip\r\n", received[0].lower())
        bomb = gzip.compress(b" " * 50_000_000)
        self.assertLess(len(bomb), 100_000)
        for encoding, content, words in (
            ("gzip", bomb, "longer than"),
            ("gzip", packed[:-9], "broke off"),
            ("gzip", body, "decompressed"),
            ("gzip, gzip", gzip.compress(packed), "compressed in an unknown way"),
            ("gzip,gzip,gzip", gzip.compress(packed), "compressed in an unknown way"),
            ("deflate", zlib.compress(body), "compressed in an unknown way"),
            ("br", body, "compressed in an unknown way"),
        ):
            with self.subTest(encoding=encoding, words=words):
                behave = answering("200 OK", content, f"Content-Encoding: {encoding}")
                self.assertUnknown(behave, words)

    def test_a_packed_answer_is_never_whole_in_memory(self):
        self.transport = Transport(read_timeout=5, max_answer_bytes=1_000_000)
        bomb = gzip.compress(b" " * 50_000_000)
        tracemalloc.start()
        self.addCleanup(tracemalloc.stop)
        self.assertUnknown(
            answering("200 OK", bomb, "Content-Encoding: gzip"), "longer than"
        )
        self.assertLess(tracemalloc.get_traced_memory()[1], 10_000_000)

    def test_objects_in_each_other_without_end_are_no_answer(self):
        for depth, taken in ((20, True), (40, False), (5_000, False)):
            body = b'{"a":' * depth + b"1" + b"}" * depth
            with self.subTest(depth=depth):
                if taken:
                    with ill_behaved(answering("200 OK", body)) as (base, _):
                        self.assertIn("a", self.send(base))
                else:
                    self.assertUnknown(answering("200 OK", body), "format")

    def test_an_error_keeps_what_jds_support_asks_for(self):
        trace = "Lop-Trace-Id: T-123"
        for status in ("502 Bad Gateway", "429 Too Many", "200 OK", "403 Forbidden"):
            with ill_behaved(answering(status, b"x", trace)) as (base, _):
                for question in (False, True):
                    with self.subTest(status=status, question=question):
                        with self.assertRaises(JdError) as caught:
                            self.send(base, question=question)
                        self.assertEqual(caught.exception.trace_id, "T-123")
                        self.assertEqual(caught.exception.call, "addSoOrder")

    def test_nothing_of_the_environment_changes_a_call(self):
        ordinary = ill_behaved(answering("200 OK", b"{}"))
        with self.hostile_environment(), ordinary as (base, received):
            self.send(base)
        self.assertNotIn(b"authorization", received[0].lower())

    @contextmanager
    def hostile_environment(self):
        names = {"http_proxy": "http://127.0.0.1:9", "HTTP_PROXY": "http://127.0.0.1:9"}
        with tempfile.NamedTemporaryFile("w", suffix="netrc") as file:
            file.write("machine 127.0.0.1 login someone password something\n")
            file.flush()
            names["NETRC"] = file.name
            before = {name: os.environ.get(name) for name in names}
            os.environ.update(names)
            try:
                yield
            finally:
                for name, value in before.items():
                    os.environ.pop(name)
                    if value is not None:
                        os.environ[name] = value

    def test_a_cookie_of_jd_is_not_sent_back(self):
        behave = answering("200 OK", b"{}", "Set-Cookie: account=one; Path=/")
        with ill_behaved(behave) as (base, received):
            self.send(base)
            self.send(base)
        self.assertEqual(len(received), 2)
        self.assertNotIn(b"cookie", received[1].lower())

    def test_connections_are_used_again(self):
        connections = []

        def answer_for_ever(connection):
            connections.append(connection)
            while True:
                connection.sendall(http("200 OK", b"{}"))
                if not read_request(connection):
                    return

        with ill_behaved(answer_for_ever) as (base, _):
            for _ in range(5):
                self.send(base)
        self.assertEqual(len(connections), 1)


@tagged("post_install", "-at_install")
class TestTransportLog(BaseCase):
    """What anybody's log gets to see of a call."""

    def setUp(self):
        super().setUp()
        self.transport = Transport(connect_timeout=1, read_timeout=0.3)
        self.addCleanup(self.transport.close)

    def send(self, base, read=lambda answer: answer):
        request = Request("querySoOrder", "POST", base, SECRETS, BODY, "JD0001")
        return self.transport.send(request, read)

    def test_each_call_leaves_one_line_with_its_outcome(self):
        def refuse(answer):
            raise CredentialsRefused("JD says no to Somchai", code="12")

        server = ill_behaved(answering("200 OK", b"{}"))
        with server as (base, _), self.assertLogs(Transport.__module__) as logs:
            self.send(base)
            with self.assertRaises(CredentialsRefused):
                self.send(base, refuse)
        lines = [record.getMessage() for record in logs.records]
        self.assertEqual(len(lines), 2)
        self.assertRegex(lines[0], r"^JD querySoOrder JD0001: ok, \d+ ms$")
        self.assertRegex(
            lines[1], r"^JD querySoOrder JD0001: CredentialsRefused 12, \d+ ms$"
        )

    def test_no_secret_reaches_any_log_or_error(self):
        behaviours = (
            answering("200 OK", b'{"code":"1000"}'),
            answering("502 Bad Gateway", b"<html></html>"),
            answering("200 OK", b"nonsense"),
            lambda connection: None,
            lambda connection: time.sleep(1),
        )
        errors = []
        with self.assertLogs(level=logging.DEBUG) as logs:
            for behave in behaviours:
                with ill_behaved(behave) as (base, _):
                    errors += self.get_errors(base)
            errors += self.get_errors("http://127.0.0.1:1")
        text = "\n".join(record.getMessage() for record in logs.records)
        self.assertIn("access_token=***", text, "urllib3 logs addresses in full")
        self.assertEqual(len(errors), 5)
        self.assertNotIn("5ecret", text + "\n".join(errors))

    def get_errors(self, base):
        try:
            self.send(base)
        except (OutcomeUnknown, RetryLater):
            return [traceback.format_exc()]
        return []


@tagged("post_install", "-at_install")
class TestRunAll(BaseCase):
    def test_results_stand_in_the_order_of_the_items(self):
        def late(item):
            time.sleep(0.05 / (item + 1))
            return item * 2

        self.assertEqual(run_all(late, range(6), 6), [0, 2, 4, 6, 8, 10])

    def test_the_items_run_at_the_same_time(self):
        together = threading.Barrier(4, timeout=5)
        run_all(lambda item: together.wait(), range(4), 4)
        self.assertFalse(together.broken)

    def test_one_failure_disturbs_no_other(self):
        def work(item):
            return 12 // item

        first, failed, last = run_all(work, [1, 0, 2], 2)
        self.assertEqual((first, last), (12, 6))
        self.assertIsInstance(failed, ZeroDivisionError)

    def test_after_a_pause_is_asked_nothing_more_is_sent(self):
        for error in (
            Throttled("wait", wait_seconds=1),
            CredentialsRefused("no"),
        ):
            with self.subTest(error=type(error).__name__):
                sent = []

                def work(item, sent=sent, error=error):
                    sent.append(item)
                    if item == 1:
                        raise error
                    return item

                results = run_all(work, range(5), 1)
                self.assertEqual(sent, [0, 1])
                self.assertEqual(results[:2], [0, error])
                self.assertEqual([each.stopped_by for each in results[2:]], [error] * 3)

    def test_when_patience_is_over_nothing_more_is_sent(self):
        sent = []

        def work(item):
            sent.append(item)
            time.sleep(0.1)
            return item

        results = run_all(work, range(4), 1, patience=0.05)
        self.assertEqual(sent, [0])
        self.assertEqual(results[0], 0)
        for result in results[1:]:
            self.assertIs(type(result), NotSent)
            self.assertIsNone(result.stopped_by)

    def test_a_thread_names_the_database_of_its_caller_to_the_log(self):
        thread = threading.current_thread()
        self.addCleanup(setattr, thread, "dbname", getattr(thread, "dbname", None))
        thread.dbname = "ours"
        names = run_all(lambda _item: threading.current_thread().dbname, range(3), 2)
        self.assertEqual(names, ["ours"] * 3)

    def test_after_an_ordinary_refusal_the_rest_is_sent(self):
        def work(item):
            if item == 1:
                raise OutcomeUnknown("?")
            return item

        results = run_all(work, range(4), 1)
        self.assertEqual([results[0], *results[2:]], [0, 2, 3])
