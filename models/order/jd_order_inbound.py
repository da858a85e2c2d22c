"""Inbound orders: goods that suppliers and other warehouses send to JD."""

from odoo import api, models
from odoo.fields import Domain

from ...lib import api as jd_api
from .jd_order import AT_JD


class JdOrder(models.Model):
    _inherit = "jd.order"

    # === ACTIONS === #

    def action_close_inbound(self):
        """Request that JD closes these inbound orders: no more goods will come."""
        self.check_access("read")
        orders = self.filtered(
            lambda order: (
                order.kind == "inbound" and order.in_parts and order.state in AT_JD
            )
        )
        # sudo: users trigger this without write access
        orders.sudo().write({"close_inbound_due": True, "retry_at": False})
        orders._trigger("push_orders")

    # === PROBLEMS === #

    def _inbound_get_problems(self):
        return list(self._get_supplier_problems())

    def _get_supplier_problems(self):
        """Yield the problems with the supplier; transfers need no supplier."""
        supplier = self._get_supplier()
        if supplier and supplier.reason:
            yield self.env._(
                "JD does not accept the supplier %(name)s: %(reason)s",
                name=supplier.partner_id.name,
                reason=supplier.reason,
            )
        elif supplier and not supplier.supplier_no:
            yield self.env._(
                "The supplier %(name)s is being looked up at JD; the order goes on by "
                "itself when that is done.",
                name=supplier.partner_id.name,
            )

    def _inbound_is_supplier_awaited(self):
        return self._get_supplier().state == "waiting"

    def _get_supplier(self):
        """Return the `jd.supplier` of this order; empty where none is needed."""
        suppliers = self.env["jd.supplier"]
        if not self.partner_id or not self.picking_id._jd_is_with_supplier():
            return suppliers
        return suppliers._get_or_request(self.warehouse_id, self.partner_id)

    def _recheck_suppliers(self, suppliers):
        """Schedule a new check, now, of the draft orders with these suppliers."""
        contact = "picking_id.partner_id.commercial_partner_id"
        self._check_soon(
            Domain("kind", "in", ("inbound", "supplier_return"))
            & Domain("connector_id", "in", suppliers.connector_id.ids)
            & Domain(contact, "in", suppliers.partner_id.ids)
        )

    # === REQUEST === #

    def _inbound_prepare_request(self):
        from_supplier = self.picking_id._jd_is_with_supplier()
        purposes = jd_api.InboundPurpose
        return jd_api.InboundOrder(
            number=self.name,
            department_no=self.warehouse_id.jd_department_no,
            warehouse_no=self.warehouse_id.jd_warehouse_no,
            supplier_no=self._get_supplier().supplier_no or "",
            purpose=purposes.PURCHASE if from_supplier else purposes.TRANSFER,
            waybill=self.picking_id._jd_get_own_waybill(),
            in_parts=self.in_parts,
            lines=self._prepare_request_lines(),
        )

    def _inbound_get_terms(self):
        return self._get_supplier_terms()

    def _get_supplier_terms(self):
        supplier = self._get_supplier().partner_id
        return {"supplier": [supplier.id, supplier.display_name or ""]}

    # === CLOSE INBOUND === #

    @api.model
    def _close_inbound_batch(self, connector):
        """Ask JD to close a batch of inbound orders; return how many are left."""
        return self._call_batch(
            connector,
            connector._get_call_name("close_inbound"),
            Domain("close_inbound_due", "=", True) & Domain("state", "in", AT_JD),
            lambda operations, name: operations.close_inbound(
                name["department_no"], number=name["number"]
            ),
            lambda orders, answers: orders._record_closed_inbound(answers),
        )

    def _record_closed_inbound(self, results):
        """Record JD's answers to closing inbound orders.

        :param dict results: Order id → None, or the error.
        """
        for order in self.filtered("close_inbound_due"):
            answer = results[order.id]
            order._keep_reference(answer)
            if isinstance(answer, jd_api.Refused):
                order.write({"close_inbound_due": False, "retry_at": False})
                order._request_attention(
                    self.env._(
                        "JD does not close this inbound order: %(reason)s If JD has "
                        "not begun with it, cancel it instead.",
                        reason=order.connector_id._explain(answer),
                    )
                )
            elif isinstance(answer, Exception):
                order._log_defect(answer)  # asked again at `retry_at`
            else:
                order.write({"close_inbound_due": False, "retry_at": False})
                order._schedule_pull()
        self._expire_refused_login(results)

    # === REPORT === #

    def _inbound_record_report(self, report):
        if self._record_whether_counted(report) and not self.discrepancies:
            self._record_discrepancies(report)

    def _record_discrepancies(self, report):
        """Record JD's discrepancies; notify somebody of goods JD did not receive."""
        announced = set(self.line_ids.mapped("goods_no"))
        refused = [
            *self._explain_unannounced(report, announced),
            *self._explain_rejections(report, announced),
        ]
        counted = list(self._explain_counts(report, announced))
        self.discrepancies = "\n".join([*refused, *counted]) or False
        if refused:
            self._request_attention(
                self.env._(
                    "JD did not receive all goods that arrived. Contact the supplier: "
                    "%(discrepancies)s",
                    discrepancies="; ".join(refused),
                )
            )

    def _explain_unannounced(self, report, announced):
        for row in report.discrepancies:
            if row.goods_number not in announced:
                yield self.env._(
                    "%(goods)s: %(pieces)s not announced",
                    goods=row.own_goods_number or row.goods_number,
                    pieces=row.quantity,
                )

    def _explain_rejections(self, report, announced):
        for row in report.rejections:
            if row.goods_number in announced:
                yield self.env._(
                    "%(goods)s: %(pieces)s not received: %(reason)s",
                    goods=row.goods_number,
                    pieces=row.quantity,
                    reason=row.reason,
                )

    def _explain_counts(self, report, announced):
        """Yield a text for each announced goods: pieces by reason of discrepancy."""
        labels = self._get_discrepancy_labels()
        for row in report.discrepancies:
            if row.goods_number in announced and row.reasons:
                counts = [
                    f"{labels.get(reason, reason)} {pieces}"
                    for reason, pieces in row.reasons.items()
                ]
                yield f"{row.own_goods_number or row.goods_number}: {', '.join(counts)}"

    def _get_discrepancy_labels(self):
        """Return JD's reason → its name (queryPoOrderDetail, document 1571)."""
        return {
            "short": self.env._("short"),
            "excess": self.env._("in excess"),
            "damaged": self.env._("damaged"),
            "goodsDamaged": self.env._("goods damaged"),
            "deformed": self.env._("deformed"),
            "pollution": self.env._("soiled"),
            "empty": self.env._("empty package"),
            "expired": self.env._("expired"),
            "expirationDateError": self.env._("wrong expiry date"),
            "error": self.env._("wrong goods"),
            "barcodeError": self.env._("wrong barcode"),
            "barcodeScanFail": self.env._("barcode not readable"),
            "markUnclear": self.env._("marking not readable"),
            "other": self.env._("other"),
        }

    # === WORDS === #

    def _inbound_explain_cancel_refusal(self):
        return self._explain_cancel_refused_after_arrival()

    def _inbound_explain_too_late(self):
        return self._explain_too_late_after_arrival()

    def _explain_cancel_refused_after_arrival(self):
        return self.env._(
            "JD did not cancel this order: the goods have arrived already. The "
            "transfer closes with what JD counted; goods that are not wanted can be "
            "returned."
        )

    def _explain_too_late_after_arrival(self):
        return self.env._(
            "%(name)s cannot be cancelled any more: JD has received the goods. The "
            "transfer closes with what JD counted; goods that are not wanted can be "
            "returned.",
            name=self.picking_id.name,
        )
