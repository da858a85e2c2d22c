from odoo.http import Controller, request, route

from . import cpu


class Empty(Controller):
    @route(
        "/jd_bench/empty",
        type="http",
        auth="public",
        methods=["POST"],
        csrf=False,
        save_session=False,
    )
    def empty(self, **_query):
        """Do nothing, in the way that the route for JD's messages does something."""
        return request.make_json_response({})


cpu.install()
