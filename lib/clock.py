"""Converts times: text at GMT+8 at JD, naive UTC in Odoo."""

import re
from datetime import datetime, timedelta, timezone

_FORMAT = "%Y-%m-%d %H:%M:%S"
AHEAD_OF_UTC = timedelta(hours=8)

# What Odoo can show and group in every time zone.
EARLIEST = datetime.fromisoformat("1970-01-01")
LATEST = datetime.fromisoformat("2200-01-01")

_SECONDS = re.compile(r"[0-9]{9,10}")
_MILLISECONDS = re.compile(r"[0-9]{12,13}")
_TEXT = re.compile(
    r"([0-9]{4})[-/]([0-9]{1,2})[-/]([0-9]{1,2})"
    r"(?:[T ]([0-9]{1,2}):([0-9]{1,2})(?::([0-9]{1,2})(?:\.[0-9]{1,9})?)?)?"
)


def utc_now():
    """Return the current time as naive UTC, to the second."""
    return datetime.now(timezone.utc).replace(tzinfo=None, microsecond=0)


def to_jd(moment):
    """Return naive UTC as JD's text: `yyyy-MM-dd HH:mm:ss` at GMT+8."""
    return (moment + AHEAD_OF_UTC).strftime(_FORMAT)


def from_jd(value):
    """Return a time from JD as naive UTC, to the second.

    JD writes `2026-01-31 04:00:00`; some of its pages show fractions of a second,
    slashes, a day alone, or seconds or milliseconds since 1970.

    :param value: Text or a whole number.
    :raise ValueError: It is no such time, or one outside `EARLIEST` to `LATEST`.
    """
    moment = _parse(value)
    if not EARLIEST <= moment < LATEST:
        raise ValueError("a time that cannot be kept")
    return moment


def expiry_from_jd(value):
    """Return an expiry like `from_jd`; one after `LATEST` is returned as `LATEST`.

    :raise ValueError: It is no such time, or one long past.
    """
    moment = _parse(value)
    if moment < EARLIEST:
        raise ValueError("a time that cannot be kept")
    return min(moment, LATEST)


def day_from_jd(value):
    """Return the date at GMT+8 of a time or day from JD.

    :raise ValueError: As `from_jd`.
    """
    return (from_jd(value) + AHEAD_OF_UTC).date()


def _parse(value):
    """Return naive UTC: text is read at GMT+8, numbers as seconds since 1970 in UTC.

    :raise ValueError: It is no time, or none that Python can represent.
    """
    text = str(value).strip() if isinstance(value, str | int) else ""
    try:
        if _SECONDS.fullmatch(text):
            return EARLIEST + timedelta(seconds=int(text))
        if _MILLISECONDS.fullmatch(text):
            return EARLIEST + timedelta(seconds=int(text) // 1000)
        found = _TEXT.fullmatch(text)
        if not found:
            raise ValueError("no time")
        parts = (int(part or 0) for part in found.groups())
        moment = datetime(*parts, tzinfo=timezone(AHEAD_OF_UTC))
        return moment.astimezone(timezone.utc).replace(tzinfo=None)
    # The digits may name a day that no calendar has, or a year beyond Python's.
    except OverflowError:
        raise ValueError("no time") from None
