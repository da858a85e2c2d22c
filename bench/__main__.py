"""The command line: ``python -m bench``, as ``./dev bench`` calls it."""

import argparse
from importlib import import_module

from . import machine
from .tables import show
from .world import World

DESCRIPTION = "Measurements of the addon against the sandbox, as ratios in one run."
SECTIONS = (
    *("push", "workers", "closing", "endpoint", "calls", "queries", "overview"),
    "confirm",
)
# Pure Python, without Odoo and JD.
SIMULATIONS = ("asking",)
DEFAULT = (*SECTIONS, *SIMULATIONS)
# Only where they are named: they take many minutes.
CAMPAIGNS = ("prefork", "servers", "stock", "history", "day")


def main():
    show("Machine", ("", ""), machine.describe())
    for section in _parse():
        module = import_module(f".{section}", __package__)
        if section in SIMULATIONS:
            module.measure()
            continue
        with World() as world:
            module.measure(world)


def _parse():
    parser = argparse.ArgumentParser(prog="./dev bench", description=DESCRIPTION)
    parser.add_argument(
        "sections",
        nargs="*",
        metavar="SECTION",
        help=f"what to measure: {', '.join(DEFAULT)} (default: all of these), or "
        f"{', '.join(CAMPAIGNS)}",
    )
    sections = parser.parse_args().sections or DEFAULT
    if unknown := set(sections) - {*DEFAULT, *CAMPAIGNS}:
        parser.error(f"there is no section {', '.join(sorted(unknown))}")
    return sections


if __name__ == "__main__":
    main()
