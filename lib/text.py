"""Text from outside, made fit to be stored and shown."""

WORDS_LENGTH = 500


def make_storable(value, length=WORDS_LENGTH):
    """Return text that PostgreSQL takes: no NUL, no half character, not too long.

    :param str value: Any text, e.g. JD's words for what went wrong.
    :param length: Characters kept.
    """
    text = value[:length].replace("\0", "")
    return text.encode("utf-8", errors="replace").decode()


def is_storable(value):
    """Tell whether text can be stored as it is."""
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return "\0" not in value
