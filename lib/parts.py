"""What JD has counted of an order since its last part was received."""

from collections import Counter, defaultdict
from dataclasses import dataclass, replace

from .allocation import is_named
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


def subtract(report, received, lines, *, keep=True):
    """Return the report of what was not received before, and JD's corrections.

    JD's quantities are cumulative: each report counts from the beginning. Where JD
    takes pieces back, at one level or in all, that many others are not received either,
    so that never more is received than JD reports: somebody must look.

    :param report: A `lib.api.Report`.
    :param received: The `Allocation` records of all that was received before.
    :param lines: Our (line, goods number, planned).
    :param keep: Whether JD reports our line numbers; not for orders made at JD.
    :rtype: tuple[Report, list[Correction]]
    """
    if not received:
        return report, []
    goods = {line: goods_number for line, goods_number, _planned in lines}
    entries = [_Entry(goods[part.line], part, part.quantity) for part in received]
    ours = goods if keep else {}
    corrections = []
    rest = replace(
        report, lines=_subtract_lines(report, entries, goods, ours, corrections)
    )
    rest = replace(rest, lots=_subtract_lots(rest, entries, ours, corrections))
    rest = replace(rest, serials=_subtract_serials(rest, entries, corrections))
    return rest, corrections


@dataclass
class _Entry:
    """Received pieces, and how many of them a list of JD's has not named yet."""

    goods_number: str
    part: object
    left: int


def _subtract_lines(report, entries, goods, ours, corrections):
    """Return the lines of what was not received before.

    :param dict goods: Line → goods number, of our lines.
    :param dict ours: The same, or empty where the report has no line numbers of ours.
    """
    named = {row.line for row in report.lines if is_named(row, ours)}
    taken = defaultdict(Counter)
    for entry in entries:
        line = entry.part.line if entry.part.line in named else ""
        taken[line, entry.goods_number][entry.part.level] += entry.part.quantity
    groups = defaultdict(list)
    for index, row in enumerate(report.lines):
        line = row.line if is_named(row, ours) else ""
        groups[line, goods[line] if line else row.goods_number].append(index)
    rows = list(report.lines)
    for key, indexes in groups.items():
        group = [rows[index] for index in indexes]
        rest = _subtract_group(key[1], group, taken[key], corrections)
        for index, row in zip(indexes, rest, strict=True):
            rows[index] = row
    return tuple(rows)


def _subtract_group(goods_number, rows, taken, corrections):
    """Return the rows of one line, or of one goods, without what was taken of it."""
    reported = Counter()
    for row in rows:
        if row.done is not None:
            reported[_level(row)] += row.done
    # A line without a quantity says nothing about what was received before.
    if not reported:
        return rows
    left = {level: reported[level] - taken[level] for level in {*reported, *taken}}
    short = [level for level in taken if left[level] < 0]
    missing = -sum(left[level] for level in short)
    corrections += [
        Correction(goods_number, taken[level], reported[level], level=level)
        for level in short
    ]
    rest = []
    for row in rows:
        if row.done is not None:
            done = max(0, min(row.done, left[_level(row)]))
            left[_level(row)] -= done
            cut = min(done, missing)
            missing -= cut
            row = replace(row, done=done - cut)
        rest.append(row)
    return rest


def _level(row):
    return row.level or GoodsLevel.GOOD


def _subtract_lots(rest, entries, ours, corrections):
    """Return the lots of what was not received before."""
    named = [entry for entry in entries if entry.part.lot]
    rows = []
    for row in rest.lots:
        left = row.quantity or 0
        for entry in named:
            if _is_of_lot(entry, row, ours):
                pieces = min(left, entry.left)
                entry.left -= pieces
                left -= pieces
        rows.append(replace(row, quantity=left))
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
    return tuple(row for row in rows if row.quantity)


def _is_of_lot(entry, row, ours):
    part = entry.part
    return (
        entry.goods_number == row.goods_number
        and part.lot.number == row.lot.number
        and row.level in ("", part.level)
        and (row.line == part.line or row.line not in ours)
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
