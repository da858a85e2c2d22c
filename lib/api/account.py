"""Who is calling, and where to."""

import hashlib
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True)
class Application:
    """An application registered at JD.

    :param algorithm: One of `signing.ALGORITHMS`.
    :param message_key: What JD's messages in an envelope are signed with; the secret
        where nothing else was agreed with JD.
    """

    key: str
    secret: str = field(repr=False)
    algorithm: str = "md5-salt"
    message_key: str = field(default="", repr=False)


@dataclass(frozen=True)
class Endpoints:
    """Where one of JD's environments answers; base addresses without a last slash."""

    oauth: str
    gateway: str


@dataclass(frozen=True)
class Token:
    """What JD's login gives.

    :param access_expires_at: Naive UTC.
    :param refresh_expires_at: Naive UTC; None where JD does not say.
    :param account: The JD account that signed in; empty where JD does not say.
    """

    access_token: str = field(repr=False)
    access_expires_at: datetime
    refresh_token: str = field(default="", repr=False)
    refresh_expires_at: datetime | None = None
    account: str = ""

    @property
    def fingerprint(self):
        """What tells this token from others and opens nothing."""
        return get_fingerprint(self.access_token)


def get_fingerprint(access_token):
    """Return the `Token.fingerprint` of an access token."""
    return hashlib.sha256(access_token.encode()).hexdigest()
