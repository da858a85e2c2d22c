"""Whether the sandbox enforces every rule written down in its facts.

The facts are JD's pages; requests are built from them here a second time, without the
sandbox's own reading of them.
"""

import itertools
import json
import os
import random
from collections import Counter

from odoo.tests import tagged

from .sandbox_outbound_case import (
    DEPARTMENT,
    PIN,
    WAREHOUSE,
    SandboxOutboundCase,
)
from .sandbox_process import ROOT

with open(os.path.join(ROOT, "sandbox", "facts.json"), encoding="utf-8") as file:
    FACTS = json.load(file)
CALLS = FACTS["calls"]
OWN_NUMBERS = (
    *("erpDeliveryNo", "erpPurchaseNo", "erpReturnToWarehouseNo"),
    *("erpReturnToSupplierNo", "erpSupplierNo", "supplierName"),
)
# A text of each pattern and form, and one that is just not of it.
EXAMPLES = {
    "yyyy-MM-dd HH:mm:ss": ("2026-08-01 00:00:00", "2026-08-01T00:00:00"),
    "yyyy-MM-dd": ("2026-08-01", "2026-8-01"),
    "HH:mm": ("09:30", "25:30"),
    r"\d+(\.\d{1,2})?": ("1.25", "1.255"),
    r"[A-Za-z0-9]{6}": ("AB12cd", "AB-2cd"),
    r"[1-9]": ("9", "0"),
    r"[12]\d\d|6": ("299", "300"),
    r"[1-9]\d*": ("1", "0"),
    r"[1-9]\d{0,2}|1000": ("1000", "1001"),
    r"\d{1,2}|100": ("100", "101"),
    r"\d+": ("4159", "41²"),
    r"[A-Za-z0-9-]+": ("JDVD1-1", "单"),
    r"11.*": ("110000101", "120000101"),
}
TEXTS, NUMBERS = ("String", "Date"), ("Integer", "Double", "Float", "Number")
WRONG_TYPES = {
    "String": [5, True, ["x"], {"a": "x"}],
    "Integer": ["1", "", 1.5, True, [], 2**31, -(2**31) - 1],
    "Double": ["1", "", True, [], {}],
    "Float": ["1", "", True, [], {}],
    "Boolean": ["true", "", 1, []],
    "List<String>": ["x", "", {}, [5], [None]],
    "Map<String,String>": ["x", "", [], {"a": 1}, {"a": {}}],
    "Map<String,Object>": ["x", "", []],
}


def above(path):
    """Return the path of what a member is in, "" for the request itself."""
    return path.rpartition(".")[0].removesuffix("[]")


def name_of(path):
    return path.rpartition(".")[2]


def example(fact):
    """Return a value of the kind a fact describes."""
    if fact.get("values"):
        return fact["values"][0]
    if fact["type"] in TEXTS:
        form = fact.get("format") or fact.get("pattern")
        return EXAMPLES[form][0] if form else "1" * fact.get("min", 1)
    if fact["type"] in NUMBERS:
        return fact.get("between", [1])[0] or 1
    if fact["type"] == "Boolean":
        return True
    return ["1"] if fact["type"] == "List<String>" else {}


def build(call, wanted=None, known=None):
    """Return a request of ``call`` with what it must hold and the ``wanted`` members.

    :param known: by the member's name, what to give instead of an example, also where
        it is required under a condition only
    """
    wanted, known = wanted or {}, known or {}
    fields = CALLS[call]["fields"]

    def node(path):
        return {
            name_of(below): value(below, fact, known.get(name_of(below)))
            for below, fact in fields.items()
            if above(below) == path and belongs(below, fact)
        }

    def belongs(path, fact):
        expected = fact.get("conditional") and name_of(path) in known
        below = path + ".", path + "["
        on_the_way = path in wanted or any(each.startswith(below) for each in wanted)
        return on_the_way or expected or fact.get("required")

    def value(path, fact, given):
        if path in wanted:
            return wanted[path]
        if any(above(each) == path for each in fields):
            return [node(path)] if fact["type"].startswith("List") else node(path)
        return example(fact) if given is None else given

    return node("")


def mistakes(fact):
    """Yield (kind of mistake, a value that makes it) for every rule of a fact."""
    if fact.get("required"):
        yield "missing", None
        if fact["type"] in TEXTS:
            yield "missing", ""
        if fact["type"].startswith("List"):
            yield "missing", []
    fallback = ["x", "", 5] + ([] if fact["type"].startswith("List") else [["x"]])
    for value in WRONG_TYPES.get(fact["type"], fallback):
        if value != "" or not fact.get("required"):
            yield "type", value
    yield from too_long(fact)
    yield from out_of_range(fact)


def too_long(fact):
    longest, kind = fact.get("max"), fact["type"]
    if longest and kind in TEXTS:
        yield "length", "1" * (longest + 1)
    if longest and kind == "List<String>":
        yield "length", ["1" * (longest + 1)]
    if longest and kind in NUMBERS and (kind != "Integer" or longest < 10):
        yield "length", 10**longest
    if fact.get("min"):
        yield "length", "1" * (fact["min"] - 1)
    if fact.get("list"):
        yield "length", ",".join([example(fact)] * (fact["list"] + 1))
    if fact.get("rows"):
        yield "length", [example(fact)] * (fact["rows"] + 1)


def out_of_range(fact):
    if fact.get("values"):
        zero = 0 if fact["type"] in NUMBERS else "0"
        nine = 9 if fact["type"] in NUMBERS else "~"
        for other in {zero, nine} - set(fact["values"]):
            yield "value", other
    low, high = fact.get("between", (None, None))
    if low is not None:
        yield "value", low - 1
    if high is not None:
        yield "value", high + 1
    if "digits" in fact:
        yield "value", 10 ** fact["digits"]
    if "decimals" in fact:
        yield "value", 10 ** -(fact["decimals"] + 1)
    form = fact.get("format") or fact.get("pattern")
    if form:
        yield "value", EXAMPLES[form][1]


def limits(fact):
    """Yield the values that are only just allowed."""
    yield from fact.get("values", ())
    yield from (each for each in fact.get("between", ()) if each is not None)
    free = not any(name in fact for name in ("values", "format", "pattern"))
    if fact.get("max") and fact["type"] in TEXTS and free:
        yield "1" * fact["max"]
    if "digits" in fact:
        yield 10 ** fact["digits"] - 1
    if "decimals" in fact:
        yield 10 ** -fact["decimals"]
    if fact.get("list") and fact["type"] in TEXTS:
        yield ",".join([example(fact)] * fact["list"])


def code_of(call, fact, kind):
    refusals = FACTS["default_refusals"] | CALLS[call]["refusals"]
    kind = fact.get("codes", {}).get(kind, kind)
    return refusals.get(kind, kind)


@tagged("post_install", "-at_install")
class TestSandboxDocuments(SandboxOutboundCase):
    def setUp(self):
        super().setUp()
        self.sandbox.do("settings", daily_budget=0)
        self.sandbox.do("stock", warehouse=WAREHOUSE, each=1_000_000)

    def real(self, number):
        """Return what the calls need to get at something there really is."""
        return {
            "pin": PIN,
            "ownerNo": DEPARTMENT,
            "warehouseNo": WAREHOUSE,
            "shopNo": "ESP0000000000101",
            "goodsNo": self.goods["A"],
            "sourceNo": "ISV0020008045424",
            "orderMark": "0" * 50,
            "salesPlatformSource": "6",
            "orderType": "XSCK",
            "erpOrderNo": "SO-1",
            "mobile": "0812000000",
            "detailAddress": "Demo Road 1",
            "supplierNo": "EMS0000000000101",
            "orderNo": self.number,
            "deliveryNo": self.number,
            "planQuantity": 1,
            **dict.fromkeys(OWN_NUMBERS, f"OUR-{number}"),
        }

    def ask(self, call, request):
        path = CALLS[call]["path"].removeprefix("/integratedsupplychain")
        answer = self.caller.send(path, json.dumps([request]).encode())
        self.assertEqual(answer.status_code, 200, (call, request))
        return answer.json()

    def every_field(self):
        for call, facts in CALLS.items():
            for path, fact in facts["fields"].items():
                yield call, path, fact

    def test_every_documented_rule_of_every_field_is_enforced_with_its_code(self):
        seen = Counter()
        for call, path, fact in self.every_field():
            for kind, value in mistakes(fact):
                answer = self.ask(call, build(call, {path: value}))
                told = answer["code"], path[:90] in answer["message"]
                expected = code_of(call, fact, kind), True
                self.assertEqual(told, expected, (call, path, kind, value, answer))
                seen[kind] += 1
        self.assertGreater(min(seen.values()), 100, seen)
        self.assertEqual(set(seen), {"missing", "type", "length", "value"})

    def test_what_is_only_just_allowed_is_not_refused(self):
        for call, path, fact in self.every_field():
            for value in limits(fact):
                message = self.ask(call, build(call, {path: value}))["message"]
                refused = message.startswith(
                    (f"{path} must", f"{path} is ", f"{path} has")
                )
                self.assertFalse(refused, (call, path, value, message))

    def test_a_member_nobody_documented_is_refused_wherever_it_stands(self):
        for call, facts in CALLS.items():
            for group in {above(path) for path in facts["fields"]}:
                fields = facts["fields"]
                wanted = next(each for each in fields if above(each) == group)
                request = build(call, {wanted: example(fields[wanted])})
                place = request
                for step in filter(None, group.replace("[]", "").split(".")):
                    place = place[step]
                    place = place[0] if isinstance(place, list) else place
                place["madeUp"] = "1"
                answer = self.ask(call, request)
                self.assertEqual(answer["code"], code_of(call, {}, "unknown"), request)
                self.assertIn("madeUp", answer["message"])

    def test_no_value_of_any_field_ends_in_more_than_a_refusal(self):
        odd = [0, -1, 10**30, 1e300, "", " ", "x" * 5000, "\x00", "😀", "²", ",", "%s"]
        odd += [[], {}, [None], [[]], [{}], {"a": None}, True, None]
        chance, number, taken = random.Random(8), itertools.count(), set()
        self.number = self.make_order()
        for call, path, fact in self.every_field():
            for value in [example(fact), *chance.sample(odd, 4)]:
                request = build(call, {path: value}, self.real(next(number)))
                code = self.ask(call, request)["code"]
                self.assertRegex(code, r"^\d{4}$", request)
                if code == "1000":
                    taken.add(call)
        # These want an order that got further, or goods with serial numbers.
        further = {"queryPackage", "closePoOrder", "updatePurchaseOrder"}
        self.assertEqual(set(CALLS) - taken, further | {"queryInStockSidBySku"})
