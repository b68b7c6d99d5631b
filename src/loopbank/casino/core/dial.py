"""The dial: weights of the stops whose exact return to player is what was asked for.

Awards are never scaled. Of the game's published reel sets the one whose own return is nearest is tilted: the weight of
stop s of reel r becomes

    w(r, s) = b(r, s) * exp(theta * A(r, s) + phi * H(r, s)),

where b is the set's own weight and A and H are the mean award and the chance of a win given that stop, under b. This is
the exponential tilting (Cramer 1938, Esscher 1932) that changes the reels least, in relative entropy, for a given
change of their features. Newton's method finds the theta and phi at which the return and the hit rate meet their
targets. Stops that show a fixed symbol keep their weights, and so does their chance. Then weights are rounded by
largest remainders and repaired unit by unit in whole numbers, until the return is within the tolerance.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from loopbank.casino.core.cycle import Cycle, Strips, Weights, fold_cycle
from loopbank.casino.core.rules import Rules
from loopbank.casino.core.sums import Sums, as_exact, as_floats, by_stop, forward

DIAL_MIN, DIAL_MAX = 500, 1_500
"""The dial's range in tenths of a percent: 50.0 to 150.0 %."""

TOLERANCE = Fraction(1, 1_000_000)
"""How far the exact return may be from the dial."""

_AIM = TOLERANCE / 1_000
_REPAIRS_MAX = 12
_NEWTON_STEPS_MAX = 60
_CLOSE_ENOUGH = 1e-9
_STEP_MAX = 0.5
_FLAT = 1e-12
_NOTHING = 1e-300
_RETURNS_KEPT = 256

Floats = NDArray[np.float64]


class UnreachableReturn(ValueError):
    """The game cannot be set to this return; the message says why."""


@dataclass(frozen=True, slots=True)
class ReelSet:
    """One published set of reels."""

    strips: Strips
    weights: Weights


@dataclass(frozen=True, slots=True)
class Tuning:
    """How a game's dial works: its reel sets, what stays fixed, and the line on which the hit rate lies."""

    sets: tuple[ReelSet, ...]
    fixed_symbols: frozenset[str]
    hit_rate_base: Fraction
    hit_rate_per_return: Fraction

    def hit_rate(self, payback: Fraction) -> Fraction:
        """Give the share of winning spins that is aimed at for a return."""
        return self.hit_rate_base + self.hit_rate_per_return * payback


@lru_cache(maxsize=_RETURNS_KEPT)
def exact_return(rules: Rules, strips: Strips, weights: Weights) -> Fraction:
    """Give the return to player over the full cycle, free spins included, per coin bet."""
    cycle = fold_cycle(rules, strips)
    return _payback(rules, cycle, forward(cycle, as_exact(weights))[-1])


def solve(rules: Rules, tuning: Tuning, dial: int) -> ReelSet:
    """Give reels whose exact return is within TOLERANCE of `dial` tenths of a percent. Raises UnreachableReturn."""
    if not DIAL_MIN <= dial <= DIAL_MAX:
        raise UnreachableReturn("The payout percentage must be between 50.0 and 150.0.")
    target = Fraction(dial, 1_000)
    nearest = min(tuning.sets, key=lambda one: abs(exact_return(rules, one.strips, one.weights) - target))
    tilt = _Tilt(rules, nearest, tuning.fixed_symbols)
    wished = tilt.solve(float(target), float(tuning.hit_rate(target)))
    rounded = tuple(_round(reel, free, own) for reel, free, own in zip(wished, tilt.free, nearest.weights, strict=True))
    weights = _repair(rules, nearest.strips, rounded, tilt.free, target)
    off = abs(exact_return(rules, nearest.strips, weights) - target)
    if off > TOLERANCE:
        raise UnreachableReturn(f"No weights reach {dial / 10:.1f} %: the nearest is off by {float(off):.1e}.")
    return ReelSet(nearest.strips, weights)


class _Tilt:
    """The family of weights that two numbers, theta and phi, choose from."""

    def __init__(self, rules: Rules, base: ReelSet, fixed_symbols: frozenset[str]) -> None:
        self._rules = rules
        self._cycle = fold_cycle(rules, base.strips)
        self._base = as_floats(base.weights)
        self.free = [_free_stops(strip, rules.rows, fixed_symbols) for strip in base.strips]
        self._award = self._cycle.awards / len(rules.lines)
        self._win = (self._cycle.awards > 0).astype(np.float64)
        reached = forward(self._cycle, self._base)
        self._features = [
            np.stack((award, win))
            for award, win in zip(
                by_stop(self._cycle, self._base, reached, self._award),
                by_stop(self._cycle, self._base, reached, self._win),
                strict=True,
            )
        ]

    def solve(self, payback: float, hit_rate: float) -> list[Floats]:
        """Find the chances of the stops that reach both targets. Raises UnreachableReturn."""
        tilt = np.zeros(2)
        for _ in range(_NEWTON_STEPS_MAX):
            chances = self._tilted(tilt)
            value, slope = self._measured(chances)
            miss = np.array([payback, hit_rate]) - value
            if np.abs(miss).max() < _CLOSE_ENOUGH:
                return chances
            if abs(np.linalg.det(slope)) < _FLAT:
                break
            step = np.linalg.solve(slope, miss)
            tilt += step * min(1.0, _STEP_MAX / max(float(np.abs(step * self._scale()).max()), _NOTHING))
        raise UnreachableReturn(f"No weights reach a return of {payback:.3f} with a hit rate of {hit_rate:.3f}.")

    def _scale(self) -> Floats:
        """Give the spread of the features, so that a step is judged by what it does to a weight."""
        return np.array([max(float(np.ptp(reel[k])) for reel in self._features) for k in range(2)])

    def _tilted(self, tilt: Floats) -> list[Floats]:
        chances = []
        for base, free, features in zip(self._base, self.free, self._features, strict=True):
            grown = base * np.exp(tilt @ features)
            grown *= base[free].sum() / max(grown[free].sum(), _NOTHING)
            chances.append(np.where(free, grown, base))
        return chances

    def _measured(self, chances: list[Sums]) -> tuple[Floats, Floats]:
        """Give return and hit rate, and their derivatives by theta and phi."""
        reached = forward(self._cycle, chances)
        triggers = float(reached[-1][self._cycle.triggers].sum())
        paid = 1 + self._rules.free_spins * triggers
        value = np.array([reached[-1] @ self._award * paid, reached[-1] @ self._win])
        slope = np.zeros((2, 2))
        for row, worth in enumerate((self._award * paid, self._win)):
            by_stops = by_stop(self._cycle, chances, reached, worth)
            for chance, free, features, gain in zip(chances, self.free, self._features, by_stops, strict=True):
                moving = np.where(free, chance, 0.0)
                centred = features - (features @ moving / max(moving.sum(), _NOTHING))[:, None]
                slope[row] += centred @ (moving * gain)
        return value, slope


def _payback(rules: Rules, cycle: Cycle, endings: Sums) -> Fraction:
    total = int(endings.sum())
    triggers = Fraction(int(endings[cycle.triggers].sum()), total)
    return Fraction(int(endings @ cycle.awards), total * len(rules.lines)) * (1 + rules.free_spins * triggers)


def _free_stops(strip: tuple[str, ...], rows: int, fixed_symbols: frozenset[str]) -> NDArray[np.bool_]:
    """Find the stops in whose window no fixed symbol is seen."""
    size = len(strip)
    return np.array(
        [fixed_symbols.isdisjoint(strip[(stop + row) % size] for row in range(rows)) for stop in range(size)]
    )


def _round(chances: Floats, free: NDArray[np.bool_], own: Sequence[int]) -> tuple[int, ...]:
    """Round a reel to whole weights that keep the reel's total: largest remainders (Hamilton's method)."""
    total = sum(own)
    wished = chances * total
    whole = [max(1, math.floor(w)) if is_free else o for w, is_free, o in zip(wished, free, own, strict=True)]
    by_remainder = sorted(np.flatnonzero(free), key=lambda stop: whole[stop] - wished[stop])
    left = total - sum(whole)
    for stop in by_remainder[: max(left, 0)]:
        whole[stop] += 1
    for _ in range(-left):
        whole[max(np.flatnonzero(free), key=lambda stop: whole[stop])] -= 1
    return tuple(whole)


def _repair(rules: Rules, strips: Strips, weights: Weights, free: list[NDArray[np.bool_]], target: Fraction) -> Weights:
    """Move single units between stops of one reel while that brings the exact return nearer to the target."""
    cycle = fold_cycle(rules, strips)
    exact = as_exact(weights)
    for _ in range(_REPAIRS_MAX):
        reached = forward(cycle, exact)
        payback = _payback(rules, cycle, reached[-1])
        if abs(payback - target) <= _AIM:
            break
        now = int(reached[-1] @ cycle.awards)
        wanted = round(now * target / payback) - now
        gains = by_stop(cycle, exact, reached, cycle.awards.astype(object))
        moves = (
            _best_move(place, gain, reel, stops, wanted)
            for place, (gain, reel, stops) in enumerate(zip(gains, exact, free, strict=True))
        )
        off, reel, giver, taker = min(moves)
        if off >= abs(wanted):
            break
        exact[reel][giver] -= 1
        exact[reel][taker] += 1
    return tuple(tuple(int(weight) for weight in reel) for reel in exact)


def _best_move(place: int, gains: Sums, reel: Sums, free: NDArray[np.bool_], wanted: int) -> tuple[int, int, int, int]:
    """Give what the best move of one unit on a reel leaves to wish for, the reel, and the two stops."""
    takers = np.flatnonzero(free)
    givers = takers[reel[takers] > 1]
    left = abs(gains[takers][None, :] - gains[givers][:, None] - wanted)
    best = int(np.argmin(left))
    giver, taker = divmod(best, len(takers))
    return int(left.flat[best]), place, int(givers[giver]), int(takers[taker])
