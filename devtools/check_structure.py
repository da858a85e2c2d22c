"""Checks what keeps the addon in order and no linter knows: `./dev lint` runs it.

usage: check_structure.py [FOLDER]

Prints what it finds as `file:line: message`, and fails if there is anything.
"""

import re
import sys
from pathlib import Path

from addon_reader import Addon, Place

NAME = "jd_fulfillment"
ROOT = Path(__file__).resolve().parent.parent
# Whoever wants JD's protocol asks `lib` for it; nobody else talks HTTP.
PROTOCOL, CLIENT, THEIR_ROOM = "lib.jdl", "requests", "lib/"
# JD's names for kinds of orders: of its protocol, and of nothing else.
KIND_CODE = re.compile(r"\b(XSCK|CGRK|THRK|TGCK)\b")
FREE_OF_CODES = ("models", "wizards", "controllers", "views")
# What is skipped without other modules: `./dev test` runs these files next to them.
SKIP = re.compile(r"\bself\.skipTest\(|@skip|\bNextToMixin\b")
MAY_SKIP = re.compile(r"tests/(next_to_case|test_next_to_\w+|test_structure)\.py")
# What names a button or an input, beside the text in or around it.
WORDS = {"string", "title", "aria-label", "t-att-title", "t-att-aria-label"}
SHOWN = ".//field | .//@t-esc | .//@t-out | @t-esc | @t-out"


def check_methods(addon):
    """A method is written out once, where it runs, not chained over files."""
    for (model, name), several in addon.find_repeated_methods().items():
        first, *others = sorted(several, key=lambda method: method.place)
        for method in others:
            text = f"{model}.{name} is already defined at {first.place}"
            yield method.place, text


def check_fields(addon):
    """Whoever wants to know a model reads one file."""
    for model, files in addon.find_scattered_fields().items():
        home = max(files, key=lambda file: len(files[file]))
        for file, fields in files.items():
            if file != home:
                text = f"{model} has fields here, and most of its fields in {home}"
                yield min(field.place for field in fields), text


def check_views(addon):
    for view in addon.find_own_extensions():
        text = f"{view.name} extends {view.extends}, a view of ours: change that one"
        yield view.place, text


def check_imports(addon):
    for each in addon.imports:
        packages = f"{each.target}."
        if packages.startswith((f"{PROTOCOL}.", f"{CLIENT}.")) and not (
            each.place.file.startswith(THEIR_ROOM)
        ):
            yield each.place, f"{each.target} is imported outside {THEIR_ROOM}"


def check_codes(addon):
    for suffix in (".py", ".xml"):
        for path in addon.find_files(suffix, under=FREE_OF_CODES):
            for number, line in enumerate(path.read_text().splitlines(), start=1):
                for code in KIND_CODE.findall(line):
                    yield (
                        addon.get_place(path, number),
                        f"{code} is JD's code: use the kind's name",
                    )


def check_buttons(addon):
    """Whoever does not see an icon is told what its button does."""
    for node, place in addon.find_nodes("button", "a"):
        text = node.xpath("normalize-space()")
        if not (text or WORDS & set(node.keys()) or node.xpath(SHOWN)):
            yield place, "a button without words needs a title"


def check_inputs(addon):
    """Those of forms are fields, which tests/test_accessible.py checks."""
    for node, place in addon.find_nodes("input", "select", "textarea"):
        named = WORDS & set(node.keys()) or node.xpath("ancestor::label")
        if not (named or node.get("type") == "hidden"):
            yield place, f"{node.tag} needs a label around it, or an aria-label"


def check_skips(addon):
    """A test that is skipped in one database is run in another."""
    for path in sorted((addon.folder / "tests").glob("*.py")):
        for number, line in enumerate(path.read_text().splitlines(), start=1):
            place = addon.get_place(path, number)
            if SKIP.search(line) and not MAY_SKIP.fullmatch(place.file):
                yield place, "a test that is skipped belongs into tests/test_next_to_*"


def check_tests(addon):
    """Odoo's own runner finds only the tests that the folder imports."""
    known = addon.folder / "tests" / "__init__.py"
    names = known.read_text().split() if known.is_file() else []
    for path in sorted((addon.folder / "tests").glob("test_*.py")):
        if f"{path.stem}," not in names:
            yield addon.get_place(path, 1), "tests/__init__.py does not import it"


RULES = (
    check_methods,
    check_fields,
    check_views,
    check_imports,
    check_codes,
    check_buttons,
    check_inputs,
    check_skips,
    check_tests,
)


def find_problems(addon):
    """Return (place, message) of all that breaks a rule, in the order of the files."""
    return sorted({problem for rule in RULES for problem in rule(addon)})


def main(folder=ROOT):
    problems: list[tuple[Place, str]] = find_problems(Addon(folder, NAME))
    for place, message in problems:
        print(f"{place}: {message}")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
