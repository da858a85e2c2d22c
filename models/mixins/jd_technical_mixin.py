from odoo import api, models

# What puts a field into the lists of *Custom Group*, *Custom Filter* and *Export*.
OFFERED = ("groupable", "searchable", "exportable")


class JdTechnicalMixin(models.AbstractModel):
    """Keeps fields out of the lists from which people choose one.

    They stay readable: groups on the fields would close them to the code as well.
    """

    _name = "jd.technical.mixin"
    _description = "JD Technical Fields"

    _jd_technical = frozenset()

    @api.model
    def fields_get(self, allfields=None, attributes=None):
        res = super().fields_get(allfields, attributes)
        for name in self._jd_technical & res.keys():
            res[name].update(dict.fromkeys(res[name].keys() & set(OFFERED), False))
        return res
