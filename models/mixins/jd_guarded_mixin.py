from odoo import api, models
from odoo.exceptions import AccessError

MODULE = "jd_fulfillment"


class JdGuardedMixin(models.AbstractModel):
    """Keeps what the module writes from being written by anybody else.

    Odoo's `readonly` is for forms alone: over RPC, in an import or through a parent, a
    user who may write a record may write all its fields. Of the fields that this module
    adds to a model, users may set those in `_jd_settable`; the module sets the others,
    as the superuser.
    """

    _name = "jd.guarded.mixin"
    _description = "JD Guarded Fields"

    _jd_settable = frozenset()

    @api.model
    def _check_field_access(self, field, operation):
        """Refuse to set a guarded field.

        This is what `create`, its `default_` keys in the context and `write` ask for
        each field. `_has_field_access` would be asked for each value read as well.
        """
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
