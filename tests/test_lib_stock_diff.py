from collections import defaultdict

from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.tests import BaseCase

from ..lib.stock_diff import CERTAIN, KINDS, Claim, Place, compare, explain, find_pack
from ..models.check import jd_stock_check_explanation

GOOD = Place(1, "100")
BAD = Place(1, "200")
LOT_A, LOT_B = Place(1, "100", "A"), Place(1, "100", "B")


class TestCompare(BaseCase):
    def test_only_places_that_differ_are_kept(self):
        found = compare({GOOD: 5, BAD: 2}, {GOOD: 5.0, BAD: 3.0, Place(2, "100"): 1.0})
        self.assertEqual(
            found.differences, {BAD: (2, 3.0), Place(2, "100"): (None, 1.0)}
        )

    def test_goods_agree_if_all_their_places_do(self):
        other = Place(2, "100")
        found = compare({GOOD: 5, BAD: 2, other: 4}, {GOOD: 5.0, BAD: 3.0, other: 4.0})
        self.assertEqual((found.agreeing_goods, found.goods), (1, 2))

    def test_goods_of_jd_that_odoo_lacks_differ(self):
        found = compare({Place("EMG1", "100"): 3}, {})
        self.assertEqual(found.differences, {Place("EMG1", "100"): (3, 0.0)})

    def test_not_reported_is_not_zero_but_agrees_where_odoo_has_none(self):
        found = compare({GOOD: None, BAD: 0}, {GOOD: 0.0, LOT_A: 2.0, BAD: 2.0})
        self.assertEqual(found.differences, {LOT_A: (None, 2.0), BAD: (0, 2.0)})

    def test_what_differs_by_less_than_a_millionth_agrees(self):
        self.assertFalse(compare({GOOD: 3}, {GOOD: 0.1 + 0.2 + 2.7}).differences)


class TestExplain(BaseCase):
    """Which claims explain a difference."""

    def explain(self, differences, *claims, packs=()):
        """Return place → (kind → explained pieces, unexplained pieces).

        :param dict differences: Place → JD's number less Odoo's.
        :param claims: (kind, place, pieces).
        """
        rows = explain(
            {place: (100 + pieces, 100) for place, pieces in differences.items()},
            [Claim(*claim) for claim in claims],
            {1: packs},
        )
        found = {}
        for row in rows:
            kinds = defaultdict(float)
            for part in row.parts:
                kinds[part.claim.kind] += part.quantity
            found[row.place] = (dict(kinds), row.unexplained)
        return found

    def assert_explained(self, difference, claims, kinds, rest, packs=()):
        claims = [(kind, GOOD, pieces) for kind, pieces in claims]
        found = self.explain({GOOD: difference}, *claims, packs=packs)
        self.assertEqual(found, {GOOD: (kinds, rest)})

    def test_kinds_are_those_of_the_model(self):
        self.assertEqual(KINDS, tuple(dict(jd_stock_check_explanation.KINDS)))

    def test_without_claims_all_is_unexplained(self):
        self.assert_explained(-4, [], {}, -4)

    def test_what_jd_has_done_counts_in_full(self):
        both = [("shipped", -5), ("received", 3)]
        self.assert_explained(-2, both, {"shipped": -5, "received": 3}, 0)
        self.assert_explained(-2, both[:1], {"shipped": -5}, 3)

    def test_what_jd_has_done_comes_before_what_it_may_have_done(self):
        self.assert_explained(
            -2,
            [("closed_after", 3), ("shipped", -5), ("received", 3)],
            {"shipped": -5, "received": 3},
            0,
        )

    def test_what_may_have_left_counts_towards_zero_only(self):
        claim = Claim("shipped", GOOD, -5, at_most=True)
        (row,) = explain({GOOD: (98, 100)}, [claim], {})
        self.assertEqual((row.explained, row.unexplained), (-2, 0))

    def test_other_claims_count_towards_zero_only(self):
        self.assert_explained(-2, [("jd_count", -5)], {"jd_count": -2}, 0)
        self.assert_explained(-2, [("jd_count", 5)], {}, -2)

    def test_what_was_done_and_undone_explains_nothing(self):
        both = [("odoo_only", -5), ("odoo_only", 5)]
        self.assert_explained(-5, both, {}, -5)
        self.assert_explained(-5, [*both, ("odoo_only", -2)], {"odoo_only": -2}, -3)
        counts = [("jd_count", -5), ("odoo_only", 5)]
        self.assert_explained(-5, counts, {"jd_count": -5}, 0)

    def test_other_claims_are_used_in_the_order_of_the_kinds(self):
        self.assert_explained(
            5,
            [("odoo_only", 4), ("jd_count", 3)],
            {"jd_count": 3, "odoo_only": 2},
            0,
        )

    def test_claims_on_places_that_agree_are_ignored(self):
        self.assertEqual(
            self.explain({BAD: 1}, ("shipped", GOOD, -3), ("shipped", LOT_A, -3)),
            {BAD: ({}, 1)},
        )

    def test_a_claim_without_lot_is_spread_towards_zero_first(self):
        found = self.explain({LOT_A: -2, LOT_B: 4}, ("received", GOOD, 5))
        self.assertEqual(
            found, {LOT_A: ({"received": 1}, -3), LOT_B: ({"received": 4}, 0)}
        )

    def test_a_claim_that_names_its_lot_goes_before_one_that_does_not(self):
        found = self.explain(
            {LOT_A: -3, LOT_B: -2}, ("shipped", GOOD, -2), ("received", LOT_A, 1)
        )
        self.assertEqual(
            found,
            {LOT_A: ({"received": 1, "shipped": -2}, -2), LOT_B: ({}, -2)},
        )

    def test_lots_that_cancel_out_are_exchanged(self):
        found = self.explain({LOT_A: 5, LOT_B: -3}, packs=(3,))
        self.assertEqual(found, {LOT_A: ({"lot": 3}, 2), LOT_B: ({"lot": -3}, 0)})
        found = self.explain({LOT_A: 6, LOT_B: -6}, packs=(3,))
        self.assertEqual(found, {LOT_A: ({"lot": 6}, 0), LOT_B: ({"lot": -6}, 0)})

    def test_levels_do_not_cancel_out(self):
        found = self.explain({GOOD: 2, BAD: -2})
        self.assertEqual(found, {GOOD: ({}, 2), BAD: ({}, -2)})

    def test_a_claim_without_level_may_be_about_any(self):
        found = self.explain({GOOD: 2, BAD: -2}, ("jd_count", Place(1, ""), -3))
        self.assertEqual(found, {GOOD: ({}, 2), BAD: ({"jd_count": -2}, 0)})

    def test_exact_multiples_of_a_pack_are_its_unit(self):
        self.assert_explained(-24, [], {"unit": -24}, 0, packs=(12, 6))
        self.assert_explained(
            -25, [("jd_count", -1)], {"jd_count": -1, "unit": -24}, 0, packs=(12,)
        )
        self.assert_explained(-25, [], {}, -25, packs=(12,))

    def test_the_largest_pack_that_fits_is_named(self):
        self.assertEqual(find_pack(-24, (5, 6, 12)), 12)
        self.assertEqual(find_pack(7.5, (2.5, 3)), 2.5)
        self.assertIsNone(find_pack(0, (12,)))

    def test_a_decision_holds_only_for_exactly_what_is_left(self):
        self.assert_explained(-3, [("decided", -3)], {"decided": -3}, 0)
        self.assert_explained(-2, [("decided", -3)], {}, -2)
        self.assert_explained(-4, [("decided", -3)], {}, -4)
        self.assert_explained(
            -8,
            [("decided", -3), ("shipped", -5)],
            {"shipped": -5, "decided": -3},
            0,
        )

    def test_what_jd_does_not_report_is_explained_alike(self):
        (row,) = explain({GOOD: (None, 5.0)}, [Claim("shipped", GOOD, -5)], {})
        self.assertEqual((row.jd, row.difference, row.unexplained), (None, -5, 0))


def _lots(levels=("100", "200")):
    return st.builds(
        Place,
        st.sampled_from([1, 2, "EMG1"]),
        st.sampled_from(levels),
        st.sampled_from(["", "A", "B"]),
    )


# Units may have decimals, and hundredths are no exact binary numbers.
_pieces = st.integers(-3000, 3000).map(lambda cents: cents / 100)
_books = st.dictionaries(_lots(), st.tuples(st.none() | st.integers(0, 40), _pieces))
_claims = st.lists(
    st.builds(
        Claim,
        st.sampled_from([kind for kind in KINDS if kind not in ("unit", "lot")]),
        _lots(["100", "200", ""]),
        _pieces,
        st.none() | st.tuples(st.just("stock.move"), st.integers(1, 9)),
        at_most=st.booleans(),
    ),
    max_size=12,
)
_packs = st.dictionaries(
    st.sampled_from([1, 2]), st.lists(st.sampled_from([2, 2.5, 12]), max_size=2)
)


# No database: no files in the checkout, and no example of another version.
_for_anything = settings(max_examples=150, deadline=None, database=None)


class TestExplainAnything(BaseCase):
    """What holds for all books, claims and packs."""

    @_for_anything
    @given(_books, _claims, _packs)
    def test_explained_and_unexplained_make_the_difference(self, books, claims, packs):
        for row in explain(books, claims, packs):
            self.assertAlmostEqual(row.difference, (row.jd or 0) - row.odoo, 6)
            self.assertAlmostEqual(row.explained + row.unexplained, row.difference, 6)
            parts = sum(part.quantity for part in row.parts)
            self.assertAlmostEqual(parts, row.explained, 6)

    @_for_anything
    @given(_books, _claims, _packs)
    def test_no_piece_of_a_claim_is_used_twice(self, books, claims, packs):
        used = defaultdict(float)
        for row in explain(books, claims, packs):
            for part in row.parts:
                self.assertGreater(part.quantity * part.claim.quantity, 0)
                if part.claim.kind not in ("unit", "lot"):
                    used[part.claim] += part.quantity
        for claim, pieces in used.items():
            given_pieces = claim.quantity * claims.count(claim)
            if claim.is_certain:
                self.assertAlmostEqual(pieces, given_pieces, 6)
            self.assertLessEqual(abs(pieces), abs(given_pieces) + 1e-6)

    @_for_anything
    @given(_books, _claims, _packs)
    def test_no_more_is_explained_than_is_left_of_a_kind(self, books, claims, packs):
        apart = {*CERTAIN, "closed_after", "decided"}
        facts = [c for c in claims if not c.at_most and c.kind not in apart]
        left, used = defaultdict(float), defaultdict(float)
        for claim in facts:
            left[claim.kind, claim.place] += claim.quantity
        for row in explain(books, facts, packs):
            for part in row.parts:
                used[part.claim.kind, part.claim.place] += part.quantity
        for key, pieces in left.items():
            self.assertLessEqual(abs(used[key]), abs(pieces) + 1e-6)

    @_for_anything
    @given(_books, _claims, _packs, st.randoms(use_true_random=False))
    def test_the_order_of_the_input_does_not_matter(self, books, claims, packs, chance):
        mixed_books, mixed_claims = list(books.items()), list(claims)
        chance.shuffle(mixed_books)
        chance.shuffle(mixed_claims)
        self.assertEqual(
            explain(dict(mixed_books), mixed_claims, packs),
            explain(books, claims, packs),
        )

    @_for_anything
    @given(_books, _books, _claims, _packs)
    def test_only_places_that_differ_get_parts(self, jd, odoo, claims, packs):
        found = compare(
            {place: number for place, (number, _odoo) in jd.items()},
            {place: quantity for place, (_jd, quantity) in odoo.items()},
        )
        rows = explain(found.differences, claims, packs)
        self.assertEqual({row.place for row in rows}, set(found.differences))
        for row in rows:
            self.assertTrue(row.difference)
            for part in row.parts:
                self.assertEqual(part.claim.place.goods, row.place.goods)
                self.assertIn(part.claim.place.level, ("", row.place.level))
                self.assertIn(part.claim.place.lot, ("", row.place.lot))

    @_for_anything
    @given(_books, _claims, _packs)
    def test_only_what_jd_has_done_overshoots(self, books, claims, packs):
        claims = [claim for claim in claims if not claim.is_certain]
        for row in explain(books, claims, packs):
            self.assertLessEqual(abs(row.unexplained), abs(row.difference))
            self.assertGreaterEqual(row.unexplained * row.difference, 0)
