"""JD's messages, by a convention of ours: JD's own format is not public.

JD posts JSON to MESSAGE_ROUTE. The query carries `app_key`, `method` (the topic),
`timestamp` (GMT+8), `v`, and `sign`: the gateway's recipe without a token, over the raw
body. The body has the members of const.MESSAGE_FIELDS. HTTP 200 with code "1000" takes
the message over; anything else asks for another delivery. Where JD's real format turns
out to differ, this file and `lib.signing.message` are what changes.
"""

import json
import logging

from psycopg2.errors import UniqueViolation

from odoo import fields
from odoo.http import Controller, request, route

from .. import const
from ..lib import clock, signing

_logger = logging.getLogger(__name__)


class Rejected(Exception):
    """:param status: HTTP status; the reason is for JD's log, not for merchants."""

    def __init__(self, status, reason):
        super().__init__(reason)
        self.status = status
        self.reason = reason


class JdPushController(Controller):
    @route(
        const.MESSAGE_ROUTE,
        type="http",
        auth="public",
        methods=["POST"],
        csrf=False,
        save_session=False,
    )
    def jd_message(self, **query):
        """Take a message over; what follows from it is a scheduled action's work."""
        try:
            body = self._read_body()
            application_sudo = self._authenticate(query, body)
            self._take_over(application_sudo, self._parse(body), query.get("method"))
        except Rejected as rejection:
            _logger.warning("JD message rejected: %s", rejection.reason)
            return self._answer(str(rejection.status), rejection.reason, rejection.status)
        return self._answer("1000", "success", 200)

    def _read_body(self):
        length = request.httprequest.content_length
        if length is None or length > const.MESSAGE_LIMIT:
            raise Rejected(413, "message too long")
        return request.httprequest.get_data()

    def _authenticate(self, query, body):
        """Return the application whose secret signed the message.

        :raise Rejected: None did, or too long ago. Closed where nothing is configured.
        """
        # sudo: JD is no user of this database; the signature stands in for one.
        applications_sudo = request.env["jd.application"].sudo()
        for application_sudo in applications_sudo.search(
            [("key", "=", query.get("app_key") or "")]
        ):
            if application_sudo.has_secret and signing.is_message_signed(
                query.get("sign"),
                application_sudo.secret,
                algorithm=application_sudo.algorithm,
                app_key=application_sudo.key,
                topic=query.get("method") or "",
                timestamp=query.get("timestamp") or "",
                version=query.get("v") or "",
                body=body,
            ):
                self._check_age(query["timestamp"])
                return application_sudo
        raise Rejected(401, "signature not accepted")

    def _check_age(self, timestamp):
        try:
            sent_at = clock.from_jd(timestamp)
        except ValueError as exc:
            raise Rejected(400, "timestamp not readable") from exc
        if abs(fields.Datetime.now() - sent_at) > const.MESSAGE_AGE:
            raise Rejected(401, "message too old")

    def _parse(self, body):
        try:
            content = json.loads(body)
            content["operateTime"] = clock.from_jd(content["operateTime"])
            if not all(isinstance(content[name], str) for name in ("messageId", "pin")):
                raise TypeError
        except (ValueError, TypeError, KeyError) as exc:
            raise Rejected(400, "message not readable") from exc
        return content

    def _take_over(self, application_sudo, content, topic):
        """Insert the message once and wake the action that takes it in."""
        connector_sudo = application_sudo.env["jd.connector"].search(
            [
                ("pin", "=", content["pin"]),
                ("token_application_id", "=", application_sudo.id),
            ]
        )
        if not connector_sudo:
            raise Rejected(404, "no connection for this PIN")
        messages_sudo = application_sudo.env["jd.message"]
        try:
            with request.env.cr.savepoint():
                messages_sudo.create(
                    messages_sudo._prepare_values(connector_sudo, content, topic)
                )
        except UniqueViolation:
            return  # delivered again: taken over already
        messages_sudo.env["jd.order"]._trigger("follow")

    def _answer(self, code, message, status):
        return request.make_json_response(
            {"code": code, "message": message}, status=status
        )
