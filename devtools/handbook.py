"""Makes the pages in `static/docs/` that Odoo's screens link to, out of `docs/`.

usage: handbook.py [--check]

Their pictures are beside them. `--check` only says which page is not what its source
makes.
"""

import re
import sys
from html import escape
from pathlib import Path

from markdown_it import MarkdownIt

ROOT = Path(__file__).resolve().parent.parent
SOURCES, PAGES = ROOT / "docs", ROOT / "static" / "docs"
NAMES = ("merchant", "administrator", "stock-checks")
# From a source: another one that is a page too, and where the pages are.
TO_PAGE = re.compile(rf"^({'|'.join(NAMES)})\.md(?=#|$)")
TO_STATIC = re.compile(r"^\.\./static/")
PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<link rel="stylesheet" href="handbook.css">
</head>
<body>
{body}</body>
</html>
"""


def make(name):
    """Return the HTML of a page."""
    parser = MarkdownIt("commonmark", {"html": False}).enable("table")
    tokens = parser.parse((SOURCES / f"{name}.md").read_text("utf-8"))
    for token, after in zip(tokens, [*tokens[1:], None], strict=True):
        if token.type == "heading_open":
            token.attrSet("id", make_anchor(after.content))
        for child in token.children or ():
            turn_address(child)
    title = next(token.content for token in tokens if token.type == "inline")
    body = parser.renderer.render(tokens, parser.options, {})
    return PAGE.format(title=escape(title), body=body)


def make_anchor(heading):
    """Return the anchor of a heading, as where the sources are read."""
    return re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")


def turn_address(token):
    """Have a link or picture of a source point from its page to the same."""
    for name in {"href", "src"} & token.attrs.keys():
        address = TO_PAGE.sub(r"\1.html", token.attrs[name])
        token.attrSet(name, TO_STATIC.sub("../", address))


def main():
    old = []
    for name in NAMES:
        page, text = PAGES / f"{name}.html", make(name)
        if "--check" not in sys.argv:
            page.write_text(text, "utf-8")
        elif page.read_text("utf-8") != text:
            old.append(page.name)
    if old:
        sys.exit(f"static/docs: run python devtools/handbook.py: {', '.join(old)}")


if __name__ == "__main__":
    main()
