"""The common part of all kinds of orders in JDL: requests and reports."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import chain

from ..api import NotFound, OutcomeUnknown, ReportedLine, ReportedLot, ReportedSerial
from .fields import Reading, Unreadable, lot, lot_payload, quantity, text
from .gateway import Call
from .kinds import is_order_number


@dataclass(frozen=True)
class Family:
    """The calls and member names of one kind of order.

    Where a member has another name in each kind, the parameter is that name.

    :param number: JD's number.
    :param own_number: Our number.
    :param payload: Function of the order; returns the body of the call to create it.
    :param flags: Members of a query that ask for lines, parcels and so on.
    :param lot_flags: Members of a query that ask for lots and serial numbers as well.
    :param report: The class of the report.
    :param status: The status.
    :param lines: The list of lines.
    :param level: The goods level that JD found, in a line.
    :param lots: The list of lots, and the quantity of a lot.
    :param serials: The list of serial numbers.
    :param read_more: Function of a `Reading` and the `data` of the answer; returns the
        members that only this kind's report has.
    :param null_is_missing: Whether JD answers with success and `data` null, instead of
        a code, if it has no such order.
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

        :raise OutcomeUnknown: JD names none, or that of another order.
        """
        if not isinstance(data, dict):
            raise OutcomeUnknown("JD accepted the order but named no number")
        number = text(data, self.number)
        if not is_order_number(self.kind, number):
            raise OutcomeUnknown(
                "JD accepted the order but named no number of an order"
            )
        own_number = text(data, self.own_number)
        if own_number not in ("", order.number):
            raise OutcomeUnknown(f"JD answered about another order: {own_number}")
        return number

    def read_report(self, data):
        """Return the `data` of an answer as a report of this kind.

        :raise NotFound: JD has no such order.
        :raise Unreadable: It is no order.
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
    """Return the members of a line that all kinds of orders have."""
    return {
        "orderLine": line.line,
        "goodsNo": line.goods_number,
        "planQuantity": line.quantity,
        "goodsLevel": line.level,
        "batchInfos": lot_payload(line.lot),
    }


def amount(value):
    """Return an amount of money as JD expects it, or None."""
    return None if value is None else float(round(value, 2))


def _read_lots(reading, data, member, pieces):
    """Return the lots of a list.

    :param str member: JD's name of the list, in this kind of order.
    :param str pieces: JD's name of the quantity, in this kind of order.
    """

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
    """Return the serial numbers of a list whose rows have one each, or several."""

    def read(row):
        goods_number = text(row, "goodsNo")
        several = row.get("serialNos")
        if several is not None and not isinstance(several, list):
            raise Unreadable("JD's serialNos is not a list")
        serials = [{"serialNo": serial} for serial in several or ()] or [row]
        found = (text(serial, "serialNo") for serial in serials)
        return [ReportedSerial(goods_number, serial) for serial in found if serial]

    return tuple(chain.from_iterable(reading.rows(data, member, read)))
