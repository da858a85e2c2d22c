from odoo.tests import BaseCase

from ..lib.allocation import allocate
from ..lib.api import Lot, OutboundReport, ReportedLine, ReportedLot
from ..lib.splits import combine


class TestSplits(BaseCase):
    """One report of a whole order from those of the parts JD split it into."""

    def make_part(self, number, lines, lots=()):
        """Return the report of a part that has left."""
        return OutboundReport(
            number=number,
            own_number="",
            status="left",
            lines=tuple(
                ReportedLine(line, goods, planned=pieces, done=pieces)
                for line, goods, pieces in lines
            ),
            lots=tuple(
                ReportedLot(goods_number=goods, quantity=pieces, lot=Lot(number=lot))
                for goods, lot, pieces in lots
            ),
        )

    def combine(self, *parts):
        whole = OutboundReport(number="ESL1", own_number="XSCK-1", status="cancelled")
        return combine(
            whole, parts, ranks={"left": 90}, ended={"cancelled"}, moved_rank=80
        )

    def test_the_whole_keeps_its_numbers(self):
        report = self.combine(self.make_part("ESL2", [("1", "EMG1", 2)]))
        self.assertEqual((report.number, report.own_number), ("ESL1", "XSCK-1"))
        self.assertEqual(report.status, "left")

    def test_parts_with_the_same_pieces_of_a_lot_have_them_twice(self):
        parts = [
            self.make_part(number, [("1", "EMG1", 2)], [("EMG1", "A", 2)])
            for number in ("ESL2", "ESL3")
        ]
        moved = allocate(self.combine(*parts))
        self.assertEqual([(p.quantity, p.lot.number) for p in moved], [(2, "A")] * 2)
