"""The address that JD posts its messages to; `lib` reads and verifies them."""

import logging
import re

from odoo import fields
from odoo.fields import Domain
from odoo.http import Controller, request, route

from .. import const, lib
from ..lib.api import (
    SELF_TEST,
    JdError,
    MessageForm,
    MessageRejected,
    PostedMessage,
)
from ..models.connection.jd_application import get_client_application

_logger = logging.getLogger(__name__)


class JdPushController(Controller):
    @route(
        [const.MESSAGE_ROUTE, f"{const.MESSAGE_ROUTE}/<string:path_secret>"],
        type="http",
        auth="public",
        methods=["POST"],
        csrf=False,
        save_session=False,
        max_content_length=const.MESSAGE_LIMIT,
        jd_reads_parameters=True,
    )
    def jd_message(self, path_secret=""):
        """Verify and store a message; answer in the form that JD expects."""
        # Applied later by a scheduled action: JD does not wait for locks on orders.
        posted = PostedMessage(
            query=request.httprequest.args,
            body=request.httprequest.get_data(),
            form=request.httprequest.form,
            path_secret=path_secret,
        )
        form = self._get_form(posted)
        messages = lib.get_messages(request.env["jd.connector"]._get_protocol(), form)
        try:
            application_sudo = self._authenticate(form, messages, posted)
            if messages.is_test(posted):
                return self._answer_test(application_sudo, messages)
            self._store(application_sudo, messages.parse(posted))
        except MessageRejected as rejection:
            _logger.warning("JD message rejected: %s", rejection.reason)
            return request.make_json_response(
                messages.answer(rejection), status=rejection.status
            )
        return request.make_json_response(messages.answer())

    def _get_form(self, posted):
        """Return the `lib.api.MessageForm` that a message looks like."""
        if posted.path_secret:
            return MessageForm.PLAIN
        if "request_body" in posted.form:
            return MessageForm.ENVELOPE
        return MessageForm.SIGNED

    def _authenticate(self, form, messages, posted):
        """Return the application that a message is for, as superuser.

        :raise MessageRejected: No application accepts its signature or address, or it
            is too old. Without applications, every message is rejected.
        """
        domain = Domain("message_form", "=", form)
        if key := messages.get_application_key(posted):
            domain &= Domain("key", "=", key)
        elif form == MessageForm.SIGNED:
            domain = Domain.FALSE  # nobody knows whose secret should have signed it
        # sudo: JD is no user of this database; the signature stands in for one.
        applications_sudo = request.env["jd.application"].sudo()
        # Where the message names no application, all with this form are tried.
        rejection = MessageRejected(401, "signature not accepted")
        for application_sudo in applications_sudo.search_fetch(
            domain, ["key", "algorithm", "message_path"]
        ):
            try:
                messages.verify(
                    posted,
                    get_client_application(application_sudo),
                    now=fields.Datetime.now(),
                    max_age=const.MESSAGE_AGE,
                    path_secret=application_sudo.message_path,
                )
            except JdError:
                continue  # its secret cannot be used here and now
            except MessageRejected as exc:
                rejection = exc
            else:
                return application_sudo
        raise rejection

    def _store(self, application_sudo, messages):
        """Store the messages that are new; wake the action that applies them."""
        messages_sudo = application_sudo.env["jd.message"]
        fresh = [
            messages_sudo._insert_once(
                self._find_connector(application_sudo, message), message
            )
            for message in messages
        ]
        if any(fresh):
            messages_sudo._trigger_unless_waiting("process_messages")

    def _answer_test(self, application_sudo, messages):
        """Answer a test message of ours, so that it proves where it was received."""
        tag = application_sudo._get_database_tag()
        return request.make_json_response(messages.answer() | {SELF_TEST: tag})

    def _find_connector(self, application_sudo, message):
        """Return the connection that a message is about, as superuser.

        A message may name no PIN: then it is the only connection of the application, or
        the one of the order that the message names.

        :raise MessageRejected: There is none, or it is not clear which.
        """
        domain = Domain("token_application_id", "=", application_sudo.id)
        if message.pin:
            domain &= Domain("pin", "=", message.pin)
        connectors_sudo = application_sudo.env["jd.connector"].search_fetch(
            domain, ["company_id"]
        )
        if len(connectors_sudo) > 1:
            named = Domain.FALSE
            if message.order_number:
                named |= Domain("jd_number", "=", message.order_number)
            if message.own_number:
                named |= Domain("name", "=", message.own_number)
            orders_sudo = application_sudo.env["jd.order"].search(
                named & Domain("connector_id", "in", connectors_sudo.ids), limit=1
            )
            connectors_sudo = orders_sudo.connector_id
        if not connectors_sudo:
            raise MessageRejected(404, "no connection for this PIN")
        return connectors_sudo


def _mask_address(record):
    """Mask the secret part of the message address where it would be logged."""
    message = record.getMessage()
    if f"{const.MESSAGE_ROUTE}/" in message:
        record.msg = re.sub(rf"({const.MESSAGE_ROUTE}/)[^?\s\"']+", r"\1***", message)
        record.args = ()
    return True


# The web server that receives a message, and the client of our own test messages.
for _name in ("werkzeug", "urllib3.connectionpool"):
    logging.getLogger(_name).addFilter(_mask_address)
