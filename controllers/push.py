"""The address JD posts its messages to; `lib` knows what they look like."""

import logging

from odoo import fields
from odoo.http import Controller, request, route

from .. import const, lib
from ..lib.api import MessageRejected, PostedMessage

_logger = logging.getLogger(__name__)


class JdPushController(Controller):
    @route(
        const.MESSAGE_ROUTE,
        type="http",
        auth="public",
        methods=["POST"],
        csrf=False,
        save_session=False,
        max_content_length=const.MESSAGE_LIMIT,
    )
    def jd_message(self, **_parameters):
        """Take a message over; what follows from it is a scheduled action's work."""
        messages = lib.get_messages(const.PROTOCOL)
        posted = PostedMessage(
            query=request.httprequest.args, body=request.httprequest.get_data()
        )
        try:
            application_sudo = self._authenticate(messages, posted)
            self._store(application_sudo, messages.parse(posted))
        except MessageRejected as rejection:
            _logger.warning("JD message rejected: %s", rejection.reason)
            return request.make_json_response(
                messages.answer(rejection), status=rejection.status
            )
        return request.make_json_response(messages.answer())

    def _authenticate(self, messages, posted):
        """Return the application that a message was signed for.

        :raise MessageRejected: For none, or too long ago. Closed where nothing is
            configured.
        """
        # sudo: JD is no user of this database; the signature stands in for one.
        applications_sudo = request.env["jd.application"].sudo()
        rejection = MessageRejected(401, "signature not accepted")
        for application_sudo in applications_sudo.search_fetch(
            [("key", "=", messages.get_application_key(posted))],
            ["key", "secret", "algorithm", "database_uuid"],
        ).filtered("has_secret"):
            try:
                messages.verify(
                    posted,
                    application_sudo._get_client_application(),
                    now=fields.Datetime.now(),
                    max_age=const.MESSAGE_AGE,
                )
            except MessageRejected as exc:
                rejection = exc
            else:
                return application_sudo
        raise rejection

    def _store(self, application_sudo, message):
        """Insert the message once and wake the action that takes it in."""
        connector_sudo = application_sudo.env["jd.connector"].search_fetch(
            [
                ("pin", "=", message.pin),
                ("token_application_id", "=", application_sudo.id),
            ],
            ["company_id"],
        )
        if not connector_sudo:
            raise MessageRejected(404, "no connection for this PIN")
        messages_sudo = application_sudo.env["jd.message"]
        if messages_sudo._insert_once(connector_sudo, message):
            messages_sudo._wake()
