"""Whatever people and JD do, in any order: afterwards both sides' books are the same.

A few sequences here, many with `./dev campaign`.
"""

import os

from odoo.tests import tagged
from odoo.tools import split_every

from .next_to_case import NextToMixin
from .sequence_case import JdSequenceCase
from .sequence_steps import draw

COUNT = int(os.environ.get("JD_SEQUENCES", 8))
STEPS = int(os.environ.get("JD_SEQUENCE_STEPS", 20))
SEED = int(os.environ.get("JD_SEQUENCE_SEED", 1))
LOG = os.environ.get("JD_SEQUENCE_LOG")
AT_ONCE = 10  # sequences that share the set-up of their world


@tagged("post_install", "-at_install")
class TestSequences(NextToMixin, JdSequenceCase):
    modules = ("stock_picking_batch", "sale_stock", "purchase_stock")

    def run_seeds(self, seeds):
        for seed in seeds:
            with self.subTest(seed=seed):
                try:
                    self.assertSound(draw(seed, STEPS))
                except AssertionError as error:
                    tell(f"seed {seed} fails: {error}\n")
                    raise
                tell(f"seed {seed}: the books are the same")


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
