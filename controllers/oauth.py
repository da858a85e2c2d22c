import logging
import re

from odoo.http import Controller, request, route

from .. import const
from ..models.connection.jd_connector_login import LoginFailed


class JdOAuthController(Controller):
    @route(const.CALLBACK_ROUTE, type="http", auth="user", methods=["GET"])
    def jd_oauth_callback(self, state=None, code=None, error=None, **_parameters):
        """Take the merchant back from JD's login page."""
        Connector = request.env["jd.connector"]
        try:
            connector = Connector._finish_login(state, code, error)
        except LoginFailed as failure:
            way_back = failure.connector or Connector
            return request.render(
                "jd_fulfillment.login_failed",
                {"failure": failure, "way_back": way_back._get_form_url()},
                status=400,
            )
        return request.redirect(connector._get_form_url())


def _mask_callback(record):
    """Mask the login's code where the web server logs the address of a request."""
    message = record.getMessage()
    if const.CALLBACK_ROUTE in message:
        record.msg = re.sub(r"\b(code|state)=[^&\s\"']*", r"\1=***", message)
        record.args = ()
    return True


logging.getLogger("werkzeug").addFilter(_mask_callback)
