import logging
import re
from urllib.parse import unquote

from werkzeug.exceptions import MethodNotAllowed

from odoo.http import Controller, request, route

from .. import const
from ..models.connection.jd_connector_login import LoginFailed


class JdOAuthController(Controller):
    @route(
        const.CALLBACK_ROUTE,
        type="http",
        auth="user",
        methods=["GET"],
        jd_reads_parameters=True,
    )
    def jd_oauth_callback(self):
        """Finish the login; redirect to the connection, or show what went wrong."""
        if request.httprequest.method != "GET":
            # Odoo admits HEAD and OPTIONS with GET; they must not use up the code.
            raise MethodNotAllowed(["GET"])
        Connector = request.env["jd.connector"]
        parameters = request.httprequest.args
        try:
            connector = Connector._finish_login(
                parameters.get("state"), parameters.get("code"), parameters.get("error")
            )
        except LoginFailed as failure:
            way_back = failure.connector or Connector
            return request.render(
                "jd_fulfillment.login_failed",
                {"failure": failure, "way_back": way_back._get_form_url()},
                status=400,
            )
        return request.redirect(connector._get_form_url())


def _mask_callback(record):
    """Mask the login code in the addresses that the web server logs.

    The callback's address may also be a parameter of another one: Odoo's own login page
    gets it when the user must sign in to Odoo first.
    """
    message = record.getMessage()
    words = re.split(r"([\s\"']+)", message)
    masked = "".join(map(_mask_address, words))
    if masked != message:
        record.msg, record.args = masked, ()
    return True


def _mask_address(address):
    """Return an address; without its query if that contains the callback's address."""
    # Encoded once more each time that it became a parameter of another address.
    plain, before = address, ""
    while plain != before:
        plain, before = unquote(plain), plain
    if const.CALLBACK_ROUTE not in plain or address == const.CALLBACK_ROUTE:
        return address
    path, mark, _query = address.partition("?")
    # Where the mark itself is encoded, the query is part of the path.
    return f"{path}?***" if mark and "%" not in path else "/***"


logging.getLogger("werkzeug").addFilter(_mask_callback)
