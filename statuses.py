"""JD's statuses: their order, and what each one means for a document in Odoo.

Codes and names: open.jdl.com, access guide 54597. The order is ours: JD reports a
document's progress as a growing list, late messages may bring an older status.
"""

from dataclasses import dataclass

from odoo.tools.translate import LazyTranslate

_lt = LazyTranslate(__name__)

# === EFFECTS === #

MOVING = "moving"  # informs, changes nothing in stock
SHIPPED = "shipped"  # quantities left the shelf for good: ask for them, then close
RETURNING = "returning"  # the parcel comes back
RETURNED = "returned"
CANCELLING = "cancelling"
CANCELLED = "cancelled"
CANCEL_FAILED = "cancel_failed"
ATTENTION = "attention"  # somebody must look

# What a message may only hint at: JD is asked before anything follows from it.
ASKED_EFFECTS = {
    SHIPPED,
    RETURNING,
    RETURNED,
    CANCELLED,
    CANCEL_FAILED,
    ATTENTION,
}


@dataclass(frozen=True)
class Status:
    """:param rank: Later is higher; None where the status is beside the way."""

    name: str
    rank: int | None
    effect: str = MOVING


OUTBOUND = {
    "10010": Status(_lt("Received by JD"), 10),
    "100130": Status(_lt("Waybill assigned"), 20),
    "10014": Status(_lt("Sent to the warehouse"), 30),
    "10015": Status(_lt("Assigned in the warehouse"), 40),
    "10016": Status(_lt("Picked off the shelf"), 50),
    "10017": Status(_lt("Checked"), 60),
    "10018": Status(_lt("Packed"), 70),
    "10019": Status(_lt("Handed over for shipping"), 80, SHIPPED),
    "10020": Status(_lt("Left the warehouse"), 90, SHIPPED),
    "10054": Status(_lt("Left the sorting centre"), 100),
    "10032": Status(_lt("At the sorting centre"), 110),
    "10033": Status(_lt("At the delivery station"), 120),
    "10034": Status(_lt("Delivered"), 130),
    "10035": Status(_lt("Rejected by the receiver"), 140, RETURNING),
    "10036": Status(_lt("Return accepted"), 150, RETURNING),
    "10037": Status(_lt("On the way back"), 160, RETURNING),
    "10038": Status(_lt("Back in the warehouse"), 170, RETURNED),
    "10027": Status(_lt("Cancelling"), None, CANCELLING),
    "10028": Status(_lt("Cancelled"), None, CANCELLED),
    "10029": Status(_lt("Cancel failed"), None, CANCEL_FAILED),
    "10031": Status(_lt("Pulled back"), None, ATTENTION),
    "10050": Status(_lt("Procurement done"), None),
    "10051": Status(_lt("Procurement exception"), None, ATTENTION),
}

BY_KIND = {"XSCK": OUTBOUND}

# From here on JD has the goods in hand: a cancel is refused (the mission's rule).
PICKED_RANK = OUTBOUND["10016"].rank
SHIPPED_RANK = OUTBOUND["10019"].rank
DELIVERED_RANK = OUTBOUND["10034"].rank
RETURNED_RANK = OUTBOUND["10038"].rank


def find(kind, code):
    """Return the `Status` of a code, or None where JD documents none."""
    return BY_KIND[kind].get(code)
