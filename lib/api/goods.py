"""Goods of a department, their stock and their level changes."""

from dataclasses import dataclass
from datetime import date, datetime

# How many goods one call can name: queryGoodsInfo, document 1610.
GOODS_FILTER_LIMIT = 50
GOODS_PAGE_SIZE = 1000
STOCK_PAGE_SIZE = 1000
LEVEL_CHANGE_PAGE_SIZE = 50


class GoodsLevel:
    """Levels as JD counts them: 100 to 199 is good stock, 200 to 299 defective."""

    GOOD = "100"
    DEFECTIVE = "200"
    SAMPLE = "300"
    DIRTY = "400"
    TO_GRADE = "6"


class StockType:
    """What stock is reserved for; JD has further types."""

    SELLABLE = "1"
    TO_RETURN = "2"
    RESERVED = "3"
    WAREHOUSE_LOCK = "4"
    NEAR_EXPIRY_LOCK = "5"
    COUNT_LOCK = "6"


@dataclass(frozen=True)
class Goods:
    """Goods as JD returns them.

    :param number: JD's number, `EMG…`.
    :param own_number: The merchant's number.
    :param enabled: None where JD does not say, as for the next three.
    """

    number: str
    own_number: str = ""
    name: str = ""
    barcodes: tuple[str, ...] = ()
    enabled: bool | None = None
    shelf_life_days: int | None = None
    batch_managed: bool | None = None
    serial_managed: bool | None = None


@dataclass(frozen=True)
class NewGoods:
    """Goods to create; number, measures and shelf life cannot be changed at JD later.

    :param own_number: At most 50 characters.
    :param category: JD's third-level category, digits only.
    :param shelf_life_days: 0 where nothing expires.
    :param inbound_threshold: Share of the shelf life, 0 to 1, that JD checks on
        arrival. JD requires it with a shelf life, as well as `outbound_threshold`.
    :param gross_weight: Kilograms.
    :param length: Millimetres, like `width` and `height`.
    """

    own_number: str
    name: str
    barcodes: tuple[str, ...]
    category: str
    shelf_life_days: int = 0
    inbound_threshold: float | None = None
    outbound_threshold: float | None = None
    batch_managed: bool = False
    serial_managed: bool = False
    gross_weight: float | None = None
    length: int | None = None
    width: int | None = None
    height: int | None = None


@dataclass(frozen=True)
class Lot:
    """What identifies a batch of goods; members that JD does not name are empty.

    :param number: The production batch.
    :param inbound_number: JD's number of the inbound order it came with.
    """

    number: str = ""
    produced_on: date | None = None
    expires_on: date | None = None
    received_on: date | None = None
    package_lot: str = ""
    inbound_number: str = ""
    supplier_number: str = ""


@dataclass(frozen=True)
class StockRow:
    """Stock of one goods at one level, in one lot where lots were asked for.

    :param total: None where JD does not say, which is not zero; like `usable`.
    """

    goods_number: str
    own_goods_number: str = ""
    warehouse_no: str = ""
    level: str = ""
    stock_type: str = ""
    total: int | None = None
    usable: int | None = None
    lot: Lot | None = None


@dataclass(frozen=True)
class LevelChange:
    """Pieces that a warehouse moved from one goods level to another.

    :param number: JD's number of the adjustment.
    :param position: Position within the adjustment, from 1; rows that cannot be read
        are counted too.
    :param at: Naive UTC; None where JD's time is missing or unreadable.
    """

    number: str
    goods_number: str
    old_level: str
    new_level: str
    quantity: int | None
    position: int = 1
    own_goods_number: str = ""
    warehouse_no: str = ""
    at: datetime | None = None
    reason: str = ""
    lot: Lot | None = None
