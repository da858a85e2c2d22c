"""Outbound orders: deliveries to customers and to other warehouses."""

from odoo import models

from ... import const
from ...lib import api as jd_api


class JdOrder(models.Model):
    _inherit = "jd.order"

    # === PROBLEMS === #

    def _outbound_get_problems(self):
        return [*self._get_shop_problems(), *self._get_receiver_problems()]

    def _get_shop_problems(self):
        if not self.warehouse_id._jd_get_shop_no(self.picking_id):
            yield self.env._(
                "JD needs a shop number: choose it on the warehouse %(warehouse)s.",
                warehouse=self.warehouse_id.name,
            )

    def _get_receiver_problems(self):
        receiver = self._get_receiver()
        limits = const.RECEIVER_LIMITS
        if not self.partner_id:
            yield self.env._("The transfer has no receiver: choose the contact.")
            return
        missing = {
            "name": self.env._("The receiver has no name."),
            "phone": self.env._("The receiver has no phone number: JD needs one."),
            "address": self.env._("The receiver has no address."),
        }
        labels = {
            "name": self.env._("name"),
            "phone": self.env._("phone number"),
            "address": self.env._("address"),
        }
        for part, text in receiver.items():
            if not text:
                yield missing[part]
            elif len(text) > limits[part]:
                yield self.env._(
                    "The receiver's %(part)s has %(length)s characters, JD accepts "
                    "%(limit)s: shorten “%(text)s”.",
                    part=labels[part],
                    length=len(text),
                    limit=limits[part],
                    text=text,
                )

    def _get_receiver(self):
        """Return the receiver's name, phone and address, as they are sent to JD."""
        # In one language, whoever asks: what was sent is compared with it later.
        partner = self.partner_id.with_context(lang=None)
        # The whole address: JD's couriers read it, and Odoo's fields differ by country.
        address = partner._display_address(without_company=True)
        lines = [line.strip() for line in address.splitlines()]
        return {
            "name": (partner.name or partner.commercial_partner_id.name or "").strip(),
            "phone": (
                partner.phone or partner.commercial_partner_id.phone or ""
            ).strip(),
            "address": ", ".join(filter(None, lines)),
        }

    # === REQUEST === #

    def _outbound_prepare_request(self):
        connector = self.connector_id
        return jd_api.OutboundOrder(
            number=self.name,
            department_no=self.warehouse_id.jd_department_no,
            warehouse_no=self.warehouse_id.jd_warehouse_no,
            shop_no=self.warehouse_id._jd_get_shop_no(self.picking_id),
            receiver=self._prepare_receiver(),
            to_business=self.picking_id._jd_is_between_warehouses(),
            lines=self._prepare_request_lines(),
            platform_number=self.picking_id.origin or "",
            waybill=self.picking_id._jd_get_own_waybill(),
            carrier_no=connector.carrier_no,
            source_no=connector.source_no,
        )

    def _prepare_receiver(self):
        receiver = self._get_receiver()
        return jd_api.Address(
            name=receiver["name"],
            phone=receiver["phone"],
            detail=receiver["address"],
            province=self.partner_id.state_id.name or "",
            city=self.partner_id.city or "",
        )

    def _outbound_get_terms(self):
        receiver = ", ".join(filter(None, self._get_receiver().values()))
        return {"receiver": [receiver, receiver]} | self._get_waybill_terms()

    def _get_waybill_terms(self):
        waybill = self.picking_id.jd_own_waybill or ""
        return {"waybill": [waybill, waybill]}

    # === WORDS === #

    def _outbound_explain_too_late(self):
        return self.env._(
            "%(name)s cannot be cancelled any more: JD has already picked the goods. "
            "The transfer closes when they leave; if they are not wanted, have the "
            "receiver refuse the parcel and the goods come back.",
            name=self.picking_id.name,
        )

    def _outbound_explain_cancel_refusal(self):
        return self.env._(
            "JD did not cancel this order: the goods are already picked. The "
            "transfer closes when they leave; if they are not wanted, have the "
            "receiver refuse the parcel."
        )
