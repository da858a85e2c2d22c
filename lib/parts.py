"""What JD has counted of an order since its last part was received."""

from collections import Counter, defaultdict
from dataclasses import dataclass, replace

from .api import GoodsLevel


@dataclass(frozen=True)
class Correction:
    """Pieces that were received, and that JD no longer reports.

    :param goods_number: JD's.
    :param level: The goods level that JD reports less of; empty for a lot.
    :param lot: The lot or serial number that JD reports less of; empty for a level.
    """

    goods_number: str
    received: int
    reported: int
    level: str = ""
    lot: str = ""


def subtract(report, received, lines):
    """Return the report of what was not received before, and JD's corrections.

    JD's quantities are cumulative: each report counts from the beginning. Where JD
    takes pieces back, at one level or in all, that many others are not received either,
    so that never more is received than JD reports: somebody must look. Of lines with
    the same goods, JD may count for one what it counted for another before.

    :param report: A `lib.api.Report` with our line numbers, as from `relabel`.
    :param received: The `Allocation` records of all that was received before.
    :param lines: Our (line, goods number, planned).
    :rtype: tuple[Report, list[Correction]]
    """
    if not received:
        return report, []
    goods = {line: goods_number for line, goods_number, _planned in lines}
    entries = [_Entry(goods[part.line], part, part.quantity) for part in received]
    corrections = []
    rest = replace(report, lines=_subtract_lines(report, entries, goods, corrections))
    rest = replace(rest, lots=_subtract_lots(rest, entries, goods, corrections))
    rest = replace(rest, serials=_subtract_serials(rest, entries, corrections))
    return rest, corrections


@dataclass
class _Entry:
    """Received pieces, and how many of them a list of JD's has not named yet."""

    goods_number: str
    part: object
    left: int


def _subtract_lines(report, entries, goods, corrections):
    """Return the lines of what was not received before.

    :param dict goods: Line → goods number.
    """
    # A line without a quantity says nothing about what was received before.
    told = {row.line for row in report.lines if row.done is not None}
    taken = defaultdict(Counter)
    for entry in entries:
        if entry.part.line in told:
            key = entry.part.line, entry.part.level
            taken[entry.goods_number][key] += entry.part.quantity
    rows = list(report.lines)
    for goods_number, of_goods in taken.items():
        indexes = [i for i, row in enumerate(rows) if goods[row.line] == goods_number]
        group = [rows[index] for index in indexes]
        rest = _subtract_group(goods_number, group, of_goods, corrections)
        for index, row in zip(indexes, rest, strict=True):
            rows[index] = row
    return tuple(rows)


def _subtract_group(goods_number, rows, taken, corrections):
    """Return the rows of one goods without what was received of it.

    :param taken: (line, level) → pieces received; what no row has is left in it.
    """
    received, reported = _sum_levels(taken), Counter()
    for row in rows:
        reported[_level(row)] += row.done or 0
    # First from where it was counted before, then from other lines.
    rows = _cut(rows, taken, lambda row, key: (row.line, _level(row)) == key)
    rows = _cut(rows, taken, lambda row, key: _level(row) == key[1])
    corrections += [
        Correction(goods_number, received[level], reported[level], level=level)
        for level, missing in _sum_levels(taken).items()
        if missing
    ]
    return _cut(rows, taken, lambda row, key: True)


def _cut(rows, taken, fits):
    """Return the rows without what fits of `taken`; take it out of that, too."""
    rest = []
    for row in rows:
        for key in taken:
            if row.done and fits(row, key):
                pieces = min(row.done, taken[key])
                taken[key] -= pieces
                row = replace(row, done=row.done - pieces)
        rest.append(row)
    return rest


def _sum_levels(taken):
    levels = Counter()
    for (_line, level), pieces in taken.items():
        levels[level] += pieces
    return levels


def _level(row):
    return row.level or GoodsLevel.GOOD


def _subtract_lots(rest, entries, goods, corrections):
    """Return the lots of what was not received before.

    :param dict goods: Line → goods number.
    """
    named = [entry for entry in entries if entry.part.lot]
    rows = list(rest.lots)
    # As for the lines: first from where it was counted before.
    for other_lines in (False, True):
        for index, row in enumerate(rows):
            left = row.quantity or 0
            for entry in named:
                if _is_of_lot(entry, row, other_lines):
                    pieces = min(left, entry.left)
                    entry.left -= pieces
                    left -= pieces
            rows[index] = replace(row, quantity=left)
    listed = {row.goods_number for row in rest.lots}
    corrections += [
        Correction(
            entry.goods_number,
            entry.part.quantity,
            entry.part.quantity - entry.left,
            lot=entry.part.lot.number,
        )
        for entry in named
        if entry.left and entry.goods_number in listed
    ]
    for goods_number in listed:
        _drop_late_lots(goods_number, rows, rest, entries)
    # Which of several lines of the same goods new pieces belong to is not known.
    lines = Counter(goods.values())
    return tuple(
        row if lines[row.goods_number] == 1 else replace(row, line="")
        for row in rows
        if row.quantity
    )


def _is_of_lot(entry, row, other_lines):
    part = entry.part
    return (
        entry.goods_number == row.goods_number
        and part.lot.number == row.lot.number
        and row.level in ("", part.level)
        and (other_lines or row.line == part.line)
    )


def _drop_late_lots(goods_number, rows, rest, entries):
    """Leave out lots of pieces that were received before JD named them."""
    of_goods = [i for i, row in enumerate(rows) if row.goods_number == goods_number]
    named = sum(rows[index].quantity for index in of_goods)
    late = _count_late(goods_number, named, rest, entries)
    for index in of_goods:
        pieces = min(late, rows[index].quantity)
        late -= pieces
        rows[index] = replace(rows[index], quantity=rows[index].quantity - pieces)


def _subtract_serials(rest, entries, corrections):
    """Return the serial numbers of what was not received before."""
    known = {(e.goods_number, e.part.serial) for e in entries if e.part.serial}
    told = {(row.goods_number, row.serial) for row in rest.serials}
    listed = {row.goods_number for row in rest.serials}
    corrections += [
        Correction(goods_number, 1, 0, lot=serial)
        for goods_number, serial in sorted(known - told)
        if goods_number in listed
    ]
    rows = []
    for goods_number in dict.fromkeys(row.goods_number for row in rest.serials):
        fresh = [
            row
            for row in rest.serials
            if row.goods_number == goods_number
            and (goods_number, row.serial) not in known
        ]
        rows += fresh[_count_late(goods_number, len(fresh), rest, entries) :]
    return tuple(rows)


def _count_late(goods_number, named, rest, entries):
    """Return how many of the pieces named now were received without lot and serial.

    :param int named: Pieces of the goods whose lot or serial number is new.
    """
    unnamed = sum(
        entry.part.quantity
        for entry in entries
        if entry.goods_number == goods_number
        and not entry.part.lot
        and not entry.part.serial
    )
    open_pieces = sum(
        row.done or 0 for row in rest.lines if row.goods_number == goods_number
    )
    return min(unnamed, max(0, named - open_pieces))
