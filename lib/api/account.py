"""The application, the token and the addresses that calls are made with."""

import hashlib
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True)
class Application:
    """An application registered at JD.

    :param algorithm: One of `signing.ALGORITHMS`.
    :param message_key: The key that signs messages in `MessageForm.ENVELOPE`; empty
        to use the secret.
    """

    key: str
    secret: str = field(repr=False)
    algorithm: str = "md5-salt"
    message_key: str = field(default="", repr=False)


@dataclass(frozen=True)
class Endpoints:
    """The base addresses of one of JD's environments, without a trailing slash."""

    oauth: str
    gateway: str


@dataclass(frozen=True)
class Token:
    """The tokens that JD's login returns.

    :param access_expires_at: Naive UTC.
    :param refresh_expires_at: Naive UTC; None where JD does not say.
    :param account: The JD account that signed in; empty where JD does not name it.
    """

    access_token: str = field(repr=False)
    access_expires_at: datetime
    refresh_token: str = field(default="", repr=False)
    refresh_expires_at: datetime | None = None
    account: str = ""

    @property
    def fingerprint(self):
        """A hash that identifies the token and cannot be used in its place."""
        return get_fingerprint(self.access_token)


def get_fingerprint(access_token):
    """Return the `Token.fingerprint` of an access token."""
    return hashlib.sha256(access_token.encode()).hexdigest()
