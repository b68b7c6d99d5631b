"""What a configuration promises, exactly: the figures of a PAR sheet (probability accounting report)."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

from loopbank.casino.core.configuration import Configuration
from loopbank.casino.core.cycle import fold_cycle
from loopbank.casino.core.sums import AwardCount, count_awards


@dataclass(frozen=True, slots=True)
class Measures:
    """The figures of one configuration.

    `payback`: return to player, free spins included, per coin bet. `hit_rate`: share of paid spins that win on a line.
    `trigger_rate`: share that gives free spins. `variance`: of a round's win per coin bet. `max_spin_award` and
    `max_round_award`: the largest award of one spin and of a round with its free spins, in line bets. `awards`: the
    chance of every award of one spin, in line bets.
    """

    payback: Fraction
    hit_rate: Fraction
    trigger_rate: Fraction
    variance: Fraction
    max_spin_award: int
    max_round_award: int
    awards: tuple[tuple[int, Fraction], ...]

    @property
    def volatility(self) -> float:
        """Give the standard deviation of a round's win per coin bet."""
        return math.sqrt(self.variance)


@lru_cache(maxsize=256)
def measure(configuration: Configuration) -> Measures:
    """Compute the figures over the full cycle."""
    rules = configuration.rules
    counts = count_awards(fold_cycle(rules, configuration.strips), configuration.weights)
    counts = tuple(count for count in counts if count.weight)
    total = sum(count.weight for count in counts)
    spin = _moment(counts, total, 1)
    triggers = Fraction(sum(count.weight for count in counts if count.is_trigger), total)
    round_mean = spin * (1 + rules.free_spins * triggers)
    payback = round_mean / len(rules.lines)
    max_spin = max(count.award for count in counts)
    return Measures(
        payback=payback,
        hit_rate=Fraction(sum(count.weight for count in counts if count.award), total),
        trigger_rate=triggers,
        variance=_round_variance(counts, total, rules.free_spins) / len(rules.lines) ** 2,
        max_spin_award=max_spin,
        max_round_award=max(count.award + (rules.free_spins * max_spin if count.is_trigger else 0) for count in counts),
        awards=tuple(
            (award, Fraction(sum(count.weight for count in counts if count.award == award), total))
            for award in sorted({count.award for count in counts})
        ),
    )


def _moment(counts: Sequence[AwardCount], total: int, power: int) -> Fraction:
    return Fraction(sum(count.award**power * count.weight for count in counts), total)


def _round_variance(counts: Sequence[AwardCount], total: int, free_spins: int) -> Fraction:
    """Give the variance of A + 1{trigger} (B1 + … + Bn), where every B is distributed as A and independent of it."""
    mean, square = _moment(counts, total, 1), _moment(counts, total, 2)
    triggering = [count for count in counts if count.is_trigger]
    triggers, with_trigger = _moment(triggering, total, 0), _moment(triggering, total, 1)
    free_mean = free_spins * mean
    free_square = free_spins * (square - mean**2) + free_mean**2
    return square + 2 * with_trigger * free_mean + triggers * free_square - (mean + triggers * free_mean) ** 2
