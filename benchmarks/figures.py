"""What was measured: figures out of several rounds, and rows that compare them with a peer and a promise."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import TypeVar

Measured = TypeVar("Measured")


@dataclass(frozen=True, slots=True)
class Figure:
    """One quantity as several rounds saw it."""

    rounds: tuple[float, ...]
    unit: str

    @property
    def median(self) -> float:
        """Give the middle round."""
        return median(self.rounds)

    def __str__(self) -> str:
        low, high = (number(value) for value in (min(self.rounds), max(self.rounds)))
        spread = f" ({low} to {high})" if len(self.rounds) > 1 else ""
        return f"{number(self.median)} {self.unit}{spread}"


@dataclass(frozen=True, slots=True)
class Promise:
    """What the ratio must be; one of the two is given."""

    at_least: float | None = None
    at_most: float | None = None

    def is_kept_by(self, ratio: float) -> bool:
        """Tell whether a ratio is within the promise."""
        return (self.at_least is None or ratio >= self.at_least) and (self.at_most is None or ratio <= self.at_most)

    def __str__(self) -> str:
        return f"≥ {self.at_least:g}" if self.at_least is not None else f"≤ {self.at_most:g}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of the report."""

    section: str
    what: str
    ours: Figure
    peer: Figure | None = None
    promise: Promise | None = None
    sentence: str

    @property
    def ratio(self) -> float | None:
        """Give ours over the peer's, by the medians."""
        return self.ours.median / self.peer.median if self.peer is not None and self.peer.median else None

    @property
    def verdict(self) -> str:
        """Say whether the promise is kept; empty where nothing was promised."""
        if self.promise is None or self.ratio is None:
            return ""
        return "reached" if self.promise.is_kept_by(self.ratio) else "NOT reached"


def interleaved(
    rounds: int, measurements: Mapping[str, Callable[[], Measured]], step: Callable[[str], object]
) -> dict[str, list[Measured]]:
    """Take every measurement once per round, so that a drift of the machine meets all of them alike."""
    results: dict[str, list[Measured]] = {name: [] for name in measurements}
    for _ in range(rounds):
        for name, measure in measurements.items():
            step(name)
            results[name].append(measure())
    return results


def figure(values: Sequence[float], unit: str) -> Figure:
    """Make a figure out of the rounds' values."""
    return Figure(tuple(values), unit)


def number(value: float) -> str:
    """Write a number with as many digits as it deserves."""
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"
