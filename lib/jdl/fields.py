"""Reading tolerantly: numbers may be text anywhere, whole members may be missing.

What is absent stays absent: it never becomes zero.
"""

import re
from datetime import datetime
from decimal import Decimal, InvalidOperation

from .. import clock
from ..api import Address, Lot, OutcomeUnknown

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def rows(data, *, member="resultList"):
    """Return the objects of a list, or of the page around a list."""
    if isinstance(data, dict):
        data = data.get(member)
    if not isinstance(data, list):
        return []
    return [row for row in data if isinstance(row, dict)]


def inner(row, name):
    """Return the object inside `row`, empty where JD sent none."""
    value = row.get(name)
    return value if isinstance(value, dict) else {}


def text(row, name):
    """Return a member as text, empty where it is absent."""
    value = row.get(name)
    return "" if value is None else str(value)


def parts(row, name):
    """Return the values of a member that holds several with commas between them."""
    return tuple(part.strip() for part in text(row, name).split(",") if part.strip())


def number(row, name):
    """Return a member as a decimal number, None where it is absent.

    :raise OutcomeUnknown: It is there but no number.
    """
    value = text(row, name).strip()
    if not value:
        return None
    try:
        return Decimal(value)
    except InvalidOperation:
        raise OutcomeUnknown(f"JD's {name} is no number: {value[:20]!r}") from None


def count(row, name):
    """Return a member as whole pieces, None where it is absent.

    :raise OutcomeUnknown: It is there but no whole number.
    """
    value = number(row, name)
    if value is None:
        return None
    if not value.is_finite() or value != value.to_integral_value():
        raise OutcomeUnknown(f"JD's {name} is no whole number: {value}")
    return int(value)


def moment(row, name):
    """Return a time as naive UTC, None where it is absent or unreadable."""
    try:
        return clock.from_jd(text(row, name)[:19])
    except ValueError:
        return None


def day(row, name):
    """Return the day of a member that is a day or a time, None where it is neither."""
    found = _DAY.match(text(row, name))
    try:
        return datetime.strptime(found[0], "%Y-%m-%d").date() if found else None
    except ValueError:
        return None


def read_address(row):
    return Address(
        name=text(row, "name"),
        phone=text(row, "phone"),
        email=text(row, "email"),
        province=text(row, "province"),
        city=text(row, "city"),
        county=text(row, "county"),
        town=text(row, "town"),
        detail=text(row, "detailAddress"),
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
