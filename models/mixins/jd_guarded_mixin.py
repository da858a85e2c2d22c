from odoo import api, models
from odoo.exceptions import AccessError

MODULE = "jd_fulfillment"


class JdGuardedMixin(models.AbstractModel):
    """Protects the fields that only this module may write.

    Of the fields that this module adds to a model, users may set those in
    `_jd_settable`; the module writes the others as superuser. Odoo's `readonly` would
    not do: it holds in forms only, not over RPC, in an import or through a parent.
    """

    _name = "jd.guarded.mixin"
    _description = "JD Guarded Fields"

    _jd_settable = frozenset()

    @api.model
    def _check_field_access(self, field, operation):
        """Raise `AccessError` where a user sets a protected field.

        Called for each field by `create`, also for `default_` keys in the context, and
        by `write`.
        """
        # Not `_has_field_access`, which is called for each value read as well.
        res = super()._check_field_access(field, operation)
        if (
            operation == "write"
            and not self.env.su
            and field._modules[:1] == (MODULE,)
            and field.name not in self._jd_settable
        ):
            raise AccessError(
                self.env._(
                    "“%(field)s” cannot be set here: JD Fulfillment keeps it in "
                    "step with JD.",
                    field=field.get_description(self.env, ["string"])["string"],
                )
            )
        return res
