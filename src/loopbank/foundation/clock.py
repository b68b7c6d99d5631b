"""Time as the house stores it: whole microseconds since 1970-01-01 UTC."""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import lru_cache
from typing import NewType

Instant = NewType("Instant", int)
"""Microseconds since the Unix epoch, UTC."""

Clock = Callable[[], Instant]
"""Gives the present instant; tests hand in their own."""

MICROSECONDS_PER_SECOND = 1_000_000


def system_clock() -> Instant:
    """Read the machine's clock."""
    return Instant(time.time_ns() // 1_000)


def later(instant: Instant, seconds: int) -> Instant:
    """Give the instant `seconds` after (or, when negative, before) the given one."""
    return Instant(instant + seconds * MICROSECONDS_PER_SECOND)


def to_rfc3339(instant: Instant) -> str:
    """Write an instant as RFC 3339 with microseconds: 2026-01-31T12:00:00.000000Z."""
    return f"{_whole_second(instant // MICROSECONDS_PER_SECOND)}.{instant % MICROSECONDS_PER_SECOND:06d}Z"


@lru_cache(maxsize=4096)
def _whole_second(second: int) -> str:
    return f"{datetime.fromtimestamp(second, UTC):%Y-%m-%dT%H:%M:%S}"


def from_rfc3339(text: str) -> Instant:
    """Read an RFC 3339 time or date; a time without an offset is UTC. Raises ValueError."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    delta = moment - datetime(1970, 1, 1, tzinfo=UTC)
    return Instant((delta.days * 86_400 + delta.seconds) * MICROSECONDS_PER_SECOND + delta.microseconds)
