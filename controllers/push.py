"""JD's messages, by a convention of ours: JD's own format is not public.

JD posts JSON to MESSAGE_ROUTE. The query carries `app_key`, `method` (the topic),
`timestamp` (GMT+8), `v`, and `sign`: the gateway's recipe without a token, over the raw
body. The body has the members of const.MESSAGE_FIELDS. HTTP 200 with code "1000" takes
the message over; anything else asks for another delivery. Where JD's real format turns
out to differ, this file and `lib.signing.message` are what changes.
"""

import json
import logging

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
        max_content_length=const.MESSAGE_LIMIT,
    )
    def jd_message(self, **_parameters):
        """Take a message over; what follows from it is a scheduled action's work."""
        query = request.httprequest.args
        body = request.httprequest.get_data()
        try:
            application_sudo = self._authenticate(query, body)
            self._store(application_sudo, self._parse(query, body))
        except Rejected as rejection:
            _logger.warning("JD message rejected: %s", rejection.reason)
            return self._answer(
                str(rejection.status), rejection.reason, rejection.status
            )
        return self._answer("1000", "success", 200)

    def _authenticate(self, query, body):
        """Return the application whose secret signed the message.

        :raise Rejected: None did, or too long ago. Closed where nothing is configured.
        """
        # sudo: JD is no user of this database; the signature stands in for one.
        applications_sudo = request.env["jd.application"].sudo()
        key = query.get("app_key", "").replace("\0", "")  # PostgreSQL takes none
        for application_sudo in applications_sudo.search_fetch(
            [("key", "=", key)], ["key", "secret", "algorithm", "database_uuid"]
        ):
            if application_sudo.has_secret and signing.is_message_signed(
                query.get("sign"),
                application_sudo.secret,
                algorithm=application_sudo.algorithm,
                app_key=application_sudo.key,
                topic=query.get("method", ""),
                timestamp=query.get("timestamp", ""),
                version=query.get("v", ""),
                body=body,
            ):
                self._check_age(query["timestamp"])
                return application_sudo
        raise Rejected(401, "signature not accepted")

    def _check_age(self, timestamp):
        if abs(fields.Datetime.now() - self._read_time(timestamp)) > const.MESSAGE_AGE:
            raise Rejected(401, "message too old")

    def _parse(self, query, body):
        """Return the members of const.MESSAGE_FIELDS as text, and nothing else.

        :raise Rejected: It is no such message.
        """
        if query.get("method") != const.MESSAGE_TOPIC:
            raise Rejected(400, "topic not known")
        try:
            content = json.loads(body)
        except (ValueError, RecursionError) as exc:
            raise Rejected(400, "message not readable") from exc
        if not isinstance(content, dict):
            raise Rejected(400, "message not readable")
        content = {name: self._read(content.get(name)) for name in const.MESSAGE_FIELDS}
        if not all(content[name] for name in const.MESSAGE_FIELDS_REQUIRED):
            raise Rejected(400, "message not complete")
        return content

    def _read(self, value):
        """Return a member as text that can be stored; JD may write a number as one."""
        if value is None:
            return ""
        is_short = (
            isinstance(value, str | int) and len(str(value)) < const.MESSAGE_VALUE
        )
        if not is_short or isinstance(value, bool):
            raise Rejected(400, "message not readable")
        # As JSON writes them: NUL and half characters, which PostgreSQL takes neither.
        return str(value).replace("\0", "").encode(errors="replace").decode()

    def _read_time(self, text):
        try:
            return clock.from_jd(text)
        except (ValueError, OverflowError) as exc:
            raise Rejected(400, "time not readable") from exc

    def _store(self, application_sudo, content):
        """Insert the message once and wake the action that takes it in."""
        connector_sudo = application_sudo.env["jd.connector"].search_fetch(
            [
                ("pin", "=", content["pin"]),
                ("token_application_id", "=", application_sudo.id),
            ],
            ["company_id"],
        )
        if not connector_sudo:
            raise Rejected(404, "no connection for this PIN")
        happened_at = self._read_time(content["operateTime"])
        messages_sudo = application_sudo.env["jd.message"]
        if messages_sudo._insert_once(connector_sudo, content, happened_at):
            messages_sudo._wake()

    def _answer(self, code, message, status):
        return request.make_json_response(
            {"code": code, "message": message}, status=status
        )
