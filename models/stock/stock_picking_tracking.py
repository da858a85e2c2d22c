"""Shows where JD's parcels are: to people in Odoo, and to the customer.

With `stock_delivery`, Odoo's own places show JD's link: its e-mail, delivery slip and
the customer's portal read `carrier_tracking_url`. Without it, the link is added to what
the customer is told.
"""

import json

from markupsafe import Markup

from odoo import api, models

from ..order.tracking import get_tracking_url


def _make_link(waybill):
    return Markup('<a href="%s" target="_blank">%s</a>') % (
        get_tracking_url(waybill),
        waybill,
    )


class StockPicking(models.Model):
    _inherit = "stock.picking"

    @api.depends("jd_waybills", "jd_state")
    def _compute_jd_is_trackable(self):
        for picking in self:
            picking.jd_is_trackable = bool(picking._jd_get_tracked_waybills())

    def _compute_field_value(self, field):
        """Complete the tracking link of `stock_delivery`, where that is installed."""
        # Its compute calls no `super`, and this module is loaded first.
        res = super()._compute_field_value(field)
        if field.name == "carrier_tracking_url":
            self._jd_set_tracking_url()
        return res

    def _jd_set_tracking_url(self):
        """Set JD's link on transfers whose carrier has none of its own."""
        for picking in self.filtered(lambda row: not row.carrier_tracking_url):
            waybills = picking._jd_get_tracked_waybills()
            # Somebody may have entered the reference of another carrier.
            if picking.carrier_tracking_ref != ", ".join(waybills):
                continue
            links = [(waybill, get_tracking_url(waybill)) for waybill in waybills]
            # As Odoo's own carriers name several parcels.
            picking.carrier_tracking_url = (
                links[0][1] if len(links) == 1 else json.dumps(links)
            )

    def _jd_get_tracked_waybills(self):
        """Return the waybills of the parcels that JD ships for this transfer."""
        order_sudo = self.jd_order_id.sudo()  # part of the transfer, like its state
        if order_sudo.state == "cancelled" or order_sudo._is_incoming():
            return []
        waybills = order_sudo.parcel_ids.mapped("waybill")
        return list(dict.fromkeys(filter(None, waybills)))

    # === ACTIONS === #

    def action_jd_track(self):
        """Open JD's page about the parcel; if there are several, list them."""
        self.ensure_one()
        self.check_access("read")
        waybills = self._jd_get_tracked_waybills()
        if len(waybills) == 1:
            return {
                "type": "ir.actions.act_url",
                "url": get_tracking_url(waybills[0]),
                "target": "new",
            }
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Parcels of %(name)s", name=self.name),
            "res_model": "jd.parcel",
            "views": [(False, "list")],
            "domain": [("order_id", "=", self.jd_order_id.id)],
            "target": "new",
        }

    # === WHO IS TOLD === #

    def message_post(self, *, body="", **kwargs):
        """Add JD's links to the e-mail that tells the customer of a shipment."""
        # Notes that other modules post meanwhile have no layout.
        if self.env.context.get("jd_tells_customer") and kwargs.get(
            "email_layout_xmlid"
        ):
            customer = self.with_context(lang=self.partner_id.lang)
            if links := customer._jd_get_new_links(body):
                body += Markup("<p>%s %s</p>") % (
                    customer.env._("Track your parcel:"),
                    Markup(", ").join(map(_make_link, links)),
                )
        return super().message_post(body=body, **kwargs)

    def _message_sms(self, body, **kwargs):
        """Add JD's links to the text message that tells the customer of a shipment."""
        # Only the module `sms` calls this.
        links = []
        is_named = any(each in body for each in self._jd_get_tracked_waybills())
        if is_named or self.env.context.get("jd_tells_customer"):
            links = self._jd_get_new_links(body).values()
        return super()._message_sms(" ".join([body.strip(), *links]), **kwargs)

    def _jd_get_new_links(self, body):
        """Return waybill → JD's link, for the links that a text does not have yet."""
        links = {
            waybill: get_tracking_url(waybill)
            for waybill in self._jd_get_tracked_waybills()
        }
        return {waybill: link for waybill, link in links.items() if link not in body}

    def _jd_note_shipped(self):
        """Note on the sales of these deliveries that JD ships them, with links."""
        if "sale_id" not in self._fields:
            return
        for picking in self.filtered("sale_id"):
            links = picking._jd_get_new_links("")
            if links:
                picking.sale_id.message_post(
                    body=self.env._(
                        "JD ships %(transfer)s. Track: %(waybills)s",
                        transfer=picking.name,
                        waybills=Markup(", ").join(map(_make_link, links)),
                    )
                )
