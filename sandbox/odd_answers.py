"""Answers that JD's documents do not foresee, made up for a test.

Two kinds of fault (see ``faults``), each for the next request it is meant for, or for
the next ``count``::

    {"kind": "answer", "call": "addSoOrder", "order": "SO-1", "carried_out": false,
     "status": 503, "headers": {"Retry-After": "120"}, "body": "<html>"}

answers exactly that: ``body`` in UTF-8, or the bytes of ``body_base64``; a header may
be a list of values; ``Content-Length`` may be a lie; the connection is closed. JD did
what was asked unless ``carried_out`` is false. ::

    {"kind": "patch", "call": "querySoOrder", "order": "SO-1", "patch": [
        {"path": "data.deliveryItemList.0.realQuantity", "value": "2.5"},
        {"path": "data.deliveryItemList.*.orderLine", "delete": true},
        {"path": "data.orderWeight", "raw": "1e1000000"}]}

changes the answer JD would have given, refusals included. A path names members by dots;
a number counts the rows of a list from 0, ``*`` is each of them, and the empty path is
the whole answer. ``value`` sets, ``raw`` sets a piece of JSON as it is written,
``delete`` takes away; an object that is missing on the way is made, and the number
after the last row adds one. A path that does not fit is answered with HTTP 500, and
told as the fault's ``problem`` by ``GET /sandbox/faults``.

A third kind, ``contradict``, lasts: a page of a list that does not fit the others. ::

    {"kind": "contradict", "call": "queryStock", "how": "twice",
     "where": {"currentPage": "2", "stockType": "1"}}
"""

import base64
import json
import uuid

from werkzeug.wrappers import Response

from .replies import json_reply

ANSWER = "answer"  # what holds the whole answer while it is changed
CONTRADICTIONS = ("total", "twice", "short")


def check(fault):
    """Refuse an answer that could not be sent, before it is waited for.

    :raise ValueError: saying what is wrong
    """
    if fault.kind == "answer":
        raw(fault)
    for change in fault.patch:
        if not isinstance(change, dict) or not isinstance(change.get("path"), str):
            raise ValueError("each change of a patch needs a path")
        if len({"value", "raw", "delete"} & set(change)) != 1:
            raise ValueError("each change needs one of value, raw and delete")
    if fault.kind == "patch" and not fault.patch:
        raise ValueError("a patch needs changes")
    if fault.how not in CONTRADICTIONS:
        raise ValueError(f"how is one of: {', '.join(CONTRADICTIONS)}")
    if not isinstance(fault.where, dict):
        raise ValueError("where holds members and their values")


def instead_of(answer, fault):
    """Return what a fault makes of the answer JD gave."""
    if fault.kind == "answer":
        return raw(fault)
    if fault.kind == "contradict":
        return _contradicting(answer, fault.how)
    return _patched(answer, fault) if fault.kind == "patch" else answer


def _contradicting(answer, how):
    """Return a page that does not fit the others; what is no page, or empty, stays."""
    content = json.loads(answer.get_data())
    data = content.get("data")
    rows = data.get("resultList") if isinstance(data, dict) else None
    if not rows:
        return answer
    if how == "total":
        data["totalNum"] += 1
    elif how == "short":
        del rows[-1]
    elif len(rows) > 1:
        rows[-1] = rows[0]
    else:
        rows += rows
    answer.set_data(json.dumps(content, ensure_ascii=False).encode())
    return answer


def raw(fault):
    """Return the answer a fault spells out.

    :raise ValueError: when its status, headers or bytes are none
    """
    body = fault.body.encode("utf-8", "surrogatepass")
    if fault.body_base64:
        body = base64.b64decode(fault.body_base64, validate=True)
    if not 200 <= fault.status <= 999:
        raise ValueError(f"{fault.status} is no status of an answer")
    # In a list: of a text alone the response would count the length itself.
    response = Response([body], fault.status, fault.headers)
    response.headers["Connection"] = "close"
    if "Content-Type" not in fault.headers:
        del response.headers["Content-Type"]
    chunked = "Transfer-Encoding" in response.headers
    response.automatically_set_content_length = not chunked
    return response


def _patched(answer, fault):
    held, pieces = {ANSWER: json.loads(answer.get_data())}, {}
    try:
        for change in fault.patch:
            _apply(held, change, pieces)
    except LookupError as error:
        fault.problem = str(error)
        return json_reply({"error": fault.problem}, 500)
    text = json.dumps(held[ANSWER], ensure_ascii=False)
    for stand_in, piece in pieces.items():
        text = text.replace(f'"{stand_in}"', piece)
    answer.set_data(text.encode("utf-8", "backslashreplace"))
    return answer


def _apply(held, change, pieces):
    steps = [ANSWER, *change["path"].split(".")] if change["path"] else [ANSWER]
    *above, last = steps
    nodes = [held]
    for step in above:
        nodes = [below for node in nodes for below in _below(node, step, change)]
    for node in nodes:
        if change.get("delete"):
            _delete(node, last, change)
        else:
            _put(node, last, _value(change, pieces), change)


def _value(change, pieces):
    if "raw" not in change:
        return change.get("value")
    stand_in = uuid.uuid4().hex
    pieces[stand_in] = change["raw"]
    return stand_in


def _below(node, step, change):
    if isinstance(node, dict):
        return [node.setdefault(step, {})]
    return [node[place] for place in _places(node, step, change)]


def _put(node, step, value, change):
    if isinstance(node, dict):
        node[step] = value
    elif isinstance(node, list) and step == str(len(node)):
        node.append(value)
    else:
        for place in _places(node, step, change):
            node[place] = value


def _delete(node, step, change):
    if isinstance(node, dict):
        node.pop(step, None)
    else:
        for place in reversed(_places(node, step, change)):
            del node[place]


def _places(node, step, change):
    """Return which rows of a list a step means.

    :raise LookupError: when it is no list, or has no such row
    """
    if isinstance(node, list):
        if step == "*":
            return range(len(node))
        if step.isdecimal() and int(step) < len(node):
            return [int(step)]
    raise LookupError(f"no {step} on the way to {change['path']!r}")
