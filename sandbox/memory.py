"""What JD holds, kept from one process to the next: ``--keep FILE``.

Settings, faults and pushes that wait belong to one process and are not kept.
"""

import hashlib
import pickle
import time
from pathlib import Path

SOURCES = sorted(Path(__file__).parent.rglob("*.py"))


def recall(books, path):
    """Take up what an earlier process kept; return whether there was anything.

    What another version of the sandbox kept is left aside: this one may misread it.
    """
    if not path.exists():
        return False
    version, _, content = path.read_bytes().partition(b"\n")
    if version != _version():
        return False
    vars(books).update(pickle.loads(content))  # noqa: S301 - written by `keep`
    for order in books.open_orders.values():
        order.due = time.monotonic()  # which counts from another start
    return True


def keep(books, path):
    """Write down all of it, or leave the file as it was."""
    with books.lock:
        held = {name: value for name, value in vars(books).items() if name != "lock"}
        content = pickle.dumps(held)
    new = path.with_name(f"{path.name}.new")
    new.write_bytes(_version() + b"\n" + content)
    new.replace(path)


def _version():
    sources = b"".join(path.read_bytes() for path in SOURCES)
    return hashlib.sha256(sources).hexdigest().encode()
