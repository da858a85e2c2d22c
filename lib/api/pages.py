"""Lists as JD sends them: what was understood, and what was not."""

from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class OddRow:
    """A part of an answer that was not understood, for somebody to look at.

    :param place: JD's name of the list it stood in.
    :param reason: What is odd about it.
    :param raw: The row as JD sent it, as JSON text, cut where it is long.
    """

    place: str
    reason: str
    raw: str = field(default="", repr=False)


@dataclass(frozen=True)
class Page(Sequence):
    """The rows of one answer that were understood, as a sequence.

    :param came: How many entries JD sent; more than rows where some were odd, other
        than rows where an entry holds several or none.
    :param total_rows: Of all pages together; None where JD does not say.
    :param is_last: No further page is to be asked for.
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
