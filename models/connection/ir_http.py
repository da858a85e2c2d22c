from odoo import models
from odoo.http import request

READS_PARAMETERS = "jd_reads_parameters"


class IrHttp(models.AbstractModel):
    """Routes that read the parameters they know by themselves get none from Odoo.

    It passes what anybody puts into an address as arguments of a Python method, `self`
    included. Parts of the path, which the route asks for, remain.
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
