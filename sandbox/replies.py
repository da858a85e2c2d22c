"""The shapes in which JD answers."""

import itertools
import json
import time

from werkzeug.wrappers import Response

# JD's gateway texts, in the two languages it sends.
CHINESE = {
    "2": "应用调用次数受限",
    "4": "缺少版本参数",
    "5": "不支持的版本",
    "7": "缺少时间戳参数",
    "8": "非法的时间戳",
    "11": "缺少签名参数",
    "12": "无效签名",
    "14": "缺少方法名参数",
    "15": "不存在的方法名",
    "18": "缺少access_token",
    "19": "无效access_token",
    "20": "缺少app_key",
    "21": "无效app_key",
    "24": "无权调用API",
}
_requests = itertools.count(time.time_ns() // 1_000_000)


def json_reply(content, status=200, headers=None):
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    # Half a surrogate pair has no UTF-8, but JSON can spell it.
    body = text.encode("utf-8", "backslashreplace")
    kind = "application/json;charset=utf-8"
    return Response(body, status, headers, content_type=kind)


def gateway_error(code, text, status=200, headers=None):
    """Return a refusal of the gateway itself: the code is a string.

    HTTP 200 is inferred [I]; that it carries a ``requestId`` is our convention [U].
    """
    described = {"code": code, "zh_desc": CHINESE.get(code, ""), "en_desc": text}
    refusal = {**described, "requestId": next_id()}
    return json_reply({"error_response": refusal}, status, headers)


def business(code, message, data=None, request_id="requestId"):
    """Return a call's answer: the code is a string, 1000 is success."""
    envelope = {"code": code, "message": message, request_id: next_id()}
    if code == "1000":
        envelope["data"] = data
    return json_reply(envelope)


def too_many_requests(seconds):
    """Return the throttling answer of a machine in front of JD [U]."""
    message = "Too Many Requests"
    envelope = {"code": "429", "message": message, "requestId": next_id()}
    return json_reply(envelope, 429, {"Retry-After": str(seconds)})


def traced(answer):
    """Put the gateway's trace id, which support asks for, on an answer."""
    answer.headers["Lop-Trace-Id"] = next_id()
    return answer


def next_id():
    return str(next(_requests))
