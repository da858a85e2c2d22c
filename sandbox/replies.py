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


def json_reply(content, status=200):
    body = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    return Response(body, status, content_type="application/json;charset=utf-8")


def gateway_error(code, text):
    """Return a refusal of the gateway itself: HTTP 200, the code a string."""
    zh_desc = CHINESE.get(code, "")
    return json_reply(
        {"error_response": {"code": code, "zh_desc": zh_desc, "en_desc": text}}
    )


def business(code, message, data=None, request_id="requestId"):
    """Return a call's answer: the code is a string, 1000 is success."""
    envelope = {"code": code, "message": message, request_id: str(next(_requests))}
    if code == "1000":
        envelope["data"] = data
    return json_reply(envelope)
