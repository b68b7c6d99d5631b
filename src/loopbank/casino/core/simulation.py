"""Monte Carlo: rounds by the million, each reel stopped by its weights and read off the folded cycle."""

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from loopbank.casino.core.configuration import Configuration
from loopbank.casino.core.cycle import fold_cycle

_BATCH = 250_000


@dataclass(frozen=True, slots=True)
class Sample:
    """What a number of rounds came to. `awards` counts rounds by their award in line bets, free spins included."""

    rounds: int
    lines: int
    awards: NDArray[np.int64]

    @property
    def mean(self) -> float:
        """Give the mean win per coin bet."""
        return float(self.awards @ np.arange(len(self.awards))) / (self.rounds * self.lines)

    def __add__(self, other: "Sample") -> "Sample":
        """Join two samples of one configuration."""
        size = max(len(self.awards), len(other.awards))
        padded = (np.pad(one.awards, (0, size - len(one.awards))) for one in (self, other))
        return Sample(self.rounds + other.rounds, self.lines, sum(padded, np.zeros(size, dtype=np.int64)))


class Simulator:
    """Plays one configuration with the given dice."""

    def __init__(self, configuration: Configuration, dice: Generator) -> None:
        self._dice = dice
        self._lines = len(configuration.rules.lines)
        self._free_spins = configuration.rules.free_spins
        self._cycle = fold_cycle(configuration.rules, configuration.strips)
        # The stop for every number below the reel's total weight: exact chances, found by one lookup.
        self._stops = [np.repeat(np.arange(len(reel)), reel) for reel in configuration.weights]

    def play(self, rounds: int) -> Sample:
        """Play so many rounds."""
        sample = Sample(0, self._lines, np.zeros(1, dtype=np.int64))
        while sample.rounds < rounds:
            sample += self._batch(min(_BATCH, rounds - sample.rounds))
        return sample

    def _batch(self, rounds: int) -> Sample:
        endings = self._spin(rounds)
        awards = self._cycle.awards[endings]
        triggered = np.flatnonzero(self._cycle.triggers[endings])
        free = self._cycle.awards[self._spin(len(triggered) * self._free_spins)]
        awards[triggered] += free.reshape(len(triggered), self._free_spins).sum(axis=1)
        return Sample(rounds, self._lines, np.bincount(awards))

    def _spin(self, count: int) -> NDArray[np.int64]:
        situation = np.zeros(count, dtype=np.int64)
        for step, stops in zip(self._cycle.steps, self._stops, strict=True):
            situation = step[situation, stops[self._dice.integers(len(stops), size=count)]]
        return situation
