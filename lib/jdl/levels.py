"""JD's goods levels: how its many levels fall into the groups that Odoo keeps apart."""

from ..api import GoodsLevel


def get_level_group(level):
    """Return the group of a level: good, sample, or else defective.

    JD counts 100 to 199 as good stock (open.jdl.com, unit 367, document 1612); what is
    neither good nor a sample is not for sale.
    """
    if level.startswith("1") and len(level) == 3:
        return GoodsLevel.GOOD
    if level.startswith("3"):
        return GoodsLevel.SAMPLE
    return GoodsLevel.DEFECTIVE
