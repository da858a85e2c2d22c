"""Combines JD's separate lists of lines, lots and serial numbers."""

from collections import defaultdict
from dataclasses import dataclass, replace

from .api import GoodsLevel, Lot


@dataclass(frozen=True)
class Allocation:
    """Pieces of one order line with the same level, lot and serial number.

    :param lot: None where JD names none.
    :param serial: Empty where JD names none; with one, the quantity is 1.
    """

    line: str
    quantity: int
    level: str = GoodsLevel.GOOD
    lot: Lot | None = None
    serial: str = ""


def allocate(report):
    """Return the allocations of a report; they add up to the quantities of its lines.

    JD reports quantities by line and level, lots by goods or by line, and serial
    numbers by goods. The lines decide how much has moved; lots and serial numbers only
    divide it. A line without a reported quantity has no allocation.

    :param report: A `lib.api.Report`.
    :rtype: list[Allocation]
    """
    lots, serials = _Lots(report.lots), _Serials(report.serials)
    return [
        part
        for line in report.lines
        if line.done
        for piece in lots.split(line)
        for part in serials.split(piece, line.goods_number)
    ]


class _Lots:
    """Divides the reported lots among the lines, in the order of the lines."""

    def __init__(self, rows):
        self._left = [[row, row.quantity or 0] for row in rows]

    def split(self, line):
        left = line.done
        level = line.level or GoodsLevel.GOOD
        for entry in self._left:
            row, available = entry
            taken = min(left, available)
            if taken and _fits(row, line, level):
                entry[1] -= taken
                left -= taken
                yield Allocation(line.line, taken, level, row.lot)
        # The lines decide how much: pieces beyond the reported lots have no lot.
        if left:
            yield Allocation(line.line, left, level)


def _fits(row, line, level):
    if row.line and row.line != line.line:
        return False
    if row.level and row.level != level:
        return False
    return row.goods_number == line.goods_number


class _Serials:
    """Divides the reported serial numbers among the pieces of their goods."""

    def __init__(self, rows):
        self._left = defaultdict(list)
        for row in rows:
            self._left[row.goods_number].append(row.serial)

    def split(self, piece, goods_number):
        # JD does not say which line a serial number belongs to.
        serials = self._left[goods_number]
        taken, serials[:] = serials[: piece.quantity], serials[piece.quantity :]
        for serial in taken:
            yield Allocation(piece.line, 1, piece.level, piece.lot, serial)
        if piece.quantity > len(taken):
            rest = piece.quantity - len(taken)
            yield Allocation(piece.line, rest, piece.level, piece.lot)


def relabel(report, lines, *, keep=True):
    """Return the report with our line numbers, and the lines that match none of ours.

    JD's lines are matched by our number, or else by their goods. Where several of our
    lines have the same goods, each is filled up to its plan in turn. What is beyond all
    plans stays on the line that JD names, or else on the last one.

    :param report: A `lib.api.Report`.
    :param lines: Our (line, goods number, planned), in order.
    :param keep: Whether JD reports our line numbers; not for orders made at JD.
    :rtype: tuple[Report, list[ReportedLine]]
    """
    goods = {line: goods_number for line, goods_number, _ in lines}
    known = goods if keep else {}
    room = defaultdict(dict)
    for line, goods_number, planned in lines:
        room[goods_number][line] = planned
    # First what names its line: it uses up the plan before the rest is divided.
    named = [row for row in report.lines if _is_named(row, known)]
    for row in named:
        room[goods[row.line]][row.line] -= row.done or 0
    spread, unmatched_lines = [], []
    for row in report.lines:
        if _is_named(row, known):
            continue
        if row.goods_number in room:
            spread += _spread(row, room[row.goods_number])
        elif row.done:
            unmatched_lines.append(row)
    rooms = {line: room[goods_number] for line, goods_number in goods.items()}
    ours, shared = _balance([*named, *spread], rooms)
    # Which of the lines a lot belongs to is known only where JD keeps them apart.
    apart = known.keys() - shared
    lots = tuple(
        row if row.line in apart else replace(row, line="") for row in report.lots
    )
    return replace(report, lines=tuple(ours), lots=lots), unmatched_lines


def _is_named(row, goods):
    """Tell whether a reported line has a line number of ours and no other goods."""
    return row.line in goods and row.goods_number in ("", goods[row.line])


def _spread(row, room):
    """Divide a reported line among our lines of the same goods.

    :param dict room: Line number → pieces still planned; brought up to date.
    """
    if not row.done:
        yield replace(row, line=next(iter(room)))
        return
    left = row.done
    *_others, last = room
    for line, free in room.items():
        # What JD moved beyond all plans is kept as well, on the last line.
        taken = left if line == last else min(left, max(free, 0))
        if taken:
            room[line] -= taken
            left -= taken
            yield replace(row, line=line, done=taken)


def _balance(rows, rooms):
    """Move what a line got beyond its plan to lines of the same goods that lack it.

    JD may report one row for several of our lines.

    :param dict rooms: Line number → line number → pieces still planned, of its goods.
    :return: The rows, and the lines that gave or got pieces.
    """
    balanced, shared = [], set()
    # From the end: what is odd about a line, such as damage, comes last.
    for row in reversed(rows):
        room = rooms[row.line]
        left = row.done
        given = []
        for line, free in room.items():
            moved = min(-room[row.line], free, left or 0)
            if moved > 0:
                room[line] -= moved
                room[row.line] += moved
                left -= moved
                given.append(replace(row, line=line, done=moved, planned=None))
                shared |= {line, row.line}
        balanced += [*reversed(given), replace(row, done=left)]
    return balanced[::-1], shared
