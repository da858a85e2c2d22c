"""The control API under ``/sandbox/``: what JD's clerks, or its network, would do.

Developers and a test's arrangement use it, the module never. ``GET /sandbox/`` lists
the commands with their arguments. Every command takes and gives JSON; the content type
must say so, so that no other site's page can send one from a browser.
"""

import dataclasses
import inspect
from datetime import datetime

from . import clock
from .commands import clerk, office, warehouse
from .replies import json_reply

QUERIES = office.QUERIES | clerk.QUERIES | warehouse.QUERIES
COMMANDS = office.COMMANDS | clerk.COMMANDS | warehouse.COMMANDS


def serve(sandbox, request):
    """Run the command an address names with the members of its JSON body."""
    name = request.path.removeprefix("/sandbox").strip("/")
    if request.method == "GET" and not name:
        return json_reply(_overview())
    if request.method == "GET":
        return _run(sandbox, QUERIES.get(name), request.args.to_dict())
    if not request.is_json:
        return json_reply({"error": "Send JSON, with its content type"}, 415)
    arguments = request.get_json(silent=True)
    if not isinstance(arguments, dict):
        return json_reply({"error": "The body must be a JSON object"}, 400)
    return _run(sandbox, COMMANDS.get(name), arguments)


def _run(sandbox, function, arguments):
    if not function:
        return json_reply({"error": "No such address; see GET /sandbox/"}, 404)
    try:
        inspect.signature(function).bind(sandbox, **arguments)
        with sandbox.books.lock:
            result = plain(function(sandbox, **arguments))
    except (TypeError, ValueError, LookupError) as error:
        # A KeyError says no more than the member's name that was looked for.
        said = f"missing {error}" if isinstance(error, KeyError) else str(error)
        return json_reply({"error": said}, 400)
    return json_reply(result if result is not None else {"ok": True})


def _overview():
    return {
        kind: {
            name: f"{inspect.signature(function)} {inspect.getdoc(function) or ''}"
            for name, function in functions.items()
        }
        for kind, functions in (("GET", QUERIES), ("POST", COMMANDS))
    }


def plain(value):
    """Return ``value`` as JSON can hold it."""
    if dataclasses.is_dataclass(value):
        shown = [each.name for each in dataclasses.fields(value) if each.repr]
        return {name: plain(getattr(value, name)) for name in shown}
    if isinstance(value, dict):
        return {key: plain(each) for key, each in value.items()}
    if isinstance(value, set):
        return sorted(value)
    if isinstance(value, list | tuple):
        return [plain(each) for each in value]
    if isinstance(value, datetime):
        return clock.text(value)
    return value
