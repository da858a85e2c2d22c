import random
from collections import Counter

from odoo.tests import BaseCase

from ..lib.allocation import Allocation, allocate, relabel
from ..lib.parts import Correction, subtract
from .test_lib_allocation import GOODS, LOT_A, LOT_B, line, lot, report

OURS = ("1", GOODS, 20), ("2", GOODS, 20)


class TestSubtract(BaseCase):
    """What JD has counted since the last part."""

    def subtract(self, told, *received, keep=True):
        """Return (line, level, pieces) of each rest, and the corrections."""
        matched, _unmatched = relabel(told, OURS, keep=keep)
        rest, corrections = subtract(matched, received, OURS)
        rows = [(row.line, row.level, row.done) for row in rest.lines if row.done]
        return rows, corrections

    def test_only_what_was_added_is_left(self):
        found = self.subtract(
            report(line("1", 15), line("1", 2, level="200"), line("2", None)),
            Allocation("1", 10),
            Allocation("2", 3),
        )
        self.assertEqual(found, ([("1", "100", 5), ("1", "200", 2)], []))

    def test_a_row_that_jd_leaves_out_takes_nothing_back(self):
        found = self.subtract(
            report(line("2", 4)), Allocation("1", 10), Allocation("2", 1)
        )
        self.assertEqual(found, ([("2", "100", 3)], []))

    def test_less_than_before_is_a_correction(self):
        found = self.subtract(report(line("1", 6)), Allocation("1", 10))
        self.assertEqual(found, ([], [Correction(GOODS, 10, 6, level="100")]))

    def test_what_moved_to_another_level_is_not_received_twice(self):
        found = self.subtract(
            report(line("1", 8), line("1", 5, level="200")), Allocation("1", 10)
        )
        self.assertEqual(
            found,
            ([("1", "200", 3)], [Correction(GOODS, 10, 8, level="100")]),
        )

    def test_lines_without_a_number_of_ours_are_counted_by_their_goods(self):
        received = Allocation("1", 20), Allocation("2", 5, level="200")
        told = report(line("x", 22), line("y", 6, level="200"))
        found = self.subtract(told, *received, keep=False)
        self.assertEqual(found, ([("2", "100", 2), ("2", "200", 1)], []))

    def test_lots_that_were_received_are_left_out(self):
        told = report(line("1", 15), lots=[lot(LOT_A, 10), lot(LOT_B, 5)])
        rest, corrections = subtract(
            told, [Allocation("1", 8, lot=LOT_A), Allocation("1", 2, lot=LOT_B)], OURS
        )
        self.assertEqual(
            allocate(rest),
            [Allocation("1", 2, lot=LOT_A), Allocation("1", 3, lot=LOT_B)],
        )
        self.assertEqual(corrections, [])

    def test_lots_that_jd_names_late_are_those_of_the_first_pieces(self):
        told = report(line("1", 15), lots=[lot(LOT_A, 10), lot(LOT_B, 5)])
        rest, _corrections = subtract(told, [Allocation("1", 10)], OURS)
        self.assertEqual(allocate(rest), [Allocation("1", 5, lot=LOT_B)])

    def test_lots_of_the_new_pieces_alone_are_theirs(self):
        told = report(line("1", 15), lots=[lot(LOT_B, 5)])
        rest, _corrections = subtract(told, [Allocation("1", 10)], OURS)
        self.assertEqual(allocate(rest), [Allocation("1", 5, lot=LOT_B)])

    def test_a_serial_number_is_received_once_whatever_its_level(self):
        received = [
            Allocation("1", 1, serial="S1"),
            Allocation("1", 1, level="200", serial="S2"),
        ]
        told = report(
            line("1", 2), line("1", 1, level="200"), serials=("S1", "S2", "S3")
        )
        rest, corrections = subtract(told, received, OURS)
        self.assertEqual(allocate(rest), [Allocation("1", 1, serial="S3")])
        self.assertEqual(corrections, [])

    def test_a_serial_number_that_jd_takes_back_is_told(self):
        told = report(line("1", 2), serials=("S2", "S3"))
        received = [Allocation("1", 1, serial="S1"), Allocation("1", 1, serial="S2")]
        rest, corrections = subtract(told, received, OURS)
        self.assertEqual(allocate(rest), [])
        self.assertEqual(corrections, [Correction(GOODS, 1, 0, lot="S1")])

    def test_the_parts_of_any_sequence_of_reports_add_up_to_the_last(self):
        for seed in range(300):
            dice = random.Random(seed)
            with self.subTest(seed=seed):
                self.check_sequence(dice, keep=dice.random() < 0.5)

    def check_sequence(self, dice, keep):
        counted, received = Counter(), []
        for _part in range(5):
            for _pick in range(dice.randint(0, 3)):
                counted[self.pick(dice)] += dice.randint(1, 9)
            rows, lots = self.tell(counted)
            told, _unmatched = relabel(report(*rows, lots=lots), OURS, keep=keep)
            rest, corrections = subtract(told, received, OURS)
            self.assertEqual(corrections, [])
            ours = [
                (number, goods, planned - self.sum_of(received, number))
                for number, goods, planned in OURS
            ]
            rest, unmatched = relabel(rest, ours)
            self.assertEqual(unmatched, [])
            received += allocate(rest)
            self.assertFilledInTurn(received)
        self.assertEqual(self.sum_up(received), self.sum_up_counted(counted))

    def assertFilledInTurn(self, received):
        """Expect no line beyond its plan while the other one lacks pieces."""
        beyond = {self.sum_of(received, line) - plan for line, _goods, plan in OURS}
        self.assertFalse(min(beyond) < 0 < max(beyond))

    def test_lines_of_the_same_goods_are_filled_up_in_turn_whatever_row_names_them(
        self,
    ):
        ours = ("1", GOODS, 10), ("2", GOODS, 5)
        for reports, expected in (
            ([[line("1", 12)], [line("1", 15)]], [10, 5]),
            ([[line("2", 12)], [line("2", 15)]], [10, 5]),
            ([[line("1", 12)], [line("1", 10), line("2", 5)]], [10, 5]),
            ([[line("1", 12)], [line("1", 12), line("2", 5)]], [12, 5]),
            ([[line("2", 4)], [line("1", 3), line("2", 4)]], [3, 4]),
        ):
            with self.subTest(reports=reports):
                received = []
                for rows in reports:
                    told, _unmatched = relabel(report(*rows), ours)
                    rest, corrections = subtract(told, received, ours)
                    self.assertEqual(corrections, [])
                    left = [
                        (number, goods, plan - self.sum_of(received, number))
                        for number, goods, plan in ours
                    ]
                    received += allocate(relabel(rest, left)[0])
                found = [self.sum_of(received, number) for number in "12"]
                self.assertEqual(found, expected)

    def pick(self, dice):
        number, level = dice.choice("12"), dice.choice(("100", "200"))
        return number, level, dice.choice((LOT_A, LOT_B))

    def tell(self, counted):
        """Return the lines and lots of a cumulative report."""
        lines = Counter()
        for (number, level, _lot), pieces in counted.items():
            lines[number, level] += pieces
        rows = [line(*key[:1], n, level=key[1]) for key, n in lines.items()]
        lots = [
            lot(which, pieces, number=number, level=level)
            for (number, level, which), pieces in counted.items()
        ]
        return rows, lots

    def sum_of(self, received, number):
        return sum(part.quantity for part in received if part.line == number)

    def sum_up(self, received):
        totals = Counter()
        for part in received:
            totals[part.level, part.lot.number] += part.quantity
        return totals

    def sum_up_counted(self, counted):
        totals = Counter()
        for (_number, level, which), pieces in counted.items():
            totals[level, which.number] += pieces
        return totals
