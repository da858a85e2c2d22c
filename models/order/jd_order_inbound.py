"""Inbound orders: what suppliers, sites and other warehouses send to JD."""

from odoo import api, fields, models
from odoo.fields import Domain

from ... import statuses
from ...lib import api as jd_api
from .jd_order import AT_JD


class JdOrder(models.Model):
    _inherit = "jd.order"

    in_parts = fields.Boolean(
        related="picking_id.jd_in_parts", help="The goods come in several deliveries."
    )
    close_inbound_due = fields.Boolean(
        readonly=True, copy=False, help="JD is to be told that nothing more will come."
    )
    discrepancies = fields.Text(
        readonly=True,
        copy=False,
        help="What JD found otherwise than announced and did not take into stock.",
    )

    # === ACTIONS === #

    def action_close_inbound(self):
        """Have JD told that nothing more will come of orders that come in parts."""
        self.check_access("read")
        orders = self.filtered(
            lambda order: (
                order.kind == "inbound" and order.in_parts and order.state in AT_JD
            )
        )
        # sudo: users trigger this without write access
        orders.sudo().write({"close_inbound_due": True, "retry_at": False})
        orders._trigger("push")

    # === PROBLEMS === #

    def _get_kind_problems(self):
        problems = super()._get_kind_problems()
        if self.kind == "inbound":
            problems += self._get_supplier_problems()
        return problems

    def _get_supplier_problems(self):
        """Return what is wrong with the supplier; goods of our own need none."""
        supplier = self._get_supplier()
        if supplier and supplier.reason:
            yield self.env._(
                "JD does not take the supplier %(name)s: %(reason)s",
                name=supplier.partner_id.name,
                reason=supplier.reason,
            )
        elif supplier and not supplier.supplier_no:
            yield self.env._(
                "The supplier %(name)s is being looked up at JD; the order goes on by "
                "itself when that is done.",
                name=supplier.partner_id.name,
            )

    def _get_supplier(self):
        """Return the `jd.supplier` of this order, empty where there is none to name."""
        suppliers = self.env["jd.supplier"]
        if not self.partner_id or not self.picking_id._jd_is_with_supplier():
            return suppliers
        return suppliers._get_or_request(self.warehouse_id, self.partner_id)

    def _recheck_suppliers(self, suppliers):
        """Check again the drafts that wait for these suppliers."""
        waiting = self.search(
            [
                ("state", "=", "draft"),
                ("kind", "in", ["inbound", "supplier_return"]),
                ("connector_id", "in", suppliers.department_id.connector_id.ids),
                (
                    "picking_id.partner_id.commercial_partner_id",
                    "in",
                    suppliers.partner_id.ids,
                ),
            ]
        )
        waiting._check_and_queue()

    # === REQUEST === #

    def _prepare_request(self):
        if self.kind != "inbound":
            return super()._prepare_request()
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

    # === END WHAT COMES IN PARTS === #

    @api.model
    def _cancel_batch(self, connector):
        """Tell JD of the cancels, and of the inbound orders of which no more comes."""
        return super()._cancel_batch(connector) + self._close_inbound_batch(connector)

    @api.model
    def _close_inbound_batch(self, connector):
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
        """Record what JD said to ending these orders.

        :param dict results: Order id → None, or the error.
        """
        for order in self.filtered("close_inbound_due"):
            answer = results[order.id]
            if isinstance(answer, jd_api.Refused):
                order.write({"close_inbound_due": False, "retry_at": False})
                order._request_attention(
                    self.env._(
                        "JD does not end this receipt: %(reason)s If JD has not begun "
                        "with it, cancel it instead.",
                        reason=order.connector_id._explain(answer),
                    )
                )
            elif isinstance(answer, Exception):
                order._log_defect(answer)  # told again at `retry_at`
            else:
                order.write({"close_inbound_due": False, "retry_at": False})
                order._schedule_pull()
        self._expire_refused_login(results)

    # === REPORT === #

    def _inbound_record_report(self, report):
        status = statuses.find(self.kind, report.status)
        if not status or status.effect != statuses.MOVED:
            # What has come so far of an order in parts is not all of it.
            self.are_quantities_known = False
        elif not self.discrepancies:
            self._record_discrepancies(report)

    def _record_discrepancies(self, report):
        """List what JD did not take into stock: wrong goods and rejections."""
        announced = set(self.line_ids.goods_id.mapped("goods_no"))
        lines = [
            self.env._(
                "%(goods)s: %(pieces)s not announced",
                goods=row.own_goods_number or row.goods_number,
                pieces=row.quantity,
            )
            for row in report.discrepancies
            if row.goods_number not in announced
        ]
        lines += [
            self.env._(
                "%(goods)s: %(pieces)s not taken in: %(reason)s",
                goods=row.goods_number,
                pieces=row.quantity,
                reason=row.reason,
            )
            for row in report.rejections
            if row.goods_number in announced
        ]
        if lines:
            self.discrepancies = "\n".join(lines)
            self._request_attention(
                self.env._(
                    "JD found goods it did not take in. Clear it with the supplier: "
                    "%(discrepancies)s",
                    discrepancies="; ".join(lines),
                )
            )

    # === WORDS === #

    def _report_discrepancies(self):
        res = super()._report_discrepancies()
        for order in self:
            notes = [*order._explain_surplus(), *order._explain_damage()]
            if notes:
                order._request_attention(" ".join(notes))
        return res

    def _explain_surplus(self):
        over = self.line_ids.filtered(lambda line: line.reported > line.planned)
        if over and not self._is_incoming():
            yield self.env._(
                "JD shipped more than ordered of %(products)s. Compare the stock with "
                "JD's.",
                products=self._name_products(over.product_id),
            )
        elif over:
            yield self.env._(
                "JD received more than announced of %(products)s; it is in stock.",
                products=self._name_products(over.product_id),
            )

    def _explain_damage(self):
        damaged = self.line_ids.filtered(
            lambda line: any(
                not row._is_as_announced()
                for row in line.allocation_ids
                if row.quantity
            )
        )
        if damaged and self._is_incoming():
            yield self.env._(
                "JD received %(products)s in another condition than announced; such "
                "goods lie in a location of their own and are not for sale.",
                products=self._name_products(damaged.product_id),
            )

    def _explain_short(self, products):
        if not self._is_incoming():
            return super()._explain_short(products)
        return self.env._(
            "JD received less than announced of %(products)s. The rest is on hold in a "
            "backorder: announce it again when it comes, or cancel it.",
            products=self._name_products(products),
        )

    def _explain_cancel_refusal(self):
        if not self._is_incoming():
            return super()._explain_cancel_refusal()
        return self.env._(
            "JD did not cancel this order: the goods have arrived already. The "
            "transfer closes with what JD counted; goods that are not wanted can be "
            "returned."
        )

    def _explain_too_late(self):
        if not self._is_incoming():
            return super()._explain_too_late()
        return self.env._(
            "%(name)s cannot be cancelled any more: JD has received the goods. The "
            "transfer closes with what JD counted; goods that are not wanted can be "
            "returned.",
            name=self.picking_id.name,
        )
