"""Times of day at which something is due."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from loopbank.foundation.clock import MICROSECONDS_PER_SECOND, Instant


@dataclass(frozen=True, slots=True)
class Daily:
    """Once a day at a time such as 02:00 in a time zone such as Europe/Berlin."""

    at: str
    zone: str

    def last_due(self, now: Instant) -> Instant:
        """Give the latest instant that is not after `now` and at which it was due."""
        hour, minute = map(int, self.at.split(":"))
        here = datetime.fromtimestamp(now // MICROSECONDS_PER_SECOND, UTC).astimezone(ZoneInfo(self.zone))
        due = here.replace(hour=hour, minute=minute, second=0)
        if due.astimezone(UTC) > here.astimezone(UTC):
            due -= timedelta(days=1)
        return Instant(int(due.astimezone(UTC).timestamp()) * MICROSECONDS_PER_SECOND)
