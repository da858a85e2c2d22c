"""JD's statuses of orders: their order, and what each one means in Odoo.

Codes and names: open.jdl.com, access guide 54597. The ranks are ours: messages may
arrive late, and an older status must not replace a newer one.
"""

from dataclasses import dataclass

from odoo.tools.translate import LazyTranslate

_lt = LazyTranslate(__name__)

# === EFFECTS === #

MOVING = "moving"  # informs, changes nothing in stock
WAYBILL = "waybill"  # informs; only a report names the waybill
MOVED = "moved"  # goods have left or arrived: get the quantities, then close
RETURNING = "returning"  # the parcel comes back
RETURNED = "returned"
CANCELLING = "cancelling"
CANCELLED = "cancelled"
CANCEL_FAILED = "cancel_failed"
REJECTED = "rejected"  # JD does not carry it out, without a request to cancel
ATTENTION = "attention"  # somebody must look

# JD does not carry the order out.
ENDS = (CANCELLED, REJECTED)

# === REASONS (why JD does not carry an order out) === #

OVERDUE = "overdue"
REFUSED_ON_ARRIVAL = "refused_on_arrival"

# JD is asked before these are applied: a message alone is not enough.
ASKED_EFFECTS = {
    MOVED,
    RETURNING,
    RETURNED,
    CANCELLED,
    CANCEL_FAILED,
    REJECTED,
    ATTENTION,
}


@dataclass(frozen=True)
class Status:
    """One of JD's statuses.

    :param rank: The position in an order's progress, higher is later; None for a status
        that is no progress.
    :param effect: What it means for the order, one of the effects above.
    :param reason: Why JD did not carry the order out, where the status says so.
    """

    name: str
    rank: int | None
    effect: str = MOVING
    reason: str = ""


OUTBOUND = {
    "10010": Status(_lt("Received by JD"), 10),
    "100130": Status(_lt("Waybill assigned"), 20, WAYBILL),
    "10014": Status(_lt("Sent to the warehouse"), 30),
    "10015": Status(_lt("Assigned in the warehouse"), 40),
    "10016": Status(_lt("Picked off the shelf"), 50),
    "10017": Status(_lt("Checked"), 60),
    "10018": Status(_lt("Packed"), 70),
    "10019": Status(_lt("Handed over for shipping"), 80, MOVED),
    "10020": Status(_lt("Left the warehouse"), 90, MOVED),
    "10054": Status(_lt("Left the sorting center"), 100),
    "10032": Status(_lt("At the sorting center"), 110),
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

INBOUND = {
    "4": Status(_lt("Waiting for box details"), 2),
    "5": Status(_lt("Waiting for serial numbers"), 4),
    "10": Status(_lt("Received by JD"), 10),
    "20": Status(_lt("Sent to the warehouse"), 20),
    "70": Status(_lt("Received in the warehouse"), 70, MOVED),
    "90": Status(_lt("Cancelling"), None, CANCELLING),
    "91": Status(_lt("Cancelled"), None, CANCELLED),
    "92": Status(_lt("Cancel failed"), None, CANCEL_FAILED),
}

CUSTOMER_RETURN = {
    "0": Status(_lt("Received by JD"), 10),
    "100": Status(_lt("Sent to the warehouse"), 20),
    "200": Status(_lt("Received in the warehouse"), 70, MOVED),
    "300": Status(_lt("Cancelling"), None, CANCELLING),
    "350": Status(_lt("Cancel failed"), None, CANCEL_FAILED),
    "400": Status(_lt("Cancelled"), None, CANCELLED),
    "500": Status(_lt("Not received: overdue"), 60, REJECTED, OVERDUE),
    "600": Status(
        _lt("Not received: refused by the warehouse"),
        60,
        REJECTED,
        REFUSED_ON_ARRIVAL,
    ),
}

SUPPLIER_RETURN = {
    "0": Status(_lt("Received by JD"), 10),
    "100": Status(_lt("Sent to the warehouse"), 20),
    "150": Status(_lt("Checked"), 50),
    "200": Status(_lt("Left the warehouse"), 80, MOVED),
    "250": Status(_lt("Cancel failed"), None, CANCEL_FAILED),
    "300": Status(_lt("Cancelling"), None, CANCELLING),
    "400": Status(_lt("Cancelled"), None, CANCELLED),
}


class Kind:
    """The statuses of one kind of order, and its milestones.

    :param fixed: The code from which on JD has picked or received the goods: it cannot
        be cancelled any more.
    :param moved: The first code at which the goods have left or arrived.
    :param final: The code after which JD reports nothing more.
    """

    def __init__(self, table, *, fixed, moved, final):
        self.table = table
        self.fixed_rank = table[fixed].rank
        self.moved_rank = table[moved].rank
        self.final_rank = table[final].rank

    def get_milestones(self, rank):
        """Return the milestones of `jd.order` that a status of this rank has passed."""
        passed = []
        # What arrives is not picked, and nobody reports it as delivered.
        if self.fixed_rank < self.moved_rank and rank >= self.fixed_rank:
            passed.append("picked_at")
        if rank >= self.moved_rank:
            passed.append("moved_at")
        if rank == self.final_rank > self.moved_rank:
            passed.append("delivered_at")
        return passed


KINDS = {
    "outbound": Kind(
        OUTBOUND,
        fixed="10016",
        moved="10019",
        final="10034",
    ),
    "inbound": Kind(
        INBOUND,
        fixed="70",
        moved="70",
        final="70",
    ),
    "customer_return": Kind(
        CUSTOMER_RETURN,
        fixed="200",
        moved="200",
        final="200",
    ),
    "supplier_return": Kind(
        SUPPLIER_RETURN,
        fixed="150",
        moved="200",
        final="200",
    ),
}
RETURNED_RANK = OUTBOUND["10038"].rank


def find(kind, code):
    """Return the `Status` of a code, or None where JD documents none."""
    return KINDS[kind].table.get(code)
