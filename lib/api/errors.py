"""The errors of a call: each class says what the caller must do next."""

from ..text import make_storable

_CODE_LENGTH = 40
_ID_LENGTH = 100


class JdError(Exception):
    """Base of the errors of a call; PostgreSQL can store its texts.

    :param message: JD's words, or ours where JD said nothing.
    :param code: JD's code as a string; empty where there was none.
    :param call: The name of the operation in JD's documents, e.g. `addSoOrder`.
    :param request_id: JD's id of the request, which JD support asks for.
    :param trace_id: The gateway's id of the request, for JD support as well.
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
    """JD did nothing, or was only asked: repeat the same call later."""


class Throttled(RetryLater):
    """JD asks for a pause.

    :param wait_seconds: Seconds to wait before the same kind of call.
    """

    def __init__(self, message, *, wait_seconds, **kwargs):
        super().__init__(message, **kwargs)
        self.wait_seconds = wait_seconds


class ClockRefused(RetryLater):
    """The time of the call is too far from JD's: our clock must be set."""


class NotSent(RetryLater):
    """The call was not made: it counts as no attempt.

    :param stopped_by: The error of another call after which none was made; None where
        the time was up.
    """

    def __init__(self, message, *, stopped_by=None, **kwargs):
        super().__init__(message, **kwargs)
        self.stopped_by = stopped_by


class OutcomeUnknown(JdError):
    """JD may have carried the call out: ask for the result before repeating it."""


class CredentialsRefused(JdError):
    """JD refused application, signature or token: make no more calls with them.

    `token_fingerprint` identifies the `Token` of the refused call, empty without one.
    """

    # Another worker may have stored a new token since: compare before wiping it.
    token_fingerprint = ""


class TokenRefused(CredentialsRefused):
    """The token is missing, expired or revoked: somebody must sign in again."""


class RefusalReason:
    """The causes of a refusal that JD's code names and the merchant can correct."""

    NOT_IN_STOCK = "not_in_stock"
    CONTENT_CHECK = "content_check"
    SHELF_LIFE = "shelf_life"
    GOODS_NAME = "goods_name"


class Refused(JdError):
    """JD refused the call: tell the merchant, do not repeat it unchanged.

    :param reason: One of `RefusalReason`; empty where only JD's words say why.
    """

    def __init__(self, message, *, reason="", **kwargs):
        super().__init__(message, **kwargs)
        self.reason = reason


class Invalid(Refused, ValueError):
    """A value that JD would refuse, found before the call: nothing was sent.

    :param member: The member of the dataclass, e.g. `receiver.name` or `lines[2].lot`.
    :param limit: How many characters JD accepts; None if the length is not the cause.
    """

    def __init__(self, message, *, member, limit=None, **kwargs):
        super().__init__(message, **kwargs)
        self.member = member
        self.limit = limit


class NotFound(Refused):
    """JD has nothing under that number."""


class PermissionRefused(Refused):
    """The PIN or the application has no right to that department, warehouse or call."""
