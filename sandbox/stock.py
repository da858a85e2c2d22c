"""What lies in JD's warehouses: per goods, level and batch, on hand and reserved.

JD keeps each piece in one of 23 types: for sale, held for some reason, or on its way.
Orders take from what is for sale, and what comes in is for sale.
"""

from dataclasses import dataclass, field
from typing import NamedTuple

GOOD, DEFECTIVE, SAMPLE = "100", "200", "300"
SELLABLE = "1"
TYPES = tuple(str(number) for number in range(1, 24))
# By their names; 21, cross-dock, only passes through [U].
NOT_IN_WAREHOUSE = ("8", "15", "16", "20", "21", "23")


class Short(Exception):
    """There is less usable stock than asked for."""


class Batch(NamedTuple):
    """What tells one lot of a goods from another; all empty: no batch is kept."""

    lot: str = ""
    productDate: str = ""
    expireDate: str = ""

    @classmethod
    def of(cls, infos):
        infos = infos or {}
        return cls(*(infos.get(name) or "" for name in cls._fields))

    def infos(self):
        return {name: value for name, value in self._asdict().items() if value}

    def fits(self, asked):
        return all(
            not want or want == have for want, have in zip(asked, self, strict=True)
        )


NO_BATCH = Batch()


@dataclass
class Row:
    """One batch of one goods at one level in one warehouse."""

    on_hand: int = 0  # for sale
    reserved: int = 0  # of these
    serials: list = field(default_factory=list)
    others: dict = field(default_factory=dict)  # by each other type it ever had

    @property
    def usable(self):
        return self.on_hand - self.reserved

    @property
    def lying(self):
        """How many lie in the warehouse, whatever they are kept for."""
        others = self.others.items()
        return self.on_hand + sum(
            count for kind, count in others if kind not in NOT_IN_WAREHOUSE
        )

    def of(self, stock_type):
        """Return how many are of a type."""
        if stock_type == SELLABLE:
            return self.on_hand
        return self.others.get(stock_type, 0)

    def has(self, stock_type):
        """Tell whether there ever were any of a type."""
        return stock_type == SELLABLE or stock_type in self.others

    def add(self, stock_type, quantity):
        if stock_type == SELLABLE:
            self.on_hand += quantity
        else:
            self.others[stock_type] = self.of(stock_type) + quantity

    def draw_serials(self, count, wanted):
        self.serials.sort(key=lambda serial: serial not in wanted)
        drawn, self.serials = self.serials[:count], self.serials[count:]
        return drawn


class Pick(NamedTuple):
    """So many of a batch; the level only where it may differ from the line's."""

    batch: Batch
    quantity: int
    level: str = ""


def status_of(level):
    """Return JD's stockStatus of a goods level: 1 good, 2 defective, 3 sample."""
    return level[0] if len(level) == 3 and level[0] in "123" else "2"


class Stock:
    """All warehouses' stock."""

    def __init__(self):
        # warehouse no. → goods no. → level → batch → row
        self._warehouses = {}
        # (warehouse no., type) → goods no. → None, of the types not for sale
        self._others = {}
        self.changes = 0  # how often anything changed

    def goods_in(self, warehouse_no, stock_type=SELLABLE):
        """Return the numbers of all goods that were ever in a warehouse as a type."""
        if stock_type == SELLABLE:
            return list(self._warehouses.get(warehouse_no, ()))
        return list(self._others.get((warehouse_no, stock_type), ()))

    def rows(self, warehouse_no):
        """Yield (goods no., level, {batch: row}) of a warehouse."""
        for goods_no, levels in self._warehouses.get(warehouse_no, {}).items():
            for level, batches in levels.items():
                yield goods_no, level, batches

    def at(self, warehouse_no, goods_no, level):
        """Return the batches of a goods at a level, to be changed."""
        self.changes += 1
        goods = self._warehouses.setdefault(warehouse_no, {}).setdefault(goods_no, {})
        return goods.setdefault(level, {})

    def levels(self, warehouse_no, goods_no):
        return self._warehouses.get(warehouse_no, {}).get(goods_no, {})

    def batches(self, warehouse_no, goods_no, level):
        """Return the batches of a goods at a level, to look at only."""
        return self.levels(warehouse_no, goods_no).get(level, {})

    def put(
        self,
        warehouse_no,
        goods_no,
        level,
        quantity,
        batch=NO_BATCH,
        serials=(),
        stock_type=SELLABLE,
    ):
        batches = self.at(warehouse_no, goods_no, level)
        row = batches.setdefault(batch, Row())
        row.add(stock_type, quantity)
        row.serials.extend(serials)
        if stock_type != SELLABLE:
            self._others.setdefault((warehouse_no, stock_type), {})[goods_no] = None
        return row

    def remove(
        self,
        warehouse_no,
        goods_no,
        level,
        quantity,
        asked=NO_BATCH,
        stock_type=SELLABLE,
    ):
        """Take pieces of a type away that nobody reserved, as if they never were.

        Return the picks, what expires first first, and the serial numbers.

        :raise Short: when there are less; nothing is taken then
        """
        place = warehouse_no, goods_no, level
        if stock_type == SELLABLE:
            picks = self.reserve(*place, quantity, asked)
            return self.take(*place, picks, quantity)
        batches = self.batches(*place)
        picks = self._pick(batches, quantity, asked, lambda row: row.of(stock_type))
        if sum(pick.quantity for pick in picks) < quantity:
            raise Short(f"{goods_no}: not {quantity} of type {stock_type} at {level}")
        self.changes += 1
        serials = []
        for batch, count, _level in picks:
            batches[batch].add(stock_type, -count)
            serials += batches[batch].draw_serials(count, ())
        return picks, serials

    def retype(self, warehouse_no, goods_no, level, quantity, before, after):
        """Keep pieces as another type, batch by batch.

        :raise Short: when there are less of the type before
        """
        place = warehouse_no, goods_no, level
        picks, serials = self.remove(*place, quantity, stock_type=before)
        for batch, count, _level in picks:
            moved, serials = serials[:count], serials[count:]
            self.put(*place, count, batch, moved, after)

    def reserve(self, warehouse_no, goods_no, level, quantity, asked=NO_BATCH):
        """Set ``quantity`` aside, what expires first first, and return the picks.

        :raise Short: when less is usable; nothing is set aside then
        """
        batches = self.batches(warehouse_no, goods_no, level)
        picks = self._pick(batches, quantity, asked, lambda row: row.usable)
        missing = quantity - sum(pick.quantity for pick in picks)
        if missing > 0:
            raise Short(f"{goods_no}: {missing} missing at level {level}")
        self.changes += 1
        for batch, taken, _level in picks:
            batches[batch].reserved += taken
        return picks

    def _pick(self, batches, quantity, asked, count):
        """Return picks of up to ``quantity``, what expires first first."""
        picks, missing = [], quantity
        for batch in sorted(batches, key=lambda each: each.expireDate or "9999"):
            taken = min(missing, count(batches[batch]))
            if taken > 0 and batch.fits(asked):
                picks.append(Pick(batch, taken))
                missing -= taken
        return picks

    def usable(self, warehouse_no, goods_no, level):
        batches = self.batches(warehouse_no, goods_no, level)
        return sum(row.usable for row in batches.values())

    def relevel(self, warehouse_no, goods_no, before, after, quantity):
        """Move usable stock from one level to another, batch by batch.

        :raise Short: when there is less
        """
        picks = self.reserve(warehouse_no, goods_no, before, quantity)
        taken, serials = self.take(warehouse_no, goods_no, before, picks, quantity)
        for batch, count, _level in taken:
            moved, serials = serials[:count], serials[count:]
            self.put(warehouse_no, goods_no, after, count, batch, moved)

    def release(self, warehouse_no, goods_no, level, picks):
        batches = self.at(warehouse_no, goods_no, level)
        for batch, quantity, _level in picks:
            batches[batch].reserved -= quantity

    def take(self, warehouse_no, goods_no, level, picks, quantity, wanted=()):
        """Take ``quantity`` of what was set aside and release the rest.

        Return the picks really taken and the serial numbers that left with them, the
        ``wanted`` ones first.
        """
        batches = self.at(warehouse_no, goods_no, level)
        taken, serials = [], []
        for batch, reserved, _level in picks:
            row, count = batches[batch], min(reserved, quantity)
            row.reserved -= reserved
            row.on_hand -= count
            quantity -= count
            serials += row.draw_serials(count, wanted)
            if count:
                taken.append(Pick(batch, count))
        return taken, serials
