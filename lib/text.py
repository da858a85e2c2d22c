"""Makes text from outside safe to store in PostgreSQL."""

WORDS_LENGTH = 500


def make_storable(value, length=WORDS_LENGTH):
    """Return text that PostgreSQL can store: without NUL and lone surrogates, and cut.

    :param str value: Any text, e.g. JD's words for what went wrong.
    :param int length: How many characters are kept.
    """
    text = value[:length].replace("\0", "")
    return text.encode("utf-8", errors="replace").decode()


def is_storable(value):
    """Tell whether PostgreSQL can store text unchanged."""
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return "\0" not in value
