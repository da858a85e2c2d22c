"""Returns: from customers into JD's warehouse (THRK), out of it to suppliers (TGCK)."""

from odoo import models

from ..lib import api as jd_api


class JdOrder(models.Model):
    _inherit = "jd.order"

    # === PROBLEMS === #

    def _get_kind_problems(self):
        problems = super()._get_kind_problems()
        if self.kind == "TGCK":
            problems += [
                *self._get_supplier_problems(),
                *self._get_level_problems(),
                *self._get_delivery_problems(),
            ]
        return problems

    def _get_level_problems(self):
        """JD returns one goods at one level only (addRtsOrder, 2010)."""
        for product, moves in self._get_moves().grouped("product_id").items():
            levels = {
                self.warehouse_id._jd_get_level(line.location_id)
                for line in moves.move_line_ids
            }
            if len(levels) > 1:
                yield self.env._(
                    "%(product)s comes from good and from other stock: JD takes one "
                    "goods level for each product, so use two transfers.",
                    product=product.display_name,
                )

    def _get_delivery_problems(self):
        if self.picking_id.jd_supplier_delivery != "jd":
            return
        partner = self.partner_id
        if not (partner.state_id and partner.city and partner.street and partner.phone):
            yield self.env._(
                "JD delivers to the supplier: its address needs street, city, state "
                "and phone number."
            )

    # === REQUEST === #

    def _prepare_request(self):
        if self.kind == "THRK":
            return self._prepare_customer_return()
        if self.kind == "TGCK":
            return self._prepare_supplier_return()
        return super()._prepare_request()

    def _prepare_customer_return(self):
        delivery = self.picking_id.return_id.jd_order_id
        return jd_api.CustomerReturn(
            number=self.name,
            department_no=self.warehouse_id.jd_department_no,
            warehouse_no=self.warehouse_id.jd_warehouse_no,
            delivery_number=delivery.jd_number or "",
            waybill=self.picking_id._jd_get_own_waybill(),
            short_allowed=self.picking_id.jd_short_allowed,
            lines=self._prepare_request_lines(),
        )

    def _prepare_supplier_return(self):
        by_jd = self.picking_id.jd_supplier_delivery == "jd"
        modes = jd_api.DeliveryMode
        return jd_api.SupplierReturn(
            number=self.name,
            department_no=self.warehouse_id.jd_department_no,
            warehouse_no=self.warehouse_id.jd_warehouse_no,
            supplier_no=self._get_supplier().supplier_no or "",
            delivery_mode=modes.JD_TO_THE_DOOR if by_jd else modes.PICK_UP,
            receiver=self._prepare_receiver() if by_jd else None,
            short_allowed=self.picking_id.jd_short_allowed,
            lines=self._prepare_request_lines(),
        )
