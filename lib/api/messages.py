"""What JD tells of its own accord."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from .account import Application


class MessageForm:
    """The shapes messages come in; an application has one of them.

    `SIGNED` is signed like a call, `ENVELOPE` is a form with a token over the text
    inside, `PLAIN` is signed by nothing and comes to an address that nobody can guess.
    """

    SIGNED = "signed"
    ENVELOPE = "envelope"
    PLAIN = "plain"


class MessageRejected(Exception):
    """A message that is not taken over.

    :param status: HTTP status.
    :param reason: For JD's log and ours, not for merchants.
    """

    def __init__(self, status, reason):
        super().__init__(reason)
        self.status = status
        self.reason = reason


@dataclass(frozen=True)
class PostedMessage:
    """A message as it came over HTTP.

    :param query: The parameters of the address.
    :param form: The members of a body that is a form.
    :param path_secret: The part of the address that nobody can guess; empty where it
        came to the address without one.
    """

    query: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes = field(default=b"", repr=False)
    form: Mapping[str, str] = field(default_factory=dict, repr=False)
    path_secret: str = field(default="", repr=False)


@dataclass(frozen=True)
class Message:
    """A hint that an order moved; nothing in it tells of a person.

    :param number: JD's number of the message, or a hash of it where it has none; a
        repeated message has the same.
    :param pin: Empty where JD does not name the account, like all that follows.
    :param kind: An `OrderKind`.
    :param happened_at: Naive UTC.
    :param content: What was read, as JSON text.
    """

    number: str
    pin: str = ""
    topic: str = ""
    kind: str = ""
    order_number: str = ""
    own_number: str = ""
    department_no: str = ""
    warehouse_no: str = ""
    status: str = ""
    happened_at: datetime | None = None
    content: str = ""


class Messages(Protocol):
    """How messages of one form are read and answered."""

    def get_application_key(self, posted: PostedMessage) -> str:
        """Return the key of the application that a message says it is for.

        It is empty where the form names none.
        """

    def verify(
        self,
        posted: PostedMessage,
        application: Application,
        *,
        now: datetime,
        max_age: timedelta,
        path_secret: str = "",
    ) -> None:
        """Check that JD sent a message to this application, and lately.

        :param path_secret: The part of the application's address that nobody can guess;
            without one, nothing in `MessageForm.PLAIN` is taken.
        :raise MessageRejected: It did not.
        """

    def parse(self, posted: PostedMessage) -> tuple[Message, ...]:
        """Read a message; return a hint for each order that it names.

        :raise MessageRejected: It is none.
        """

    def answer(self, rejection: MessageRejected | None = None) -> dict:
        """Return the JSON that takes a message over, or asks for another delivery."""
