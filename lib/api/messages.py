"""What JD tells of its own accord."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from .account import Application


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
    """

    query: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)


@dataclass(frozen=True)
class Message:
    """A hint that an order moved; nothing in it tells of a person.

    :param number: JD's number of the message; a repeated message has the same.
    :param kind: An `OrderKind`; empty where JD names another.
    :param happened_at: Naive UTC.
    :param content: The members that were read, as JSON text.
    """

    number: str
    pin: str
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
    """How a protocol's messages are read and answered."""

    def get_application_key(self, posted: PostedMessage) -> str:
        """Return the key of the application that a message says it is for."""

    def verify(
        self,
        posted: PostedMessage,
        application: Application,
        *,
        now: datetime,
        max_age: timedelta,
    ) -> None:
        """Check that JD sent a message to this application, and lately.

        :raise MessageRejected: It did not.
        """

    def parse(self, posted: PostedMessage) -> Message:
        """Read a message.

        :raise MessageRejected: It is none.
        """

    def answer(self, rejection: MessageRejected | None = None) -> dict:
        """Return the JSON that takes a message over, or asks for another delivery."""
