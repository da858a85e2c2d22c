"""Shows where JD's parcels are: on the transfer and, where it is there, on the sale.

With `stock_delivery`, Odoo's own places show JD's link: its e-mail, delivery slip and
the customer's portal read `carrier_tracking_url`.
"""

import json

from markupsafe import Markup

from odoo import api, models

from ..order.tracking import get_tracking_url


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

    def _message_sms(self, body, **kwargs):
        """Add JD's links to a text message that names the waybills."""
        # Only the module `sms` calls this.
        named = [each for each in self._jd_get_tracked_waybills() if each in body]
        links = [get_tracking_url(waybill) for waybill in named]
        new = [link for link in links if link not in body]
        return super()._message_sms(" ".join([body.strip(), *new]), **kwargs)

    def _jd_note_shipped(self):
        """Note on the sales of these deliveries that JD ships them, with links."""
        if "sale_id" not in self._fields:
            return
        for picking in self.filtered("sale_id"):
            waybills = picking._jd_get_tracked_waybills()
            links = Markup(", ").join(
                Markup('<a href="%s" target="_blank">%s</a>')
                % (get_tracking_url(waybill), waybill)
                for waybill in waybills
            )
            if links:
                picking.sale_id.message_post(
                    body=self.env._(
                        "JD ships %(transfer)s. Track: %(waybills)s",
                        transfer=picking.name,
                        waybills=links,
                    )
                )
