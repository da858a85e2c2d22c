"""JD's time: GMT+8 whatever the server's zone, written yyyy-MM-dd HH:mm:ss."""

from datetime import datetime, timedelta, timezone

JD_ZONE = timezone(timedelta(hours=8))
FORMAT = "%Y-%m-%d %H:%M:%S"


def now():
    return datetime.now(JD_ZONE)


def text(moment):
    return moment.strftime(FORMAT)


def parse(value):
    """Return the moment JD's text stands for.

    :raise ValueError: when it is not exactly yyyy-MM-dd HH:mm:ss
    """
    if len(value) != 19:
        raise ValueError(f"{value!r} is not yyyy-MM-dd HH:mm:ss")
    return datetime.strptime(value, FORMAT).replace(tzinfo=JD_ZONE)


def seconds(count):
    return timedelta(seconds=count)
