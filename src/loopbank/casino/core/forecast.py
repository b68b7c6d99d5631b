"""What a dial means for a night: the band of the house's result, the risk of ruin, the bet the house can stand."""

import math
from dataclasses import dataclass
from statistics import NormalDist

from loopbank.casino.core.measures import Measures
from loopbank.coins import Coins

CONFIDENCE = 0.99
RUIN_MAX = 0.01
"""The risk of ruin within the night up to which a bet is recommended."""

_Z = NormalDist().inv_cdf((1 + CONFIDENCE) / 2)


@dataclass(frozen=True, slots=True)
class Forecast:
    """The house's night, in minor units: it expects `expected` and ends between `low` and `high` in 99 of 100 nights.

    `ruin` is the chance that it loses all it has before the night ends. `max_bet` is the largest total bet at which
    that stays within RUIN_MAX and the largest win of a round is covered.
    """

    expected: int
    low: int
    high: int
    ruin: float
    max_bet: Coins


def forecast(measures: Measures, lines: int, *, rounds: int, total_bet: Coins, bank: Coins) -> Forecast:
    """Forecast `rounds` rounds of `total_bet` against a house that can lose `bank`.

    The sum of many rounds is close to normal (central limit theorem). Ruin before the end is the first passage of a
    Brownian motion with drift (Harrison, Brownian Motion and Stochastic Flow Systems, section 1.8).
    """
    edge = 1 - float(measures.payback)
    expected = rounds * total_bet * edge
    spread = math.sqrt(rounds) * total_bet * measures.volatility
    return Forecast(
        expected=round(expected),
        low=round(expected - _Z * spread),
        high=round(expected + _Z * spread),
        ruin=ruin_chance(expected, spread, bank),
        max_bet=_recommended(measures, lines, rounds, bank),
    )


def ruin_chance(expected: float, spread: float, bank: float) -> float:
    """Give the chance that a house which expects to win `expected`, with a standard deviation, ever loses `bank`."""
    if bank <= 0:
        return 1.0
    if spread == 0:
        return 1.0 if expected <= -bank else 0.0
    below = NormalDist()
    reflected = -2 * expected * bank / spread**2
    tail = below.cdf((expected - bank) / spread)
    # exp(reflected) may be huge where the tail is tiny; their product is a probability.
    mirrored = math.exp(min(reflected + math.log(tail), 0.0)) if tail > 0 else 0.0
    return min(1.0, below.cdf((-bank - expected) / spread) + mirrored)


def _recommended(measures: Measures, lines: int, rounds: int, bank: Coins) -> Coins:
    """Find the largest whole bet by halving: the risk grows with the bet."""
    low, high = 0, coverable_bet(measures, bank) * lines
    edge, volatility = 1 - float(measures.payback), measures.volatility
    while low < high:
        bet = (low + high + 1) // 2
        risk = ruin_chance(rounds * bet * edge, math.sqrt(rounds) * bet * volatility, bank)
        low, high = (bet, high) if risk <= RUIN_MAX else (low, bet - 1)
    return Coins(low)


def exposure(measures: Measures, bet: Coins) -> Coins:
    """Give the most that a round with this line bet can win, in minor units."""
    return Coins(measures.max_round_award * bet)


def coverable_bet(measures: Measures, bank: Coins) -> Coins:
    """Give the largest line bet whose largest win a house that can lose `bank` can pay."""
    return Coins(max(0, bank) // max(1, measures.max_round_award))
