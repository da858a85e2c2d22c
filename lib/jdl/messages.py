"""Reads JD's messages. Their real form is not public; three forms are supported.

SIGNED is our convention: JSON with MEMBERS. The query has `app_key`, `method` (the
topic), `timestamp` (GMT+8), `v` and `sign`, a signature like that of a call, without
the token and over the raw body. ENVELOPE and PLAIN are known from JD's express
messages: a form whose `token` is the MD5 of the text inside, its time and a key; and
JSON without a signature. The members of their JSON may have other names: then all its
text is searched for order numbers, which is enough to ask JD about these orders.

If JD's real form differs, only this file and `lib.signing` change.
"""

import hashlib
import hmac
import json
import re

from .. import clock, signing
from ..api import SELF_TEST, Message, MessageForm, MessageRejected, PostedMessage
from ..text import make_storable
from .kinds import CODES, KINDS, find_order_numbers, get_kind_of_number

TOPIC = "order.status"
_TEST_BODY = json.dumps({SELF_TEST: True}).encode()
MEMBERS = (
    "messageId",
    "pin",
    "ownerNo",
    "warehouseNo",
    "orderType",
    "orderNo",
    "erpOrderNo",
    "status",
    "operateTime",
)
REQUIRED_MEMBERS = ("messageId", "pin", "orderType", "status", "operateTime")
_MEMBER_LENGTH = 100
# Limits the work that one message can cause.
_MOST_HINTS = 50
_MOST_DEPTH = 16
# Name in MEMBERS → its other names, in JD's express messages.
_OTHER_NAMES = {"status": ("state",), "operateTime": ("operationTime",)}
# Our numbers begin with the code of their kind.
_OWN_NUMBER = re.compile(
    rf"(?<![0-9A-Za-z])(?:{'|'.join(CODES.values())})-[0-9A-Za-z/_-]{{1,45}}"
)


def get_messages(form):
    """Return the `api.Messages` of a form."""
    return _FORMS[form]()


class _SignedMessages:
    """`MessageForm.SIGNED`: signed like a call to the gateway, without a token."""

    def get_application_key(self, posted):
        return posted.query.get("app_key", "").replace("\0", "")

    def verify(self, posted, application, *, now, max_age, path_secret=""):
        query = posted.query
        if not signing.is_message_signed(
            query.get("sign"),
            application.secret,
            algorithm=application.algorithm,
            app_key=application.key,
            topic=query.get("method", ""),
            timestamp=query.get("timestamp", ""),
            version=query.get("v", ""),
            body=posted.body,
        ):
            raise MessageRejected(401, "signature not accepted")
        _check_age(query["timestamp"], now, max_age)

    def parse(self, posted):
        if posted.query.get("method") != TOPIC:
            raise MessageRejected(400, "topic not known")
        members = _read_members(_load(posted.body))
        if not all(members[name] for name in REQUIRED_MEMBERS):
            raise MessageRejected(400, "message not complete")
        happened_at = _read_time(members["operateTime"])
        return (_make_message(members, members["messageId"], happened_at),)

    def answer(self, rejection=None):
        if rejection is None:
            return {"code": "1000", "message": "success"}
        return {"code": str(rejection.status), "message": rejection.reason}

    def make_test(self, application, *, now):
        timestamp = clock.to_jd(now)
        sign = signing.message(
            application.secret,
            algorithm=application.algorithm,
            app_key=application.key,
            topic=TOPIC,
            body=_TEST_BODY,
            timestamp=timestamp,
        )
        query = {
            "app_key": application.key,
            "method": TOPIC,
            "timestamp": timestamp,
            "v": "2.0",
            "algorithm": application.algorithm,
            "sign": sign,
        }
        return PostedMessage(query=query, body=_TEST_BODY)

    def is_test(self, posted):
        return posted.body == _TEST_BODY


class _EnvelopeMessages:
    """`MessageForm.ENVELOPE`.

    The fields are `message_id`, `token`, `format`, `timestamp` and `request_body`.
    """

    def get_application_key(self, posted):
        return ""

    def verify(self, posted, application, *, now, max_age, path_secret=""):
        form = posted.form
        timestamp = form.get("timestamp", "")
        if not signing.is_envelope_signed(
            form.get("token", ""),
            application.message_key or application.secret,
            body=form.get("request_body", ""),
            timestamp=timestamp,
        ):
            raise MessageRejected(401, "signature not accepted")
        _check_age(timestamp, now, max_age)

    def parse(self, posted):
        body = posted.form.get("request_body", "")
        raw = body.encode(errors="replace")
        return _read_hints(raw, _read_text(posted.form.get("message_id")) or _hash(raw))

    def answer(self, rejection=None):
        if rejection is None:
            return {"statusCode": 0, "statusMessage": "OK"}
        return {"statusCode": 1, "statusMessage": rejection.reason}

    def make_test(self, application, *, now):
        body, timestamp = _TEST_BODY.decode(), clock.to_jd(now)
        key = application.message_key or application.secret
        form = {
            "message_id": _hash(_TEST_BODY),
            "token": signing.envelope(key, body=body, timestamp=timestamp),
            "format": "json",
            "timestamp": timestamp,
            "request_body": body,
        }
        return PostedMessage(form=form)

    def is_test(self, posted):
        return posted.form.get("request_body") == _TEST_BODY.decode()


class _PlainMessages:
    """`MessageForm.PLAIN`: JSON without a signature, posted to a secret address."""

    def get_application_key(self, posted):
        return ""

    def verify(self, posted, application, *, now, max_age, path_secret=""):
        given, expected = posted.path_secret.encode(), path_secret.encode()
        if not expected or not hmac.compare_digest(given, expected):
            raise MessageRejected(401, "address not accepted")

    def parse(self, posted):
        return _read_hints(posted.body, _hash(posted.body))

    def answer(self, rejection=None):
        if rejection is None:
            return {"code": "200"}
        return {"code": "500", "msg": rejection.reason}

    def make_test(self, application, *, now):
        return PostedMessage(body=_TEST_BODY)

    def is_test(self, posted):
        return posted.body == _TEST_BODY


_FORMS = {
    MessageForm.SIGNED: _SignedMessages,
    MessageForm.ENVELOPE: _EnvelopeMessages,
    MessageForm.PLAIN: _PlainMessages,
}


# === HINTS === #


def _read_hints(body, number):
    """Return a `Message` for each order that a body names, in MEMBERS or elsewhere.

    :raise MessageRejected: It cannot be read, or names no order.
    """
    content = _load(body)
    members = _read_known_members(content)
    happened_at = None
    if members["operateTime"]:
        happened_at = _read_time_or_none(members["operateTime"])
    if members["orderNo"] or members["erpOrderNo"]:
        return (_make_message(members, number, happened_at),)
    text = " ".join(_walk(content))
    found = [("orderNo", each) for each in find_order_numbers(text)]
    found += [("erpOrderNo", each) for each in _OWN_NUMBER.findall(text)]
    found = list(dict.fromkeys(found))[:_MOST_HINTS]
    if not found:
        raise MessageRejected(400, "no order named")
    return tuple(
        _make_message(
            members | {name: value},
            # The inbox stores each number once: the orders need different ones.
            number if position == 0 else f"{number}#{position}",
            happened_at,
        )
        for position, (name, value) in enumerate(found)
    )


def _read_known_members(content):
    """Return MEMBERS as text; empty where a member is missing or cannot be read."""
    members = dict.fromkeys(MEMBERS, "")
    for name in MEMBERS:
        for key in (name, *_OTHER_NAMES.get(name, ())):
            try:
                members[name] = members[name] or _read_text(content.get(key))
            except MessageRejected:
                continue
    return members


def _walk(content):
    """Yield all texts in JSON, down to a limited depth."""
    level = [content]
    for _depth in range(_MOST_DEPTH):
        inner = []
        for value in level:
            if isinstance(value, str):
                yield value
            elif isinstance(value, dict):
                inner += value.values()
            elif isinstance(value, list):
                inner += value
        level = inner


def _make_message(members, number, happened_at):
    order_number, own_number = members["orderNo"], members["erpOrderNo"]
    kind = KINDS.get(members["orderType"], "")
    if not members["orderType"]:
        kind = get_kind_of_number(order_number) or KINDS.get(own_number[:4], "")
    return Message(
        number=number,
        pin=members["pin"],
        topic=TOPIC,
        kind=kind,
        order_number=order_number,
        own_number=own_number,
        department_no=members["ownerNo"],
        warehouse_no=members["warehouseNo"],
        status=members["status"],
        happened_at=happened_at,
        content=json.dumps(members, ensure_ascii=False),
    )


# === READING === #


def _load(body):
    try:
        content = json.loads(body)
    except (ValueError, RecursionError) as exc:
        raise MessageRejected(400, "message not readable") from exc
    if not isinstance(content, dict):
        raise MessageRejected(400, "message not readable")
    return content


def _read_members(content):
    """Return MEMBERS as text; other members are ignored.

    :raise MessageRejected: One of them is no short text or number.
    """
    return {name: _read_text(content.get(name)) for name in MEMBERS}


def _read_text(value):
    """Return a text or number as text that can be stored; empty for None."""
    if value is None:
        return ""
    is_short = isinstance(value, str | int) and len(str(value)) < _MEMBER_LENGTH
    if not is_short or isinstance(value, bool):
        raise MessageRejected(400, "message not readable")
    return make_storable(str(value))


def _read_time(text):
    try:
        return clock.from_jd(text)
    except ValueError as exc:
        raise MessageRejected(400, "time not readable") from exc


def _read_time_or_none(text):
    try:
        return clock.from_jd(text)
    except ValueError:
        return None


def _check_age(timestamp, now, max_age):
    if abs(now - _read_time(timestamp)) > max_age:
        raise MessageRejected(401, "message too old")


def _hash(body):
    return hashlib.sha256(body).hexdigest()
