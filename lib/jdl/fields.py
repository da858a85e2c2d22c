"""Reading tolerantly: numbers may be text anywhere, whole members may be missing.

What is absent stays absent: it never becomes zero. What is there but not what JD
documents is `Unreadable`; in a list it costs no more than its own row.
"""

import json
import re
from decimal import Decimal, InvalidOperation

from .. import clock
from ..api import Address, Lot, OddRow, OutcomeUnknown, Page
from ..text import is_storable, make_storable

# Longer than any identifier that JD documents; several with commas are longer.
_TEXT_LENGTH = 300
_PARTS_LENGTH = 20_000
_DIGITS = 11
_NUMBER = re.compile(r"[+-]?[0-9]{1,20}(\.[0-9]{1,20})?([eE][+-]?[0-9]{1,2})?")
_RAW_LENGTH = 2_000


class Unreadable(OutcomeUnknown):
    """A member is there and not what JD documents."""


class Reading:
    """What of one answer was not understood, while the rest is read."""

    def __init__(self):
        self._odd_rows = []

    @property
    def odd_rows(self):
        return tuple(self._odd_rows)

    def note(self, place, raw, reason):
        self._odd_rows.append(OddRow(place, make_storable(str(reason)), _dump(raw)))

    def rows(self, data, member, read, **options):
        """Return what `read` makes of the objects of a list; an absent one is empty.

        :param options: Those of `each`.
        """
        found = data.get(member)
        if found is None:
            return ()
        if not isinstance(found, list):
            self.note(member, found, "not a list")
            return ()
        return self.each(found, member, read, **options)

    def each(self, found, place, read, *, numbered=False):
        """Return what `read` makes of each row.

        :param numbered: `read` takes the row's position as well, from 1.
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
        """Return a member that the row is good without, None where it is unreadable."""
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

    :param read: Takes a reading and a row, returns an item.
    :param page_size: The most rows of a page; 0 where JD sends all at once.
    :param empty_allowed: JD may answer with nothing at all where it knows nothing.
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
    """Return the entries of a list or of the page around it, and JD's total."""
    if isinstance(data, list):
        return data, None
    if data is None and empty_allowed:
        return [], None
    if not isinstance(data, dict):
        raise Unreadable("JD's answer has no list")
    found, total = data.get("resultList"), reading.optional(count, data, "totalNum")
    if found is None and total == 0:
        found = []
    if not isinstance(found, list):
        raise Unreadable("JD's answer has no list")
    return found, total


def _is_last(came, total, page, page_size):
    """Tell whether a page ends the list.

    :raise Unreadable: JD counts more rows than it sent, so that some would be lost.
    """
    if not page_size or came > page_size:
        return True  # JD does not page
    if total is None:
        return came < page_size
    due = total - (page - 1) * page_size
    if came < min(due, page_size):
        raise Unreadable(f"JD counts {total} rows and sent {came} of them")
    return due <= page_size


# === MEMBERS === #


def inner(row, name):
    """Return the object inside `row`, empty where JD sent none."""
    value = row.get(name)
    return value if isinstance(value, dict) else {}


def text(row, name, *, length=_TEXT_LENGTH):
    """Return a member that identifies or classifies, empty where it is absent.

    :raise Unreadable: It is no text or number, or none that can be kept whole.
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
    """Return a member that people read, cut where it is long."""
    value = row.get(name)
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    return make_storable(str(value))


def parts(row, name):
    """Return the values of a member that holds several with commas between them."""
    value = text(row, name, length=_PARTS_LENGTH)
    return tuple(part.strip() for part in value.split(",") if part.strip())


def number(row, name):
    """Return a member as a decimal number, None where it is absent.

    :raise Unreadable: It is there but no number of at most 11 digits.
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
    """Return a member as whole pieces, None where it is absent.

    :raise Unreadable: It is there but no whole number.
    """
    value = number(row, name)
    if value is None:
        return None
    if value != value.to_integral_value():
        raise Unreadable(f"JD's {name} is no whole number: {value}")
    return int(value)


def quantity(row, name):
    """Return pieces that were planned or moved, None where they are absent.

    :raise Unreadable: They are no whole number, or fewer than none.
    """
    value = count(row, name)
    if value is not None and value < 0:
        raise Unreadable(f"JD's {name} is below zero: {value}")
    return value


def moment(row, name):
    """Return a time as naive UTC, None where it is absent or unreadable."""
    try:
        return clock.from_jd(row.get(name))
    except ValueError:
        return None


def day(row, name):
    """Return the day of a member that is a day or a time, None where it is neither."""
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
    """Return the lot that `batchInfos` of a row describes, None where it is empty."""
    infos = inner(row, "batchInfos")
    found = Lot(
        number=text(infos, "lot"),
        produced_on=day(infos, "productDate"),
        expires_on=day(infos, "expireDate"),
        received_on=day(infos, "receiptDate"),
        package_lot=text(infos, "packageLot"),
        inbound_number=text(infos, "purchaseNo"),
        supplier_number=text(infos, "supplier"),
    )
    return found if found != Lot() else None


def lot_payload(lot):
    """Return the `batchInfos` that tell JD of a lot."""
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
