from odoo import models
from odoo.tools import html2plaintext, plaintext2html


class JdAttention(models.AbstractModel):
    """What somebody may have to look at; goes with `mail.activity.mixin`."""

    _name = "jd.attention"
    _description = "JD Attention"

    def _request_attention(self, note):
        """Give somebody an activity about this record, once for the same words.

        :param str note: Plain text in the merchant's words.
        """
        self.ensure_one()
        note = plaintext2html(note)
        words = html2plaintext(note)
        known = self.activity_ids.mapped("note")
        if words not in map(html2plaintext, known):
            self.activity_schedule(
                "mail.mail_activity_data_todo",
                user_id=self._get_attention_user().id,
                note=note,
            )

    def _get_attention_user(self):
        """Return who is to look."""
        raise NotImplementedError(self._name)
