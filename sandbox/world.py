"""The whole sandbox: what JD holds and everything it does by itself."""

import dataclasses
import threading

from . import seed
from .books import Books
from .faults import Faults
from .memory import dump, load
from .messages import Messenger
from .walk import Walker


class Sandbox:
    """One JD.

    :param memory: the `memory.Memory` to go on from, if any
    """

    def __init__(self, settings, memory=None):
        self._at_start = dataclasses.replace(settings)
        self.settings = settings
        self.stopping = threading.Event()
        self.books = Books()
        self.faults = Faults(self.books, settings)
        self.messenger = Messenger(self)
        self._memory = memory
        self._mark = b""
        if not (memory and memory.recall(self.books)):
            seed.fill(self.books, settings.demo)

    def stop(self):
        """Have the threads end, and keep what is to be kept."""
        self.stopping.set()
        if self._memory:
            self._memory.keep(self.books)

    def start(self):
        """Set the threads going that move documents and carry pushes."""
        Walker(self).start()
        self.messenger.start()

    def reset(self):
        """Return to the seed and to the settings the process was started with."""
        with self.books.lock:
            for each in dataclasses.fields(self.settings):
                value = getattr(self._at_start, each.name)
                setattr(self.settings, each.name, value)
            self._forget()
            seed.fill(self.books, self.settings.demo)

    def mark(self):
        """Remember what the books hold now, for `go_back`."""
        self._mark = dump(self.books)

    def go_back(self):
        """Have the books hold again what they held at the mark; drop faults and pushes.

        :raise ValueError: when no mark was set
        """
        if not self._mark:
            raise ValueError("no mark was set")
        with self.books.lock:
            self._forget()
            load(self.books, self._mark)

    def _forget(self):
        self.books.clear()
        self.faults.clear()
        self.messenger.clear()
