"""The daily e-mail of what needs a person, for those who are told of alerts."""

from odoo import fields, models

from ... import const


class JdConnector(models.Model):
    _inherit = "jd.connector"

    def _send_alert_emails(self, users):
        """Send each user an e-mail with all that is open, if wanted, once a day."""
        self_sudo = self.sudo()  # the date is closed to users
        last = self_sudo.alert_emailed_at
        now = fields.Datetime.now()
        if not self.alert_email or (last and last > now - const.ALERT_EMAILS):
            return
        sent = [self_sudo._send_alert_email(user) for user in users.filtered("email")]
        if any(sent):
            self_sudo.alert_emailed_at = now

    def _send_alert_email(self, user):
        """Send a user what is open, in their language; return whether anything is."""
        connector = self.with_context(lang=user.lang)
        needs = [text for text, _list in connector._find_needs()[connector]]
        if needs:
            values = connector._prepare_alert_email(user, needs)
            connector.env["mail.mail"].create(values)
        return bool(needs)

    def _prepare_alert_email(self, user, needs):
        """Return the values of the `mail.mail`; the queue sends it.

        :param list needs: The texts.
        """
        body = self.env["ir.qweb"]._render(
            "jd_fulfillment.alert_email",
            {"connector": self, "needs": needs, "url": self._get_form_url()},
        )
        company = self.company_id
        return {
            "subject": self.env._(
                "JD Fulfillment: what needs a person (%(pin)s)", pin=self.pin
            ),
            "body_html": body,
            "email_from": company.email_formatted or self.env.user.email_formatted,
            "recipient_ids": [fields.Command.link(user.partner_id.id)],
            "auto_delete": True,
        }
