"""What the kinds of orders have in common on JDL's wire."""

from collections.abc import Callable
from dataclasses import dataclass

from ..api import NotFound, OutcomeUnknown, ReportedLine, ReportedLot, ReportedSerial
from .fields import count, lot, lot_payload, rows, text
from .gateway import Call


@dataclass(frozen=True)
class Family:
    """How one kind of order is created, asked about and read.

    :param number: JD's name for its own number of such an order.
    :param own_number: JD's name for ours.
    :param payload: Takes the order, returns what JD is told.
    :param flags: What a question asks to be told.
    :param lot_flags: What it asks for besides when lots and serials matter.
    :param report: The report's class.
    :param status: JD's name for the status.
    :param lines: JD's name for the list of lines.
    :param level: JD's name for the level that was really found, of a line.
    :param lots: JD's names for the list of lots, and for a lot's quantity.
    :param serials: JD's name for the list of serial numbers.
    :param read_more: Takes the `data` of the answer, returns what the report has
        besides.
    """

    create: Call
    query: Call
    number: str
    own_number: str
    payload: Callable
    flags: dict
    lot_flags: dict
    report: type
    lines: str
    lots: tuple[str, str]
    read_more: Callable
    status: str = "status"
    level: str = "goodsLevel"
    serials: str = "serialNoModelList"

    def question(self, department_no, number, own_number, with_lots):
        named = {self.number: number} if number else {self.own_number: own_number}
        flags = {**self.flags, **(self.lot_flags if with_lots else {})}
        return {"ownerNo": department_no, **named, **flags}

    def read_created(self, data):
        """Return JD's number of a new order."""
        found = text(data, self.number) if isinstance(data, dict) else ""
        if not found:
            raise OutcomeUnknown("JD took the order but named no number")
        return found

    def read_report(self, data):
        """Return the report; JD answers some kinds it does not know with nothing."""
        if not isinstance(data, dict) or not text(data, self.number):
            raise NotFound("JD has no such order", call=self.query.name)
        common = {
            "number": text(data, self.number),
            "own_number": text(data, self.own_number),
            "department_no": text(data, "ownerNo"),
            "warehouse_no": text(data, "warehouseNo"),
            "status": text(data, self.status),
            "lines": tuple(
                read_line(row, level=self.level)
                for row in rows(data, member=self.lines)
            ),
            "lots": read_lots(data, *self.lots),
            "serials": read_serials(data, self.serials),
        }
        return self.report(**{**common, **self.read_more(data)})


def cargo(line):
    """Return a line as every kind of order tells it."""
    return {
        "orderLine": line.line,
        "goodsNo": line.goods_number,
        "planQuantity": line.quantity,
        "goodsLevel": line.level,
        "batchInfos": lot_payload(line.lot),
    }


def amount(value):
    """Return money as JD takes it, absent where there is none."""
    return None if value is None else float(round(value, 2))


def read_line(row, *, level="goodsLevel"):
    return ReportedLine(
        line=text(row, "orderLine"),
        goods_number=text(row, "goodsNo"),
        own_goods_number=text(row, "erpGoodsNo"),
        level=text(row, level) or text(row, "goodsLevel"),
        planned=count(row, "planQuantity"),
        done=count(row, "realQuantity"),
    )


def read_lots(data, member, quantity):
    """Return the lots of a list, whose quantity every kind names differently."""
    found = []
    for row in rows(data, member=member):
        described = lot(row)
        if described:
            found.append(
                ReportedLot(
                    goods_number=text(row, "goodsNo"),
                    quantity=count(row, quantity),
                    lot=described,
                    line=text(row, "orderLine"),
                    level=text(row, "goodsLevel"),
                )
            )
    return tuple(found)


def read_serials(data, member):
    """Return the serials of rows that hold one each, or a list of them."""
    return tuple(
        ReportedSerial(goods_number=text(row, "goodsNo"), serial=str(serial))
        for row in rows(data, member=member)
        for serial in row.get("serialNos") or [row.get("serialNo")]
        if serial
    )
