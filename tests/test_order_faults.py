from odoo.tests import tagged

from . import fault_harness
from .committed import make_deliveries


class Deliveries(fault_harness.Documents):
    kind = "XSCK"
    crons = ("push_orders", "follow_orders", "close_orders")
    create_call, query_call = "addSoOrder", "querySoOrder"
    path = (100130, 10014, 10015, 10016, 10017, 10018, 10019, 10020)
    make = staticmethod(make_deliveries)

    @staticmethod
    def arrange(env, orders):
        """Some lose a piece of every line, which leaves nothing of the second."""
        orders = env["jd.order"].browse(orders)
        return {"short": {str(line.id): 1 for line in orders[::10].line_ids}}

    @staticmethod
    def read_outcomes(env, orders):
        return {
            order.name: {
                "transfer": order.picking_id.state,
                "moved": read_moves(order.picking_id.move_ids),
                "held": read_moves(
                    order.picking_id.backorder_ids.filtered("jd_on_hold").move_ids
                ),
                "waybills": order.waybills,
            }
            for order in env["jd.order"].browse(orders)
        }

    @staticmethod
    def expect(row):
        lines = row["lines"]
        return {
            "transfer": "done",
            "moved": {
                line["erpGoodsNo"]: line["realQuantity"]
                for line in lines
                if line["realQuantity"]
            },
            "held": {
                line["erpGoodsNo"]: missing
                for line in lines
                if (missing := line["planQuantity"] - line["realQuantity"])
            },
            "waybills": row["waybillNo"],
        }


def read_moves(moves):
    """Return reference → pieces; twice the same goods would be seen twice."""
    moves = moves.filtered(lambda move: move.state != "cancel")
    return {
        product.default_code: sum(
            move.quantity if move.state == "done" else move.product_uom_qty
            for move in own
        )
        for product, own in moves.grouped("product_id").items()
    }


@tagged("post_install", "-at_install")
class TestOrderFaults(fault_harness.FaultScenarios, fault_harness.FaultCase):
    documents = Deliveries
