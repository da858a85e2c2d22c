"""Returns: from customers into JD's warehouse, out of it to suppliers."""

from odoo import models

from ... import const, statuses
from ...lib import api as jd_api


class JdOrder(models.Model):
    _inherit = "jd.order"

    # === PROBLEMS === #

    def _get_kind_problems(self):
        problems = super()._get_kind_problems()
        if self.kind == "supplier_return":
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
        """Return what JD misses in the address of a supplier that it delivers to."""
        if self.picking_id.jd_supplier_delivery != "jd":
            return
        if not self.partner_id:
            yield self.env._("The transfer has no supplier: choose the contact.")
            return
        receiver = self._prepare_supplier_receiver()
        labels = {
            "name": self.env._("name"),
            "phone": self.env._("phone number"),
            "detail": self.env._("street"),
            "county": self.env._("second street line (district)"),
            "city": self.env._("city"),
            "province": self.env._("state"),
        }
        missing = [text for part, text in labels.items() if not getattr(receiver, part)]
        if missing:
            yield self.env._(
                "JD delivers to the supplier %(name)s, whose address has no "
                "%(missing)s.",
                name=self.partner_id.display_name,
                missing=", ".join(missing),
            )

    # === REQUEST === #

    def _prepare_request(self):
        if self.kind == "customer_return":
            return self._prepare_customer_return()
        if self.kind == "supplier_return":
            return self._prepare_supplier_return()
        return super()._prepare_request()

    def _prepare_customer_return(self):
        return jd_api.CustomerReturn(
            number=self.name,
            department_no=self.warehouse_id.jd_department_no,
            warehouse_no=self.warehouse_id.jd_warehouse_no,
            delivery_number=self._get_delivery().jd_number or "",
            waybill=self.picking_id._jd_get_own_waybill(),
            short_allowed=self.picking_id.jd_short_allowed,
            lines=self._prepare_request_lines(),
        )

    def _get_delivery(self):
        """Return the outbound order that comes back, if JD can take it as such.

        It cannot where the delivery did not go through JD, went through another
        department, or did not have all of these goods: then the return stands alone.
        """
        delivery = self.picking_id.return_id.jd_order_id
        department_no = self.warehouse_id.jd_department_no
        fits = (
            delivery.kind == "outbound"
            and delivery.jd_number
            and delivery.warehouse_id.jd_department_no == department_no
            and self.line_ids.goods_id <= delivery.line_ids.goods_id
        )
        return delivery if fits else delivery.browse()

    def _prepare_supplier_return(self):
        by_jd = self.picking_id.jd_supplier_delivery == "jd"
        modes = jd_api.DeliveryMode
        return jd_api.SupplierReturn(
            number=self.name,
            department_no=self.warehouse_id.jd_department_no,
            warehouse_no=self.warehouse_id.jd_warehouse_no,
            supplier_no=self._get_supplier().supplier_no or "",
            delivery_mode=modes.JD_TO_THE_DOOR if by_jd else modes.PICK_UP,
            receiver=self._prepare_supplier_receiver() if by_jd else None,
            short_allowed=self.picking_id.jd_short_allowed,
            lines=self._prepare_request_lines(),
        )

    def _prepare_supplier_receiver(self):
        """Return the supplier's address as JD takes it.

        JD wants county and town, which addresses in Odoo do not have: by our convention
        the second street line stands for both.
        """
        partner = self.partner_id
        company = partner.commercial_partner_id
        return jd_api.Address(
            name=(partner.name or company.name or "")[:100],
            phone=partner.phone or company.phone or "",
            province=partner.state_id.name or "",
            city=partner.city or "",
            county=partner.street2 or "",
            town=partner.street2 or "",
            detail=partner.street or "",
        )

    # === WORDS === #

    def _record_refusal(self, error):
        res = super()._record_refusal(error)
        if self.kind == "supplier_return" and error.code == const.NOT_IN_STOCK_CODE:
            self.problems = self.env._(
                "JD has not enough of these goods in stock at this goods level. "
                "Compare the stock with JD's, return less, or allow that less goes "
                "back."
            )
        return res

    def _explain_end(self, status):
        explained = {
            "500": self.env._(
                "The goods did not arrive at JD in time, so JD closed this return. "
                "When they are on their way, send the transfer again; if they do not "
                "come back, cancel it."
            ),
            "600": self.env._(
                "JD's warehouse refused this return and took nothing in. Ask JD's "
                "staff why and where the goods are; then send the transfer again or "
                "cancel it."
            ),
        }
        if self.kind == "customer_return":
            for code, text in explained.items():
                if status is statuses.find(self.kind, code):
                    return text
        return super()._explain_end(status)

    def _explain_cancel_refusal(self):
        if self.kind != "supplier_return":
            return super()._explain_cancel_refusal()
        return self.env._(
            "JD did not cancel this return to the supplier: the goods are off the "
            "shelf already. The transfer closes when they leave."
        )

    def _explain_too_late(self):
        if self.kind != "supplier_return":
            return super()._explain_too_late()
        return self.env._(
            "%(name)s cannot be cancelled any more: JD has the goods off the shelf. "
            "The transfer closes when they leave.",
            name=self.picking_id.name,
        )
