"""JD's messages, by a convention of ours: JD's own format is not public.

JD posts JSON. The query carries `app_key`, `method` (the topic), `timestamp` (GMT+8),
`v`, and `sign`: the gateway's recipe without a token, over the raw body. The body has
the members of MEMBERS. HTTP 200 with code "1000" takes the message over; anything else
asks for another delivery. Where JD's real format turns out to differ, this file and
`lib.signing.message` are what changes.
"""

import json

from .. import clock, signing
from ..api import Message, MessageRejected
from .kinds import KINDS

TOPIC = "order.status"
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
_SUCCESS = {"code": "1000", "message": "success"}


class JdlMessages:
    def get_application_key(self, posted):
        return posted.query.get("app_key", "").replace("\0", "")

    def verify(self, posted, application, *, now, max_age):
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
        if abs(now - _read_time(query["timestamp"])) > max_age:
            raise MessageRejected(401, "message too old")

    def parse(self, posted):
        if posted.query.get("method") != TOPIC:
            raise MessageRejected(400, "topic not known")
        content = _read_members(posted.body)
        return Message(
            number=content["messageId"],
            pin=content["pin"],
            topic=TOPIC,
            kind=KINDS.get(content["orderType"], ""),
            order_number=content["orderNo"],
            own_number=content["erpOrderNo"],
            department_no=content["ownerNo"],
            warehouse_no=content["warehouseNo"],
            status=content["status"],
            happened_at=_read_time(content["operateTime"]),
            content=json.dumps(content, ensure_ascii=False),
        )

    def answer(self, rejection=None):
        if rejection is None:
            return _SUCCESS
        return {"code": str(rejection.status), "message": rejection.reason}


def _read_members(body):
    """Return the members of MEMBERS as text, and nothing else.

    :raise MessageRejected: It is no such message.
    """
    try:
        content = json.loads(body)
    except (ValueError, RecursionError) as exc:
        raise MessageRejected(400, "message not readable") from exc
    if not isinstance(content, dict):
        raise MessageRejected(400, "message not readable")
    content = {name: _read_text(content.get(name)) for name in MEMBERS}
    if not all(content[name] for name in REQUIRED_MEMBERS):
        raise MessageRejected(400, "message not complete")
    return content


def _read_text(value):
    """Return a member as text that can be stored; JD may write a number as one."""
    if value is None:
        return ""
    is_short = isinstance(value, str | int) and len(str(value)) < _MEMBER_LENGTH
    if not is_short or isinstance(value, bool):
        raise MessageRejected(400, "message not readable")
    # As JSON writes them: NUL and half characters, which PostgreSQL takes neither.
    return str(value).replace("\0", "").encode(errors="replace").decode()


def _read_time(text):
    try:
        return clock.from_jd(text)
    except (ValueError, OverflowError) as exc:
        raise MessageRejected(400, "time not readable") from exc
