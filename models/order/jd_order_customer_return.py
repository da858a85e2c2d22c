"""Customer returns: goods that come back from customers into JD's warehouse."""

from odoo import models

from ... import statuses
from ...lib import api as jd_api


class JdOrder(models.Model):
    _inherit = "jd.order"

    # === REQUEST === #

    def _customer_return_prepare_request(self):
        return jd_api.CustomerReturn(
            number=self.name,
            department_no=self.warehouse_id.jd_department_no,
            warehouse_no=self.warehouse_id.jd_warehouse_no,
            delivery_number=self._get_delivery().jd_number or "",
            waybill=self.picking_id._jd_get_own_waybill(),
            short_allowed=self.picking_id.jd_short_allowed,
            lines=self._prepare_request_lines(),
        )

    def _customer_return_get_terms(self):
        return self._get_waybill_terms() | self._get_short_terms()

    def _get_short_terms(self):
        is_allowed = self.picking_id.jd_short_allowed
        text = self.env._("yes") if is_allowed else self.env._("no")
        return {"short_allowed": [is_allowed, text]}

    def _get_delivery(self):
        """Return the outbound order that is returned, empty if JD cannot refer to it.

        JD must have shipped all of these goods with it, in the same department.
        """
        delivery = self.picking_id._jd_get_returned().jd_order_id
        department_no = self.warehouse_id.jd_department_no
        fits = (
            delivery.kind == "outbound"
            and delivery.jd_number
            and delivery.warehouse_id.jd_department_no == department_no
            and self.line_ids.goods_id <= delivery.line_ids.goods_id
        )
        return delivery if fits else delivery.browse()

    # === REPORT === #

    def _customer_return_record_report(self, report):
        self._record_whether_counted(report)

    # === WORDS === #

    def _customer_return_explain_end(self, status):
        explained = {
            statuses.OVERDUE: self.env._(
                "The goods did not arrive at JD in time, so JD closed this return. "
                "When they are on their way, send the transfer again; if they do not "
                "come back, cancel it."
            ),
            statuses.REFUSED_ON_ARRIVAL: self.env._(
                "JD's warehouse refused this return and received nothing. Ask JD "
                "support why and where the goods are; then send the transfer again or "
                "cancel it."
            ),
        }
        return explained.get(status and status.reason)

    def _customer_return_explain_cancel_refusal(self):
        return self._explain_cancel_refused_after_arrival()

    def _customer_return_explain_too_late(self):
        return self._explain_too_late_after_arrival()
