"""What was played against what was promised."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

from loopbank.casino.core.measures import Measures

CONFIDENCE = 0.99

_Z = NormalDist().inv_cdf((1 + CONFIDENCE) / 2)


@dataclass(frozen=True, slots=True)
class Played:
    """All rounds of one configuration: how many, bet and won in minor units, and the sum of the squared bets."""

    measures: Measures
    rounds: int
    bet: int
    won: int
    squares: float


@dataclass(frozen=True, slots=True)
class Tally:
    """The return that was, the one that was promised, and the band in which it lies in 99 of 100 cases."""

    rounds: int
    bet: int
    won: int
    actual: float | None
    expected: float | None
    low: float | None
    high: float | None

    @property
    def is_within(self) -> bool:
        """Tell whether the return lies within its band; a game that nobody played does."""
        return self.actual is None or self.low is None or self.high is None or self.low <= self.actual <= self.high


def tally(parts: Sequence[Played]) -> Tally:
    """Add up the rounds of all configurations of a game.

    Rounds are independent, so the variance of what they won is the sum over rounds of (bet * volatility)^2, and the
    sum is close to normal (central limit theorem).
    """
    rounds, bet, won = (sum(getattr(part, name) for part in parts) for name in ("rounds", "bet", "won"))
    if not bet:
        return Tally(rounds, bet, won, None, None, None, None)
    expected = sum(part.bet * float(part.measures.payback) for part in parts) / bet
    spread = _Z * math.sqrt(sum(part.squares * float(part.measures.variance) for part in parts)) / bet
    return Tally(rounds, bet, won, won / bet, expected, max(0.0, expected - spread), expected + spread)
