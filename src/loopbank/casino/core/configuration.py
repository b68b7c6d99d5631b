"""A configuration: a game as it is played, immutable, known by the hash of its canonical text."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from loopbank.casino.core.cycle import Strips, Weights
from loopbank.casino.core.rules import Pay, Rules, Scatter


@dataclass(frozen=True, slots=True, eq=False)
class Configuration:
    """The rules and the reels of one game at one setting of its dial, in tenths of a percent.

    `hash` is the configuration's name: SHA-256 of its canonical text, in hexadecimal. Equal hashes mean equal
    configurations.
    """

    game: str
    dial: int
    rules: Rules
    strips: Strips
    weights: Weights
    hash: str = field(init=False)

    def __post_init__(self) -> None:
        """Name the configuration."""
        object.__setattr__(self, "hash", sha256(canonical_text(self).encode()).hexdigest())

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Configuration) and self.hash == other.hash

    def __hash__(self) -> int:
        return hash(self.hash)


def canonical_document(configuration: Configuration) -> dict[str, Any]:
    """Give everything that decides about results, as texts and whole numbers only."""
    rules = configuration.rules
    return {
        "dial": configuration.dial,
        "game": configuration.game,
        "lines": [list(line) for line in rules.lines],
        "paytable": [{"symbol": pay.symbol, "count": pay.count, "award": pay.award} for pay in rules.paytable],
        "reels": [
            [{"symbol": symbol, "weight": weight} for symbol, weight in zip(strip, weights, strict=True)]
            for strip, weights in zip(configuration.strips, configuration.weights, strict=True)
        ],
        "rows": rules.rows,
        "scatter": rules.scatter
        and {"symbol": rules.scatter.symbol, "count": rules.scatter.count, "free_spins": rules.scatter.free_spins},
        "symbols": list(rules.symbols),
        "wild": rules.wild,
    }


def canonical_text(configuration: Configuration) -> str:
    """Write a configuration in the one way that is hashed: JSON, sorted names, no spaces, characters as they are."""
    return json.dumps(canonical_document(configuration), sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def read_configuration(document: Mapping[str, Any]) -> Configuration:
    """Read a configuration from its canonical document or a PAR sheet. Raises KeyError, TypeError or InvalidRules."""
    scatter = document["scatter"]
    rules = Rules(
        symbols=tuple(document["symbols"]),
        rows=document["rows"],
        lines=tuple(tuple(line) for line in document["lines"]),
        paytable=tuple(Pay(pay["symbol"], pay["count"], pay["award"]) for pay in document["paytable"]),
        wild=document["wild"],
        scatter=scatter and Scatter(scatter["symbol"], scatter["count"], scatter["free_spins"]),
    )
    reels = document["reels"]
    return Configuration(
        game=document["game"],
        dial=document["dial"],
        rules=rules,
        strips=tuple(tuple(stop["symbol"] for stop in reel) for reel in reels),
        weights=tuple(tuple(stop["weight"] for stop in reel) for reel in reels),
    )
