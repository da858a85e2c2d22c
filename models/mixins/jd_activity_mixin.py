from markupsafe import Markup, escape

from odoo import models
from odoo.tools import html2plaintext

# The cause of an activity that somebody marked as done, once that has ended.
OVER = "over"
# That of an activity which nothing ends.
OTHER = "other"
TODO = "mail.mail_activity_data_todo"


def schedule_once(
    record, users, note, activity_type=None, cause=None, since=None, known=None
):
    """Give users an activity about a record, unless that was done before.

    :param record: Of any model with activities.
    :param str note: Plain text; see `_request_attention`, as for type and cause.
    :param since: What was done before this date is told again; None: never.
    :param known: The activities that were given before; by default the record's.
    :return: The new activities as superuser; empty if there is none.
    """
    record.ensure_one()
    known = find_activities(record) if known is None else known
    note = _to_html(note)
    if activity_type and record.activity_search([activity_type]):
        return known.browse()
    if _was_told(known, note, since):
        return known.browse()
    return _schedule(record, users, note, activity_type, cause)


def _to_html(text):
    # Not `plaintext2html`, which makes links: quoted text must not lead users away.
    return Markup("<p>%s</p>") % escape(text).replace("\n", Markup("<br/>"))


def _schedule(record, users, note, activity_type, cause):
    """Give each user an activity; return them as superuser."""
    activities_sudo = record.env["mail.activity"].sudo()
    for user in users:
        activity = record.activity_schedule(
            activity_type or TODO, user_id=user.id, note=note
        )
        # None where activities are switched off. sudo: the field is closed to users.
        activities_sudo += activities_sudo.browse(activity.ids if activity else ())
    activities_sudo.jd_cause = cause or activity_type or OTHER
    return activities_sudo


def _set_note(activity, note):
    if html2plaintext(activity.note) != html2plaintext(_to_html(note)):
        activity.note = _to_html(note)


def _was_told(activities, note, since):
    known = activities.filtered(
        lambda activity: activity.jd_cause != OVER and _counts_since(activity, since)
    )
    return html2plaintext(note) in map(html2plaintext, known.mapped("note"))


def _counts_since(activity, since):
    """Tell whether an activity is open, or was done after a date; None: whenever."""
    return activity.active or not since or activity.date_done > since


def find_activities(records, domain=None):
    """Return all activities about records, as superuser, those done as well.

    :param domain: Which are about them; by default those planned on them.
    """
    # sudo: what was told to others counts, too.
    activities_sudo = records.env["mail.activity"].sudo()
    return activities_sudo.with_context(active_test=False).search(
        domain or [("res_model", "=", records._name), ("res_id", "in", records.ids)]
    )


class JdActivityMixin(models.AbstractModel):
    """Gives the right user an activity where somebody must look at a record.

    The record has a `company_id` and inherits `mail.activity.mixin`.
    """

    _name = "jd.activity.mixin"
    _description = "JD Activities"

    def _request_attention(self, note, activity_type=None, candidates=None, cause=None):
        """Give a user an activity about this record, unless that was done before.

        An activity counts as the same if it has the same note, also if somebody has
        marked it as done; where a type is given, if one of this type is open.

        :param str note: Plain text in the merchant's words. It may quote JD or users:
            it is escaped.
        :param str activity_type: External id of an activity type.
        :param candidates: The users to choose from, the preferred ones first; otherwise
            those of `_get_attention_candidates`.
        :param str cause: A name for `_close_attention`; by default the type.
        :return: The new activities as superuser; empty if there is none.
        """
        return schedule_once(
            self._get_attention_record(),
            self._get_attention_users(candidates),
            note,
            activity_type,
            cause,
            self._get_told_since(),
            self._find_activities(),
        )

    def _get_attention_record(self):
        """Return the record that people look at, which gets the activities."""
        return self

    def _find_activities(self):
        """Return all activities about these records, those done as well."""
        return find_activities(self)

    def _keep_attention(self, note, cause, readers, users, activity_type=None):
        """Keep one activity for a cause with each of some users, and its text current.

        Who has marked it as done is told again only once the cause has ended, or since
        `_get_told_since`.

        :param str note: As in `_request_attention`, in the language of the readers.
        :param readers: The users to tell now.
        :param users: All users who are told; others have no such activity.
        """
        since = self._get_told_since()
        known_sudo = self._find_activities().filtered(
            lambda activity: (
                activity.jd_cause == cause and _counts_since(activity, since)
            )
        )
        known_sudo.filtered(lambda a: a.active and a.user_id not in users).unlink()
        for user in readers:
            told_sudo = known_sudo.exists().filtered(lambda a, u=user: a.user_id == u)
            open_sudo = told_sudo.filtered("active")
            if open_sudo:
                _set_note(open_sudo[0], note)
                open_sudo[1:].unlink()  # taken over from somebody who has left
            if not told_sudo:
                _schedule(self, user, _to_html(note), activity_type, cause)

    def _get_attention_users(self, candidates=None):
        """Return the users who get an activity: one, see `_get_attention_user`."""
        return self._get_attention_user(candidates)

    def _get_told_since(self):
        """Return the date since which nothing is told twice, or None: never."""
        return

    def _close_attention(self, *causes):
        """Remove the activities whose cause has ended; it may be told again later.

        :param causes: As in `_request_attention`.
        """
        ended_sudo = self._find_activities().filtered(
            lambda activity: activity.jd_cause in causes
        )
        open_sudo = ended_sudo.filtered("active")
        (ended_sudo - open_sudo).jd_cause = OVER
        open_sudo.unlink()

    def _get_attention_user(self, candidates=None, leaving=None):
        """Return the first candidate who is active and allowed in the company.

        Where there is none, a JD manager or an administrator of the company, or else
        any administrator.

        :param leaving: Users who get nothing any more.
        """
        self_sudo = self.sudo()  # the user at work may lack access to other users
        managers, administrators = (
            self_sudo.env.ref(group).all_user_ids
            for group in ("jd_fulfillment.group_jd_manager", "base.group_system")
        )
        candidates = candidates or self_sudo._get_attention_candidates()
        present = (candidates | managers | administrators).filtered("active")
        if leaving:
            present -= leaving
        able = present.filtered(lambda user: self_sudo.company_id in user.company_ids)
        return (able or (present & administrators) or self.env.user)[:1]

    def _get_attention_candidates(self):
        """Return the users who may get an activity, the preferred ones first."""
        return self.env.ref("jd_fulfillment.group_jd_manager").all_user_ids
