from odoo.tests import tagged

from . import fault_case
from .committed import make_deliveries


class Deliveries(fault_case.Documents):
    kind = "XSCK"
    crons = ("push_orders", "process_messages", "follow_orders", "close_orders")
    create_call, query_call = "addSoOrder", "querySoOrder"
    path = (100130, 10014, 10016, 10019, 10020)
    make = staticmethod(make_deliveries)

    @classmethod
    def read_outcome(cls, order):
        return super().read_outcome(order) | {"waybills": order.waybills}

    @classmethod
    def expect(cls, row):
        return super().expect(row) | {"waybills": row["waybillNo"]}


@tagged("post_install", "-at_install")
class TestOrderFaults(fault_case.FaultScenarios, fault_case.FaultCase):
    documents = Deliveries
