"""Advises which connection mode is for so many orders, and changes it in place."""

from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import format_date

from ... import const


class JdConnector(models.Model):
    _inherit = "jd.connector"

    # === COMPUTES === #

    @api.depends("mode", "state", "company_id", "is_mode_pending")
    @api.depends_context("lang")
    def _compute_mode_advice(self):
        for connector in self:
            is_new = connector.state == "draft"
            counts = {}
            if is_new:
                counts = connector._count_deliveries()
            elif connector._is_quick() and connector.state != "disconnected":
                counts = connector._count_jd_orders()
            peak = max(counts.values(), default=0)
            connector.advised_mode = (
                "basic" if peak >= const.QUICK_ORDERS_LIMIT else "quick"
            )
            connector.is_volume_high = not is_new and peak >= const.QUICK_ORDERS_WARNING
            connector.mode_advice = (
                (is_new and connector._advise_new(counts))
                or (connector.is_volume_high and connector._explain_volume(counts))
                or False
            )

    def _is_quick(self):
        """Tell whether orders go with quick mode; after a change, until the login."""
        return self.mode == "quick" or self.is_mode_pending

    # === ACTIONS === #

    def action_prepare_basic(self):
        """Open the dialog to change quick mode into basic: APP KEY and APP SECRET."""
        self.ensure_one()
        self.check_access("write")
        view = self.env.ref("jd_fulfillment.jd_connector_view_form_basic")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Change to Basic Mode"),
            "res_model": self._name,
            "res_id": self.id,
            "views": [(view.id, "form")],
            "target": "new",
        }

    def action_change_to_basic(self):
        """Change the mode to basic and open JD's login page.

        PIN, warehouses and orders stay; the old login is in use until the new one.
        """
        self.ensure_one()
        self.check_access("write")
        if not self.app_key or not self.has_app_secret:
            raise UserError(
                self.env._(
                    "Enter the APP KEY and APP SECRET of your own application first."
                )
            )
        self.mode = "basic"
        return self.action_start_connecting()

    # === COUNT === #

    def _count_deliveries(self):
        """Return day → deliveries of the company that were done on it."""
        since = fields.Datetime.now() - timedelta(days=const.ADVICE_DAYS[-1])
        return self._count_by_day(
            "stock.picking",
            Domain("picking_type_code", "=", "outgoing")
            & Domain("state", "=", "done")
            & Domain("company_id", "=", self.company_id.id)
            & Domain("date_done", ">=", since),
            "date_done",
            self.env.user.tz or const.JD_TZ,
        )

    def _count_jd_orders(self):
        """Return day in JD's time zone → outbound orders that JD accepted on it."""
        since = fields.Datetime.now() - timedelta(days=const.ADVICE_DAYS[0])
        return self._count_by_day(
            "jd.order",
            Domain("connector_id", "in", self.ids)
            & Domain("kind", "=", "outbound")
            & Domain("accepted_at", ">=", since),
            "accepted_at",
            const.JD_TZ,
        )

    def _count_by_day(self, model, domain, name, tz):
        # sudo: the number of orders of the company, whoever may see each of them.
        rows = (
            self.env[model]
            .sudo()
            .with_context(tz=tz)
            ._read_group(domain, [f"{name}:day"], ["__count"])
        )
        return {day.date(): count for day, count in rows}

    # === WORDS === #

    def _advise_new(self, counts):
        """Return what the company ships, and the advised mode, for the merchant.

        :param dict counts: Day → deliveries.
        """
        if not counts:
            return self.env._(
                "Odoo has no deliveries of the last %(days)s days to count. Choose "
                "quick for fewer than %(limit)s orders a day and basic from %(limit)s "
                "on. You can change from quick to basic later.",
                days=const.ADVICE_DAYS[-1],
                limit=f"{const.QUICK_ORDERS_LIMIT:,}",
            )
        return f"{self._describe_volume(counts)} {self._explain_advice(counts)}"

    def _describe_volume(self, counts):
        today = fields.Date.context_today(self)
        short, long = const.ADVICE_DAYS
        recent = sum(
            count
            for day, count in counts.items()
            if day > today - timedelta(days=short)
        )
        busiest = max(counts, key=counts.get)
        return self.env._(
            "This company made %(recent)s deliveries a day in the last %(short)s days, "
            "%(average)s in the last %(long)s; %(peak)s on its busiest day, %(date)s.",
            recent=self._round(recent / short),
            short=short,
            average=self._round(sum(counts.values()) / long),
            long=long,
            peak=f"{counts[busiest]:,}",
            date=format_date(self.env, busiest),
        )

    def _explain_advice(self, counts):
        limit = f"{const.QUICK_ORDERS_LIMIT:,}"
        peak = max(counts.values())
        if peak >= const.QUICK_ORDERS_LIMIT:
            return self.env._(
                "Choose basic: quick is for fewer than %(limit)s orders a day, and "
                "exactly %(limit)s is too many for it.",
                limit=limit,
            )
        if peak >= const.QUICK_ORDERS_WARNING:
            return self.env._(
                "Quick is enough, but only just: it is for fewer than %(limit)s orders "
                "a day, and from exactly %(limit)s on basic is needed. You can change "
                "to basic later; warehouses and orders stay.",
                limit=limit,
            )
        return self.env._(
            "Quick is enough: it is for fewer than %(limit)s orders a day. From "
            "exactly %(limit)s on, basic is needed; Odoo tells you at %(warning)s.",
            limit=limit,
            warning=const.QUICK_ORDERS_WARNING,
        )

    def _explain_volume(self, counts):
        """Return how near the orders of a quick connection are to its limit."""
        busiest = max(counts, key=counts.get)
        return self.env._(
            "JD accepted %(peak)s orders of %(pin)s on %(date)s. Quick mode is for "
            "fewer than %(limit)s a day; from exactly %(limit)s on JD may turn orders "
            "away. Change to basic in time: with an APP KEY and APP SECRET of your own "
            "and a new login. PIN, warehouses and orders stay.",
            peak=f"{counts[busiest]:,}",
            pin=self.pin,
            date=format_date(self.env, busiest),
            limit=f"{const.QUICK_ORDERS_LIMIT:,}",
        )

    @api.model
    def _round(self, average):
        """Return an average as text: small ones with one decimal."""
        if average < const.ROUND_FROM:
            return f"{average:.1f}".removesuffix(".0")
        return f"{average:,.0f}"

    # === WARN === #

    @api.model
    def _check_volume(self):
        """Ask somebody to change quick connections to basic before they are too big."""
        for found in self.search([("state", "!=", "draft")]):
            connector = found.with_context(lang=found._get_responsible_lang())
            if connector.is_volume_high:
                connector._request_attention(connector.mode_advice, const.MODE_ACTIVITY)
            else:
                connector._close_attention(const.MODE_ACTIVITY)
