"""Splits an outbound order into parts, as a warehouse does that lacks some of it."""

from dataclasses import replace

from . import walk, warehouse_work
from .orders import OUTBOUND, Order

CANCELLED = 10028


def split(sandbox, order, shares, cancelled=True):
    """Replace an order by parts that go on alone; return JD's numbers of them.

    JD's page of querySoOrder names the parts. What else becomes of the order is not
    documented: it is cancelled, or else stays where it was.

    :param list shares: For each part but the last, order line → pieces; the last part
        has the rest.
    :raise ValueError: when it cannot be split, or not so
    """
    rules = walk.RULES[OUTBOUND]
    on_path = order.kind == OUTBOUND and order.status in rules.path
    if not on_path or order.parts or not rules.may_cancel(order):
        raise ValueError(f"{order.no} cannot be split any more")
    parts = _divide(order, shares)
    warehouse_work.release(sandbox.books, order)
    for part in parts:
        part.no = sandbox.books.next_no("ESL", 17)
        warehouse_work.reserve(sandbox.books, part)
        walk.start(sandbox, part)
        if order.status != part.status:
            walk.bring(sandbox, part, order.status)
    order.parts = [part.no for part in parts]
    sandbox.books.open_orders.pop(order.no, None)
    if cancelled:
        walk.enter(sandbox, order, CANCELLED)
    return order.parts


def cancel(sandbox, order):
    """Cancel all parts of an order, or none; return whether they are."""
    parts = list(_find_last_parts(sandbox, order))
    rules = walk.RULES[OUTBOUND]
    if any(rules.over(part) or not rules.may_cancel(part) for part in parts):
        return False
    for part in parts:
        walk.enter(sandbox, part, rules.cancelled)
    return True


def _find_last_parts(sandbox, order):
    """Yield the parts that go on: those that were not split again."""
    for number in order.parts:
        part = sandbox.books.orders.by_no[number]
        if part.parts:
            yield from _find_last_parts(sandbox, part)
        else:
            yield part


def _divide(order, shares):
    left = {line.order_line: line.plan for line in order.lines}
    divided = []
    for share in (*shares, None):
        taken = dict(left) if share is None else {k: int(v) for k, v in share.items()}
        for number, pieces in taken.items():
            if not 0 <= pieces <= left.get(number, 0):
                raise ValueError(f"{order.no} has no {pieces} pieces left of {number}")
            left[number] -= pieces
        divided.append({number: pieces for number, pieces in taken.items() if pieces})
    if not all(divided):
        raise ValueError(f"{order.no} would have a part without goods")
    return [_make_part(order, share) for share in divided]


def _make_part(order, share):
    # The platform's number leads to the order itself.
    channel = dict(order.request["channelInfo"])
    channel.pop("salesPlatformDeliveryNo", None)
    return Order(
        kind=order.kind,
        no="",
        erp_no="",
        department_no=order.department_no,
        warehouse_no=order.warehouse_no,
        pin=order.pin,
        app_key=order.app_key,
        request={**order.request, "channelInfo": channel},
        lines=[
            replace(line, plan=share[line.order_line], picks=[], serials=[])
            for line in order.lines
            if line.order_line in share
        ],
    )
