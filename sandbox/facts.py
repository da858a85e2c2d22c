"""What JD's pages say about each call, and the check of a request against it.

The facts themselves are in ``facts.json``; its ``reading`` member explains them.
"""

import json
from dataclasses import dataclass
from pathlib import Path

from .errors import Refusal
from .fields import Field

NOT_CHECKED = ("conditional", "unconfirmed")
LISTS = ("values", "between")


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
        known |= {key: tuple(fact[key]) for key in LISTS if key in fact}
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
