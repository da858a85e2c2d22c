from odoo.tests import BaseCase

from ..lib.allocation import allocate
from ..lib.api import Lot, OutboundReport, ReportedLine, ReportedLot
from ..lib.splits import combine, find_last_parts


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

    def test_only_parts_that_others_replace_are_left_out(self):
        for named, last in (
            ({"A": "", "B": ""}, "AB"),
            ({"A": "AB", "B": "AB"}, "AB"),  # JD names a part's siblings with it
            ({"A": "CD", "B": "", "C": "", "D": ""}, "BCD"),
            ({"A": "CD", "B": "", "C": "CD", "D": "E", "E": ""}, "BCE"),
            ({"A": "C", "B": "", "C": "A"}, "BC"),
        ):
            with self.subTest(named):
                whole = OutboundReport(
                    number="W", own_number="", split_numbers=("A", "B")
                )
                parts = [
                    OutboundReport(number=part, own_number="", split_numbers=(*others,))
                    for part, others in named.items()
                ]
                found = "".join(part.number for part in find_last_parts(whole, parts))
                self.assertEqual(found, last)

    def test_parts_with_the_same_pieces_of_a_lot_have_them_twice(self):
        parts = [
            self.make_part(number, [("1", "EMG1", 2)], [("EMG1", "A", 2)])
            for number in ("ESL2", "ESL3")
        ]
        moved = allocate(self.combine(*parts))
        self.assertEqual([(p.quantity, p.lot.number) for p in moved], [(2, "A")] * 2)
