"""What the tests of sales share."""

from odoo.fields import Command

from .order_case import JdOrderCase


class JdSaleCase(JdOrderCase):
    """Sales from the JD warehouse, by a salesperson: `seller`."""

    def make_sale(self, *quantities):
        """Confirm a sale of so many of each product as the salesperson does."""
        sale = self.as_user(self.env["sale.order"], self.seller).create(
            {
                "partner_id": self.customer.id,
                "warehouse_id": self.warehouse.id,
                "order_line": [
                    Command.create(
                        {"product_id": product.id, "product_uom_qty": quantity}
                    )
                    for product, quantity in zip(
                        self.products, quantities, strict=False
                    )
                ],
            }
        )
        sale.action_confirm()
        return sale
