"""Sums over a folded cycle: as floats for the dial's search, as whole numbers for everything that is claimed."""

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from loopbank.casino.core.cycle import Cycle, Weights

Sums = NDArray[Any]
"""Sums as 64-bit floats, or as Python's whole numbers of any size (dtype object)."""


@dataclass(frozen=True, slots=True)
class AwardCount:
    """How much of the full cycle ends with an award (line bets, all lines), and whether free spins are given."""

    award: int
    is_trigger: bool
    weight: int


def as_exact(weights: Weights) -> list[Sums]:
    """Give weights for sums in whole numbers."""
    return [np.array(reel, dtype=object) for reel in weights]


def as_floats(weights: Weights) -> list[Sums]:
    """Give weights as chances for sums in floating point."""
    return [np.array(reel, dtype=np.float64) / sum(reel) for reel in weights]


def forward(cycle: Cycle, weights: list[Sums]) -> list[Sums]:
    """Give the weight of every situation before each reel, and at last of every ending."""
    kind = weights[0].dtype
    reached = [np.ones(1, dtype=kind)]
    for step, reel in zip(cycle.steps, weights, strict=True):
        after = np.zeros(int(step.max()) + 1, dtype=kind)
        np.add.at(after, step, reached[-1][:, None] * reel[None, :])
        reached.append(after)
    return reached


def by_stop(cycle: Cycle, weights: list[Sums], reached: list[Sums], worth: Sums) -> list[Sums]:
    """Give for every stop of every reel the sum of `worth` over all ways in which the other reels can stand."""
    ahead, found = worth, []
    for step, reel, before in zip(reversed(cycle.steps), reversed(weights), reversed(reached[:-1]), strict=True):
        onward = ahead[step]
        found.append(before @ onward)
        ahead = onward @ reel
    return found[::-1]


def count_awards(cycle: Cycle, weights: Weights) -> tuple[AwardCount, ...]:
    """Give the exact distribution of a spin's award; the weights sum to the full cycle."""
    counts: dict[tuple[int, bool], int] = {}
    endings = forward(cycle, as_exact(weights))[-1]
    for award, is_trigger, weight in zip(cycle.awards.tolist(), cycle.triggers.tolist(), endings, strict=True):
        counts[award, is_trigger] = counts.get((award, is_trigger), 0) + int(weight)
    return tuple(AwardCount(*outcome, weight) for outcome, weight in sorted(counts.items()))


def chance(weight: int, counts: tuple[AwardCount, ...]) -> Fraction:
    """Give a weight as a share of the full cycle."""
    return Fraction(weight, sum(count.weight for count in counts))
