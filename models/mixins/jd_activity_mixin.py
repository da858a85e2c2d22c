from markupsafe import Markup, escape

from odoo import models
from odoo.tools import html2plaintext

TODO = "mail.mail_activity_data_todo"


class JdActivityMixin(models.AbstractModel):
    """Records of a company that somebody may have to look at.

    Goes with `mail.activity.mixin`.
    """

    _name = "jd.activity.mixin"
    _description = "JD Activities"

    def _request_attention(self, note, activity_type=None, candidates=None):
        """Give somebody an activity about this record.

        It comes once: for the same words, or where a type of activity is named, until
        the one of that type is done.

        :param str note: Plain text in the merchant's words; what JD or a person wrote
            may be part of it.
        :param str activity_type: External id of an activity type.
        :param candidates: The users to choose from, the preferred ones first; otherwise
            those of `_get_attention_candidates`.
        """
        self.ensure_one()
        # Escaped, and without the links that `plaintext2html` makes: what others wrote
        # must not lead anybody away.
        note = Markup("<p>%s</p>") % escape(note).replace("\n", Markup("<br/>"))
        if not self._has_activity(note, activity_type):
            self.activity_schedule(
                activity_type or TODO,
                user_id=self._get_attention_user(candidates).id,
                note=note,
            )

    def _has_activity(self, note, activity_type):
        if activity_type:
            return bool(self.activity_search([activity_type]))
        known = self.activity_ids.mapped("note")
        return html2plaintext(note) in map(html2plaintext, known)

    def _get_attention_user(self, candidates=None):
        """Return the first candidate who is active and works in the company."""
        self_sudo = self.sudo()  # whoever triggers this may not list users
        candidates = candidates or self_sudo._get_attention_candidates()
        able = candidates.filtered(
            lambda user: user.active and self_sudo.company_id in user.company_ids
        )
        return (able or self.env.user)[:1]

    def _get_attention_candidates(self):
        """Return the users who may be asked to look, the preferred ones first."""
        return self.env.ref("jd_fulfillment.group_jd_manager").all_user_ids
