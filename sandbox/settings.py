"""What a developer may set about how this JD behaves."""

from dataclasses import dataclass

OLD_TOKENS = "in its own time", "at once", "never"
CHOICES = {
    "cancel": ("at once", "later, agreed", "later, refused"),
    "late_cancel": ("result", "code"),
    "old_token_at_renewal": OLD_TOKENS,
    "old_token_at_login": OLD_TOKENS,
}


@dataclass
class Settings:
    """Behaviour of the whole sandbox; times in seconds unless the name says more."""

    speed: float = 0.0  # between two statuses; 0: only by hand
    latency_ms: int = 0
    seed: int = 1
    message_url: str = ""  # where pushes go unless the application has its own
    demo: bool = False  # start with the goods and the stock of the demo
    daily_budget: int = 10_000  # per application and call, as documented; 0: none
    skew: int = 600
    code_life: int = 300
    access_life: int = 365 * 86400
    refresh_life: int = 395 * 86400
    source_no: str = "ISV0020008045424"  # the only ISV source no. JD documents
    push_backoff: float = 1.0  # before the second attempt; doubles with each
    push_attempts: int = 8
    push_timeout: float = 10.0
    cancel: str = "at once"  # or "later, agreed" or "later, refused"
    late_cancel: str = "result"  # answer resultType 2, or "code" for code 2515
    # When the access token an account had before ends, once it is renewed or the
    # account logs in anew: in its own time, "at once" or "never" [U].
    old_token_at_renewal: str = "in its own time"
    old_token_at_login: str = "in its own time"
