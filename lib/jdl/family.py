"""What the kinds of orders have in common on JDL's wire."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import chain

from ..api import NotFound, OutcomeUnknown, ReportedLine, ReportedLot, ReportedSerial
from .fields import Reading, Unreadable, lot, lot_payload, quantity, text
from .gateway import Call
from .kinds import is_order_number


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
    :param read_more: Takes a reading and the `data` of the answer, returns what the
        report has besides.
    :param null_is_missing: JD answers with success and nothing where it has no such
        order, instead of a code.
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
    null_is_missing: bool = False

    @property
    def kind(self):
        return self.report.kind

    def question(self, department_no, number, own_number, with_lots):
        named = {self.number: number} if number else {self.own_number: own_number}
        flags = {**self.flags, **(self.lot_flags if with_lots else {})}
        return {"ownerNo": department_no, **named, **flags}

    def read_created(self, data, order):
        """Return JD's number of a new order.

        :raise OutcomeUnknown: JD names none, or the order that it names is another.
        """
        if not isinstance(data, dict):
            raise OutcomeUnknown("JD took the order but named no number")
        number = text(data, self.number)
        if not is_order_number(self.kind, number):
            raise OutcomeUnknown("JD took the order but named no number of an order")
        own_number = text(data, self.own_number)
        if own_number not in ("", order.number):
            raise OutcomeUnknown(f"JD answered about another order: {own_number}")
        return number

    def read_report(self, data):
        """Return the report.

        :raise NotFound: JD has no such order; of some kinds it answers just nothing.
        :raise OutcomeUnknown: It is no order.
        """
        if data is None and self.null_is_missing:
            raise NotFound("JD has no such order", call=self.query.name)
        if not isinstance(data, dict):
            raise Unreadable("JD's answer is no order")
        number = text(data, self.number)
        if not is_order_number(self.kind, number):
            raise Unreadable("JD's answer has no number of an order")
        reading = Reading()
        common = {
            "number": number,
            "own_number": text(data, self.own_number),
            "department_no": reading.optional(text, data, "ownerNo") or "",
            "warehouse_no": reading.optional(text, data, "warehouseNo") or "",
            "status": reading.optional(text, data, self.status) or "",
            "lines": reading.rows(data, self.lines, self._read_line),
            "lots": _read_lots(reading, data, *self.lots),
            "serials": _read_serials(reading, data, self.serials),
        }
        more = self.read_more(reading, data)
        return self.report(**{**common, **more, "odd_rows": reading.odd_rows})

    def _read_line(self, row):
        return ReportedLine(
            line=text(row, "orderLine"),
            goods_number=text(row, "goodsNo"),
            own_goods_number=text(row, "erpGoodsNo"),
            level=text(row, self.level) or text(row, "goodsLevel"),
            planned=quantity(row, "planQuantity"),
            done=quantity(row, "realQuantity"),
        )


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


def _read_lots(reading, data, member, pieces):
    """Return the lots of a list, whose quantity every kind names differently."""

    def read(row):
        described = lot(row)
        return described and ReportedLot(
            goods_number=text(row, "goodsNo"),
            quantity=quantity(row, pieces),
            lot=described,
            line=text(row, "orderLine"),
            level=text(row, "goodsLevel"),
        )

    return tuple(filter(None, reading.rows(data, member, read)))


def _read_serials(reading, data, member):
    """Return the serials of rows that hold one each, or a list of them."""

    def read(row):
        goods_number = text(row, "goodsNo")
        several = row.get("serialNos")
        if several is not None and not isinstance(several, list):
            raise Unreadable("JD's serialNos is not a list")
        serials = [{"serialNo": serial} for serial in several or ()] or [row]
        found = (text(serial, "serialNo") for serial in serials)
        return [ReportedSerial(goods_number, serial) for serial in found if serial]

    return tuple(chain.from_iterable(reading.rows(data, member, read)))
