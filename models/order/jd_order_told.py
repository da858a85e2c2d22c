"""What JD was told of an order, and what becomes of it when Odoo changes."""

from odoo import models

from .jd_order import TOLD


class JdOrder(models.Model):
    _inherit = "jd.order"

    # === TERMS === #

    def _get_terms(self):
        """Return what JD is told beside the goods: name → [key, text].

        The keys are compared, the texts shown to people.
        """
        self.ensure_one()
        return self._call_kind("get_terms")

    def _get_changed_terms(self):
        """Return what Odoo has changed since JD was told: name → (JD's text, ours)."""
        sent = self.sent_terms or {}
        now = self._get_terms() if sent else {}
        return {
            name: (sent[name][1] if name in sent else "", text)
            for name, [key, text] in now.items()
            if key != sent.get(name, [None])[0]
        }

    def _tell_changed_terms(self):
        """Have JD cancel the orders whose terms have changed, to be sent anew.

        Where that is too late, somebody is told what JD has.
        """
        for order in self.filtered(lambda order: order.state in TOLD):
            if order.cancel_requested or not order._get_changed_terms():
                continue
            if order._is_fixed():
                order._report_differences()
            else:
                order._request_cancel()

    def _is_fixed(self):
        """Tell whether it is too late for JD to cancel this order."""
        return self.status_rank >= self._rules.fixed_rank

    # === DIFFERENCES === #

    def _report_differences(self):
        """Tell warehouse and salesperson what JD has that Odoo has otherwise now."""
        texts = [*self._explain_terms(), *self._explain_lowered()]
        if not texts:
            return
        note = self.env._(
            "JD carries out %(transfer)s as it was told, and cannot change it any "
            "more: %(differences)s",
            transfer=self.picking_id.name,
            differences=" ".join(texts),
        )
        self._request_attention(note)
        self.picking_id._jd_tell_source(note)

    def _explain_terms(self):
        labels = {
            "receiver": self.env._("receiver"),
            "supplier": self.env._("supplier"),
            "waybill": self.env._("waybill"),
            "handover": self.env._("handover"),
            "short_allowed": self.env._("less is allowed"),
        }
        nothing = self.env._("nothing")
        for name, (told, wanted) in self._get_changed_terms().items():
            yield self.env._(
                "%(what)s: JD has “%(told)s”, Odoo has “%(wanted)s”.",
                what=labels[name],
                told=told or nothing,
                wanted=wanted or nothing,
            )

    def _explain_lowered(self):
        """Yield a text for each move of which JD has more than Odoo wants."""
        for move, lines in self.line_ids.grouped("move_id").items():
            told = lines._get_told_pieces()
            wanted = 0
            if move.state != "cancel" and not move.jd_cancel_requested:
                wanted = self._in_units(move, move.product_uom_qty)
            if self._is_less(wanted, told):
                yield self.env._(
                    "%(product)s: JD has %(told)s, Odoo wants %(wanted)s.",
                    product=move.product_id.display_name,
                    told=told,
                    wanted=f"{wanted:g}",
                )
