"""Combines the reports of the orders into which JD split one of ours."""

from dataclasses import replace
from itertools import chain


def find_last_parts(whole, parts):
    """Return the parts that JD did not split again: what moves, moves with them.

    JD may name with a part the other parts of the same whole: those do not replace it.

    :param whole: As in `combine`.
    :param parts: All that JD has named, in the order in which it named them.
    """
    named = {whole.number, *whole.split_numbers}
    last = []
    for part in parts:
        named.add(part.number)
        others = set(part.split_numbers) - named
        named |= others
        if not others:
            last.append(part)
    return last


def combine(whole, parts, *, ranks, ended, moved_rank):
    """Return one report of a whole order from the reports of its parts.

    JD's page of querySoOrder (document 1632) names the parts, and not how they relate
    to the whole: the order itself may be cancelled because its parts replace it. What
    the parts report counts, and the whole is where its slowest part is.

    :param whole: The `lib.api.OutboundReport` of the order that was sent.
    :param parts: Those of its parts that were not split again; at least one.
    :param dict ranks: Status → its rank, for those that are a progress.
    :param ended: The statuses of orders that JD does not carry out.
    :param int moved_rank: From this rank on, the goods of a part have left.
    :return: A `lib.api.OutboundReport`. Its lines have no quantities as long as a part
        still has to leave, or JD has to name what left with it.
    """
    progress = {id(part): _get_rank(part, ranks) for part in parts}
    living = [part for part in parts if part.status not in ended or _has_moved(part)]
    # All parts have ended without leaving: so has the whole.
    slowest = min(living, key=lambda part: progress[id(part)], default=parts[0])
    has_left = not living or progress[id(slowest)] >= moved_rank
    # Else the pieces of the others would pass for all that left of a line.
    is_counted = has_left and all(
        _is_counted(part, part.status in ended or progress[id(part)] > moved_rank)
        for part in living
    )
    return replace(
        slowest,
        number=whole.number,
        own_number=whole.own_number,
        warehouse_no=_get_other_warehouse(whole, parts),
        split_numbers=whole.split_numbers,
        lines=tuple(
            _count(line, part in living, is_counted)
            for part in parts
            for line in part.lines
        ),
        **{
            name: tuple(dict.fromkeys(chain(*(getattr(part, name) for part in parts))))
            for name in ("serials", "waybills", "odd_rows")
        },
        # As often as they are named: two parts may have the same pieces of a lot.
        **{
            name: tuple(chain(*(getattr(part, name) for part in parts)))
            for name in ("lots", "parcels")
        },
    )


def _get_rank(part, ranks):
    """Return how far a part is: a status like a refused cancel is no progress."""
    passed = [part.status, *(change.status for change in part.history)]
    return max((ranks.get(status, 0) for status in passed), default=0)


def _has_moved(part):
    return any(line.done for line in part.lines)


def _get_other_warehouse(whole, parts):
    """Return the number of a warehouse that is not the whole's, if a part has one."""
    others = (part.warehouse_no for part in parts if part.warehouse_no)
    return next(
        (number for number in others if number != whole.warehouse_no),
        whole.warehouse_no,
    )


def _is_counted(part, is_over):
    """Tell whether JD has named what left with a part.

    :param is_over: Whether lines that JD leaves out have moved nothing.
    """
    named = [line.done is not None for line in part.lines]
    return all(named) or (is_over and any(named))


def _count(line, is_living, is_counted):
    if not is_counted:
        return replace(line, done=None)
    # Nothing left of what was cancelled.
    return line if is_living or line.done else replace(line, done=0)
