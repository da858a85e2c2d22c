"""Supplier returns: goods that go back from JD's warehouse to a supplier."""

from odoo import models

from ...lib import api as jd_api


class JdOrder(models.Model):
    _inherit = "jd.order"

    # === PROBLEMS === #

    def _supplier_return_get_problems(self):
        return [
            *self._get_supplier_problems(),
            *self._get_level_problems(),
            *self._get_delivery_problems(),
        ]

    def _get_level_problems(self):
        """Yield products with several goods levels (addRtsOrder refuses with 2010)."""
        for product, moves in self._get_moves().grouped("product_id").items():
            levels = {
                self.warehouse_id._jd_get_level(line.location_id)
                for line in moves.move_line_ids
            }
            if len(levels) > 1:
                yield self.env._(
                    "%(product)s comes from several goods levels: JD accepts one for "
                    "each product. Use a transfer for each goods level.",
                    product=product.display_name,
                )

    def _get_delivery_problems(self):
        """Yield what is missing in the address, if JD delivers to the supplier."""
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

    def _supplier_return_is_supplier_awaited(self):
        return self._get_supplier().state == "waiting"

    # === REQUEST === #

    def _supplier_return_prepare_request(self):
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

    def _supplier_return_get_terms(self):
        picking = self.picking_id
        by_jd = picking.jd_supplier_delivery == "jd"
        terms = self._get_supplier_terms() | self._get_short_terms()
        modes = dict(
            picking._fields["jd_supplier_delivery"]._description_selection(self.env)
        )
        handover = picking.jd_supplier_delivery
        terms["handover"] = [handover, modes.get(handover, "")]
        if by_jd:
            receiver = ", ".join(filter(None, self._get_receiver().values()))
            terms["receiver"] = [receiver, receiver]
        return terms

    def _prepare_supplier_receiver(self):
        """Return the supplier's address as `lib.api.Address`."""
        # JD requires county and town, which Odoo's addresses do not have: by our
        # convention, both are the second street line.
        partner = self.partner_id
        company = partner.commercial_partner_id
        return jd_api.Address(
            name=partner.name or company.name or "",
            phone=partner.phone or company.phone or "",
            province=partner.state_id.name or "",
            city=partner.city or "",
            county=partner.street2 or "",
            town=partner.street2 or "",
            detail=partner.street or "",
        )

    # === WORDS === #

    def _supplier_return_explain_refusal(self, error):
        if error.reason != jd_api.RefusalReason.NOT_IN_STOCK:
            return ""
        return self.env._(
            "JD has not enough of these goods in stock at this goods level. Compare "
            "the stock with JD's, return less, or tick “Less Is Allowed”."
        )

    def _supplier_return_explain_cancel_refusal(self):
        return self.env._(
            "JD did not cancel this return to the supplier: the goods are already "
            "picked. The transfer closes when they leave."
        )

    def _supplier_return_explain_too_late(self):
        return self.env._(
            "%(name)s cannot be cancelled any more: JD has already picked the goods. "
            "The transfer closes when they leave.",
            name=self.picking_id.name,
        )
