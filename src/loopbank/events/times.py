"""Times of day at which something is due."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from loopbank.foundation.clock import MICROSECONDS_PER_SECOND, Instant


@dataclass(frozen=True, slots=True)
class Timetable:
    """Every day at times such as `02:00,14:30` in a time zone such as Europe/Berlin; `*:30` is half past each hour."""

    at: str
    zone: str

    def last_due(self, now: Instant) -> Instant:
        """Give the latest instant that is not after `now` and at which it was due."""
        here = datetime.fromtimestamp(now // MICROSECONDS_PER_SECOND, UTC).astimezone(ZoneInfo(self.zone))
        due = max(due for time in self.at.split(",") for due in _around(here, time) if due <= here.astimezone(UTC))
        return Instant(int(due.timestamp()) * MICROSECONDS_PER_SECOND)


def _around(here: datetime, time: str) -> Iterator[datetime]:
    """Give a time's instants around a moment, at least one of them not after it."""
    hour, minute = time.split(":")
    for back in range(2):
        if hour == "*":
            then = (here.astimezone(UTC) - timedelta(hours=back)).astimezone(here.tzinfo)
            yield then.replace(minute=int(minute), second=0).astimezone(UTC)
        else:
            yield (here.replace(hour=int(hour), minute=int(minute), second=0) - timedelta(days=back)).astimezone(UTC)
