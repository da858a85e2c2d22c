"""Goods of a department, their stock and their level changes."""

from dataclasses import dataclass
from datetime import date, datetime

# How many goods one call can name: queryGoodsInfo, document 1610.
GOODS_FILTER_LIMIT = 50
GOODS_PAGE_SIZE = 1000
# The same of queryStock, document 1612.
STOCK_FILTER_LIMIT = 100
STOCK_PAGE_SIZE = 1000
LEVEL_CHANGE_PAGE_SIZE = 50
STOCK_COUNT_PAGE_SIZE = 50


class GoodsLevel:
    """Levels as JD counts them: 100 to 199 is good stock, 200 to 299 defective."""

    GOOD = "100"
    DEFECTIVE = "200"
    SAMPLE = "300"
    DIRTY = "400"
    TO_GRADE = "6"


class StockType:
    """What stock is kept for, or where it is on its way: each piece is in one type."""

    SELLABLE = "1"
    TO_RETURN = "2"
    RESERVED = "3"
    WAREHOUSE_LOCK = "4"
    NEAR_EXPIRY_LOCK = "5"
    COUNT_LOCK = "6"
    TRANSFER_OUT_LOCK = "7"
    IN_TRANSIT = "8"
    VMI_LOCK = "9"
    PLEDGED = "10"
    # JD has two types of this name.
    EXPIRED_LOCK = "11"
    EXPIRED_LOCK_2 = "12"
    STORE_ONLY = "13"
    CONSUMABLES = "14"
    TC_IN_TRANSIT = "15"
    ERP_IN_TRANSIT = "16"
    BUSINESS_LOCK = "17"
    OWNERSHIP_LOCK = "18"
    OWNERSHIP_CHANGING = "19"
    FLOW_IN_TRANSIT = "20"
    CROSS_DOCK = "21"
    TO_PLEDGE = "22"
    PURCHASE_IN_TRANSIT = "23"

    # What lies in the warehouse, by the types' names: JD documents no such mark.
    # Cross-docked goods only pass through and are not counted.
    IN_WAREHOUSE = (
        *(SELLABLE, TO_RETURN, RESERVED, WAREHOUSE_LOCK, NEAR_EXPIRY_LOCK),
        *(COUNT_LOCK, TRANSFER_OUT_LOCK, VMI_LOCK, PLEDGED, EXPIRED_LOCK),
        *(EXPIRED_LOCK_2, STORE_ONLY, CONSUMABLES, BUSINESS_LOCK, OWNERSHIP_LOCK),
        *(OWNERSHIP_CHANGING, TO_PLEDGE),
    )


class BatchStatus:
    """How near a lot is to its expiry; JD lists lots of one status at a time."""

    NORMAL = "1"
    WARNING = "2"
    NEAR_EXPIRY = "3"
    EXPIRED = "4"

    ALL = (NORMAL, WARNING, NEAR_EXPIRY, EXPIRED)


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

    :param level: JD's own level, such as "210", or else the `GoodsLevel` that follows
        from whether JD calls it good, defective or a sample.
    :param stock_type: The `StockType`, or the `BatchStatus` where lots were asked for;
        empty where JD does not say, which is the one asked for.
    :param total: Pieces of this type. None where JD does not say, which is not zero;
        like `usable`.
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


@dataclass(frozen=True)
class StockCount:
    """Pieces that JD's own stock take found or missed; JD names no level.

    :param number: JD's number of the count.
    :param quantity: Positive where pieces were found, negative where they are missing;
        None where JD does not say.
    :param position: Position within the count, from 1, as in `LevelChange`.
    :param at: Naive UTC; where JD names only a day, its beginning at GMT+8; None where
        JD's time is missing or unreadable.
    """

    number: str
    goods_number: str
    quantity: int | None
    position: int = 1
    warehouse_no: str = ""
    at: datetime | None = None
    reason: str = ""
    lot: Lot | None = None
