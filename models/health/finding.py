"""What a check of the health page finds."""

from dataclasses import dataclass, replace

GOOD, ATTENTION, UNKNOWN = "good", "attention", "unknown"


@dataclass(frozen=True)
class Finding:
    """The result of one check.

    :param result: GOOD, ATTENTION or UNKNOWN, which is "cannot tell".
    :param text: What it means, in the user's words; never a secret.
    :param button: The name in `buttons.BUTTONS` of what mends it or shows the place;
        empty without one.
    """

    result: str
    text: str
    button: str = ""


def good(text, button=""):
    return Finding(GOOD, text, button)


def attention(text, button=""):
    return Finding(ATTENTION, text, button)


def unknown(text, button=""):
    return Finding(UNKNOWN, text, button)


def add_hint(finding, *hints):
    """Return a finding with more sentences; empty ones are left out."""
    return replace(finding, text=" ".join(filter(None, [finding.text, *hints])))
