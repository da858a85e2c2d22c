"""Messages that JD pushes to us."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from .account import Application

# The only member of a test message, and of our answer to it what it proves.
SELF_TEST = "selfTest"


class MessageForm:
    """The formats of messages; an application receives one of them.

    `SIGNED` is signed like a call. `ENVELOPE` is a form whose token signs the text
    inside. `PLAIN` is JSON without a signature, posted to a secret address.
    """

    SIGNED = "signed"
    ENVELOPE = "envelope"
    PLAIN = "plain"


class MessageRejected(Exception):
    """A message that is refused and not stored.

    :param status: HTTP status of our answer.
    :param reason: For JD's log and ours, not for merchants.
    """

    def __init__(self, status, reason):
        super().__init__(reason)
        self.status = status
        self.reason = reason


@dataclass(frozen=True)
class PostedMessage:
    """A message as received over HTTP.

    :param query: The parameters of the address.
    :param form: The fields of the body, if it is a form.
    :param path_secret: The secret part of the address; empty where it has none.
    """

    query: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes = field(default=b"", repr=False)
    form: Mapping[str, str] = field(default_factory=dict, repr=False)
    path_secret: str = field(default="", repr=False)


@dataclass(frozen=True)
class Message:
    """The news that an order has a new status; holds no personal data.

    :param number: JD's number of the message, or a hash of it where it has none. A
        repeated message has the same number.
    :param pin: Empty where JD does not name it, as for all members that follow.
    :param kind: An `OrderKind`.
    :param happened_at: Naive UTC.
    :param content: The members that were read, as JSON text.
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
    """Reads and answers the messages of one `MessageForm`."""

    def get_application_key(self, posted: PostedMessage) -> str:
        """Return the application key that a message names; empty without one."""

    def verify(
        self,
        posted: PostedMessage,
        application: Application,
        *,
        now: datetime,
        max_age: timedelta,
        path_secret: str = "",
    ) -> None:
        """Check that JD has sent a message to this application, within `max_age`.

        :param now: Naive UTC.
        :param path_secret: The secret part of the application's address; without one,
            every message in `MessageForm.PLAIN` is rejected.
        :raise MessageRejected: Its signature, address or time is wrong.
        """

    def parse(self, posted: PostedMessage) -> tuple[Message, ...]:
        """Read a posted message; return a `Message` for each order that it names.

        :raise MessageRejected: It cannot be read, or names no order.
        """

    def answer(self, rejection: MessageRejected | None = None) -> dict:
        """Return the JSON to answer with: received, or rejected and to be repeated."""

    def make_test(self, application: Application, *, now: datetime) -> PostedMessage:
        """Return a message of ours to ourselves, signed as JD would sign it.

        In `MessageForm.PLAIN`, the address has the secret part, not the message.

        :param now: Naive UTC.
        """

    def is_test(self, posted: PostedMessage) -> bool:
        """Tell whether a message is what `make_test` returns: about no order."""
