"""Codes and tokens: what an application may ask for in an account's name."""

import secrets
from urllib.parse import urlsplit

from . import clock
from .books import Code, Token
from .errors import Denied

FOR_EVER = clock.seconds(100 * 365 * 86400)
LOOPBACK = ("127.0.0.1", "localhost", "::1")


def may_redirect(application, uri):
    """Tell whether ``uri`` is registered; on a loopback address any port is."""
    wanted = _without_loopback_port(uri)
    allowed = [_without_loopback_port(each) for each in application.redirect_uris]
    return wanted is not None and wanted in allowed


def _without_loopback_port(uri):
    try:
        parts = urlsplit(uri)
        if parts.hostname in LOOPBACK and parts.scheme == "http":
            return parts._replace(netloc=parts.hostname)
    except ValueError:
        return None
    return parts


def issue_code(books, settings, application, pin):
    code = secrets.token_urlsafe(12)
    expires = clock.now() + clock.seconds(settings.code_life)
    books.codes[code] = Code(application.key, pin, expires)
    return code


def redeem_code(books, settings, app_key, secret, code):
    """Return the token a login code stands for; a code works once.

    :raise Denied: when the application or the code is not what it should be
    """
    application = _application(books, app_key)
    if not secret or not secrets.compare_digest(
        secret.encode(), application.secret.encode()
    ):
        raise Denied("21", "Invalid client_secret")
    grant = books.codes.get(code)
    if not grant or grant.app_key != app_key:
        raise Denied("19", "Invalid code")
    if grant.used:
        raise Denied("19", "Invalid code: it was used before")
    if grant.expires <= clock.now():
        raise Denied("19", "Invalid code: it has expired")
    grant.used = True
    for token in list(books.tokens.values()):
        if (token.app_key, token.pin) == (app_key, grant.pin):
            _retire(token, settings.old_token_at_login)
    return issue_token(books, settings, app_key, grant.pin)


def _retire(token, when):
    """Let a token end in its own time, at once or never, now there is a newer one."""
    if when == "at once":
        token.access_expires = token.refresh_expires = clock.now()
    elif when == "never":
        token.access_expires = clock.now() + FOR_EVER


def issue_token(books, settings, app_key, pin):
    now = clock.now()
    token = Token(
        secrets.token_hex(16),
        secrets.token_hex(16),
        app_key,
        pin,
        now + clock.seconds(settings.access_life),
        now + clock.seconds(settings.refresh_life),
    )
    books.tokens[token.access] = token
    return token


def renew(books, settings, app_key, refresh_token):
    """Return the token that takes the old one's place.

    A refresh token works once; when the access token it came with ends is a setting
    [U]. An application may be set so that renewal has no effect, as JD's
    notes say of some.
    """
    application = _application(books, app_key)
    old = _token_to_renew(books, app_key, refresh_token)
    if not old or application.refresh == "refused":
        raise Denied("19", "Invalid refresh_token")
    if old.refresh_expires <= clock.now():
        raise Denied("19", "Invalid refresh_token: it has expired")
    if application.refresh == "no effect":
        return old
    old.refresh = ""
    _retire(old, settings.old_token_at_renewal)
    return issue_token(books, settings, app_key, old.pin)


def _token_to_renew(books, app_key, refresh_token):
    for token in books.tokens.values():
        if token.app_key == app_key and token.refresh == refresh_token != "":
            return token
    return None


def _application(books, app_key):
    if not app_key:
        raise Denied("20", "Missing app_key")
    if app_key not in books.applications:
        raise Denied("21", "Invalid app_key")
    return books.applications[app_key]


def check_timestamp(value, skew):
    """Refuse a time that is malformed or further than ``skew`` seconds from ours."""
    try:
        distance = abs(clock.now() - clock.parse(value))
    except ValueError:
        raise Denied("8", "Invalid timestamp: yyyy-MM-dd HH:mm:ss") from None
    if distance > clock.seconds(skew):
        raise Denied("8", "Invalid timestamp: too far from JD's time")
