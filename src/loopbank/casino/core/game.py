"""Games as data: a document names symbols, pays, lines, bets and the sets of reels that the dial chooses from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from loopbank.casino.core.configuration import Configuration
from loopbank.casino.core.dial import ReelSet, Tuning, solve
from loopbank.casino.core.rules import InvalidRules, Pay, Rules, Scatter
from loopbank.coins import Coins, parse_amount

DIAL_DEFAULT = 950
"""Where the dial of a game stands that nobody has set, in tenths of a percent."""


@dataclass(frozen=True, slots=True)
class Game:
    """One game. Bets are line bets in minor units; `labels` are what its symbols are called, in their order."""

    id: str
    title: str
    rules: Rules
    labels: tuple[str, ...]
    tuning: Tuning
    min_bet: Coins
    max_bet: Coins

    def at(self, dial: int) -> Configuration:
        """Give the game's configuration at a setting of the dial. Raises UnreachableReturn."""
        reels = solve(self.rules, self.tuning, dial)
        return Configuration(self.id, dial, self.rules, reels.strips, reels.weights)


def read_game(game_id: str, document: Mapping[str, Any]) -> Game:
    """Read a game's document. Raises KeyError, InvalidAmount or InvalidRules."""
    symbols = document["symbols"]
    scatter = document.get("scatter")
    rules = Rules(
        symbols=tuple(entry["symbol"] for entry in symbols),
        rows=document["rows"],
        lines=tuple(tuple(line) for line in document["lines"]),
        paytable=tuple(
            Pay(entry["symbol"], int(count), award)
            for entry in symbols
            for count, award in entry.get("pays", {}).items()
        ),
        wild=document.get("wild"),
        scatter=scatter and Scatter(scatter["symbol"], scatter["count"], scatter["free_spins"]),
    )
    return Game(
        id=game_id,
        title=document["title"],
        rules=rules,
        labels=tuple(entry["label"] for entry in symbols),
        tuning=_tuning(document["dial"], {entry["letter"]: entry["symbol"] for entry in symbols}, rules),
        min_bet=parse_amount(document["min_bet"]),
        max_bet=parse_amount(document["max_bet"]),
    )


def _tuning(dial: Mapping[str, Any], letters: Mapping[str, str], rules: Rules) -> Tuning:
    sets = tuple(_reel_set(one["strips"], one.get("stop_weights"), dial, letters, rules) for one in dial["sets"])
    return Tuning(
        sets,
        frozenset(dial["fixed"]),
        Fraction(dial["hit_rate_base"]),
        Fraction(dial["hit_rate_per_return"]),
    )


def _reel_set(
    strips: Sequence[str],
    stop_weights: Sequence[int] | None,
    dial: Mapping[str, Any],
    letters: Mapping[str, str],
    rules: Rules,
) -> ReelSet:
    """Read a set whose strips are written with the symbols' letters; `stop_weights` are the same on every reel."""
    if len(strips) != rules.reel_count:
        raise InvalidRules("A set needs one strip per reel.")
    return ReelSet(
        tuple(tuple(letters[letter] for letter in strip) for strip in strips),
        tuple(tuple(stop_weights or [dial["stop_weight"]] * len(strip)) for strip in strips),
    )
