import random
from collections import Counter

from odoo.tests import BaseCase

from ..lib import api
from ..lib.allocation import Allocation, allocate, relabel

GOODS, OTHER = "EMG1", "EMG2"
LOT_A, LOT_B = api.Lot(number="A"), api.Lot(number="B")


def line(number, done, *, goods=GOODS, level="100"):
    return api.ReportedLine(line=number, goods_number=goods, level=level, done=done)


def lot(which, quantity, *, number="", goods=GOODS, level=""):
    return api.ReportedLot(
        goods_number=goods, quantity=quantity, lot=which, line=number, level=level
    )


def report(*lines, lots=(), serials=()):
    told = tuple(api.ReportedSerial(GOODS, serial) for serial in serials)
    return api.InboundReport(
        number="EPL1", own_number="", lines=lines, lots=tuple(lots), serials=told
    )


class TestAllocation(BaseCase):
    """Lines, lots and serials, told apart by JD, put back together."""

    def test_the_lines_decide_how_much(self):
        self.assertEqual(
            allocate(report(line("1", 5), line("2", 0), line("3", None))),
            [Allocation("1", 5)],
        )

    def test_each_level_of_a_line_stays_apart(self):
        found = allocate(report(line("1", 3), line("1", 2, level="200")))
        self.assertEqual(
            [(part.quantity, part.level) for part in found], [(3, "100"), (2, "200")]
        )

    def test_lots_fill_the_lines_in_turn_and_what_is_left_has_none(self):
        lots = [lot(LOT_A, 4), lot(LOT_B, 2)]
        self.assertEqual(
            allocate(report(line("1", 5), line("2", 3), lots=lots)),
            [
                Allocation("1", 4, lot=LOT_A),
                Allocation("1", 1, lot=LOT_B),
                Allocation("2", 1, lot=LOT_B),
                Allocation("2", 2),
            ],
        )

    def test_a_lot_of_another_line_level_or_goods_is_not_taken(self):
        lots = [
            lot(LOT_A, 9, number="2"),
            lot(LOT_A, 9, level="200"),
            lot(LOT_A, 9, goods=OTHER),
        ]
        self.assertEqual(
            allocate(report(line("1", 5), lots=lots)), [Allocation("1", 5)]
        )

    def test_serials_are_one_piece_each(self):
        found = allocate(report(line("1", 3), serials=["S1", "S2"]))
        self.assertEqual(
            [(part.quantity, part.serial) for part in found],
            [(1, "S1"), (1, "S2"), (1, "")],
        )


class TestRelabel(BaseCase):
    """Orders made at JD, read in terms of our own lines."""

    def relabel(self, told, *ours):
        translated, unmatched_lines = relabel(told, ours)
        found = [(row.line, row.done) for row in translated.lines]
        return found, [row.goods_number for row in unmatched_lines]

    def test_lines_are_matched_by_their_goods(self):
        found = self.relabel(
            report(line("x", 5, goods=OTHER), line("y", 3)),
            ("1", GOODS, 3),
            ("2", OTHER, 5),
        )
        self.assertEqual(found, ([("2", 5), ("1", 3)], []))

    def test_lines_of_the_same_goods_fill_up_in_turn_and_the_last_takes_the_rest(self):
        ours = ("1", GOODS, 3), ("2", GOODS, 3)
        self.assertEqual(
            self.relabel(report(line("x", 8)), *ours), ([("1", 3), ("2", 5)], [])
        )
        self.assertEqual(self.relabel(report(line("x", 2)), *ours), ([("1", 2)], []))

    def test_what_jd_has_not_reported_stays_unreported(self):
        found = self.relabel(report(line("x", None)), ("1", GOODS, 3))
        self.assertEqual(found, ([("1", None)], []))

    def test_goods_that_are_not_ours_are_returned_apart(self):
        told = report(line("x", 4, goods=OTHER), line("y", 0, goods="EMG3"))
        self.assertEqual(self.relabel(told, ("1", GOODS, 3)), ([], [OTHER]))

    def test_a_line_number_of_ours_with_other_goods_is_matched_by_its_goods(self):
        ours = ("1", GOODS, 3), ("2", OTHER, 5)
        told = report(line("1", 5, goods=OTHER), line("2", 3), line("1", 1, goods="X"))
        self.assertEqual(self.relabel(told, *ours), ([("2", 5), ("1", 3)], ["X"]))

    def test_a_line_number_of_ours_needs_no_goods(self):
        found = self.relabel(report(line("1", 2, goods="")), ("1", GOODS, 3))
        self.assertEqual(found, ([("1", 2)], []))

    def test_what_a_line_got_by_its_number_is_not_filled_again(self):
        ours = ("1", GOODS, 3), ("2", GOODS, 3)
        for named in (3, 4):
            told = report(line("1", named), line("x", 3))
            self.assertEqual(self.relabel(told, *ours), ([("1", named), ("2", 3)], []))

    def test_what_one_line_has_beyond_its_plan_fills_others_of_the_same_goods(self):
        ours = ("1", GOODS, 3), ("2", GOODS, 4), ("3", OTHER, 5)
        for told, expected in (
            ([line("1", 7)], [("1", 3), ("2", 4)]),
            ([line("2", 7)], [("2", 4), ("1", 3)]),
            ([line("1", 7), line("2", 0)], [("1", 3), ("2", 4), ("2", 0)]),
            ([line("1", 7), line("2", None)], [("1", 3), ("2", 4), ("2", None)]),
            ([line("1", 9)], [("1", 5), ("2", 4)]),
            ([line("1", 4), line("2", 2)], [("1", 3), ("2", 1), ("2", 2)]),
            ([line("1", 2), line("2", 4)], [("1", 2), ("2", 4)]),
        ):
            with self.subTest(expected):
                found = self.relabel(report(*told), *ours)
                self.assertEqual(found, (expected, []))

    def test_lots_go_with_the_pieces_that_fill_another_line(self):
        lots = [lot(LOT_A, 5, number="1"), lot(LOT_B, 2, number="1")]
        told, _unmatched = relabel(
            report(line("1", 7), lots=lots),
            [("1", GOODS, 3), ("2", GOODS, 4)],
        )
        self.assertEqual(
            allocate(told),
            [
                Allocation("1", 3, lot=LOT_A),
                Allocation("2", 2, lot=LOT_A),
                Allocation("2", 2, lot=LOT_B),
            ],
        )

    def test_however_jd_tells_it_no_piece_is_lost_and_no_line_is_short_for_another(
        self,
    ):
        dice = random.Random(6)
        for _each in range(2_000):
            ours = [
                (str(number), dice.choice((GOODS, OTHER)), dice.randint(1, 5))
                for number in range(1, dice.randint(2, 5))
            ]
            told = report(
                *(
                    line(
                        dice.choice(("", "x", *(row[0] for row in ours))),
                        dice.choice((0, None, *range(1, 9))),
                        goods=dice.choice((GOODS, OTHER)),
                        level=dice.choice(("100", "200")),
                    )
                    for _row in range(dice.randint(0, 5))
                )
            )
            with self.subTest(ours=ours, told=told.lines):
                translated, strange = relabel(told, ours)
                self.assertEqual(
                    self.count(told.lines), self.count([*translated.lines, *strange])
                )
                self.assertSpreadByPlan(ours, translated.lines)

    def assertSpreadByPlan(self, ours, found):
        """Expect no line beyond its plan while another of its goods lacks pieces."""
        done = {number: 0 for number, _goods, _planned in ours}
        for row in found:
            done[row.line] += row.done or 0
        for goods in (GOODS, OTHER):
            beyond = {
                done[number] - planned
                for number, each, planned in ours
                if each == goods
            }
            self.assertFalse(min(beyond, default=0) < 0 < max(beyond, default=0))

    def count(self, rows):
        counted = Counter()
        for row in rows:
            counted[row.goods_number, row.level] += row.done or 0
        return +counted

    def test_line_numbers_of_an_order_made_at_jd_are_not_ours(self):
        told = report(line("2", 3), lots=[lot(LOT_A, 3, number="2")])
        translated, unmatched_lines = relabel(
            told, [("1", GOODS, 3), ("2", OTHER, 5)], keep=False
        )
        self.assertEqual(allocate(translated), [Allocation("1", 3, lot=LOT_A)])
        self.assertEqual(unmatched_lines, [])

    def test_lots_are_told_by_goods_from_then_on(self):
        told = report(line("x", 4), lots=[lot(LOT_A, 4, number="x")])
        translated, _strangers = relabel(told, [("1", GOODS, 4)])
        self.assertEqual(allocate(translated), [Allocation("1", 4, lot=LOT_A)])
