"""Reads members of JD's answers, in which numbers may be text and members missing.

A missing number is read as None, never as zero. A value that JD's pages do not allow
raises `Unreadable`; in a list, only the row it is in is lost.
"""

import json
import re
from decimal import Decimal, InvalidOperation

from .. import clock
from ..api import Address, Lot, OddRow, OutcomeUnknown, Page
from ..text import is_storable, make_storable

# Longer than any identifier that JD documents; the next is for a list with commas.
_TEXT_LENGTH = 300
_PARTS_LENGTH = 20_000
_DIGITS = 11
_NUMBER = re.compile(r"[+-]?[0-9]{1,20}(\.[0-9]{1,20})?([eE][+-]?[0-9]{1,2})?")
_RAW_LENGTH = 2_000


class Unreadable(OutcomeUnknown):
    """A member has a value that JD's pages do not allow."""


class Reading:
    """Reads one answer and collects the parts of it that cannot be read."""

    def __init__(self):
        self._odd_rows = []

    @property
    def odd_rows(self):
        return tuple(self._odd_rows)

    def note(self, place, raw, reason):
        self._odd_rows.append(OddRow(place, make_storable(str(reason)), _dump(raw)))

    def rows(self, data, member, read, **options):
        """Return the objects of a list, each read by `read`; a missing list is empty.

        :param options: As in `each`.
        """
        found = data.get(member)
        if found is None:
            return ()
        if not isinstance(found, list):
            self.note(member, found, "not a list")
            return ()
        return self.each(found, member, read, **options)

    def each(self, found, place, read, *, numbered=False):
        """Return the rows, each read by `read`; note those that it cannot read.

        :param numbered: Call `read` with the row's position, from 1, and the row.
        """
        understood = []
        for position, row in enumerate(found, 1):
            try:
                if not isinstance(row, dict):
                    raise Unreadable("not an object")
                understood.append(read(position, row) if numbered else read(row))
            except Unreadable as error:
                self.note(place, row, error)
        return tuple(understood)

    def optional(self, read, row, name):
        """Return a member that the row can do without; None where it cannot be read."""
        try:
            return read(row, name)
        except Unreadable as error:
            self.note(name, row.get(name), error)
            return None


def _dump(raw):
    try:
        # Escaped, so that it can be stored whatever it holds.
        return json.dumps(raw)[:_RAW_LENGTH]
    except (RecursionError, ValueError):
        return ""


# === PAGES === #


def read_page(data, read, *, page=1, page_size=0, empty_allowed=False):
    """Return one page of a list.

    :param read: Function of a `Reading` and a row; returns an item.
    :param page_size: How many rows a full page has; 0 where JD sends all at once.
    :param empty_allowed: Read `data` null as an empty list.
    :raise Unreadable: There is no list, or JD counts more rows than it sent.
    """
    reading = Reading()
    found, total = _open_list(reading, data, empty_allowed)
    rows = reading.each(found, "resultList", lambda row: read(reading, row))
    return Page(
        rows=rows,
        odd_rows=reading.odd_rows,
        came=len(found),
        total_rows=total,
        is_last=_is_last(len(found), total, page, page_size),
    )


def _open_list(reading, data, empty_allowed):
    """Return the entries of a bare list or of a page object, and JD's total."""
    if isinstance(data, list):
        return data, None
    if data is None and empty_allowed:
        return [], None
    if not isinstance(data, dict):
        raise Unreadable("JD's answer has no list")
    found, total = data.get("resultList"), reading.optional(count, data, "totalNum")
    # JD leaves an empty list out; only its total says that this is no error.
    if found is None and total == 0:
        found = []
    if not isinstance(found, list):
        raise Unreadable("JD's answer has no list")
    return found, total


def _is_last(came, total, page, page_size):
    """Tell whether a page ends the list.

    :raise Unreadable: JD counts more rows than it sent, so that some would be lost.
    """
    is_paged = page_size and came <= page_size
    if total is None:
        # A full page may be followed by another.
        return not is_paged or came < page_size
    before, at_most = ((page - 1) * page_size, page_size) if is_paged else (0, total)
    due = total - before
    if came < min(due, at_most):
        raise Unreadable(f"JD counts {total} rows and sent {came} of them")
    return due <= at_most


# === MEMBERS === #


def inner(row, name):
    """Return the object that is a member of `row`; empty where JD sent none."""
    value = row.get(name)
    return value if isinstance(value, dict) else {}


def text(row, name, *, length=_TEXT_LENGTH):
    """Return an identifier or code as text, empty where it is missing.

    :raise Unreadable: It is no text or number, or cannot be stored uncut.
    """
    value = row.get(name)
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise Unreadable(f"JD's {name} is no text")
    value = str(value).strip()
    if len(value) > length or not is_storable(value):
        raise Unreadable(f"JD's {name} cannot be kept")
    return value


def required(row, name):
    """Return a member like `text`.

    :raise Unreadable: It is absent as well.
    """
    value = text(row, name)
    if not value:
        raise Unreadable(f"JD's {name} is missing")
    return value


def words(row, name):
    """Return a text meant for people; empty where it is no text, cut if it is long."""
    value = row.get(name)
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    return make_storable(str(value))


def parts(row, name):
    """Return the values of a comma-separated member as a tuple."""
    value = text(row, name, length=_PARTS_LENGTH)
    return tuple(part.strip() for part in value.split(",") if part.strip())


def number(row, name):
    """Return a member as a `Decimal`, None where it is missing.

    :raise Unreadable: It is no number, or has more than 11 digits.
    """
    value = text(row, name)
    if not value:
        return None
    try:
        found = Decimal(value) if _NUMBER.fullmatch(value) else None
    except InvalidOperation:
        found = None
    if found is None or (found and found.adjusted() >= _DIGITS):
        raise Unreadable(f"JD's {name} is no number: {value[:20]!r}")
    return found


def count(row, name):
    """Return a member as a whole number, None where it is missing.

    :raise Unreadable: It is no whole number.
    """
    value = number(row, name)
    if value is None:
        return None
    if value != value.to_integral_value():
        raise Unreadable(f"JD's {name} is no whole number: {value}")
    return int(value)


def quantity(row, name):
    """Return a number of pieces, None where it is missing.

    :raise Unreadable: It is no whole number, or below zero.
    """
    value = count(row, name)
    if value is not None and value < 0:
        raise Unreadable(f"JD's {name} is below zero: {value}")
    return value


def moment(row, name):
    """Return a time as naive UTC; None where it is missing or cannot be read."""
    try:
        return clock.from_jd(row.get(name))
    except ValueError:
        return None


def day(row, name):
    """Return the date at GMT+8 of a day or time; None where it is neither."""
    try:
        return clock.day_from_jd(row.get(name))
    except ValueError:
        return None


def read_address(row):
    return Address(
        name=words(row, "name"),
        phone=words(row, "phone"),
        email=words(row, "email"),
        province=words(row, "province"),
        city=words(row, "city"),
        county=words(row, "county"),
        town=words(row, "town"),
        detail=words(row, "detailAddress"),
    )


def lot(row):
    """Return the lot in the `batchInfos` of a row; None where it is empty.

    JD names its dates `productDate` and `expireDate`, but in stock counts (1576)
    `productionDate` and `expirationDate`. Of stock (1612) they are time stamps.
    """
    infos = inner(row, "batchInfos")
    found = Lot(
        number=text(infos, "lot"),
        produced_on=day(infos, "productDate") or day(infos, "productionDate"),
        expires_on=day(infos, "expireDate") or day(infos, "expirationDate"),
        received_on=day(infos, "receiptDate"),
        package_lot=text(infos, "packageLot"),
        inbound_number=text(infos, "purchaseNo"),
        supplier_number=text(infos, "supplier"),
    )
    return found if found != Lot() else None


def lot_payload(lot):
    """Return the `batchInfos` of a lot, as JD expects them."""
    if lot is None:
        return None
    return {
        "lot": lot.number,
        "productDate": lot.produced_on and lot.produced_on.isoformat(),
        "expireDate": lot.expires_on and lot.expires_on.isoformat(),
        "receiptDate": lot.received_on and lot.received_on.isoformat(),
        "packageLot": lot.package_lot,
        "purchaseNo": lot.inbound_number,
        "supplier": lot.supplier_number,
    }
