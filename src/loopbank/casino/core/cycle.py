"""The full cycle of a game: every combination of stops, folded reel by reel into the situations that still differ.

Two beginnings of a spin that lead to the same awards whatever the other reels show are one situation. 32^5 = 33,554,432
combinations fold into a few thousand, so sums over the full cycle are exact and take a moment. Source: this is the
transfer-matrix method (Stanley, Enumerative Combinatorics I, section 4.7), applied to all lines at once.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from loopbank.casino.core.rules import Rules

Strips = tuple[tuple[str, ...], ...]
"""The symbols of every reel in strip order."""

Weights = tuple[tuple[int, ...], ...]
"""The weight of every stop of every reel; a stop's chance is its weight among its reel's total."""

Numbers = NDArray[np.int64]

_PACKED_MAX = 2**62
_CYCLES_KEPT = 64


@dataclass(frozen=True, slots=True, eq=False)
class Cycle:
    """A folded cycle. `steps[r][situation, stop]` is the situation after reel r; a spin begins in situation 0.

    `awards` (in line bets, all lines together) and `triggers` (free spins are given) belong to the last situations.
    """

    steps: tuple[Numbers, ...]
    awards: Numbers
    triggers: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class _Run:
    """A line so far: `symbol` (None while only wilds came) has come `length` times; `award` is certain already."""

    symbol: str | None
    length: int
    award: int
    is_over: bool = False


@lru_cache(maxsize=_CYCLES_KEPT)
def fold_cycle(rules: Rules, strips: Strips) -> Cycle:
    """Fold the full cycle of strips."""
    numbers = {symbol: number for number, symbol in enumerate(rules.symbols)}
    lines = np.zeros((1, len(rules.lines)), dtype=np.int64)
    scatters = np.zeros((1, 1), dtype=np.int64)
    runs = [_Run(None, 0, 0)]
    steps = []
    for reel, strip in enumerate(strips):
        next_runs, moves = _moves(rules, runs)
        shown = np.array([numbers[symbol] for symbol in strip])
        seen = np.array([[line[reel] for line in rules.lines]]) + np.arange(len(strip))[:, None]
        lines = moves[lines[:, None, :], shown[seen % len(strip)][None, :, :]]
        scatters = scatters[:, None, :] + _scatters_shown(rules, strip)[None, :, None]
        if rules.scatter:
            scatters = np.minimum(scatters, rules.scatter.count)
        both = np.concatenate((lines, scatters), axis=2).reshape(-1, len(rules.lines) + 1)
        first, inverse = _grouped(both)
        steps.append(inverse.reshape(lines.shape[:2]))
        lines, scatters, runs = both[first, :-1], both[first, -1:], next_runs
    worth = np.array([_worth(rules, run) for run in runs])
    triggers = scatters[:, 0] >= rules.scatter.count if rules.scatter else np.zeros(len(lines), dtype=np.bool_)
    return Cycle(tuple(steps), worth[lines].sum(axis=1), triggers)


def _moves(rules: Rules, runs: list[_Run]) -> tuple[list[_Run], Numbers]:
    """Give the runs after one more reel, and which run each one becomes with each symbol."""
    found: dict[_Run, int] = {}
    moves = np.empty((len(runs), len(rules.symbols)), dtype=np.int64)
    for row, run in enumerate(runs):
        for column, symbol in enumerate(rules.symbols):
            moves[row, column] = found.setdefault(_after(rules, run, symbol), len(found))
    return list(found), moves


def _after(rules: Rules, run: _Run, symbol: str) -> _Run:
    if run.is_over:
        return run
    if symbol == rules.wild:
        award = _award(rules, symbol, run.length + 1) if run.symbol is None else run.award
        return _Run(run.symbol, run.length + 1, award)
    if run.symbol in {None, symbol} and any(pay.symbol == symbol for pay in rules.paytable):
        return _Run(symbol, run.length + 1, run.award)
    return _Run(None, 0, _worth(rules, run), is_over=True)


def _worth(rules: Rules, run: _Run) -> int:
    return max(run.award, _award(rules, run.symbol, run.length) if run.symbol else 0)


def _award(rules: Rules, symbol: str, run: int) -> int:
    pay = rules.best_pay(symbol, run)
    return pay.award if pay else 0


def _scatters_shown(rules: Rules, strip: tuple[str, ...]) -> Numbers:
    """Count the scatters in the window at every stop."""
    if rules.scatter is None:
        return np.zeros(len(strip), dtype=np.int64)
    is_scatter = np.array([symbol == rules.scatter.symbol for symbol in strip], dtype=np.int64)
    return sum((np.roll(is_scatter, -row) for row in range(rules.rows)), np.zeros(len(strip), dtype=np.int64))


def _grouped(rows: Numbers) -> tuple[Numbers, Numbers]:
    """Find equal rows: the place of the first of each group, and the group of every row."""
    code = np.zeros(len(rows), dtype=np.int64)
    span = 1
    for column in rows.T:
        radix = int(column.max()) + 1
        if span * radix > _PACKED_MAX:
            _, code = np.unique(code, return_inverse=True)
            span = int(code.max()) + 1
        code = code * radix + column
        span *= radix
    _, first, inverse = np.unique(code, return_index=True, return_inverse=True)
    return first, inverse
