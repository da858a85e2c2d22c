"""The body of a call: JSON in UTF-8, as JD's pages ask for, and nothing else.

How JD refuses another body is not documented [U]: as a value of a wrong type.
"""

import json
import math

from werkzeug.http import parse_options_header

MAX_DEPTH = 100  # of lists and objects in each other; our convention [U]
MEDIA_TYPE = "application/json"
CHARACTER_SETS = ("utf-8", "utf8")


def read(headers, body):
    """Return what the JSON of a body stands for.

    :raise ValueError: when it is no such body, saying why
    """
    media_type, options = parse_options_header(headers.get("Content-Type"))
    if media_type.lower() != MEDIA_TYPE:
        raise ValueError(f"Content-Type must be {MEDIA_TYPE}")
    if options.get("charset", "utf-8").lower() not in CHARACTER_SETS:
        raise ValueError("the character set must be UTF-8")
    try:
        content = json.loads(body.decode(), parse_constant=_refuse_constant)
    except UnicodeDecodeError:
        raise ValueError("the body is not UTF-8") from None
    except RecursionError:
        raise ValueError("the body is nested too deeply") from None
    except ValueError:
        raise ValueError("the body is not JSON") from None
    _check(content)
    return content


def _refuse_constant(name):
    raise ValueError(f"{name} is not JSON")


def _check(content):
    """Refuse what nests too deeply and half a character, wherever it is."""
    level = [content]
    for _depth in range(MAX_DEPTH):
        if not level:
            return
        below = []
        for value in level:
            if isinstance(value, dict):
                below += [*value, *value.values()]
            elif isinstance(value, list):
                below += value
            elif isinstance(value, float) and not math.isfinite(value):
                raise ValueError("the body holds a number beyond every number")
            elif isinstance(value, str):
                _check_text(value)
        level = below
    raise ValueError(f"the body is nested more than {MAX_DEPTH} deep")


def _check_text(text):
    try:
        text.encode()
    except UnicodeEncodeError:
        raise ValueError("the body holds half of a surrogate pair") from None


def has_members(request, members):
    """Tell whether the one request of a body has these members, exactly so."""
    try:
        [asked] = json.loads(request.get_data())
    except (TypeError, ValueError, RecursionError):
        return False
    return isinstance(asked, dict) and members.items() <= asked.items()


def named_in(request):
    """Return every text a request holds, those of comma separated lists apart."""
    found = set(request.args.values())
    try:
        waiting = [json.loads(request.get_data())]
    except (ValueError, RecursionError):
        waiting = []
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            waiting += value.values()
        elif isinstance(value, list):
            waiting += value
        elif isinstance(value, str):
            found |= {value, *value.split(",")}
    return found
