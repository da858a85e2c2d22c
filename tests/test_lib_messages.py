"""JD's messages in three forms: who is believed, what is understood, what is answered.

The signed form is tested over HTTP in `test_push_endpoint`.
"""

import hashlib
import json
from datetime import timedelta

from odoo.tests import BaseCase, tagged

from .. import lib
from ..lib.api import (
    Application,
    MessageForm,
    MessageRejected,
    OrderKind,
    PostedMessage,
)
from ..lib.clock import to_jd, utc_now

APPLICATION = Application("key", "secret")
AGE = timedelta(minutes=10)
EXPRESS = {
    "waybillCode": "JDVA1",
    "orderId": "SO-1",
    "state": "10034",
    "operationTime": "2026-03-01 12:00:00",
    "operator": "张三",
}


def envelope(body, key="secret", timestamp=None, **changes):
    """Return a form as JD posts it, signed by the convention and not by our code."""
    text = body if isinstance(body, str) else json.dumps(body, ensure_ascii=False)
    timestamp = timestamp or to_jd(utc_now())
    token = hashlib.md5(f"{text}{timestamp}{key}".encode()).hexdigest()
    form = {
        "message_id": "M-1",
        "token": token,
        "format": "json",
        "timestamp": timestamp,
        "request_body": text,
    }
    return PostedMessage(form=form | changes)


def plain(body, path_secret="p" * 32):
    body = body if isinstance(body, bytes) else json.dumps(body).encode()
    return PostedMessage(body=body, path_secret=path_secret)


class FormCase(BaseCase):
    form = None

    def setUp(self):
        super().setUp()
        self.messages = lib.get_messages("jdl", self.form)

    def verify(self, posted, application=APPLICATION, **options):
        self.messages.verify(posted, application, now=utc_now(), max_age=AGE, **options)

    def assertRejected(self, status, function, *args, **options):
        with self.assertRaises(MessageRejected) as caught:
            function(*args, **options)
        self.assertEqual(caught.exception.status, status)


@tagged("post_install", "-at_install")
class TestEnvelope(FormCase):
    form = MessageForm.ENVELOPE

    def test_the_token_of_the_raw_text_is_believed(self):
        for body in (EXPRESS, '{"a": 1 }', "", "不是JSON", '{"a":"\\u4e0d"}'):
            with self.subTest(body=body):
                self.verify(envelope(body))

    def test_a_key_of_its_own_is_used_where_one_was_agreed(self):
        application = Application("key", "secret", message_key="agreed")
        self.verify(envelope(EXPRESS, "agreed"), application)
        self.assertRejected(401, self.verify, envelope(EXPRESS), application)

    def test_what_is_not_signed_so_is_rejected(self):
        good = envelope(EXPRESS).form
        for changes in (
            {"token": ""},
            {"token": "0" * 32},
            {"token": good["token"].upper()},
            {"token": "签名"},
            {"token": "\ud800"},
            {"request_body": good["request_body"] + " "},
            {"timestamp": to_jd(utc_now() + timedelta(minutes=1))},
        ):
            with self.subTest(changes=changes):
                posted = PostedMessage(form=good | changes)
                self.assertRejected(401, self.verify, posted)
        for name in ("token", "timestamp", "request_body"):
            form = {key: value for key, value in good.items() if key != name}
            self.assertRejected(401, self.verify, PostedMessage(form=form))
        self.assertRejected(401, self.verify, envelope(EXPRESS, key=""))

    def test_without_a_key_nothing_is_believed(self):
        application = Application("key", "")
        self.assertRejected(401, self.verify, envelope(EXPRESS, ""), application)

    def test_an_old_message_is_rejected_and_one_without_a_time_is_none(self):
        for minutes in (-11, 11):
            at = to_jd(utc_now() + timedelta(minutes=minutes))
            self.assertRejected(401, self.verify, envelope(EXPRESS, timestamp=at))
        self.assertRejected(400, self.verify, envelope(EXPRESS, timestamp="soon"))

    def test_the_id_of_a_message_is_jds_or_that_of_its_text(self):
        body = {"orderNo": "ESL1"}
        [message] = self.messages.parse(envelope(body))
        self.assertEqual(message.number, "M-1")
        for nothing in ("", None):
            [first] = self.messages.parse(envelope(body, message_id=nothing))
            [again] = self.messages.parse(envelope(body, message_id=nothing))
            [other] = self.messages.parse(
                envelope({"orderNo": "ESL2"}, message_id=nothing)
            )
            self.assertEqual(first.number, again.number)
            self.assertNotEqual(first.number, other.number)

    def test_the_answers_are_those_the_form_expects(self):
        self.assertEqual(
            self.messages.answer(), {"statusCode": 0, "statusMessage": "OK"}
        )
        answer = self.messages.answer(MessageRejected(401, "no"))
        self.assertEqual(answer, {"statusCode": 1, "statusMessage": "no"})


@tagged("post_install", "-at_install")
class TestPlain(FormCase):
    form = MessageForm.PLAIN

    def test_only_the_address_that_jd_was_told_is_believed(self):
        self.verify(plain({}), path_secret="p" * 32)
        for given in ("", "p" * 31, "P" * 32, "路" * 32, "p" * 33):
            self.assertRejected(
                401, self.verify, plain({}, given), path_secret="p" * 32
            )

    def test_without_such_an_address_nothing_is_believed(self):
        for given in ("", "p" * 32):
            self.assertRejected(401, self.verify, plain({}, given))

    def test_the_answers_are_those_the_form_expects(self):
        self.assertEqual(self.messages.answer(), {"code": "200"})
        answer = self.messages.answer(MessageRejected(404, "no"))
        self.assertEqual(answer, {"code": "500", "msg": "no"})

    def test_a_message_in_known_members_is_read_like_a_signed_one(self):
        [message] = self.messages.parse(
            plain(
                {
                    "pin": "demo",
                    "orderType": "CGRK",
                    "orderNo": "EPL1",
                    "erpOrderNo": "CGRK-1",
                    "status": 20,
                    "operateTime": "2026-03-01 12:00:00",
                }
            )
        )
        self.assertEqual((message.pin, message.kind), ("demo", OrderKind.INBOUND))
        self.assertEqual((message.order_number, message.status), ("EPL1", "20"))
        self.assertEqual(to_jd(message.happened_at), "2026-03-01 12:00:00")

    def test_a_number_anywhere_is_a_hint(self):
        for body, order_number, own_number, kind in (
            ({"data": {"x": [{"soNo": "ESL123"}]}}, "ESL123", "", OrderKind.OUTBOUND),
            ({"text": "订单ESL123已出库"}, "ESL123", "", OrderKind.OUTBOUND),
            ({"text": '{"po":"EPL5"}'}, "EPL5", "", OrderKind.INBOUND),
            ({"a": "EBR7"}, "EBR7", "", OrderKind.CUSTOMER_RETURN),
            ({"a": "ESR7"}, "ESR7", "", OrderKind.CUSTOMER_RETURN),
            ({"a": "EBS7"}, "EBS7", "", OrderKind.SUPPLIER_RETURN),
            (
                EXPRESS | {"orderId": "XSCK-AB12CD-0000007"},
                "",
                "XSCK-AB12CD-0000007",
                OrderKind.OUTBOUND,
            ),
            ({"orderNo": {"odd": "ESL9"}}, "ESL9", "", OrderKind.OUTBOUND),
        ):
            with self.subTest(body=body):
                [message] = self.messages.parse(plain(body))
                self.assertEqual(message.order_number, order_number)
                self.assertEqual(message.own_number, own_number)
                self.assertEqual(message.kind, kind)

    def test_the_express_names_of_status_and_time_are_read(self):
        body = EXPRESS | {"orderId": "XSCK-AB12CD-0000007"}
        [message] = self.messages.parse(plain(body))
        self.assertEqual(message.status, "10034")
        self.assertEqual(to_jd(message.happened_at), "2026-03-01 12:00:00")

    def test_every_order_that_a_message_names_is_a_hint_of_its_own(self):
        found = self.messages.parse(plain({"a": ["ESL1", "EPL2", "ESL1 EBS3"]}))
        self.assertEqual(
            [message.order_number for message in found], ["ESL1", "EPL2", "EBS3"]
        )
        self.assertEqual(len({message.number for message in found}), 3)
        many = self.messages.parse(plain({"a": [f"ESL{n}" for n in range(5_000)]}))
        self.assertLess(len(many), 100)

    def test_nothing_about_a_person_is_kept(self):
        body = EXPRESS | {"orderId": "XSCK-1", "receiver": "Somchai"}
        [message] = self.messages.parse(plain(body))
        for personal in ("张三", "Somchai"):
            self.assertNotIn(personal, str(message))

    def test_what_names_no_order_is_no_message(self):
        nested = b'{"a":' * 5_000 + b"1" + b"}" * 5_000
        for body in (
            *(b"", b"null", b"[]", b"{", b"\xff\xfe", nested),
            *({}, EXPRESS, {"a": "XESL1"}, {"a": "ESL"}, {"a": "ESLA1"}, {"ESL1": 1}),
            *({"a": "ESL1A"}, {"a": "ESL" + "1" * 31}),
            {"a": "1" * 100},
        ):
            with self.subTest(body=body[:20] if isinstance(body, bytes) else body):
                self.assertRejected(400, self.messages.parse, plain(body))

    def test_a_member_of_another_type_is_left_out(self):
        for odd in ({}, [], True, 1.5, "x" * 200, 10**200, None):
            body = {"orderNo": "ESL1", "status": odd, "operateTime": odd, "pin": odd}
            [message] = self.messages.parse(plain(body))
            self.assertEqual((message.status, message.pin), ("", ""))
            self.assertIsNone(message.happened_at)
