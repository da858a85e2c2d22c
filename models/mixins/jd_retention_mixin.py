from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain

from ... import const


class JdRetentionMixin(models.AbstractModel):
    """Deletes what is older than a person wants it kept, a batch at a time."""

    _name = "jd.retention.mixin"
    _description = "JD Retention"

    @api.model
    def _get_kept_days(self, name):
        """Return how many days records are kept; 0 is for ever.

        :param str name: A key of `const.RETENTION`.
        """
        parameters_sudo = self.env["ir.config_parameter"].sudo()  # no user's own
        key = const.RETENTION_PARAMETER.format(name)
        return int(parameters_sudo.get_param(key, const.RETENTION[name].days))

    @api.model
    def _set_kept_days(self, name, days):
        """Store how many days records are kept, if that is a change."""
        if days != self._get_kept_days(name):
            self.env["ir.config_parameter"].set_param(
                const.RETENTION_PARAMETER.format(name), str(days)
            )

    @api.model
    def _get_kept_since(self, name):
        """Return before when records are deleted, or None if they are kept for ever."""
        days = self._get_kept_days(name)
        return fields.Datetime.now() - timedelta(days=days) if days else None

    @api.model
    def _delete_created_before(self, moment, domain):
        """Delete a batch of the domain's records that were created before a time.

        :param moment: Naive UTC, or None to delete nothing.
        :return: What `api.autovacuum` expects, see `_delete_batch`.
        """
        if not moment:
            return 0, 0
        # Ids grow with time: read from the first one on, this needs no index, and with
        # nothing to delete it ends at once.
        young = self.search([("create_date", ">=", moment)], order="id", limit=1)
        old = Domain("create_date", "<", moment)
        if young:
            old &= Domain("id", "<", young.id)
        return self._delete_batch(old & domain)

    @api.model
    def _delete_batch(self, domain, limit=const.DELETE_BATCH):
        """Delete the first records of a domain.

        :return: How many, and whether more may be left: Odoo commits and calls the
            method of `api.autovacuum` again until none are.
        """
        records = self.search(domain, order="id", limit=limit)
        records.unlink()
        return len(records), len(records) == limit
