"""Inbound orders (CGRK): what suppliers, sites and other warehouses send to JD."""

from odoo import fields, models

from ..lib import api as jd_api


class JdOrder(models.Model):
    _inherit = "jd.order"

    differences = fields.Text(
        readonly=True,
        copy=False,
        help="What JD found otherwise than announced and did not take into stock.",
    )

    # === PROBLEMS === #

    def _get_kind_problems(self):
        problems = super()._get_kind_problems()
        if self.kind == "CGRK":
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
                ("kind", "in", ["CGRK", "TGCK"]),
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
        if self.kind != "CGRK":
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
            lines=self._prepare_request_lines(),
        )

    # === REPORT === #

    def _record_report(self, report):
        super()._record_report(report)
        if self.kind == "CGRK" and not self.differences:
            self._record_differences(report)

    def _record_differences(self, report):
        """List what JD did not take into stock: wrong goods and rejections."""
        announced = set(self.line_ids.goods_id.mapped("goods_no"))
        lines = [
            self.env._(
                "%(goods)s: %(pieces)s not announced",
                goods=row.own_goods_number or row.goods_number,
                pieces=row.quantity,
            )
            for row in report.differences
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
            self.differences = "\n".join(lines)
            self._request_attention(
                self.env._(
                    "JD found goods it did not take in. Clear it with the supplier: "
                    "%(differences)s",
                    differences="; ".join(lines),
                )
            )
