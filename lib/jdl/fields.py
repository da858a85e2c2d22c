"""Tolerant reading: numbers may be text anywhere, whole members may be missing."""


def rows(data, *, member="resultList"):
    """Return the objects of a list, or of the page around a list."""
    if isinstance(data, dict):
        data = data.get(member)
    if not isinstance(data, list):
        return []
    return [row for row in data if isinstance(row, dict)]


def inner(row, name):
    """Return the object inside `row`, empty where JD sent none."""
    value = row.get(name)
    return value if isinstance(value, dict) else {}


def text(row, name):
    """Return a member as text, empty where it is absent."""
    value = row.get(name)
    return "" if value is None else str(value)


def numbers_list(row, name):
    """Split a member that holds several numbers with commas between them."""
    return tuple(part.strip() for part in text(row, name).split(",") if part.strip())
