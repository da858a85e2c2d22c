"""What may go wrong with deliveries may go wrong with every other kind as well."""

from odoo.fields import Command
from odoo.tests import tagged

from . import fault_harness
from .committed import get_connector
from .test_order_faults import read_moves


class OtherDocuments(fault_harness.Documents):
    """What receipts and returns have in common: one product each, some come short."""

    count = 60
    crons = ("match_goods", "push_orders", "follow_orders", "close_orders")

    @staticmethod
    def arrange(env, orders):
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
            }
            for order in env["jd.order"].browse(orders)
        }

    @staticmethod
    def expect(row):
        [line] = row["lines"]
        short = line["planQuantity"] - line["realQuantity"]
        return {
            "transfer": "done",
            "moved": {line["erpGoodsNo"]: line["realQuantity"]},
            "held": {line["erpGoodsNo"]: short} if short else {},
        }


class Receipts(OtherDocuments):
    kind = "CGRK"
    create_call, query_call = "addPoOrder", "queryPoOrderDetail"
    path = (20, 70)

    @staticmethod
    def make(env, count, references):
        warehouse = get_connector(env).warehouse_ids
        suppliers = env.ref("stock.stock_location_suppliers")
        places = (suppliers, warehouse.lot_stock_id)
        return make_transfers(env, count, references, warehouse.in_type_id, *places)


class CustomerReturns(OtherDocuments):
    kind = "THRK"
    create_call, query_call = "addRtwOrder", "queryRtwOrderDetail"
    path = (100, 200)

    @staticmethod
    def make(env, count, references):
        warehouse = get_connector(env).warehouse_ids
        customers = env.ref("stock.stock_location_customers")
        places = (customers, warehouse.lot_stock_id)
        return make_transfers(env, count, references, warehouse.in_type_id, *places)


class SupplierReturns(OtherDocuments):
    kind = "TGCK"
    create_call, query_call = "addRtsOrder", "queryReturnToSupplier"
    path = (100, 150, 200)

    @staticmethod
    def make(env, count, references):
        warehouse = get_connector(env).warehouse_ids
        suppliers = env.ref("stock.stock_location_suppliers")
        places = (warehouse.lot_stock_id, suppliers)
        return make_transfers(env, count, references, warehouse.out_type_id, *places)


def make_transfers(env, count, references, picking_type, source, destination):
    """Create and confirm transfers of three pieces; return their orders' ids."""
    products = env["product.product"].search([("default_code", "in", references)])
    partner = env["res.partner"].search([("name", "=", "Kain Jaya")]) or env[
        "res.partner"
    ].create({"name": "Kain Jaya", "is_company": True})
    places = {"location_id": source.id, "location_dest_id": destination.id}
    pickings = env["stock.picking"].create(
        [
            {
                "picking_type_id": picking_type.id,
                "partner_id": partner.id,
                **places,
                "move_ids": [
                    Command.create(
                        {
                            "product_id": products[number % len(products)].id,
                            "product_uom_qty": 3,
                            **places,
                        }
                    )
                ],
            }
            for number in range(count)
        ]
    )
    pickings.action_confirm()
    pickings.action_assign()
    return pickings.jd_order_id.ids


@tagged("post_install", "-at_install")
class TestReceiptFaults(fault_harness.FaultScenarios, fault_harness.FaultCase):
    documents = Receipts


@tagged("post_install", "-at_install")
class TestCustomerReturnFaults(fault_harness.FaultScenarios, fault_harness.FaultCase):
    documents = CustomerReturns


@tagged("post_install", "-at_install")
class TestSupplierReturnFaults(fault_harness.FaultScenarios, fault_harness.FaultCase):
    documents = SupplierReturns
