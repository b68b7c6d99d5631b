"""The words of webhooks."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass

from loopbank.events.log import LogEntry
from loopbank.foundation.clock import Instant

TEST_EVENT = "webhook.test"


@dataclass(frozen=True, slots=True)
class WebhookEvent:
    """Something to tell a program: what happened, and the particulars as JSON."""

    name: str
    data: Mapping[str, object]


Translate = Callable[[LogEntry], Awaitable[Sequence[WebhookEvent]]]
"""Gives the events that an entry of the log is for others; the same entry always gives the same events."""


@dataclass(frozen=True, slots=True)
class Told:
    """How far a webhook has been told: every event up to an entry, and of the next one so many."""

    sequence: int
    part: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook:
    """A program's address that is told of events; its secrets are sealed."""

    id: str
    owner_id: str
    url: str
    description: str
    events: tuple[str, ...]
    sealed_secret: str
    sealed_old_secret: str | None
    old_secret_ends_at: Instant | None
    is_active: bool
    created_at: Instant
    sequence: int
    part: int
    failures: int
    next_attempt_at: Instant

    @property
    def told(self) -> Told:
        """Give how far the webhook has been told."""
        return Told(self.sequence, self.part)


@dataclass(frozen=True, slots=True)
class Attempt:
    """What came of one attempt to tell: the answer's status, or the trouble there was instead."""

    status: int | None
    error: str
    milliseconds: int
    at: Instant

    @property
    def is_delivered(self) -> bool:
        """Tell whether the program has taken the event."""
        return self.status is not None and 200 <= self.status < 300


@dataclass(frozen=True, slots=True)
class Delivery:
    """One attempt as the delivery log keeps it."""

    id: int
    webhook_id: str
    sequence: int
    part: int
    event: str
    attempt: int
    outcome: Attempt
