"""JD's time: GMT+8 whatever the server's zone, written yyyy-MM-dd HH:mm:ss."""

import re
from datetime import datetime, timedelta, timezone

JD_ZONE = timezone(timedelta(hours=8))
FORMAT = "%Y-%m-%d %H:%M:%S"
# How JD's pages write a form: what it looks like, and how Python reads it.
FORMS = {
    "yyyy-MM-dd HH:mm:ss": (r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", FORMAT),
    "yyyy-MM-dd": (r"\d{4}-\d\d-\d\d", "%Y-%m-%d"),
    "HH:mm": (r"\d\d:\d\d", "%H:%M"),
}


def now():
    return datetime.now(JD_ZONE)


def text(moment):
    return moment.strftime(FORMAT)


def parse(value, form="yyyy-MM-dd HH:mm:ss"):
    """Return the moment JD's text stands for.

    :raise ValueError: when it is not exactly of that form
    """
    looks, reading = FORMS[form]
    # strptime alone takes single digits, more blanks and the digits of any script.
    if not re.fullmatch(looks, value, re.ASCII):
        raise ValueError(f"{value!r} is not {form}")
    return datetime.strptime(value, reading).replace(tzinfo=JD_ZONE)


def fits(value, form):
    """Tell whether ``value`` is written in one of the ``FORMS``."""
    try:
        parse(value, form)
    except ValueError:
        return False
    return True


def seconds(count):
    return timedelta(seconds=count)
