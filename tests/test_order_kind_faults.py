"""What may go wrong with deliveries may go wrong with every other kind as well."""

from odoo.fields import Command
from odoo.tests import tagged

from . import fault_case
from .committed import get_connector


class OtherDocuments(fault_case.Documents):
    """What receipts and returns have in common: one product each."""

    count = more_than_a_batch = 40
    crons = (
        "match_goods",
        "push_orders",
        "process_messages",
        "follow_orders",
        "close_orders",
    )

    @classmethod
    def expect(cls, row):
        [_line] = row["lines"]
        return super().expect(row)


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
class TestReceiptFaults(fault_case.FaultScenarios, fault_case.FaultCase):
    documents = Receipts


@tagged("post_install", "-at_install")
class TestCustomerReturnFaults(fault_case.FaultScenarios, fault_case.FaultCase):
    documents = CustomerReturns


@tagged("post_install", "-at_install")
class TestSupplierReturnFaults(fault_case.FaultScenarios, fault_case.FaultCase):
    documents = SupplierReturns
