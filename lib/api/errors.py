"""What can go wrong with a call: each class says what the caller must do."""

from ..text import make_storable

_CODE_LENGTH = 40
_ID_LENGTH = 100


class JdError(Exception):
    """Base of everything that can go wrong with a call; its texts can be stored.

    :param message: JD's words, or ours where JD said nothing.
    :param code: JD's code as a string; empty where there was none.
    :param call: The name of the operation in JD's documents, e.g. `addSoOrder`.
    :param request_id: JD's id of the request, for its support.
    :param trace_id: The gateway's id of it, for JD's support as well.
    """

    def __init__(self, message, *, code="", call="", request_id="", trace_id=""):
        message = make_storable(message)
        super().__init__(message)
        self.message = message
        self.code = make_storable(str(code), _CODE_LENGTH)
        self.call = call
        self.request_id = make_storable(request_id, _ID_LENGTH)
        self.trace_id = make_storable(trace_id, _ID_LENGTH)


class RetryLater(JdError):
    """Nothing happened, or it was only a question: repeat it unchanged, later."""


class Throttled(RetryLater):
    """JD asks for a pause.

    :param wait_seconds: How long to leave this kind of call alone.
    """

    def __init__(self, message, *, wait_seconds, **kwargs):
        super().__init__(message, **kwargs)
        self.wait_seconds = wait_seconds


class OutcomeUnknown(JdError):
    """The request went out and no usable answer came back: ask before repeating."""


class CredentialsRefused(JdError):
    """Application, signature or token not accepted: stop this connector.

    `token_fingerprint` is that of the `Token` that the call was made with, empty where
    none was sent: by the time JD refuses it, there may be another.
    """

    token_fingerprint = ""


class TokenRefused(CredentialsRefused):
    """The token is missing, expired or revoked: a new login mends it."""


class RefusalReason:
    """What the merchant can mend, where JD's code says it."""

    NOT_IN_STOCK = "not_in_stock"
    CONTENT_CHECK = "content_check"
    SHELF_LIFE = "shelf_life"
    GOODS_NAME = "goods_name"


class Refused(JdError):
    """JD understood and said no: tell the merchant, do not repeat unchanged.

    :param reason: One of `RefusalReason`; empty where JD's words must do.
    """

    def __init__(self, message, *, reason="", **kwargs):
        super().__init__(message, **kwargs)
        self.reason = reason


class Invalid(Refused, ValueError):
    """What JD does not take, known beforehand: nothing was sent.

    :param member: The member of the dataclass, e.g. `receiver.name` or `lines[2].lot`.
    :param limit: The most characters JD takes; None where it is not about the length.
    """

    def __init__(self, message, *, member, limit=None, **kwargs):
        super().__init__(message, **kwargs)
        self.member = member
        self.limit = limit


class NotFound(Refused):
    """JD has nothing under that number."""


class PermissionRefused(Refused):
    """The PIN or the application has no right to that department, warehouse or call."""
