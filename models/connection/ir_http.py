from odoo import models
from odoo.http import request

READS_PARAMETERS = "jd_reads_parameters"


class IrHttp(models.AbstractModel):
    """Keeps the address's parameters away from routes with `jd_reads_parameters`.

    Odoo passes all parameters of an address as arguments to the method of a route, even
    one named `self`. These routes read the parameters they need from the request; only
    the parts of the path are passed.
    """

    _inherit = "ir.http"

    @classmethod
    def _pre_dispatch(cls, rule, args):
        res = super()._pre_dispatch(rule, args)
        if rule.endpoint.routing.get(READS_PARAMETERS):
            request.jd_path_arguments = args
        return res

    @classmethod
    def _dispatch(cls, endpoint):
        if endpoint.routing.get(READS_PARAMETERS):
            request.params = request.jd_path_arguments
        return super()._dispatch(endpoint)
