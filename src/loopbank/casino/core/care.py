"""Limits that players set for themselves: tightening counts at once, loosening after a day's thought."""

from dataclasses import dataclass
from enum import StrEnum

from loopbank.foundation.clock import Instant

DAY = 24 * 3_600 * 1_000_000
"""Microseconds."""

SESSION_GAP = 15 * 60 * 1_000_000
"""A pause this long (microseconds) ends a session."""


class LimitKind(StrEnum):
    """What is limited: coins bet and coins lost in 24 hours (minor units), minutes of one session."""

    SPEND = "spend"
    LOSS = "loss"
    SESSION = "session"


@dataclass(frozen=True, slots=True)
class Limit:
    """A limit, and what it will be; None is no limit. `next_at` is None when no change is waiting."""

    kind: LimitKind
    value: int | None = None
    next_value: int | None = None
    next_at: Instant | None = None

    def in_force(self, now: Instant) -> int | None:
        """Give what counts now."""
        return self.next_value if self.next_at is not None and self.next_at <= now else self.value

    def changed(self, wanted: int | None, now: Instant) -> "Limit":
        """Give the limit after a wish: a tighter one counts at once, a looser one a day later."""
        present = self.in_force(now)
        if _is_tighter(wanted, present) or wanted == present:
            return Limit(self.kind, wanted)
        return Limit(self.kind, present, wanted, Instant(now + DAY))


@dataclass(frozen=True, slots=True)
class Play:
    """A round as the limits see it: when, what it cost and what it won (minor units)."""

    at: Instant
    bet: int
    win: int


@dataclass(frozen=True, slots=True)
class Session:
    """Play without a long pause: since when, until when, how many rounds, bets and wins in minor units."""

    began_at: Instant
    ended_at: Instant
    rounds: int
    bet: int
    win: int

    @property
    def minutes(self) -> int:
        """Give the session's length in whole minutes."""
        return (self.ended_at - self.began_at) // 60_000_000


def current_session(plays: list[Play], now: Instant) -> Session | None:
    """Give the session that goes on now, from plays that begin with the newest; None when there is none."""
    in_session: list[Play] = []
    later = now
    for play in plays:
        if later - play.at >= SESSION_GAP:
            break
        in_session.append(play)
        later = play.at
    if not in_session:
        return None
    return Session(
        in_session[-1].at,
        now,
        len(in_session),
        sum(play.bet for play in in_session),
        sum(play.win for play in in_session),
    )


def _is_tighter(wanted: int | None, present: int | None) -> bool:
    return wanted is not None and (present is None or wanted < present)
