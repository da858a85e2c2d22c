"""What JD's pages say about each call, and the check of a request against it.

The facts themselves are in ``facts.json``; its ``reading`` member explains them.
"""

import json
from dataclasses import dataclass, field
from pathlib import Path

from .errors import Refusal

MAPS = ("Map<String,String>", "Map<String,Object>")
NOT_CHECKED = ("conditional", "unconfirmed")
NUMBERS = ("Double", "Float", "Number")


@dataclass
class Field:
    """One documented member of a request and the members below it."""

    path: str
    type: str = "Request"
    max: int | None = None
    required: bool = False
    list: int | None = None
    values: tuple = ()
    wide: int = 1
    length_code: str = "length"
    members: dict = field(default_factory=dict)

    def check(self, value, call):
        """Refuse what JD would refuse about ``value``, looking into what it holds."""
        if value is None or value == "":
            if self.required:
                call.refuse("missing", self.path)
        elif self.type.startswith("List"):
            self._check_list(value, call)
        elif self.type == "Integer":
            self._check_whole(value, call)
        elif self.type in NUMBERS:
            self._check_number(value, call)
        elif self.type in ("String", "Date"):
            self._check_text(value, call)
        else:
            self._check_members(value, call)
        if value and self.values and value not in self.values:
            call.refuse("value", f"{self.path} is none of {list(self.values)}")

    def _check_list(self, value, call):
        if not isinstance(value, list):
            call.refuse("type", f"{self.path} must be a list")
        if self.required and not value:
            call.refuse("missing", self.path)
        for item in value:
            if self.type == "List<String>":
                self._check_text(item, call)
            else:
                self._check_members(item, call)

    def _check_whole(self, value, call):
        if not isinstance(value, int) or isinstance(value, bool):
            call.refuse("type", f"{self.path} must be an Integer")
        if self.max and len(str(abs(value))) > self.max:
            call.refuse("length", f"{self.path} has more than {self.max} digits")

    def _check_number(self, value, call):
        if not isinstance(value, int | float) or isinstance(value, bool):
            call.refuse("type", f"{self.path} must be a {self.type}")

    def _check_text(self, value, call):
        if not isinstance(value, str):
            call.refuse("type", f"{self.path} must be a String")
        parts = [value] if self.list is None else value.split(",")
        if self.list and len(parts) > self.list:
            call.refuse("length", f"{self.path} has more than {self.list} values")
        if self.max and any(self._length(part) > self.max for part in parts):
            call.refuse(self.length_code, f"{self.path} is longer than {self.max}")

    def _length(self, text):
        if self.wide == 1:
            return len(text)
        return sum(self.wide if ord(letter) > 0x2E7F else 1 for letter in text)

    def _check_members(self, value, call):
        if not isinstance(value, dict):
            call.refuse("type", f"{self.path or 'request'} must be an object")
        if self.type in MAPS or not self.members:
            return
        for name in value:
            if name not in self.members:
                call.refuse("unknown", f"no such field: {self._below(name)}")
        for name, member in self.members.items():
            member.check(value.get(name), call)

    def _below(self, name):
        return f"{self.path}.{name}" if self.path else name


@dataclass
class Call:
    """One documented call: its path, its request and its codes."""

    name: str
    path: str
    request: Field
    errors: dict
    refusals: dict
    request_id: str = "requestId"

    def refuse(self, kind, detail=""):
        """Refuse for a ``kind`` of mistake, or with a code, as this call does.

        :raise Refusal: always
        """
        code = self.refusals.get(kind, kind)
        meaning = self.errors.get(code) or kind
        raise Refusal(code, f"{detail} ({meaning})" if detail else meaning)

    def check(self, request):
        self.request.check(request, self)


def _tree(fields):
    root = Field("")
    for path, fact in fields.items():
        *above, name = path.replace("[]", "").split(".")
        parent = root
        for step in above:
            parent = parent.members[step]
        known = {key: fact[key] for key in fact if key not in NOT_CHECKED}
        known["values"] = tuple(fact.get("values", ()))
        parent.members[name] = Field(path, **known)
    return root


def _load():
    facts = json.loads(Path(__file__).with_name("facts.json").read_text())
    calls = {}
    for name, fact in facts["calls"].items():
        refusals = facts["default_refusals"] | fact.get("refusals", {})
        request = _tree(fact["fields"])
        spelling = fact.get("request_id", Call.request_id)
        calls[name] = Call(
            name, fact["path"], request, fact["errors"], refusals, spelling
        )
    return facts["lop_dn"], calls


LOP_DN, CALLS = _load()
BY_PATH = {call.path: call for call in CALLS.values()}
