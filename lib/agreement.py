"""Whether what JD reports is the order that was meant."""

from collections import defaultdict
from dataclasses import dataclass


@dataclass(frozen=True)
class ExpectedOrder:
    """What an order was sent with, where the order itself is not at hand.

    :param lines: Tuples of our line number, JD's goods number and pieces.
    """

    number: str
    department_no: str
    warehouse_no: str
    lines: tuple[tuple[str, str, int], ...] = ()


@dataclass(frozen=True)
class Disagreement:
    """:param member: `number`, `department_no`, `warehouse_no` or `lines`."""

    member: str
    expected: str
    reported: str


def find_disagreements(order, report):
    """Return where a report is not about the order that was sent.

    JD answers a number that it knows with the order it knows, whatever is sent with it.
    What JD leaves out does not disagree, but for our number: without it nothing shows
    that the order is ours.

    :param order: A `lib.api.Order`, or an `ExpectedOrder`.
    :param report: A `lib.api.Report`.
    :rtype: tuple[Disagreement, ...]
    """
    pairs = [("number", order.number, report.own_number)]
    for name in ("department_no", "warehouse_no"):
        if getattr(report, name):
            pairs.append((name, getattr(order, name), getattr(report, name)))
    if report.lines and not report.odd_rows:
        pairs.append(("lines", *_compare_lines(order.lines, report.lines)))
    return tuple(
        Disagreement(member, expected, reported)
        for member, expected, reported in pairs
        if expected != reported
    )


def _compare_lines(sent, reported):
    """Return the lines as sent and as reported, as texts that are equal if they are.

    JD tells a line in several rows where it found several levels: the rows' plans add
    up. Where it tells no plan of a line, only the goods are compared.
    """
    planned = defaultdict(int)
    untold = set()
    for row in reported:
        key = row.line, row.goods_number
        planned[key] += row.planned or 0
        if row.planned is None:
            untold.add(key)
    untold -= {key for key, pieces in planned.items() if pieces}
    expected = defaultdict(int)
    for line in sent:
        name, goods_number, pieces = _get_parts(line)
        expected[name, goods_number] += pieces
    return _write_lines(expected, untold), _write_lines(planned, untold)


def _get_parts(line):
    if isinstance(line, tuple):
        return line
    return line.line, line.goods_number, line.quantity


def _write_lines(lines, untold):
    return ", ".join(
        f"{line}: {goods_number}" + ("" if key in untold else f" x {pieces}")
        for key, pieces in sorted(lines.items())
        for line, goods_number in [key]
    )
