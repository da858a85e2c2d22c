"""What the tests of lots, serial numbers and expiry share."""

from .inbound_case import JdInboundCase
from .jd_case import QUICK_DEPARTMENT, QUICK_WAREHOUSE


class JdLotCase(JdInboundCase):
    """A product in lots, known to JD, which keeps its batches."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.cream = cls.make_tracked("CREAM", "lot", batch=True)
        cls.keep_sandbox()

    # === GOODS === #

    @classmethod
    def make_tracked(cls, reference, tracking, **at_jd):
        """Create a tracked product, and goods at JD that keep lots or serials."""
        product = cls.env["product.product"].create(
            {
                "name": reference.title(),
                "default_code": reference,
                "is_storable": True,
                "tracking": tracking,
            }
        )
        cls.sandbox.do(
            "goods",
            department=QUICK_DEPARTMENT,
            goods=[{"erpGoodsNo": reference, **at_jd}],
        )
        cls.connector.action_match_goods()
        cls.run_cron("match_goods")
        return product

    def make_lot(self, name, pieces=0, product=None, **values):
        """Create a lot and have so many of it lie in the warehouse, in Odoo."""
        product = product or self.cream
        lot = self.env["stock.lot"].create(
            {"name": name, "product_id": product.id, **values}
        )
        if pieces:
            self.env["stock.quant"]._update_available_quantity(
                product, self.stock, pieces, lot_id=lot
            )
        return lot

    def set_stock_at_jd(self, *rows, product=None):
        """Set JD's stock of a product: rows of quantity and lot or serials."""
        goods_no = self.get_goods_no(product or self.cream)
        self.sandbox.do(
            "stock",
            warehouse=QUICK_WAREHOUSE,
            rows=[{"goodsNo": goods_no, **row} for row in rows],
        )

    def make_lot_receipt(self, *lots, product=None):
        """Create a receipt with lots typed in: tuples of name and pieces."""
        product = product or self.cream
        self.connector.receipt_policy = "manual"
        pieces = sum(quantity for _name, quantity in lots)
        picking = self.make_receipt(pieces, products=product)
        picking.move_ids.move_line_ids.unlink()
        self.env["stock.move.line"].create(
            [
                {
                    "move_id": picking.move_ids.id,
                    "picking_id": picking.id,
                    "product_id": product.id,
                    "lot_name": name,
                    "quantity": quantity,
                    "location_id": picking.location_id.id,
                    "location_dest_id": picking.location_dest_id.id,
                    "company_id": picking.company_id.id,
                }
                for name, quantity in lots
            ]
        )
        picking.action_jd_send()
        return picking

    def get_moved(self, picking):
        """Return (lot, pieces, assumed) of what a transfer moved, by lot."""
        return sorted(
            (line.lot_id.name, line.quantity, line.jd_lot_assumed)
            for line in picking.move_line_ids
        )

    def make_shipped_cream(self, pieces, **arranged):
        delivery = self.make_delivery(pieces, products=self.cream)
        order = self.announce(delivery)
        if arranged:
            self.sandbox.do("arrange", orders="all", **arranged)
        self.complete(order, "10020")
        self.assertEqual(delivery.state, "done")
        return delivery

    def make_delivery(self, *quantities, products=None, **values):
        delivery = self.make_transfer(
            self.warehouse.out_type_id,
            self.stock,
            self.customers,
            *quantities,
            products=products or self.products,
            partner_id=self.customer.id,
            **values,
        )
        delivery.action_confirm()
        delivery.action_assign()
        return delivery
