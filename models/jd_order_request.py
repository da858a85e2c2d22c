"""An order in the words of the protocol; the only place that fills JD's requests."""

from odoo import models

from ..lib import api as jd_api


class JdOrder(models.Model):
    _inherit = "jd.order"

    def _prepare_requests(self):
        """Return one `lib.api.OutboundOrder` for each order."""
        return [order._prepare_outbound() for order in self]

    def _prepare_outbound(self):
        receiver = self._get_receiver()
        connector = self.connector_id
        return jd_api.OutboundOrder(
            number=self.name,
            department_no=self.warehouse_id.jd_department_no,
            warehouse_no=self.warehouse_id.jd_warehouse_no,
            shop_no=self.warehouse_id.jd_shop_no or "",
            receiver=jd_api.Address(
                name=receiver["name"],
                phone=receiver["phone"],
                detail=receiver["address"],
                province=self.partner_id.state_id.name or "",
                city=self.partner_id.city or "",
            ),
            lines=tuple(line._prepare_request() for line in self.line_ids),
            platform_number=self.picking_id.origin or "",
            waybill=self.picking_id._jd_get_own_waybill(),
            carrier_no=connector.carrier_no,
            source_no=connector.source_no,
        )


class JdOrderLine(models.Model):
    _inherit = "jd.order.line"

    def _prepare_request(self):
        return jd_api.OrderLine(
            line=str(self.id),
            goods_number=self.goods_id.goods_no,
            quantity=self.planned,
        )
