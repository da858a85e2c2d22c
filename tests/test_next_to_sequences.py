"""Whatever people and JD do, in any order: afterwards both sides' books are the same.

A few sequences here, many with `./dev campaign`.
"""

import os

from odoo.tests import tagged
from odoo.tools import split_every

from .next_to_case import NextToMixin
from .sequence_case import JdSequenceCase
from .sequence_steps import draw

COUNT = int(os.environ.get("JD_SEQUENCES", 3))
STEPS = int(os.environ.get("JD_SEQUENCE_STEPS", 20))
SEED = int(os.environ.get("JD_SEQUENCE_SEED", 1))
LOG = os.environ.get("JD_SEQUENCE_LOG")
AT_ONCE = 10  # sequences that share the set-up of their world


# === WHAT FAILED ONCE, AS IT WAS PRINTED === #


def goods_that_lie_on_a_shelf(steps):
    steps.move_to_shelf(place="jakarta", code="CREAM", pieces=6)
    steps.sell(place="jakarta", lines=[("CREAM", 4)])


def a_wave_of_one_line_of_two(steps):
    steps.sell(place="surabaya", lines=[("CREAM", 6), ("G-1", 3)])
    steps.work_goes_on()
    steps.wave(nth=4)


def a_sale_raised_then_lowered_to_nothing(steps):
    steps.sell(place="jakarta", lines=[("G-1", 3)])
    steps.work_goes_on()
    steps.change_sale(nth=0, pieces=5)
    steps.change_sale(nth=0, pieces=0)


def a_sale_raised_then_lowered_too_late(steps):
    steps.sell(place="jakarta", lines=[("G-1", 3)])
    steps.work_goes_on()
    steps.jd_works_on_all(steps=5)
    steps.change_sale(nth=0, pieces=5)
    steps.work_goes_on()
    steps.change_sale(nth=0, pieces=2)


def a_purchase_lowered_to_nothing(steps):
    steps.buy(place="jakarta", lines=[("G-1", 4)], in_parts=False)
    steps.work_goes_on()
    steps.change_purchase(nth=0, pieces=0)


def a_purchase_cancelled_when_a_part_has_come(steps):
    steps.buy(place="jakarta", lines=[("CREAM", 6)], in_parts=True)
    steps.work_goes_on()
    steps.jd_works_on_all(steps=1)
    steps.jd_receives_a_part(nth=0, parts=2)
    steps.work_goes_on()
    steps.cancel_purchase(nth=0)


def a_parcel_rejected_of_which_a_part_was_returned_by_hand(steps):
    steps.sell(place="jakarta", lines=[("G-1", 5)])
    steps.work_goes_on()
    steps.jd_works_on_all(steps=9)
    steps.work_goes_on()
    steps.bring_back(nth=0, pieces=2)
    steps.receiver_rejects(nth=0)


def a_purchase_cancelled_after_it_was_received(steps):
    steps.buy(place="jakarta", lines=[("CREAM", 4), ("CREAM", 2)], in_parts=True)
    steps.work_goes_on()
    steps.jd_works_on_all(steps=2)
    steps.close_inbound(nth=2)
    steps.work_goes_on()
    steps.cancel_purchase(nth=3)


def a_return_by_hand_of_which_a_line_goes_into_a_wave(steps):
    steps.buy(place="surabaya", lines=[("CREAM", 5), ("CREAM", 2)], in_parts=False)
    steps.work_goes_on()
    steps.jd_works_on_all(steps=9)
    steps.work_goes_on()
    steps.bring_back(nth=0, pieces=6)
    steps.wave(nth=0)
    steps.work_goes_on()


FAILED_ONCE = (
    goods_that_lie_on_a_shelf,
    a_wave_of_one_line_of_two,
    a_sale_raised_then_lowered_to_nothing,
    a_sale_raised_then_lowered_too_late,
    a_purchase_lowered_to_nothing,
    a_purchase_cancelled_when_a_part_has_come,
    a_parcel_rejected_of_which_a_part_was_returned_by_hand,
    a_purchase_cancelled_after_it_was_received,
    a_return_by_hand_of_which_a_line_goes_into_a_wave,
)


@tagged("post_install", "-at_install")
class TestSequences(NextToMixin, JdSequenceCase):
    modules = ("stock_picking_batch", "sale_stock", "purchase_stock")

    def test_sequences_that_failed_once(self):
        for sequence in FAILED_ONCE:
            with self.subTest(sequence=sequence.__name__):
                steps = Recorder()
                sequence(steps)
                self.assertSound(steps.recorded)

    def run_seeds(self, seeds):
        for seed in seeds:
            with self.subTest(seed=seed):
                try:
                    self.assertSound(draw(seed, STEPS))
                except AssertionError as error:
                    tell(f"seed {seed} fails: {error}\n")
                    raise
                tell(f"seed {seed}: the books are the same")


class Recorder:
    """Takes down the steps that are called on it."""

    def __init__(self):
        self.recorded = []

    def __getattr__(self, name):
        return lambda **values: self.recorded.append((name, values))


def tell(text):
    """Append to the campaign's log, which is read before the campaign has ended."""
    if LOG:
        with open(LOG, "a", encoding="utf-8") as log:
            log.write(f"{text}\n")


def _add_test(seeds):
    def test(self):
        self.run_seeds(seeds)

    name = f"test_both_books_are_the_same_after_sequences_{seeds[0]}_to_{seeds[-1]}"
    setattr(TestSequences, name, test)


for _seeds in split_every(AT_ONCE, range(SEED, SEED + COUNT), list):
    _add_test(_seeds)
