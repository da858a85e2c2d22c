"""Sends a test message to our own address, over HTTP, as JD would send it."""

from odoo import fields

from ... import lib
from ...lib import api as jd_api
from ...lib import self_test as lib_self_test
from ...lib.self_test import PostFailed, PostFailure
from ..connection.jd_application import get_client_application
from .finding import attention, good, unknown


def explain_untested(connector):
    return unknown(
        connector.env._(
            "Send one to see whether our own address takes JD's messages, signed in "
            "the form of the application. It is about no order, and nothing is kept."
        ),
        "send_test",
    )


def send(connector):
    """Send a test message to the message address; return the `Finding`.

    :param connector: As superuser: the application's secret signs the message.
    """
    application = connector.token_application_id or connector._get_application()
    messages = lib.get_messages(connector._get_protocol(), application.message_form)
    try:
        client = get_client_application(application)
    except jd_api.JdError as error:
        return attention(connector._explain(error), "connection")
    url = application._get_message_url(connector)
    try:
        status, answer = lib_self_test.post(
            url, messages.make_test(client, now=fields.Datetime.now())
        )
    except PostFailed as error:
        return attention(_explain_failure(connector, error.reason), "parameters")
    return _read(connector, messages, status, answer)


def _read(connector, messages, status, answer):
    env = connector.env
    tag = answer.pop(jd_api.SELF_TEST, None)
    if tag == env["jd.application"]._get_database_tag() and answer == messages.answer():
        return good(
            env._(
                "It arrived: the address, the signature and the application fit. What "
                "is between JD and %(address)s, such as a firewall, only a message of "
                "JD's shows.",
                address=connector.get_base_url(),
            ),
            "send_test",
        )
    return attention(_explain_answer(connector, status, tag), "send_test")


def _explain_answer(connector, status, tag):
    env, address = connector.env, connector.get_base_url()
    if tag:
        return env._(
            "Another database answered at %(address)s: JD's messages for this one "
            "arrive there.",
            address=address,
        )
    if status in (401, 403):
        return env._(
            "%(address)s answered, but did not accept the signature (HTTP %(status)s). "
            "Check that the APP SECRET, the message form and the server's clock are "
            "right, and that no proxy asks for a password.",
            address=address,
            status=status,
        )
    if 300 <= status < 400:
        return env._(
            "%(address)s sends to another address (HTTP %(status)s), which JD's "
            "messages do not follow. Set web.base.url to the final one.",
            address=address,
            status=status,
        )
    return env._(
        "Something else than this Odoo answered at %(address)s (HTTP %(status)s). "
        "Check the proxy, and that the address leads to this database (dbfilter).",
        address=address,
        status=status,
    )


def _explain_failure(connector, reason):
    env, address = connector.env, connector.get_base_url()
    if reason == PostFailure.CERTIFICATE:
        return env._(
            "The certificate of %(address)s is not trusted: it has expired, or is for "
            "another name. JD does not accept it either.",
            address=address,
        )
    if reason == PostFailure.TIMEOUT:
        return env._(
            "%(address)s did not answer in time. With one worker only, Odoo cannot "
            "answer itself; otherwise look at the proxy and the firewall.",
            address=address,
        )
    return env._(
        "%(address)s cannot be reached from this server. Check the name, the proxy "
        "and the firewall, and the system parameter web.base.url.",
        address=address,
    )
