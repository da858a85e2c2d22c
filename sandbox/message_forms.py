"""The forms of a push: how it travels, and which answer takes it over.

Which of them JD uses for a warehouse is not public. ``signed`` is our convention [U];
``envelope`` and ``bare`` are what public receivers of JD's express pushes take. An
application has its own form, and its own body:

- ``order``, ours [U]: who, which order, which status
- ``express``: the members that those receivers read
"""

import json
from dataclasses import dataclass, field
from urllib.parse import urlencode

from . import clock, signing

TOPIC = "order.status"
JSON = {"Content-Type": "application/json;charset=utf-8"}
FORM = {"Content-Type": "application/x-www-form-urlencoded;charset=utf-8"}


@dataclass
class News:
    """What happened to an order, once and for all attempts to tell it."""

    id: str
    pin: str
    department_no: str
    warehouse_no: str
    kind: str
    order_no: str
    erp_no: str
    waybill_no: str
    status: str
    status_name: str
    time: str


@dataclass
class Signed:
    """The gateway's recipe over the raw body, without a token, in the query [U]."""

    application: object = field(repr=False)

    def prepare(self, news, body):
        """Return the query, headers and body of one attempt."""
        query = {
            "app_key": self.application.key,
            "method": TOPIC,
            "timestamp": clock.text(clock.now()),
            "v": "2.0",
            "algorithm": "md5-salt",
        }
        raw = body.encode()
        sign = signing.sign_message(self.application.secret, query, raw)
        return urlencode(query | {"sign": sign}), JSON, raw

    def accepts(self, answer):
        return str(answer.get("code")) == "1000"


class Envelope(Signed):
    """A form whose ``token`` covers the text of ``request_body`` and the time."""

    def prepare(self, news, body):
        timestamp = clock.text(clock.now())
        key = self.application.message_key or self.application.secret
        fields = {
            "message_id": news.id,
            "token": signing.sign_envelope(key, body, timestamp),
            "format": "json",
            "timestamp": timestamp,
            "request_body": body,
        }
        return "", FORM, urlencode(fields).encode()

    def accepts(self, answer):
        code = answer.get("statusCode")
        return code == 0 and not isinstance(code, bool)


class Bare(Signed):
    """Nothing but JSON: only the application's own address says who may send it."""

    def prepare(self, news, body):
        return "", JSON, body.encode()

    def accepts(self, answer):
        return str(answer.get("code")) == "200"


FORMS = {"signed": Signed, "envelope": Envelope, "bare": Bare}


def _order(news, form):
    return {
        "messageId": news.id,
        "pin": news.pin,
        "ownerNo": news.department_no,
        "warehouseNo": news.warehouse_no,
        "orderType": news.kind,
        "orderNo": news.order_no,
        "erpOrderNo": news.erp_no,
        "status": news.status,
        "operateTime": news.time,
    }


def _express(news, form):
    """Return what the receivers of an envelope read, or those of bare JSON."""
    told = {"waybillCode": news.waybill_no, "orderId": news.erp_no}
    if form == "envelope":
        trace = {"traceNode": news.status_name, "traceCode": news.status}
        return told | trace | {"operator": "sandbox", "operateTime": news.time}
    return told | {
        "state": news.status,
        "category": 1,
        "operationTitle": news.status_name,
        "operationTime": news.time,
        "operateSite": news.warehouse_no,
    }


BODIES = {"order": _order, "express": _express}


def write_body(application, news):
    """Return the JSON text of the news as an application has it told."""
    content = BODIES[application.message_body](news, application.message_form)
    return json.dumps(content, ensure_ascii=False)
