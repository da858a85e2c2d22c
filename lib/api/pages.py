"""Pages of JD's lists: the rows that could be read, and those that could not."""

from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class OddRow:
    """A part of an answer that could not be read, kept to be shown to JD support.

    :param place: JD's name of the list or member.
    :param reason: Why it could not be read.
    :param raw: The part as JD sent it, as JSON text, cut if it is long.
    """

    place: str
    reason: str
    raw: str = field(default="", repr=False)


@dataclass(frozen=True)
class Page(Sequence):
    """The rows of one page that could be read, as a sequence.

    :param came: How many entries JD sent. It differs from the number of rows if some
        could not be read, or if an entry holds several rows or none.
    :param total_rows: Rows of all pages; None where JD does not say.
    :param is_last: Whether this page ends the list.
    """

    rows: tuple = ()
    odd_rows: tuple[OddRow, ...] = ()
    came: int = 0
    total_rows: int | None = None
    is_last: bool = True

    def __getitem__(self, index):
        return self.rows[index]

    def __len__(self):
        return len(self.rows)
