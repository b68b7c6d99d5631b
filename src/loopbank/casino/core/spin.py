"""One spin: stops in, window and wins out. It sees no balance, no history and no house: it cannot depend on them."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from loopbank.casino.core.configuration import Configuration
from loopbank.casino.core.rules import Pay, Rules

_Pays = dict[str, list[Pay | None]]


@dataclass(frozen=True, slots=True)
class LineWin:
    """A line's highest award: `count` of `symbol` from the first reel on pay `award` line bets."""

    line: int
    symbol: str
    count: int
    award: int


@dataclass(frozen=True, slots=True)
class Spin:
    """What a spin shows. `grid` is row by row, top to bottom; `award` is in line bets, all lines together."""

    stops: tuple[int, ...]
    grid: tuple[tuple[str, ...], ...]
    wins: tuple[LineWin, ...]
    award: int
    scatter_count: int

    def triggers(self, rules: Rules) -> bool:
        """Tell whether the spin gives free spins when it is a paid one."""
        return rules.scatter is not None and self.scatter_count >= rules.scatter.count


def look(configuration: Configuration, stops: Sequence[int]) -> Spin:
    """Give what the window shows when the reels stand at `stops`: the stop itself in the top row, the next below."""
    rules = configuration.rules
    grid = tuple(
        tuple(strip[(stop + row) % len(strip)] for strip, stop in zip(configuration.strips, stops, strict=True))
        for row in range(rules.rows)
    )
    pays = _pays_by_run(configuration)
    wins = [
        LineWin(number, pay.symbol, pay.count, pay.award)
        for number, line in enumerate(rules.lines)
        if (pay := _best_pay(rules, pays, [grid[row][reel] for reel, row in enumerate(line)])) is not None
    ]
    scatters = sum(row.count(rules.scatter.symbol) for row in grid) if rules.scatter else 0
    return Spin(tuple(stops), grid, tuple(wins), sum(win.award for win in wins), scatters)


@lru_cache(maxsize=256)
def _pays_by_run(configuration: Configuration) -> _Pays:
    """Give for every symbol and every length of a run the highest pay that asks for no more."""
    rules = configuration.rules
    return {symbol: [rules.best_pay(symbol, run) for run in range(rules.reel_count + 1)] for symbol in rules.symbols}


def _best_pay(rules: Rules, pays: _Pays, symbols: Sequence[str]) -> Pay | None:
    """Give a line's highest pay: of the first symbol that is not wild, wilds helping, or of the wilds before it."""
    wilds, run = 0, 0
    own = symbols[0]
    for symbol in symbols:
        if symbol == rules.wild:
            wilds += run == wilds
        elif run == wilds:
            own = symbol
        elif symbol != own:
            break
        run += 1
    found = [pay for pay in (pays[own][run], pays[rules.wild][wilds] if wilds and rules.wild else None) if pay]
    return max(found, key=lambda pay: pay.award, default=None)
