"""One documented member of a request, and whether a value is what its page says."""

import math
import re
from dataclasses import dataclass, field
from decimal import Decimal

from . import clock

WHOLE = ("Integer", "Long")
NUMBERS = ("Double", "Float", "Number")
TEXTS = ("String", "Date")
OBJECT_MAP, TEXT_MAP = "Map<String,Object>", "Map<String,String>"
SMALLEST, LARGEST = -(2**31), 2**31 - 1  # JD is written in Java
CHINESE_FROM = 0x2E80
NUMERIC = r"\d+"


@dataclass
class Field:
    """A member of a request and the members below it; ``facts.json`` explains them."""

    path: str
    type: str = "Request"
    max: int | None = None
    min: int = 0
    required: bool = False
    list: int | None = None
    rows: int | None = None
    values: tuple = ()
    between: tuple = (None, None)
    digits: int | None = None
    decimals: int | None = None
    format: str = ""
    pattern: str = ""
    wide: int = 1
    codes: dict = field(default_factory=dict)
    members: dict = field(default_factory=dict)

    def check(self, value, call):
        """Refuse what JD would refuse about ``value``, looking into what it holds.

        :raise Refusal: with the code of this field, or of the call
        """
        if value is None or value == "":
            if self.required:
                self._refuse(call, "missing")
            if value == "" and self.type not in TEXTS:
                self._refuse(call, "type", f"must be a {self.type}")
        elif self.type.startswith("List"):
            self._check_list(value, call)
        elif self.type in TEXTS:
            self._check_text(value, call)
        elif self.type == "Boolean":
            if not isinstance(value, bool):
                self._refuse(call, "type", "must be a Boolean")
        elif self.type in (*WHOLE, *NUMBERS):
            self._check_number(value, call)
        else:
            self._check_members(value, call)

    def _refuse(self, call, kind, what=""):
        detail = f"{self.path or 'request'} {what}".strip()
        call.refuse(self.codes.get(kind, kind), detail)

    # --- lists and objects ---

    def _check_list(self, value, call):
        if not isinstance(value, list):
            self._refuse(call, "type", "must be a list")
        if self.required and not value:
            self._refuse(call, "missing")
        if self.rows and len(value) > self.rows:
            self._refuse(call, "length", f"has more than {self.rows} rows")
        check = self._check_text if self.type == "List<String>" else self._check_members
        for item in value:
            check(item, call)

    def _check_members(self, value, call):
        if not isinstance(value, dict):
            self._refuse(call, "type", "must be an object")
        if self.type == TEXT_MAP:
            if not all(isinstance(each, str) for each in value.values()):
                self._refuse(call, "type", "must hold texts only")
        elif self.type != OBJECT_MAP and self.members:
            self._check_known(value, call)

    def _check_known(self, value, call):
        for name in value:
            if name not in self.members:
                below = f"{self.path}.{name}" if self.path else name
                call.refuse("unknown", f"no such field: {below}")
        for name, member in self.members.items():
            member.check(value.get(name), call)

    # --- numbers ---

    def _check_number(self, value, call):
        kinds = int if self.type in WHOLE else int | float
        if not isinstance(value, kinds) or isinstance(value, bool):
            self._refuse(call, "type", f"must be a {self.type}")
        if not _is_finite(value):
            self._refuse(call, "type", "is beyond every number")
        if self.type == "Integer" and not SMALLEST <= value <= LARGEST:
            self._refuse(call, "type", "must fit an Integer")
        self._check_digits(value, call)
        self._check_values([value], call)
        low, high = self.between
        if (low is not None and value < low) or (high is not None and value > high):
            self._refuse(call, "value", f"must be between {low} and {high}")

    def _check_digits(self, value, call):
        whole, _, parts = f"{abs(Decimal(repr(value))):f}".partition(".")
        whole, parts = whole.lstrip("0"), parts.rstrip("0")
        if self.max and len(whole) + len(parts) > self.max:
            self._refuse(call, "length", f"has more than {self.max} digits")
        if self.digits and len(whole) > self.digits:
            self._refuse(call, "value", f"has more than {self.digits} whole digits")
        if self.decimals is not None and len(parts) > self.decimals:
            self._refuse(call, "value", f"has more than {self.decimals} decimals")

    # --- texts ---

    def _check_text(self, value, call):
        if not isinstance(value, str):
            self._refuse(call, "type", "must be a String")
        parts = [value] if self.list is None else value.split(",")
        if self.list and len(parts) > self.list:
            self._refuse(call, "length", f"has more than {self.list} values")
        if any(self._length(part) < self.min for part in parts):
            self._refuse(call, "length", f"is shorter than {self.min}")
        if self.max and any(self._length(part) > self.max for part in parts):
            self._refuse(call, "length", f"is longer than {self.max}")
        self._check_values(parts, call)
        self._check_form(parts, call)

    def _check_values(self, parts, call):
        if self.values and not all(part in self.values for part in parts):
            self._refuse(call, "value", f"is none of {list(self.values)}")

    def _check_form(self, parts, call):
        if self.format and not all(clock.fits(part, self.format) for part in parts):
            self._refuse(call, "value", f"must be {self.format}")
        pattern = self.pattern
        if pattern and not all(re.fullmatch(pattern, each, re.A) for each in parts):
            wanted = "be numeric" if pattern == NUMERIC else f"look like {pattern}"
            self._refuse(call, "value", f"must {wanted}")

    def _length(self, text):
        return sum(self.wide if ord(letter) >= CHINESE_FROM else 1 for letter in text)


def _is_finite(value):
    try:
        return math.isfinite(value)
    except OverflowError:
        return False
