"""Maps JD's many goods levels to the three that Odoo distinguishes."""

from ..api import GoodsLevel


def get_level_group(level):
    """Return the `GoodsLevel` for a level of JD: good, sample or else defective.

    At JD, 100 to 199 is good stock (open.jdl.com, unit 367, document 1612). All that
    is neither good nor a sample counts as defective: it is not for sale.
    """
    if level.startswith("1") and len(level) == 3:
        return GoodsLevel.GOOD
    if level.startswith("3"):
        return GoodsLevel.SAMPLE
    return GoodsLevel.DEFECTIVE
