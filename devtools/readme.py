"""Makes README.rst of the fragments in `readme/`, which OCA's tools read.

usage: readme.py [--check]

`--check` only says whether README.rst is what the fragments make.
"""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
README = ROOT / "README.rst"
TITLE = "JD Fulfillment for Odoo 19"
MADE = ".. Made from readme/ by `python devtools/readme.py`: change it there."
# In OCA's order; the first one has no heading.
SECTIONS = {
    "DESCRIPTION": "",
    "INSTALL": "Installation",
    "CONFIGURE": "Configuration",
    "USAGE": "Usage",
    "DEVELOP": "Development",
}


def make():
    """Return the text of README.rst."""
    parts = [f"{'=' * len(TITLE)}\n{TITLE}\n{'=' * len(TITLE)}", MADE]
    for name, heading in SECTIONS.items():
        if heading:
            parts.append(f"{heading}\n{'=' * len(heading)}")
        parts.append((ROOT / "readme" / f"{name}.rst").read_text("utf-8").strip())
    return "\n\n".join(parts) + "\n"


def main():
    if "--check" not in sys.argv:
        README.write_text(make(), "utf-8")
    elif README.read_text("utf-8") != make():
        sys.exit("README.rst: run python devtools/readme.py, its fragments changed")


if __name__ == "__main__":
    main()
