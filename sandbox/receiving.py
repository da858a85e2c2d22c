"""Counting what comes in: how much, how good, of which lot, and what is sent away."""

from .stock import DEFECTIVE, NO_BATCH, Batch, Pick


def amount(order, name, line):
    """Return what was arranged under ``name`` for a line."""
    value = order.arranged.get(name) or 0
    return value.get(line.order_line, 0) if isinstance(value, dict) else value


def receive(books, order):
    """Put what really came into stock, damaged goods at the defective level."""
    for line in order.lines:
        _count(order, line)
        total = line.plan + line.over - line.short - line.refused
        _put_away(books, order, line, total, amount(order, "damaged", line))
        line.serials = line.serials[: line.real]
    order.wrong = order.arranged.get("wrong", [])


def receive_part(books, order, parts):
    """Put a part of an order into stock before it is done.

    :param parts: by order line, an amount, or a mapping of quantity and, where it
        differs, damaged, batches and serials, as they are arranged for a whole order
    """
    for line in order.lines:
        if line.order_line in parts:
            part = parts[line.order_line]
            part = part if isinstance(part, dict) else {"quantity": part}
            before = line.real or 0
            if "serials" in part:
                line.serials = [*line.serials[:before], *part["serials"]]
            line.lots_reported = order.arranged.get("lots", True)
            total = before + part["quantity"]
            damaged, batches = part.get("damaged", 0), part.get("batches")
            _put_away(books, order, line, total, damaged, batches)


def recount(books, order, order_line, quantity, level=""):
    """Take back that so many of a line came, the last ones first.

    :raise ValueError: when not so many were counted
    """
    [line] = [line for line in order.lines if line.order_line == order_line]
    for pick in reversed(list(line.picks)):
        count = min(quantity, pick.quantity)
        if level in ("", pick.level) and count:
            place = order.warehouse_no, line.goods_no, pick.level
            row = books.stock.at(*place)[pick.batch]
            row.on_hand -= count
            line.real -= count
            quantity -= count
            line.picks.remove(pick)
            if pick.quantity > count:
                line.picks.append(pick._replace(quantity=pick.quantity - count))
    if quantity:
        raise ValueError(f"{quantity} of line {order_line} were not counted")


def close(order):
    """Let nothing more come: what is missing counts as short."""
    order.arranged["short"] = {line.order_line: line.missing for line in order.lines}


def _count(order, line):
    line.over = amount(order, "over", line)
    line.refused = min(line.plan, amount(order, "refused", line))
    line.short = min(line.plan - line.refused, amount(order, "short", line))
    line.lots_reported = order.arranged.get("lots", True)
    line.serials = order.arranged.get("serials", {}).get(line.order_line, line.serials)


def _put_away(books, order, line, total, damaged=0, batches=None):
    """Bring what came of a line up to ``total``, the damaged ones last."""
    before = line.real or 0
    line.real = max(before, total)
    line.damaged = min(line.real - before, damaged)
    level = amount(order, "level", line) or line.level
    good = line.real - before - line.damaged
    serials = list(line.serials[before : line.real])
    for batch, quantity in _batches(order, line, before, batches):
        fine = min(good, quantity)
        good -= fine
        for real_level, count in ((level, fine), (DEFECTIVE, quantity - fine)):
            if count:
                place = order.warehouse_no, line.goods_no, real_level
                books.stock.put(*place, count, batch, serials[:count])
                del serials[:count]
                line.picks.append(Pick(batch, count, real_level))


def _batches(order, line, before, arranged):
    """Yield (batch, quantity) of what came beyond ``before``.

    As arranged, else as announced, else as shipped once.
    """
    quantity = line.real - before
    arranged = arranged or order.arranged.get("batches", {}).get(line.order_line)
    if arranged:
        known = [(Batch.of(each), each["quantity"]) for each in arranged]
    elif any(line.asked_batch):
        known = [(Batch(*line.asked_batch), quantity)]
    else:
        known = [(pick.batch, pick.quantity) for pick in line.expected]
    for batch, count in known:
        if min(count, quantity):
            yield batch, min(count, quantity)
        quantity -= min(count, quantity)
    if quantity:
        yield (known[-1][0] if known else NO_BATCH), quantity
