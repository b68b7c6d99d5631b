"""Games and configurations for tests, and the plainest possible way to read what they pay."""

import itertools
from collections.abc import Iterator, Sequence
from fractions import Fraction
from functools import lru_cache
from math import prod

from loopbank.casino import shipped_games
from loopbank.casino.core import Configuration, Rules, read_game

GAMES = {game.id: game for game in shipped_games()}

NINE_SETTINGS = (500, 625, 750, 875, 950, 1_000, 1_125, 1_250, 1_500)
"""Dial settings at which everything is enumerated, in tenths of a percent."""

NIGHT_MARKET = {
    "title": "Night Market",
    "rows": 2,
    "lines": [[0, 0, 0], [1, 1, 1], [0, 1, 0]],
    "wild": "🃏",
    "scatter": {"symbol": "🍜", "count": 2, "free_spins": 3},
    "min_bet": "0.01",
    "max_bet": "10",
    "symbols": [
        {"symbol": "🐉", "letter": "D", "label": "Dragon", "pays": {"3": 20, "2": 4}},
        {"symbol": "🏮", "letter": "L", "label": "Lantern", "pays": {"3": 8}},
        {"symbol": "🃏", "letter": "J", "label": "Joker", "pays": {"3": 30, "1": 1}},
        {"symbol": "🍜", "letter": "N", "label": "Noodles"},
        {"symbol": "🌧️", "letter": "R", "label": "Rain"},
    ],
    "dial": {
        "fixed": ["🍜"],
        "hit_rate_base": "0.10",
        "hit_rate_per_return": "0.22",
        "stop_weight": 1_000,
        "sets": [{"strips": ["DLRRNRLRDJLR", "LRLDRRJRLNRD", "RLRJDRLNRRDL"]}],
    },
}
"""A third game: nothing but a document, with a wild, a scatter and two rows at once."""

THIRD_GAME = read_game("night_market", NIGHT_MARKET)


@lru_cache(maxsize=128)
def configuration_of(game: str, dial: int) -> Configuration:
    """Give a game at a setting of its dial."""
    return THIRD_GAME.at(dial) if game == THIRD_GAME.id else GAMES[game].at(dial)


def naive_award(rules: Rules, symbols: Sequence[str]) -> int:
    """Read a line as the PAR sheet's text says: a pay asks for its symbol, or the wild, on the first `count` reels."""
    fitting = (
        pay.award
        for pay in rules.paytable
        if all(symbol in (pay.symbol, rules.wild) for symbol in symbols[: pay.count])
    )
    return max(fitting, default=0)


def naive_spins(configuration: Configuration) -> Iterator[tuple[int, bool, Fraction]]:
    """Walk the full cycle: award in line bets, whether free spins are given, and the chance of every combination."""
    rules = configuration.rules
    total = prod(sum(reel) for reel in configuration.weights)
    for stops in itertools.product(*(range(len(strip)) for strip in configuration.strips)):
        window = [
            [strip[(stop + row) % len(strip)] for strip, stop in zip(configuration.strips, stops, strict=True)]
            for row in range(rules.rows)
        ]
        award = sum(naive_award(rules, [window[row][reel] for reel, row in enumerate(line)]) for line in rules.lines)
        shown = sum(row.count(rules.scatter.symbol) for row in window) if rules.scatter else 0
        weight = prod(reel[stop] for reel, stop in zip(configuration.weights, stops, strict=True))
        yield award, bool(rules.scatter and shown >= rules.scatter.count), Fraction(weight, total)


def naive_return(configuration: Configuration) -> Fraction:
    """Add up the full cycle."""
    spins = list(naive_spins(configuration))
    triggers = sum((chance for _, is_trigger, chance in spins if is_trigger), Fraction(0))
    mean = sum((award * chance for award, _, chance in spins), Fraction(0))
    return mean / len(configuration.rules.lines) * (1 + configuration.rules.free_spins * triggers)
