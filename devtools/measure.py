"""Measures how addons are laid out, to compare ours with others.

usage: measure.py [NAME=]FOLDER...

Prints a table with a column for each addon, over its Python without tests. NAME is the
addon's technical name, where its folder has another one.
"""

import ast
import io
import sys
import tokenize
from collections import Counter
from statistics import median

from addon_reader import Addon

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


def measure_files(addon):
    counts = {model: len(files) for model, files in addon.model_files.items()}
    if not counts:
        return "–"
    model = max(counts, key=counts.get)
    return f"{counts[model]} ({model})"


def measure_methods(addon):
    return len(addon.find_repeated_methods())


def measure_views(addon):
    return len(addon.find_own_extensions())


def measure_fields(addon):
    scattered = addon.find_scattered_fields()
    if not scattered:
        return "0"
    model = max(scattered, key=lambda each: len(scattered[each]))
    return f"{len(scattered)} ({model}: {len(scattered[model])} files)"


def find_functions(addon):
    return [
        node
        for tree in addon.modules.values()
        for node in ast.walk(tree)
        if isinstance(node, FUNCTIONS)
    ]


def measure_lengths(addon):
    """Return median, ninth decile and maximum of the functions' lines."""
    lengths = sorted(
        node.end_lineno - node.lineno + 1 for node in find_functions(addon)
    ) or [0]
    ninth = lengths[round(0.9 * (len(lengths) - 1))]
    return f"{median(lengths):.0f} / {ninth} / {lengths[-1]}"


def measure_comments(addon):
    """Return the share of comments among all lines."""
    counts = Counter()
    for path in addon.modules:
        text = path.read_text()
        counts["all"] += len(text.splitlines())
        tokens = tokenize.generate_tokens(io.StringIO(text).readline)
        counts["comment"] += sum(1 for each in tokens if each.type == tokenize.COMMENT)
    return f"{counts['comment'] / max(counts['all'], 1):.1%}"


def measure_docstrings(addon):
    functions = find_functions(addon)
    documented = sum(1 for node in functions if ast.get_docstring(node))
    return f"{documented} of {len(functions)}"


ROWS = {
    "most files for one model": measure_files,
    "methods defined more than once for one model": measure_methods,
    "views that extend a view of the same module": measure_views,
    "models that define fields in several files": measure_fields,
    "function length, median / ninth decile / longest": measure_lengths,
    "comment lines": measure_comments,
    "functions with a docstring": measure_docstrings,
}


def main(*arguments):
    addons = [Addon(folder, name) for name, _, folder in map(split_name, arguments)]
    print("|", *(f"| {addon.name}" for addon in addons), "|")
    print("|---" * (len(addons) + 1) + "|")
    for title, measure in ROWS.items():
        print("|", title, *(f"| {measure(addon)}" for addon in addons), "|")


def split_name(argument):
    """Return the parts of `NAME=FOLDER`, with an empty name for a folder alone."""
    return argument.partition("=") if "=" in argument else ("", "", argument)


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    main(*sys.argv[1:])
