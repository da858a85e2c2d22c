"""Whether what JD reports is the order that was meant."""

from collections import defaultdict
from dataclasses import dataclass


@dataclass(frozen=True)
class ExpectedOrder:
    """An order as it was sent.

    :param number: Ours; empty for an order that JD made, of which neither number nor
        lines are ours.
    :param jd_number: Empty as long as JD has named none.
    :param lines: Tuples of JD's goods number and pieces.
    """

    number: str
    department_no: str
    warehouse_no: str
    jd_number: str = ""
    lines: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True)
class Disagreement:
    """:param member: A member of `ExpectedOrder`."""

    member: str
    expected: str
    reported: str


def find_disagreements(order, report):
    """Return where a report is not about the order that was sent.

    JD answers a number that it knows with the order it knows, whatever is sent with it.
    What JD leaves out does not disagree, but for our number as long as there is no
    number of JD's either: then nothing shows that the order is ours.

    :param ExpectedOrder order:
    :param report: A `lib.api.Report`.
    :rtype: tuple[Disagreement, ...]
    """
    pairs = [
        ("number", order.number, report.own_number),
        ("jd_number", order.jd_number, report.number),
        ("department_no", order.department_no, report.department_no),
        ("warehouse_no", order.warehouse_no, report.warehouse_no),
    ]
    found = [
        Disagreement(member, expected, reported)
        for member, expected, reported in pairs
        if expected and reported and expected != reported
    ]
    if not order.jd_number and not report.own_number:
        found.append(Disagreement("number", order.number, ""))
    if order.number:
        found += _compare_lines(order.lines, report.lines)
    return tuple(found)


def _compare_lines(sent, reported):
    """Yield the goods whose plan at JD is not what was sent.

    JD tells a line in several rows where it found several levels. Whether their plans
    add up or each row repeats the line's is not documented: either agrees. Goods
    without a plan are none that were sent, or JD leaves the plan out.
    """
    expected, plans = defaultdict(int), defaultdict(lambda: defaultdict(list))
    for goods_number, pieces in sent:
        expected[goods_number] += pieces
    for row in reported:
        if row.goods_number and row.planned:
            plans[row.goods_number][row.line].append(row.planned)
    for goods_number, lines in plans.items():
        added = sum(map(sum, lines.values()))
        if expected[goods_number] not in (added, sum(map(max, lines.values()))):
            yield Disagreement(
                "lines",
                f"{goods_number} x {expected[goods_number]}",
                f"{goods_number} x {added}",
            )
