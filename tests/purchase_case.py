"""What the tests of purchases share."""

from odoo.fields import Command

from .inbound_case import JdInboundCase


class JdPurchaseCase(JdInboundCase):
    """Purchases into the JD warehouse."""

    def make_purchase(self, *quantities):
        """Confirm a purchase into the JD warehouse; return it and its receipt."""
        purchase = self.env["purchase.order"].create(
            {
                "partner_id": self.supplier.id,
                "picking_type_id": self.warehouse.in_type_id.id,
                "order_line": [
                    Command.create(
                        {
                            "product_id": product.id,
                            "product_qty": quantity,
                            "price_unit": 10,
                        }
                    )
                    for product, quantity in zip(
                        self.products, quantities, strict=False
                    )
                ],
            }
        )
        purchase.button_confirm()
        return purchase, purchase.picking_ids
