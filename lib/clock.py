"""JD's time: text at GMT+8 on the wire, naive UTC everywhere on our side."""

from datetime import datetime, timedelta, timezone

_FORMAT = "%Y-%m-%d %H:%M:%S"
AHEAD_OF_UTC = timedelta(hours=8)


def utc_now():
    """Return the current time as naive UTC, to the second."""
    return datetime.now(timezone.utc).replace(tzinfo=None, microsecond=0)


def to_jd(moment):
    """Write naive UTC as JD does."""
    return (moment + AHEAD_OF_UTC).strftime(_FORMAT)


def from_jd(text):
    """Read a time of JD's as naive UTC.

    :raise ValueError: It is no such time.
    """
    return datetime.strptime(text, _FORMAT) - AHEAD_OF_UTC
