"""What JD holds, kept from one process to the next: ``--keep FILE``.

Settings, faults and pushes that wait belong to one process and are not kept.
"""

import hashlib
import pickle
import time
from pathlib import Path


class Memory:
    """One file, and the version of the sandbox that this process began with."""

    def __init__(self, path):
        self._path = path
        self._version = _read_version()

    def recall(self, books):
        """Take up what an earlier process kept; return whether there was anything.

        What another version of the sandbox kept is left aside: this one may misread it.
        """
        if not self._path.exists():
            return False
        version, _, content = self._path.read_bytes().partition(b"\n")
        if version != self._version:
            return False
        load(books, content)
        return True

    def keep(self, books):
        """Write down all of it, or leave the file as it was."""
        with books.lock:
            content = dump(books)
        new = self._path.with_name(f"{self._path.name}.new")
        new.write_bytes(self._version + b"\n" + content)
        new.replace(self._path)


def dump(books):
    """Return everything the books hold, as bytes for `load`."""
    books.stock_answers.clear()  # what can be worked out again
    return pickle.dumps(
        {key: each for key, each in vars(books).items() if key != "lock"}
    )


def load(books, content):
    """Have the books hold what `dump` returned, and nothing else."""
    vars(books).update(pickle.loads(content))  # noqa: S301 - written by `dump`
    for order in books.open_orders.values():
        order.due = time.monotonic()  # which counts from another start


def _read_version():
    sources = sorted(Path(__file__).parent.rglob("*.py"))
    content = b"".join(path.read_bytes() for path in sources)
    return hashlib.sha256(content).hexdigest().encode()
