from markupsafe import Markup, escape

from odoo import models
from odoo.tools import html2plaintext

TODO = "mail.mail_activity_data_todo"


def schedule_once(record, user, note, activity_type=None):
    """Give a user an activity about a record, unless it is open already.

    :param record: Of any model with activities.
    :param str note: Plain text; see `_request_attention`, as for the type.
    """
    record.ensure_one()
    # Not `plaintext2html`, which makes links: quoted text must not lead users away.
    note = Markup("<p>%s</p>") % escape(note).replace("\n", Markup("<br/>"))
    if not _has_activity(record, note, activity_type):
        record.activity_schedule(activity_type or TODO, user_id=user.id, note=note)


def _has_activity(record, note, activity_type):
    if activity_type:
        return bool(record.activity_search([activity_type]))
    known = record.activity_ids.mapped("note")
    return html2plaintext(note) in map(html2plaintext, known)


class JdActivityMixin(models.AbstractModel):
    """Gives the right user an activity where somebody must look at a record.

    The record has a `company_id` and inherits `mail.activity.mixin`.
    """

    _name = "jd.activity.mixin"
    _description = "JD Activities"

    def _request_attention(self, note, activity_type=None, candidates=None):
        """Give a user an activity about this record, unless it is open already.

        An activity counts as the same if it has the same note or, where a type is
        given, the same type.

        :param str note: Plain text in the merchant's words. It may quote JD or users:
            it is escaped.
        :param str activity_type: External id of an activity type.
        :param candidates: The users to choose from, the preferred ones first; otherwise
            those of `_get_attention_candidates`.
        """
        schedule_once(self, self._get_attention_user(candidates), note, activity_type)

    def _get_attention_user(self, candidates=None):
        """Return the first candidate who is active and allowed in the company."""
        self_sudo = self.sudo()  # the user at work may lack access to other users
        candidates = candidates or self_sudo._get_attention_candidates()
        able = candidates.filtered(
            lambda user: user.active and self_sudo.company_id in user.company_ids
        )
        # Somebody must get the activity: as a last resort, the user at work.
        return (able or self.env.user)[:1]

    def _get_attention_candidates(self):
        """Return the users who may get an activity, the preferred ones first."""
        return self.env.ref("jd_fulfillment.group_jd_manager").all_user_ids
